package matmul

// panels returns how many panels the columns of m make.
func (m *matrix) panels() int { return (m.columns + panelWidth - 1) / panelWidth }

// pack copies rows k0 to k1 and columns j0 to j1 of m into panels that are apart
// numbers away from each other. A last one that is not full has zeros beyond.
func (m *matrix) pack(with kernels, to []float64, apart, k0, k1, j0, j1 int) {
	steps, full := k1-k0, (j1-j0)/panelWidth
	at := m.from(k0, j0)
	if m.column == 1 {
		for k := range steps {
			row, to := at[k*m.row:][:full*panelWidth], to[k*panelWidth:]
			for panel := range full {
				*(*[panelWidth]float64)(to[panel*apart:]) = *(*[panelWidth]float64)(row[panel*panelWidth:])
			}
		}
	} else {
		for panel := range full {
			with.transpose(to[panel*apart:], panelWidth, at[panel*panelWidth*m.column:], m.column, steps)
		}
	}
	if rest := j1 - j0 - full*panelWidth; rest > 0 {
		packPartly(to[full*apart:][:steps*panelWidth], at[full*panelWidth*m.column:], m.row, m.column, rest)
	}
}

// packPartly packs fewer columns than a panel has.
func packPartly(to, from []float64, row, column, width int) {
	clear(to)
	for k := 0; k*panelWidth < len(to); k++ {
		for j := range width {
			to[k*panelWidth+j] = from[k*row+j*column]
		}
	}
}

// transpose writes rows of so many columns as that many rows; toRow and fromRow are
// how far rows are apart.
func (w *worker) transpose(to []float64, toRow int, from []float64, fromRow, rows, columns int) {
	full := rows / panelWidth * panelWidth
	for row := 0; row < full; row += panelWidth {
		w.kernels.transpose(to[row:], toRow, from[row*fromRow:], fromRow, columns)
	}
	for row := full; row < rows; row++ {
		for column, x := range from[row*fromRow:][:columns] {
			to[column*toRow+row] = x
		}
	}
}

// room returns a slice of length n, the same if it is large enough. New ones begin
// on a page.
func room(s []float64, n int) []float64 {
	const pages = 1 << 13
	if cap(s) < n {
		s = make([]float64, max(n, pages))
	}
	return s[:n]
}
