package vec

// clearTinyVector is clearTinyPortable with AVX2, where that is available.
func clearTinyVector(x []float32) bool {
	if !enabled || len(x) == 0 {
		return false
	}
	clearTinyAVX2(&x[0], Tiny, len(x))
	return true
}
