package biasfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/rate"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// The claims in little: the same bytes for any number of workers, an error that falls with
// width and is above that of training everything, frozen weights, a mask that is biases.
func TestClaims(t *testing.T) {
	x := experimenttest.Trial{Seed: 1, Sets: []string{"targets=absolute,hill", "widths=10,40,160", "widest_features=40", "steps=1500"}}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{3}, "metrics.json")
	m := experimenttest.Metrics[Metrics](t, dir)
	if !m.Frozen.Unchanged || len(m.Frozen.Before) != 2 || m.Frozen.Before[0] == m.Frozen.Before[1] {
		t.Errorf("weights: %+v", m.Frozen)
	}
	for name, r := range m.Targets {
		if !r.Biases.Falling || len(r.Biases.Falls) != 2 {
			t.Errorf("%s: errors %v by width, want them to fall", name, r.Biases.RMS)
		}
		if slices.Min(r.BiasesLessWeightsRMS) <= 0 {
			t.Errorf("%s: biases less everything: %v, want above 0", name, r.BiasesLessWeightsRMS)
		}
		if k := r.Masking; k.Width != 160 || k.Silenced == 0 || k.Silenced == 160 || k.Change != 0 {
			t.Errorf("%s: masking %+v", name, k)
		}
		for i, e := range r.Biases.RMS {
			if e > r.Biases.Sup[i] {
				t.Errorf("%s: RMS %v above the greatest error %v", name, e, r.Biases.Sup[i])
			}
		}
		if last := len(m.Widths) - 1; r.Biases.RMS[last] > r.RMS/5 {
			t.Errorf("%s: error %v, want a fifth of the target's %v", name, r.Biases.RMS[last], r.RMS)
		}
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics, metrics}, "mean of 2 seeds", "hidden units", "biases of 160 units", "random features")
}

// The figure has a place for its legends whatever the number of targets.
func TestFigureOfFourTargets(t *testing.T) {
	x := experimenttest.Trial{Seed: 1, Sets: []string{"targets=sine,absolute,bump,step", "widths=5", "steps=1"}}
	metrics := json.RawMessage(experimenttest.Read(t, x.Run(t, Experiment()), "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics}, "biases of 5 units", "one seed")
}

// Random features fit what is a sum of them, to rounding; and the RMS of the sine is √½.
func TestRandomFeatures(t *testing.T) {
	f := frozen{rate.DrawShallow(1, 1, 12, 1, 1, 1, 1), rate.DrawUnits(1, drawBiases, 12, 1)}
	sum := target{"sum", 1, "", func(x []float64) float64 {
		y := 0.0
		for j, b := range f.biases {
			y += f.V.Data[j] * math.Max(0, f.W.Data[j]*x[0]+b)
		}
		return y
	}}
	team := matmul.NewTeam(1)
	defer team.Close()
	found, err := randomFeatures(f, []target{sum}, team)
	if err != nil || found[0].Sup > 1e-12 {
		t.Errorf("error %+v (%v), want none", found, err)
	}
	sine := targets()[0]
	x := measuredGrid(1)
	// Σ sin² over whole periods of a grid with both edges is (n-1)/2.
	want := math.Sqrt(float64(measured1D-1) / 2 / measured1D)
	if e := errorOf(make([]float64, x.Rows), sine.values(x)); math.Abs(e.RMS-want) > 1e-12 || e.Sup != 1 {
		t.Errorf("the sine has %+v, want %v and 1", e, want)
	}
}

// Units that are silent everywhere make the function that is 0.
func TestSilentFeatures(t *testing.T) {
	f := frozen{rate.DrawShallow(1, 1, 2, 1, 1, 0.01, 1), []float64{-1, -1}}
	team := matmul.NewTeam(1)
	defer team.Close()
	found, err := randomFeatures(f, targets()[:1], team)
	if err != nil || found[0].Sup != 1 {
		t.Errorf("error %+v (%v), want that of 0, which is 1 at most of a sine", found, err)
	}
}

// No fit is by about as many points as features, where its error grows.
func TestRandomFeaturesHavePointsEnough(t *testing.T) {
	for units := range 801 {
		for inputs := 1; inputs <= 2; inputs++ {
			if n := fittedGrid(inputs, units).Rows; n < 4*units {
				t.Fatalf("%d inputs: %d points for %d units, want 4 each", inputs, n, units)
			}
		}
	}
	team := matmul.NewTeam(1)
	defer team.Close()
	before := math.Inf(1)
	for _, units := range []int{100, 200, 400} { // 401 points would be as many as the last
		f := frozen{rate.DrawShallow(1, 1, units, 1, 1, 1, 1), rate.DrawUnits(1, drawBiases+1, units, 1)}
		found, err := randomFeatures(f, targets()[:1], team)
		if err != nil || !(found[0].RMS < before/2) {
			t.Errorf("error %v with %d units (%v), want less than half of %v with half of them", found[0].RMS, units, err, before)
		}
		before = found[0].RMS
	}
}

// Whoever interrupts is heeded while a network learns, and is not told that the run is over.
func TestInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := frozen{rate.DrawShallow(1, 1, 5, 1, 1, 1, 1), make([]float64, 5)}
	team := matmul.NewTeam(1)
	defer team.Close()
	s := settings{steps: 1000, batch: 4, rateBiases: 0.01}
	told := 0
	_, err := learn(ctx, s, learnBiases, f, targets()[0], team, func(float64) { told++; cancel() })
	if !errors.Is(err, context.Canceled) || told != 1 {
		t.Errorf("%v after being told %d times", err, told)
	}
	m := &Metrics{Widths: []int{5}, Targets: map[string]*Result{}}
	p := newProgress(&experiment.Run{}, s, m.Widths, 5, targets()[:1])
	if err := m.leastSquares(ctx, 1, 5, map[int]frozen{1: f}, targets()[:1], p); !errors.Is(err, context.Canceled) {
		t.Errorf("least squares: %v, want that they are interrupted", err)
	}
}

// Claims are judged over seeds, of networks that are drawn and learn as by default.
func TestExpectationsAreOfTheSettingsClaimed(t *testing.T) {
	for set, want := range map[string]int{"targets=sine": 1 + 5 + 6, "steps=10": 1, "widths=50,60": 1 + 7*2} {
		v, err := Experiment().Resolve("", []string{set})
		if err != nil {
			t.Fatal(err)
		}
		if got := expect(v); len(got) != want {
			t.Errorf("%s: %d expectations, want %d", set, len(got), want)
		}
	}
}

// Grids go from edge to edge, points of a square row by row.
func TestGrids(t *testing.T) {
	if x := grid(1, 3); !slices.Equal(x.Data, []float64{-1, 0, 1}) {
		t.Errorf("line %v", x.Data)
	}
	if x := grid(2, 2); !slices.Equal(x.Data, []float64{-1, -1, -1, 1, 1, -1, 1, 1}) {
		t.Errorf("square %v", x.Data)
	}
	if x := cut(2); x.Data[0] != -1 || x.Data[1] != -0.5 || x.Data[201] != 0.5 {
		t.Errorf("cut from %v", x.Data[:2])
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "targets=cosine", "widths=0", "widths=20,10", "widths=2.5", "steps=0", "batch=0", "bound_v=0", "rate=0")
}
