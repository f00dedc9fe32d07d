//go:build !amd64

package vec

// Enabled reports whether kernels use vector instructions: there are none for
// this architecture.
func Enabled() bool { return false }

// FMA reports the same of kernels of fused multiply-adds.
func FMA() bool { return false }

// AVX512 reports the same of kernels for AVX-512.
func AVX512() bool { return false }
