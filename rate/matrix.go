package rate

import "gonum.org/v1/gonum/blas/blas64"

// Matrix is a dense matrix, row by row. As a batch it has one row an example.
type Matrix = blas64.General

// newMatrix returns zeros.
func newMatrix(rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// first gives the first rows of m, which share its memory.
func first(m Matrix, rows int) Matrix {
	m.Rows = rows
	m.Data = m.Data[:rows*m.Stride]
	return m
}

// span gives the rows from lo up to hi of m, which share its memory.
func span(m Matrix, lo, hi int) Matrix {
	m.Data = m.Data[lo*m.Stride:]
	return first(m, hi-lo)
}
