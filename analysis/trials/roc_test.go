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

// Two sessions of 40 and 8 Hz, of which the first has 85 % of the trials of a and
// 15 % of those of b. Within each, b fires 3.2 times as much: the area is to say
// so, outside of what chance gives, although over both sessions a fires more. So
// it is for single neurons.
func TestAreaIsWithinSessions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	first := func(trial int) bool { return (trial/2%20 < 17) == (trial%2 == 0) }
	s := planted(40, 2, 1, func(trial, _, _ int, inA bool) analysis.Counts {
		mean := 0.8 // 40 Hz in 20 ms
		if !first(trial) {
			mean = 0.16
		}
		if !inA {
			mean *= 3.2
		}
		return events(r, 5*mean, 0) // 100 ms
	})
	s = restratify(s, func(trial int) string {
		if first(trial) {
			return "first"
		}
		return "second"
	})
	draws := Resampling{Seed: 1, Draws: 999}
	all, err := s.ROC(context.Background(), ROCOptions{A: "a", B: "b", Window: 1, Permutations: draws})
	if err != nil {
		t.Fatal(err)
	}
	wins, pairs := 0.0, 0.0
	for i := range s.Trials {
		for j := range s.Trials {
			if i%2 != 0 || j%2 != 1 || first(i) != first(j) {
				continue
			}
			pairs++
			switch a, b := s.At(i, 0).Spikes, s.At(j, 0).Spikes; {
			case a > b:
				wins++
			case a == b:
				wins += 0.5
			}
		}
	}
	roc := all[FiringRate]
	near(t, "pairs within sessions", roc.AUC[0], wins/pairs, 1e-12)
	if roc.AUC[0] >= roc.ChanceLow[0] || roc.ChanceHigh[0] < 0.5 || roc.ChanceLow[0] > 0.5 || roc.P[0] > 0.001 || roc.PMax[0] > 0.001 {
		t.Errorf("area %v, chance %v to %v, p %v and %v; want it below chance and p = 0.001", roc.AUC[0], roc.ChanceLow[0], roc.ChanceHigh[0], roc.P[0], roc.PMax[0])
	}
	t.Logf("area %v, chance %v to %v, p %v", roc.AUC[0], roc.ChanceLow[0], roc.ChanceHigh[0], roc.P[0])
	one := restratify(planted(40, 2, 2, func(trial, n, b int, _ bool) analysis.Counts { return s.At(trial, 0) }), func(trial int) string { return s.Trials[trial].Stratum })
	cells, err := one.Cells(context.Background(), CellOptions{Baseline: Bins{0, 1}, Response: Bins{1, 2}, A: "a", B: "b", Permutations: draws})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		near(t, "area of a neuron", c.AUC[FiringRate], wins/pairs, 1e-12)
		near(t, "its p", c.AUCP[FiringRate], 0.001, 1e-12)
	}
}
