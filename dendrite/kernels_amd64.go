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
	// Re-slicing checks the bounds, which assembly does not.
	passiveAVX2(&d.V[lo:end][0], &d.W[lo:end][0], &d.GExc[lo:end][0], &d.GInh[lo:end][0],
		&d.Exc[lo:end][0], &d.Inject[lo:end][0], &driving[lo:end][0], &d.k.leak, n)
	return end
}

// advanceVector is advancePortable with AVX2, as that of Passive is.
func (d *Active) advanceVector(lo, hi int, driving []float32) int {
	n := (hi - lo) / vec.Lanes * vec.Lanes
	if !vec.Enabled() || n <= 0 {
		return lo
	}
	end := lo + n
	p := d.Passive
	activeAVX2(&p.V[lo:end][0], &p.W[lo:end][0], &p.GExc[lo:end][0], &p.GInh[lo:end][0],
		&p.Exc[lo:end][0], &p.Inject[lo:end][0], &driving[lo:end][0],
		&d.Activation[lo:end][0], &d.kicks[lo:end][0], &p.k.leak, &d.a.plateau, n)
	return end
}
