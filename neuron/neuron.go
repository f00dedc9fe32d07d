// Package neuron advances populations of spiking cells, one time step and one
// block of neurons at a time, and detects events and bursts in what they emit.
//
// A model is one file: a Params type with defaults and legal ranges, the state
// as a structure of arrays, and Advance. Kinds is the table that makes models
// reachable by name. Units throughout are ms, mV, pF, nS and pA, which are
// coherent; conductances of synapses are in units of the compartment's leak
// conductance. State is float32, as in the reference program. What fades is
// cleared at 1e-30 (clearEvery), before it becomes denormal.
package neuron

import "math"

// Block is the granularity of a population: workers own whole blocks, arrays
// are padded to whole blocks, and vector kernels run over whole blocks. No
// neuron's arithmetic therefore depends on how a population is divided.
const Block = 64

// Padded returns the length of an array for n neurons.
func Padded(n int) int { return (n + Block - 1) / Block * Block }

// Params describes a model; the parameter structs of this package implement it.
type Params interface {
	// Validate returns all fields that are out of range, joined, each as
	// "field: value, want ...".
	Validate() error
	// New returns a population in its initial state. The parameters are valid.
	New(env Env) Population
}

// Env is what a population is told about the network that it lives in.
type Env struct {
	Size   int     // number of neurons, > 0
	Dt     float64 // time step, ms, > 0
	Seed   uint64  // of the whole network
	Object uint32  // index of the population in the network
}

// Steps converts a duration in ms to the nearest whole number of steps, at most
// 2⁶⁰.
func (e Env) Steps(ms float64) int64 { return int64(min(ms/e.Dt+0.5, 1<<60)) }

// countdown is Steps for counters that a kernel decrements.
func (e Env) countdown(ms float64) int32 { return int32(min(e.Steps(ms), math.MaxInt32)) }

// Population is the state of all neurons of one model. Its methods may be
// called concurrently for ranges that do not overlap.
type Population interface {
	// Size returns the number of neurons, without padding.
	Size() int
	// Receptors returns the synaptic inputs.
	Receptors() []Receptor
	// Compartments returns what current can be injected into.
	Compartments() []Compartment
	// Advance integrates the neurons [lo, hi) from step to step+1 and appends
	// those that spike to spikes, ascending. lo and hi are multiples of Block,
	// or hi is Size. spikes has room for hi−lo more: nothing is allocated.
	Advance(step int64, lo, hi int, spikes []uint32) []uint32
	// State returns the variables by name, for recording.
	State() []Column
}

// Receptor is one kind of synaptic input. A transmitted spike adds its weight
// to G of the target; Advance uses and decays it.
type Receptor struct {
	Name string
	Unit string    // of G and of the weights: "leak" (conductance), "pA" or "mV"
	G    []float32 // one value a neuron, padded
}

// The receptors that models have; a point neuron has no dendrite. Weights are
// positive for excitation and for inhibition alike, except onto SomaDelta.
const (
	SomaExc     = "soma_exc"     // fast excitation, AMPA
	SomaInh     = "soma_inh"     // inhibition, GABA
	SomaDelta   = "soma_delta"   // a jump of the voltage, of either sign
	DendriteExc = "dendrite_exc" // the same as soma_exc, onto the apical dendrite
	DendriteInh = "dendrite_inh"
)

// Compartment is a part of the cell that takes injected current.
type Compartment struct {
	Name string
	// PerPicoampere is the voltage that 1 pA adds in one step: dt/C, mV.
	PerPicoampere float64
	// Inject is added to the voltage at the end of each step, mV, after the
	// threshold test unless the model says otherwise; the engine writes it
	// before the step. Nil if the model has no such compartment.
	Inject []float32
}

// Column is one state variable of a population.
type Column struct {
	Name   string
	Unit   string
	Values []float32 // one value a neuron, padded
}

// Kinds returns the models by the name that files use, each with its defaults.
func Kinds() map[string]Params {
	return map[string]Params{
		"adex":                DefaultPV(),
		"burst_poisson":       DefaultBurstPoisson(),
		"event_burst_poisson": DefaultEventBurstPoisson(),
		"lif_cond":            DefaultLIFCond(),
		"lif_exp":             DefaultLIFCurrent(),
		"poisson":             DefaultPoisson(),
		"spike_list":          DefaultSpikeList(),
		"two_compartment":     DefaultTwoCompartment(),
	}
}
