package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	reader "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"stickydemo/lessons"
)

type read struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Stage  string `json:"stage"`
	HTML   string `json:"html"`
}

// teach returns a lesson, by its number or else by its name.
func teach(_ context.Context, q *request) (any, error) {
	word := q.Name
	if word == "" {
		word = strconv.Itoa(q.Number)
	}
	l, found := lessons.Find(word)
	if !found {
		return nil, bad(fmt.Errorf("there is no lesson %s", short(word)))
	}
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(inPage{}, 0))),
	)
	var out bytes.Buffer
	if err := markdown.Convert([]byte(l.Text(string(q.Lang))), &out); err != nil {
		return nil, err
	}
	return &read{l.Number, l.Name, l.Title(string(q.Lang)), stageOf(l), out.String()}, nil
}

// inPage makes what a lesson refers to be found in the page: other lessons are a
// part of its address, figures come along as data, and other files of the
// repository are not there.
type inPage struct{}

func (inPage) Transform(doc *ast.Document, _ reader.Reader, _ parser.Context) {
	var lost []*ast.Link
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			if data, err := lessons.Files.ReadFile(path.Clean(string(n.Destination))); err == nil {
				n.Destination = []byte("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(data))
			}
		case *ast.Link:
			if to, ok := target(string(n.Destination)); ok {
				n.Destination = []byte(to)
			} else {
				lost = append(lost, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range lost {
		for child := n.FirstChild(); child != nil; child = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, child)
		}
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

// target is where a link of a lesson leads in the page.
func target(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil {
		return "", false
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		return link, true
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(u.Path), ".md"), ".zh-CN")
	if l, ok := lessons.Find(name); ok && u.Host == "" && l.Number != lessons.None && path.Dir(u.Path) != ".." {
		return "#lesson=" + strconv.Itoa(l.Number), true
	}
	return "", false
}
