package dendrite

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/vec"
)

// awkward are the values that vector code gets wrong first.
var awkward = []float32{
	0, float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, 1e-39, -1e-40, 1e-30,
	math.MaxFloat32, -math.MaxFloat32, 1e20,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
}

// fill draws plausible values from [low, high), and awkward ones now and then.
func fill(r *rand.Rand, x []float32, low, high, strange float64) {
	for i := range x {
		x[i] = float32(low + r.Float64()*(high-low))
		if r.Float64() < strange {
			x[i] = awkward[r.IntN(len(awkward))]
		}
	}
}

// same reports whether a and b have the same bits; NaNs are all alike.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func testSurround(n int) Surround {
	return Surround{RestMV: -70, RevExcMV: 0, RevInhMV: -80, TauExcMS: 5, TauInhMS: 10,
		InitialAdaptationMV: 0.1, Dt: 0.1, Length: n}
}

// TestPassiveKernel compares the vector kernel with the portable loop bit for
// bit, on plausible and on awkward states, over ranges with and without rest.
func TestPassiveKernel(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no vector kernels")
	}
	const n = 512
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		strange := []float64{0, 0.01, 0.5}[trial%3]
		a := NewPassive(Default(-57), testSurround(n))
		fill(r, a.V, -90, 20, strange)
		fill(r, a.W, -5, 5, strange)
		fill(r, a.GExc, 0, 2, strange)
		fill(r, a.GInh, 0, 2, strange)
		fill(r, a.Inject, -1, 1, strange)
		driving := make([]float32, n)
		fill(r, driving, -90, 20, strange)
		if trial%4 == 1 { // a mixture, not the conductance itself
			a.Exc = make([]float32, n)
			fill(r, a.Exc, 0, 2, strange)
		}
		b := &Passive{
			V: slices.Clone(a.V), W: slices.Clone(a.W), GExc: slices.Clone(a.GExc), GInh: slices.Clone(a.GInh),
			Inject: a.Inject, Exc: a.Exc, k: a.k,
		}
		if &a.Exc[0] == &a.GExc[0] {
			b.Exc = b.GExc
		}
		drivingA, drivingB := driving, driving
		if trial%4 == 2 { // the dendrite's own voltage drives
			drivingA, drivingB = a.V, b.V
		}
		lo, hi := 0, n
		if trial%2 == 1 {
			lo = 64 * r.IntN(4)
			hi = lo + r.IntN(n-lo)
		}
		for range 3 {
			a.Advance(lo, hi, drivingA)
			b.advancePortable(lo, hi, drivingB)
		}
		for name, x := range map[string][2][]float32{
			"V": {a.V, b.V}, "W": {a.W, b.W}, "GExc": {a.GExc, b.GExc}, "GInh": {a.GInh, b.GInh},
		} {
			for i := range x[0] {
				if !same(x[0][i], x[1][i]) {
					t.Fatalf("trial %d [%d, %d): %s[%d] = %v by vectors, %v by the portable loop",
						trial, lo, hi, name, i, x[0][i], x[1][i])
				}
			}
		}
	}
}

// TestActiveKernel does the same for dendrites with plateaus.
func TestActiveKernel(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no vector kernels")
	}
	const n = 512
	r := rand.New(rand.NewPCG(5, 6))
	for trial := range 200 {
		strange := []float64{0, 0.01, 0.5}[trial%3]
		a := NewActive(DefaultActive(), testSurround(n))
		if trial%5 == 0 { // all that the exponential takes, and more
			fill(r, a.V, -600, 560, strange)
		} else {
			fill(r, a.V, -90, 20, strange)
		}
		fill(r, a.W, -5, 5, strange)
		fill(r, a.GExc, 0, 2, strange)
		fill(r, a.GInh, 0, 2, strange)
		fill(r, a.Inject, -1, 1, strange)
		driving := make([]float32, n)
		fill(r, driving, -90, 20, strange)
		for i := range a.kicks {
			a.kicks[i] = int32(r.IntN(6)) - 1
		}
		b := &Active{
			Passive: &Passive{
				V: slices.Clone(a.V), W: slices.Clone(a.W), GExc: slices.Clone(a.GExc), GInh: slices.Clone(a.GInh),
				Inject: a.Inject, k: a.k,
			},
			Activation: slices.Clone(a.Activation), kicks: slices.Clone(a.kicks), a: a.a,
		}
		b.Exc = b.GExc
		drivingA, drivingB := driving, driving
		if trial%4 == 2 { // the dendrite's own voltage drives
			drivingA, drivingB = a.V, b.V
		}
		lo, hi := 0, n
		if trial%2 == 1 {
			lo = 64 * r.IntN(4)
			hi = lo + r.IntN(n-lo)
		}
		for range 3 {
			a.Advance(lo, hi, drivingA)
			b.advancePortable(lo, hi, drivingB)
		}
		for name, x := range map[string][2][]float32{
			"V": {a.V, b.V}, "W": {a.W, b.W}, "GExc": {a.GExc, b.GExc}, "GInh": {a.GInh, b.GInh},
			"Activation": {a.Activation, b.Activation},
		} {
			for i := range x[0] {
				if !same(x[0][i], x[1][i]) {
					t.Fatalf("trial %d [%d, %d): %s[%d] = %v by vectors, %v by the portable loop",
						trial, lo, hi, name, i, x[0][i], x[1][i])
				}
			}
		}
		if !slices.Equal(a.kicks, b.kicks) {
			t.Fatalf("trial %d [%d, %d): kicks %v by vectors, %v by the portable loop", trial, lo, hi, a.kicks, b.kicks)
		}
	}
}

func BenchmarkPassive(b *testing.B) {
	const n = 512
	for _, path := range []struct {
		name    string
		advance func(*Passive, int, int, []float32)
	}{{"vector", (*Passive).Advance}, {"portable", (*Passive).advancePortable}} {
		b.Run(path.name, func(b *testing.B) {
			d := NewPassive(Default(-57), testSurround(n))
			driving := slices.Clone(d.V)
			for b.Loop() {
				path.advance(d, 0, n, driving)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
		})
	}
}

func BenchmarkActive(b *testing.B) {
	const n = 512
	for _, path := range []struct {
		name    string
		advance func(*Active, int, int, []float32)
	}{{"vector", (*Active).Advance}, {"portable", (*Active).advancePortable}} {
		b.Run(path.name, func(b *testing.B) {
			d := NewActive(DefaultActive(), testSurround(n))
			driving := slices.Clone(d.V)
			for b.Loop() {
				path.advance(d, 0, n, driving)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
		})
	}
}
