package mnist

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// The generated images can be learned by every network of the calibration's kind, also
// with a hidden layer, and the files are those that are declared.
func TestImagesAreLearned(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 1000, Test: 200})
	x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + data, "hidden=30", "depth=1", "epochs=4", "rule=burstccn"}}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{2}, "checkpoint.arrow", "curves.arrow", "metrics.json")
	m := experimenttest.Metrics[images.Metrics](t, dir)
	if first, last := m.Epochs[0].Test.ErrorPct, m.Last.Test.ErrorPct; !(last < first/2) {
		t.Errorf("error %v %% at first and %v %% at last, want less than half", first, last)
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics}, "one seed", "epoch", "error (%)", "hidden 1", "chance")
}

// Zero feedback is told nothing: the hidden layer's signal has no direction. Tied
// feedback is backpropagation.
func TestControls(t *testing.T) {
	data := datasettest.Dir(t, datasettest.Options{Train: 200, Test: 50})
	for feedback, want := range map[string]float64{"zero": 90, "tied": 0} {
		x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + data, "hidden=30", "depth=2", "epochs=1", "rule=bp", "feedback=" + feedback}}
		m := experimenttest.Metrics[images.Metrics](t, x.Run(t, Experiment()))
		for k, l := range m.Last.Credit.Layers {
			if l.DeltaDeg == nil || *l.DeltaDeg-want > 1e-5 || want-*l.DeltaDeg > 1e-5 {
				t.Errorf("%s, layer %d: %v degrees, want %v", feedback, k+1, *l.DeltaDeg, want)
			}
		}
	}
}

// Each row of the calibration is judged when it is run as the documentation says, and no
// other network is.
func TestRowsAreFound(t *testing.T) {
	e := Experiment()
	for i, verification := range e.Verify[:len(rows())] {
		v, err := e.Resolve(verification.Preset, append([]string{"data=elsewhere"}, verification.Set...))
		if err != nil {
			t.Fatal(err)
		}
		r, found := rows()[i], 0
		for _, x := range expect(v) {
			if x.Source == source {
				found++
			}
		}
		if want := 3 + len(r.delta) + len(r.symmetry); found != want {
			t.Errorf("%s: %d expectations of the calibration, want %d", r.name, found, want)
		}
	}
	for _, x := range expect(e.Defaults()) {
		t.Errorf("%s is expected of the defaults", x.Doc)
	}
}

// The reference, on the real images: rows of one hidden layer, and the bands for the
// mean of five seeds widened to one.
func TestReference(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on MNIST")
	}
	if _, err := dataset.Find("mnist"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("no MNIST; apical data fetch mnist brings it")
	}
	for _, r := range rows() {
		if r.set["depth"] != "" {
			continue
		}
		var sets []string
		for key, text := range r.set {
			sets = append(sets, key+"="+text)
		}
		x := experimenttest.Trial{Seed: 1, Preset: calibration().Name, Sets: sets}
		m := experimenttest.Metrics[images.Metrics](t, x.Run(t, Experiment()))
		near := func(what string, got float64, n number, tolerance float64) {
			low, high := n.band(tolerance)
			if math.IsInf(low, -1) {
				return
			}
			// One seed against one: 3 sd √2 in place of 3 sd √(1 + 1/5).
			if more := 0.3 * (high - n.reference); got < low-more || got > high+more {
				t.Errorf("%s: %s %v, want %v, from %.3g to %.3g", r.name, what, got, n.reference, low-more, high+more)
			}
		}
		for k, n := range r.errors {
			near("test error", m.Epochs[k+1].Test.ErrorPct, n, tolerancePct)
		}
		for k, n := range r.delta {
			near("angle to backpropagation", *m.Last.Credit.Layers[k].DeltaDeg, n, toleranceDeg)
		}
		for k, n := range r.symmetry {
			near("angle of feedback", *m.Last.Credit.Layers[k].SymmetryDeg, n, toleranceDeg)
		}
		if strings.HasSuffix(r.name, "tied") && *m.Last.Credit.Layers[0].DeltaDeg > 0.1 {
			t.Errorf("%s: %v degrees to backpropagation", r.name, *m.Last.Credit.Layers[0].DeltaDeg)
		}
	}
}

func TestRefusals(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "depth=9", "hidden=0", "rule=backprop", "feedback=learned-q", "epochs=-1", "loss=hinge", "momentum=1", "p0=0", "data= ")
}
