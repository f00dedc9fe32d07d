//go:build !amd64

package plasticity

// There are no kernels in assembly here.

func (w *weights) addIncomingVector([]uint32, []uint32, float64, []float64) bool { return false }

func (w *weights) addOutgoingVector([]float32, []uint32, float64, []float64) bool { return false }
