package plasticity

import (
	"math"
	"testing"
	"unsafe"

	"github.com/apical-sim/apical/internal/rng"
)

// TestTracesEqualDecayByStep compares traces with ones that decay in every step,
// over many moves of the base: 1.2e6 steps of τ = 20 ms are 6000 τ. Either way
// rounds at 1e-16 a jump, and the naive one a step.
func TestTracesEqualDecayByStep(t *testing.T) {
	for _, tau := range []float64{0.05, 20, 30_000} {
		s := rng.NewSource(3, rng.Protocol, 0).Stream(uint32(tau))
		x, naive, f := newTraces(2, tau, dt, 3), [2]float64{3, 3}, math.Exp(-dt/tau)
		for step := range int64(1_200_000) {
			if step > 0 {
				naive[0] *= f
				naive[1] *= f
			}
			x.to(step)
			if u := s.Uint32(); u < 1<<24 {
				i := int(u & 1)
				if d := math.Abs(x.at(i) - naive[i]); !(d <= 1e-10*math.Max(1, naive[i])) {
					t.Fatalf("τ %v, step %d: trace %v, want %v", tau, step, x.at(i), naive[i])
				}
				if later, want := x.later(step+100, i), x.at(i)*math.Exp(-100*dt/tau); math.Abs(later-want) > 1e-12*math.Max(1, want) {
					t.Fatalf("τ %v, step %d: trace %v 100 steps later, want %v", tau, step, later, want)
				}
				nearest := u&2 > 0
				x.mark(i, nearest)
				naive[i]++
				if nearest {
					naive[i] = 1
				}
			}
		}
	}
}

// TestTracesMoveAtFixedSteps wants the same bits from traces that are looked at
// in every step, seldom, or only after a gap.
func TestTracesMoveAtFixedSteps(t *testing.T) {
	a, b := newTraces(1, 20, dt, 1), newTraces(1, 20, dt, 1)
	for step := range int64(100_000) {
		a.to(step)
		a.at(0)
		if step%7919 == 0 || step == 99_999 {
			b.to(step)
			if a.at(0) != b.at(0) {
				t.Fatalf("step %d: %v and %v", step, a.at(0), b.at(0))
			}
			a.jump(0)
			b.jump(0)
		}
	}
}

// TestTracesFillLines: workers write to their own traces in every step, and Go
// gives objects of 128 bytes lines of their own.
func TestTracesFillLines(t *testing.T) {
	if size := unsafe.Sizeof(traces{}); size != 128 && unsafe.Sizeof(uintptr(0)) == 8 {
		t.Errorf("traces takes %d bytes, want 128", size)
	}
}
