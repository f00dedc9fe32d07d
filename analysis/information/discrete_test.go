package information

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// confused draws n symbols of m, each received as sent with a probability of 1−q,
// else as any of the m.
func confused(seed uint64, n int, m uint32, q float64) (a, b []int) {
	stream := rng.NewSource(seed, rng.Protocol, 0).Stream(0)
	for range n {
		x := stream.Below(m)
		y := x
		if stream.Float64() < q {
			y = stream.Below(m)
		}
		a, b = append(a, int(x)), append(b, int(y)-3)
	}
	return a, b
}

// The channel has log₂ m − H(p) bits, p the received symbols of one sent.
func capacity(m uint32, q float64) float64 {
	right, wrong := 1-q+q/float64(m), q/float64(m)
	bits := math.Log2(float64(m)) + right*math.Log2(right)
	if wrong > 0 {
		bits += float64(m-1) * wrong * math.Log2(wrong)
	}
	return bits
}

func TestDiscreteClosedForms(t *testing.T) {
	for _, q := range []float64{0, 0.3, 1} {
		a, b := confused(1, 200_000, 4, q)
		d := must[Discrete](t)(Counted(a, b))
		for name, v := range map[string]float64{"plug-in": d.Plugin, "Miller-Madow": d.MillerMadow, "quadratic": d.Quadratic} {
			within(t, name, v, capacity(4, q), 0.01)
		}
	}
}

// With few pairs the plug-in estimate is too great; the corrections take most of
// that away.
func TestDiscreteBias(t *testing.T) {
	for _, q := range []float64{0.5, 1} {
		var plugin, miller, quadratic float64
		const runs = 400
		for run := range runs {
			a, b := confused(uint64(run), 120, 4, q)
			d := must[Discrete](t)(Counted(a, b))
			plugin += d.Plugin / runs
			miller += d.MillerMadow / runs
			quadratic += d.Quadratic / runs
		}
		want := capacity(4, q)
		if plugin < want+0.03 {
			t.Errorf("plug-in: %v, want above %v by the bias of 9/(2·120 ln 2) = 0.054", plugin, want)
		}
		within(t, "Miller-Madow", miller, want, 0.015)
		within(t, "quadratic", quadratic, want, 0.015)
	}
}

func TestDiscreteIsSymmetric(t *testing.T) {
	a, b := confused(3, 500, 5, 0.4)
	x, y := must[Discrete](t)(Counted(a, b)), must[Discrete](t)(Counted(b, a))
	within(t, "plug-in", x.Plugin, y.Plugin, 1e-12)
	within(t, "Miller-Madow", x.MillerMadow, y.MillerMadow, 1e-12)
	wantError(t, second(Counted(a, b[1:])), "500 and 499, want as many of both, at least 8")
	wantError(t, second(Counted(a[:7], b[:7])), "7 and 7")
}
