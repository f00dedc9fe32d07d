package pairing

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFigure draws two seeds of all protocols and of one: the same bytes again, and
// an SVG that names its axes.
func TestFigure(t *testing.T) {
	read := func(dir string) json.RawMessage {
		b, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var all []json.RawMessage
	for seed := range uint64(2) {
		_, dir := trial(t, seed, 2, "realisations=2", "duration=10s")
		all = append(all, read(dir))
	}
	var rasters, vectors [2]bytes.Buffer
	for i := range rasters {
		if err := figure(all, &rasters[i], &vectors[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(rasters[0].Bytes(), rasters[1].Bytes()) || !bytes.Equal(vectors[0].Bytes(), vectors[1].Bytes()) {
		t.Error("the same metrics gave two figures")
	}
	for _, text := range []string{"frequency (Hz)", "burst probability", "mean-field theory", "p0 0.75", "τ_pre 0.5 s, τ_avg 30 s"} {
		if !strings.Contains(vectors[0].String(), text) {
			t.Errorf("no %q in the figure", text)
		}
	}
	picture, err := png.Decode(&rasters[0])
	if err != nil {
		t.Fatal(err)
	}
	_, dir := trial(t, 1, 2, "protocol=periodic")
	var one, vector bytes.Buffer
	if err := figure([]json.RawMessage{read(dir)}, &one, &vector); err != nil {
		t.Fatal(err)
	}
	small, err := png.Decode(&one)
	if err != nil || small.Bounds().Dx() >= picture.Bounds().Dx()/2 || small.Bounds().Dy() >= picture.Bounds().Dy()/2 {
		t.Errorf("one panel of %v, twelve of %v (%v)", small.Bounds(), picture.Bounds(), err)
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
