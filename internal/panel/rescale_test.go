package panel

import (
	"math"
	"slices"
	"testing"
)

func TestRescale(t *testing.T) {
	got := Rescale([]float64{-1, math.NaN(), 0, 1}, []float64{30, 10, math.NaN(), 12})
	if want := []float64{10, 20, 30}; !slices.Equal(slices.Delete(slices.Clone(got), 1, 2), want) || !math.IsNaN(got[1]) {
		t.Errorf("%v, want 10 NaN 20 30", got)
	}
}

func TestMean(t *testing.T) {
	if got := Mean([][]float64{{1, 2}, {3, 6}}); !slices.Equal(got, []float64{2, 4}) {
		t.Errorf("%v, want 2 4", got)
	}
	if got := Mean(nil); got != nil {
		t.Errorf("%v of no runs", got)
	}
}
