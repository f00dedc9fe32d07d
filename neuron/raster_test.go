package neuron

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// Add adds weight to g of each unit of [lo, hi) that succeeds in this step. The
// raster has one trial a unit; room has a capacity of hi−lo.
func (r *Raster) Add(gaps *rng.Gaps, lo, hi int, weight float32, g []float32, room []uint32) {
	for _, i := range r.Step(gaps, lo, hi, room[:0]) {
		g[i] += weight
	}
}

func BenchmarkRaster(b *testing.B) {
	const n = 4096
	for _, p := range []float64{0.05, 0.015, 5e-4} {
		gaps := rng.NewGaps(p)
		b.Run(fmt.Sprintf("p=%v", p), func(b *testing.B) {
			r := NewRaster(rng.NewSource(1, rng.PoissonSource, 0), n)
			hits := make([]uint32, 0, n)
			events := 0
			for b.Loop() {
				hits = r.Step(gaps, 0, n, hits[:0])
				events += len(hits)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/unit")
		})
	}
}
