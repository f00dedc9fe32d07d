package neuron

import (
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

// burstBlock is what is kept for a block of neurons. It fills a cache line, so
// that workers who own neighbouring blocks do not write to the same one.
type burstBlock struct {
	pending uint64 // bit i: neuron i of the block owes a second spike
	_       [56]byte
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
	b.dendriteCurrent = env.Dt / p.Dendrite.CapacitancePF
	return b
}

// Advance implements Population.
func (b *burstPoisson) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	var room [several]uint64
	for end := Padded(hi); lo < end; lo += several * Block {
		above := room[:min(several, (end-lo)/Block)]
		b.integrate(lo, above)
		spikes = b.collect(step, lo, above, spikes)
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

// collect appends the spikes of the blocks from start on, ascending: events of
// the neurons marked above threshold, and second spikes.
func (b *burstPoisson) collect(step int64, start int, above []uint64, spikes []uint32) []uint32 {
	for k, mask := range above {
		lo := start + k*Block
		mask &= existing(lo, b.size)
		block := &b.blocks[lo/Block]
		for candidates := mask | block.pending; candidates != 0; candidates &= candidates - 1 {
			i := bits.TrailingZeros64(candidates)
			if b.fires(step, block, lo+i, mask>>i&1 != 0) {
				spikes = append(spikes, uint32(lo+i))
			}
		}
	}
	return spikes
}

// fires decides whether neuron i emits an event or the second spike of a burst
// at this step, and carries out what follows from it.
func (b *burstPoisson) fires(step int64, block *burstBlock, i int, above bool) bool {
	bit := uint64(1) << (i % Block)
	if above && b.readyAt[i] <= step {
		b.readyAt[i] = step + b.refractory
		b.reset(i)
		u := b.draws.At(uint32(i), uint64(step))
		// The current of this step entered after the test: take it out again.
		probability := b.params.Activation(float64(b.dendrite.V[i] - b.dendrite.Inject[i]))
		if rng.Unit(u[0]) < probability {
			q := int64(b.isiMin + rng.Unit(u[1])*(b.isiMax-b.isiMin))
			b.secondAt[i] = step + max(q-1, 1) // later than now, whatever dt
			block.pending |= bit
		}
		return true
	}
	if block.pending&bit != 0 && b.secondAt[i] == step {
		block.pending &^= bit
		b.readyAt[i] = step + b.refractory
		if b.resetSecond {
			b.reset(i)
		}
		return true
	}
	return false
}
