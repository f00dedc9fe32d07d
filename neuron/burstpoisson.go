package neuron

import (
	"math"
	"math/bits"

	"github.com/apical-sim/apical/dendrite"
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// BurstPoisson is the pyramidal cell of the XOR network: a leaky soma with a
// moving threshold emits events, and a passive apical dendrite sets the
// probability that an event becomes a burst of two spikes.
//
//	C_s dV_s/dt = −(C_s/τ_s)(V_s−E_L) + b w_s + (C_s/τ_s)[g_E (E_E−V_s) + g_I (E_I−V_s)] + I_s
//	C_d dV_d/dt = −(C_d/τ_d)(V_d−E_L) + a w_d + (C_d/τ_d)[g_E (E_E−V) + g_I (E_I−V)] + I_d
//	τ_ws dw_s/dt = −w_s,  τ_wd dw_d/dt = −w_d + (V_d−E_L),  τ_θ dθ/dt = −(θ−θ_0)
//
// where V is V_s, as in the reference program, or V_d if DendriticDrivingForce
// is set. An event happens when V_s > θ outside the refractory period: V_s is
// reset to E_L, θ jumps by ΔΘ, w_s by 1. With probability
//
//	P_b = 1/(1+exp(−(V_d−E_d)/D_d))
//
// a second spike follows after an interval uniform on [BurstISIMin,
// BurstISIMax) (one step less, as counted in the reference); it restarts the
// refractory period and changes nothing else.
//
// Numerics: forward Euler for voltages, w_d and θ, exact decay for w_s and the
// synapses; currents are added after the threshold test.
//
// Source: Payeur, Guerguiev, Zenke, Richards, Naud 2021, Methods ("spiking XOR
// gate"), doi 10.1038/s41593-021-00857-x.
type BurstPoisson struct {
	Soma     Soma
	Dendrite dendrite.Params
	Synapses Kinetics

	RefractoryMS  float64 // after every spike, ms, ≥ 0; 20
	BurstISIMinMS float64 // ms, > 0; at least one step is kept; 5
	BurstISIMaxMS float64 // ms, > BurstISIMin and ≤ Refractory; 15
}

// DefaultBurstPoisson returns the values of Payeur et al. 2021.
func DefaultBurstPoisson() BurstPoisson {
	return BurstPoisson{
		Soma:          DefaultSoma(),
		Dendrite:      dendrite.Default(-57),
		Synapses:      DefaultKinetics(),
		RefractoryMS:  20,
		BurstISIMinMS: 5,
		BurstISIMaxMS: 15,
	}
}

// Validate implements Params.
func (p BurstPoisson) Validate() error {
	var l check.List
	p.inspect(&l)
	return l.Err()
}

func (p BurstPoisson) inspect(l *check.List) {
	l.Merge("soma", p.Soma.Validate())
	l.Merge("dendrite", p.Dendrite.Validate())
	l.Merge("synapses", p.Synapses.Validate())
	l.NotNegative("refractory_ms", p.RefractoryMS)
	l.Positive("burst_isi_min_ms", p.BurstISIMinMS)
	if !(p.BurstISIMaxMS > p.BurstISIMinMS && p.BurstISIMaxMS <= p.RefractoryMS) {
		l.Addf("burst_isi_max_ms", "%v, want more than burst_isi_min_ms (%v) and at most refractory_ms (%v)",
			p.BurstISIMaxMS, p.BurstISIMinMS, p.RefractoryMS)
	}
}

// burstPoisson is the state; arrays are padded to whole blocks.
type burstPoisson struct {
	pyramid
	dendrite *dendrite.Passive
	params   dendrite.Params

	refractory     int64 // steps
	isiMin, isiMax float64
	resetSecond    bool // the second spike of a burst resets as the first does
	draws          rng.Source
	readyAt        []int64      // first step at which an event may happen
	secondAt       []int64      // step of the second spike, where pending
	blocks         []burstBlock // by neuron/Block
}

// burstBlock is what is kept for a block of neurons, bit i for its neuron i, so
// that a step has nothing to do with those that wait. It fills a cache line:
// workers who own neighbouring blocks do not write to the same one.
type burstBlock struct {
	resting uint64 // neurons whose readyAt is not yet known to have come
	pending uint64 // neurons that owe a second spike
	absent  uint64 // places without a neuron
	due     int64  // the first step at which one of them may be done with waiting
	_       [32]byte
}

// ready returns those marked that are not refractory, once wake has seen to it.
func (k *burstBlock) ready(marked uint64) uint64 { return marked &^ (k.resting | k.absent) }

// wait lets neuron i of the block wait until a step.
func (k *burstBlock) wait(who *uint64, i int, until int64) {
	*who |= 1 << i
	k.due = min(k.due, until)
}

// New implements Params.
func (p BurstPoisson) New(env Env) Population { return p.build(env) }

func (p BurstPoisson) build(env Env) *burstPoisson {
	n := Padded(env.Size)
	d := dendrite.NewPassive(p.Dendrite, p.Synapses.surround(p.Soma, env))
	b := &burstPoisson{
		pyramid:    newPyramid(p.Soma, p.Synapses, env, d),
		dendrite:   d,
		params:     p.Dendrite,
		refractory: env.Steps(p.RefractoryMS),
		isiMin:     p.BurstISIMinMS / env.Dt,
		isiMax:     p.BurstISIMaxMS / env.Dt,
		draws:      rng.NewSource(env.Seed, rng.BurstDraw, env.Object),
		readyAt:    make([]int64, n),
		secondAt:   make([]int64, n),
		blocks:     make([]burstBlock, n/Block),
	}
	for i := range b.blocks {
		b.blocks[i].due = never
		b.blocks[i].absent = ^existing(i*Block, env.Size)
	}
	b.dendriteCurrent = env.Dt / p.Dendrite.CapacitancePF
	return b
}

// never is a step that does not come.
const never = math.MaxInt64

// Advance implements Population.
func (b *burstPoisson) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	end := Padded(hi)
	b.clear(step, lo, end)
	for ; lo < end; lo += several * Block {
		above := room[:min(several, (end-lo)/Block)]
		b.integrate(lo, above)
		blocks := b.blocks[lo/Block:][:len(above)]
		for k, mask := range above {
			block := &blocks[k]
			var seconds uint64
			if step >= block.due {
				seconds = b.wake(step, lo+k*Block, block)
			}
			if events := block.ready(mask); events|seconds != 0 {
				spikes = b.emit(step, lo+k*Block, block, events, seconds, spikes)
			}
		}
	}
	return spikes
}

