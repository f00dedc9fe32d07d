package matmul

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// TestEachCovers calls every part once, cut at multiples of the grain.
func TestEachCovers(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		team := NewTeam(workers)
		for n := range 40 {
			for _, grain := range []int{1, 3, 8, 50} {
				seen := make([]int, n)
				team.Each(n, grain, func(lo, hi int) {
					if lo >= hi || lo%grain != 0 || hi%grain != 0 && hi != n {
						t.Errorf("%d workers: part %d to %d of %d in grains of %d", workers, lo, hi, n, grain)
					}
					for i := lo; i < hi; i++ {
						seen[i]++
					}
				})
				for i, times := range seen {
					if times != 1 {
						t.Errorf("%d workers, %d in grains of %d: %d is seen %d times", workers, n, grain, i, times)
					}
				}
			}
		}
		team.Close()
	}
}

// TestEachCarriesPanics lets each part panic in turn; the team can go on.
func TestEachCarriesPanics(t *testing.T) {
	team := NewTeam(3)
	defer team.Close()
	for bad := range 3 {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, "no good") {
					t.Errorf("part %d panics with %q", bad, got)
				}
			}()
			team.Each(3, 1, func(lo, _ int) {
				if lo == bad {
					panic("no good")
				}
			})
			t.Errorf("part %d panics, and Each returns", bad)
		}()
		var done [3]bool
		team.Each(3, 1, func(lo, _ int) { done[lo] = true })
		if done != [3]bool{true, true, true} {
			t.Errorf("after a panic of part %d: %v", bad, done)
		}
	}
}

// TestEachWakes calls workers that have gone to sleep.
func TestEachWakes(t *testing.T) {
	team := NewTeam(2)
	defer team.Close()
	for range 3 {
		time.Sleep(20 * time.Millisecond) // they sleep after 0.3 ms
		var done [2]bool
		team.Each(2, 1, func(lo, _ int) { done[lo] = true })
		if done != [2]bool{true, true} {
			t.Errorf("done: %v", done)
		}
	}
}

func TestClosed(t *testing.T) {
	team := NewTeam(2)
	team.Close()
	team.Close()
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "is closed") {
			t.Errorf("panics with %q", got)
		}
	}()
	team.Each(2, 1, func(int, int) {})
}

// TestMulAllocatesNothing repeats products of several shapes.
func TestMulAllocatesNothing(t *testing.T) {
	team := team(2, best())
	defer team.Close()
	m := func(rows, cols int) blas64.General {
		return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	}
	x, w, y, d := m(32, 200), m(100, 200), m(32, 100), m(32, 200)
	// It calls the function once before it counts.
	if n := testing.AllocsPerRun(20, func() {
		team.Mul(blas.NoTrans, blas.Trans, x, w, 0, y)
		team.Mul(blas.NoTrans, blas.NoTrans, y, w, 0, d)
		team.Mul(blas.Trans, blas.NoTrans, y, x, 0.8, w)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkEach shares out work that is none.
func BenchmarkEach(b *testing.B) {
	team := NewTeam(2)
	defer team.Close()
	f := func(int, int) {}
	for b.Loop() {
		team.Each(2, 1, f)
	}
}
