package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Expectation is a number that a publication or its program lets us expect of an
// experiment, with the band in which it counts as reached.
type Expectation struct {
	// Path leads to a number or a truth value in metrics.json, as in
	// Experiment.Headline. Of several seeds the mean is judged; of truth values the
	// part of the seeds in which it holds.
	Path string
	// Doc says what it is, in a few words; Unit is that of the number, or "".
	Doc, Unit string
	// Reference is the number published or measured; NaN if there is only a band.
	Reference float64
	// Low and High bound the band; -Inf or +Inf leaves a side open. What is open to
	// both sides is shown beside its reference, and not judged.
	Low, High float64
	// Seeds is the least number of seeds for which the band is meant: seeds that have a
	// value, since it may be null. With fewer it is not judged. 0 stands for 1.
	Seeds int
	// Source says where reference and band come from.
	Source string
}

// Around is the band of a reference value and a tolerance to each side.
func Around(path, doc, unit string, reference, tolerance float64, source string) Expectation {
	return Expectation{Path: path, Doc: doc, Unit: unit, Reference: reference,
		Low: reference - tolerance, High: reference + tolerance, Source: source}
}

// Over returns the expectation as one about the mean of at least so many seeds.
func (x Expectation) Over(seeds int) Expectation {
	x.Seeds = seeds
	return x
}

// Outcome is an expectation and what became of it, as metrics.json and
// summary.json hold it. Met is null where it was not judged: too few seeds, or
// nothing measured.
type Outcome struct {
	Path      string   `json:"path"`
	Doc       string   `json:"doc"`
	Unit      string   `json:"unit,omitempty"`
	Value     *float64 `json:"value"`
	Reference *float64 `json:"reference"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	Seeds     int      `json:"seeds"`
	Wanted    int      `json:"seeds_wanted"`
	Met       *bool    `json:"met"`
	Source    string   `json:"source"`
}

// outcomes judges merged metrics.
func (e *Experiment) outcomes(v *Values, merged any) []Outcome {
	if e.Expect == nil {
		return nil
	}
	all := []Outcome{}
	for _, x := range e.Expect(v) {
		o := Outcome{Path: x.Path, Doc: x.Doc, Unit: x.Unit, Reference: Finite(x.Reference),
			Low: Finite(x.Low), High: Finite(x.High), Wanted: max(1, x.Seeds), Source: x.Source}
		if found, ok := follow(merged, strings.Split(x.Path, ".")); ok {
			o.Value, o.Seeds = value(found)
		}
		open := math.IsInf(x.Low, -1) && math.IsInf(x.High, 1)
		if o.Value != nil && o.Seeds >= o.Wanted && !open {
			met := *o.Value >= x.Low && *o.Value <= x.High
			o.Met = &met
		}
		all = append(all, o)
	}
	return all
}

// value is the number to judge, and of how many seeds it is: in others it may be null.
func value(merged any) (x *float64, seeds int) {
	switch m := merged.(type) {
	case stat:
		return m.Mean, m.N
	case truthStat:
		return Finite(float64(m.True) / float64(m.N)), m.N
	}
	return nil, 0
}

// withOutcomes appends "expected" to the object of a run's metrics.
func (r *Run) withOutcomes(metrics []byte) ([]byte, error) {
	if r.Experiment.Expect == nil {
		return metrics, nil
	}
	var v any
	if err := json.Unmarshal(metrics, &v); err != nil {
		return nil, err
	}
	merged, _ := mergeMetrics([]any{v})
	expected, err := json.MarshalIndent(r.Experiment.outcomes(r.Values, merged), "  ", "  ")
	if err != nil {
		return nil, err
	}
	object, ok := bytes.CutSuffix(metrics, []byte("\n}"))
	if !ok {
		return nil, fmt.Errorf("not an object with anything in it")
	}
	return fmt.Appendf(object, ",\n  %q: %s\n}", expectedKey, expected), nil
}

// expectedKey is where metrics.json and summary.json hold the outcomes.
const expectedKey = "expected"

// WriteOutcomes prints a line for each outcome.
func WriteOutcomes(w io.Writer, all []Outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "expected\tvalue\treference\tband\t")
	for _, o := range all {
		fmt.Fprintln(t, o.line())
	}
	return t.Flush()
}

func (o Outcome) line() string {
	value, reference, band, verdict := o.Words()
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", o.Name(), value, reference, band, verdict)
}

// Name says what it is, with its unit.
func (o Outcome) Name() string {
	if o.Unit == "" {
		return o.Doc
	}
	return o.Doc + " (" + o.Unit + ")"
}

// Words writes the numbers for a table, a dash for one that is missing, and the
// verdict: met, MISSED, or why it was not judged.
func (o Outcome) Words() (value, reference, band, verdict string) {
	number := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.4g", *x)
	}
	verdict = "not judged"
	switch {
	case o.Met != nil && *o.Met:
		verdict = "met"
	case o.Met != nil:
		verdict = "MISSED"
	case o.Value == nil:
		verdict = "not measured"
	case o.Seeds < o.Wanted:
		verdict = fmt.Sprintf("not judged: %d of %d seeds", o.Seeds, o.Wanted)
	}
	band = "-"
	switch {
	case o.Low != nil && o.High != nil:
		band = fmt.Sprintf("%.4g to %.4g", *o.Low, *o.High)
	case o.Low != nil:
		band = fmt.Sprintf("≥ %.4g", *o.Low)
	case o.High != nil:
		band = fmt.Sprintf("≤ %.4g", *o.High)
	}
	return number(o.Value), number(o.Reference), band, verdict
}

// missed counts the outcomes that were judged and missed.
func missed(all []Outcome) (n int) {
	for _, o := range all {
		if o.Met != nil && !*o.Met {
			n++
		}
	}
	return n
}

// validExpectations notes expectations that say nothing.
func (e *Experiment) validExpectations(p *problems) {
	if e.Expect == nil {
		return
	}
	for _, x := range e.Expect(e.Defaults()) {
		if x.Path == "" || x.Doc == "" || x.Source == "" || !(x.Low <= x.High) || math.IsInf(x.Reference, 0) {
			p.addf("expect: %q needs a path, a doc, a source and a band", x.Path)
		}
	}
}
