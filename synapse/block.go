// Package synapse holds the connections between populations: which neurons
// connect (Wiring), with which weights and delays (Distribution), how a
// presynaptic train is filtered on its way (ShortTerm), and the arrays from
// which spikes are delivered (Block).
//
// A Block is the part of a projection that ends on one worker's neurons, in
// compressed rows by source:
//
//	start  : one entry a source and delay group, and one more; row r is the
//	         synapses start[r] to start[r+1], r = source·groups + group
//	target : one entry a synapse, ascending within a row; of 2 bytes, counted
//	         from the first, where no rule looks at it and they are few enough
//	weight : one entry a synapse, or a single number for all
//
// and, where a plasticity rule asks for it, the incoming view by target, which
// gives for each target its synapses as (row, position in the arrays).
// A static synapse takes 6 bytes, 2 with a common weight, and 2 more where a
// worker has more than 65 536 targets; a plastic one 16.
package synapse

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Projection describes the connections from one population to another.
type Projection struct {
	Wiring  Wiring
	Weight  Distribution // leak conductances, pA or mV, as the receptor takes it
	DelayMS Distribution // ms, ≥ one step; the zero value means one step
}

// Validate returns what is out of range, for a time step of dt ms.
func (p Projection) Validate(g Geometry, dt float64) error {
	var l check.List
	if p.Wiring == nil {
		l.Addf("wiring", "missing, want fixed probability, one to one, all to all, fixed in-degree, fixed total or explicit")
	} else {
		l.Merge("wiring", p.Wiring.Validate(g))
	}
	l.Merge("weight", p.Weight.Validate())
	l.Merge("delay_ms", p.DelayMS.Validate())
	p.validateDelays(&l, dt)
	return l.Err()
}

// MaxDelaySteps is the longest delay, in steps; what is drawn beyond it becomes
// it.
const MaxDelaySteps = 1 << 16

func (p Projection) validateDelays(l *check.List, dt float64) {
	longest := MaxDelaySteps * dt
	outside := func(ms float64) bool { return !(math.Round(ms/dt) >= 1 && ms <= longest) }
	complain := func(field string, ms float64) {
		l.Addf(field, "%v, want at least one step (%v) and at most %v", ms, dt, longest)
	}
	switch d := p.DelayMS; {
	case d == Distribution{}, d.Validate() != nil: // one step; or complained of
	case outside(d.a): // value, mean or lower end
		complain("delay_ms", d.a)
	case d.kind == uniform && outside(d.b):
		complain("delay_ms", d.b)
	}
	if e, ok := p.Wiring.(Explicit); ok {
		if i := slices.IndexFunc(e.DelaysMS, outside); i >= 0 {
			complain(fmt.Sprintf("wiring.delays_ms[%d]", i), e.DelaysMS[i])
		}
	}
}

// Block is the part of a projection that ends on the targets [Lo, Hi).
type Block struct {
	Lo, Hi  int
	Sources int
	Delays  []int64 // of the delay groups, steps, ascending

	start  []uint32
	target []uint32  // nil where near is not
	near   []uint16  // targets, from Lo
	weight []float32 // nil where all weights are common
	common float32

	inStart []uint32 // by target−Lo, and one more
	inRow   []uint32
	inSlot  []uint32
}

// BuildOptions says what a block is needed for.
type BuildOptions struct {
	Seed     uint64
	Object   uint32  // index of the projection in the network
	Dt       float64 // ms
	Plastic  bool    // weights of its own for each synapse
	Incoming bool    // the view by target too
}

