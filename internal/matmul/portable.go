package matmul

import "math"

// tile is a few rows and panels of c that are computed at once: to each element,
// multiplied by beta before, or 0 unless keep is set, the products of k steps are
// added. Distances count numbers.
type tile struct {
	k, rows, panels int
	a               []float64 // row i and step l at i·aRow + l·aStep
	aRow, aStep     int
	b               []float64 // step l of panel p at p·bPanel + l·bStep
	bPanel, bStep   int
	c               []float64 // row i of panel p at i·cRow + p·8
	cRow            int
	beta            float64
	keep            bool
}

// kernels says by which instructions tiles are computed.
type kernels int

const (
	portable kernels = iota
	avx2
	avx512
)

func (t *tile) portable() {
	for i := range t.rows {
		for panel := range t.panels {
			t.portablePanel(t.a[i*t.aRow:], t.b[panel*t.bPanel:], (*[panelWidth]float64)(t.c[i*t.cRow+panel*panelWidth:]))
		}
	}
}

func (t *tile) portablePanel(a, b []float64, c *[panelWidth]float64) {
	var s [panelWidth]float64
	if t.keep {
		for j, v := range c {
			s[j] = t.beta * v
		}
	}
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for l := range t.k {
		x, y := a[l*t.aStep], (*[panelWidth]float64)(b[l*t.bStep:])
		s0 = math.FMA(x, y[0], s0)
		s1 = math.FMA(x, y[1], s1)
		s2 = math.FMA(x, y[2], s2)
		s3 = math.FMA(x, y[3], s3)
		s4 = math.FMA(x, y[4], s4)
		s5 = math.FMA(x, y[5], s5)
		s6 = math.FMA(x, y[6], s6)
		s7 = math.FMA(x, y[7], s7)
	}
	*c = [panelWidth]float64{s0, s1, s2, s3, s4, s5, s6, s7}
}

// scaled returns beta·c, or 0.
func scaled(beta, c float64) float64 {
	if beta == 0 {
		return 0
	}
	return beta * c
}

// transposePortable writes n columns of eight rows as n rows of eight.
func transposePortable(to []float64, toRow int, from []float64, fromRow, n int) {
	for i := range panelWidth {
		for j, x := range from[i*fromRow:][:n] {
			to[j*toRow+i] = x
		}
	}
}
