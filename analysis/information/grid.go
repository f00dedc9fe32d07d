package information

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// Grid divides time into bins of equal length, in stretches apart from each other.
type Grid struct {
	StepsPerSecond int64
	Bin            int64             // steps, >= 1
	Stretches      []analysis.Window // ascending, each a whole number of bins
}

// NewGrid divides the windows of a recording into bins of so many steps, as far
// as all the signals are known there. The first bin of a stretch begins with it;
// what is left at its end is not used. No bin at all is an error.
func NewGrid(r analysis.Recording, bin int64, signals ...Signal) (Grid, error) {
	if bin < 1 {
		return Grid{}, fmt.Errorf("bin: %d steps, want at least one of %v s", bin, r.Seconds(1))
	}
	from, to := int64(0), int64(math.MaxInt64)
	for _, s := range signals {
		a, b := s.span()
		from = max(from, int64(math.Ceil(a*float64(r.StepsPerSecond)-1e-6)))
		to = min(to, int64(math.Floor(b*float64(r.StepsPerSecond)+1e-6)))
	}
	g := Grid{StepsPerSecond: r.StepsPerSecond, Bin: bin}
	for _, w := range r.Windows {
		w = analysis.Window{From: max(w.From, from), To: min(w.To, to)}
		if n := w.Steps() / bin; n > 0 {
			g.Stretches = append(g.Stretches, analysis.Window{From: w.From, To: w.From + n*bin})
		}
	}
	if len(g.Stretches) == 0 {
		w := r.Windows
		if len(signals) > 0 && to > from {
			return g, fmt.Errorf("bins: none of %v s lies in the recorded time (%v s to %v s) and in that of the signals (%v s to %v s)",
				r.Seconds(bin), r.Seconds(w[0].From), r.Seconds(w[len(w)-1].To), r.Seconds(from), r.Seconds(to))
		}
		return g, fmt.Errorf("bins: none of %v s fits into the recorded time, and into that of all signals", r.Seconds(bin))
	}
	return g, nil
}

// BinSeconds is the length of a bin in s.
func (g Grid) BinSeconds() float64 { return float64(g.Bin) / float64(g.StepsPerSecond) }

// Bins are the lengths of the stretches in bins.
func (g Grid) Bins() []int {
	n := make([]int, len(g.Stretches))
	for i, w := range g.Stretches {
		n[i] = int(w.Steps() / g.Bin)
	}
	return n
}

// Series returns a series of zeros.
func (g Grid) Series() Series {
	s := make(Series, len(g.Stretches))
	for i, n := range g.Bins() {
		s[i] = make([]float64, n)
	}
	return s
}

// find returns the stretch that holds a step, -1 if none does. near is where to
// look first.
func (g Grid) find(step int64, near int) int {
	if w := g.Stretches[near]; step >= w.From && step < w.To {
		return near
	}
	i, _ := slices.BinarySearchFunc(g.Stretches, step, func(w analysis.Window, step int64) int {
		switch {
		case w.To <= step:
			return -1
		case w.From > step:
			return 1
		}
		return 0
	})
	if i < len(g.Stretches) && step >= g.Stretches[i].From {
		return i
	}
	return -1
}

// Signal is a quantity that was given to the cells, sampled.
type Signal struct {
	Name   string
	TimeS  []float64 // s, ascending
	Values []float64 // one for each time
}

// Validate tests that there are two samples at least, all finite, their times
// ascending.
func (s Signal) Validate() error {
	if len(s.TimeS) < 2 || len(s.TimeS) != len(s.Values) {
		return fmt.Errorf("signal %s: %d times and %d values, want as many of both, at least 2", s.Name, len(s.TimeS), len(s.Values))
	}
	for i, t := range s.TimeS {
		switch {
		case math.IsNaN(t) || math.IsInf(t, 0):
			return fmt.Errorf("signal %s: time %v in row %d, want a finite number", s.Name, t, i+1)
		case math.IsNaN(s.Values[i]) || math.IsInf(s.Values[i], 0):
			return fmt.Errorf("signal %s: %v at %v s, want a finite number", s.Name, s.Values[i], t)
		case i > 0 && t <= s.TimeS[i-1]:
			return fmt.Errorf("signal %s: time %v s in row %d follows %v s, want ascending times", s.Name, t, i+1, s.TimeS[i-1])
		}
	}
	return nil
}

// span is the time that the samples stand for, the last for as long as the median
// interval.
func (s Signal) span() (fromS, toS float64) {
	gaps := make([]float64, len(s.TimeS)-1)
	for i := range gaps {
		gaps[i] = s.TimeS[i+1] - s.TimeS[i]
	}
	slices.Sort(gaps)
	last := len(s.TimeS) - 1
	return s.TimeS[0], s.TimeS[last] + gaps[len(gaps)/2]
}

// Mean averages a valid signal over each bin: exactly, the signal taken as
// straight between samples and as constant after the last. Counts are sums over
// the same bins, so that both pass the same filter. Samples further apart than a
// bin are an error: what lies between them is not known.
func (g Grid) Mean(s Signal) (Series, error) {
	into := g.Series()
	binS := g.BinSeconds()
	k := 0 // the sample at or before the time
	for i, w := range g.Stretches {
		for j := range into[i] {
			from := float64(w.From+int64(j)*g.Bin) / float64(g.StepsPerSecond)
			to := float64(w.From+int64(j+1)*g.Bin) / float64(g.StepsPerSecond)
			for k+1 < len(s.TimeS) && s.TimeS[k+1] <= from {
				k++
			}
			area, at := 0.0, from
			for at < to {
				if k+1 == len(s.TimeS) {
					area += (to - at) * s.Values[k]
					break
				}
				gap := s.TimeS[k+1] - s.TimeS[k]
				if gap > binS*(1+1e-6) {
					return nil, fmt.Errorf("signal %s: no sample between %v s and %v s, want them no further apart than a bin of %v s: longer bins, or a window without the gap",
						s.Name, s.TimeS[k], s.TimeS[k+1], binS)
				}
				end := min(to, s.TimeS[k+1])
				area += (end - at) * s.between(k, (at+end)/2)
				if at = end; end == s.TimeS[k+1] {
					k++
				}
			}
			into[i][j] = area / (to - from)
		}
	}
	return into, nil
}

// between interpolates between the samples k and k+1.
func (s Signal) between(k int, t float64) float64 {
	part := (t - s.TimeS[k]) / (s.TimeS[k+1] - s.TimeS[k])
	return s.Values[k] + part*(s.Values[k+1]-s.Values[k])
}
