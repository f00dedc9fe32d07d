package benchmarks

import (
	"context"
	"fmt"
	"testing"

	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// BenchmarkXORSecond advances the XOR network, with all rules plastic, by one
// model second: 2500 pyramidal cells, 10 000 Poisson trains, 0.8 million
// synapses.
func BenchmarkXORSecond(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			s, err := xor.Network(xor.Experiment().Defaults(), 1).Build(sim.Options{Workers: workers})
			if err != nil {
				b.Fatal(err)
			}
			if err := s.SetPlastic(true); err != nil {
				b.Fatal(err)
			}
			if err := s.Run(context.Background(), s.StepsPerSecond()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			used := processorTime()
			for b.Loop() {
				if err := s.Run(context.Background(), s.StepsPerSecond()); err != nil {
					b.Fatal(err)
				}
			}
			perSecond := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(1/perSecond, "model-s/s")
			b.ReportMetric((processorTime()-used).Seconds()/float64(b.N), "CPU-s/model-s")
			b.ReportMetric(perSecond*1e9/(2500*float64(s.StepsPerSecond())), "ns/update")
		})
	}
}
