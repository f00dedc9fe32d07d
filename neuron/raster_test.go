package neuron

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

func BenchmarkRaster(b *testing.B) {
	const n = 4096
	for _, p := range []float64{0.05, 0.015, 5e-4} {
		gaps := rng.NewGaps(p)
		report := func(b *testing.B, events int) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/unit")
		}
		b.Run(fmt.Sprintf("Step/p=%v", p), func(b *testing.B) {
			r := NewRaster(rng.NewSource(1, rng.PoissonSource, 0), n)
			hits := make([]uint32, 0, n)
			events := 0
			for b.Loop() {
				hits = r.Step(gaps, 0, n, hits[:0])
				events += len(hits)
			}
			report(b, events)
		})
		b.Run(fmt.Sprintf("Add/p=%v", p), func(b *testing.B) {
			r := NewRaster(rng.NewSource(1, rng.PoissonSource, 0), n)
			g, room := make([]float32, n), make([]uint32, 0, n)
			for b.Loop() {
				r.Add(gaps, 0, n, 1, g, room)
			}
			report(b, int(float64(b.N)*n*p)+1)
		})
	}
}
