package plasticity

import (
	"math"
	"slices"
)

// traces are variables that decay exponentially with one time constant,
//
//	dx_i/dt = −x_i/τ + Σ δ(t−t_i)
//
// kept as x_i(n) = scaled_i · exp(−(n−base)/τ): one factor serves all of them in
// a step, none is computed in a step without use, and no trace is touched unless
// it jumps. The factor is the product of an exponential of whole spans of steps
// and one from a table. base moves on at fixed steps, so that the rounding does
// not depend on who asks, or when.
//
// Every step writes here. A traces is 128 bytes long, so that two of them share no
// cache line and workers do not write to one in turns.
type traces struct {
	scaled []float64
	rate   float64 // dt/τ
	period int64   // steps between moves of base
	base   int64
	now    int64
	stale  bool    // decay belongs to an earlier step
	decay  float64 // exp(−(now−base)/τ)

	within []float64 // exp(−n/τ) of the steps n of a span
	span   int64     // the span, counted from base, that whole belongs to
	whole  float64   // exp(−span·spanSteps/τ)

	low   float64 // no scaled trace is below
	lowAt int64   // the first step at which to look for a better one
}

// rebaseAfter is how many time constants base stays: scaled values grow by e⁸.
const rebaseAfter = 8

// spanSteps is how many steps one exponential serves.
const spanSteps = 64

// newTraces returns n traces at the value start.
func newTraces(n int, tau, dt, start float64) *traces {
	t := &traces{
		scaled: make([]float64, n),
		rate:   dt / tau,
		period: int64(min(max(1, rebaseAfter*tau/dt), 1<<60)),
		decay:  1,
		within: make([]float64, spanSteps),
		whole:  1,
	}
	for n := range t.within {
		t.within[n] = math.Exp(-t.rate * float64(n))
	}
	for i := range t.scaled {
		t.scaled[i] = start
	}
	return t
}

// to advances all traces to a step that is not before the present one.
func (t *traces) to(step int64) {
	t.stale = t.stale || step != t.now
	t.now = step
	if step-t.base < t.period {
		return
	}
	f := math.Exp(-t.rate * float64(t.period))
	moves := (step - t.base) / t.period
	for range min(moves, emptyAfter) {
		for i := range t.scaled {
			t.scaled[i] *= f
		}
	}
	t.base += moves * t.period
	t.low, t.lowAt = 0, 0
}

// emptyAfter is how many moves of base leave nothing of any trace: e⁻⁸ each,
// and the least float64 is e⁻⁷⁴⁵.
const emptyAfter = 200

// factor is what turns scaled values into traces.
func (t *traces) factor() float64 {
	if t.stale {
		n := t.now - t.base
		if span := n / spanSteps; span != t.span {
			t.span, t.whole = span, math.Exp(-t.rate*float64(span*spanSteps))
		}
		t.decay = t.whole * t.within[n%spanSteps]
		t.stale = false
	}
	return t.decay
}

// at returns trace i.
func (t *traces) at(i int) float64 { return t.scaled[i] * t.factor() }

// later returns trace i at a step that may lie ahead.
func (t *traces) later(step int64, i int) float64 {
	return t.scaled[i] * math.Exp(-t.rate*float64(step-t.base))
}

// jump adds 1 to trace i.
func (t *traces) jump(i int) { t.scaled[i] += 1 / t.factor() }

// lowEvery is how many steps pass before the lowest trace is looked for again.
const lowEvery = 128

// lowest returns a scaled value that none is below: the least of them some steps
// ago, since they only grow between moves of base.
func (t *traces) lowest() float64 {
	if t.now >= t.lowAt {
		t.low, t.lowAt = slices.Min(t.scaled), t.now+lowEvery
	}
	return t.low
}

// mark counts a spike in trace i: with nearest it becomes 1, whatever it was, so
// that only the latest spike counts; otherwise it jumps by 1.
func (t *traces) mark(i int, nearest bool) {
	if nearest {
		t.scaled[i], t.low = 0, 0
	}
	t.jump(i)
}
