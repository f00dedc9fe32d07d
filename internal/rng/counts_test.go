package rng

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// countCases are on both sides of one success, of symmetry, and at the ends.
var countCases = []struct {
	n int
	p float64
}{
	{1, 0.3}, {2, 0.5}, {4, 0.05}, {10, 0.9}, {20, 0.1}, {1000, 0.002},
	{100_000, 2e-5}, {500, 0.3}, {64, 1}, {64, 0}, {MaxTrials, 1}, {MaxTrials, 0.25},
}

// TestCountShares compares the draws that mean each count with the binomial
// law, which gonum evaluates in another way.
func TestCountShares(t *testing.T) {
	for _, x := range countCases {
		law := distuv.Binomial{N: float64(x.n), P: x.p}.Prob
		if x.p == 0 || x.p == 1 {
			law = certain(float64(x.n) * x.p)
		}
		compareShares(t, fmt.Sprintf("n %d, p %v", x.n, x.p), NewCounts(x.n, x.p), law)
	}
}

// TestPoissonShares is the same for the Poisson law.
func TestPoissonShares(t *testing.T) {
	compareShares(t, "mean 0", newPoisson(0), certain(0))
	for _, mean := range []float64{1e-9, 0.4, 1, 60, 210, 2839, 100_000} {
		compareShares(t, fmt.Sprintf("mean %v", mean), newPoisson(mean), distuv.Poisson{Lambda: mean}.Prob)
	}
}

func certain(count float64) func(float64) float64 {
	return func(k float64) float64 {
		if k == count {
			return 1
		}
		return 0
	}
}

// compareShares demands that each share of the 2³² draws is right to one draw, but
// for the accuracy of the logarithm of Γ.
func compareShares(t *testing.T, what string, c *Counts, law func(float64) float64) {
	t.Helper()
	var before uint64
	for k := range len(c.above) + 1 {
		upTo := uint64(1) << 32
		if k < len(c.above) {
			upTo = uint64(uint32(c.above[k])^signBit) + 1
		}
		want := law(float64(int(c.least) + k))
		if share := float64(upTo - before); math.Abs(share-want*0x1p32) > 1.01+1e-8*share {
			t.Errorf("%s: %d has %v draws, want %.2f", what, int(c.least)+k, share, want*0x1p32)
		}
		before = upTo
	}
}

// TestCountOf compares the guided look with the definition, at every border.
func TestCountOf(t *testing.T) {
	for _, x := range countCases {
		c := NewCounts(x.n, x.p)
		draws := []uint32{0, 1, math.MaxUint32}
		for _, v := range c.above {
			u := uint32(v) ^ signBit
			draws = append(draws, u-1, u, u+1)
		}
		for _, u := range draws {
			want := c.least
			for _, v := range c.above {
				if u > uint32(v)^signBit {
					want++
				}
			}
			if got := c.of(u); got != want {
				t.Fatalf("n %d, p %v: draw %#x means %d, want %d", x.n, x.p, u, got, want)
			}
		}
	}
}

// TestCountsAreBinomial counts the counts of many units and steps.
func TestCountsAreBinomial(t *testing.T) {
	for _, x := range countCases {
		if x.p == 0 || x.p == 1 || x.n > 100_000 {
			continue
		}
		c := NewCounts(x.n, x.p)
		s := NewSource(3, PoissonInput, 2)
		const units, steps = 320, 1000
		g := make([]float32, units)
		seen := map[int]float64{}
		for step := range int64(steps) {
			clear(g)
			s.AddCounts(c, step, 0, 1, g)
			for _, v := range g {
				seen[int(v)]++
			}
		}
		law := distuv.Binomial{N: float64(x.n), P: x.p}
		var observed, expected []float64
		var rareSeen, rareWanted float64
		for k := range x.n + 1 {
			want := law.Prob(float64(k)) * units * steps
			if want < 10 {
				rareSeen += seen[k]
				rareWanted += want
				continue
			}
			observed, expected = append(observed, seen[k]), append(expected, want)
		}
		if rareWanted > 1 {
			observed, expected = append(observed, rareSeen), append(expected, rareWanted)
		}
		chi2 := stat.ChiSquare(observed, expected)
		// A fixed seed: 1e-4 is the chance that a sound generator with another
		// seed would exceed this bound.
		if p := 1 - (distuv.ChiSquared{K: float64(len(observed) - 1)}).CDF(chi2); p < 1e-4 {
			t.Errorf("n %d, p %v: chi-square %.1f of %d classes, p %g", x.n, x.p, chi2, len(observed), p)
		}
	}
}

// TestCountsAlike demands the same bits of the kernel and of the portable loop,
// and that it does not matter how the units are divided. Entities, steps and
// counts beyond 32 bits of a lane would show here.
func TestCountsAlike(t *testing.T) {
	s := NewSource(0xfedcba9876543210, PoissonInput, 0xabcdef)
	const units = 8 * CountGroup
	for _, x := range countCases {
		c := NewCounts(x.n, x.p)
		for _, step := range []int64{0, 1, 1<<32 - 1, 1 << 32, 1 << 59} {
			for _, first := range []uint32{0, CountGroup, 1<<31 - 4*CountGroup, 1<<31 + 5*CountGroup} {
				want, got, parts := make([]float32, units), make([]float32, units), make([]float32, units)
				for i := range want {
					want[i] = float32(i) * 0.1
				}
				copy(got, want)
				copy(parts, want)
				s.addCountsPortable(c, step, first, 0.3, want)
				s.AddCounts(c, step, first, 0.3, got)
				if !slices.Equal(got, want) {
					t.Fatalf("n %d, p %v, step %d, first %d: the kernel gives %v, want %v", x.n, x.p, step, first, got, want)
				}
				for at := 0; at < units; {
					n := min((at/CountGroup%3+1)*CountGroup, units-at)
					s.AddCounts(c, step, first+uint32(at), 0.3, parts[at:at+n])
					at += n
				}
				if !slices.Equal(parts, want) {
					t.Fatalf("n %d, p %v, step %d, first %d: other counts in parts", x.n, x.p, step, first)
				}
			}
		}
	}
}

// TestRareCounts goes on until the end of a table has been met many times.
func TestRareCounts(t *testing.T) {
	for _, x := range countCases[:8] {
		c, s := NewCounts(x.n, x.p), NewSource(2, PoissonInput, 3)
		want, got := make([]float32, 1024), make([]float32, 1024)
		for step := range int64(300) {
			s.addCountsPortable(c, step, 64, 1, want)
			s.AddCounts(c, step, 64, 1, got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("n %d, p %v: other counts", x.n, x.p)
		}
	}
}

func TestCountsDoNotAllocate(t *testing.T) {
	c, s, g := NewCounts(1000, 0.002), NewSource(1, PoissonInput, 0), make([]float32, 256)
	if n := testing.AllocsPerRun(10, func() { s.AddCounts(c, 1, 0, 1, g) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCounts(b *testing.B) {
	for _, x := range []struct {
		n int
		p float64
	}{{4, 0.05}, {1000, 0.002}, {1000, 0.02}, {2000, 0.1}} {
		b.Run(fmt.Sprintf("mean=%v", float64(x.n)*x.p), func(b *testing.B) {
			c, s, g := NewCounts(x.n, x.p), NewSource(1, PoissonInput, 0), make([]float32, 4096)
			step := int64(0)
			for b.Loop() {
				s.AddCounts(c, step, 0, 1, g)
				step++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(g)), "ns/unit")
		})
	}
}
