package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"stickydemo/demos/view/web"
	"stickydemo/lessons"
)

type read struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Stage  string `json:"stage"`
	HTML   string `json:"html"`
}

// lessonFile returns the file of that name, lesson/NAME.LANG.json, where NAME is a
// lesson's number or, where it has none, its name; or a figure under
// lesson/figures. Lessons are no part of the engine: with them its WebAssembly
// would be a third larger.
func lessonFile(name string) ([]byte, error) {
	if figure, ok := strings.CutPrefix(name, "lesson/figures/"); ok {
		return lessons.Files.ReadFile("figures/" + figure)
	}
	word, in, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(name, "lesson/"), ".json"), ".")
	l, found := lessons.Find(word)
	if !ok || !found || LessonFile(l, in) != name || !slices.Contains(lessons.Languages, in) {
		return nil, fs.ErrNotExist
	}
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(inPage{}, 0))),
	)
	var html bytes.Buffer
	if err := markdown.Convert([]byte(l.Text(in)), &html); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(read{l.Number, l.Name, l.Title(in), web.StageOf(l.Name), html.String()})
	return out.Bytes(), err
}

// LessonFile is the name of a lesson's file.
func LessonFile(l lessons.Lesson, in string) string {
	name := l.Name
	if l.Number != lessons.None {
		name = strconv.Itoa(l.Number)
	}
	return "lesson/" + name + "." + in + ".json"
}

// lesson answers the operation of that name, which is the file's other address.
func lesson(text []byte) web.Response {
	var q struct {
		Lang   string `json:"lang"`
		Number int    `json:"number"`
		Name   string `json:"name"`
	}
	if err := json.Unmarshal(text, &q); err != nil {
		return web.Failure(http.StatusBadRequest, fmt.Errorf("the request is no JSON that is known here: %w", err))
	}
	name := cmp.Or(q.Name, strconv.Itoa(q.Number))
	data, err := lessonFile("lesson/" + name + "." + cmp.Or(q.Lang, "en") + ".json")
	if err != nil {
		return web.Failure(http.StatusBadRequest, fmt.Errorf("there is no lesson %s", short(name)))
	}
	return web.Response{Status: web.OK, Type: "application/json", Body: data}
}

// inPage makes what a lesson refers to be found in the page: other lessons are a
// part of its address, figures are files beside it, and other files of the
// repository are not there.
type inPage struct{}

func (inPage) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var lost []*ast.Link
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			n.Destination = []byte("lesson/" + string(n.Destination))
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
