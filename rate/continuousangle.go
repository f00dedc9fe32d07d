package rate

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Probe classifies examples by a Continuous network that has come to rest, and
// compares what it learns with gradients. It changes no weight, and allocates nothing
// after NewProbe.
type Probe struct {
	network *Continuous
	e, d    [][]float64 // by layer: event rates at rest, −∂L/∂z
	active  []int
	before  []Matrix // weights above the first layer, as they were
}

// Online says what an example has done to the network.
type Online struct {
	// LayersDeg, from the bottom up, and GlobalDeg, of all weights together, say how far
	// their change is from gradient descent, degrees.
	LayersDeg []float64
	GlobalDeg float64
	// Before is the Deviation of each layer at the end of prediction, where it should be
	// small, and During its mean over the steps of teaching.
	Before, During []float64
}

// NewProbe makes a probe of n.
func NewProbe(n *Continuous) *Probe {
	p := &Probe{network: n, active: make([]int, 0, n.config.Input)}
	for _, l := range n.layers {
		p.e = append(p.e, make([]float64, l.Units()))
		p.d = append(p.d, make([]float64, l.Units()))
		p.before = append(p.before, Matrix{})
		if !l.first {
			p.before[len(p.before)-1] = newMatrix(l.w.Rows, l.w.Cols)
		}
	}
	return p
}

// Rates gives the event rates of the output that would be reached with an example
// shown for ever, valid until the next call. What the network is being shown does not
// matter, but its weights lack what Rest gives them.
func (p *Probe) Rates(x []float64) []float64 {
	p.active = p.active[:0]
	for j, v := range x {
		if v != 0 {
			p.active = append(p.active, j)
		}
	}
	for k, l := range p.network.layers {
		e := p.e[k]
		if l.first {
			l.forwardInput(x, p.active, e)
		} else {
			l.forward(p.e[k-1], e)
		}
		floats.Add(e, l.c)
		p.network.rates(l, e)
	}
	return p.e[len(p.e)-1]
}

// Class gives the class whose output has the highest rate; ties go to the first.
func (p *Probe) Class(x []float64) int { return floats.MaxIdx(p.Rates(x)) }

// Learn has the network learn an example, and says in o what that did. Angles are
// between the change of weights from before to after and −∂L/∂W of a static network with
// the weights of before (Greedy et al. 2022): its event rates are those of Rates, its
// loss the cross-entropy of a softmax, with the Cancelling scheme half of the squared
// differences from the targets. An angle to a zero vector is 90.
func (p *Probe) Learn(x []float64, class int, o *Online) {
	n := p.network
	n.Rest()
	p.gradient(x, class)
	for k, l := range n.layers {
		if !l.first {
			copy(p.before[k].Data, l.w.Data)
		}
	}
	o.Before, o.During = o.Before[:0], o.During[:0]
	n.Show(x)
	prediction, teaching := n.config.Steps()
	for range prediction {
		n.Step()
	}
	for _, l := range n.layers {
		o.Before, o.During = append(o.Before, l.Deviation()), append(o.During, 0)
	}
	n.Teach(class)
	for range teaching {
		n.Step()
		for k, l := range n.layers {
			o.During[k] += l.Deviation() / float64(teaching)
		}
	}
	p.angles(o)
	n.Rest()
}

// angles compares what is due in the first layer, and has changed in others, with the
// gradient.
func (p *Probe) angles(o *Online) {
	n := p.network
	// All changes of the first layer are g e0ᵀ, and its gradient is d e0ᵀ.
	g, d := n.layers[0].sum, p.d[0]
	dot, change, gradient := n.power*floats.Dot(g, d), n.power*floats.Dot(g, g), n.power*floats.Dot(d, d)
	o.LayersDeg = append(o.LayersDeg[:0], degrees(dot, change, gradient))
	for k, l := range n.layers[1:] {
		below, d, was := p.e[k], p.d[k+1], p.before[k+1]
		squares := float64(floats.Dot(below, below) * floats.Dot(d, d))
		product, moved := 0.0, 0.0
		for i := range d {
			w, v := row(l.w, i), row(was, i)
			for j, x := range w {
				step := x - v[j]
				product += float64(step * d[i] * below[j])
				moved += float64(step * step)
			}
		}
		o.LayersDeg = append(o.LayersDeg, degrees(product, moved, squares))
		dot, change, gradient = dot+product, change+moved, gradient+squares
	}
	o.GlobalDeg = degrees(dot, change, gradient)
}

// gradient sets d = −∂L/∂z at rest.
func (p *Probe) gradient(x []float64, class int) {
	n := p.network
	top := len(n.layers) - 1
	for i, e := range p.Rates(x) {
		p.d[top][i] = n.config.Scheme.target(i == class) - e
		if n.config.Scheme == Cancelling {
			p.d[top][i] *= e * (1 - e)
		}
	}
	for k := top - 1; k >= 0; k-- {
		above, d := n.layers[k+1], p.d[k]
		clear(d)
		for i, v := range p.d[k+1] {
			floats.AddScaled(d, v, row(above.w, i))
		}
		for i, e := range p.e[k] {
			d[i] *= n.config.Activation.slope(e)
		}
	}
}

// degrees is the angle between two vectors of which the product and the squares of the
// norms are given; 90 if one of them is 0.
func degrees(dot, a, b float64) float64 {
	norm := math.Sqrt(a) * math.Sqrt(b)
	if norm == 0 {
		return 90
	}
	return math.Acos(min(max(dot/norm, -1), 1)) * 180 / math.Pi
}
