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
// Numerics: V_s is that after the step, before the current is added. Both
// draws, and that of the interval, are words of one counter-based block of
// (neuron, step): a run does not depend on who draws, and nothing is drawn for
// a refractory neuron.
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
	for end := Padded(hi); lo < end; lo += several * Block {
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

// drawEvents returns which neurons of a block, of those marked, have a draw that
// succeeds.
func (e *eventBurstPoisson) drawEvents(step int64, start int, among uint64) (events uint64) {
	for ; among != 0; among &= among - 1 {
		i := start + bits.TrailingZeros64(among)
		v := e.v[i] - e.inject[i] // the current entered after the step
		hazard := e.seconds * float64(vec.Exp(float32((v-e.voltage)*e.steepness)))
		// Words 0 and 1 of the block decide on the burst.
		u := rng.Unit(e.draws.At(uint32(i), uint64(step))[2])
		// P_ev ≤ hazard, which spares most steps the exponential.
		if u < hazard && u < -math.Expm1(-hazard) {
			events |= among & -among
		}
	}
	return events
}
