//go:build !amd64

package dendrite

// advanceVector does nothing: there are no vector kernels here.
func (d *Passive) advanceVector(lo, _ int, _ []float32) int { return lo }

// advanceVector does nothing: there are no vector kernels here.
func (d *Active) advanceVector(lo, _ int, _ []float32) int { return lo }