// integrate advances the blocks of neurons from start on by one step and tells
// which somata of each are above threshold.
func (b *burstPoisson) integrate(start int, above []uint64) {
	end := start + len(above)*Block
	b.mixNMDA(start, end)
	b.dendrite.Advance(start, end, b.driving)
	b.advanceSoma(start, above, nil)
}

// wake ends the refractory periods that are over at this step in the block from
// start on, and tells which of its neurons now owe the second spike of a burst.
func (b *burstPoisson) wake(step int64, start int, block *burstBlock) (seconds uint64) {
	block.due = never
	for left := block.resting; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		if at := b.readyAt[start+i]; at > step {
			block.due = min(block.due, at)
		} else {
			block.resting &^= 1 << i
		}
	}
	for left := block.pending; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		switch at := b.secondAt[start+i]; {
		case at > step:
			block.due = min(block.due, at)
		case at == step:
			seconds |= 1 << i
			fallthrough
		default:
			block.pending &^= 1 << i
		}
	}
	return seconds
}

// emit appends the spikes of the block from start on, ascending, and carries out
// what follows from them. A neuron for which both are due has an event.
func (b *burstPoisson) emit(step int64, start int, block *burstBlock, events, seconds uint64, spikes []uint32) []uint32 {
	for left := events | seconds; left != 0; left &= left - 1 {
		k := bits.TrailingZeros64(left)
		i := start + k
		spikes = append(spikes, uint32(i))
		b.readyAt[i] = step + b.refractory
		block.wait(&block.resting, k, b.readyAt[i])
		event := events>>k&1 != 0
		if event || b.resetSecond {
			b.reset(i)
		}
		if !event {
			continue
		}
		u := b.draws.At(uint32(i), uint64(step))
		// The current of this step entered after the test: take it out again.
		probability := b.params.Activation(float64(b.dendrite.V[i] - b.dendrite.Inject[i]))
		if rng.Unit(u[0]) < probability {
			q := int64(b.isiMin + rng.Unit(u[1])*(b.isiMax-b.isiMin))
			b.secondAt[i] = step + max(q-1, 1) // later than now, whatever dt
			block.wait(&block.pending, k, b.secondAt[i])
		}
	}
	return spikes
}
