package rate

// Truth is what a layer's signals are compared with: signals of the same examples,
// for the same event rates.
type Truth struct {
	// BP is −∂L/∂z by backpropagation through the forward weights, FA the same
	// through the feedback weights; examples × units.
	BP, FA Matrix
}

// Angles says how well a layer's learning follows gradients, in degrees from 0 to
// 180; 90 is no better than chance.
type Angles struct {
	// Delta is between D and backpropagation's signal, the mean over examples.
	Delta float64
	// Gradient is between the changes of the weights, summed over the batch, and
	// backpropagation's.
	Gradient float64
	// DeltaFA and GradientFA are the same against feedback alignment: what is left of
	// an error when wrong feedback weights are accounted for. FABP is between
	// feedback alignment and backpropagation, Gradient's kind.
	DeltaFA, GradientFA, FABP float64
	// Symmetry is between the forward weights and the feedback weights of the layer
	// above, Cancelling between those feedback weights and Q (BurstCCN).
	Symmetry, Cancelling float64
}

// Angles implements Layer.
func (u *Units) Angles(truth Truth, x Matrix) Angles {
	return Angles{}
}
