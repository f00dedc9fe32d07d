// Package experiment describes published protocols as typed parameters,
// presets and one function that runs a seed, and does for each of them what
// none should do for itself: reading values with units, keeping the run
// directory, its manifest and its summary, showing progress, and fanning
// seeds out over the cores.
//
// A protocol lives in a package of its own below this one and returns an
// Experiment; the command holds the table of them. The package opens no Arrow
// file and knows nothing of neurons.
package experiment

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Experiment is one protocol: what can be set, what can be recorded, and how
// one seed of it runs.
type Experiment struct {
	// Name is what the command line calls it: lower case letters, digits,
	// '_' and '-', starting with a letter.
	Name string
	// Title is one line without a full stop, Summary a paragraph, Citation
	// the publication with its DOI.
	Title, Summary, Citation string
	// Params are listed by describe in this order.
	Params []Param
	// Presets are named sets of values; a value given by --set wins.
	Presets []Preset
	// Record says which names --record accepts and what it is without.
	Record Recordable
	// Files are names a run leaves in its directory beyond the standard ones
	// (see StandardFiles). Only these and the standard ones may be written
	// through Run.Path, and only these are removed by --force.
	Files []string
	// Checkpoint is the one of Files that a run which is continued finds in its
	// directory; "" if runs cannot be continued (Run.Resume).
	Checkpoint string
	// Tables are printed by describe after the parameters.
	Tables []Table
	// Headline names the metrics that a summary of several seeds prints, in this
	// order: paths into metrics.json such as "solved" or "after.1.rate_hz", where
	// an array has elements "0", "1" and so on and "last". A path that leads to an
	// object prints all below it; one that leads nowhere prints nothing. Without
	// a Headline all numbers outside arrays are printed that differ between
	// seeds, and all truth values.
	Headline []string
	// Figure, if not nil, draws NAME.png and NAME.svg: of each seed, and of
	// several together.
	Figure Figure
	// Expect, if not nil, lists what is to be expected of a run with these values;
	// where they are not those of the publication that may be nothing. Outcomes
	// stand in metrics.json and, of several seeds, in summary.json.
	Expect func(v *Values) []Expectation
	// Verify lists the full-length runs that 'apical verify' judges.
	Verify []Verification
	// Check, if not nil, judges the values together before anything is
	// written; its error is a wrong input, not a failed run.
	Check func(v *Values) error
	// Ready, if not nil, judges what a run with these values needs that is not in them,
	// such as files to read, before anything is written; its error is a wrong input.
	Ready func(v *Values) error
	// Run runs one seed. It returns ctx.Err() when it is cancelled, with its
	// files closed and readable.
	Run func(ctx context.Context, r *Run) error
}

// Preset is a named set of values.
type Preset struct {
	// Name follows the rule of Experiment.Name; Doc is one line.
	Name, Doc string
	// Set maps parameter keys to values as the command line writes them,
	// such as "example_duration": "2s".
	Set map[string]string
}

// Table is what parameters mean, where one line does not say it.
type Table struct {
	Title   string
	Columns []string
	Rows    [][]string
}

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// Validate reports every mistake in the description itself: a malformed or
// repeated name, a default outside its range, a preset that sets what is not
// there. The result is an *InputError. Experiments call it from a test.
func (e *Experiment) Validate() error {
	var p problems
	if !nameRule.MatchString(e.Name) {
		p.addf("name: %q, want lower case letters, digits, '_' and '-'", e.Name)
	}
	if e.Run == nil {
		p.addf("run: missing")
	}
	seen := map[string]bool{}
	for i := range e.Params {
		q := &e.Params[i]
		if seen[q.Key] {
			p.addf("params.%s: declared twice", q.Key)
		}
		seen[q.Key] = true
		q.validate(&p)
	}
	if len(p) > 0 {
		return p.err() // presets are read with the parameters
	}
	names := map[string]bool{"": true}
	for _, s := range e.Presets {
		if names[s.Name] || !nameRule.MatchString(s.Name) {
			p.addf("presets.%s: malformed or repeated name", s.Name)
		}
		names[s.Name] = true
		v := e.Defaults()
		var inPreset problems
		v.apply(s.assignments(), &inPreset)
		for _, line := range inPreset {
			p.addf("presets.%s: %s", s.Name, line)
		}
	}
	e.Record.validate(&p)
	for _, f := range e.Files {
		if f == "" || strings.ContainsAny(f, `/\`) || f == "." || f == ".." || f == manifestName || f == summaryName {
			p.addf("files: %q is not a plain file name, or taken", f)
		}
	}
	if e.Checkpoint != "" && !slices.Contains(e.Files, e.Checkpoint) {
		p.addf("checkpoint: %q is none of the files", e.Checkpoint)
	}
	for i, path := range e.Headline {
		if path == "" || slices.Contains(e.Headline[:i], path) {
			p.addf("headline: %q is empty or repeated", path)
		}
	}
	e.validExpectations(&p)
	e.validVerifications(&p)
	return p.err()
}

// Preset gives the preset of that name; an unknown one is an *InputError.
func (e *Experiment) Preset(name string) (Preset, error) {
	var names []string
	for _, s := range e.Presets {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return Preset{}, Inputf("preset %q: %s has no presets", name, e.Name)
	}
	return Preset{}, Inputf("preset %q: unknown%s; %s has %s",
		name, DidYouMean(name, names), e.Name, strings.Join(names, ", "))
}

// InputError is wrong usage or input: one line a problem, each naming the
// thing and what would be right. The command ends with exit code 2.
type InputError struct {
	Problems []string
}

// Error joins the problems with newlines.
func (e *InputError) Error() string { return strings.Join(e.Problems, "\n") }

// Inputf makes an InputError of one problem, on one line whatever the
// arguments hold.
func Inputf(format string, args ...any) error {
	var p problems
	p.addf(format, args...)
	return p.err()
}

// problems collects the lines of an InputError.
type problems []string

func (p *problems) addf(format string, args ...any) {
	*p = append(*p, oneLine(fmt.Sprintf(format, args...)))
}

// add takes the lines of an error.
func (p *problems) add(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		p.addf("%s", line)
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &InputError{Problems: p}
}
