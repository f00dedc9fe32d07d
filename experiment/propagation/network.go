package propagation

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// Network returns the description of the network for the given values.
func Network(v *experiment.Values, seed uint64) sim.Network {
	b := builder{v: v, net: sim.Network{Seed: seed}}
	b.populations()
	b.noise()
	b.projections()
	b.currents()
	return b.net
}

type builder struct {
	v   *experiment.Values
	net sim.Network
}

func (b *builder) populations() {
	pyramid := neuron.DefaultTwoCompartment()
	pyramid.Synapses.DendriticDrivingForce = b.v.String("driving_force") == "dendrite"
	pvCell, somCell := neuron.DefaultPV(), neuron.DefaultSOM()
	for _, p := range []*neuron.AdEx{&pvCell, &somCell} {
		p.TrueExponential = b.v.Bool("adex_true_exponential")
		p.HoldAtReset = b.v.Bool("adex_hold_at_reset")
	}
	d := detector(b.v)
	b.net.Populations = []sim.Population{
		{Name: pyr1, Size: b.v.Int("pyr_neurons"), Model: pyramid, Detector: d},
		{Name: pyr2, Size: b.v.Int("pyr_neurons"), Model: pyramid, Detector: d},
		{Name: pv, Size: b.v.Int("pv_neurons"), Model: pvCell, Detector: d},
		{Name: som, Size: b.v.Int("som_neurons"), Model: somCell, Detector: d},
	}
}

// noise gives each compartment of each neuron two Poisson trains of its own.
func (b *builder) noise() {
	for _, x := range []struct{ to, receptor, weight string }{
		{pyr1, neuron.SomaExc, "w_noise_pyr_soma_exc"},
		{pyr1, neuron.SomaInh, "w_noise_pyr_soma_inh"},
		{pyr1, neuron.DendriteExc, "w_noise_pyr_dendrite_exc"},
		{pyr1, neuron.DendriteInh, "w_noise_pyr_dendrite_inh"},
		{pyr2, neuron.SomaExc, "w_noise_pyr_soma_exc"},
		{pyr2, neuron.SomaInh, "w_noise_pyr_soma_inh"},
		{pyr2, neuron.DendriteExc, "w_noise_pyr_dendrite_exc"},
		{pyr2, neuron.DendriteInh, "w_noise_pyr_dendrite_inh"},
		{pv, neuron.SomaExc, "w_noise_pv_exc"},
		{pv, neuron.SomaInh, "w_noise_pv_inh"},
		{som, neuron.SomaExc, "w_noise_som_exc"},
		{som, neuron.SomaInh, "w_noise_som_inh"},
	} {
		b.net.Inputs = append(b.net.Inputs, spiking.Noise(x.to, x.receptor, b.v.Float("noise_rate"), b.v.Float(x.weight)))
	}
}

// projections connects the populations sparsely. Pyramidal cells do not connect
// to themselves.
func (b *builder) projections() {
	sparse := synapse.FixedProbability{P: b.v.Float("connection_probability")}
	extended := b.v.String("stp_extended")
	depressing := b.shortTerm("std", synapse.Depressing(), extended == extendedBoth)
	facilitating := b.shortTerm("stf", synapse.Facilitating(), extended != extendedNone)
	for _, x := range []struct {
		from, to, receptor string
		shortTerm          *synapse.ShortTerm
	}{
		{pyr1, pyr2, neuron.SomaExc, depressing},
		{pyr1, pv, neuron.SomaExc, depressing},
		{pv, pyr2, neuron.SomaInh, nil},
		{pyr2, pyr1, neuron.DendriteExc, facilitating},
		{pyr2, som, neuron.SomaExc, facilitating},
		{som, pyr1, neuron.DendriteInh, nil},
		{pyr1, pyr1, neuron.DendriteInh, facilitating},
		{pyr2, pyr2, neuron.DendriteInh, facilitating},
	} {
		name := x.from + "_" + x.to
		p := spiking.Static(x.from, x.to, x.receptor, sparse, b.v.Float("w_"+name))
		p.Name, p.ShortTerm = name, x.shortTerm
		b.net.Projections = append(b.net.Projections, p)
	}
}

// shortTerm is the synapse of that kind, "std" or "stf".
func (b *builder) shortTerm(kind string, p synapse.ShortTerm, extended bool) *synapse.ShortTerm {
	p.TauRecoveryMS = b.v.Float(kind + "_tau_recovery")
	p.TauFacilitationMS = b.v.Float(kind + "_tau_facilitation")
	p.U = b.v.Float(kind + "_u")
	p.InitialU = b.v.Float("stp_initial_u")
	p.Extended = extended
	p.Jump = b.v.Float("stp_jump")
	return &p
}

// currents injects what is not 0.
func (b *builder) currents() {
	for _, x := range []struct {
		to, compartment string
		constant        string
		sine            string // "" for none
	}{
		{pyr1, "soma", "current_pyr1_soma", "sine_pyr1_soma"},
		{pyr1, "dendrite", "current_pyr1_dendrite", ""},
		{pyr2, "soma", "current_pyr2_soma", ""},
		{pyr2, "dendrite", "current_pyr2_dendrite", "sine_pyr2_dendrite"},
		{pv, "soma", "current_pv", ""},
		{som, "soma", "current_som", ""},
	} {
		name := x.to + "_" + x.compartment
		if pA := b.v.Float(x.constant); pA != 0 {
			b.net.Currents = append(b.net.Currents, sim.Current{
				Name: name, To: x.to, Compartment: x.compartment, Waveform: sim.Constant(pA),
			})
		}
		if x.sine != "" && b.v.Float(x.sine) != 0 {
			b.net.Currents = append(b.net.Currents, sim.Current{
				Name: name + "_sine", To: x.to, Compartment: x.compartment, Waveform: sim.Sine{
					AmplitudePA: b.v.Float(x.sine), FrequencyHz: b.v.Float(x.sine + "_frequency"),
					FromMS: b.v.Milliseconds("burn_in"),
				},
			})
		}
	}
}
