package neuron

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Poisson is a population of independent sources: each unit spikes in each step
// with probability rate·dt, at most once a step. The cost is that of the spikes
// alone, about 5 ns each where they are dense.
type Poisson struct {
	RateHz float64 // of each unit, Hz, ≥ 0 and at most 1/dt; 5
}

// DefaultPoisson returns sources of 5 Hz.
func DefaultPoisson() Poisson { return Poisson{RateHz: 5} }

// Validate implements Params.
func (p Poisson) Validate() error {
	var l check.List
	l.NotNegative("rate_hz", p.RateHz)
	return l.Err()
}

// ValidateStep says whether the rate can be had with a step of dt ms.
func (p Poisson) ValidateStep(dt float64) error {
	var l check.List
	if most := 1000 / dt; p.RateHz > most {
		l.Addf("rate_hz", "%v, want at most one spike a step (%v)", p.RateHz, most)
	}
	return l.Err()
}

// New implements Params. Rates above 1/dt spike in every step.
func (p Poisson) New(env Env) Population {
	return &poisson{
		size:   env.Size,
		gaps:   rng.NewGaps(min(1, p.RateHz*env.Dt/1000)),
		raster: NewRaster(rng.NewSource(env.Seed, rng.PoissonSource, env.Object), env.Size),
	}
}

type poisson struct {
	size   int
	gaps   *rng.Gaps
	raster *Raster
}

func (p *poisson) Size() int                   { return p.size }
func (p *poisson) Receptors() []Receptor       { return nil }
func (p *poisson) Compartments() []Compartment { return nil }
func (p *poisson) State() []Column             { return nil }

// Advance implements Population.
func (p *poisson) Advance(_ int64, lo, hi int, spikes []uint32) []uint32 {
	return p.raster.Step(p.gaps, lo, hi, spikes)
}

// Raster walks the raster (units × steps) of independent Bernoulli trials from
// success to success. Each block of units has its own trials, so that the
// spikes do not depend on who draws them. The success probability is the same
// in every step.
type Raster struct {
	size   int
	width  int // trials of a unit in a step, next to each other
	trials []rng.Trials
	next   []int64 // failures before a block's next success, for sparse gaps
}

// NewRaster returns the raster of size units with the randomness of source.
func NewRaster(source rng.Source, size int) *Raster { return newRaster(source, size, 1) }

// newRaster returns a raster in which each unit has width trials in each step.
func newRaster(source rng.Source, size, width int) *Raster {
	n := Padded(size) / Block
	r := &Raster{size: size, width: width, trials: make([]rng.Trials, n), next: make([]int64, n)}
	for b := range r.trials {
		r.trials[b] = source.Trials(uint32(b))
		r.next[b] = -1
	}
	return r
}

// Step appends the units of [lo, hi) that succeed in this step, ascending. The
// raster has one trial a unit.
func (r *Raster) Step(gaps *rng.Gaps, lo, hi int, hits []uint32) []uint32 {
	trials := r.trials[:Padded(hi)/Block]
	if gaps.Sparse() {
		for b, next := range r.next[:len(trials)][lo/Block:] {
			b += lo / Block
			units := min(Block, r.size-b*Block)
			if next >= int64(units) {
				r.next[b] = next - int64(units)
				continue
			}
			r.next[b], hits = trials[b].CollectSparse(gaps, next, uint32(units), uint32(b*Block), hits)
		}
		return hits
	}
	for b := lo / Block; b < len(trials); b++ {
		units := min(Block, r.size-b*Block)
		hits = trials[b].Collect(gaps, uint32(units), uint32(b*Block), hits)
	}
	return hits
}
