package neuron

import (
	"math"

	"github.com/apical-sim/apical/internal/vec"
)

// advanceSomaVector is advanceSomaPortable with AVX2, where that is available.
func (p *pyramid) advanceSomaVector(lo int, above []uint64, activation []float32) bool {
	if !vec.Enabled() {
		return false
	}
	n := len(above) * Block
	hi := lo + n
	k := [...]float32{
		p.k.leak, p.k.adaptation, p.k.recover, p.k.decayAdaptation,
		p.k.rest, p.k.threshold, p.k.revExc, p.k.revInh,
		p.k.decayExc, p.k.decayInh, p.k.plateau,
	}
	// Re-slicing checks the bounds, which assembly does not.
	v, w, theta := &p.v[lo:hi][0], &p.w[lo:hi][0], &p.theta[lo:hi][0]
	gExc, gInh, exc := &p.gExc[lo:hi][0], &p.gInh[lo:hi][0], &p.exc[lo:hi][0]
	inject := &p.inject[lo:hi][0]
	if activation == nil {
		somaAVX2(v, w, theta, gExc, gInh, exc, inject, &above[0], &k, n)
	} else {
		somaPlateauAVX2(v, w, theta, gExc, gInh, exc, inject, &activation[lo:hi][0], &above[0], &k, n)
	}
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (a *adex) advanceBlocksVector(start int, spiked []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	k := [...]float32{
		a.k.rest, a.k.slope, a.k.follow, a.k.step, a.k.threshold, a.k.steepness,
		a.k.revExc, a.k.revInh, a.k.decayExc, a.k.decayInh, a.k.floor, a.k.ceiling,
		a.k.spike, a.k.hold, a.k.reset, a.k.jump, a.k.coupling,
		math.Float32frombits(uint32(a.k.refractory)),
	}
	n := len(spiked) * Block
	end := start + n
	v, w, inject := &a.v[start:end][0], &a.w[start:end][0], &a.inject[start:end][0]
	gExc, gInh, left := &a.gExc[start:end][0], &a.gInh[start:end][0], &a.left[start:end][0]
	if a.trueExp {
		adexTrueAVX2(v, w, gExc, gInh, inject, left, &spiked[0], &k, n)
	} else {
		adexAVX2(v, w, gExc, gInh, inject, left, &spiked[0], &k, n)
	}
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (c *lifCond) advanceBlocksVector(start int, above []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	k := [...]float32{
		c.k.rest, c.k.leak, c.k.revExc, c.k.revInh, c.k.decayExc, c.k.decayInh, c.k.decayOffset,
		c.k.floor, c.k.ceiling, c.k.threshold, c.k.reset, c.k.ampa, c.k.slow, c.k.follow,
	}
	n := len(above) * Block
	end := start + n
	v, offset, inject := &c.v[start:end][0], &c.offset[start:end][0], &c.inject[start:end][0]
	gExc, gInh, left := &c.gExc[start:end][0], &c.gInh[start:end][0], &c.left[start:end][0]
	if c.gNMDA == nil {
		lifCondAVX2(v, offset, gExc, gInh, inject, left, &above[0], &k, n)
	} else {
		lifCondNMDAAVX2(v, offset, gExc, gInh, inject, &c.gNMDA[start:end][0], left, &above[0], &k, n)
	}
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (c *lifCurrent) advanceBlocksVector(start int, above []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	k := [...]float32{
		c.k.rest, c.k.membrane, c.k.exc, c.k.inh, c.k.decayExc, c.k.decayInh, c.k.threshold, c.k.reset,
	}
	n := len(above) * Block
	end := start + n
	v, inject, left := &c.v[start:end][0], &c.inject[start:end][0], &c.left[start:end][0]
	exc, inh := &c.gExc[start:end][0], &c.gInh[start:end][0]
	if c.jumps == nil {
		lifCurrentAVX2(v, exc, inh, inject, left, &above[0], &k, n)
	} else {
		lifCurrentJumpAVX2(v, exc, inh, inject, &c.jumps[start:end][0], left, &above[0], &k, n)
	}
	return true
}
