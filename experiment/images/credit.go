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
	// HiddenGradientDeg is between the changes of all hidden weights as one vector and
	// backpropagation's, degrees.
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
	mean := func(of func(rate.NetworkAngles) float64) *float64 {
		sum := 0.0
		for _, a := range s.taken {
			sum += of(a)
		}
		return experiment.Finite(sum / float64(len(s.taken)))
	}
	for k := range len(s.taken[0].Layers) - 1 {
		layer := func(of func(rate.Angles) float64) *float64 {
			return mean(func(a rate.NetworkAngles) float64 { return of(a.Layers[k]) })
		}
		c.Layers = append(c.Layers, LayerCredit{
			DeltaDeg:        layer(func(a rate.Angles) float64 { return a.Delta }),
			DeltaFADeg:      layer(func(a rate.Angles) float64 { return a.DeltaFA }),
			DeltaFABPDeg:    layer(func(a rate.Angles) float64 { return a.DeltaFABP }),
			GradientDeg:     layer(func(a rate.Angles) float64 { return a.Gradient }),
			GradientFADeg:   layer(func(a rate.Angles) float64 { return a.GradientFA }),
			GradientFABPDeg: layer(func(a rate.Angles) float64 { return a.GradientFABP }),
			SymmetryDeg:     layer(func(a rate.Angles) float64 { return a.Symmetry }),
			CancellingDeg:   layer(func(a rate.Angles) float64 { return a.Cancelling }),
		})
	}
	if len(c.Layers) > 0 {
		c.HiddenGradientDeg = mean(func(a rate.NetworkAngles) float64 { return a.Hidden.Gradient })
	}
	for _, a := range s.taken {
		for _, l := range a.Layers {
			c.Degenerate += l.Degenerate
		}
	}
	return c
}
