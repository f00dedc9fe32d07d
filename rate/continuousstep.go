package rate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/apical-sim/apical/internal/vec"
)

// tiny keeps quotients by event rates finite (Payeur et al. 2021).
const tiny = 1e-8

// Show begins an example, without a teacher; x is read until the next Show. It panics
// if x has not Input numbers.
func (n *Continuous) Show(x []float64) {
	if len(x) != n.config.Input {
		panic(fmt.Sprintf("rate: example of %d numbers, want %d", len(x), n.config.Input))
	}
	n.Rest()
	n.x, n.active, n.power = x, n.active[:0], 0
	for j, v := range x {
		if v != 0 {
			n.active = append(n.active, j)
			n.power += float64(v * v)
		}
	}
	l := n.layers[0]
	l.forwardInput(x, n.active, l.drive)
}

// Teach gives the output its target from the next step on. It panics if class is none.
func (n *Continuous) Teach(class int) {
	if class < 0 || class >= n.config.Classes {
		panic(fmt.Sprintf("rate: class %d of %d", class, n.config.Classes))
	}
	n.teaching, n.class = true, class
}

// Rest ends an example: the teacher falls silent, and the first layer's weights take
// the changes that they are due. Show does it too.
func (n *Continuous) Rest() {
	n.teaching = false
	if !n.due {
		return
	}
	n.due = false
	l := n.layers[0]
	for _, j := range n.active {
		floats.AddScaled(row(l.w, j), n.x[j], l.sum)
	}
	clear(l.sum)
}

// Step advances the network by Config.Step. Before the first example its input is
// silent.
func (n *Continuous) Step() {
	n.drives()
	n.teacher(n.layers[len(n.layers)-1])
	if n.teaching {
		n.learn()
	}
	for _, l := range n.layers {
		if n.config.Scheme == MovingAverage {
			l.average(n.advance.average)
		}
		n.settle(l)
	}
	if n.teaching {
		n.learned()
	}
}

// drives makes what moves z and u from the rates before the step.
func (n *Continuous) drives() {
	for k, l := range n.layers {
		if k > 0 && (l.staleDrive || n.layers[k-1].eventsMoved) {
			l.forward(n.layers[k-1].E, l.drive)
		}
		if l.output {
			continue
		}
		above := n.layers[k+1]
		if l.staleApical || l.eventsMoved || above.burstsMoved {
			n.told(above, l)
		}
		l.staleDrive, l.staleApical = false, false
	}
	n.layers[len(n.layers)-1].staleDrive = false
}

// told sets what the apical dendrites of a layer are told: β h(e) Yᵀ b_above, with the
// Cancelling scheme b − p0 e instead of b.
func (n *Continuous) told(above, l *ContinuousLayer) {
	clear(l.apical)
	for i, b := range above.B {
		if n.config.Scheme == Cancelling {
			b -= float64(restingProbability * above.E[i])
		}
		floats.AddScaled(l.apical, b, row(above.y, i))
	}
	for i, e := range l.E {
		l.apical[i] *= n.config.DendriticSlope * n.config.Activation.h(e)
	}
}

// teacher sets next, the burst probability that the output has after the step.
func (n *Continuous) teacher(output *ContinuousLayer) {
	for i := range n.next {
		n.next[i] = restingProbability
		if !n.teaching {
			continue
		}
		target := n.config.Scheme.target(i == n.class)
		if n.config.Scheme == Cancelling {
			n.next[i] *= 1 + float64((target-output.E[i])*(1-output.E[i]))
		} else {
			average := output.EventAverage[i]
			n.next[i] *= 1 + math.Tanh((target-average)/(average+tiny))
		}
	}
}

// target is the event rate that an output unit is to have.
func (s Scheme) target(is bool) float64 {
	low, high := 0.0, 1.0
	if s == Cancelling {
		low, high = 0.01, 0.99
	}
	if is {
		return high
	}
	return low
}

// learn makes the changes of weights and biases from the rates before the step, and
// gives weights theirs, which the step does not need again; those of the first layer
// are summed up.
func (n *Continuous) learn() {
	for k, l := range n.layers {
		for i, e := range l.E {
			l.bias[i] = n.advance.weight * (l.P[i] - l.Expected(i)) * e
			l.change[i] = l.bias[i]
			if !l.output && n.config.Scheme == MovingAverage && e > n.config.MaxRate {
				l.change[i] -= float64(n.advance.weight * n.config.Homeostasis * (1 - n.config.MaxRate/(e+tiny)))
			}
		}
		if l.first {
			floats.Add(l.sum, l.change)
			n.due = true
			continue
		}
		below := n.layers[k-1]
		for i, change := range l.change {
			floats.AddScaled(row(l.w, i), change, below.E)
		}
		l.staleDrive = true
		below.staleApical = n.config.Feedback == Tied
	}
}

// learned gives biases their changes once z has moved, and the input's drive that of
// the first layer's weights: (g e0ᵀ) e0 = g (e0·e0).
func (n *Continuous) learned() {
	for _, l := range n.layers {
		floats.Add(l.c, l.bias)
		if l.first {
			floats.AddScaled(l.drive, n.power, l.change)
		}
	}
}

// settle moves z and u of a layer, and makes e, p and b of them.
func (n *Continuous) settle(l *ContinuousLayer) {
	l.eventsMoved = moveTo(l.Z, l.drive, l.c, n.advance.soma) || l.unborn
	l.unborn = false
	if l.eventsMoved {
		copy(l.E, l.Z)
		n.rates(l, l.E)
	}
	if l.output {
		l.burstsMoved = l.eventsMoved || !floats.Equal(l.P, n.next)
		copy(l.P, n.next)
	} else {
		dendrites := moveTo(l.U, l.apical, nil, n.advance.dendrite)
		l.burstsMoved = l.eventsMoved || dendrites
		if dendrites {
			for i, u := range l.U {
				l.P[i] = min(max(u, -largestDendrite), largestDendrite)
			}
			vec.Sigmoid64(l.P, l.P)
		}
	}
	if l.burstsMoved {
		floats.MulTo(l.B, l.P, l.E)
	}
}

// rates turns the inputs of a layer's units into event rates, in place.
func (n *Continuous) rates(l *ContinuousLayer, z []float64) {
	switch {
	case l.output && n.config.Scheme == MovingAverage:
		CrossEntropy.rates(Matrix{Rows: 1, Cols: len(z), Stride: len(z), Data: z})
	case l.output:
		Sigmoid.rates(z)
	default:
		n.config.Activation.rates(z)
	}
}
