package biasfunctions

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

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
	x := experimenttest.Trial{Seed: 1, Sets: []string{"targets=absolute,hill", "widths=10,40,160", "steps=1500"}}
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
	errors, err := randomFeatures(f, []target{sum}, team)
	if err != nil || errors[0].Sup > 1e-12 {
		t.Errorf("error %+v (%v), want none", errors, err)
	}
	sine := targets()[0]
	x := measuredGrid(1)
	// Σ sin² over whole periods of a grid with both edges is (n-1)/2.
	want := math.Sqrt(float64(measured1D-1) / 2 / measured1D)
	if e := errorOf(make([]float64, x.Rows), sine.values(x)); math.Abs(e.RMS-want) > 1e-12 || e.Sup != 1 {
		t.Errorf("the sine has %+v, want %v and 1", e, want)
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
