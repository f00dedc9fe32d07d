package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// sample is a description with one parameter of each kind.
func sample() *Experiment {
	return &Experiment{
		Name: "sample", Title: "A sample",
		Params: []Param{
			{Key: "tau_avg", Unit: "s", Default: 2, Min: 0, OpenMin: true, Max: 100, Doc: "averaging time"},
			{Key: "eta", Default: 8e-3, Min: 0, Max: math.Inf(1), Doc: "learning rate"},
			{Key: "neurons", Kind: Integer, Default: 500, Min: 1, Max: 1e6, Doc: "neurons"},
			{Key: "order", Kind: Choice, Default: "fixed", Choices: []string{"fixed", "random"}, Doc: "order"},
			{Key: "nmda", Kind: Bool, Default: false, Doc: "NMDA"},
			{Key: "rates", Kind: List, Unit: "Hz", Default: []float64{5, 10}, Min: 0, OpenMin: true, Max: 1000, Doc: "event rates"},
		},
		Presets: []Preset{{Name: "quick", Doc: "short", Set: map[string]string{"tau_avg": "500ms", "nmda": "true"}}},
		Record:  Recordable{Populations: []string{"hidden", "output"}, Phases: []string{"before", "after"}, Default: "before,after"},
		Run:     func(context.Context, *Run) error { return nil },
	}
}

func TestResolve(t *testing.T) {
	e := sample()
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	v, err := e.Resolve("quick", []string{"tau_avg=1500 ms", "order=random"})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Milliseconds("tau_avg"); got != 1500 {
		t.Errorf("tau_avg = %v ms, want 1500", got)
	}
	if got := v.Float("tau_avg"); got != 1.5 {
		t.Errorf("--set must win over --preset: tau_avg = %v", got)
	}
	if !v.Bool("nmda") || v.String("order") != "random" || v.Int("neurons") != 500 || v.Float("eta") != 8e-3 {
		t.Errorf("values %v", v.values)
	}
	if got := strings.Join(v.Changed(), " "); got != "tau_avg order nmda" {
		t.Errorf("Changed() = %q", got)
	}
	if v.Text("tau_avg") != "1.5s" || v.Preset() != "quick" {
		t.Errorf("Text, Preset = %q, %q", v.Text("tau_avg"), v.Preset())
	}
	b, err := json.Marshal(v)
	want := `{"eta":{"value":0.008},"neurons":{"value":500},"nmda":{"value":true},"order":{"value":"random"},"rates":{"value":[5,10],"unit":"Hz"},"tau_avg":{"value":1.5,"unit":"s"}}`
	if err != nil || string(b) != want {
		t.Errorf("JSON %s, %v, want %s", b, err, want)
	}
	other, err := e.Resolve("", []string{"nmda=true", "order=random", "tau_avg=1.5s"})
	if err != nil || other.Hash() != v.Hash() {
		t.Errorf("the same values must have the same hash (%v)", err)
	}
	if e.Defaults().Hash() == v.Hash() {
		t.Error("other values must have another hash")
	}
}

