package neuron

import (
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// sharedNoise is the background of spiking-model.md §5.7: Poisson units of 5 Hz
// that project to soma and dendrite through independent random connections.
type sharedNoise struct {
	gaps    *rng.Gaps
	raster  *Raster
	targets [2][][]uint32 // by compartment and unit
	g       [2][]float32
	weights [2]float32
	hits    []uint32
}

func newSharedNoise(object uint32, units, cells int, p float64, weights [2]float32) *sharedNoise {
	n := &sharedNoise{
		gaps:    rng.NewGaps(5 * dt / 1000),
		raster:  NewRaster(rng.NewSource(3, rng.PoissonSource, object), units),
		weights: weights,
	}
	gaps := rng.NewGaps(p)
	for c := range n.targets {
		stream := rng.NewSource(3, rng.Connectivity, 2*object+uint32(c)).Stream(0)
		n.targets[c] = make([][]uint32, units)
		for u := range n.targets[c] {
			for i := gaps.Next(&stream); i < int64(cells); i += 1 + gaps.Next(&stream) {
				n.targets[c][u] = append(n.targets[c][u], uint32(i))
			}
		}
	}
	return n
}

func (n *sharedNoise) apply() {
	n.hits = n.raster.Step(n.gaps, 0, len(n.targets[0]), n.hits[:0])
	for _, u := range n.hits {
		for c, targets := range n.targets {
			for _, i := range targets[u] {
				n.g[c][i] += n.weights[c]
			}
		}
	}
}

// TestTwoCompartmentTransfer is the curve of spiking-model.md §5.7 without
// recurrent inhibition and without somatic current: burst probability and event
// rate against dendritic current, within the tolerances of its section 8 (±2
// points, ±0.15 Hz). It depends on the somatic driving force of the dendrite's
// synapses (trap T1).
//
// The event rate has two sources: the reference program (§5.7), and at four of
// the currents an independent implementation (trap T1). Each is a single run
// whose cells share their noise, so that half a second of 4000 cells has a
// standard error near 0.1 Hz; the tolerance holds from the lower to the higher.
// At −100 pA the two are 4.47 and 4.6 Hz; ten networks of 4000 of these cells
// gave 4.43 ± 0.02 Hz.
func TestTwoCompartmentTransfer(t *testing.T) {
	if testing.Short() {
		t.Skip("ten seconds of model time")
	}
	const units, cells = 25_000, 2000
	exc := newSharedNoise(0, units, cells, 100.0/units, [2]float32{0.17, 0.043})
	inh := newSharedNoise(1, units, cells, 30.0/units, [2]float32{0.26, 0.07})
	c := DefaultTwoCompartment().New(Env{Size: cells, Dt: dt, Seed: 11})
	exc.g = [2][]float32{receptor(t, c, SomaExc), receptor(t, c, DendriteExc)}
	inh.g = [2][]float32{receptor(t, c, SomaInh), receptor(t, c, DendriteInh)}
	var spikes []uint32
	step := int64(0)
	for _, want := range []struct{ current, probability, low, high float64 }{
		{-100, 3.2, 4.47, 4.6}, {0, 13.8, 4.2, 4.26}, {50, 28.4, 3.9, 3.9}, {100, 52.2, 3.5, 3.51},
		{150, 76.6, 3.1, 3.1}, {200, 92.3, 3.0, 3.04}, {300, 99.8, 2.9, 2.97},
	} {
		hold(t, c, "dendrite", want.current)
		count := newCensus(cells)
		const settle, measure = 3000, 10_000 // steps
		for k := range settle + measure {
			spikes = c.Advance(step, 0, cells, spikes[:0])
			count.add(step, spikes, k >= settle)
			exc.apply()
			inh.apply()
			step++
		}
		rate := float64(count.events) / cells / (measure * dt / 1000)
		probability := 100 * float64(count.bursts) / float64(count.events)
		t.Logf("%4.0f pA: BP %.1f %% (%.1f), ER %.2f Hz (%v to %v)", want.current, probability, want.probability, rate, want.low, want.high)
		near(t, "burst probability, %", probability, want.probability, 2)
		if rate < want.low-0.15 || rate > want.high+0.15 {
			t.Errorf("%v pA: event rate %v Hz, want %v to %v ± 0.15", want.current, rate, want.low, want.high)
		}
	}
}

// BenchmarkTwoCompartment advances cells at rest.
func BenchmarkTwoCompartment(b *testing.B) {
	const n = 512
	p := DefaultTwoCompartment().New(Env{Size: n, Dt: dt, Seed: 1})
	spikes := make([]uint32, 0, n)
	for step := int64(0); b.Loop(); step++ {
		spikes = p.Advance(step, 0, n, spikes[:0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
}
