package matmul

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// naive is Mul, written from its definition.
func naive(ta, tb blas.Transpose, a, b blas64.General, beta float64, c blas64.General) {
	inner := a.Cols
	if ta == blas.Trans {
		inner = a.Rows
	}
	for i := range c.Rows {
		for j := range c.Cols {
			s := 0.0
			if beta != 0 {
				s = beta * c.Data[i*c.Stride+j]
			}
			for k := range inner {
				x, y := i*a.Stride+k, k*b.Stride+j
				if ta == blas.Trans {
					x = k*a.Stride + i
				}
				if tb == blas.Trans {
					y = j*b.Stride + k
				}
				s = math.FMA(a.Data[x], b.Data[y], s)
			}
			c.Data[i*c.Stride+j] = s
		}
	}
}

// drawn makes numbers of many magnitudes; gap is what the stride has beyond the
// columns.
func drawn(r *rand.Rand, rows, cols, gap int) blas64.General {
	m := blas64.General{Rows: rows, Cols: cols, Stride: max(1, cols+gap), Data: make([]float64, rows*(cols+gap)+1)}
	for i := range m.Data {
		m.Data[i] = math.Ldexp(r.NormFloat64(), r.IntN(40)-20)
	}
	return m
}

// same tells whether two numbers have the same bits, or are both NaN.
func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

var operations = []blas.Transpose{blas.NoTrans, blas.Trans}

// kinds lists the kernels that this processor has.
func kinds() []kernels {
	all := []kernels{portable, avx2, avx512}
	return all[:best()+1]
}

// team returns a team that shares even the smallest products.
func team(workers int, kind kernels) *Team {
	t := NewTeam(workers)
	t.aloneBelow = 0
	for i := range t.workers {
		t.workers[i].kernels = kind
	}
	return t
}

// TestMulIsItsDefinition compares products with the naive loop, bit by bit, with all
// kernels.
func TestMulIsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 5, 7, 8, 11, 13, 16, 17, 24, 31, 32, 33, 47, 50, 64}
	for _, kind := range kinds() {
		for _, workers := range []int{1, 2, 3, 7} {
			team := team(workers, kind)
			for range 60 {
				m, n, k := sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))]
				gap, beta := r.IntN(4), []float64{0, 1, 0.9}[r.IntN(3)]
				for _, ta := range operations {
					for _, tb := range operations {
						compare(t, r, team, ta, tb, m, n, k, gap, beta)
					}
				}
			}
			team.Close()
		}
	}
}

// TestMulInBlocks compares products that are larger than each size of block, and of
// which operands are long and thin.
func TestMulInBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kind := range kinds() {
		for _, workers := range []int{1, 2} {
			if testing.Short() && (workers == 1 || kind != best()) {
				continue // the naive loop takes long under the race detector
			}
			team := team(workers, kind)
			for _, s := range [][3]int{
				{32, 300, 131}, {131, 300, 32}, {9, 5, 2*blockSteps + 3}, {70, blockSize/blockSteps + 11, blockSteps + 1},
				{12, 8, wholeSize/8 + 3}, {1, 300, 200}, {300, 1, 200}, {2, 2*blockSize/30 + 5, 30}, {600, 13, 40},
			} {
				for _, ta := range operations {
					for _, tb := range operations {
						compare(t, r, team, ta, tb, s[0], s[1], s[2], 1, 0.8)
					}
				}
			}
			team.Close()
		}
	}
}

func compare(t *testing.T, r *rand.Rand, team *Team, ta, tb blas.Transpose, m, n, k, gap int, beta float64) {
	t.Helper()
	a, b := drawn(r, m, k, gap), drawn(r, k, n, gap)
	if ta == blas.Trans {
		a = drawn(r, k, m, gap)
	}
	if tb == blas.Trans {
		b = drawn(r, n, k, gap)
	}
	if r.IntN(4) == 0 { // awkward numbers
		for _, x := range [][]float64{a.Data, b.Data} {
			x[r.IntN(len(x))] = []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.MaxFloat64}[r.IntN(6)]
		}
	}
	got := drawn(r, m, n, gap)
	if beta == 0 {
		for i := range got.Data {
			got.Data[i] = math.NaN()
		}
	}
	want := got
	want.Data = append([]float64(nil), got.Data...)
	team.Mul(ta, tb, a, b, beta, got)
	naive(ta, tb, a, b, beta, want)
	for i := range want.Data { // what lies between rows too, which must stay
		if !same(got.Data[i], want.Data[i]) {
			t.Fatalf("kernels %d, %d workers, %c%c, %d×%d×%d, gap %d, beta %v: element %d of c is %v, want %v",
				team.workers[0].kernels, team.Workers(), ta, tb, m, k, n, gap, beta, i, got.Data[i], want.Data[i])
		}
	}
}

func TestMulPanics(t *testing.T) {
	team := NewTeam(1)
	defer team.Close()
	m := func(rows, cols int) blas64.General {
		return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	}
	short := m(2, 3)
	short.Data = short.Data[:5]
	narrow := m(2, 3)
	narrow.Stride = 2
	for want, f := range map[string]func(){
		"op(a) is 2×3, op(b) 2×3, c 2×3":            func() { team.Mul(blas.NoTrans, blas.NoTrans, m(2, 3), m(2, 3), 0, m(2, 3)) },
		"op(a) is 2×3, op(b) 3×2, c 2×3":            func() { team.Mul(blas.NoTrans, blas.Trans, m(2, 3), m(2, 3), 0, m(2, 3)) },
		"a holds 5 numbers, want 6":                 func() { team.Mul(blas.NoTrans, blas.NoTrans, short, m(3, 3), 0, m(2, 3)) },
		"b has 2 rows, 3 columns and a stride of 2": func() { team.Mul(blas.NoTrans, blas.NoTrans, m(2, 2), narrow, 0, m(2, 3)) },
		"a: transpose is 'C', want blas.NoTrans":    func() { team.Mul(blas.ConjTrans, blas.NoTrans, m(2, 2), m(2, 2), 0, m(2, 2)) },
		"a team of 0 workers, want at least 1":      func() { NewTeam(0) },
		"parts of 3 in grains of 0":                 func() { team.Each(3, 0, func(int, int) {}) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, want) {
					t.Errorf("panics with %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
