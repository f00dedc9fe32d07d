package rate

import "github.com/apical-sim/apical/internal/rng"

// Rule is the parameters of a learning rule, and makes the layers that follow it.
type Rule interface {
	// Name is what the command line calls it.
	Name() string
	// Doc is one line without a full stop.
	Doc() string
	// Validate reports all that is out of its range, with the field's name.
	Validate() error
	// Feedbacks lists the modes that the rule has; the first is its default.
	Feedbacks() []Feedback
	// Learning gives the rates that the rule was published with, for networks of
	// images; they are not comparable between rules.
	Learning() Learning
	// layer makes a layer of units whose forward and feedback weights are drawn, and
	// draws what else there is.
	layer(u *Units, source func(what uint32) rng.Source) Layer
}

// assigner is a rule that assigns credit otherwise than by feedback from layer to
// layer.
type assigner interface {
	// assigner makes what sets D of all layers of a network, after a Forward of
	// examples of these classes.
	assigner(n *Network) func(classes []uint8)
}

// Learning says by how much weights change.
type Learning struct {
	// HiddenRate and OutputRate multiply the changes of hidden layers and of the
	// output, ≥ 0.
	HiddenRate, OutputRate float64
	// Momentum is the part of the last change that is added to the next, 0 ≤ m < 1.
	Momentum float64
	// Decay is the part of each weight that a step takes away, 0 ≤ decay < 1. It is
	// not multiplied by the rates.
	Decay float64
	// DecayBiases takes the same part away from biases, as the authors' program of
	// BurstCCN does, and that of burstprop does not.
	DecayBiases bool
	// Mean divides changes by the examples of the batch; without it they are summed.
	Mean bool
}

// Rules returns the rules by the name that commands use, each with its defaults.
func Rules() []Rule {
	return []Rule{
		DefaultBackprop(),
		DefaultBurstprop(),
		DefaultBurstCCN(),
		DefaultNodePerturbation(),
	}
}
