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

// OnlineAngles says how far the change of weights by an example is from gradient
// descent, in degrees.
type OnlineAngles struct {
	// Layers from the bottom up, and all weights together.
	Layers []float64
	Global float64
}

// Learn has the network learn an example, and sets a to the angles between the change
// of its weights from before to after and −∂L/∂W of a static network with the weights
// of before (Greedy et al. 2022): its event rates are those of Rates, its loss the
// cross-entropy of a softmax, with the Cancelling scheme half of the squared
// differences from the targets. An angle to a zero vector is 90.
func (p *Probe) Learn(x []float64, class int, a *OnlineAngles) {
	n := p.network
	n.Rest()
	p.gradient(x, class)
	first := n.layers[0]
	for k, l := range n.layers {
		if !l.first {
			copy(p.before[k].Data, l.w.Data)
		}
	}
	n.present(x, class)

	// All changes of the first layer are g e0ᵀ, and its gradient is d e0ᵀ.
	power := n.power
	dot, change, gradient := power*floats.Dot(first.sum, p.d[0]), power*floats.Dot(first.sum, first.sum), power*floats.Dot(p.d[0], p.d[0])
	a.Layers = append(a.Layers[:0], degrees(dot, change, gradient))
	for k, l := range n.layers[1:] {
		below, d, was := p.e[k], p.d[k+1], p.before[k+1]
		squares := floats.Dot(below, below) * floats.Dot(d, d)
		product, moved := 0.0, 0.0
		for i := range d {
			w, v := row(l.w, i), row(was, i)
			for j, x := range w {
				step := x - v[j]
				product += step * d[i] * below[j]
				moved += step * step
			}
		}
		a.Layers = append(a.Layers, degrees(product, moved, squares))
		dot, change, gradient = dot+product, change+moved, gradient+squares
	}
	a.Global = degrees(dot, change, gradient)
	n.Rest()
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
