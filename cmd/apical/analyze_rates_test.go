package main

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// TestLevelsOfKernels are interpolated to the accuracy promised.
func TestLevelsOfKernels(t *testing.T) {
	rec := analysis.Recording{StepsPerSecond: 10_000, Windows: []analysis.Window{{From: 0, To: 1000}}, Populations: []analysis.Population{{Name: "pyr", Size: 4}}}
	chance, err := analysis.NewChance(rec, analysis.Criterion{ISI: 160}, 0.002)
	if err != nil {
		t.Fatal(err)
	}
	j := &ratesJob{kernel: analysis.Kernel{Width: 1}, known: map[levelOf]float64{}, levels: []analysis.Mixture{chance.Mix([]int64{1, 5, 20, 0}, 2)}}
	for rate := 0.001; rate < 60; rate *= 1.0123 {
		want, _ := j.levels[0].At(rate)
		if got := j.level(0, rate); math.Abs(got/want-1) > 1e-5 {
			t.Errorf("%v Hz: %v, want %v", rate, got, want)
		}
	}
	if !math.IsNaN(j.level(0, 0)) {
		t.Error("a level at 0 Hz")
	}
}
