//go:build !amd64

package neuron

// advanceSomaVector does nothing: there are no vector kernels here.
func (p *pyramid) advanceSomaVector(lo, _ int, _ []float32) int { return lo }
