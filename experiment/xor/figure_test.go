package xor

import (
	"bytes"
	"encoding/json"
	"image/png"
	"math"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/sim"
)

// TestFigure draws the metrics of two made-up seeds: a picture of the stated
// size, an SVG that names its axes, and the same bytes again.
func TestFigure(t *testing.T) {
	var runs []json.RawMessage
	for seed := range 2 {
		m := Metrics{After: &TruthTable{}, Window: &Window{Epoch: 4}, EpochCosts: []float64{2.8, 2.7, 2.5 + float64(seed)/10, 2}}
		for i, e := range examples {
			rates := map[string]float64{}
			for k, name := range populationNames {
				rates[name] = float64(i + k + seed)
			}
			row := Row{Input: e.name, EventRateHz: rates}
			m.Before[i], m.After[i] = row, row
			m.BeforeCourse.add(e, madeUp(i+seed), 10_000)
			m.Window.add(e, madeUp(2*i+seed), 10_000)
			m.Window.teach(100*float64(i), 80_000, 8_000)
		}
		m.AfterCourse = &m.BeforeCourse
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, raw)
	}
	raster := experimenttest.Figure(t, Experiment(), runs,
		"epoch", "event rate (Hz)", "chance, 4 ln 2", "hidden2 after", "Teacher, epoch 4", "burst probability (%)", "10 → 1")
	config, err := png.DecodeConfig(bytes.NewReader(raster))
	if err != nil {
		t.Fatal(err)
	}
	if ratio := float64(config.Width) / float64(config.Height); math.Abs(ratio-36.0/14) > 0.01 {
		t.Errorf("%d x %d pixels, want 36:14", config.Width, config.Height)
	}
}

// madeUp is an example of 8 s in 20 bins, in which events depend on the bin.
func madeUp(events int) (bins []sim.RateBin) {
	for k := range int64(BinsPerExample) {
		for i := range populationNames {
			bins = append(bins, sim.RateBin{Population: i, From: 4000 * k, To: 4000 * (k + 1), Neurons: 10,
				Events: int64(events+i) + k%3, Bursts: int64(i) + k%2})
		}
	}
	return bins
}

// A run that was stopped before any epoch, or had no training, has a figure too.
func TestFigureWithoutTraining(t *testing.T) {
	experimenttest.Figure(t, Experiment(), []json.RawMessage{[]byte(`{"before":[{"input":"00"},{"input":"10"},{"input":"01"},{"input":"11"}]}`)})
}
