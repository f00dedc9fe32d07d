package rng

import (
	"slices"
	"testing"
)

// TestTrialsAreGaps checks that trials succeed where the gaps of a stream say,
// whatever the lengths of the stretches and the room for the result, on both
// sides of the table's border. At p 0.9 one draw in 1000, at the border one in
// 55, goes beyond the table.
func TestTrialsAreGaps(t *testing.T) {
	for _, p := range []float64{1, 0.9, 0.5, 0.05, 0.015, tableMinP, 0.003, 5e-4, 0} {
		g := NewGaps(p)
		source := NewSource(5, PoissonSource, 1)
		for _, size := range []uint32{1, 50, 64, 1000} {
			const trials = 320000
			stream := source.Stream(9)
			var want []uint32
			for at := g.Next(&stream); at < trials; at += 1 + g.Next(&stream) {
				want = append(want, uint32(at))
			}
			walk := source.Trials(9)
			room := make([]uint32, 0, size)
			var got []uint32
			next := int64(-1)
			for first := uint32(0); first < trials; first += size {
				if g.Sparse() {
					next, room = walk.CollectSparse(g, next, size, first, room[:0])
				} else {
					room = walk.Collect(g, size, first, room[:0])
				}
				got = append(got, room...)
			}
			if cap(room) != int(size) {
				t.Errorf("p %v, stretches of %d: room has grown to %d", p, size, cap(room))
			}
			if !slices.Equal(got, want) {
				t.Errorf("p %v, stretches of %d: trials succeed %d times, gaps %d times, or elsewhere",
					p, size, len(got), len(want))
			}
		}
	}
}

func BenchmarkPlace(b *testing.B) {
	g := NewGaps(0.05)
	trials := NewSource(1, PoissonSource, 0).Trials(0)
	for b.Loop() {
		trials.place(g)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/streamWords, "ns/success")
}
