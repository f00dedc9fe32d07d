package matmul

// product is c = β·c + a·b.
type product struct {
	a, b, c matrix
	beta    float64
}

const (
	panelWidth  = 8 // columns of b that are packed beside each other
	tileRows    = 6 // rows of c that are computed at a time, at most
	groupPanels = 4 // panels of c that are computed at a time, at most
	// blockSteps is how many steps of k are done in a row: a group of panels with so
	// many rows takes half of a first cache of 48 KiB, or all of one of 32.
	blockSteps = 128
	// blockSize is how many numbers of b are packed at a time: 256 KiB, which stay in
	// the second cache.
	blockSize = 1 << 15
	// smallOperand is how many numbers of a may be gone through again for each group of
	// panels.
	smallOperand = 1 << 13
)

// worker has the buffers of one member of a team.
type worker struct {
	kernels kernels
	packed  []float64 // panels of b: row k of panel p is at (p·steps + k)·8
	result  []float64 // a block of c, transposed
	edge    [tileRows * panelWidth]float64
	tile    tile
}

// multiply computes rows i0 to i1 and columns j0 to j1 of p.c.
func (w *worker) multiply(p *product, i0, i1, j0, j1 int) {
	depth := p.a.columns
	if depth == 0 {
		for i := i0; i < i1; i++ {
			for j := j0; j < j1; j++ {
				s := &p.c.data[i*p.c.row+j*p.c.column]
				*s = scaled(p.beta, *s)
			}
		}
		return
	}
	blocks := (depth + blockSteps - 1) / blockSteps
	steps := min(depth, ((depth+blocks-1)/blocks+3)&^3)
	width := blockSize / steps / panelWidth * panelWidth
	if (i1-i0)*steps <= smallOperand {
		width = groupPanels * panelWidth
	}
	for j := j0; j < j1; j += width {
		columns := min(width, j1-j)
		for k := 0; k < depth; k += steps {
			block := block{p: p, i0: i0, i1: i1, j0: j, j1: j + columns, k0: k, k1: min(k+steps, depth)}
			w.pack(&block)
			if p.c.column == 1 {
				w.intoRows(&block)
			} else {
				w.intoColumns(&block)
			}
		}
	}
}

// block is the part of a product from rows i0 to i1, columns j0 to j1, and steps
// k0 to k1.
type block struct {
	p                      *product
	i0, i1, j0, j1, k0, k1 int
}

func (b *block) panels() int { return (b.j1 - b.j0 + panelWidth - 1) / panelWidth }

// pack copies the block's part of b into panels; a last one that is not full has
// zeros beyond.
func (w *worker) pack(b *block) {
	steps := b.k1 - b.k0
	w.packed = room(w.packed, b.panels()*steps*panelWidth)
	from := &b.p.b
	for panel := range b.panels() {
		to := w.packed[panel*steps*panelWidth:][:steps*panelWidth]
		j := b.j0 + panel*panelWidth
		at := from.data[b.k0*from.row+j*from.column:]
		width := min(panelWidth, b.j1-j)
		switch {
		case width < panelWidth:
			packPartly(to, at, from.row, from.column, width)
		case from.column == 1:
			for k := range steps {
				*(*[panelWidth]float64)(to[k*panelWidth:]) = *(*[panelWidth]float64)(at[k*from.row:])
			}
		default:
			w.kernels.transpose(to, panelWidth, at, from.column, steps)
		}
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

// intoRows computes a block whose rows are rows of c in memory.
func (w *worker) intoRows(b *block) {
	c := &b.p.c
	full := (b.j1 - b.j0) / panelWidth
	rest := b.j1 - b.j0 - full*panelWidth
	w.begin(b)
	for i := b.i0; i < b.i1; {
		rows := tall(b.i1 - i)
		w.tile.cRow = c.row
		w.row(b, i, rows, full, c.data[i*c.row+b.j0:])
		if rest > 0 {
			at := c.data[i*c.row+b.j0+full*panelWidth:]
			for r := range rows {
				if w.tile.keep {
					copy(w.edge[r*panelWidth:][:rest], at[r*c.row:])
				}
			}
			w.tile.cRow = panelWidth
			w.tile.a, w.tile.rows, w.tile.panels = b.p.a.from(i, b.k0), rows, 1
			w.tile.b, w.tile.c = w.packed[full*w.tile.bPanel:], w.edge[:]
			w.kernels.compute(&w.tile)
			for r := range rows {
				copy(at[r*c.row:][:rest], w.edge[r*panelWidth:])
			}
		}
		i += rows
	}
}

// intoColumns computes a block whose rows are columns of c in memory: beside it,
// and then it is transposed.
func (w *worker) intoColumns(b *block) {
	c := &b.p.c
	rows, width := b.i1-b.i0, b.panels()*panelWidth
	w.result = room(w.result, rows*width)
	first, last := b.k0 == 0, b.k1 == b.p.a.columns
	at := c.data[b.i0+b.j0*c.column:]
	if first && b.p.beta != 0 {
		w.transpose(w.result, width, at, c.column, b.j1-b.j0, rows)
	}
	w.begin(b)
	w.tile.cRow = width
	for i := 0; i < rows; {
		n := tall(rows - i)
		w.row(b, b.i0+i, n, b.panels(), w.result[i*width:])
		i += n
	}
	if last {
		w.transpose(at, c.column, w.result, width, rows, b.j1-b.j0)
	}
}

// begin sets what all tiles of a block have in common.
func (w *worker) begin(b *block) {
	w.tile = tile{
		k: b.k1 - b.k0, aRow: b.p.a.row, aStep: b.p.a.column, bPanel: (b.k1 - b.k0) * panelWidth,
		beta: b.p.beta, keep: b.p.beta != 0,
	}
	if b.k0 > 0 {
		w.tile.beta, w.tile.keep = 1, true // multiplies without rounding
	}
}

// row computes so many rows from row i on, and the first panels, into c.
func (w *worker) row(b *block, i, rows, panels int, c []float64) {
	w.tile.a, w.tile.rows = b.p.a.from(i, b.k0), rows
	for panel := 0; panel < panels; {
		n := wide(panels - panel)
		w.tile.b, w.tile.c, w.tile.panels = w.packed[panel*w.tile.bPanel:], c[panel*panelWidth:], n
		w.kernels.compute(&w.tile)
		panel += n
	}
}

// from returns the data from element (i, k) on.
func (m *matrix) from(i, k int) []float64 { return m.data[i*m.row+k*m.column:] }

// tall returns how many of the rows that are left make the next tile.
func tall(left int) int {
	switch {
	case left == 8:
		return 4
	case left >= 6:
		return 6
	case left >= 4:
		return 4
	case left >= 2:
		return 2
	}
	return left
}

// wide is tall for panels.
func wide(left int) int {
	switch {
	case left >= 4:
		return 4
	case left >= 2:
		return 2
	}
	return left
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
