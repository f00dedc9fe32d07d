package trials

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// BenchmarkAlign counts a million spikes of 1000 neurons around 200 onsets whose
// windows cover 70 % of the time, with their detection.
func BenchmarkAlign(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const spikes, neurons, steps = 1_000_000, 1000, 2_000_000 // 200 s at 0.1 ms, 5 Hz
	s := &slice{rec: analysis.Recording{StepsPerSecond: 10000, Windows: []analysis.Window{{To: steps}},
		Populations: []analysis.Population{{Name: "pyr", Size: neurons}}}}
	for k := range spikes {
		s.all.Steps = append(s.all.Steps, int64(k)*steps/spikes)
		s.all.Neurons = append(s.all.Neurons, uint32(r.IntN(neurons)))
		s.all.Populations = append(s.all.Populations, 0)
	}
	var list []Trial
	for k := range 200 {
		list = append(list, Trial{Onset: int64(k)*9900 + 3000, Condition: "a"})
	}
	b.ReportAllocs()
	for b.Loop() {
		copied := *s
		d, err := analysis.NewDetector(&copied, analysis.Criterion{ISI: 160}, analysis.DetectorOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Align(d, Design{From: -2000, To: 5000, Bin: 200}, list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(spikes)*float64(b.N)/b.Elapsed().Seconds(), "spikes/s")
}

// BenchmarkContrast permutes 400 trials of 500 neurons in 35 bins a thousand
// times, with matching of event rates.
func BenchmarkContrast(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(200, 500, 35, func(_, _, _ int, _ bool) analysis.Counts { return events(r, 0.1, 0.2) })
	for b.Loop() {
		if _, err := s.Contrast(context.Background(), ContrastOptions{A: "a", B: "b", Match: true, Permutations: Resampling{Draws: 1000}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCells tests 100 neurons in 400 trials.
func BenchmarkCells(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(200, 100, 35, func(_, _, _ int, _ bool) analysis.Counts { return events(r, 0.1, 0.2) })
	for b.Loop() {
		if _, err := s.Cells(context.Background(), CellOptions{Baseline: Bins{0, 10}, Response: Bins{10, 35}, A: "a", B: "b", Permutations: Resampling{Draws: 1000}}); err != nil {
			b.Fatal(err)
		}
	}
}
