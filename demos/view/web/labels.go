package web

// Labels are the page's own texts, in English, one of them or more a line. The
// page has none of its own: it takes them from the catalogue by these keys.
var Labels = []string{
	"stage", "plan", "commands", "variant", "side", "both", "language", "theme", "light", "dark",
}
