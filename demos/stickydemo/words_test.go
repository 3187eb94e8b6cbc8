package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stickydemo/demos/belief"
	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/web"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// Whatever can be said in English can be said in every language, and nothing
// else stands in a catalogue.
func TestCataloguesAreComplete(t *testing.T) {
	said := tableTexts()
	texts, _ := sourceTexts(t)
	maps.Copy(said, texts)
	for _, l := range words.Langs[1:] {
		own := maps.Collect(l.Texts())
		for _, text := range slices.Sorted(maps.Keys(said)) {
			if own[text] == "" && !same[text] {
				t.Errorf("%s: %s has nothing for %q", said[text], l, text)
			}
		}
		for text := range own {
			if said[text] == "" {
				t.Errorf("%s: nobody says %q", l, text)
			}
		}
	}
}

// same are texts that may be the same in a language, and a space, for which
// Chinese has nothing.
var same = map[string]bool{" ": true, "ff ff ff ff": true, "7f ff ff ff": true, "io.ReadFull": true, "-": true, "broken uncut": true}

func TestFormatsHaveTheSameVerbs(t *testing.T) {
	for _, l := range words.Langs[1:] {
		for text, own := range l.Texts() {
			if got, want := verbs(own), verbs(text); !slices.Equal(got, want) {
				t.Errorf("%s: %q has the verbs %q, want those of %q: %q", l, own, got, text, want)
			}
		}
	}
}

// What stands left of a lane or of a text has eight columns.
func TestLabelsFit(t *testing.T) {
	_, labels := sourceTexts(t)
	if len(labels) < 30 {
		t.Errorf("got %d labels, want those of the views", len(labels))
	}
	for _, l := range words.Langs {
		for label, where := range labels {
			columns := 0
			for _, r := range l.Say(label) {
				columns++
				if picture.Wide(r) {
					columns++
				}
			}
			if columns > 8 {
				t.Errorf("%s: %s says %q in %d columns, want at most 8", where, l, l.Say(label), columns)
			}
		}
	}
}

// A reader of Chinese meets no English sentence: three words of it in a row are
// a command, an error or somebody's data.
func TestNoEnglishIsLeft(t *testing.T) {
	if testing.Short() {
		t.Skip("slow under -race: runs without -short")
	}
	t.Parallel()
	english := regexp.MustCompile(`[A-Za-z]{2,}[,;:.]?(?: [A-Za-z]{2,}[,;:.]?){2,}`)
	data := regexp.MustCompile(`"[^"]*"|^(命令 |消息 |写出 ).*|\b(stickydemo [a-z -]+|echo [a-z]+( words)?|is anybody there|reset by peer|` +
		`ok|torn|leftover|glued|wrong|error|hang|late|spin|as-written|glue|drip|ff)\b`)
	verdict := regexp.MustCompile(`  (error|hang|late|spin)  |^(服务端|结束) `)
	for _, line := range []string{
		"list", "matrix", "cost", "run all", "run stage4 --net kernel", "run stage1 --plan up:cut=90;drop=1 --side fixed",
		"search stage4 --side naive", "search stage4 --side fixed", "search stage6 --side naive", "search stage9", "belief", "belief all",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			test := exec.Command("stickydemo", append(strings.Fields(line), "--lang", "zh")...)
			test.Env = append(os.Environ(), "COLUMNS=149", "NO_COLOR=1")
			got := ended(t, test)
			quotes := false // an error, which may take several lines
			for text := range strings.Lines(got.stdout) {
				quotes = verdict.MatchString(text) || quotes && strings.HasPrefix(text, "         ")
				if found := english.FindString(data.ReplaceAllString(text, "")); found != "" && !quotes {
					t.Errorf("%q is left in: %s", found, text)
				}
			}
			if !strings.Contains(got.stdout, "，") && line != "cost" {
				t.Errorf("no Chinese: %s%s", got.stdout, got.stderr)
			}
		})
	}
}

var verb = regexp.MustCompile(`%([-+# 0]*[\d.]*)(?:\[(\d+)\])?([a-zA-Z])`)

// verbs are those of a format, in the order of its arguments.
func verbs(format string) []string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if n, err := strconv.Atoi(m[2]); err == nil {
			next = n
		}
		list = append(list, fmt.Sprintf("%d %s", next, m[1]+m[3]))
		next++
	}
	slices.Sort(list)
	return list
}

// tableTexts are the texts that are data, with where they stand.
func tableTexts() map[string]string {
	texts := map[string]string{}
	add := func(where string, list ...string) {
		for _, text := range list {
			if text != "" {
				texts[text] = where
			}
		}
	}
	for _, s := range stage.All {
		add(s.ID, s.Idea, s.Reason, s.AsWrittenReason, s.Repair, s.Price)
		for _, v := range s.Variants {
			add(s.ID+" "+v.Name, v.Idea, v.Reason, v.AsWrittenReason)
		}
	}
	for _, p := range stage.Plans {
		add("stage.Plans", p.What)
	}
	for _, c := range shell.Commands() {
		add("shell.Commands", c.Help)
	}
	for _, b := range belief.All {
		add("belief "+b.Name, b.Says, b.Tried, b.Instead)
	}
	add("trial.Verdict", string(trial.Survived), string(trial.Broke), string(trial.BrokenWithoutPlan), string(trial.Inconclusive))
	add("web.Labels", web.Labels...)
	add("netsim", netsim.LostDropped, netsim.LostRest, netsim.LostFull, netsim.LostNobody)
	return texts
}

