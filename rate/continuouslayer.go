package rate

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/apical-sim/apical/internal/rng"
)

// largestDendrite bounds |u|, as in the coarse-grained model of Payeur et al. 2021.
const largestDendrite = 20

// restingProbability is p0, the burst probability of a unit that is told nothing.
const restingProbability = 0.5

// ContinuousLayer is the state of a layer of a Continuous network, a number a unit.
// Its slices are to be read, and change with each step.
type ContinuousLayer struct {
	// Z and U are what somata and apical dendrites have reached.
	Z, U []float64
	// E are event rates, B burst rates, P = B/E burst probabilities.
	E, B, P []float64
	// EventAverage and BurstAverage are the moving averages ē and b̄; with the Cancelling
	// scheme, which has none, 0.
	EventAverage, BurstAverage []float64

	first, output bool
	// w are the weights from below, one row a unit; in the first layer one row an
	// input, since most inputs are 0, and rows of these are left out. y are the
	// feedback weights to the layer below, one row a unit here.
	w, y Matrix
	c    []float64

	drive  []float64 // W e_below, without c
	apical []float64 // Yᵀ b_above
	change []float64 // what a step changes W by, per e_below
	bias   []float64 // what a step changes c by
	sum    []float64 // in the first layer: the sum of changes that W still is to get

	// Whether E and B changed in the last step, and drive and apical have to be made
	// again whatever these did.
	eventsMoved, burstsMoved, staleDrive, staleApical bool
	unborn                                            bool // before the first step rates are 0, whatever Z
}

func newContinuousLayer(in, units int, first, output bool) *ContinuousLayer {
	all := make([]float64, 12*units)
	next := func() []float64 { part := all[:units:units]; all = all[units:]; return part }
	l := &ContinuousLayer{
		Z: next(), U: next(), E: next(), B: next(), P: next(), EventAverage: next(), BurstAverage: next(),
		c: next(), drive: next(), apical: next(), change: next(), bias: next(),
		first: first, output: output, eventsMoved: true, burstsMoved: true, staleDrive: true, staleApical: true, unborn: true,
	}
	for i := range l.P {
		l.P[i] = restingProbability
	}
	if first {
		l.w, l.sum = newMatrix(in, units), make([]float64, units)
	} else {
		l.w = newMatrix(units, in)
	}
	return l
}

// Units is how many there are.
func (l *ContinuousLayer) Units() int { return len(l.E) }

// Weight is that of an input of the layer onto a unit. What the example that is being
// shown has changed in the first layer is not in it before Rest.
func (l *ContinuousLayer) Weight(unit, input int) float64 {
	if l.first {
		return l.w.Data[input*l.w.Stride+unit]
	}
	return l.w.Data[unit*l.w.Stride+input]
}

// Bias of a unit.
func (l *ContinuousLayer) Bias(unit int) float64 { return l.c[unit] }

// FeedbackWeight is that from a unit to one of the layer below; there is none in the
// first layer.
func (l *ContinuousLayer) FeedbackWeight(unit, below int) float64 {
	return l.y.Data[unit*l.y.Stride+below]
}

// Expected is the burst probability that the rule compares P of a unit with: p̄ = b̄/ē,
// and p0 where there has been no event or with the Cancelling scheme.
func (l *ContinuousLayer) Expected(unit int) float64 {
	if e := l.EventAverage[unit]; e > 0 {
		return l.BurstAverage[unit] / e
	}
	return restingProbability
}

// Deviation is the root mean square of P − Expected: what the rule learns from.
func (l *ContinuousLayer) Deviation() float64 {
	sum := 0.0
	for i, p := range l.P {
		d := p - l.Expected(i)
		sum += float64(d * d)
	}
	return math.Sqrt(sum / float64(len(l.P)))
}

// draw draws weights of standard deviation sd, unit after unit in every layer.
func (l *ContinuousLayer) draw(source rng.Source, sd float64) {
	if !l.first {
		t := Tensor{W: l.w}
		t.normal(source, sd)
		return
	}
	t := Tensor{W: newMatrix(l.w.Cols, l.w.Rows)}
	t.normal(source, sd)
	for i := range t.W.Rows {
		for j, v := range row(t.W, i) {
			l.w.Data[j*l.w.Stride+i] = v
		}
	}
}

// forward sets z = W x for a layer above the first.
func (l *ContinuousLayer) forward(x, z []float64) {
	for i := range z {
		z[i] = floats.Dot(row(l.w, i), x)
	}
}

// forwardInput is forward for the first layer, active being the inputs that are not 0.
func (l *ContinuousLayer) forwardInput(x []float64, active []int, z []float64) {
	clear(z)
	for _, j := range active {
		floats.AddScaled(z, x[j], row(l.w, j))
	}
}

// average moves ē and b̄ towards e and b by a part of their distance.
func (l *ContinuousLayer) average(part float64) {
	floats.Scale(1-part, l.EventAverage)
	floats.AddScaled(l.EventAverage, part, l.E)
	floats.Scale(1-part, l.BurstAverage)
	floats.AddScaled(l.BurstAverage, part, l.B)
}

// moveTo moves each value towards what drives it, plus what is added to that, if
// anything, by a part of the distance, and tells whether any changed.
func moveTo(values, drive, add []float64, part float64) (moved bool) {
	for i, v := range values {
		goal := drive[i]
		if add != nil {
			goal += add[i]
		}
		next := v + float64(part*(goal-v))
		moved = moved || next != v
		values[i] = next
	}
	return moved
}
