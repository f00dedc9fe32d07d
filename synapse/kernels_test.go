package synapse

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDeliverKernels demands the bits of the portable loop, with rows of all
// lengths, several at once onto one target, empty ones at either end, and
// several delays.
func TestDeliverKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const sources, targets = 90, 300
	for _, weight := range []Distribution{Constant(0.3), Normal(0.3, 0.1)} {
		for _, delay := range []Distribution{Constant(1), Uniform(0.1, 0.5)} {
			for _, in := range []int{0, 1, 3, 40, 89} {
				p := Projection{Wiring: FixedInDegree{K: in, Multapses: in == 40}, Weight: weight, DelayMS: delay}
				for lo := 0; lo < targets; lo += 100 {
					b, err := Build(p, Geometry{Sources: sources, Targets: targets}, lo, lo+100, BuildOptions{Seed: 1, Dt: 0.1})
					if err != nil {
						t.Fatal(err)
					}
					for range 20 {
						var list []uint32
						var factor []float32
						share := r.Float64()
						for s := range uint32(sources) {
							if r.Float64() < share {
								list = append(list, s)
								factor = append(factor, r.Float32())
							}
						}
						if r.IntN(2) == 0 {
							factor = nil
						}
						group := r.IntN(len(b.Delays))
						want, got := make([]float32, targets), make([]float32, targets)
						for i := range want {
							want[i] = r.Float32()
						}
						copy(got, want)
						b.deliverNearPortable(group, list, factor, want[lo:lo+100])
						b.Deliver(group, list, factor, got)
						if !slices.Equal(got, want) {
							t.Fatalf("%d sources of %d synapses: the kernel gives %v, want %v", len(list), in, got, want)
						}
					}
				}
			}
		}
	}
}

// TestTargetsOfBothWidths compares the narrow targets with the wide ones that a
// rule gets.
func TestTargetsOfBothWidths(t *testing.T) {
	p := Projection{Wiring: FixedProbability{P: 0.1}, Weight: Constant(1), DelayMS: Uniform(0.1, 1)}
	g := Geometry{Sources: 200, Targets: 500}
	narrow, err := Build(p, g, 128, 320, BuildOptions{Seed: 1, Dt: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	wide, err := Build(p, g, 128, 320, BuildOptions{Seed: 1, Dt: 0.1, Plastic: true, Incoming: true})
	if err != nil {
		t.Fatal(err)
	}
	if narrow.near == nil || wide.near != nil {
		t.Fatal("not of two widths")
	}
	if !slices.Equal(narrow.Targets(), wide.Targets()) || narrow.Count() != wide.Count() {
		t.Error("other targets")
	}
}
