package benchmarks

import (
	"fmt"
	"testing"

	"github.com/apical-sim/apical/benchmarks/networks"
	"github.com/apical-sim/apical/sim"
)

// largest is the number of synapses that -short leaves out: such a network takes
// up to 1 GB and half a minute.
const largest = 100_000_000

// BenchmarkSize shows how costs grow with the network, networks.Sized: with the
// number of cells of 100 synapses each, and with the number of synapses of 10 000
// cells, by one worker and by two. Each is built once, which gives build-s,
// synapses/CPU-s (of building) and peak-MB: the most heap that was in use while
// building, with what waits to be collected. After 0.2 s of settling it is
// advanced by 0.1 s in each operation. Package growth draws what is printed.
func BenchmarkSize(b *testing.B) {
	for _, c := range []struct{ cells, inDegree int }{
		{1_000, 100},
		{10_000, 100}, // of both rows
		{100_000, 100},
		{1_000_000, 100},
		{10_000, 1},
		{10_000, 10},
		{10_000, 1_000},
		{10_000, 10_000},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("cells=%d/in_degree=%d/workers=%d", c.cells, c.inDegree, workers), func(b *testing.B) {
				if testing.Short() && c.cells*c.inDegree >= largest {
					b.Skip("takes up to half a minute and 1 GB")
				}
				benchmarkSize(b, networks.Sized(1, c.cells, c.inDegree), workers)
			})
		}
	}
}

func benchmarkSize(b *testing.B, n sim.Network, workers int) {
	x := build(b, n, workers)
	x.settled(b, 0.2, stretch)
	x.measure(b, stretch)
	b.ReportMetric(x.built.seconds, "build-s")
	b.ReportMetric(float64(x.synapses[0])/x.built.cpuSeconds, "synapses/CPU-s")
	b.ReportMetric(float64(x.built.peakBytes)/1e6, "peak-MB")
}
