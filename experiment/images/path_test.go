package images

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/io/curvefile"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

// The curves hold, before learning and after each epoch, how linear the feedback path
// of each hidden layer is and how many dimensions errors have: 1 for backpropagation,
// between 0 and 1 for burstprop, nothing for node perturbation, which has no path; at
// least one dimension and at most as many as units.
func TestPath(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 60, Test: 30})
	for rule, holds := range map[string]func(correlation float64, ok bool) bool{
		"bp":                func(c float64, ok bool) bool { return ok && math.Abs(c-1) < 1e-12 },
		"burstprop":         func(c float64, ok bool) bool { return ok && c > 0 && c < 1 },
		"node-perturbation": func(_ float64, ok bool) bool { return !ok },
	} {
		r := newRun(t, t.TempDir(), data, "rule="+rule)
		if err := r.Experiment.Run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		f, err := curvefile.Read(filepath.Join(r.Dir, "curves.arrow"))
		if err != nil {
			t.Fatal(err)
		}
		measured := 0
		for _, row := range f.Rows {
			if row.Layer != "hidden1" || row.Split != curvefile.Test {
				continue
			}
			measured++
			c, ok := row.Values[curvefile.FeedbackCorrelation]
			ratio, rank := row.Values[curvefile.ParticipationRatio], row.Values[curvefile.EffectiveRank]
			if !holds(c, ok) || !(ratio >= 1 && ratio <= rank && rank <= 20) {
				t.Errorf("%s, epoch %d: correlation %v (%v), participation ratio %v, effective rank %v", rule, row.Epoch, c, ok, ratio, rank)
			}
		}
		if measured != 3 {
			t.Errorf("%s: measured in %d epochs, want before the first and after both", rule, measured)
		}
	}
	r := newRun(t, t.TempDir(), data, "path_examples=0", "error_examples=0")
	tr, rec, err := newTraining(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	history, err := tr.Run(t.Context(), rec.restore)
	if err != nil || history[0].Path != nil {
		t.Errorf("%+v, %v: want nothing where nothing is asked for", history[0].Path, err)
	}
	if err := rec.close(); err != nil {
		t.Fatal(err)
	}
}
