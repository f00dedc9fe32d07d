package detection

import (
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/rng"
)

// intervals is the law of the intervals within bursts: a gamma distribution,
// conditioned on lying between two whole numbers of steps and rounded to one.
type intervals struct {
	first      int       // the least interval, steps, >= 1
	mass       []float64 // mass[i] is the probability of first+i; they add up to 1
	cumulative []float64 // of mass; the last is 1
	mean       float64   // steps
}

// newIntervals returns the law with the shape given and the scale (before it is
// conditioned), the least and the greatest interval in steps.
func newIntervals(shape, scale float64, least, most int) intervals {
	gamma := distuv.Gamma{Alpha: shape, Beta: 1 / scale}
	// What rounds to n steps lies between n−½ and n+½; at the ends, what is allowed.
	edge := func(n int) float64 { return gamma.CDF(min(max(float64(n)-0.5, float64(least)), float64(most))) }
	whole := edge(most+1) - edge(least)
	law := intervals{first: least}
	sum := 0.0
	for n := least; n <= most; n++ {
		p := (edge(n+1) - edge(n)) / whole
		sum += p
		law.mass = append(law.mass, p)
		law.cumulative = append(law.cumulative, sum)
		law.mean += p * float64(n)
	}
	law.cumulative[len(law.cumulative)-1] = 1
	return law
}

// draw returns an interval in steps.
func (l *intervals) draw(s *rng.Stream) int64 {
	u := s.Float64()
	i, _ := slices.BinarySearchFunc(l.cumulative, u, func(c, u float64) int {
		if c <= u {
			return -1
		}
		return 1
	})
	return int64(l.first + i)
}

// within is the probability of an interval of at most n steps.
func (l *intervals) within(n int) float64 {
	switch i := n - l.first; {
	case i < 0:
		return 0
	case i >= len(l.cumulative):
		return 1
	default:
		return l.cumulative[i]
	}
}

// delayed is the sum over intervals of from..to steps of their probability times
// what history was that many steps before k; before its beginning it was past.
func (l *intervals) delayed(history []float64, k int, past float64, from, to int) float64 {
	sum := 0.0
	for n := max(from, l.first); n <= min(to, l.last()); n++ {
		x := past
		if k >= n {
			x = history[k-n]
		}
		sum += l.mass[n-l.first] * x
	}
	return sum
}

// last is the greatest interval, steps.
func (l *intervals) last() int { return l.first + len(l.mass) - 1 }
