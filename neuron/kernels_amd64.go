package neuron

import "github.com/apical-sim/apical/internal/vec"

// advanceSomaVector is advanceSomaPortable with AVX2, where that is available.
func (p *pyramid) advanceSomaVector(lo int, above []uint64, activation []float32) bool {
	if !vec.Enabled() {
		return false
	}
	n := len(above) * Block
	hi := lo + n
	// Re-slicing checks the bounds, which assembly does not.
	v, w, theta := &p.v[lo:hi][0], &p.w[lo:hi][0], &p.theta[lo:hi][0]
	gExc, gInh, exc := &p.gExc[lo:hi][0], &p.gInh[lo:hi][0], &p.exc[lo:hi][0]
	inject := &p.inject[lo:hi][0]
	if activation == nil {
		somaAVX2(v, w, theta, gExc, gInh, exc, inject, &p.k.leak, &above[0], n)
	} else {
		somaPlateauAVX2(v, w, theta, gExc, gInh, exc, inject, &activation[lo:hi][0], &p.k.leak, &above[0], n)
	}
	return true
}

// mixVector is mixPortable with AVX2, where that is available.
func (m *nmda) mixVector(lo, hi int, gSoma, gDendrite []float32) bool {
	if !vec.Enabled() || hi <= lo {
		return false
	}
	nmdaAVX2(&m.g[lo:hi][0], &m.soma[lo:hi][0], &m.dendrite[lo:hi][0],
		&gSoma[lo:hi][0], &gDendrite[lo:hi][0], &m.k.ampa, hi-lo)
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (a *adex) advanceBlocksVector(start int, spiked []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	n := len(spiked) * Block
	end := start + n
	v, w, inject := &a.v[start:end][0], &a.w[start:end][0], &a.inject[start:end][0]
	gExc, gInh, left := &a.gExc[start:end][0], &a.gInh[start:end][0], &a.left[start:end][0]
	if a.trueExp {
		adexTrueAVX2(v, w, gExc, gInh, inject, &a.k.rest, left, &spiked[0], n)
	} else {
		adexAVX2(v, w, gExc, gInh, inject, &a.k.rest, left, &spiked[0], n)
	}
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (c *lifCond) advanceBlocksVector(start int, above []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	n := len(above) * Block
	end := start + n
	v, offset, inject := &c.v[start:end][0], &c.offset[start:end][0], &c.inject[start:end][0]
	gExc, gInh, left := &c.gExc[start:end][0], &c.gInh[start:end][0], &c.left[start:end][0]
	if c.gNMDA == nil {
		lifCondAVX2(v, offset, gExc, gInh, inject, &c.k.rest, left, &above[0], n)
	} else {
		lifCondNMDAAVX2(v, offset, gExc, gInh, inject, &c.gNMDA[start:end][0], &c.k.rest, left, &above[0], n)
	}
	return true
}

// advanceBlocksVector is advanceBlocks with AVX2, where that is available.
func (c *lifCurrent) advanceBlocksVector(start int, above []uint64) bool {
	if !vec.Enabled() {
		return false
	}
	n := len(above) * Block
	end := start + n
	v, inject, left := &c.v[start:end][0], &c.inject[start:end][0], &c.left[start:end][0]
	exc, inh := &c.gExc[start:end][0], &c.gInh[start:end][0]
	if c.jumps == nil {
		lifCurrentAVX2(v, exc, inh, inject, &c.k.rest, left, &above[0], n)
	} else {
		lifCurrentJumpAVX2(v, exc, inh, inject, &c.jumps[start:end][0], &c.k.rest, left, &above[0], n)
	}
	return true
}
