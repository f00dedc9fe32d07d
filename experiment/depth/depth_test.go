package depth

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// A small grid leaves the same bytes for any number of workers; what it measures is
// what theory says of it; and it can be drawn.
func TestGrid(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 200, Test: 50})
	x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + data, "hidden=20", "epochs=2", "perturbations=300", "depths=0,1,2",
		"rules=bp,burstprop,burstccn", "feedbacks=tied,random,learned-q"}}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{2, 3}, "metrics.json")
	m := experimenttest.Metrics[Metrics](t, dir)
	if want := []string{"bp learned-q", "burstprop learned-q"}; !slices.Equal(m.LeftOut, want) {
		t.Errorf("left out %v, want %v", m.LeftOut, want)
	}
	if len(m.Networks) != 3*(2+2+3) || len(m.Order) != len(m.Networks) {
		t.Fatalf("%d networks in %v", len(m.Networks), m.Order)
	}
	for _, name := range m.Order {
		n := m.Networks[name]
		if len(n.Credit.Layers) != n.Depth || len(n.TestErrorPct) != 3 || (n.MeanDeltaDeg == nil) != (n.Depth == 0) {
			t.Errorf("%s: %+v", name, n)
		}
		if (n.Rule == "bp") != (len(n.Linearity) == 0) && n.Depth > 0 {
			t.Errorf("%s: linearity of %d layers", name, len(n.Linearity))
		}
		for _, r := range n.Linearity {
			// Perturbations of 10 % stay where dendrites are linear.
			if r == nil || *r < 0.99 || *r > 1 {
				t.Errorf("%s: linearity %v", name, r)
			}
		}
		if n.Feedback == "tied" && n.Depth > 0 && *n.GreatestDeltaDeg > 2 {
			t.Errorf("%s: %v degrees", name, *n.GreatestDeltaDeg)
		}
	}
	if a := m.GrowthDeg["bp tied"]; math.Abs(a) > 1e-5 {
		t.Errorf("depth adds %v degrees to backpropagation", a)
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics, metrics}, "mean of 2 seeds", "burstccn, learned-q", "hidden layers", "angle")
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "depths=1.5", "depths=1,1", "depths=9", "rules=none", "rules=bp,bp", "feedbacks=none", "perturbations=20", "perturbation_size=0")
}
