package web_test

import (
	"regexp"
	"slices"
	"testing"

	"stickydemo/demos/view/web"
	"stickydemo/demos/view/web/page"
)

// What the page says it takes from the catalogue, which has nothing else.
func TestLabels(t *testing.T) {
	said := map[string]string{}
	files, err := page.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := page.Files.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllSubmatch(text, -1) {
			said[string(m[1])+string(m[2])] = f.Name()
		}
	}
	if len(said) < 50 {
		t.Errorf("got %d texts, want those of the page", len(said))
	}
	for text, file := range said {
		if !slices.Contains(web.Labels, text) {
			t.Errorf("%s says %q, which is no label", file, text)
		}
	}
	for _, text := range web.Labels {
		if said[text] == "" {
			t.Errorf("the page never says %q", text)
		}
	}
}

var key = regexp.MustCompile(`\bsay\("([^"]*)"|data-(?:say|label)="([^"]*)"`)
