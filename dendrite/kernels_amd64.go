package dendrite

import "github.com/apical-sim/apical/internal/vec"

// advanceVector is advancePortable with AVX2, for as many whole vectors of
// [lo, hi) as there are; it returns where the rest begins.
func (d *Passive) advanceVector(lo, hi int, driving []float32) int {
	n := (hi - lo) / vec.Lanes * vec.Lanes
	if !vec.Enabled() || n <= 0 {
		return lo
	}
	end := lo + n
	k := [...]float32{
		d.k.leak, d.k.adaptation, d.k.follow, d.k.rest,
		d.k.revExc, d.k.revInh, d.k.decayExc, d.k.decayInh,
	}
	// Re-slicing checks the bounds, which assembly does not.
	passiveAVX2(&d.V[lo:end][0], &d.W[lo:end][0], &d.GExc[lo:end][0], &d.GInh[lo:end][0],
		&d.Exc[lo:end][0], &d.Inject[lo:end][0], &driving[lo:end][0], &k, n)
	return end
}
