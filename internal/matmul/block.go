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
	// blockSteps is how many steps of k are done in a row, before c is stored and another
	// group of panels is taken: one of so many takes 64 KiB. Between 128 and 512 it makes
	// a difference of a few percent.
	blockSteps = 256
	// blockSize is how many numbers of b are packed at a time: 256 KiB, which stay in
	// the second cache.
	blockSize = 1 << 15
	// wholeSize is how many numbers of b a worker packs at once for all its rows: 2 MiB.
	wholeSize = 1 << 18
	// For up to fewRows rows, and from manyColumns on, it is faster to take b as it lies
	// than to pack it.
	fewRows, manyColumns = 64, 128
)

// worker has the buffers of one member of a team.
type worker struct {
	kernels kernels
	packed  []float64 // panels of b, or the one that is not full
	panels  []float64 // the same, or of whole, or of b itself
	whole   []float64 // all of b, packed for several parts of c
	round   int64     // for which product
	result  []float64 // a block of c, transposed
	edge    [tileRows * groupPanels * panelWidth]float64
	tile    tile
}

// packWhole returns all of b packed, for the product of this round. Each worker packs
// for itself: to fetch what another has just written takes longer.
func (w *worker) packWhole(b *matrix, round int64) []float64 {
	if w.round != round {
		w.round = round
		w.whole = room(w.whole, b.panels()*panelWidth*b.rows)
		b.pack(w.kernels, w.whole, b.rows*panelWidth, 0, b.rows, 0, b.columns)
	}
	return w.whole
}

// multiply computes rows i0 to i1 and columns j0 to j1 of p.c. If whole is not nil, it
// holds all of b, packed.
func (w *worker) multiply(p *product, whole []float64, i0, i1, j0, j1 int) {
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
	inPlace := whole == nil && p.b.column == 1 && p.c.column == 1 && i1-i0 <= fewRows && p.b.columns >= manyColumns
	if inPlace {
		width = groupPanels * panelWidth
	}
	for j := j0; j < j1; j += width {
		for k := 0; k < depth; k += steps {
			b := block{p: p, i0: i0, i1: i1, j0: j, j1: min(j+width, j1), k0: k, k1: min(k+steps, depth), inPlace: inPlace}
			w.prepare(&b, whole)
			if p.c.column == 1 {
				w.intoRows(&b)
			} else {
				w.intoColumns(&b)
			}
		}
	}
}

// block is the part of a product from rows i0 to i1, columns j0 to j1, and steps
// k0 to k1.
type block struct {
	p                      *product
	i0, i1, j0, j1, k0, k1 int
	inPlace                bool // full panels of b are used where they are
}

// full and rest return how many panels the columns fill, and how many columns are
// left.
func (b *block) full() int { return (b.j1 - b.j0) / panelWidth }
func (b *block) rest() int { return (b.j1 - b.j0) % panelWidth }

// panels counts the one that is not full too.
func (b *block) panels() int { return (b.j1 - b.j0 + panelWidth - 1) / panelWidth }

// padded returns how many panels at the end are computed with the one that is not
// full: as many as make a tile.
func (b *block) padded() int {
	switch last := b.full()%groupPanels + 1; {
	case b.rest() == 0:
		return 0
	case b.inPlace || last == 3:
		return 1
	default:
		return last
	}
}

// prepare sets what all tiles of a block have in common, and packs the block's part
// of b unless that has been done.
func (w *worker) prepare(b *block, whole []float64) {
	steps := b.k1 - b.k0
	w.tile = tile{k: steps, aRow: b.p.a.row, aStep: b.p.a.column, bStep: panelWidth, beta: b.p.beta, keep: b.p.beta != 0}
	if b.k0 > 0 {
		w.tile.beta, w.tile.keep = 1, true // multiplies without rounding
	}
	from := &b.p.b
	switch {
	case whole != nil:
		w.tile.bPanel = from.rows * panelWidth
		w.panels = whole[b.j0/panelWidth*w.tile.bPanel+b.k0*panelWidth:]
	case b.inPlace:
		w.tile.bPanel, w.tile.bStep = panelWidth, from.row
		w.panels = from.from(b.k0, b.j0)
		if b.rest() > 0 {
			w.packed = room(w.packed, steps*panelWidth)
			from.pack(w.kernels, w.packed, 0, b.k0, b.k1, b.j1-b.rest(), b.j1)
		}
	default:
		w.tile.bPanel = steps * panelWidth
		w.packed = room(w.packed, b.panels()*steps*panelWidth)
		w.panels = w.packed
		from.pack(w.kernels, w.packed, w.tile.bPanel, b.k0, b.k1, b.j0, b.j1)
	}
}

// intoRows computes a block whose rows are rows of c in memory.
func (w *worker) intoRows(b *block) {
	c := &b.p.c
	padded := b.padded()
	for i := b.i0; i < b.i1; {
		n := tall(b.i1 - i)
		w.tile.a, w.tile.rows = b.p.a.from(i, b.k0), n
		w.row(b.panels()-padded, c.data[i*c.row+b.j0:], c.row)
		if padded > 0 {
			first := (b.panels() - padded) * panelWidth
			w.beside(b, padded, c.data[i*c.row+b.j0+first:], b.j1-b.j0-first)
		}
		i += n
	}
}

// intoColumns computes a block whose rows are columns of c in memory: beside it,
// and then it is transposed.
func (w *worker) intoColumns(b *block) {
	c := &b.p.c
	rows, width := b.i1-b.i0, b.panels()*panelWidth
	w.result = room(w.result, rows*width)
	at := c.data[b.i0+b.j0*c.column:]
	if b.k0 == 0 && w.tile.keep {
		w.transpose(w.result, width, at, c.column, b.j1-b.j0, rows)
	}
	for i := 0; i < rows; {
		n := tall(rows - i)
		w.tile.a, w.tile.rows = b.p.a.from(b.i0+i, b.k0), n
		w.row(b.panels(), w.result[i*width:], width)
		i += n
	}
	if b.k1 == b.p.a.columns {
		w.transpose(at, c.column, w.result, width, rows, b.j1-b.j0)
	}
}

// row computes the tile's rows of so many panels, into rows of c.
func (w *worker) row(panels int, c []float64, cRow int) {
	w.tile.cRow = cRow
	for panel := 0; panel < panels; {
		n := wide(panels - panel)
		w.tile.b, w.tile.c, w.tile.panels = w.panels[panel*w.tile.bPanel:], c[panel*panelWidth:], n
		w.kernels.compute(&w.tile)
		panel += n
	}
}

// beside computes the tile's rows of the last panels, which c has fewer columns for,
// outside of c.
func (w *worker) beside(b *block, panels int, c []float64, columns int) {
	t, cRow := w.tile, b.p.c.row
	if b.inPlace {
		t.b, t.bStep = w.packed, panelWidth
	} else {
		t.b = w.panels[(b.panels()-panels)*t.bPanel:]
	}
	t.panels, t.c, t.cRow = panels, w.edge[:], groupPanels*panelWidth
	if t.keep {
		for r := range t.rows {
			copy(t.c[r*t.cRow:][:columns], c[r*cRow:])
		}
	}
	w.kernels.compute(&t)
	for r := range t.rows {
		copy(c[r*cRow:][:columns], t.c[r*t.cRow:])
	}
}

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