// Build draws the connections that end on the targets [lo, hi). The projection
// is valid.
func Build(p Projection, g Geometry, lo, hi int, opt BuildOptions) (*Block, error) {
	b := &Block{Lo: lo, Hi: hi, Sources: g.Sources}
	d := draw(p, g, lo, hi, opt)
	if uint64(len(d.source)) > math.MaxUint32 {
		return nil, fmt.Errorf("%d synapses onto neurons %d to %d, want at most %d a worker: use more workers",
			len(d.source), lo, hi-1, uint32(math.MaxUint32))
	}
	b.Delays = d.groups()
	groups := len(b.Delays)
	if rows := uint64(g.Sources) * uint64(groups); rows >= math.MaxUint32 {
		return nil, fmt.Errorf("%d sources with %d different delays, want fewer than %d rows: use fewer delays",
			g.Sources, groups, uint32(math.MaxUint32))
	}

	// Counting sort by row, (source, group); targets come out ascending.
	rows := d.rows(b.Delays)
	b.start = make([]uint32, g.Sources*groups+1)
	for _, r := range rows {
		b.start[r+1]++
	}
	for r := 1; r < len(b.start); r++ {
		b.start[r] += b.start[r-1]
	}
	// A rule wants to see the targets as they are.
	if !opt.Incoming && hi-lo <= 1<<16 {
		b.near = make([]uint16, len(d.source))
	} else {
		b.target = make([]uint32, len(d.source))
	}
	if opt.Plastic || d.weight != nil {
		b.weight = make([]float32, len(d.source))
	} else {
		b.common = d.common
	}
	if opt.Incoming {
		b.inSlot = make([]uint32, len(d.source))
	}
	next := slices.Clone(b.start[:len(b.start)-1])
	for t := lo; t < hi; t++ {
		for i := d.first[t-lo]; i < d.first[t-lo+1]; i++ {
			slot := next[rows[i]]
			next[rows[i]]++
			if b.near != nil {
				b.near[slot] = uint16(t - lo)
			} else {
				b.target[slot] = uint32(t)
			}
			if d.weight != nil {
				b.weight[slot] = d.weight[i]
			}
			if opt.Incoming {
				b.inSlot[i] = slot
			}
		}
	}
	if b.weight != nil && d.weight == nil {
		for slot := range b.weight {
			b.weight[slot] = d.common
		}
	}
	if opt.Incoming {
		b.inStart, b.inRow = d.first, rows
	}
	return b, nil
}

// drawn is a block in the order in which it is drawn: by target.
type drawn struct {
	first  []uint32 // by target−lo, and one more
	source []uint32
	weight []float32 // nil if all are common
	common float32
	delay  []int64 // nil if all are shared
	shared int64
}

func draw(p Projection, g Geometry, lo, hi int, opt BuildOptions) drawn {
	sources := p.Wiring.plan(g, rng.NewSource(opt.Seed, rng.Connectivity, opt.Object))
	var d drawn
	d.first = make([]uint32, 1, hi-lo+1)
	for t := lo; t < hi; t++ {
		d.source = sources(uint32(t), d.source)
		d.first = append(d.first, uint32(len(d.source)))
		if t == lo+sampled {
			d.source = slices.Grow(d.source, len(d.source)*(hi-t-1)/sampled)
		}
	}
	w, sameWeight := p.Weight.Fixed()
	ms, sameDelay := p.DelayMS.Fixed()
	d.common, d.shared = float32(w), steps(ms, opt.Dt)
	if e, ok := p.Wiring.(Explicit); ok {
		d.listed(e, lo, hi, opt.Dt)
		sameWeight = sameWeight || d.weight != nil
		sameDelay = sameDelay || d.delay != nil
	}
	if !sameWeight {
		weights := rng.NewSource(opt.Seed, rng.Weights, opt.Object)
		d.weight = make([]float32, len(d.source))
		d.each(p.Weight, weights, lo, func(i int, v float64) { d.weight[i] = float32(v) })
	}
	if !sameDelay {
		delays := rng.NewSource(opt.Seed, rng.Delays, opt.Object)
		d.delay = make([]int64, len(d.source))
		d.each(p.DelayMS, delays, lo, func(i int, v float64) { d.delay[i] = steps(v, opt.Dt) })
	}
	return d
}

// sampled is after how many targets memory is made for all of them.
const sampled = 100

