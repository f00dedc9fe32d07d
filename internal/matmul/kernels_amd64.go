package matmul

import "github.com/apical-sim/apical/internal/vec"

// best returns the fastest kernels that may be used.
func best() kernels {
	switch {
	case vec.AVX512():
		return avx512
	case vec.FMA():
		return avx2
	}
	return portable
}

const numberBytes = 8 // of a float64

func (k kernels) compute(t *tile) {
	if k == portable {
		t.portable()
		return
	}
	// The last numbers that the kernels touch.
	_ = t.a[(t.rows-1)*t.aRow+(t.k-1)*t.aStep]
	_ = t.b[(t.panels-1)*t.bPanel+(t.k-1)*t.bStep+panelWidth-1]
	_ = t.c[(t.rows-1)*t.cRow+t.panels*panelWidth-1]
	if k == avx512 {
		t.avx512()
	} else {
		t.avx2()
	}
}

func (t *tile) avx512() {
	compute := tile1x1AVX512
	switch t.rows<<4 | t.panels {
	case 0x64:
		compute = tile6x4AVX512
	case 0x62:
		compute = tile6x2AVX512
	case 0x61:
		compute = tile6x1AVX512
	case 0x44:
		compute = tile4x4AVX512
	case 0x42:
		compute = tile4x2AVX512
	case 0x41:
		compute = tile4x1AVX512
	case 0x24:
		compute = tile2x4AVX512
	case 0x22:
		compute = tile2x2AVX512
	case 0x21:
		compute = tile2x1AVX512
	case 0x14:
		compute = tile1x4AVX512
	case 0x12:
		compute = tile1x2AVX512
	}
	compute(t.k, &t.a[0], t.aRow*numberBytes, t.aStep*numberBytes, &t.b[0], t.bPanel*numberBytes, t.bStep*numberBytes,
		&t.c[0], t.cRow*numberBytes, t.beta, t.kept())
}

func (t *tile) avx2() {
	compute := tile1x1AVX2
	switch t.rows {
	case 6:
		compute = tile6x1AVX2
	case 4:
		compute = tile4x1AVX2
	case 2:
		compute = tile2x1AVX2
	}
	for panel := range t.panels {
		compute(t.k, &t.a[0], t.aRow*numberBytes, t.aStep*numberBytes, &t.b[panel*t.bPanel], t.bPanel*numberBytes, t.bStep*numberBytes,
			&t.c[panel*panelWidth], t.cRow*numberBytes, t.beta, t.kept())
	}
}

func (t *tile) kept() int {
	if t.keep {
		return 1
	}
	return 0
}

// transpose is transposePortable.
func (k kernels) transpose(to []float64, toRow int, from []float64, fromRow, n int) {
	four := n &^ 3
	if k == portable || four == 0 {
		transposePortable(to, toRow, from, fromRow, n)
		return
	}
	_ = to[(four-1)*toRow+panelWidth-1]
	_ = from[(panelWidth-1)*fromRow+four-1]
	transposeAVX2(&to[0], toRow*numberBytes, &from[0], fromRow*numberBytes, four)
	if four < n {
		transposePortable(to[four*toRow:], toRow, from[four:], fromRow, n-four)
	}
}
