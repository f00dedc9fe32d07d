//go:build !amd64

package neuron

// There are no vector kernels here.

func (p *pyramid) advanceSomaVector(lo, _ int, _ []float32) int { return lo }

func (a *adex) advanceBlockVector(int) (mask uint64, done bool) { return 0, false }

func (c *lifCond) advanceBlockVector(int) (mask uint64, done bool) { return 0, false }

func (c *lifCurrent) advanceBlockVector(int) (mask uint64, done bool) { return 0, false }
