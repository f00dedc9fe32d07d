package vec

import (
	"math"
	"testing"
)

// ulps is the distance of got from want in units in the last place of a normal
// float32 near want.
func ulps(got float32, want float64) float64 {
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, exponent-24)
}

// TestExpError sweeps [−87, 88] in steps of 2⁻¹⁶ (11.5 million arguments).
// The bound is what Exp promises; the worst that occurs is 0.98.
func TestExpError(t *testing.T) {
	step := 0x1p-16
	if testing.Short() {
		step = 0x1p-10
	}
	worst, at := 0.0, 0.0
	for x := float64(expLow); x <= expHigh; x += step {
		x32 := float32(x)
		if e := ulps(Exp(x32), math.Exp(float64(x32))); e > worst {
			worst, at = e, x
		}
	}
	t.Logf("worst error %.3f ulp at %v", worst, at)
	if worst > 2 {
		t.Errorf("error %.3f ulp at %v, want at most 2", worst, at)
	}
}

func TestExpLimits(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct{ x, want float32 }{
		{0, 1}, {float32(math.Copysign(0, -1)), 1},
		{inf, Exp(expHigh)}, {100, Exp(expHigh)}, {-inf, Exp(expLow)}, {-1e30, Exp(expLow)},
		{math.SmallestNonzeroFloat32, 1},
	} {
		if got := Exp(c.x); got != c.want {
			t.Errorf("Exp(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	nan := float32(math.NaN())
	if got := Exp(nan); got == got {
		t.Errorf("Exp(NaN) = %v", got)
	}
	if got := Exp(expLow); got < 0x1p-126 {
		t.Errorf("Exp(%v) = %v is not normal", expLow, got)
	}
}

// TestSigmoidError allows the error of Exp, of the sum and of the quotient:
// below 4 units in the last place as long as the result is normal.
func TestSigmoidError(t *testing.T) {
	for x := -86.0; x <= 86; x += 0x1p-10 {
		want := 1 / (1 + math.Exp(-x))
		if e := ulps(Sigmoid(float32(x)), want); e > 4 {
			t.Fatalf("Sigmoid(%v): error %.2f ulp", x, e)
		}
	}
	inf := float32(math.Inf(1))
	if got := Sigmoid(inf); got != 1 {
		t.Errorf("Sigmoid(+Inf) = %v, want 1", got)
	}
	if got := Sigmoid(-inf); !(got > 0 && got < 1e-37) {
		t.Errorf("Sigmoid(−Inf) = %v, want a tiny positive number", got)
	}
	nan := float32(math.NaN())
	if got := Sigmoid(nan); got == got {
		t.Errorf("Sigmoid(NaN) = %v", got)
	}
}

func BenchmarkExp(b *testing.B) {
	x := float32(0.3)
	for b.Loop() {
		x = Exp(x) * 0.25
	}
}
