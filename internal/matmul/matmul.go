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

// Products of fewer multiply-adds than this are computed by the caller alone: it
// would take longer to tell others.
const aloneBelow = 1 << 18

// Mul sets c = β·c + op(a) op(b), where op(x) is x for blas.NoTrans and its
// transpose for blas.Trans. With β = 0 what c holds is not read, so that it may be
// NaN. c must share no memory with a or b. Mul panics if the shapes do not fit.
//
// It allocates only where a product needs more room for packed operands than any
// before.
func (t *Team) Mul(ta, tb blas.Transpose, a, b blas64.General, beta float64, c blas64.General) {
	valid("a", a)
	valid("b", b)
	valid("c", c)
	p := product{a: oriented("a", ta, a), b: oriented("b", tb, b), c: oriented("c", blas.NoTrans, c), beta: beta}
	if p.a.columns != p.b.rows || p.c.rows != p.a.rows || p.c.columns != p.b.columns {
		panic(fmt.Sprintf("matmul: op(a) is %d×%d, op(b) %d×%d, c %d×%d; want m×k, k×n, m×n",
			p.a.rows, p.a.columns, p.b.rows, p.b.columns, c.Rows, c.Cols))
	}
	if c.Rows == 0 || c.Cols == 0 {
		return
	}
	// What is packed is the right operand. Rather than a large matrix whose columns
	// would have to become rows for that, it is the small one of the transpose.
	if p.b.column != 1 && p.b.columns > p.a.rows {
		p = product{a: p.b.transposed(), b: p.a.transposed(), c: p.c.transposed(), beta: beta}
	}
	t.product = p
	rows, depth, columns := p.c.rows, p.a.columns, p.c.columns
	if work := rows * columns * depth; work == 0 || work < t.aloneBelow || len(t.workers) == 1 {
		t.workers[0].multiply(&t.product, nil, 0, rows, 0, columns)
	} else {
		// Whole rows of c lie apart, columns beside each other: where c is the largest of
		// the three, workers that write columns would fetch each other's lines ahead.
		t.columns = columns >= rows && (depth >= rows || rows < partsPerWorker*len(t.workers)*tileRows)
		t.whole = !t.columns && p.b.panels()*panelWidth*depth <= wholeSize
		t.round++
		if t.columns {
			// However few columns there are, each worker gets some.
			each := (p.c.panels() + len(t.workers) - 1) / len(t.workers)
			t.share(columns, min(each, groupPanels)*panelWidth, t.multiply)
		} else {
			t.share(rows, tileRows, t.multiply)
		}
	}
	t.product = product{} // keeps nothing from the collector
}

// multiplyPart computes a part of the columns or rows.
func (t *Team) multiplyPart(worker, part int) {
	p, w := &t.product, &t.workers[worker]
	lo, hi := t.parts.at(part)
	switch {
	case t.columns:
		w.multiply(p, nil, 0, p.c.rows, lo, hi)
	case t.whole:
		w.multiply(p, w.packWhole(&p.b, t.round), lo, hi, 0, p.c.columns)
	default:
		w.multiply(p, nil, lo, hi, 0, p.c.columns)
	}
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

// matrix has its element (i, j) at data[i·row + j·column]; one of these is 1.
type matrix struct {
	data          []float64
	rows, columns int
	row, column   int
}

// oriented returns op(x).
func oriented(name string, op blas.Transpose, x blas64.General) matrix {
	m := matrix{x.Data, x.Rows, x.Cols, x.Stride, 1}
	switch op {
	case blas.NoTrans:
		return m
	case blas.Trans:
		return m.transposed()
	}
	panic(fmt.Sprintf("matmul: %s: transpose is %q, want blas.NoTrans or blas.Trans", name, rune(op)))
}

func (m matrix) transposed() matrix {
	return matrix{m.data, m.columns, m.rows, m.column, m.row}
}

// from returns the data from element (i, j) on.
func (m *matrix) from(i, j int) []float64 { return m.data[i*m.row+j*m.column:] }
