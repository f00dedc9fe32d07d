package xor

import (
	"bytes"
	"encoding/json"
	"image/png"
	"math"
	"strings"
	"testing"
)

// TestFigure draws the metrics of two made-up seeds: a picture of the stated
// size, an SVG that names its axes, and the same bytes again.
func TestFigure(t *testing.T) {
	var runs []json.RawMessage
	for seed := range 2 {
		m := Metrics{After: &TruthTable{}, EpochCosts: []float64{2.8, 2.7, 2.5 + float64(seed)/10, 2}}
		for i, e := range examples {
			rates := map[string]float64{}
			for k, name := range populationNames {
				rates[name] = float64(i + k + seed)
			}
			row := Row{Input: e.name, EventRateHz: rates}
			m.Before[i], m.After[i] = row, row
		}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, raw)
	}
	var rasters, vectors [2]bytes.Buffer
	for i := range rasters {
		if err := figure(runs, &rasters[i], &vectors[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(rasters[0].Bytes(), rasters[1].Bytes()) || !bytes.Equal(vectors[0].Bytes(), vectors[1].Bytes()) {
		t.Error("the same metrics gave two figures")
	}
	for _, text := range []string{"epoch", "event rate (Hz)", "chance, 4 ln 2", "after hidden2"} {
		if !strings.Contains(vectors[0].String(), text) {
			t.Errorf("the SVG does not say %q", text)
		}
	}
	config, err := png.DecodeConfig(&rasters[0])
	if err != nil {
		t.Fatal(err)
	}
	if ratio := float64(config.Width) / float64(config.Height); math.Abs(ratio-3) > 0.01 {
		t.Errorf("%d x %d pixels, want 3:1", config.Width, config.Height)
	}
}

// A run that was stopped before any epoch, or had no training, has a figure too.
func TestFigureWithoutTraining(t *testing.T) {
	var a, b bytes.Buffer
	if err := figure([]json.RawMessage{[]byte(`{"before":[{"input":"00"},{"input":"10"},{"input":"01"},{"input":"11"}]}`)}, &a, &b); err != nil {
		t.Fatal(err)
	}
}

func TestWholeTicks(t *testing.T) {
	for high, want := range map[float64]string{4: "0 1 2 3 4", 20: "0 5 10 15 20", 250: "0 50 100 150 200 250", 500: "0 100 200 300 400 500"} {
		var labels []string
		for _, tick := range (wholeTicks{}).Ticks(0, high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("ticks up to %v: %s, want %s", high, got, want)
		}
	}
}
