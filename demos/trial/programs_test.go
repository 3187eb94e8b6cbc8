package trial_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"stickydemo/demos/trial"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// The programs in testdata, tried as their authors would. They are real, and so
// is the clock.

// A program is a server and its client: ROLE, HOST and PORT are filled in.
type program struct {
	command string
	want    string // what the client prints
	needs   string // besides the command's first word
}

var right = map[string]program{
	"noframing":    {"python3 python/fixed.py noframing ROLE HOST PORT", answers, ""},
	"nopause":      {"python3 python/fixed.py nopause ROLE HOST PORT", answers, ""},
	"sleep":        {"python3 python/fixed.py sleep ROLE HOST PORT", answers, ""},
	"size":         {"python3 python/fixed.py size ROLE HOST PORT", answers, ""},
	"ackhandshake": {"python3 python/fixed.py ackhandshake ROLE HOST PORT", answers, ""},
	"struct":       {"python3 python/struct_fixed.py ROLE HOST PORT", answers, ""},
	"json":         {"python3 python/fixed.py json ROLE HOST PORT", answers, ""},

	"peek":         {"go/peek fixed ROLE HOST PORT", answers, ""},
	"countedtwice": {"go/countedtwice fixed ROLE HOST PORT", answers, ""},
	"bareread":     {"go/bareread fixed ROLE HOST PORT", answers, ""},
	"freshreader":  {"go/freshreader fixed ROLE HOST PORT", answers, ""},
	"deadline":     {"go/deadline fixed ROLE HOST PORT", answers, ""},
	"linelimit":    {"go/linelimit fixed ROLE HOST PORT", answers, ""},

	"dataevent":  {"node shapes/node/dataevent.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"chunktext":  {"node shapes/node/chunktext.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"onemessage": {"node shapes/node/onemessage.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"oversized":  {"node shapes/node/oversized.js fixed ROLE HOST PORT", oversizedAnswers, ""},

	"redis":     {"sh real/redis.sh ROLE HOST PORT", redisAnswers(), "redis-server redis-cli awk"},
	"memcached": {"python3 real/memcached.py ROLE HOST PORT", memcachedAnswers(), "memcached"},
	"nginx":     {"sh real/nginx.sh ROLE HOST PORT", nginxAnswers(), "nginx curl"},
}

// wrong are the programs that a network breaks.
var wrong = map[string]program{
	"noframing":    {"python3 python/naive.py noframing ROLE HOST PORT", answers, ""},
	"nopause":      {"python3 python/naive.py nopause ROLE HOST PORT", answers, ""},
	"sleep":        {"python3 python/naive.py sleep ROLE HOST PORT", numbers + "two\n", ""},
	"size":         {"python3 python/naive.py size ROLE HOST PORT", answers + noOutput, ""},
	"ackhandshake": {"python3 python/naive.py ackhandshake ROLE HOST PORT", answers + "cmd err", ""},
	"struct":       {"python3 python/struct_naive.py ROLE HOST PORT", answers, ""},
	"json":         {"python3 python/naive.py json ROLE HOST PORT", answers, ""},

	"peek":         {"go/peek naive ROLE HOST PORT", answers, ""},
	"countedtwice": {"go/countedtwice naive ROLE HOST PORT", answers, ""},
	"bareread":     {"go/bareread naive ROLE HOST PORT", answers, ""},
	"freshreader":  {"go/freshreader naive ROLE HOST PORT", answers, ""},
	"deadline":     {"go/deadline naive ROLE HOST PORT", answers, ""},
	"linelimit":    {"go/linelimit naive ROLE HOST PORT", answers, ""},

	"dataevent":  {"node shapes/node/dataevent.js naive ROLE HOST PORT", nodeAnswers, ""},
	"chunktext":  {"node shapes/node/chunktext.js naive ROLE HOST PORT", nodeAnswers, ""},
	"onemessage": {"node shapes/node/onemessage.js naive ROLE HOST PORT", nodeAnswers, ""},
	"oversized":  {"node shapes/node/oversized.js naive ROLE HOST PORT", oversizedAnswers, ""},
}

// byLuck names those that are wrong without any help, always, most of the time, or
// where a reader can be late by as much as the pause.
var byLuck = map[string]bool{"noframing": true, "nopause": true, "sleep": true}

const noOutput = "cmd exec success,has not output!"

var (
	numbers          = count(2000, "\n")
	answers          = numbers + "two\nabc\n"
	nodeAnswers      = "two\n你好\nabc\n" + numbers
	oversizedAnswers = "two\nrefused 3000 bytes, limit 1024\nabc\nrefused 2000 bytes, limit 1024\n" + numbers
)

func count(last int, end string) string {
	var text strings.Builder
	for n := 1; n <= last; n++ {
		fmt.Fprint(&text, n, end)
	}
	return text.String()
}

func redisAnswers() string {
	big := count(2000, "_")[:5000]
	return "OK\n5000\n" + big + "\nOK\n6\n你好\n" + big + "\n你好\n\n" +
		"OK\none\r\n$3\r\ntwo\r\n\nOK\n\nlast\n" +
		"All data transferred. Waiting for the last reply...\nLast reply received from server.\nerrors: 0, replies: 200\n" +
		fmt.Sprintf("%d\n%*d\n%*d\n", 1, 96, 96, 200%97, 200)
}

func memcachedAnswers() string {
	lines, big := "one\r\nEND\r\nVALUE lines 0 3\r\ntwo\r\n", count(1100, "\r\n")[:5000]
	return "small 3 two\nsmall 3 two\nnothing 0 \n" + fmt.Sprintf("lines %d %s\n", len(lines), lines) +
		"big 5000 " + big + "\nzh 6 你好\nmany: 97\n"
}

// nginxAnswers are the files, and after each its status and how many connections
// it took.
func nginxAnswers() string {
	first, later := "200 1\n", "200 0\n"
	return numbers + first + "你好\n" + later + later + numbers + later +
		numbers + first + "你好\n" + later + numbers + later
}

// config is a trial of the program.
func (p program) config(t *testing.T) trial.Config {
	t.Helper()
	words := strings.Fields(p.command)
	for _, name := range append(strings.Fields(p.needs), words[0]) {
		if !strings.HasPrefix(name, "go/") {
			_, err := exec.LookPath(name)
			needs(t, err == nil, name)
		}
	}
	for i, word := range words {
		if _, err := os.Stat(filepath.Join("testdata", word)); err == nil {
			words[i] = "testdata/" + word
		}
		if name, ok := strings.CutPrefix(word, "go/"); ok {
			words[i] = "'" + filepath.Join(built(t), name) + "'"
		}
	}
	as := func(role string) trial.Command {
		return parse(t, strings.NewReplacer("ROLE", role, "HOST", "{host}", "PORT", "{port}").Replace(strings.Join(words, " ")))
	}
	return trial.Config{Server: as("server"), Client: as("client"), Want: []byte(p.want), Seed: 1}
}

// few are the programs that are tried everywhere. All of them take minutes, which
// only CI has.
var few = map[string]bool{"struct": true, "linelimit": true}

func programsToTry(t *testing.T, all map[string]program, f func(t *testing.T, name string, p program)) {
	needsVerifiedCuts(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Getenv("STICKYDEMO_CI") == "" && !few[name] {
				t.Skip("takes its time: STICKYDEMO_CI=1 tries it")
			}
			if raceEnabled {
				t.Skip("other programs have no race detector in them")
			}
			f(t, name, all[name])
		})
	}
}

