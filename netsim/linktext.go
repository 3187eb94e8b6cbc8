package netsim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LinkForm is how a link is written: an example with every key.
const LinkForm = "link:rtt=40ms,mss=1460,nagle=on,delack=40ms,rate=20mbit,window=64k,loss=1%,seed=3"

// A linkKey is one of a link's settings.
type linkKey struct {
	name  string
	takes string // an example
	parse func(l *Link, value string) error
	print func(l *Link) string // "" where it is not set
}

// linkKeys is in the order in which a link prints.
var linkKeys = []linkKey{
	{"rtt", "40ms", func(l *Link, v string) (err error) {
		l.RTT, err = parseDelay(v)
		return err
	}, func(l *Link) string { return printSome(l.RTT) }},
	{"mss", "1460", func(l *Link, v string) error {
		return parseInt(&l.MSS, v, "", "bytes", 1, MaxMSS)
	}, func(l *Link) string { return printInt(l.MSS, "") }},
	{"nagle", "on", func(l *Link, v string) error {
		if v != "on" && v != "off" {
			return fmt.Errorf("%q: nagle is on or off", v)
		}
		l.Nagle = v == "on"
		return nil
	}, func(l *Link) string {
		if l.Nagle {
			return "on"
		}
		return ""
	}},
	{"delack", "40ms", func(l *Link, v string) (err error) {
		l.DelAck, err = parseDelay(v)
		if err == nil && l.DelAck > MaxDelAck {
			err = fmt.Errorf("%s: an acknowledgement waits 0s to %s", v, MaxDelAck)
		}
		return err
	}, func(l *Link) string { return printSome(l.DelAck) }},
	{"rate", "20mbit", func(l *Link, v string) (err error) {
		number, ok := strings.CutSuffix(v, "bit")
		if !ok {
			return fmt.Errorf("%q is no rate, such as 20mbit, 56kbit or 1gbit", v)
		}
		l.Rate, err = parseNumber(number, "kmg", "bits a second", MinRate, MaxRate)
		return err
	}, func(l *Link) string {
		if l.Rate == 0 {
			return ""
		}
		return printUnits(l.Rate, 1000, "kmg") + "bit"
	}},
	{"window", "64k", func(l *Link, v string) error {
		return parseInt(&l.Window, v, "KM", "bytes", 1, MaxWindow)
	}, func(l *Link) string { return printInt(l.Window, "km") }},
	{"loss", "1%", func(l *Link, v string) error {
		number, ok := strings.CutSuffix(v, "%")
		percent, err := strconv.ParseFloat(number, 64)
		switch {
		case !ok || errors.Is(err, strconv.ErrSyntax):
			return fmt.Errorf("%q is no loss, such as 1%% or 0.5%%", v)
		case !(percent >= 0 && percent <= MaxLoss/1e4): // NaN is neither
			return fmt.Errorf("loss of %s: it takes 0%% to %d%%", v, MaxLoss/10_000)
		}
		l.Loss = int(math.Round(percent * 1e4))
		return nil
	}, func(l *Link) string {
		if l.Loss == 0 {
			return ""
		}
		return strconv.FormatFloat(float64(l.Loss)/1e4, 'f', -1, 64) + "%"
	}},
	{"seed", "3", func(l *Link, v string) (err error) {
		if l.Seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			return fmt.Errorf("%q is no seed: it takes 0 to %d", v, uint64(math.MaxUint64))
		}
		return nil
	}, func(l *Link) string {
		if l.Seed == 0 {
			return ""
		}
		return strconv.FormatUint(l.Seed, 10)
	}},
}

// parseLink reads what stands behind "link:": settings, the first of which may be
// the name of a link that the others change.
func parseLink(text string) (Link, error) {
	var l Link
	taken := map[string]bool{}
	for i, setting := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(setting, "=")
		if named, found := linkNamed(setting); found && i == 0 {
			l = named
			continue
		}
		k := slices.IndexFunc(linkKeys, func(k linkKey) bool { return k.name == name })
		switch {
		case k < 0:
			return l, &wordError{fmt.Sprintf("a link has no %q", name), name, linkWords()}
		case !ok || value == "":
			return l, fmt.Errorf("%s needs a value, such as %s=%s", name, name, linkKeys[k].takes)
		case taken[name]:
			return l, fmt.Errorf("the link has a %s already", name)
		}
		taken[name] = true
		if err := linkKeys[k].parse(&l, value); err != nil {
			return l, err
		}
	}
	return l, nil
}

// wordError is a word that is none of those known.
type wordError struct {
	reason, word string
	known        []string
}

func (e *wordError) Error() string { return e.reason }

func linkWords() []string {
	var words []string
	for _, k := range linkKeys {
		words = append(words, k.name)
	}
	for _, l := range Links {
		words = append(words, l.Name)
	}
	return words
}

func linkNamed(name string) (Link, bool) {
	for _, l := range Links {
		if l.Name == name {
			return l.Link, true
		}
	}
	return Link{}, false
}

// String returns the plan item that is the link, "" for none.
func (l Link) String() string {
	if l == (Link{}) {
		return ""
	}
	for _, named := range Links {
		if named.Link == l {
			return named.Name
		}
	}
	return "link:" + strings.Join(l.Settings(), ",")
}

// Settings returns what of a link is set, each as "key=value" in the order of
// LinkForm.
func (l Link) Settings() []string {
	var settings []string
	for _, k := range linkKeys {
		if value := k.print(&l); value != "" {
			settings = append(settings, k.name+"="+value)
		}
	}
	return settings
}

// parseNumber reads a whole number with one of the units behind it or none: each
// is 1,000 times the one before, or 1,024 times where they are written as capitals.
func parseNumber(text, units, what string, least, most int64) (int64, error) {
	step := int64(1000)
	if units != strings.ToLower(units) {
		step = 1024
	}
	number, factor := text, int64(1)
	for i, unit := range strings.ToLower(units) {
		if before, ok := strings.CutSuffix(text, string(unit)); ok {
			number, factor = before, int64(math.Pow(float64(step), float64(i+1)))
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, fmt.Errorf("%q is not a whole number of %s", text, what)
	case err != nil || n < 0 || n > most/factor || n*factor < least:
		return 0, fmt.Errorf("%s %s: it takes %d to %d", text, what, least, most)
	}
	return n * factor, nil
}

// parseInt is parseNumber for what is in memory.
func parseInt(to *int, text, units, what string, least, most int64) error {
	n, err := parseNumber(text, units, what, least, most)
	*to = int(n)
	return err
}

// printUnits writes n with the greatest of the units that divides it.
func printUnits(n, step int64, units string) string {
	unit := ""
	for _, u := range units {
		if n%step != 0 {
			break
		}
		n, unit = n/step, string(u)
	}
	return strconv.FormatInt(n, 10) + unit
}

func printInt(n int, units string) string {
	if n == 0 {
		return ""
	}
	return printUnits(int64(n), 1024, units)
}

func printSome(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return printDelay(d)
}
