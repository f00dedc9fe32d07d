package main

import (
	"slices"
	"testing"

	"github.com/apical-sim/apical/io/spikefile"
)

// TestCoherenceBands draws the intervals of a table that has them, and tables of
// before, which have none.
func TestCoherenceBands(t *testing.T) {
	columns := []spikefile.ResultColumn{
		{Name: "frequency_hz", Numbers: []float64{1, 2}}, {Name: "stream", Index: []int16{0, 0}, Names: []string{"event_rate"}},
		{Name: "coherence", Numbers: []float64{0.5, 0.25}}, {Name: "significance", Numbers: []float64{0.1, 0.1}},
		{Name: "ci_lo", Numbers: []float64{0.4, 0.1}}, {Name: "ci_hi", Numbers: []float64{0.6, 0.4}},
	}
	for _, n := range []int{len(columns), len(columns) - 2} {
		l, err := coherencePanel(&resultTable{results: &spikefile.Results{Rows: 2, Columns: columns[:n]}, rows: []int{0, 1}})
		if err != nil || len(l.Curves) != 2 {
			t.Fatalf("%d curves, %v", len(l.Curves), err)
		}
		c := l.Curves[1]
		if has := n == len(columns); has != slices.Equal(c.Low, []float64{0.4, 0.1}) || has != slices.Equal(c.High, []float64{0.6, 0.4}) {
			t.Errorf("of %d columns: band %v to %v", n, c.Low, c.High)
		}
	}
}
