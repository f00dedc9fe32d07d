package benchmarks

import (
	"context"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/apical-sim/apical/sim"
)

// subject is a built network that is measured.
type subject struct {
	network  sim.Network
	s        *sim.Simulation
	bytes    uint64 // of the heap that it takes, neurons and all
	built    building
	synapses []int64       // by projection
	emitted  []sim.RateBin // by population, summed since it settled
}

// building is what it took to make a network ready to run.
type building struct {
	seconds, cpuSeconds float64
	peakBytes           uint64 // most heap in use, with what waits to be collected
}

// build makes a network ready to run, with its rules switched on.
func build(b *testing.B, n sim.Network, workers int) *subject {
	b.Helper()
	before := heap()
	peak := watchHeap()
	used, begin := processorTime(), time.Now()
	s, err := n.Build(sim.Options{Workers: workers})
	took := building{time.Since(begin).Seconds(), (processorTime() - used).Seconds(), peak() - before}
	if err != nil {
		b.Fatal(err)
	}
	x := &subject{network: n, s: s, bytes: heap() - before, built: took}
	if err := s.SetPlastic(true); err != nil {
		b.Fatal(err)
	}
	for _, p := range n.Projections {
		count, err := s.Synapses(p.Name)
		if err != nil {
			b.Fatal(err)
		}
		x.synapses = append(x.synapses, count)
	}
	return x
}

func (x *subject) run(b *testing.B, seconds float64) {
	b.Helper()
	if err := x.s.Run(context.Background(), x.s.Steps(seconds)); err != nil {
		b.Fatal(err)
	}
}

// settled lets the network run for a while; what it emits from now on counts.
func (x *subject) settled(b *testing.B, seconds, stretch float64) {
	b.Helper()
	x.run(b, seconds)
	x.emitted = make([]sim.RateBin, len(x.network.Populations))
	if err := x.s.RecordRates(x.s.Steps(stretch), func(bins []sim.RateBin) error {
		for i, bin := range bins {
			x.emitted[i].Spikes += bin.Spikes
			x.emitted[i].Events += bin.Events
			x.emitted[i].Bursts += bin.Bursts
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

// measure runs a stretch of model time after the other and reports what each
// costs: by the clock, but CPU-s/model-s. An event is what one synapse is sent
// (a spike, or the event or burst that its projection transmits); its time
// includes all else that a network costs, as does that of an update, which is one
// cell and one step.
func (x *subject) measure(b *testing.B, stretch float64) {
	b.Helper()
	b.ReportAllocs()
	used := processorTime()
	for b.Loop() {
		x.run(b, stretch)
	}
	used = processorTime() - used
	elapsed, seconds := b.Elapsed(), float64(b.N)*stretch
	var events, synapses, spikes, cells float64
	for i, p := range x.network.Populations {
		spikes += float64(x.emitted[i].Spikes)
		cells += float64(p.Size)
		for k, q := range x.network.Projections {
			if q.From != p.Name {
				continue
			}
			sent := map[sim.Signal]int64{
				sim.Spikes: x.emitted[i].Spikes, sim.Events: x.emitted[i].Events, sim.Bursts: x.emitted[i].Bursts,
			}[q.Transmit]
			synapses += float64(x.synapses[k])
			events += float64(sent) * float64(x.synapses[k]) / float64(p.Size)
		}
	}
	ns := float64(elapsed.Nanoseconds())
	b.ReportMetric(seconds/elapsed.Seconds(), "model-s/s")
	b.ReportMetric(used.Seconds()/seconds, "CPU-s/model-s")
	b.ReportMetric(ns/events, "ns/event")
	b.ReportMetric(events/elapsed.Seconds(), "events/s")
	b.ReportMetric(ns/(cells*seconds*float64(x.s.StepsPerSecond())), "ns/update")
	b.ReportMetric(float64(x.bytes)/synapses, "B/synapse")
	b.ReportMetric(spikes/cells/seconds, "Hz")
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// watchHeap looks at the heap every 2 ms, and returns a function that ends this
// and returns the most that was in use, what waits to be collected included.
func watchHeap() func() uint64 {
	most, stop := make(chan uint64), make(chan struct{})
	go func() {
		ticker := time.NewTicker(2 * time.Millisecond)
		defer ticker.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		peak := uint64(0)
		for more := true; more; {
			select {
			case <-ticker.C:
			case <-stop:
				more = false
			}
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
		}
		most <- peak
	}()
	return func() uint64 {
		close(stop)
		return <-most
	}
}
