//go:build !amd64

package vec

// clearTinyVector does nothing: there are no vector kernels here.
func clearTinyVector([]float32) bool { return false }