// each draws one value a synapse, each target from its own stream.
func (d *drawn) each(law Distribution, source rng.Source, lo int, set func(i int, v float64)) {
	for t := range len(d.first) - 1 {
		stream := source.Stream(uint32(lo + t))
		sample := law.sampler(&stream)
		for i := d.first[t]; i < d.first[t+1]; i++ {
			set(int(i), sample())
		}
	}
}

// listed takes the weights and delays of an explicit list.
func (d *drawn) listed(e Explicit, lo, hi int, dt float64) {
	for _, i := range e.order() {
		if t := int(e.Targets[i]); t < lo || t >= hi {
			continue
		}
		if e.Weights != nil {
			d.weight = append(d.weight, float32(e.Weights[i]))
		}
		if e.DelaysMS != nil {
			d.delay = append(d.delay, steps(e.DelaysMS[i], dt))
		}
	}
	if e.Weights != nil && d.weight == nil {
		d.weight = []float32{}
	}
	if e.DelaysMS != nil && d.delay == nil {
		d.delay = []int64{}
	}
}

// groups returns the delays that occur, ascending.
func (d *drawn) groups() []int64 {
	if d.delay == nil {
		return []int64{d.shared}
	}
	if len(d.delay) == 0 {
		return []int64{1}
	}
	occurs := make([]bool, slices.Max(d.delay)+1)
	for _, delay := range d.delay {
		occurs[delay] = true
	}
	var delays []int64
	for delay, yes := range occurs {
		if yes {
			delays = append(delays, int64(delay))
		}
	}
	return delays
}

// rows returns the row of each synapse, in place of the sources.
func (d *drawn) rows(delays []int64) []uint32 {
	if groups := uint32(len(delays)); groups > 1 {
		group := make([]uint32, delays[groups-1]+1)
		for k, delay := range delays {
			group[delay] = uint32(k)
		}
		for i, delay := range d.delay {
			d.source[i] = d.source[i]*groups + group[delay]
		}
	}
	return d.source
}

// steps turns a delay into whole steps, within the bounds.
func steps(ms, dt float64) int64 {
	return int64(min(max(1, math.Round(ms/dt)), MaxDelaySteps))
}

// Count returns the number of synapses.
func (b *Block) Count() int { return len(b.target) + len(b.near) }

// Row returns the first and last+1 slot of the synapses of a source in a delay
// group.
func (b *Block) Row(source uint32, group int) (from, to uint32) {
	r := b.RowOf(source, group)
	return b.start[r], b.start[r+1]
}

// Targets returns the target of each slot. Without the incoming view it may be a
// copy.
func (b *Block) Targets() []uint32 {
	if b.near == nil {
		return b.target
	}
	targets := make([]uint32, len(b.near))
	for slot, t := range b.near {
		targets[slot] = uint32(b.Lo) + uint32(t)
	}
	return targets
}

// Weights returns the weight of each slot, or nil where it is common.
func (b *Block) Weights() []float32 { return b.weight }

// Weight returns the weight in a slot.
func (b *Block) Weight(slot uint32) float32 {
	if b.weight == nil {
		return b.common
	}
	return b.weight[slot]
}

// SetCommonWeight replaces the weight of all synapses; it returns false, and
// changes nothing, where each has its own.
func (b *Block) SetCommonWeight(weight float32) bool {
	if b.weight != nil {
		return false
	}
	b.common = weight
	return true
}

// Incoming returns the synapses onto target: their rows, in which sources
// ascend, and their slots. The block was built with the incoming view.
func (b *Block) Incoming(target uint32) (rows, slots []uint32) {
	i := int(target) - b.Lo
	from, to := b.inStart[i], b.inStart[i+1]
	return b.inRow[from:to], b.inSlot[from:to]
}

// Rows returns the number of rows: one for each source and delay group.
func (b *Block) Rows() int { return len(b.start) - 1 }

// RowOf returns the row of a source in a delay group.
func (b *Block) RowOf(source uint32, group int) int { return int(source)*len(b.Delays) + group }
