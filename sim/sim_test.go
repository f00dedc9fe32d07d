package sim_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// build builds a network for a number of workers.
func build(t testing.TB, n sim.Network, workers int) *sim.Simulation {
	t.Helper()
	s, err := n.Build(sim.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, s *sim.Simulation, steps int64) {
	t.Helper()
	must(t, s.Run(context.Background(), steps))
}

// spike is one recorded spike.
type spike struct {
	step       int64
	population int
	neuron     uint32
}

// raster keeps all spikes, and checks the order that is promised to recorders.
type raster struct {
	spikes []spike
	wrong  string
}

func (r *raster) Record(step int64, population int, neurons []uint32) error {
	for _, n := range neurons {
		next := spike{step, population, n}
		if k := len(r.spikes); k > 0 && r.wrong == "" && !before(r.spikes[k-1], next) {
			r.wrong = fmt.Sprintf("%v after %v", next, r.spikes[k-1])
		}
		r.spikes = append(r.spikes, next)
	}
	return nil
}

func before(a, b spike) bool {
	if a.step != b.step {
		return a.step < b.step
	}
	if a.population != b.population {
		return a.population < b.population
	}
	return a.neuron < b.neuron
}

// sameSpikes compares two rasters and names the first difference.
func sameSpikes(t *testing.T, what string, got, want []spike) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: spike %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
	t.Errorf("%s: %d spikes, want %d", what, len(got), len(want))
}

// list makes a population that replays spikes of one neuron a step.
func list(name string, size int, spikes ...neuron.SpikeTime) sim.Population {
	slices.SortFunc(spikes, neuron.SpikeTime.Compare)
	return sim.Population{Name: name, Size: size, Model: neuron.SpikeList{Spikes: spikes}}
}
