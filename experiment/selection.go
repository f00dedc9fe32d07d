package experiment

import (
	"slices"
	"strings"
)

// Recordable names what --record can select.
type Recordable struct {
	// Populations and Phases are disjoint lists of names. Phases may overlap
	// in time, as a first epoch does with the training.
	Populations, Phases []string
	// Default is what is recorded without --record, in the same syntax: "all",
	// "none", or names separated by commas. "" is "none".
	Default string
}

// Selection is a parsed --record. Its zero value records nothing.
type Selection struct {
	all                 bool
	populations, phases []string
}

// Parse reads "all", "none" or a comma-separated list of names; "" stands for
// the default. Its error is an *InputError naming every unknown name.
func (c Recordable) Parse(text string) (Selection, error) {
	if text == "" {
		text = c.Default
	}
	switch text {
	case "all":
		return Selection{all: true}, nil
	case "none", "":
		return Selection{}, nil
	}
	var s Selection
	var p problems
	seen := map[string]bool{}
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if seen[name] {
			continue
		}
		seen[name] = true
		switch {
		case name == "":
			p.addf("record: %q holds an empty name, want all, none%s", text, c.list())
		case slices.Contains(c.Populations, name):
			s.populations = append(s.populations, name)
		case slices.Contains(c.Phases, name):
			s.phases = append(s.phases, name)
		case name == "all" || name == "none":
			p.addf("record: %q stands alone, not in a list", name)
		default:
			known := slices.Concat([]string{"all", "none"}, c.Populations, c.Phases)
			p.addf("record: %q is unknown%s, want all, none%s", name, DidYouMean(name, known), c.list())
		}
	}
	return s, p.err()
}

// list writes the names for an error line.
func (c Recordable) list() string {
	names := slices.Concat(c.Populations, c.Phases)
	if len(names) == 0 {
		return ""
	}
	return " or any of " + strings.Join(names, ", ")
}

func (c Recordable) validate(p *problems) {
	seen := map[string]bool{"all": true, "none": true}
	for _, n := range slices.Concat(c.Populations, c.Phases) {
		if seen[n] || !nameRule.MatchString(n) {
			p.addf("record: %q is repeated or malformed", n)
		}
		seen[n] = true
	}
	if _, err := c.Parse(""); err != nil {
		p.addf("record.default: %v", err)
	}
}

// Wants reports whether spikes of a population are kept in a stretch of time
// that belongs to all the phases given. Naming populations alone keeps them in
// every phase; naming phases alone keeps every population in these.
func (s Selection) Wants(population string, phases ...string) bool {
	if s.all || s.None() {
		return s.all
	}
	if len(s.populations) > 0 && !slices.Contains(s.populations, population) {
		return false
	}
	return len(s.phases) == 0 ||
		slices.ContainsFunc(phases, func(p string) bool { return slices.Contains(s.phases, p) })
}

// All reports that everything is recorded.
func (s Selection) All() bool { return s.all }

// None reports that nothing is recorded.
func (s Selection) None() bool {
	return !s.all && len(s.populations) == 0 && len(s.phases) == 0
}

// Text writes the selection as --record takes it.
func (s Selection) Text() string {
	switch {
	case s.all:
		return "all"
	case s.None():
		return "none"
	}
	return strings.Join(slices.Concat(s.populations, s.phases), ",")
}

// ParseCodec checks a --codec: "lz4" (the default for ""), "zstd" or "none".
func ParseCodec(text string) (string, error) {
	switch text {
	case "":
		return "lz4", nil
	case "lz4", "zstd", "none":
		return text, nil
	}
	return "", Inputf("codec: %q, want lz4, zstd or none", text)
}
