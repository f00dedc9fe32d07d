//go:build !amd64

package vec

// These do nothing: there are no vector kernels here.

func clearTinyVector([]float32) bool { return false }

func sigmoid64Vector(_, _ []float64) int { return 0 }

func momentumVector(_, _ []float64, _ float64) int { return 0 }
