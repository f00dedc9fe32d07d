package neuron

import "github.com/apical-sim/apical/internal/vec"

// advanceSomaVector is advanceSomaPortable with AVX2 where it is available; it
// returns where the rest begins. [lo, hi) are whole blocks.
func (p *pyramid) advanceSomaVector(lo, hi int, activation []float32) int {
	n := hi - lo
	if !vec.Enabled() || n <= 0 {
		return lo
	}
	k := [...]float32{
		p.k.leak, p.k.adaptation, p.k.recover, p.k.decayAdaptation,
		p.k.rest, p.k.threshold, p.k.revExc, p.k.revInh,
		p.k.decayExc, p.k.decayInh, p.k.plateau,
	}
	// Re-slicing checks the bounds, which assembly does not.
	v, w, theta := &p.v[lo:hi][0], &p.w[lo:hi][0], &p.theta[lo:hi][0]
	gExc, gInh, exc := &p.gExc[lo:hi][0], &p.gInh[lo:hi][0], &p.exc[lo:hi][0]
	inject, above := &p.inject[lo:hi][0], &p.above[lo/Block : hi/Block][0]
	if activation == nil {
		somaAVX2(v, w, theta, gExc, gInh, exc, inject, above, &k, n)
	} else {
		somaPlateauAVX2(v, w, theta, gExc, gInh, exc, inject, &activation[lo:hi][0], above, &k, n)
	}
	return hi
}