// sourceTexts are the texts that the code says, with where they stand: what is
// given to a function that says it and, in the views, every constant that is a
// word or a phrase and every text of several words. The words are labels.
func sourceTexts(t *testing.T) (texts, labels map[string]string) {
	t.Helper()
	texts, labels = map[string]string{}, map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || entry.Name() == "testdata" {
			return err
		}
		p := &sources{constants: map[string]ast.Expr{}, formats: map[ast.Expr]bool{}, texts: texts, labels: labels, set: token.NewFileSet()}
		files, err := filepath.Glob(filepath.Join(path, "*.go"))
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || catalogueFile.MatchString(filepath.ToSlash(name)) {
				continue
			}
			f, err := parser.ParseFile(p.set, name, nil, 0)
			if err != nil {
				return err
			}
			p.files = append(p.files, f)
		}
		p.collect(strings.HasPrefix(filepath.ToSlash(path), "../view/"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts, labels
}

// catalogueFile is one that says nothing, but has what is said.
var catalogueFile = regexp.MustCompile(`^../words/[a-z]{2}\.go$`)

// sources are the files of one package.
type sources struct {
	set       *token.FileSet
	files     []*ast.File
	constants map[string]ast.Expr
	formats   map[ast.Expr]bool // and counted words: nothing that is said by itself
	texts     map[string]string
	labels    map[string]string
}

func (p *sources) collect(view bool) {
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if decl, ok := n.(*ast.GenDecl); ok && decl.Tok == token.CONST {
				for _, spec := range decl.Specs {
					s := spec.(*ast.ValueSpec)
					for i := range s.Values {
						p.constants[s.Names[i].Name] = s.Values[i]
					}
				}
			}
			return true
		})
	}
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				return n.Tag == nil
			case *ast.CallExpr:
				p.call(n, view)
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if view && i < len(n.Values) && saidByName.MatchString(name.Name) {
						p.add(n.Values[i])
						if text, ok := p.text(n.Values[i]); ok && !strings.HasPrefix(name.Name, "phrase") {
							p.labels[text] = p.where(n)
						}
					}
					if lit, ok := firstOf(n.Values).(*ast.CompositeLit); ok && view && strings.HasSuffix(name.Name, "Words") {
						for _, e := range lit.Elts {
							value := e.(*ast.KeyValueExpr).Value
							p.add(value)
							if text, ok := p.text(value); ok && name.Name == "laneWords" {
								p.labels[text] = p.where(n)
							}
						}
					}
				}
			case *ast.BasicLit:
				if text, ok := p.text(n); ok && view && !p.formats[n] && manyWords.MatchString(text) && !strings.HasPrefix(text, "stickydemo ") {
					p.add(n)
				}
			case *ast.BinaryExpr:
				if _, ok := p.text(n); ok {
					return false // said as a whole, by whom it is given to
				}
			}
			return true
		})
	}
}

func firstOf(list []ast.Expr) ast.Expr {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// saidByName is a constant that a view says.
var saidByName = regexp.MustCompile(`^(word|phrase|Label)`)

// manyWords is a text for people, and no name.
var manyWords = regexp.MustCompile(`[A-Za-z]{2,},? [A-Za-z%]`)

// call takes in what a call says.
func (p *sources) call(c *ast.CallExpr, view bool) {
	name, by := "", ""
	switch f := c.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			by = x.Name
		}
	}
	if by == "fmt" || name == "panic" {
		for _, arg := range c.Args {
			p.formats[arg] = true
		}
	}
	switch name {
	case "Say", "Sayf", "Sentencef", "named":
		p.add(c.Args[0])
	case "say":
		p.add(c.Args[min(1, len(c.Args)-1)]) // behind who says it
		p.add(c.Args[0])
	case "Recognize":
		for _, arg := range c.Args[1:] {
			p.add(arg)
		}
	case "Count", "Ungrouped":
		if word, ok := p.text(c.Args[len(c.Args)-1]); ok {
			p.texts["%s "+word] = p.where(c)
			p.formats[c.Args[len(c.Args)-1]] = true
		}
	case "add":
		if view {
			p.add(c.Args[len(c.Args)-1])
		}
	}
}

func (p *sources) add(e ast.Expr) {
	if text, ok := p.text(e); ok && text != "" {
		p.texts[text] = p.where(e)
	}
}

func (p *sources) where(n ast.Node) string { return p.set.Position(n.Pos()).String() }

// text returns the value of a constant string.
func (p *sources) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		x, ok := p.text(e.X)
		y, also := p.text(e.Y)
		return x + y, ok && also && e.Op == token.ADD
	case *ast.ParenExpr:
		return p.text(e.X)
	case *ast.Ident:
		if value := p.constants[e.Name]; value != nil {
			return p.text(value)
		}
	}
	return "", false
}