func TestResolveReportsAll(t *testing.T) {
	_, err := sample().Resolve("", []string{"tau_avg=0", "tau_avg=101s", "eta=-1", "neurons=2.5", "neurons=99999999999999999999",
		"order=Fixed", "nmda=yes", "tau=1s", "x\ny=1", "=3", "neurons"})
	var input *InputError
	if !errors.As(err, &input) {
		t.Fatal(err)
	}
	want := []string{
		"tau_avg: 0s is out of range, want > 0s and <= 100s",
		"tau_avg: set twice, to 0 and to 101s",
		"eta: -1 is out of range, want >= 0",
		`neurons: "2.5" is not a whole number, want a whole number, 1 to 1000000`,
		"neurons: set twice, to 2.5 and to 99999999999999999999",
		`order: "Fixed", did you mean "fixed"?, want one of fixed, random`,
		`nmda: "yes", want true or false`,
		"tau: unknown parameter; 'apical describe sample' lists them",
		"x y: unknown parameter; 'apical describe sample' lists them",
		`"=3" is not key=value`,
		`"neurons" is not key=value`,
	}
	if got := strings.Join(input.Problems, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("problems\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestIntegersWithExponent(t *testing.T) {
	q := &Param{Key: "n", Kind: Integer, Default: 1, Min: -1000, Max: 1e6}
	for text, want := range map[string]string{
		"2e1": "20", "1.5e3": "1500", "-1E2": "-100", "20.0": "20", "0": "0", "+7": "7",
		"1e-1": `"1e-1" is not a whole number, want a whole number, -1000 to 1000000`,
		"abc":  `"abc" is not a whole number, want a whole number, -1000 to 1000000`,
		"":     "is empty, want a whole number, -1000 to 1000000",
		"1e12": "1000000000000 is out of range, want -1000 to 1000000",
		"1e30": "1e30 is too large, want a whole number, -1000 to 1000000",
		"2s":   `"2s" is not a whole number, want a whole number, -1000 to 1000000`,
	} {
		v, err := q.Parse(text)
		got := fmt.Sprint(v)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestLookupMistakesPanic(t *testing.T) {
	v := sample().Defaults()
	for name, f := range map[string]func(){
		"undeclared": func() { v.Float("tau") },
		"kind":       func() { v.Int("tau_avg") },
		"text":       func() { v.Text("tau") },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "experiment: ") {
					t.Errorf("%s: panic %v, want one with the package's prefix", name, s)
				}
			}()
			f()
		}()
	}
}

func TestValidateFindsMistakes(t *testing.T) {
	for want, spoil := range map[string]func(e *Experiment){
		"name: ":                           func(e *Experiment) { e.Name = "No Name" },
		"run: missing":                     func(e *Experiment) { e.Run = nil },
		"declared twice":                   func(e *Experiment) { e.Params[1].Key = "tau_avg" },
		"malformed key":                    func(e *Experiment) { e.Params[1].Key = "Eta" },
		"doc must be one line":             func(e *Experiment) { e.Params[1].Doc = "a\nb" },
		"want min < max":                   func(e *Experiment) { e.Params[1].Max = 0 },
		`unit "furlong" does not fit`:      func(e *Experiment) { e.Params[1].Unit = "furlong" },
		"default: is empty":                func(e *Experiment) { e.Params[5].Default = []float64{} },
		"default: 0Hz is out of range":     func(e *Experiment) { e.Params[5].Default = []float64{1, 0} },
		"default: 5 (int) is not a list":   func(e *Experiment) { e.Params[5].Default = 5 },
		`unit "s" does not fit`:            func(e *Experiment) { e.Params[2].Unit = "s" },
		"default: 0s is out of range":      func(e *Experiment) { e.Params[0].Default = 0 },
		"default: 2 (string) is not":       func(e *Experiment) { e.Params[0].Default = "2" },
		"no choices":                       func(e *Experiment) { e.Params[3].Choices = nil },
		"presets.quick: order: ":           func(e *Experiment) { e.Presets[0].Set["order"] = "x" },
		"presets.quick: malformed or":      func(e *Experiment) { e.Presets = append(e.Presets, e.Presets[0]) },
		`record: "hidden" is repeated`:     func(e *Experiment) { e.Record.Phases[0] = "hidden" },
		`record.default: record: "during"`: func(e *Experiment) { e.Record.Default = "during" },
		`files: "../x" is not a plain`:     func(e *Experiment) { e.Files = []string{"../x"} },
		`headline: "cost" is empty or rep`: func(e *Experiment) { e.Headline = []string{"cost", "cost"} },
		"unknown kind 9":                   func(e *Experiment) { e.Params[0].Kind = 9 },
	} {
		e := sample()
		spoil(e)
		err := e.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() = %v, want %q in it", err, want)
		}
	}
}

func TestSelection(t *testing.T) {
	c := sample().Record
	for _, tc := range []struct {
		text             string
		population       string
		phases           []string
		wants, all, none bool
	}{
		{"all", "hidden", nil, true, true, false},
		{"none", "hidden", []string{"before"}, false, false, true},
		{"", "hidden", []string{"before"}, true, false, false},
		{"", "hidden", []string{"training"}, false, false, false},
		{"", "hidden", nil, false, false, false},
		{"hidden", "hidden", nil, true, false, false},
		{"hidden", "output", []string{"before"}, false, false, false},
		{"hidden, after", "hidden", []string{"training", "after"}, true, false, false},
		{"hidden,after", "hidden", []string{"before"}, false, false, false},
		{"hidden,after", "output", []string{"after"}, false, false, false},
	} {
		s, err := c.Parse(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if s.Wants(tc.population, tc.phases...) != tc.wants || s.All() != tc.all || s.None() != tc.none {
			t.Errorf("--record %q: Wants(%s, %v) = %v, All %v, None %v", tc.text, tc.population, tc.phases,
				s.Wants(tc.population, tc.phases...), s.All(), s.None())
		}
		again, err := c.Parse(s.Text())
		if err != nil || again.Text() != s.Text() {
			t.Errorf("%q does not read back: %q, %v", s.Text(), again.Text(), err)
		}
	}
	if _, err := c.Parse("hiden,,all"); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three wrong names: %v", err)
	}
	if _, err := c.Parse(","); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("an empty name is said once: %v", err)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"tau_avg", "eta_input_hidden", "order", "xor"}
	for word, want := range map[string]string{
		"tau_avgg": "tau_avg", "tauavg": "tau_avg", "eta_hidden_input": "", "eta_input_hiden": "eta_input_hidden",
		"oredr": "order", "zzz": "", "": "", "xro": "xor", strings.Repeat("x", 1000): "",
	} {
		if got, _ := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestParseSeeds(t *testing.T) {
	for text, want := range map[string]string{
		"1..5": "1..5", "1,2,5": "1,2,5", "7,1..3": "1..3,7", "4": "4", "3..3": "3", " 1 .. 2 ": "1,2",
		"9223372036854775806..9223372036854775807": "9223372036854775806,9223372036854775807",
	} {
		seeds, err := ParseSeeds(text)
		if err != nil || FormatSeeds(seeds) != want {
			t.Errorf("ParseSeeds(%q) = %v, %v, want %s", text, seeds, err, want)
		}
	}
	for _, text := range []string{"", "1..", "..3", "5..3", "1,1", "1..3,2", "-1", "x", "1...3", "1,,2",
		"0..9223372036854775807", "1..10001", "9223372036854775808"} {
		if seeds, err := ParseSeeds(text); err == nil {
			t.Errorf("ParseSeeds(%q) = %d seeds, want an error", text, len(seeds))
		}
	}
}
