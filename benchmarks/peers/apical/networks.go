//go:build unix

package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

const dtMS = sim.DefaultDtMS

// coba is the network of conductances of Vogels & Abbott 2005, doi
// 10.1523/JNEUROSCI.3508-05.2005.
type coba struct {
	Excitatory         int     `json:"excitatory"`
	Inhibitory         int     `json:"inhibitory"`
	Probability        float64 `json:"probability"`
	MembraneMS         float64 `json:"membrane_ms"`
	CapacitancePF      float64 `json:"capacitance_pf"`
	LeakNS             float64 `json:"leak_ns"`
	RestMV             float64 `json:"rest_mv"`
	ResetMV            float64 `json:"reset_mv"`
	ThresholdMV        float64 `json:"threshold_mv"`
	RefractoryMS       float64 `json:"refractory_ms"`
	ExcitationMV       float64 `json:"excitation_mv"`
	InhibitionMV       float64 `json:"inhibition_mv"`
	ExcitationMS       float64 `json:"excitation_ms"`
	InhibitionMS       float64 `json:"inhibition_ms"`
	ExcitatoryWeightNS float64 `json:"excitatory_weight_ns"`
	InhibitoryWeightNS float64 `json:"inhibitory_weight_ns"`
	DelayMS            float64 `json:"delay_ms"`
	CurrentPA          float64 `json:"current_pa"`
	InitialMeanMV      float64 `json:"initial_mean_mv"`
	InitialSDMV        float64 `json:"initial_sd_mv"`
}

// network returns the network; wiring names a file of connections that
// replaces the random ones, unless it is empty.
func (p coba) network(wiring string) (sim.Network, error) {
	cell := neuron.VogelsAbbottLIFCond()
	cell.TauMS, cell.CapacitancePF = p.MembraneMS, p.CapacitancePF
	cell.RestMV, cell.ResetMV, cell.ThresholdMV, cell.RefractoryMS = p.RestMV, p.ResetMV, p.ThresholdMV, p.RefractoryMS
	cell.Synapses = neuron.Conductances{
		RevExcMV: p.ExcitationMV, RevInhMV: p.InhibitionMV, TauExcMS: p.ExcitationMS, TauInhMS: p.InhibitionMS,
	}
	cell.InitialMeanMV, cell.InitialSDMV = p.InitialMeanMV, p.InitialSDMV
	n := populations(p.Excitatory, p.Inhibitory, cell)
	for _, to := range n.Populations {
		n.Currents = append(n.Currents, sim.Current{
			Name: to.Name, To: to.Name, Compartment: "soma", Waveform: sim.Constant(p.CurrentPA),
		})
	}
	pairs, err := readWiring(wiring)
	if err != nil {
		return n, err
	}
	connect := func(from, receptor string, weightNS float64) {
		for _, to := range n.Populations {
			var rule synapse.Wiring = synapse.FixedProbability{P: p.Probability}
			if wiring != "" {
				rule = between(pairs, n, from, to.Name)
			}
			n.Projections = append(n.Projections, sim.Projection{
				Name: from + "_" + to.Name, From: from, To: to.Name, Receptor: receptor,
				Projection: synapse.Projection{
					Wiring: rule,
					Weight: synapse.Constant(weightNS / p.LeakNS),
					// A step of delay here is none there: what is emitted in a
					// step is at the earliest felt in the next one.
					DelayMS: synapse.Constant(p.DelayMS + dtMS),
				},
			})
		}
	}
	connect("excitatory", neuron.SomaExc, p.ExcitatoryWeightNS)
	connect("inhibitory", neuron.SomaInh, p.InhibitoryWeightNS)
	return n, nil
}

