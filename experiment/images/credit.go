package images

import (
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Credit is how well credit was assigned in an epoch: means over the minibatches that
// were sampled, each measured before it was learned from. rate.Angles says what the
// angles are between.
type Credit struct {
	// Layers are the hidden layers from the bottom up; nil where nothing was sampled.
	Layers []LayerCredit `json:"layers"`
	// GradientDeg is between the changes of all weights as one vector and
	// backpropagation's, HiddenGradientDeg likewise of all hidden weights, degrees.
	GradientDeg       *float64 `json:"gradient_deg,omitempty"`
	HiddenGradientDeg *float64 `json:"hidden_gradient_deg,omitempty"`
	// Degenerate counts vectors of length zero, whose angle is taken for 90 degrees.
	Degenerate int `json:"degenerate"`
}

// LayerCredit are the angles of a layer, degrees; nil where there is none.
type LayerCredit struct {
	DeltaDeg        *float64 `json:"delta_deg"`
	DeltaFADeg      *float64 `json:"delta_fa_deg"`
	DeltaFABPDeg    *float64 `json:"delta_fa_bp_deg"`
	GradientDeg     *float64 `json:"gradient_deg"`
	GradientFADeg   *float64 `json:"gradient_fa_deg"`
	GradientFABPDeg *float64 `json:"gradient_fa_bp_deg"`
	SymmetryDeg     *float64 `json:"symmetry_deg"`
	CancellingDeg   *float64 `json:"cancelling_deg"`
}

// sample adds up the angles of the minibatches that are sampled in an epoch.
type sample struct {
	wanted int
	taken  []rate.NetworkAngles
}

// wants tells whether minibatch k of so many is sampled: each is in the middle of one
// of equal parts of the epoch.
func (s *sample) wants(k, batches int) bool {
	n := min(s.wanted, batches)
	for i := range n {
		if k == (2*i+1)*batches/(2*n) {
			return true
		}
	}
	return false
}

func (s *sample) take(n *rate.Network, x rate.Matrix, classes []uint8) {
	s.taken = append(s.taken, n.Angles(x, classes))
}

// credit is the mean of what was taken.
func (s *sample) credit() (c Credit) {
	if len(s.taken) == 0 {
		return c
	}
	mean := rate.MeanAngles(s.taken)
	for _, a := range mean.Layers[:len(mean.Layers)-1] {
		c.Layers = append(c.Layers, LayerCredit{
			DeltaDeg: experiment.Finite(a.Delta), DeltaFADeg: experiment.Finite(a.DeltaFA), DeltaFABPDeg: experiment.Finite(a.DeltaFABP),
			GradientDeg: experiment.Finite(a.Gradient), GradientFADeg: experiment.Finite(a.GradientFA), GradientFABPDeg: experiment.Finite(a.GradientFABP),
			SymmetryDeg: experiment.Finite(a.Symmetry), CancellingDeg: experiment.Finite(a.Cancelling),
		})
	}
	c.GradientDeg, c.HiddenGradientDeg = experiment.Finite(mean.All.Gradient), experiment.Finite(mean.Hidden.Gradient)
	for _, l := range mean.Layers {
		c.Degenerate += l.Degenerate
	}
	return c
}
