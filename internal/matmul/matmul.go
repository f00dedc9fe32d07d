// Package matmul multiplies float64 matrices of the sizes that minibatches have,
// with several workers and always the same bits.
//
// Every element of a product is one chain of fused multiply-adds,
//
//	s = β·c[i,j], rounded, or 0 if β is 0
//	s = fma(op(a)[i,k], op(b)[k,j], s)    for k = 0, 1, 2, …
//
// each rounded once. So it depends neither on the number of workers, nor on the
// processor, nor on how the product is cut into blocks; only the payload of a
// NaN may.
package matmul

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// Mul sets c = β·c + op(a) op(b), where op(x) is x for blas.NoTrans and its
// transpose for blas.Trans. With β = 0 what c holds is not read, so that it may be
// NaN. c must share no memory with a or b. Mul panics if the shapes do not fit.
func (t *Team) Mul(ta, tb blas.Transpose, a, b blas64.General, beta float64, c blas64.General) {
	valid("a", a)
	valid("b", b)
	valid("c", c)
	m, inner := shape("a", ta, a)
	k, n := shape("b", tb, b)
	if inner != k || c.Rows != m || c.Cols != n {
		panic(fmt.Sprintf("matmul: op(a) is %d×%d, op(b) %d×%d, c %d×%d; want m×k, k×n, m×n", m, inner, k, n, c.Rows, c.Cols))
	}
	if m == 0 || n == 0 {
		return
	}
	t.Each(m, 1, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := c.Data[i*c.Stride : i*c.Stride+n]
			scale(beta, row)
			for l := range k {
				first, step := l*b.Stride, 1
				if tb == blas.Trans {
					first, step = l, b.Stride
				}
				addScaled(row, at(ta, a, i, l), b.Data[first:], step)
			}
		}
	})
}

// valid panics unless the elements of x lie within its data.
func valid(name string, x blas64.General) {
	if x.Rows < 0 || x.Cols < 0 || x.Stride < max(1, x.Cols) {
		panic(fmt.Sprintf("matmul: %s has %d rows, %d columns and a stride of %d", name, x.Rows, x.Cols, x.Stride))
	}
	if x.Rows > 0 && x.Cols > 0 && len(x.Data) < (x.Rows-1)*x.Stride+x.Cols {
		panic(fmt.Sprintf("matmul: %s holds %d numbers, want %d for %d rows of %d, %d apart",
			name, len(x.Data), (x.Rows-1)*x.Stride+x.Cols, x.Rows, x.Cols, x.Stride))
	}
}

// shape returns the rows and columns of op(x).
func shape(name string, op blas.Transpose, x blas64.General) (rows, cols int) {
	switch op {
	case blas.NoTrans:
		return x.Rows, x.Cols
	case blas.Trans:
		return x.Cols, x.Rows
	}
	panic(fmt.Sprintf("matmul: %s: transpose is %q, want blas.NoTrans or blas.Trans", name, rune(op)))
}

// at returns op(x)[i,j].
func at(op blas.Transpose, x blas64.General, i, j int) float64 {
	if op == blas.Trans {
		i, j = j, i
	}
	return x.Data[i*x.Stride+j]
}
