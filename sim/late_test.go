package sim

import (
	"context"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/synapse"
)

type lateSpike struct {
	step       int64
	population int
	neuron     uint32
}

type lateSpikes []lateSpike

func (l *lateSpikes) Record(step int64, population int, neurons []uint32) error {
	for _, n := range neurons {
		*l = append(*l, lateSpike{step, population, n})
	}
	return nil
}

// TestLateSteps begins at steps that 32 bits cannot hold: a network without
// randomness emits the same spikes, later.
func TestLateSteps(t *testing.T) {
	var want lateSpikes
	for i, base := range []int64{0, 1<<31 - 500, 1<<32 - 500, 1 << 45} {
		var list neuron.SpikeList
		for k := range int64(60) {
			list.Spikes = append(list.Spikes, neuron.SpikeTime{Step: base + 13*k, Neuron: uint32(k % 10)})
		}
		short := synapse.Depressing()
		short.InitialU = short.U // at rest, whenever it begins
		n := Network{
			Populations: []Population{{Name: "list", Size: 10, Model: list}, {Name: "lif", Size: 100, Model: neuron.DefaultLIFCurrent()}},
			Projections: []Projection{
				{Name: "a", From: "list", To: "lif", Receptor: neuron.SomaExc, ShortTerm: &short,
					Projection: synapse.Projection{Wiring: synapse.FixedInDegree{K: 5}, Weight: synapse.Constant(900), DelayMS: synapse.Uniform(0.1, 3)}},
				{Name: "b", From: "lif", To: "lif", Receptor: neuron.SomaExc, Transmit: Bursts,
					Projection: synapse.Projection{Wiring: synapse.FixedInDegree{K: 5}, Weight: synapse.Constant(100)}},
			},
			Currents: []Current{{Name: "i", To: "lif", Compartment: "soma", Waveform: Constant(360)}},
		}
		s, err := n.Build(Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		s.now, s.guard.since = base, base
		var got lateSpikes
		if _, err := s.RecordSpikes(&got); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Run(context.Background(), 500); err != nil {
				t.Fatal(err)
			}
		}
		for k := range got {
			got[k].step -= base
		}
		if i == 0 {
			want = got
		}
		if len(got) < 500 {
			t.Errorf("only %d spikes", len(got))
		}
		if !slices.Equal(got, want) {
			t.Errorf("from step %d: other spikes than from step 0", base)
		}
	}
}
