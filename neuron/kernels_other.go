//go:build !amd64

package neuron

// There are no vector kernels here.

func (p *pyramid) advanceSomaVector(lo, _ int, _ []float32) int { return lo }

func (a *adex) advanceBlocksVector(int, []uint64) bool { return false }

func (c *lifCond) advanceBlocksVector(int, []uint64) bool { return false }

func (c *lifCurrent) advanceBlocksVector(int, []uint64) bool { return false }
