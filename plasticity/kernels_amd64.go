package plasticity

import "github.com/apical-sim/apical/internal/vec"

// addIncomingVector is addIncomingPortable in assembly, where kernels may be
// used. Rows and slots are those of the block.
func (w *weights) addIncomingVector(rows, slots []uint32, scale float64, trace []float64) bool {
	if !vec.Enabled() || len(rows) == 0 {
		return false
	}
	addIncomingScalar(&w.block.Weights()[0], &rows[0], &slots[:len(rows)][0], &trace[:w.block.Rows()][0],
		scale, w.min, w.max, len(rows))
	return true
}

// addOutgoingVector is addOutgoingPortable in assembly. Targets are those of the
// block.
func (w *weights) addOutgoingVector(values []float32, targets []uint32, scale float64, trace []float64) bool {
	if !vec.Enabled() || len(targets) == 0 {
		return false
	}
	addOutgoingScalar(&values[:len(targets)][0], &targets[0], &trace[:w.block.Hi-w.block.Lo][0],
		scale, w.min, w.max, w.block.Lo, len(targets))
	return true
}
