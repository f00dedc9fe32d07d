package trials

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// The area is the share of pairs of trials in which that of a is greater.
func TestAreaIsPairwise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(15, 3, 6, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.15, 0.4) })
	for _, prior := range []Prior{{}, {Bursts: 0.4, Singlets: 0.6}} {
		all, err := s.ROC(context.Background(), ROCOptions{A: "a", B: "b", Window: 2, Prior: prior, Permutations: Resampling{Draws: 99}})
		if err != nil {
			t.Fatal(err)
		}
		dropped := 0
		for signal, roc := range all {
			for at := range 5 {
				var values [2][]float64
				var without [2]int
				for trial := range s.Trials {
					c := s.Window(trial, at, at+2)
					v := Signal(signal).Value(c, 3*0.04)
					if Signal(signal) == BurstFraction {
						v = (float64(c.Bursts) + prior.Bursts) / (float64(c.Classified) + prior.Bursts + prior.Singlets)
					}
					if math.IsNaN(v) {
						without[trial%2]++
						continue
					}
					values[trial%2] = append(values[trial%2], v)
				}
				wins := 0.0
				for _, a := range values[0] {
					for _, b := range values[1] {
						switch {
						case a > b:
							wins++
						case a == b:
							wins += 0.5
						}
					}
				}
				near(t, roc.Signal.String(), roc.AUC[at], wins/float64(len(values[0])*len(values[1])), 1e-12)
				if roc.DroppedA[at] != without[0] || roc.DroppedB[at] != without[1] {
					t.Errorf("%d and %d trials dropped, want %v", roc.DroppedA[at], roc.DroppedB[at], without)
				}
				if roc.ChanceLow[at] > 0.5 || roc.ChanceHigh[at] < 0.5 {
					t.Errorf("chance from %v to %v, want ½ in it", roc.ChanceLow[at], roc.ChanceHigh[at])
				}
				dropped += without[0]
			}
		}
		if (dropped > 0) != (prior == Prior{}) {
			t.Errorf("prior %v: %d trials without events", prior, dropped)
		}
	}
}

func TestROCFalsePositivesAndPower(t *testing.T) {
	var null, corrected, rate, fraction int
	const repetitions = 400
	for seed := range uint64(repetitions) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := planted(20, 5, 4, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 1, 0.3) })
		planned := planted(20, 5, 1, func(_, _, _ int, inA bool) analysis.Counts {
			if inA {
				return events(r, 1, 0.7)
			}
			return events(r, 1, 0.3)
		})
		opt := ROCOptions{A: "a", B: "b", Window: 1, Permutations: Resampling{Seed: seed, Draws: 99}}
		all, err := s.ROC(context.Background(), opt)
		if err != nil {
			t.Fatal(err)
		}
		if all[BurstFraction].P[0] <= 0.05 {
			null++
		}
		if minimum(all[BurstFraction].PMax) <= 0.05 {
			corrected++
		}
		if all, err = planned.ROC(context.Background(), opt); err != nil {
			t.Fatal(err)
		}
		if all[BurstFraction].P[0] <= 0.05 {
			fraction++
		}
		if all[EventRate].P[0] <= 0.05 {
			rate++
		}
	}
	within(t, "nothing", null, repetitions, 0.05)
	within(t, "nothing in any window", corrected, repetitions, 0.05)
	within(t, "event rate where burst fractions differ", rate, repetitions, 0.05)
	// A trial's burst fraction scatters by about √(0.21/5) = 0.2, so 0.4 are 2
	// standard deviations, of 20 trials each: t = 6.
	if fraction < 396 {
		t.Errorf("burst fraction found in %d of %d", fraction, repetitions)
	}
}
