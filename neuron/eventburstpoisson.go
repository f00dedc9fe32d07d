package neuron

import (
	"math"
	"math/bits"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/internal/vec"
)

// EventBurstPoisson is the BurstPoisson cell with events that are drawn at
// random, too. Its equations are those of BurstPoisson, but
//
// Spike condition: in each step outside the refractory period an event happens
// with probability
//
//	P_ev = 1 − exp(−dt·exp((V_s−E_T)/D_T)),  dt in s: a hazard of 1 Hz at V_s = E_T
//
// and the second spike of a burst resets the soma as the event does: V_s to
// E_L, θ by Δθ, w_s by 1. θ is integrated and recorded but decides nothing.
//
// Numerics: V_s is that after the step, before the current is added. Events are
// the points of a Poisson process over the neurons of a block of 64, side by
// side, at the largest hazard among them, thinned to the hazard of each: one
// draw tells for most steps and blocks that there is none. Where that hazard
// reaches ½ a step, each neuron draws by itself. Draws are words of
// counter-based blocks of (block or neuron, step): a run does not depend on who
// draws, and nothing is drawn for a refractory neuron.
//
// The reference program keeps the countdown to the second spike in an integer
// number of steps but sets it to 0.01, meant as seconds: it becomes 0, and the
// cell never bursts. Here the countdown is in steps, drawn as in BurstPoisson.
//
// Source: the reference program of Payeur et al. 2021, doi
// 10.1038/s41593-021-00857-x; no figure of the paper uses this cell. The
// exponential escape rate is that of Gerstner, Kistler, Naud, Paninski 2014,
// Neuronal Dynamics, chapter 9, doi 10.1017/CBO9781107447615.
type EventBurstPoisson struct {
	BurstPoisson

	EventVoltageMV float64 // E_T, where the hazard is 1 Hz, mV; −52
	EventSlopeMV   float64 // D_T, mV, > 0; 2
}

// DefaultEventBurstPoisson returns the values of the reference program.
func DefaultEventBurstPoisson() EventBurstPoisson {
	return EventBurstPoisson{BurstPoisson: DefaultBurstPoisson(), EventVoltageMV: -52, EventSlopeMV: 2}
}

// Validate implements Params.
func (p EventBurstPoisson) Validate() error {
	var l check.List
	p.inspect(&l)
	l.Finite("event_voltage_mv", p.EventVoltageMV)
	l.Positive("event_slope_mv", p.EventSlopeMV)
	return l.Err()
}

// eventBurstPoisson is the state of burstPoisson with another trigger.
type eventBurstPoisson struct {
	*burstPoisson
	voltage, steepness float32 // E_T, 1/D_T
	seconds            float64 // dt
}

// New implements Params.
func (p EventBurstPoisson) New(env Env) Population {
	b := p.build(env)
	b.resetSecond = true
	return &eventBurstPoisson{
		burstPoisson: b,
		voltage:      float32(p.EventVoltageMV),
		steepness:    float32(1 / p.EventSlopeMV),
		seconds:      env.Dt / 1000,
	}
}

// Advance implements Population.
func (e *eventBurstPoisson) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	end := Padded(hi)
	e.clear(step, lo, end)
	for ; lo < end; lo += several * Block {
		above := room[:min(several, (end-lo)/Block)]
		e.integrate(lo, above)
		blocks := e.blocks[lo/Block:][:len(above)]
		for k := range blocks {
			start, block := lo+k*Block, &blocks[k]
			var seconds uint64
			if step >= block.due {
				seconds = e.wake(step, start, block)
			}
			events := e.drawEvents(step, start, block.ready(^uint64(0)))
			spikes = e.emit(step, start, block, events, seconds, spikes)
		}
	}
	return spikes
}

// hazard is that of a step, expected events, at a voltage in mV.
func (e *eventBurstPoisson) hazard(v float32) float64 {
	return e.seconds * float64(vec.Exp(float32((v-e.voltage)*e.steepness)))
}

// drawEvents returns which neurons of the block from start on, of those ready,
// have an event in this step.
func (e *eventBurstPoisson) drawEvents(step int64, start int, ready uint64) uint64 {
	v := e.v[start:][:Block]
	inject := e.inject[start:][:Block]
	highest := v[0] - inject[0] // the current entered after the step
	for i := range v {
		if u := v[i] - inject[i]; u > highest {
			highest = u
		}
	}
	bound := e.hazard(highest)
	if !(bound < dense) {
		return e.drawEach(step, start, ready)
	}
	draws := e.draws.At(blockDraw|uint32(start/Block), uint64(step))
	// The first point lies further away than its uniform number, which spares
	// most steps the logarithm.
	if u := rng.Unit(draws[0]); u >= bound*float64(bits.OnesCount64(ready)) {
		return 0
	}
	return e.thin(step, start, ready, bound, draws)
}

// dense is the hazard of a step from which on neurons draw one by one.
const dense = 0.5

// blockDraw and the number of a block name what the block draws: it has no
// neuron's number. What it draws for the same step again is further up.
const (
	blockDraw = 1 << 31
	drawAgain = 1 << 25
)

// thin walks along the ready neurons, each of which is bound wide, from point to
// point of a Poisson process of rate 1, and keeps as many of a neuron's points
// as belong to its hazard.
func (e *eventBurstPoisson) thin(step int64, start int, ready uint64, bound float64, draws [4]uint32) (events uint64) {
	left := bound // of the lowest ready neuron
	for k := 0; ; k += 2 {
		if k%4 == 0 && k > 0 {
			draws = e.draws.At(blockDraw|uint32(k/4)*drawAgain|uint32(start/Block), uint64(step))
		}
		left += math.Log1p(-rng.Unit(draws[k%4]))
		for ; left <= 0; left += bound {
			ready &= ready - 1
			if ready == 0 {
				return events
			}
		}
		i := start + bits.TrailingZeros64(ready)
		if rng.Unit(draws[k%4+1])*bound < e.hazard(e.v[i]-e.inject[i]) {
			events |= ready & -ready
		}
	}
}

// drawEach returns the same, by a draw for each of them.
func (e *eventBurstPoisson) drawEach(step int64, start int, ready uint64) (events uint64) {
	for ; ready != 0; ready &= ready - 1 {
		i := start + bits.TrailingZeros64(ready)
		// Words 0 and 1 of the block decide on the burst.
		u := rng.Unit(e.draws.At(uint32(i), uint64(step))[2])
		if u < -math.Expm1(-e.hazard(e.v[i]-e.inject[i])) {
			events |= ready & -ready
		}
	}
	return events
}
