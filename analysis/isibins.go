package analysis

import (
	"math"
	"math/bits"
	"sort"
)

// LogBins are bins of equal width on a logarithmic axis of intervals, PerDecade
// of them from one power of ten of a second to the next, where intervals are
// whole steps: a bin is the steps between two edges, both rounded up to a step,
// and bins that would hold no step do not exist. An interval of n steps stands for
// all durations from n-½ to n+½ steps, so the bin of steps [a, b) reaches from
// a-½ to b-½. Densities over such bins show no comb where bins are as narrow
// as a step.
type LogBins struct {
	stepsPerSecond int64
	perDecade      int
	edges          []int64 // ascending, in steps: bin i is [edges[i], edges[i+1])
	octave         [64]int32
}

// NewLogBins returns bins for intervals from 1 step to longest, both >= 1, with
// perDecade bins a decade, 1 to 1000. It panics outside these ranges.
func NewLogBins(stepsPerSecond int64, perDecade int, longest int64) LogBins {
	if stepsPerSecond < 1 || perDecade < 1 || perDecade > 1000 || longest < 1 {
		panic("analysis: LogBins: want steps per second and longest >= 1, 1 to 1000 bins a decade")
	}
	b := LogBins{stepsPerSecond: stepsPerSecond, perDecade: perDecade, edges: []int64{1}}
	perSecond := float64(stepsPerSecond)
	for k := int(math.Floor(-math.Log10(perSecond) * float64(perDecade))); b.edges[len(b.edges)-1] <= longest; k++ {
		edge := math.Pow(10, float64(k)/float64(perDecade)) * perSecond
		// Powers of ten are whole steps that the product misses by its rounding.
		if whole := math.Round(edge); math.Abs(edge-whole) <= 1e-9*edge {
			edge = whole
		}
		if edge >= math.MaxInt64/2 {
			b.edges = append(b.edges, longest+1)
			break
		}
		if step := int64(math.Ceil(edge)); step > b.edges[len(b.edges)-1] {
			b.edges = append(b.edges, step)
		}
	}
	for i := range b.octave {
		first := int64(1) << max(0, i-1)
		b.octave[i] = int32(min(b.search(first), b.Len()-1))
	}
	return b
}

// search returns the bin of an interval by bisection.
func (b *LogBins) search(interval int64) int {
	return sort.Search(len(b.edges), func(i int) bool { return b.edges[i] > interval }) - 1
}

// Len is the number of bins.
func (b *LogBins) Len() int { return len(b.edges) - 1 }

// PerDecade is the number of bins a decade, where bins are wider than a step.
func (b *LogBins) PerDecade() int { return b.perDecade }

// Bin returns the bin of an interval in steps, which is at least 1; what is longer
// than the last bin belongs to it. It looks at the bins of one octave, less than
// a third of a decade.
func (b *LogBins) Bin(interval int64) int {
	last := len(b.edges) - 2
	i := int(b.octave[bits.Len64(uint64(interval))])
	for i < last && b.edges[i+1] <= interval {
		i++
	}
	return i
}

// Steps returns the first interval of bin i, and of the bin after it.
func (b *LogBins) Steps(i int) (from, to int64) { return b.edges[i], b.edges[i+1] }

// Seconds returns where bin i begins and ends, in s: half a step below the
// first interval in it, and half a step above the last.
func (b *LogBins) Seconds(i int) (from, to float64) {
	perSecond := float64(b.stepsPerSecond)
	return (float64(b.edges[i]) - 0.5) / perSecond, (float64(b.edges[i+1]) - 0.5) / perSecond
}

// LogHistogram counts intervals by the decadic logarithm of their duration.
type LogHistogram struct {
	Bins   LogBins
	Counts []int64 // one a bin
}

// N is the number of intervals.
func (h LogHistogram) N() int64 {
	var n int64
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Density returns the share of intervals per decade in each bin,
//
//	g_i = counts_i / (N · log10(to_i/from_i)),
//
// so that the sum of g_i times the width of the bin in decades is 1; all 0 without
// intervals.
func (h LogHistogram) Density() []float64 {
	g := make([]float64, len(h.Counts))
	n := h.N()
	if n == 0 {
		return g
	}
	for i, c := range h.Counts {
		from, to := h.Bins.Seconds(i)
		g[i] = float64(c) / (float64(n) * math.Log10(to/from))
	}
	return g
}
