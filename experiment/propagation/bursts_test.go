package propagation

import (
	"math"
	"testing"
)

// feed hands the spikes of neurons, steps ascending, to a recorder.
func feed(t *testing.T, to interface {
	Record(int64, int, []uint32) error
}, population int, spikes [][2]int64) {
	t.Helper()
	for _, s := range spikes {
		if err := to.Record(s[0], population, []uint32{uint32(s[1])}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBurstStructure: neuron 0 has a burst of three (5 and 16 ms) and a singlet
// 16.1 ms later; neuron 1 a pair of 10 ms, of which the first spike is before the
// window, and then one of 7 ms.
func TestBurstStructure(t *testing.T) {
	s := newBurstStructure(2, 1000)
	feed(t, s, 0, [][2]int64{{950, 1}, {1000, 0}, {1050, 0}, {1050, 1}, {1210, 0}, {1371, 0}, {2000, 1}, {2070, 1}})
	got := s.summary()
	if got.Bursts != 2 || *got.SpikesPerBurst != 2.5 {
		t.Errorf("%d bursts of %v spikes, want 2 of 2.5", got.Bursts, *got.SpikesPerBurst)
	}
	if mean := 28.0 / 3; math.Abs(*got.ISIMeanMS-mean) > 1e-9 || *got.ISIMedianMS != 7 {
		t.Errorf("intervals of mean %v and median %v ms, want %v and 7", *got.ISIMeanMS, *got.ISIMedianMS, mean)
	}
	if empty := newBurstStructure(1, 0).summary(); empty.SpikesPerBurst != nil {
		t.Error("no spikes gave a number of spikes a burst")
	}
}

// TestRaster: a burst that began before the window continues in it, neurons
// beyond the first 25 are left out, and the figure reads what was written.
func TestRaster(t *testing.T) {
	r := newRasters(100, timing{stimulus: 1000, total: 2000})
	feed(t, r, 0, [][2]int64{{950, 3}, {1000, 3}, {1100, 4}, {1300, 3}, {1500, 25}, {2000, 3}})
	feed(t, r, 1, [][2]int64{{1200, 24}})
	got := r.result(10_000)
	if want := (RasterMarks{Events: "1100:4 1300:3", Bursts: "1000:3"}); got.Populations[pyr1] != want {
		t.Errorf("pyr1: %+v, want %+v", got.Populations[pyr1], want)
	}
	if want := (RasterMarks{Events: "1200:24"}); got.Populations[pyr2] != want {
		t.Errorf("pyr2: %+v, want %+v", got.Populations[pyr2], want)
	}
	if got.Neurons != rasterNeurons || got.FromS != 0.1 || got.ToS != 0.2 {
		t.Errorf("%d neurons from %v to %v s", got.Neurons, got.FromS, got.ToS)
	}
	if p := points(got.Populations[pyr1].Events); len(p) != 2 || math.Abs(p[1].X-0.13) > 1e-12 || p[1].Y != 3 {
		t.Errorf("points %v, want (0.11, 4) and (0.13, 3)", p)
	}
}
