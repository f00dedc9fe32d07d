// Package plasticity changes weights: the burst-dependent rules of Payeur et
// al. 2021 and their forerunners, biases, and the spike-timing rules that they
// are compared with.
//
// A rule is one file: a Params type with defaults and legal ranges, the traces,
// and Step. Kinds is the table that makes rules reachable by name. A rule sees
// only lists of what arrived and what was emitted: events and bursts are
// detected once, elsewhere.
package plasticity

import "github.com/apical-sim/apical/synapse"

// Params describes a rule; the parameter structs of this package implement it.
type Params interface {
	// Validate returns all fields that are out of range, joined.
	Validate() error
	// New returns the rule for one block of a plastic projection. The
	// parameters are valid; the block has weights and the incoming view.
	New(block *synapse.Block, env Env) Rule
}

// Env is what a rule is told about the network.
type Env struct {
	Dt   float64   // time step, ms
	Onto []float32 // the receptor's conductances, by target
}

// Rule transmits what arrives on one block of plastic synapses and changes
// their weights.
type Rule interface {
	// Step takes what happened between two time steps: first what arrives from
	// the sources is transmitted, then what the targets emitted is heeded, so
	// that a coincident arrival counts. Steps in which nothing happened may be
	// left out; that changes nothing.
	Step(step int64, in Input)
	// SetPlastic switches all weight changes on or off. Traces and estimates
	// go on.
	SetPlastic(on bool)
	// State returns the rule's traces, for recording.
	State() []Column
}

// Input is what a rule is told of one step.
type Input struct {
	// Arrivals, of the delay groups in order; sources ascending within each.
	Arrivals []Arrival
	// Spikes, Events and Bursts that the block's targets emitted in the step
	// before, ascending.
	Spikes, Events, Bursts []uint32
}

// Arrival is what reaches the block's targets from some of its sources.
type Arrival struct {
	Group   int       // delay group
	Sources []uint32  // ascending
	Factor  []float32 // short-term efficacy of each, or nil for 1
}

// Column is one variable of a rule.
type Column struct {
	Name string
	Unit string
	// Post tells whether the variable belongs to targets (offset by the
	// block's first) or to sources.
	Post bool
	// At returns the variable of one neuron of the population, as true at the
	// beginning of a step that is not before the last one taken.
	At func(step int64, neuron int) float64
}

// Kinds returns the rules by the name that files use, each with its defaults.
func Kinds() map[string]Params {
	return map[string]Params{
		"adaptive_event_burst": AdaptiveEventBurst(),
		"event_burst":          EventBurst(),
		"burst":                Burst(),
		"bias_one_to_one":      BiasOneToOne(),
		"bias_sparse":          BiasSparse(),
		"pair_stdp":            SongAbbott(),
		"triplet_stdp":         VisualCortexMinimal(false),
	}
}
