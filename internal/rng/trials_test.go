package rng

import (
	"slices"
	"testing"
)

// TestTrialsAreGaps checks that trials succeed where the gaps of a stream say,
// whatever the lengths of the stretches, on both sides of the table's border.
// At p 0.9 a seventh of the buffers, at the border one draw in 55, goes beyond
// the table.
func TestTrialsAreGaps(t *testing.T) {
	for _, p := range []float64{1, 0.9, 0.5, 0.05, 0.015, tableMinP, 0.003, 5e-4, 0} {
		g := NewGaps(p)
		source := NewSource(5, PoissonSource, 1)
		stream := source.Stream(9)
		const size, steps = 64, 5000
		var want []uint32
		for at := g.Next(&stream); at < size*steps; at += 1 + g.Next(&stream) {
			want = append(want, uint32(at))
		}
		trials, adding := source.Trials(9), source.Trials(9)
		next, nextAdding := trials.First(g), adding.First(g)
		var got []uint32
		values := make([]float32, size)
		for step := range uint32(steps) {
			before := len(got)
			next, got = trials.Collect(g, next, size, step*size, got)
			clear(values)
			nextAdding = adding.Add(g, nextAdding, 2, values)
			for i, v := range values {
				_, hit := slices.BinarySearch(got[before:], step*size+uint32(i))
				if hit != (v == 2) || !hit && v != 0 {
					t.Fatalf("p %v, step %d: value %d is %v, collected: %t", p, step, i, v, hit)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("p %v: trials succeed %d times, gaps %d times, or elsewhere", p, len(got), len(want))
		}
	}
}
