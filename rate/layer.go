package rate

// Layer is a layer with a rule: how it turns what it is told from above into a local
// signal, and what it learns by that. One file holds one rule; the table [Rules]
// makes it reachable by name.
//
// For a batch a [Network] calls Forward from the bottom up, Teach of the output,
// Feedback from the top down, and Update of every layer, in this order. Angles, for
// which all layers are needed at once, are measured by [Network.Angles].
type Layer interface {
	// Unit gives what layers of all rules have. (Rules embed *Units.)
	Unit() *Units
	// Forward sets the event rates from those of the layer below, examples × In.
	Forward(x Matrix)
	// Teach sets the signals of the output layer from delta = −∂L/∂z, examples × Out.
	Teach(delta Matrix)
	// Feedback sets the signals of a hidden layer from those of the layer above.
	Feedback(above Layer)
	// Update changes the weights that lead here, and the feedback weights from here
	// to below. x are the rates that E was made of; below is nil in the first layer.
	Update(x Matrix, below Layer)
	// Tensors are what the layer has learned and drawn: what a checkpoint keeps.
	Tensors() []*Tensor
}

// Unit implements Layer for what embeds *Units.
func (u *Units) Unit() *Units { return u }
