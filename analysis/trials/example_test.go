package trials_test

import (
	"context"
	"fmt"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
)

// source holds the spikes of one cell in memory.
type source struct {
	steps []int64
	given bool
}

func (s *source) Recording() analysis.Recording {
	return analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: 8000}},
		Populations: []analysis.Population{{Name: "pyr", Size: 1}}}
}

func (s *source) Next() bool {
	s.given = !s.given
	return s.given
}

func (s *source) Batch() analysis.Batch {
	return analysis.Batch{Steps: s.steps, Neurons: make([]uint32, len(s.steps)), Populations: make([]int16, len(s.steps))}
}

func (s *source) Err() error { return nil }

// Eight trials, one a second. The cell has an event in each, 60 ms after the
// onset; in trials of "hit" it is a burst, but for one.
func Example() {
	var spikes source
	var list []trials.Trial
	for k := range int64(8) {
		onset := 1000*k + 500
		spikes.steps = append(spikes.steps, onset+60)
		condition := "miss"
		if k%2 == 0 {
			condition = "hit"
			if k > 0 {
				spikes.steps = append(spikes.steps, onset+68)
			}
		}
		list = append(list, trials.Trial{Onset: onset, Condition: condition})
	}
	detector, err := analysis.NewDetector(&spikes, analysis.Criterion{ISI: 16}, analysis.DetectorOptions{})
	if err != nil {
		panic(err)
	}
	aligned, err := trials.Align(detector, trials.Design{From: -100, To: 200, Bin: 50}, list)
	if err != nil {
		panic(err)
	}
	sums, err := aligned.Sum(aligned.Population(0))
	if err != nil {
		panic(err)
	}
	contrast, err := sums.Contrast(context.Background(), trials.ContrastOptions{A: "hit", B: "miss", Permutations: trials.Resampling{Seed: 1, Draws: 1000}})
	if err != nil {
		panic(err)
	}
	const bin = 3 // from 50 ms on
	rate, fraction := contrast.Curves[trials.EventRate], contrast.Curves[trials.BurstFraction]
	fmt.Printf("%g s: event rate %g and %g Hz, burst fraction %g and %g, p = %d/%d\n", aligned.BinStart(bin),
		rate.A[bin], rate.B[bin], fraction.A[bin], fraction.B[bin], int(fraction.PMax[bin]*70+0.5), contrast.Permutations+1)
	// Output: 0.05 s: event rate 20 and 20 Hz, burst fraction 0.75 and 0, p = 10/70
}
