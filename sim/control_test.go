package sim_test

import (
	"math"
	"strings"
	"testing"

	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// TestSetWeight changes a common weight after the network is built, and in its
// course: it is as if the network had been built with it, from then on.
func TestSetWeight(t *testing.T) {
	const name = "pv_burst_soma_inh"
	weighted := func(w float64) sim.Network {
		n := zoo(1)
		for i := range n.Projections {
			if n.Projections[i].Name == name {
				n.Projections[i].Weight = synapse.Constant(w)
			}
		}
		return n
	}
	record := func(s *sim.Simulation) *raster {
		var r raster
		_, err := s.RecordSpikes(&r)
		must(t, err)
		return &r
	}
	for _, workers := range []int{1, 3} {
		direct, changed, never := build(t, weighted(0.2), workers), build(t, weighted(0.05), workers), build(t, weighted(0.05), workers)
		want, got, other := record(direct), record(changed), record(never)
		must(t, changed.SetWeight(name, 0.2))
		run(t, direct, 3000)
		run(t, changed, 3000)
		run(t, never, 3000)
		sameSpikes(t, "with the weight replaced", got.spikes, want.spikes)
		if len(got.spikes) == len(other.spikes) {
			t.Error("the weight makes no difference: nothing tested")
		}
		must(t, direct.SetWeight(name, 0.2)) // changes nothing
		run(t, direct, 1000)
		run(t, changed, 1000)
		sameSpikes(t, "and then", got.spikes, want.spikes)
	}
	s := build(t, zoo(1), 2)
	for what, err := range map[string]error{
		"no projection":  s.SetWeight("nothing", 1),
		"finite":         s.SetWeight(name, math.NaN()),
		"each synapse":   s.SetWeight("noise_two_soma_exc", 1),   // Normal
		"each synapse, ": s.SetWeight("noise_burst_soma_exc", 1), // plastic
	} {
		if err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(what, ", ")) {
			t.Errorf("error %v, want one that says %q", err, what)
		}
	}
}
