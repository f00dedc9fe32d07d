package neuron

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Poisson is a population of independent sources: each unit spikes in each step
// with probability rate·dt, at most once a step. The cost is that of the spikes
// alone, about 12 ns each.
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
// success to success. Each block of units has its own stream, so that the
// spikes do not depend on who draws them. The success probability is the same
// in every step.
type Raster struct {
	size   int
	blocks []rasterBlock
}

type rasterBlock struct {
	next   int64 // trials until the next success, from the block's first unit
	stream rng.Stream
	begun  bool
}

// NewRaster returns the raster of size units with the randomness of source.
func NewRaster(source rng.Source, size int) *Raster {
	r := &Raster{size: size, blocks: make([]rasterBlock, Padded(size)/Block)}
	for b := range r.blocks {
		r.blocks[b].stream = source.Stream(uint32(b))
	}
	return r
}

// Step appends the units of [lo, hi) that succeed in this step, ascending.
func (r *Raster) Step(gaps *rng.Gaps, lo, hi int, hits []uint32) []uint32 {
	for b := lo / Block; b < Padded(hi)/Block; b++ {
		k := &r.blocks[b]
		units := int64(min(Block, r.size-b*Block))
		next := k.next
		if !k.begun {
			next, k.begun = gaps.Next(&k.stream), true
		}
		for ; next < units; next += 1 + gaps.Next(&k.stream) {
			hits = append(hits, uint32(b*Block)+uint32(next))
		}
		k.next = next - units
	}
	return hits
}

// Add adds weight to g of each unit of [lo, hi) that succeeds in this step.
func (r *Raster) Add(gaps *rng.Gaps, lo, hi int, weight float32, g []float32) {
	for b := lo / Block; b < Padded(hi)/Block; b++ {
		k := &r.blocks[b]
		first := b * Block
		units := int64(min(Block, r.size-first))
		next := k.next
		if !k.begun {
			next, k.begun = gaps.Next(&k.stream), true
		}
		for ; next < units; next += 1 + gaps.Next(&k.stream) {
			g[first+int(next)] += weight
		}
		k.next = next - units
	}
}
