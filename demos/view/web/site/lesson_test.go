package site

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"stickydemo/demos/view/web"
	"stickydemo/lessons"
)

var update = flag.Bool("update", false, "write the list of lessons anew")

// The engine's list of lessons is that of the lessons.
func TestLessonsAreListed(t *testing.T) {
	list := map[string][]web.Lesson{}
	for _, in := range lessons.Languages {
		for _, l := range lessons.All() {
			list[in] = append(list[in], web.Lesson{Number: l.Number, Name: l.Name, Title: l.Title(in), What: l.Summary(in), Stage: web.StageOf(l.Name)})
		}
	}
	want, err := json.MarshalIndent(list, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	const name = "../lessons.json"
	if *update {
		if err := os.WriteFile(name, append(want, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || strings.TrimSpace(string(got)) != string(want) {
		t.Errorf("%s is not the list of lessons, %v: go test ./demos/view/web/site -update", name, err)
	}
}

// Every lesson has its file in every language, without HTML of its own, whose
// links lead somewhere and whose figures are there.
func TestLessonFiles(t *testing.T) {
	for _, l := range lessons.All() {
		for _, in := range lessons.Languages {
			name := LessonFile(l, in)
			data, err := readFile(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var got read
			if err := json.Unmarshal(data, &got); err != nil || got.Title != l.Title(in) || !strings.HasPrefix(got.HTML, "<h1>") {
				t.Errorf("%s: got %q, %v", name, got.Title, err)
			}
			for _, bad := range []string{"raw HTML omitted", "<script", `.md"`, `href=""`, `href="..`} {
				if strings.Contains(got.HTML, bad) {
					t.Errorf("%s has %q", name, bad)
				}
			}
			for _, figure := range regexp.MustCompile(`<img src="([^"]*)"`).FindAllStringSubmatch(got.HTML, -1) {
				if _, err := readFile(figure[1]); err != nil {
					t.Errorf("%s: its figure %s: %v", name, figure[1], err)
				}
			}
			if n := strings.Count(l.Text(in), "](figures/"); n != strings.Count(got.HTML, "<img ") {
				t.Errorf("%s has %d figures, want %d", name, strings.Count(got.HTML, "<img "), n)
			}
		}
	}
	for _, name := range []string{"lesson/", "lesson/4.json", "lesson/04.en.json", "lesson/structheader.en.json", "lesson/4.fr.json", "lesson/../page.css", "lesson/99.en.json", "lesson/figures/../04-structheader.md"} {
		if _, err := readFile(name); err == nil {
			t.Errorf("there is a file %s", name)
		}
	}
}