// readWiring reads source, target, source, target, ... as little-endian uint32;
// the populations follow one another in the numbers.
func readWiring(file string) ([]uint32, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pairs := make([]uint32, len(data)/4)
	for i := range pairs {
		pairs[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	return pairs, nil
}

// between returns the pairs that connect two populations.
func between(pairs []uint32, n sim.Network, from, to string) synapse.Explicit {
	span := func(name string) (first, size uint32) {
		for _, p := range n.Populations {
			if p.Name == name {
				return first, uint32(p.Size)
			}
			first += uint32(p.Size)
		}
		panic("no population " + name)
	}
	firstSource, sources := span(from)
	firstTarget, targets := span(to)
	var e synapse.Explicit
	for i := 0; i+1 < len(pairs); i += 2 {
		s, t := pairs[i]-firstSource, pairs[i+1]-firstTarget // what lies before wraps round
		if s < sources && t < targets {
			e.Sources, e.Targets = append(e.Sources, s), append(e.Targets, t)
		}
	}
	return e
}

// brunel is the network of jumping voltages of Brunel 2000, doi
// 10.1023/A:1008925309027. It has in-degrees or a probability; with a learning
// rate the synapses between excitatory cells are plastic.
type brunel struct {
	Excitatory         int     `json:"excitatory"`
	Inhibitory         int     `json:"inhibitory"`
	ExcitatoryInDegree int     `json:"excitatory_in_degree"`
	InhibitoryInDegree int     `json:"inhibitory_in_degree"`
	Probability        float64 `json:"probability"`
	MembraneMS         float64 `json:"membrane_ms"`
	RestMV             float64 `json:"rest_mv"`
	ResetMV            float64 `json:"reset_mv"`
	ThresholdMV        float64 `json:"threshold_mv"`
	RefractoryMS       float64 `json:"refractory_ms"`
	ExcitatoryWeightMV float64 `json:"excitatory_weight_mv"`
	InhibitoryWeightMV float64 `json:"inhibitory_weight_mv"`
	DelayMS            float64 `json:"delay_ms"`
	DriveTrains        int     `json:"drive_trains"`
	DriveTrainHz       float64 `json:"drive_train_hz"`
	LearningRate       float64 `json:"learning_rate"`
	DepressionRatio    float64 `json:"depression_ratio"`
	TraceMS            float64 `json:"trace_ms"`
	WeightMaxMV        float64 `json:"weight_max_mv"`
	InitialMeanMV      float64 `json:"initial_mean_mv"`
	InitialSDMV        float64 `json:"initial_sd_mv"`
}

func (p brunel) network() sim.Network {
	cell := neuron.BrunelLIFCurrent()
	cell.TauMS, cell.RestMV, cell.ResetMV, cell.ThresholdMV = p.MembraneMS, p.RestMV, p.ResetMV, p.ThresholdMV
	cell.RefractoryMS = p.RefractoryMS
	cell.InitialMeanMV, cell.InitialSDMV = p.InitialMeanMV, p.InitialSDMV
	n := populations(p.Excitatory, p.Inhibitory, cell)
	for _, to := range n.Populations {
		n.Inputs = append(n.Inputs, sim.Input{
			Name: to.Name, To: to.Name, Receptor: neuron.SomaDelta,
			Trains: p.DriveTrains, RateHz: p.DriveTrainHz, Weight: p.ExcitatoryWeightMV,
		})
	}
	connect := func(from string, inDegree int, weightMV float64) {
		var rule synapse.Wiring = synapse.FixedInDegree{K: inDegree}
		if p.Probability > 0 {
			rule = synapse.FixedProbability{P: p.Probability}
		}
		for _, to := range n.Populations {
			n.Projections = append(n.Projections, sim.Projection{
				Name: from + "_" + to.Name, From: from, To: to.Name, Receptor: neuron.SomaDelta,
				Projection: synapse.Projection{
					Wiring:  rule,
					Weight:  synapse.Constant(weightMV),
					DelayMS: synapse.Constant(p.DelayMS), // jumps come at the end of a step
				},
			})
		}
	}
	connect("excitatory", p.ExcitatoryInDegree, p.ExcitatoryWeightMV)
	connect("inhibitory", p.InhibitoryInDegree, p.InhibitoryWeightMV)
	if p.LearningRate > 0 {
		rule := plasticity.Guetig()
		rule.Exponent, rule.WeightMax = 1, p.WeightMaxMV
		rule.Potentiation, rule.Depression = p.LearningRate, p.LearningRate*p.DepressionRatio
		rule.TauPlusMS, rule.TauMinusMS = p.TraceMS, p.TraceMS
		n.Projections[0].Rule = rule
	}
	return n
}

func populations(excitatory, inhibitory int, cell neuron.Params) sim.Network {
	return sim.Network{Populations: []sim.Population{
		{Name: "excitatory", Size: excitatory, Model: cell},
		{Name: "inhibitory", Size: inhibitory, Model: cell},
	}}
}

// read returns the network of that name with the parameters of the file.
func read(file, name, wiring string) (sim.Network, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return sim.Network{}, err
	}
	var all struct {
		COBA    coba   `json:"coba"`
		Brunel  brunel `json:"brunel"`
		Plastic brunel `json:"plastic"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return sim.Network{}, fmt.Errorf("%s: %w", file, err)
	}
	switch name {
	case "coba":
		return all.COBA.network(wiring)
	case "brunel":
		return all.Brunel.network(), nil
	case "plastic":
		return all.Plastic.network(), nil
	}
	return sim.Network{}, fmt.Errorf("no network %q, want coba, brunel or plastic", name)
}
