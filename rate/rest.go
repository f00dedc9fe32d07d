package rate

// Rest makes the signals of all layers for a batch without a teacher, without changing
// a weight. Where feedback cancels at rest all D are 0; what they are, and the apical
// potentials A, is what is left to cancel. (Rules without feedback leave D as it was.)
// It panics as Forward does.
func (n *Network) Rest(x Matrix) {
	n.Forward(x)
	delta := first(n.delta, x.Rows)
	for i := range delta.Rows {
		clear(row(delta, i))
	}
	n.feedBack(nil)
}

// Cancel changes the feedback weights that learn to cancel (BurstCCN with LearnedQ or
// LearnedY) by a batch without a teacher, and no others. Train changes them as well,
// by apical potentials that the teacher is part of: as far as errors of the layer above
// go with its events, Q learns to cancel them too. Some epochs of Cancel before the
// first of Train are for a Q that was drawn: they free the beginning of its signals. It
// panics as Forward does.
func (n *Network) Cancel(x Matrix) {
	n.Rest(x)
	for i, l := range n.layers {
		if c, ok := l.(canceller); ok && i > 0 {
			c.cancel(n.layers[i-1])
		}
	}
}

// canceller is a layer that may learn to cancel its feedback to the layer below.
type canceller interface {
	cancel(below Layer)
}
