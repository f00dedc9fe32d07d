package plasticity

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/vec"
)

// awkward are the values that kernels get wrong first.
var awkward = []float64{
	0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat32, 1e-39, -1e-30,
	math.MaxFloat64, -math.MaxFloat64, math.MaxFloat32, math.Inf(1), math.Inf(-1), math.NaN(),
}

// draw returns a plausible value, or an awkward one with probability strange.
func draw(r *rand.Rand, strange float64) float64 {
	if r.Float64() < strange {
		return awkward[r.IntN(len(awkward))]
	}
	return r.NormFloat64()
}

// TestWeightKernels compares the kernels with the portable loops bit for bit, all
// NaNs being alike.
func TestWeightKernels(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no kernels")
	}
	r := rand.New(rand.NewPCG(11, 12))
	w := newWeights(block(t, 90, 192, 64, 192), -0.5, 1)
	values := w.block.Weights()
	rows, targets := make([]float64, w.block.Rows()), make([]float64, w.block.Hi-w.block.Lo)
	touched := 0
	for trial := range 3000 {
		strange := []float64{0, 0.01, 0.5}[trial%3]
		for _, x := range [][]float64{rows, targets} {
			for i := range x {
				x[i] = draw(r, strange)
			}
		}
		for i := range values {
			values[i] = float32(draw(r, strange))
		}
		before, scale := slices.Clone(values), draw(r, strange/10)
		var kernel []float32
		if trial%2 == 0 {
			in, slots := w.block.Incoming(uint32(w.block.Lo + r.IntN(len(targets))))
			if !w.addIncomingVector(in, slots, scale, rows) && len(in) > 0 {
				t.Fatal("no kernel")
			}
			kernel = slices.Clone(values)
			copy(values, before)
			w.addIncomingPortable(in, slots, scale, rows)
			touched += len(in)
		} else {
			from, to := w.block.Row(uint32(r.IntN(90)), r.IntN(len(w.block.Delays)))
			onto := w.block.Targets()[from:to]
			if !w.addOutgoingVector(values[from:to], onto, scale, targets) && from < to {
				t.Fatal("no kernel")
			}
			kernel = slices.Clone(values)
			copy(values, before)
			w.addOutgoingPortable(values[from:to], onto, scale, targets)
			touched += len(onto)
		}
		for i, v := range values {
			if math.Float32bits(v) != math.Float32bits(kernel[i]) && (v == v || kernel[i] == kernel[i]) {
				t.Fatalf("trial %d: weight %d is %v by the kernel, %v by the portable loop", trial, i, kernel[i], v)
			}
		}
	}
	if touched < 30_000 {
		t.Errorf("%d weights: little tested", touched)
	}
}

// TestLiftSkipsNothing compares lift with a loop over all targets, bit for bit,
// while their rates cross its bound again and again.
func TestLiftSkipsNothing(t *testing.T) {
	const least, eta, toHz = 2, 1e-3, 1000.0 / 500
	r := rand.New(rand.NewPCG(13, 14))
	w := newWeights(block(t, 90, 192, 64, 192), 0, 1)
	x := newTraces(w.block.Hi-w.block.Lo, 500, 0.1, 0)
	lifted, skipped := 0, 0
	for step := int64(0); step < 150_000; step += 1 + r.Int64N(20) {
		x.to(step)
		if step/40_000%2 == 0 { // about 6 Hz, and silence
			for i := range x.scaled {
				if r.Float64() < 0.006 {
					x.jump(i)
				}
			}
		}
		source, group := uint32(r.IntN(90)), r.IntN(len(w.block.Delays))
		from, to := w.block.Row(source, group)
		want := slices.Clone(w.block.Weights())
		hz := x.factor() * toHz
		for slot := from; slot < to; slot++ {
			i := int(w.block.Targets()[slot]) - w.block.Lo
			if short := least - x.scaled[i]*hz; short > 0 {
				want[slot] = min(want[slot]+float32(eta*short), 1)
				lifted++
			} else {
				skipped++
			}
		}
		w.lift(source, group, x, toHz, least, eta)
		if !slices.Equal(w.block.Weights(), want) {
			t.Fatalf("step %d: another row than by all targets", step)
		}
	}
	if lifted < 10_000 || skipped < 10_000 {
		t.Errorf("%d synapses lifted, %d not: one of them hardly tested", lifted, skipped)
	}
}
