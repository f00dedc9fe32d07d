package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// crowd is many small populations with delays from lo to hi ms, or without
// connections if hi is 0.
func crowd(populations int, lo, hi float64) sim.Network {
	n := sim.Network{Seed: 7}
	r := rand.New(rand.NewPCG(1, uint64(populations)))
	for i := range populations {
		name := fmt.Sprint(i)
		model, drive, weight := neuron.Params(neuron.DefaultLIFCurrent()), 500.0, 100.0
		if i%5 == 0 {
			model, drive, weight = neuron.DefaultBurstPoisson(), 0.4, 0.1
		}
		n.Populations = append(n.Populations, sim.Population{Name: name, Size: 1 + r.IntN(200), Model: model})
		n.Inputs = append(n.Inputs, sim.Input{Name: "input" + name, To: name, Receptor: neuron.SomaExc, RateHz: 600, Weight: drive})
		if hi == 0 {
			continue
		}
		n.Projections = append(n.Projections, sim.Projection{
			Name: "projection" + name, From: fmt.Sprint(r.IntN(i + 1)), To: name, Receptor: neuron.SomaExc,
			Projection: synapse.Projection{
				Wiring: synapse.FixedProbability{P: 0.2}, Weight: synapse.Constant(weight), DelayMS: synapse.Uniform(lo, hi),
			},
		})
	}
	return n
}

// TestStopAndGo cancels and resumes runs of random lengths, some of none, with
// workers that keep pace over short and long delays, over none, and with so many
// populations that they share flags: the bits are always the same.
func TestStopAndGo(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const steps = 400
	why := errors.New("stop")
	for _, c := range []struct {
		populations int
		lo, hi      float64
	}{{70, 0.1, 0.1}, {70, 0.3, 9}, {3, 8, 20}, {5, 0, 0}, {130, 0.2, 0.2}} {
		n := crowd(c.populations, c.lo, c.hi)
		var want []spike
		var wantBins []sim.RateBin
		for _, workers := range []int{1, 2, 5} {
			s := build(t, n, workers)
			var r raster
			var bins []sim.RateBin
			_, err := s.RecordSpikes(&r)
			must(t, err)
			must(t, s.RecordRates(7, func(b []sim.RateBin) error { bins = append(bins, b...); return nil }))
			random := rand.New(rand.NewPCG(uint64(workers), 9))
			for s.Step() < steps {
				ctx, cancel := context.WithCancelCause(context.Background())
				if random.IntN(2) == 0 {
					go cancel(why)
				}
				if err := s.Run(ctx, min(random.Int64N(300), steps-s.Step())); err != nil && !errors.Is(err, why) {
					t.Fatal(err)
				}
				cancel(nil)
			}
			if r.wrong != "" {
				t.Error(r.wrong)
			}
			if workers == 1 {
				want, wantBins = r.spikes, bins
				if len(want) < 100 {
					t.Errorf("%v: only %d spikes", c, len(want))
				}
				continue
			}
			sameSpikes(t, fmt.Sprintf("%v, %d workers", c, workers), r.spikes, want)
			if !slices.Equal(bins, wantBins) {
				t.Errorf("%v, %d workers: other rates", c, workers)
			}
		}
	}
}
