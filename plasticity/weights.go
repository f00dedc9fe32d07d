package plasticity

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/synapse"
)

// weights are those of a block's synapses, kept within bounds.
type weights struct {
	block    *synapse.Block
	min, max float32
}

func newWeights(block *synapse.Block, least, most float64) weights {
	return weights{block: block, min: float32(least), max: float32(most)}
}

// within returns the nearest of [min, max]; NaN stays.
func (w *weights) within(weight float32) float32 {
	if weight < w.min {
		return w.min
	}
	if weight > w.max {
		return w.max
	}
	return weight
}

// addIncoming adds scale·trace[row] to every synapse onto a target.
func (w *weights) addIncoming(target uint32, scale float64, trace []float64) {
	if scale == 0 {
		return
	}
	rows, slots := w.block.Incoming(target)
	if !w.addIncomingVector(rows, slots, scale, trace) {
		w.addIncomingPortable(rows, slots, scale, trace)
	}
}

// stretch is how many incoming weights are fetched at a time.
const stretch = 256

// fetch copies the weights in some slots. Slots lie far apart, in memory that is
// mostly in no cache: a loop that does nothing else has most of them under way
// at once.
func fetch(near *[stretch]float32, weights []float32, slots []uint32) {
	for k, slot := range slots {
		near[k%stretch] = weights[slot]
	}
}

func (w *weights) addIncomingPortable(rows, slots []uint32, scale float64, trace []float64) {
	values := w.block.Weights()
	slots = slots[:len(rows)]
	var near [stretch]float32
	for len(rows) > 0 {
		n := min(len(rows), stretch)
		fetch(&near, values, slots[:n])
		for k, row := range rows[:n] {
			values[slots[k]] = w.within(near[k%stretch] + float32(scale*trace[row]))
		}
		rows, slots = rows[n:], slots[n:]
	}
}

// addOutgoing adds scale·trace[target−Lo] to every synapse of a source in a
// delay group.
func (w *weights) addOutgoing(source uint32, group int, scale float64, trace []float64) {
	if scale == 0 {
		return
	}
	from, to := w.block.Row(source, group)
	targets, values := w.block.Targets()[from:to], w.block.Weights()[from:to]
	if !w.addOutgoingVector(values, targets, scale, trace) {
		w.addOutgoingPortable(values, targets, scale, trace)
	}
}

func (w *weights) addOutgoingPortable(values []float32, targets []uint32, scale float64, trace []float64) {
	values = values[:len(targets)]
	lo := w.block.Lo
	for k, t := range targets {
		values[k] = w.within(values[k] + float32(scale*trace[int(t)-lo]))
	}
}

// lift adds eta·(least−rate) to every synapse of a source in a delay group whose
// target has a rate, trace·toHz, below least. Rates are hardly ever so low: most
// rows need not be looked at, since rounding keeps the order of products and
// differences.
func (w *weights) lift(source uint32, group int, t *traces, toHz, least, eta float64) {
	from, to := w.block.Row(source, group)
	hz := t.factor() * toHz
	if from == to || least-float64(t.low*hz) <= 0 || least-float64(t.lowest()*hz) <= 0 {
		return
	}
	targets := w.block.Targets()[from:to]
	values := w.block.Weights()[from:to][:len(targets)]
	lo := w.block.Lo
	for k, target := range targets {
		if short := least - float64(t.scaled[int(target)-lo]*hz); short > 0 {
			values[k] = w.within(values[k] + float32(eta*short))
		}
	}
}

// weightRange notes bounds of the weights that do not bound anything.
func weightRange(l *check.List, least, most float64) {
	l.Finite("weight_min", least)
	if !(most > least) || math.IsInf(most, 0) {
		l.Addf("weight_max", "%v, want a finite number, more than weight_min (%v)", most, least)
	}
}

// moreThan notes a field that is not above another one; +Inf is.
func moreThan(l *check.List, field string, v float64, other string, least float64) {
	if !(v > least) {
		l.Addf(field, "%v, want more than %s (%v)", v, other, least)
	}
}
