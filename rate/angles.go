package rate

import "math"

// Angles says how well credit is assigned, in degrees from 0 to 180: below 90 learning
// goes downhill, 90 is no better than chance. NaN stands for what is not defined, as
// the angle between feedback weights of a rule that has none. A vector of length zero
// has no direction; 90 stands for its angle, and Degenerate counts it.
//
// Four signals are compared, for the same examples and event rates: the rule's own d;
// backpropagation's −∂L/∂z; feedback alignment, which is backpropagation through the
// feedback weights Y in place of W; and for each the changes of weights that follow
// from it, Σ d xᵀ over a batch, before rates, momentum and decay.
type Angles struct {
	// Delta is between d and backpropagation, DeltaFA between d and feedback
	// alignment, DeltaFABP between feedback alignment and backpropagation: means over
	// examples. In the output layer it is 0 for all rules that are told −∂L/∂z.
	Delta, DeltaFA, DeltaFABP float64
	// Gradient, GradientFA and GradientFABP are the same between changes of weights:
	// means over batches. DeltaFABP and GradientFABP are what is due to the wrong
	// weights, DeltaFA and GradientFA what is due to the rule.
	Gradient, GradientFA, GradientFABP float64
	// Symmetry is between the forward and the feedback weights of the layer above,
	// through which a hidden layer is told; Cancelling between those feedback weights
	// and Q (BurstCCN), NaN where Q is p0 Y at all times.
	Symmetry, Cancelling float64
	// Degenerate is how many of the angles that were taken had a vector of length
	// zero: one in an example, a batch or a pair of weights.
	Degenerate int
}

// NetworkAngles are the angles of each layer and of layers together.
type NetworkAngles struct {
	// Layers are in the order of [Network.Layers].
	Layers []Angles
	// All takes the weights of all layers as one vector, Hidden those of all hidden
	// layers: only their Gradient, GradientFA and GradientFABP are defined. Rules give
	// layers different factors, which these depend on.
	All, Hidden Angles
	// Examples is how many were measured.
	Examples int
}

// MeanAngles are the means of measurements of one network, as of some minibatches of an
// epoch; Degenerate and Examples are sums. Without measurements they are zero.
func MeanAngles(measured []NetworkAngles) NetworkAngles {
	var m NetworkAngles
	if len(measured) == 0 {
		return m
	}
	m.Layers = make([]Angles, len(measured[0].Layers))
	for _, a := range measured {
		m.Examples += a.Examples
		m.All.add(a.All)
		m.Hidden.add(a.Hidden)
		for k := range m.Layers {
			m.Layers[k].add(a.Layers[k])
		}
	}
	n := float64(len(measured))
	m.All.divide(n)
	m.Hidden.divide(n)
	for k := range m.Layers {
		m.Layers[k].divide(n)
	}
	return m
}

func (a *Angles) add(b Angles) {
	from := b.fields()
	for i, to := range a.fields() {
		*to += *from[i]
	}
	a.Degenerate += b.Degenerate
}

func (a *Angles) divide(n float64) {
	for _, x := range a.fields() {
		*x /= n
	}
}

// fields are all angles.
func (a *Angles) fields() [8]*float64 {
	return [8]*float64{&a.Delta, &a.DeltaFA, &a.DeltaFABP, &a.Gradient, &a.GradientFA, &a.GradientFABP, &a.Symmetry, &a.Cancelling}
}

// Angles measures how a batch, or any number of examples, would be learned from,
// without changing a weight: by batches of Config.Batch, of which the last may be
// smaller. The first call allocates its buffers, three times the forward weights. It
// panics as [Network.Forward] does, and if there are no examples, or fewer classes.
func (n *Network) Angles(x Matrix, classes []uint8) NetworkAngles {
	if x.Rows == 0 || len(classes) < x.Rows {
		panic("rate: angles need examples, and the class of each")
	}
	if n.gradients == nil {
		n.gradients = newGradients(n)
	}
	layers := len(n.layers)
	deltas, changes := make([]angleMean, 3*layers), make([]angleMean, 3*(layers+2))
	for from := 0; from < x.Rows; from += n.config.Batch {
		to := min(from+n.config.Batch, x.Rows)
		n.assignPart(x, classes, from, to)
		n.gradients.make(n, classes[from:to])
		n.gradients.deltas(n, deltas)
		n.gradients.changes(layers, changes)
	}
	a := NetworkAngles{Examples: x.Rows}
	for k := range layers + 2 {
		one := Angles{Delta: math.NaN(), DeltaFA: math.NaN(), DeltaFABP: math.NaN(), Symmetry: math.NaN(), Cancelling: math.NaN()}
		of := changes[3*k:][:3]
		one.Gradient, one.GradientFA, one.GradientFABP = of[0].mean(), of[1].mean(), of[2].mean()
		one.Degenerate = of[0].zero + of[1].zero + of[2].zero
		switch k {
		case layers:
			a.All = one
		case layers + 1:
			a.Hidden = one
		default:
			of := deltas[3*k:][:3]
			one.Delta, one.DeltaFA, one.DeltaFABP = of[0].mean(), of[1].mean(), of[2].mean()
			one.Degenerate += of[0].zero + of[1].zero + of[2].zero
			if k+1 < layers {
				one.weights(n.layers[k+1].Unit())
			}
			a.Layers = append(a.Layers, one)
		}
	}
	return a
}

