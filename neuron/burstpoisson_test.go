package neuron

import "testing"

func BenchmarkBurstPoisson(b *testing.B) {
	const n = 512
	p := DefaultBurstPoisson().New(Env{Size: n, Dt: 0.1, Seed: 1})
	spikes := make([]uint32, 0, n)
	for step := int64(0); b.Loop(); step++ {
		spikes = p.Advance(step, 0, n, spikes[:0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
}
