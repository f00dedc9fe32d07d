//go:build !amd64

package neuron

// There are no vector kernels here.

func (p *pyramid) advanceSomaVector(int, []uint64, []float32) bool { return false }

func (m *nmda) mixVector(int, int, []float32, []float32) bool { return false }

func (a *adex) advanceBlocksVector(int, []uint64) bool { return false }

func (c *lifCond) advanceBlocksVector(int, []uint64) bool { return false }

func (c *lifCurrent) advanceBlocksVector(int, []uint64) bool { return false }
