package benchmarks

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/apical-sim/apical/benchmarks/networks"
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

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
