package rate

import "github.com/apical-sim/apical/internal/rng"

// Backprop is gradient descent: with Tied feedback backpropagation, with Random
// feedback alignment (Lillicrap et al. 2016, doi 10.1038/ncomms13276), with
// KolenPollack weight mirrors that learn.
//
//	output:  d = −∂L/∂z
//	hidden:  d = (Yᵀ d_above) σ′(z)
type Backprop struct{}

// DefaultBackprop has no parameters.
func DefaultBackprop() Backprop { return Backprop{} }

// Name implements Rule.
func (Backprop) Name() string { return "bp" }

// Doc implements Rule.
func (Backprop) Doc() string {
	return "backpropagation; with random feedback it is feedback alignment"
}

// Validate implements Rule.
func (Backprop) Validate() error { return nil }

// Feedbacks implements Rule.
func (Backprop) Feedbacks() []Feedback { return []Feedback{Tied, Random, KolenPollack, Zero} }

// Learning implements Rule: the rate of BurstCCN's notebook, for the mean over a batch.
func (Backprop) Learning() Learning { return Learning{HiddenRate: 0.3, OutputRate: 0.3, Mean: true} }

func (Backprop) layer(u *Units, _ func(uint32) rng.Source) Layer {
	l := &backpropLayer{Units: u}
	l.slope = func(lo, hi int) {
		for i := lo; i < hi; i++ {
			d, e := row(l.D, i), row(l.E, i)
			for j := range d {
				d[j] *= l.Activation.slope(e[j])
			}
		}
	}
	return l
}

type backpropLayer struct {
	*Units
	slope func(lo, hi int)
}

func (l *backpropLayer) Teach(delta Matrix) {
	copy(l.D.Data, delta.Data[:delta.Rows*delta.Stride])
}

func (l *backpropLayer) Feedback(above Layer) {
	a := above.Unit()
	a.Conn.Transpose(l.team, a.Y.W, first(a.D, a.Examples), first(l.D, l.Examples))
	l.team.Each(l.Examples, grain, l.slope)
}

func (l *backpropLayer) Update(x Matrix, _ Layer) {
	l.learn(x)
	if l.Mode == KolenPollack && !l.First {
		l.follow(l.Y)
	}
}
