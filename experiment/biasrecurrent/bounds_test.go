package biasrecurrent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
)

// TestNothingLearnedMissesAll: five networks that learn as good as nothing meet no
// expectation, but for the weights, which stay as they are.
func TestNothingLearnedMissesAll(t *testing.T) {
	if testing.Short() {
		t.Skip("five seeds of four networks")
	}
	e := Experiment()
	defaults, err := e.Resolve("", nil)
	if err != nil {
		t.Fatal(err)
	}
	e.Expect = func(*experiment.Values) []experiment.Expectation { return expect(defaults) }
	v, err := e.Resolve("", []string{"updates=1", "rate_bias=1e-12", "rate_weights=1e-12", "units=100"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := experiment.Plan{Experiment: e, Values: v, Seeds: []uint64{1, 2, 3, 4, 5}, PerSeed: true, Dir: dir, Out: io.Discard}
	if _, err := p.Execute(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var summary struct {
		Expected []experiment.Outcome `json:"expected"`
	}
	if err := json.Unmarshal(b, &summary); err != nil {
		t.Fatal(err)
	}
	judged := 0
	for _, o := range summary.Expected {
		if o.Met == nil {
			continue
		}
		judged++
		if unchanged := strings.HasSuffix(o.Path, ".weights_unchanged"); *o.Met != unchanged {
			t.Errorf("%s = %v: met %v", o.Path, *o.Value, *o.Met)
		}
	}
	if judged < 20 {
		t.Errorf("%d were judged", judged)
	}
}

// TestRunsAway: networks whose outputs grow beyond numbers leave null, a line that says
// so, and a figure.
func TestRunsAway(t *testing.T) {
	for _, gain := range []string{"gain=5", "gain=10"} {
		e := Experiment()
		dir := experimenttest.Trial{Seed: 1, Sets: []string{"activation=relu", gain, "period=100", "updates=1", "units=20",
			"tasks=cosine", "learns=bias", "free_steps=1400", "rate_bias=1e-9"}}.Run(t, e)
		m := experimenttest.Metrics[Metrics](t, dir)
		s := m.Networks["cosine bias"].After
		if s.Free.RanAwayStep == nil {
			t.Fatalf("%s: %+v, want one that runs away", gain, s.Free)
		}
		if gain == "gain=10" && !slices.Contains(s.Output, nil) {
			t.Errorf("%s: all outputs are numbers, want some beyond", gain)
		}
		var out bytes.Buffer
		if err := m.print(&out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "ran away") {
			t.Errorf("%s: not said in\n%s", gain, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if len(line) > 160 {
				t.Errorf("%s: a line of %d characters", gain, len(line))
			}
		}
		experimenttest.Figure(t, e, []json.RawMessage{experimenttest.Read(t, dir, "metrics.json")})
	}
}

// TestFigureWithoutPeriods: where no leading eigenvalue turns, a panel has nothing to show.
func TestFigureWithoutPeriods(t *testing.T) {
	dir := experimenttest.Trial{Seed: 2, Sets: []string{"leak=0.2", "units=50", "updates=3", "tasks=cosine", "learns=bias"}}.Run(t, Experiment())
	for _, p := range experimenttest.Metrics[Metrics](t, dir).Networks["cosine bias"].Curve {
		if p.PeriodSteps != nil {
			t.Fatalf("%+v turns: this network no longer tests it", p)
		}
	}
	experimenttest.Figure(t, Experiment(), []json.RawMessage{experimenttest.Read(t, dir, "metrics.json")})
}

func littleLearner() *learner {
	s := testSettings()
	p := protocol{settings: s, steps: 40, freeSteps: 505, otherStarts: 40, updates: 200, biasRate: 0.01, weightRate: 1e-4}
	return newLearner(p, cosine(25, 545), false)
}

// TestTrace: a run in stretches is the run in one piece.
func TestTrace(t *testing.T) {
	l := littleLearner()
	defer l.close()
	got := l.trace()
	whole := newNetwork(l.settings, 1, 545, false)
	defer whole.close()
	whole.Start(whole.start)
	for i := range 545 {
		if want := whole.read(whole.advance())[0]; math.Abs(got[i]-want) > 1e-9 {
			t.Fatalf("step %d: %v, want %v", i+1, got[i], want)
		}
	}
	for i, r := range l.probe.Rates(40).Data {
		if want := whole.Rates(545).Data[i]; math.Abs(r-want) > 1e-9 {
			t.Errorf("unit %d ends with %v, want %v", i, r, want)
		}
	}
}

// TestProgressAndCancel: every update is reported, and a run that is stopped stops.
func TestProgressAndCancel(t *testing.T) {
	l := littleLearner()
	defer l.close()
	ctx, cancel := context.WithCancel(t.Context())
	last := -1
	err := l.run(ctx, func(updates int) {
		if updates != last+1 {
			t.Errorf("%d updates after %d", updates, last)
		}
		if last = updates; updates == 150 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || last > 151 {
		t.Errorf("%v after %d updates", err, last)
	}
	if _, err := l.attracted(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("other starts: %v", err)
	}
	if _, err := l.stage(ctx, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a stage: %v", err)
	}
}
