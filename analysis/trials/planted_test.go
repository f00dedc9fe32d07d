package trials

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// planted makes an alignment of drawn counts: K trials of each of two conditions
// and N neurons, with a bin of 20 ms. draw gives the counts of one neuron in one
// bin of one trial.
func planted(perCondition, neurons, bins int, draw func(trial, neuron, bin int, inA bool) analysis.Counts) *Sums {
	const bin = 20
	a := &Aligned{Design: Design{From: 0, To: int64(bins * bin), Bin: bin}, first: []int{0, neurons}, start: []int{0}}
	a.Recording = analysis.Recording{StepsPerSecond: 1000, Populations: []analysis.Population{{Name: "pyr", Size: neurons}},
		Windows: []analysis.Window{{From: 0, To: int64(2 * perCondition * bins * bin)}}}
	for t := range 2 * perCondition {
		condition := string("ab"[t%2])
		a.Trials = append(a.Trials, Trial{Onset: int64(t * bins * bin), Condition: condition})
		for n := range neurons {
			for b := range bins {
				if c := draw(t, n, b, t%2 == 0); c.Spikes > 0 {
					a.cells = append(a.cells, cell{int32(n), int32(b), [5]uint32{uint32(c.Spikes), uint32(c.Events), uint32(c.Bursts), uint32(c.Events), uint32(c.Bursts)}})
				}
			}
		}
		a.start = append(a.start, len(a.cells))
	}
	s, err := a.Sum(a.Population(0))
	if err != nil {
		panic(err)
	}
	return s
}

// restratify gives trials a stratum and sums again.
func restratify(s *Sums, stratum func(trial int) string) *Sums {
	for t := range s.Trials {
		s.Trials[t].Stratum = stratum(t)
	}
	return s
}

// events draws a number of events with some mean, each a burst of two spikes with
// some probability.
func events(r *rand.Rand, mean, fraction float64) (c analysis.Counts) {
	for limit, p := math.Exp(-mean), r.Float64(); p > limit; p *= r.Float64() { // Knuth's Poisson numbers
		c.Events++
		c.Spikes++
		if r.Float64() < fraction {
			c.Bursts++
			c.Spikes++
		}
	}
	return c
}

// within wants k of n to be what a binomial with probability p gives: within four
// standard deviations, which chance exceeds once in 16 000 seeds.
func within(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	sd := math.Sqrt(float64(n) * p * (1 - p))
	t.Logf("%s: %d of %d, expected %.1f ± %.1f", what, k, n, float64(n)*p, sd)
	if math.Abs(float64(k)-float64(n)*p) > 4*sd {
		t.Errorf("%s: %d of %d, want %.1f ± %.1f", what, k, n, float64(n)*p, sd)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > tolerance {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, tolerance)
	}
}
