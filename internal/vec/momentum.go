package vec

// Momentum moves weights by a buffer of momentum v, after decay:
//
//	w = (1 − decay)·w + v
//
// with the product and the sum each rounded. The slices have the same length and
// share no memory; decay is within [0, 1).
func Momentum(w, v []float64, decay float64) {
	v = v[:len(w)]
	keep := 1 - decay
	done := momentumVector(w, v, keep)
	momentumPortable(w[done:], v[done:], keep)
}

func momentumPortable(w, v []float64, keep float64) {
	v = v[:len(w)]
	for i, x := range w {
		w[i] = float64(keep*x) + v[i]
	}
}
