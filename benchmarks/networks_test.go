package benchmarks

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/apical-sim/apical/benchmarks/networks"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
)

// stretch is the model time of one operation of BenchmarkNetwork, s.
const stretch = 0.1

// BenchmarkNetwork advances the networks of package networks by 0.1 s after 0.3
// s of settling, by one worker and by two. An event is a spike at one synapse;
// its time, by the clock, includes all else that a network costs. B/synapse is
// what the built network takes of the heap, neurons and all.
func BenchmarkNetwork(b *testing.B) {
	all := networks.All()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				benchmarkNetwork(b, all[name](1), workers)
			})
		}
	}
}

func benchmarkNetwork(b *testing.B, n sim.Network, workers int) {
	before := heap()
	s, err := n.Build(sim.Options{Workers: workers})
	if err != nil {
		b.Fatal(err)
	}
	bytes := heap() - before
	if err := s.SetPlastic(true); err != nil {
		b.Fatal(err)
	}
	run := func(seconds float64) {
		if err := s.Run(context.Background(), s.Steps(seconds)); err != nil {
			b.Fatal(err)
		}
	}
	run(0.3)
	spikes := make([]int64, len(n.Populations))
	if err := s.RecordRates(s.Steps(stretch), func(bins []sim.RateBin) error {
		for i, bin := range bins {
			spikes[i] += bin.Spikes
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	used := processorTime()
	for b.Loop() {
		run(stretch)
	}
	used = processorTime() - used
	elapsed, seconds := b.Elapsed(), float64(b.N)*stretch
	var events, synapses float64
	var emitted, cells float64
	for i, p := range n.Populations {
		emitted += float64(spikes[i])
		cells += float64(p.Size)
		for _, q := range n.Projections {
			if q.From != p.Name {
				continue
			}
			count, err := s.Synapses(q.Name)
			if err != nil {
				b.Fatal(err)
			}
			synapses += float64(count)
			events += float64(spikes[i]) * float64(count) / float64(p.Size)
		}
	}
	b.ReportMetric(seconds/elapsed.Seconds(), "model-s/s")
	b.ReportMetric(used.Seconds()/seconds, "CPU-s/model-s")
	b.ReportMetric(float64(elapsed.Nanoseconds())/events, "ns/event")
	b.ReportMetric(float64(elapsed.Nanoseconds())/(cells*seconds*float64(s.StepsPerSecond())), "ns/update")
	b.ReportMetric(float64(bytes)/synapses, "B/synapse")
	b.ReportMetric(emitted/cells/seconds, "Hz")
}

// BenchmarkBuild makes networks ready to run, by one worker and by two.
func BenchmarkBuild(b *testing.B) {
	for _, name := range []string{"coba", "brunel_12500", "brunel_plastic"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				n := networks.All()[name](1)
				var synapses int64
				used := processorTime()
				for b.Loop() {
					s, err := n.Build(sim.Options{Workers: workers})
					if err != nil {
						b.Fatal(err)
					}
					synapses = 0
					for _, p := range n.Projections {
						count, err := s.Synapses(p.Name)
						if err != nil {
							b.Fatal(err)
						}
						synapses += count
					}
				}
				used = processorTime() - used
				b.ReportMetric(float64(synapses)*float64(b.N)/used.Seconds(), "synapses/CPU-s")
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
			})
		}
	}
}

// BenchmarkRecording advances Brunel12500 by 0.1 s, without a file and with all
// spikes written to one.
func BenchmarkRecording(b *testing.B) {
	for _, codec := range []string{"off", "lz4"} {
		b.Run(codec, func(b *testing.B) {
			n := networks.Brunel12500(1)
			s, err := n.Build(sim.Options{Workers: 1})
			if err != nil {
				b.Fatal(err)
			}
			if codec != "off" {
				var meta spikefile.Meta
				for _, p := range n.Populations {
					meta.Populations = append(meta.Populations, spikefile.Population{Name: p.Name, Size: p.Size})
				}
				w, err := spikefile.Create(filepath.Join(b.TempDir(), "spikes.arrow"), meta, spikefile.Options{Codec: spikefile.LZ4})
				if err != nil {
					b.Fatal(err)
				}
				defer func() {
					if err := w.Close(); err != nil {
						b.Error(err)
					}
				}()
				if _, err := s.RecordSpikes(w); err != nil {
					b.Fatal(err)
				}
			}
			run := func(seconds float64) {
				if err := s.Run(context.Background(), s.Steps(seconds)); err != nil {
					b.Fatal(err)
				}
			}
			run(0.3)
			used := processorTime()
			for b.Loop() {
				run(stretch)
			}
			b.ReportMetric((processorTime()-used).Seconds()/float64(b.N)/stretch, "CPU-s/model-s")
		})
	}
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
