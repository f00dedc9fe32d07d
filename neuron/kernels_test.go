package neuron

import (
	"fmt"
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

// fillAwkward draws plausible values from [low, high), and awkward ones with
// probability strange.
func fillAwkward(r *rand.Rand, x []float32, low, high, strange float64) {
	for i := range x {
		x[i] = float32(low + r.Float64()*(high-low))
		if r.Float64() < strange {
			x[i] = awkward[r.IntN(len(awkward))]
		}
	}
}

// firstDifference returns the first index at which a and b differ in their
// bits, all NaNs being alike, or −1.
func firstDifference(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) && (a[i] == a[i] || b[i] == b[i]) {
			return i
		}
	}
	return -1
}

// cloneSoma copies what advanceSoma changes.
func cloneSoma(p *pyramid) *pyramid {
	c := *p
	c.v, c.w, c.theta = slices.Clone(p.v), slices.Clone(p.w), slices.Clone(p.theta)
	c.gExc, c.gInh = slices.Clone(p.gExc), slices.Clone(p.gInh)
	if &p.exc[0] == &p.gExc[0] {
		c.exc = c.gExc
	}
	return &c
}

// TestSomaKernel compares the vector kernels with the portable loop bit for
// bit, on plausible and on awkward states.
func TestSomaKernel(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no vector kernels")
	}
	const n = 512
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 200 {
		strange := []float64{0, 0.01, 0.5}[trial%3]
		a := &DefaultBurstPoisson().New(Env{Size: n, Dt: 0.1, Seed: 1}).(*burstPoisson).pyramid
		a.k.plateau = 0.351 // dt G_s/C_s for 1300 pA and 370 pF
		fillAwkward(r, a.v, -90, -40, strange)
		fillAwkward(r, a.w, 0, 3, strange)
		fillAwkward(r, a.theta, -55, -45, strange)
		fillAwkward(r, a.gExc, 0, 2, strange)
		fillAwkward(r, a.gInh, 0, 2, strange)
		fillAwkward(r, a.inject, -1, 1, strange)
		if trial%4 < 2 { // a mixture, not the conductance itself
			a.exc = make([]float32, n)
			fillAwkward(r, a.exc, 0, 2, strange)
		}
		var activation []float32
		if trial%2 == 1 {
			activation = make([]float32, n)
			fillAwkward(r, activation, 0, 1, strange)
		}
		b := cloneSoma(a)
		lo := Block * r.IntN(n/Block)
		aboveA := make([]uint64, 1+r.IntN((n-lo)/Block))
		aboveB := make([]uint64, len(aboveA))
		for range 3 {
			a.advanceSoma(lo, aboveA, activation)
			b.advanceSomaPortable(lo, aboveB, activation)
		}
		for name, x := range map[string][2][]float32{
			"v": {a.v, b.v}, "w": {a.w, b.w}, "theta": {a.theta, b.theta},
			"gExc": {a.gExc, b.gExc}, "gInh": {a.gInh, b.gInh},
		} {
			if i := firstDifference(x[0], x[1]); i >= 0 {
				t.Fatalf("trial %d, %d blocks from %d: %s[%d] = %v by vectors, %v by the portable loop",
					trial, len(aboveA), lo, name, i, x[0][i], x[1][i])
			}
		}
		if !slices.Equal(aboveA, aboveB) {
			t.Fatalf("trial %d, %d blocks from %d: above\n%x by vectors,\n%x by the portable loop",
				trial, len(aboveA), lo, aboveA, aboveB)
		}
	}
}

// TestNMDAKernel does the same for the mixture of conductances.
func TestNMDAKernel(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no vector kernels")
	}
	const n = 512
	r := rand.New(rand.NewPCG(9, 10))
	kinetics := DefaultKinetics()
	kinetics.NMDAFraction = 0.3
	for trial := range 200 {
		strange := []float64{0, 0.01, 0.5}[trial%3]
		a := newNMDA(kinetics, Env{Size: n, Dt: 0.1})
		gSoma, gDendrite := make([]float32, n), make([]float32, n)
		for _, x := range [][]float32{a.g, gSoma, gDendrite} {
			fillAwkward(r, x, 0, 2, strange)
		}
		b := *a
		b.g, b.soma, b.dendrite = slices.Clone(a.g), slices.Clone(a.soma), slices.Clone(a.dendrite)
		lo := Block * r.IntN(n/Block)
		hi := lo + Block*(1+r.IntN((n-lo)/Block))
		for range 3 {
			a.mix(lo, hi, gSoma, gDendrite)
			b.mixPortable(lo, hi, gSoma, gDendrite)
		}
		for name, x := range map[string][2][]float32{
			"g": {a.g, b.g}, "soma": {a.soma, b.soma}, "dendrite": {a.dendrite, b.dendrite},
		} {
			if i := firstDifference(x[0], x[1]); i >= 0 {
				t.Fatalf("trial %d [%d, %d): %s[%d] = %v by vectors, %v by the portable loop",
					trial, lo, hi, name, i, x[0][i], x[1][i])
			}
		}
	}
}

func BenchmarkSoma(b *testing.B) {
	const n = 512
	for _, path := range []struct {
		name    string
		advance func(*pyramid, int, []uint64, []float32)
	}{{"vector", (*pyramid).advanceSoma}, {"portable", (*pyramid).advanceSomaPortable}} {
		for _, plateau := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/plateau=%t", path.name, plateau), func(b *testing.B) {
				p := &DefaultBurstPoisson().New(Env{Size: n, Dt: 0.1, Seed: 1}).(*burstPoisson).pyramid
				var activation []float32
				if plateau {
					activation = make([]float32, n)
				}
				above := make([]uint64, n/Block)
				for b.Loop() {
					path.advance(p, 0, above, activation)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
			})
		}
	}
}

// BenchmarkScalarAfterKernel measures plain Go arithmetic that follows a vector
// kernel: it slows down severalfold if the kernel forgets VZEROUPPER on a
// processor that minds.
func BenchmarkScalarAfterKernel(b *testing.B) {
	for _, kernel := range []bool{false, true} {
		b.Run(fmt.Sprintf("kernel=%t", kernel), func(b *testing.B) {
			p := &DefaultBurstPoisson().New(Env{Size: Block, Dt: 0.1, Seed: 1}).(*burstPoisson).pyramid
			x, above := 1.0, make([]uint64, 1)
			for b.Loop() {
				if kernel {
					p.advanceSoma(0, above, nil)
				}
				for range 1000 {
					x = math.Sqrt(x + 1)
				}
			}
			if x < 0 {
				b.Fatal(x)
			}
		})
	}
}