// The programs that are right survive, and real ones do so again and again: each
// time other cuts, and every fifth time each byte apart, which takes longest.
func TestRightPrograms(t *testing.T) {
	t.Parallel()
	programsToTry(t, right, func(t *testing.T, name string, p program) {
		c := p.config(t)
		c.Runs = 8
		repetitions := 1
		if strings.Contains(p.command, "real/") && os.Getenv("STICKYDEMO_CI") != "" {
			repetitions, c.Runs = 20, 4
		}
		for i := range repetitions {
			c.Seed, c.Plans = uint64(i+1), nil
			if i%5 > 0 {
				random := []string{"up:random=%d", "down:random=%d"}[i%2] // half of all places
				for _, text := range []string{"glue", fmt.Sprintf(random, i), fmt.Sprintf("up:cut=%d;down:cut=%d", 7*i, 11*i)} {
					c.Plans = append(c.Plans, netsim.MustParsePlan(text))
				}
			}
			r := try(t, c)
			if r.Verdict != trial.Survived || r.Cuts.Verified == 0 {
				t.Fatalf("repetition %d: got %s (%s), %d cuts verified, want survived:\n%s", i+1, r.Verdict, r.Why, r.Cuts.Verified, shown(r))
			}
		}
	})
}

// Those that are wrong are found, by a cut or a stall, or without one.
func TestWrongPrograms(t *testing.T) {
	t.Parallel()
	programsToTry(t, wrong, func(t *testing.T, name string, p program) {
		c := p.config(t)
		c.Runs = 400
		r := try(t, c)
		if r.Verdict != trial.Broke && (r.Verdict != trial.BrokenWithoutPlan || !byLuck[name]) {
			t.Fatalf("got %s (%s), want broke:\n%s", r.Verdict, r.Why, shown(r))
		}
		t.Logf("%s in %s:\n%s", r.Verdict, r.Took, shown(r))
	})
}

// shown is what a report found, in short.
func shown(r *trial.Report) string {
	var text strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&text, "%s: %s\n", f.Plan, f.Failure.Text)
	}
	return text.String() + strings.Join(words.Strings(r.Notes), "\n")
}

// built is a folder with the programs in Go.
func built(t *testing.T) string {
	t.Helper()
	dir, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var build = sync.OnceValues(func() (string, error) {
	packages, err := filepath.Glob("testdata/shapes/go/*")
	if err != nil {
		return "", err
	}
	for i, name := range packages {
		packages[i] = "./" + filepath.ToSlash(name)
	}
	out, err := exec.Command("go", append([]string{"build", "-o", binaries + "/"}, packages...)...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binaries, err
})

// binaries is made by TestMain.
var binaries string

// needs skips a test that wants more than Go, and fails it where CI has
// promised to have it.
func needs(t *testing.T, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", what)
	}
	t.Skipf("needs %s", what)
}
