package rate

import (
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/vec"
)

// Units is what layers of all rules have: the connection that leads to them with its
// forward and its feedback weights, and their rates for the examples of a batch.
//
// Feedback weights belong to the layer that they come from: Y of layer l+1 carries
// its bursts back to layer l.
type Units struct {
	// Conn leads here from the layer below.
	Conn Connection
	// Activation is that of hidden units; the output's is its loss's.
	Activation Activation
	// Output tells the last layer from hidden ones, First the one above the input, to
	// which nothing is fed back.
	Output, First bool
	// W are the forward weights, C the biases: one row, one column a channel.
	W, C *Tensor
	// Y are the feedback weights to the layer below; nil in the first layer, and with
	// feedback None. With Tied feedback it is W itself.
	Y *Tensor
	// Q are the weights through which events of this layer cancel its bursts in the
	// layer below (BurstCCN); nil where there are none, or where they are p0 Y.
	Q *Tensor
	// Mode is through which weights the layer below is told.
	Mode Feedback

	// offset is the place of the first row among the examples of a measurement that
	// takes several batches; 0 in training.
	offset int
	// Examples is how many rows of the batches below are in use.
	Examples int
	// E are event rates, D what the rule makes of the teacher: the local signal that
	// weights learn by, an ascent along −∂L/∂z but for the rule's factor.
	E, D Matrix
	// B and BT are burst rates without and with teacher, P and PT the burst
	// probabilities b/e; nil data for rules without bursts.
	B, BT, P, PT Matrix
	// A are the apical potentials that burst probabilities with teacher come from; nil
	// data where there are none.
	A Matrix

	learning Learning
	loss     Loss
	team     *matmul.Team
	scaled   Matrix // rate·D, of which the changes are made
	active   Matrix // what activate turns into rates

	follower *Tensor // what is changed as W is

	activate, scale, mirror func(lo, hi int)
}

// newUnits allocates for at most batch examples; weights are zero.
func newUnits(conn Connection, c *Config, team *matmul.Team, first, output bool) *Units {
	rows, cols := conn.Weights()
	n := conn.Out().Units()
	u := &Units{
		Conn: conn, Activation: c.Activation, Output: output, First: first, Mode: c.Feedback,
		W: newTensor("weights", rows, cols, true), C: newTensor("biases", 1, conn.Out().Channels, true),
		E: newMatrix(c.Batch, n), D: newMatrix(c.Batch, n),
		learning: c.Learning, loss: c.Loss, team: team, scaled: newMatrix(c.Batch, n),
	}
	switch {
	case first || c.Feedback == None:
	case c.Feedback == Tied:
		u.Y = u.W
	default:
		u.Y = newTensor("feedback", rows, cols, false)
	}
	u.activate = func(lo, hi int) {
		for i := lo; i < hi; i++ {
			u.Activation.rates(row(u.active, i))
		}
	}
	u.scale = func(lo, hi int) {
		factor := u.rate()
		for i := lo; i < hi; i++ {
			d, s := row(u.D, i), row(u.scaled, i)
			for j, v := range d {
				s[j] = factor * v
			}
		}
	}
	u.mirror = func(lo, hi int) {
		vec.Momentum(u.follower.W.Data[lo:hi], u.W.V.Data[lo:hi], u.learning.Decay)
	}
	return u
}

// newBursts allocates what rules with bursts have.
func (u *Units) newBursts() {
	rows, cols := u.E.Rows, u.E.Cols
	u.B, u.BT = newMatrix(rows, cols), newMatrix(rows, cols)
	u.P, u.PT = newMatrix(rows, cols), newMatrix(rows, cols)
}

// row gives the row of an example.
func row(m Matrix, i int) []float64 { return m.Data[i*m.Stride:][:m.Cols] }

// grain is the least number of examples that a worker is given at a time.
const grain = 4

// Forward sets the event rates: E = σ(W x + c), x being examples × units below.
func (u *Units) Forward(x Matrix) {
	u.Examples = x.Rows
	e := first(u.E, x.Rows)
	u.inputs(x, e)
	u.rates(e)
}

// inputs sets z = W x + c.
func (u *Units) inputs(x, z Matrix) {
	u.Conn.Apply(u.team, u.W.W, x, z)
	addBias(z, u.C.W.Data, u.Conn.Out())
}

// rates turns inputs into event rates, in place.
func (u *Units) rates(z Matrix) {
	if u.Output {
		u.loss.rates(z)
		return
	}
	u.active = z
	u.team.Each(z.Rows, grain, u.activate)
}

// rate is by what D is multiplied to give the changes.
func (u *Units) rate() float64 {
	r := u.learning.HiddenRate
	if u.Output {
		r = u.learning.OutputRate
	}
	if u.learning.Mean {
		r /= float64(u.Examples)
	}
	return r
}

// learn changes forward weights and biases by D, x being the rates below that E was
// made of: V = momentum V + rate Σ d xᵀ, W = (1−decay) W + V. Biases decay only where
// Learning.DecayBiases has them.
func (u *Units) learn(x Matrix) {
	u.team.Each(u.Examples, grain, u.scale)
	s := first(u.scaled, u.Examples)
	u.Conn.Outer(u.team, s, x, u.learning.Momentum, u.W.V)
	addRows(s, u.Conn.Out(), u.learning.Momentum, u.C.V.Data)
	u.W.advance(u.team, u.learning.Decay)
	decay := 0.0
	if u.learning.DecayBiases {
		decay = u.learning.Decay
	}
	u.C.advance(u.team, decay)
}

// follow gives the feedback weights the change and the decay of the forward weights
// (Kolen and Pollack 1994), after learn.
func (u *Units) follow(y *Tensor) {
	u.follower = y
	u.team.Each(len(y.W.Data), elements, u.mirror)
}

// Tensors are what a checkpoint of the layer keeps.
func (u *Units) Tensors() []*Tensor {
	t := []*Tensor{u.W, u.C}
	if u.Y != nil && u.Y != u.W {
		t = append(t, u.Y)
	}
	return t
}

// addBias adds to each unit the bias of its channel.
func addBias(z Matrix, bias []float64, shape Shape) {
	plane := shape.Height * shape.Width
	for i := range z.Rows {
		r := row(z, i)
		for c, b := range bias {
			for j := c * plane; j < (c+1)*plane; j++ {
				r[j] += b
			}
		}
	}
}

// addRows sets g = beta g + the sum of d over examples and the plane of a channel.
func addRows(d Matrix, shape Shape, beta float64, g []float64) {
	plane := shape.Height * shape.Width
	for c := range g {
		g[c] *= beta
	}
	for i := range d.Rows {
		r := row(d, i)
		for c := range g {
			for _, v := range r[c*plane : (c+1)*plane] {
				g[c] += v
			}
		}
	}
}
