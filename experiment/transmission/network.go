package transmission

import (
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// The populations beside the receivers.
const (
	input         = curve.Population
	somaDrive     = "soma_drive"
	dendriteDrive = "dendrite_drive"
)

// kind is what a connection transmits, and the name of its receivers.
type kind struct {
	name, label string
	transmit    sim.Signal
}

// The kinds, in the order of the network: the two detectors, then the synapses.
var kinds = [...]kind{
	{"events", "events alone", sim.Events},
	{"bursts", "bursts alone", sim.Bursts},
	{"depressing", "short-term depression", sim.Spikes},
	{"facilitating", "short-term facilitation", sim.Spikes},
	{"plain", "plain synapse", sim.Spikes},
}

// Indices of kinds.
const (
	events = iota
	bursts
	depressing
	facilitating
	plain
)

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func populations() []string {
	return append([]string{input, somaDrive, dendriteDrive}, kindNames()...)
}

// network returns the description of the network, whose cells are connected to
// the receivers of each kind by the wiring.
func network(v *experiment.Values, wiring synapse.Explicit, seed uint64) sim.Network {
	cell := neuron.DefaultTwoCompartment()
	cell.Soma.InitialSDMV = 0 // all cells start at rest, as in the reference program
	cell.Synapses.NMDAFraction = v.Float("nmda_fraction")
	units := neuron.Poisson{RateHz: v.Float("drive_rate")}
	n := sim.Network{Seed: seed, Populations: []sim.Population{
		{Name: input, Size: v.Int("neurons"), Model: cell},
		{Name: somaDrive, Size: v.Int("soma_drive_units"), Model: units},
		{Name: dendriteDrive, Size: v.Int("dendrite_drive_units"), Model: units},
	}}
	some := synapse.FixedProbability{P: v.Float("drive_p")}
	n.Projections = []sim.Projection{
		spiking.Static(somaDrive, input, neuron.SomaExc, some, v.Float("w_drive_soma")),
		spiking.Static(dendriteDrive, input, neuron.DendriteExc, some, v.Float("w_drive_dendrite")),
	}
	for i, k := range kinds {
		n.Populations = append(n.Populations, sim.Population{Name: k.name, Size: v.Int("receivers"), Model: neuron.DefaultLIFCond()})
		p := spiking.Static(input, k.name, neuron.SomaExc, wiring, v.Float("weight"))
		p.Transmit = k.transmit
		switch i {
		case events, bursts:
			p.DelayMS = synapse.Distribution{} // one step: the detectors of the reference program work without delay
		case depressing:
			s := synapse.Depressing()
			s.U = v.Float("depression_u")
			p.ShortTerm = &s
		case facilitating:
			s := synapse.Facilitating()
			s.U = v.Float("facilitation_u")
			p.ShortTerm = &s
		}
		n.Projections = append(n.Projections, p)
	}
	n.Currents = []sim.Current{
		{Name: "soma", To: input, Compartment: "soma", Waveform: sim.Constant(v.Float("soma_current"))},
		{Name: "dendrite", To: input, Compartment: "dendrite", Waveform: sim.Constant(v.Float("dendritic_current"))},
	}
	return n
}

// draw connects the cells to the receivers of one kind; all kinds share it. A
// receiver that nobody drives has nothing to tell and is drawn again.
func draw(v *experiment.Values, seed uint64) synapse.Explicit {
	var w synapse.Explicit
	p, source := v.Float("connection_p"), rng.NewSource(seed, rng.Protocol, 0)
	for receiver := range uint32(v.Int("receivers")) {
		stream := source.Stream(receiver)
		var from []uint32
		for len(from) == 0 {
			for cell := range uint32(v.Int("neurons")) {
				if stream.Float64() < p {
					from = append(from, cell)
				}
			}
		}
		w.Sources = append(w.Sources, from...)
		w.Targets = append(w.Targets, slices.Repeat([]uint32{receiver}, len(from))...)
	}
	return w
}

// firstSources returns the cells that drive the first receiver.
func firstSources(w synapse.Explicit) []uint32 {
	var from []uint32
	for i, target := range w.Targets {
		if target == 0 {
			from = append(from, w.Sources[i])
		}
	}
	return from
}
