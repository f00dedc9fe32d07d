//go:build !amd64

package matmul

// best returns the only kernels that there are here.
func best() kernels { return portable }

func (kernels) compute(t *tile) { t.portable() }

func (kernels) transpose(to []float64, toRow int, from []float64, fromRow, n int) {
	transposePortable(to, toRow, from, fromRow, n)
}
