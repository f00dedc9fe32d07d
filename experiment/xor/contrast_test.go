package xor

import (
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/sim"
)

// TestContrast counts by hand: 20 bins of 10 steps of one population pair, of which
// the first fifth is left out and the last 30 steps are for learning.
func TestContrast(t *testing.T) {
	var bins []sim.RateBin
	for k := range int64(20) {
		for i := range populationNames {
			b := sim.RateBin{Population: i, From: 1000 + 10*k, To: 1000 + 10*(k+1), Neurons: 2, Events: 10, Bursts: 2}
			switch {
			case k < 4: // left out
				b.Bursts = 9
			case k >= 17 && populationNames[i] == "hidden1":
				b.Bursts = 5
			case k >= 17 && populationNames[i] == "hidden2":
				b.Bursts = 1
			case k >= 17 && populationNames[i] == "output":
				b.Events = 0
			}
			bins = append(bins, b)
		}
	}
	c := contrast(examples[1], bins, 200, 30)
	for name, want := range map[string]float64{"input1": 0, "hidden1": 30, "hidden2": -10} {
		if got := c.ChangePct[name]; got == nil || math.Abs(*got-want) > 1e-9 {
			t.Errorf("change of %s: %v, want %v", name, got, want)
		}
	}
	if c.LearningPct["output"] != nil || c.ChangePct["output"] != nil || *c.PredictionPct["output"] != 20 {
		t.Error("output without events while learning: want no probability there, 20 % before")
	}
	// A learning part of 25 steps holds two whole bins.
	if got := count(bins, 175, 200)[0].Events; got != 20 {
		t.Errorf("%d events in the last 25 steps, want 20", got)
	}
	// None of the ten steps of a part shorter than a bin.
	if c := contrast(examples[1], bins, 200, 5); c.LearningPct["hidden1"] != nil {
		t.Error("a learning part shorter than a bin has a burst probability")
	}
}

func TestTeacherOfABin(t *testing.T) {
	var w Window
	w.teach(100, 200, 25)
	want := append(make([]float64, 17), 50, 100, 100)
	if !slices.Equal(w.TeacherPA, want) {
		t.Errorf("%v, want %v", w.TeacherPA, want)
	}
}

// TestWindowIsTheLastWholeEpoch trains for two epochs and a half.
func TestWindowIsTheLastWholeEpoch(t *testing.T) {
	m, _ := start(t, 1, "", "neurons=20", "examples=10", "example_duration=200ms", "tau_avg=50ms", "order=random")
	if m.Window == nil || m.Window.Epoch != 2 || len(m.Window.Inputs) != 4 {
		t.Fatalf("window %+v, want epoch 2 of four examples", m.Window)
	}
	for name, values := range m.Window.EventRateHz {
		if len(values) != 4*BinsPerExample {
			t.Errorf("%d bins of %s, want %d", len(values), name, 4*BinsPerExample)
		}
	}
	if len(m.Window.TeacherPA) != 4*BinsPerExample || len(m.FirstEpoch) != 4 || *m.FinalCost != mean(m.EpochCosts) {
		t.Errorf("%d bins of the teacher, %d contrasts, final cost %v of %v", len(m.Window.TeacherPA), len(m.FirstEpoch), *m.FinalCost, m.EpochCosts)
	}
}

// TestExpectations: the publication's values have all, fewer examples only those
// about what was shown, a preset its answer and, with other values, none.
func TestExpectations(t *testing.T) {
	const table, signs, costs = 4 * (6 + 3), 8, 2 * len(courseCosts)
	for _, c := range []struct {
		preset string
		sets   []string
		want   int
	}{
		{"", nil, table + signs + costs + 1}, {"", []string{"examples=0"}, table}, {"", []string{"examples=200"}, table + signs + 4},
		{"", []string{"neurons=100"}, 0}, {"quick", nil, 1}, {"quick", []string{"examples=40"}, 0},
		{"no-hidden-plasticity", nil, table + 1}, {"symmetric", nil, 1}, {"short-average", nil, 1},
	} {
		e := Experiment()
		v, err := e.Resolve(c.preset, c.sets)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Expect(v); len(got) != c.want {
			t.Errorf("preset %q, %v: %d expectations, want %d", c.preset, c.sets, len(got), c.want)
		}
	}
}
