package vec

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// arguments draws values over the range of Sigmoid64 and small ones, and adds the
// awkward ones.
func arguments(n int) []float64 {
	r := rand.New(rand.NewPCG(5, 6))
	x := []float64{
		0, math.Copysign(0, -1), 1, -1, 708, -708, math.Nextafter(708, 709), 1e300, -1e300, math.Inf(1), math.Inf(-1),
		math.NaN(), math.SmallestNonzeroFloat64, math.Ln2 / 2, -math.Ln2 / 2, math.MaxFloat64, -math.MaxFloat64,
	}
	for range n {
		x = append(x, (2*r.Float64()-1)*math.Pow(10, 9*r.Float64()-6))
	}
	return x
}

func TestSigmoid64(t *testing.T) {
	x := arguments(1 << 20)
	got, want := make([]float64, len(x)), make([]float64, len(x))
	Sigmoid64(got, x)
	sigmoid64Portable(want, x)
	for i, v := range x {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) && !math.IsNaN(v) {
			t.Fatalf("sigmoid of %v is %v by vectors, %v by the portable loop", v, got[i], want[i])
		}
		if math.IsNaN(v) != math.IsNaN(got[i]) || got[i] <= 0 || got[i] > 1 {
			t.Fatalf("sigmoid of %v is %v", v, got[i])
		}
	}
	copy(got, x)
	Sigmoid64(got, got)
	for i := range x {
		if got[i] != want[i] && !math.IsNaN(want[i]) {
			t.Fatalf("sigmoid of %v in place is %v, want %v", x[i], got[i], want[i])
		}
	}
}

// TestSigmoid64Error compares with 1/(1+e^−x) to 200 bits.
func TestSigmoid64Error(t *testing.T) {
	one := new(big.Float).SetPrec(200).SetInt64(1)
	worst, at := 0.0, 0.0
	for _, x := range arguments(20000) {
		if !(math.Abs(x) <= expReach64) {
			continue
		}
		got := []float64{x}
		Sigmoid64(got, got)
		exact := new(big.Float).SetPrec(200).Quo(one, new(big.Float).Add(one, bigExp(-x)))
		nearest, _ := exact.Float64()
		unit := math.Nextafter(nearest, 2) - nearest
		off, _ := new(big.Float).Sub(exact, new(big.Float).SetPrec(200).SetFloat64(got[0])).Float64()
		if e := math.Abs(off) / unit; e > worst {
			worst, at = e, x
		}
	}
	t.Logf("at most %.3f units in the last place, at %v", worst, at)
	// Just below 1/2, where a unit is half of what it is above: half a unit of e^−x, and
	// half of one of 1+e^−x, which is twice as large, make 1.5 of the quotient; the errors
	// of the series and of the division come on top.
	if worst > 2.5 {
		t.Errorf("error of %v units in the last place at %v, want below 2.5", worst, at)
	}
}

// bigExp returns e^x: the Taylor series of e^(x/2^20), squared 20 times.
func bigExp(x float64) *big.Float {
	const halvings, precision = 20, 300
	r := new(big.Float).SetPrec(precision).SetFloat64(x)
	r.SetMantExp(r, -halvings)
	sum, term := new(big.Float).SetPrec(precision).SetInt64(1), new(big.Float).SetPrec(precision).SetInt64(1)
	for k := int64(1); k < 30; k++ { // 0.0007³⁰/30! is below 1e-127
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetPrec(precision).SetInt64(k))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestMomentum(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 5, 8, 1001} {
		w, v, want := arguments(n)[:n], arguments(2 * n)[n:2*n], make([]float64, n)
		for i := range want {
			want[i] = float64((1-1e-6)*w[i]) + v[i]
		}
		Momentum(w, v, 1e-6)
		for i, x := range want {
			if math.Float64bits(w[i]) != math.Float64bits(x) && !math.IsNaN(x) {
				t.Fatalf("%d values: value %d is %v, want %v", n, i, w[i], x)
			}
		}
	}
}

func BenchmarkSigmoid64(b *testing.B) {
	x, y := arguments(1<<12), make([]float64, 1<<13)
	for b.Loop() {
		Sigmoid64(y, x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/value")
}
