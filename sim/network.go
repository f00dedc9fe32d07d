// Package sim runs networks of spiking neurons: it takes a description,
// validates all of it, builds it for a number of workers, advances it step by
// step and hands what it records to whoever asked.
//
// # Time
//
// Time is a whole number of steps. A spike emitted in step m travels d ≥ 1
// steps: it is added to its target's conductance before step m+d. One step is
// therefore what other simulators call "no delay".
//
// # Order
//
// Within a step each worker, for the neurons that it owns, (1) adds the private
// Poisson input and sets the injected currents; (2) waits until other workers have
// done what it needs, and delivers what is due, projection by projection in the order of the description, delays and then
// sources ascending, and lets each plasticity rule heed what its targets emitted
// in the step before; (3) advances its neurons and classifies their spikes. Every
// sum of floating-point numbers thus has one order, and every random number
// belongs to a neuron or a block of 64 and to a step or a stretch of them: results are the same, bit for bit, for any
// number of workers.
package sim

import (
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/synapse"
)

// DefaultDtMS is the time step of a Network that sets none, ms.
const DefaultDtMS = 0.1

// Network describes what Build makes. It is plain data; nothing is shared
// between networks.
type Network struct {
	Seed        uint64
	DtMS        float64 // time step, ms, > 0, a whole number of them a second; 0 stands for DefaultDtMS
	Populations []Population
	Projections []Projection
	Inputs      []Input
	Currents    []Current
}

// Population is a group of neurons of one model.
type Population struct {
	Name  string // unique, not empty
	Size  int    // neurons, ≥ 1
	Model neuron.Params
	// Detector tells events and bursts for recording; the zero value stands
	// for neuron.DefaultDetector.
	Detector neuron.Detector
}

// Signal is the part of a spike train that a projection transmits.
type Signal uint8

// The signals.
const (
	Spikes Signal = iota
	Events        // the first spike of each burst, and isolated spikes
	Bursts        // the second spike of each burst
)

// Projection connects two populations.
type Projection struct {
	Name     string // unique, not empty
	From, To string // populations
	Receptor string // of To, e.g. neuron.SomaExc
	Transmit Signal
	synapse.Projection
	ShortTerm *synapse.ShortTerm // nil transmits every spike in full
	// Rule makes the weights plastic, once switched on with SetPlastic.
	Rule plasticity.Params
	// PreDetector classifies the source's spikes for Transmit, PostDetector
	// the target's for Rule. The zero values stand for
	// neuron.DefaultPresynapticDetector and neuron.DefaultDetector.
	PreDetector, PostDetector neuron.Detector
}

// Input gives each neuron of a population Poisson trains of its own. A train
// has at most one spike a step, so that the spikes of a neuron in a step are
// binomial (Trains, RateHz·dt): many slow trains come nearest to a Poisson
// process, and are the way to rates above 1/dt.
type Input struct {
	Name     string // unique, not empty
	To       string
	Receptor string
	RateHz   float64 // of each train, Hz, 0 to 1/dt
	Trains   int     // independent trains of each neuron, at most neuron.MaxTrains; 0 stands for 1
	Weight   float64 // of a spike, as the receptor takes it
}

// trains returns Trains, or what 0 stands for.
func (in Input) trains() int { return max(1, in.Trains) }

// Current injects current into every neuron of a population.
type Current struct {
	Name        string // unique, not empty
	To          string
	Compartment string // "soma" or "dendrite"
	Waveform    Waveform
}

// Build validates the network and makes it ready to run.
func (n Network) Build(opt Options) (*Simulation, error) {
	if n.DtMS == 0 {
		n.DtMS = DefaultDtMS
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return build(n, opt)
}
