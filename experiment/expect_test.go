package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// expecting is an experiment that measures its seed and whether it is odd.
func expecting() *Experiment {
	return &Experiment{
		Name: "expecting",
		Expect: func(*Values) []Expectation {
			return []Expectation{
				Around("numbers.seed", "seed", "1", 2, 0.5, "here"),
				Around("numbers.seed", "seed of many", "1", 2, 0.5, "here").Over(3),
				{Path: "odd", Doc: "odd", Reference: math.NaN(), Low: 0.5, High: math.Inf(1), Source: "here"},
				{Path: "sometimes", Doc: "null in odd seeds", Reference: math.NaN(), Low: 0, High: 1, Seeds: 3, Source: "here"},
				{Path: "nothing", Doc: "nothing", Low: 0, High: 1, Source: "here"},
			}
		},
		Verify: []Verification{{Seeds: "1..3"}, {Name: "one", Seeds: "1"}},
		Run: func(_ context.Context, r *Run) error {
			var sometimes *float64
			if r.Seed%2 == 0 {
				sometimes = Finite(0.5)
			}
			return r.Metrics(map[string]any{"numbers": map[string]any{"seed": r.Seed}, "odd": r.Seed%2 == 1, "sometimes": sometimes})
		},
	}
}

func met(all []Outcome) string {
	var b strings.Builder
	for _, o := range all {
		switch {
		case o.Met == nil:
			b.WriteByte('-')
		case *o.Met:
			b.WriteByte('y')
		default:
			b.WriteByte('n')
		}
	}
	return b.String()
}

func TestOutcomesOfOneSeed(t *testing.T) {
	e := expecting()
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	for seed, want := range map[uint64]string{1: "n-y--", 2: "y-n--"} {
		r, err := e.NewRun(e.Defaults(), seed, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(r.Dir, metricsName))
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Odd      bool
			Expected []Outcome
		}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if got := met(m.Expected); got != want || m.Odd != (seed == 1) || m.Expected[2].Reference != nil || m.Expected[2].High != nil {
			t.Errorf("seed %d: %s, want %s, in %s", seed, got, want, b)
		}
	}
}

func TestVerify(t *testing.T) {
	e := expecting()
	var out bytes.Buffer
	o := VerifyOptions{Dir: t.TempDir(), Out: &out}
	all, err := e.VerifyAll(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Label != "expecting" || all[1].Label != "expecting-one" {
		t.Fatalf("%+v", all)
	}
	// The mean of 1, 2, 3 is 2, and two of them are odd.
	if met(all[0].Outcomes) != "yyy--" || all[0].Missed() != 0 || all[0].Judged() != 3 {
		t.Errorf("three seeds: %s", met(all[0].Outcomes))
	}
	if met(all[1].Outcomes) != "n-y--" || all[1].Missed() != 1 || all[1].Judged() != 2 {
		t.Errorf("one seed: %s", met(all[1].Outcomes))
	}
	for _, part := range []string{"seed of many (1)", "1.5 to 2.5", "MISSED", "not judged: 1 of 3 seeds", "null in odd seeds", "not measured", "≥ 0.5"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %q in\n%s", part, out.String())
		}
	}
	if _, err := e.VerifyAll(t.Context(), o); err == nil {
		t.Error("a second run replaced the first without being told to")
	}
}
