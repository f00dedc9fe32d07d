package pairing

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
)

// TestFigure draws two seeds of all protocols and of one.
func TestFigure(t *testing.T) {
	drawn := func(seeds uint64, sets []string, says ...string) image.Rectangle {
		var all []json.RawMessage
		for seed := range seeds {
			_, dir := trial(t, seed, sets...)
			all = append(all, experimenttest.Read(t, dir, "metrics.json"))
		}
		picture, err := png.Decode(bytes.NewReader(experimenttest.Figure(t, Experiment(), all, says...)))
		if err != nil {
			t.Fatal(err)
		}
		return picture.Bounds()
	}
	all := drawn(2, []string{"realisations=2", "duration=10s"},
		"frequency (Hz)", "burst probability", "mean-field theory", "p0 0.75", "τ_pre 0.5 s, τ_avg 30 s")
	if one := drawn(1, []string{"protocol=periodic"}); one.Dx() >= all.Dx()/2 || one.Dy() >= all.Dy()/2 {
		t.Errorf("one panel of %v, twelve of %v", one, all)
	}
}

// TestPooled: two seeds of two realisations each, 0 and 2, 4 and 6, are four numbers
// of mean 3 and variance 20/3.
func TestPooled(t *testing.T) {
	x, sd := 1.0, 1.4142135623730951
	of := func(w float64) *Result {
		return &Result{Realisations: 2, Curves: []Curve{{Points: []Point{{FrequencyHz: &x, WeightChange: w, SD: &sd}}}}}
	}
	_, mean, spread := pooled([]*Result{of(1), of(5)}, 0)
	if d := spread[0]*spread[0] - 20./3; mean[0] != 3 || d > 1e-12 || d < -1e-12 {
		t.Errorf("mean %v, variance %v", mean[0], spread[0]*spread[0])
	}
}
