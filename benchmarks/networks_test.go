package benchmarks

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apical-sim/apical/benchmarks/networks"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
)

// stretch is the model time of one operation of BenchmarkNetwork, BenchmarkSize
// and BenchmarkRecording, s.
const stretch = 0.1

// BenchmarkNetwork advances the networks of package networks by 0.1 s after 0.3
// s of settling, by one worker and by two.
func BenchmarkNetwork(b *testing.B) {
	all := networks.All()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				x := build(b, all[name](1), workers)
				x.settled(b, 0.3, stretch)
				x.measure(b, stretch)
			})
		}
	}
}

// BenchmarkBuild makes networks ready to run, by one worker and by two.
func BenchmarkBuild(b *testing.B) {
	for _, name := range []string{"coba", "brunel_12500", "brunel_plastic"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				n := networks.All()[name](1)
				x := build(b, n, workers)
				var synapses int64
				for _, count := range x.synapses {
					synapses += count
				}
				held := float64(x.bytes)
				x = nil // the next ones take its place
				b.ReportAllocs()
				used := processorTime()
				for b.Loop() {
					if _, err := n.Build(sim.Options{Workers: workers}); err != nil {
						b.Fatal(err)
					}
				}
				used = processorTime() - used
				b.ReportMetric(float64(synapses)*float64(b.N)/used.Seconds(), "synapses/CPU-s")
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
				b.ReportMetric(held/float64(synapses), "B/synapse")
			})
		}
	}
}

// BenchmarkRecording advances Brunel12500 by 0.1 s, without a file and with all
// spikes written to one.
func BenchmarkRecording(b *testing.B) {
	for _, codec := range []string{"off", "lz4"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", codec, workers), func(b *testing.B) {
				x := build(b, networks.Brunel12500(1), workers)
				if codec != "off" {
					record(b, x)
				}
				x.settled(b, 0.3, stretch)
				x.measure(b, stretch)
			})
		}
	}
}

// record has all spikes written to a file until the benchmark ends.
func record(b *testing.B, x *subject) {
	b.Helper()
	var meta spikefile.Meta
	for _, p := range x.network.Populations {
		meta.Populations = append(meta.Populations, spikefile.Population{Name: p.Name, Size: p.Size})
	}
	w, err := spikefile.Create(filepath.Join(b.TempDir(), "spikes.arrow"), meta, spikefile.Options{Codec: spikefile.LZ4})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := w.Close(); err != nil {
			b.Error(err)
		}
	})
	if _, err := x.s.RecordSpikes(w); err != nil {
		b.Fatal(err)
	}
}
