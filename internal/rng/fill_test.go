package rng

import (
	"math"
	"testing"
)

// TestStreamOrder checks that a stream is the words of its blocks in ascending
// order, also where the counter needs its second word and where the buffer is
// filled by one block at a time, as without vector instructions.
func TestStreamOrder(t *testing.T) {
	source := NewSource(0x9abcdef012345678, Weights, 0xabcdef)
	for _, start := range []uint64{0, 1, 1<<32 - 4, 1<<32 - 1, 1 << 40, math.MaxUint64 - 5} {
		wide, narrow := source.Stream(0xfedcba98), source.Stream(0xfedcba98)
		wide.index, narrow.index = start, start
		for i := range uint64(100) {
			want := source.At(0xfedcba98, start+i/4)[i%4]
			if got := wide.Uint32(); got != want {
				t.Fatalf("start %d: word %d is %#x, want %#x", start, i, got, want)
			}
			if narrow.at >= streamWords {
				narrow.at = source.fillBlock(&narrow.buffer, narrow.entity, narrow.index)
				narrow.index++
			}
			if got := narrow.Uint32(); got != want {
				t.Fatalf("start %d, block by block: word %d is %#x, want %#x", start, i, got, want)
			}
		}
	}
}

// TestAliasCells counts the draws of every outcome: they are the shares given.
func TestAliasCells(t *testing.T) {
	for _, p := range []float64{1, 0.9, 0.5, 0.05, 0.015, tableMinP} {
		g := NewGaps(p)
		n := len(g.cells)
		size := uint64(1<<32) / uint64(n)
		got := make([]uint64, n)
		for i, c := range g.cells {
			first := uint64(i) * size
			below := uint64(c.last) + 1 - first
			if uint64(c.last) < first || below > size {
				if c.below != c.above { // a full cell may end anywhere above
					t.Fatalf("p %v: cell %d from %d divided at %d", p, i, first, c.last)
				}
				below = size
			}
			got[c.below] += below
			got[c.above] += size - below
		}
		for k, before := 0, uint64(0); k < n; k++ {
			upTo := uint64(-math.Expm1(float64(k+1)*math.Log1p(-p)) * 0x1p32)
			if k == n-1 {
				upTo = 1 << 32
			}
			if got[k] != upTo-before {
				t.Errorf("p %v: gap %d has %d draws, want %d", p, k, got[k], upTo-before)
			}
			before = upTo
		}
	}
}

func BenchmarkStream(b *testing.B) {
	s := NewSource(1, PoissonSource, 0).Stream(0)
	for b.Loop() {
		s.Uint32()
	}
}

func BenchmarkFill(b *testing.B) {
	s := NewSource(1, PoissonSource, 0).Stream(0)
	words := 0
	for b.Loop() {
		words += streamWords - int(s.fill())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(words), "ns/uint32")
}