// weights compares the weights between a layer and the one above.
func (a *Angles) weights(above *Units) {
	if above.Y == nil {
		return
	}
	var m angleMean
	a.Symmetry = m.take(above.W.W.Data, above.Y.W.Data)
	if above.Q != nil {
		a.Cancelling = m.take(above.Y.W.Data, above.Q.W.Data)
	}
	a.Degenerate += m.zero
}

// angleMean is the mean of angles.
type angleMean struct {
	sum     float64
	n, zero int // zero counts those that have no direction
}

func (m *angleMean) add(degrees float64, defined bool) float64 {
	m.sum += degrees
	m.n++
	if !defined {
		m.zero++
	}
	return degrees
}

func (m *angleMean) take(x, y []float64) float64 { return m.add(Angle(x, y)) }

// mean is NaN of nothing.
func (m *angleMean) mean() float64 { return m.sum / float64(m.n) }

// gradients are what a network's signals are compared with.
type gradients struct {
	// bp and fa are −∂L/∂z of each layer through W and through Y, batch × units. fa has
	// no layers if there is no Y.
	bp, fa []Matrix
	// own, ofBP and ofFA are Σ d xᵀ of each layer, own of the rule's d.
	own, ofBP, ofFA []Matrix
}

func newGradients(n *Network) *gradients {
	g := &gradients{}
	told := n.config.Feedback != None
	for _, l := range n.layers {
		u := l.Unit()
		g.bp = append(g.bp, newMatrix(u.E.Rows, u.E.Cols))
		g.own = append(g.own, newMatrix(u.W.W.Rows, u.W.W.Cols))
		g.ofBP = append(g.ofBP, newMatrix(u.W.W.Rows, u.W.W.Cols))
		if told {
			g.fa = append(g.fa, newMatrix(u.E.Rows, u.E.Cols))
			g.ofFA = append(g.ofFA, newMatrix(u.W.W.Rows, u.W.W.Cols))
		}
	}
	return g
}

// make computes all for the batch that n has assigned credit for.
func (g *gradients) make(n *Network, classes []uint8) {
	backward(n, classes, g.bp, func(u *Units) Matrix { return u.W.W })
	if g.fa != nil {
		backward(n, classes, g.fa, func(u *Units) Matrix { return u.Y.W })
	}
	x := n.x
	for k, l := range n.layers {
		u := l.Unit()
		u.Conn.Outer(n.team, first(u.D, x.Rows), x, 0, g.own[k])
		u.Conn.Outer(n.team, first(g.bp[k], x.Rows), x, 0, g.ofBP[k])
		if g.fa != nil {
			u.Conn.Outer(n.team, first(g.fa[k], x.Rows), x, 0, g.ofFA[k])
		}
		x = first(u.E, x.Rows)
	}
}

// backward sets d to −∂L/∂z, where each layer is told through the weights given.
func backward(n *Network, classes []uint8, d []Matrix, through func(*Units) Matrix) {
	rows, top := n.x.Rows, len(n.layers)-1
	n.config.Loss.delta(first(n.layers[top].Unit().E, rows), classes, first(d[top], rows))
	for k := top - 1; k >= 0; k-- {
		above, u := n.layers[k+1].Unit(), n.layers[k].Unit()
		above.Conn.Transpose(n.team, through(above), first(d[k+1], rows), first(d[k], rows))
		for i := range rows {
			e := row(u.E, i)
			for j, v := range row(d[k], i) {
				row(d[k], i)[j] = v * u.Activation.slope(e[j])
			}
		}
	}
}

// deltas adds the angles of each example, three a layer.
func (g *gradients) deltas(n *Network, to []angleMean) {
	for k, l := range n.layers {
		of := to[3*k:]
		for i := range n.x.Rows {
			d, bp := row(l.Unit().D, i), row(g.bp[k], i)
			of[0].take(d, bp)
			if g.fa != nil {
				fa := row(g.fa[k], i)
				of[1].take(d, fa)
				of[2].take(fa, bp)
			}
		}
	}
}

// changes adds the angles of a batch: three a layer, three of all, three of those that
// are hidden.
func (g *gradients) changes(layers int, to []angleMean) {
	for k := range layers + 2 {
		lo, hi := k, k+1
		switch k {
		case layers:
			lo, hi = 0, layers
		case layers + 1:
			lo, hi = 0, layers-1
		}
		if lo == hi {
			continue
		}
		own, bp := pieces(g.own[lo:hi]), pieces(g.ofBP[lo:hi])
		of := to[3*k:]
		of[0].add(angleOf(own, bp))
		if g.fa != nil {
			fa := pieces(g.ofFA[lo:hi])
			of[1].add(angleOf(own, fa))
			of[2].add(angleOf(fa, bp))
		}
	}
}

func pieces(m []Matrix) [][]float64 {
	p := make([][]float64, len(m))
	for i := range m {
		p[i] = m[i].Data
	}
	return p
}
