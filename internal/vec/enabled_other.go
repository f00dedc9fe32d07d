//go:build !amd64

package vec

// Enabled reports whether kernels use vector instructions: there are none for
// this architecture.
func Enabled() bool { return false }
