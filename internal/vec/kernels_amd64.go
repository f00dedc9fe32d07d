package vec

// clearTinyVector is clearTinyPortable with AVX2, where that is available.
func clearTinyVector(x []float32) bool {
	if !enabled || len(x) == 0 {
		return false
	}
	clearTinyAVX2(&x[0], Tiny, len(x))
	return true
}

// sigmoid64Vector is sigmoid64Portable for as many values as it returns.
func sigmoid64Vector(dst, x []float64) int {
	n := len(x) &^ 3
	if !enabled || n == 0 {
		return 0
	}
	sigmoid64AVX2(&dst[0], &x[0], n)
	return n
}

// momentumVector is momentumPortable for as many values as it returns.
func momentumVector(w, v []float64, keep float64) int {
	n := len(w) &^ 3
	if !enabled || n == 0 {
		return 0
	}
	momentumAVX2(&w[0], &v[0], keep, n)
	return n
}
