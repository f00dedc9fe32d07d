package neuron

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/vec"
)

// blocked is a model with both ways to advance blocks.
type blocked interface {
	Population
	advanceBlocks(start int, spiked []uint64)
	advanceBlockPortable(start int) uint64
}

// portably is advanceBlocks without vectors.
func portably(p blocked, start int, spiked []uint64) {
	for b := range spiked {
		spiked[b] = p.advanceBlockPortable(start + b*Block)
	}
}

// pointModels are the point neurons in all variants that have a kernel.
func pointModels() map[string]Params {
	trueExp := DefaultSOM()
	trueExp.TrueExponential, trueExp.HoldAtReset = true, true
	return map[string]Params{
		"adex PV": DefaultPV(), "adex SOM": DefaultSOM(), "adex true exponential": trueExp,
		"lif_cond": VogelsAbbottLIFCond(), "lif_cond NMDA": DefaultLIFCond(),
		"lif_exp": DefaultLIFCurrent(), "lif_exp delta": BrunelLIFCurrent(),
	}
}

// state returns everything that a step reads or writes.
func state(p blocked) (floats [][]float32, left []int32) {
	switch m := p.(type) {
	case *adex:
		return [][]float32{m.v, m.w, m.gExc, m.gInh, m.inject}, m.left
	case *lifCond:
		return [][]float32{m.v, m.offset, m.gExc, m.gInh, m.inject, m.gNMDA}, m.left
	case *lifCurrent:
		return [][]float32{m.v, m.gExc, m.gInh, m.inject, m.jumps}, m.left
	}
	panic("unknown model")
}

// TestPointKernels compares the vector kernels with the portable loops bit for
// bit, on plausible and on awkward states.
func TestPointKernels(t *testing.T) {
	if !vec.Enabled() {
		t.Skip("no vector kernels")
	}
	for name, params := range pointModels() {
		t.Run(name, func(t *testing.T) {
			const n = 4 * Block
			r := rand.New(rand.NewPCG(7, 8))
			env := Env{Size: n, Dt: 0.1, Seed: 1}
			spikes := 0
			for trial := range 150 {
				strange := []float64{0, 0.01, 0.5}[trial%3]
				a, b := params.New(env).(blocked), params.New(env).(blocked)
				floatsA, leftA := state(a)
				floatsB, leftB := state(b)
				for j, x := range floatsA {
					switch j {
					case 0:
						fillAwkward(r, x, -90, 25, strange)
					case 1:
						fillAwkward(r, x, -1, 5, strange)
					default:
						fillAwkward(r, x, -0.2, 2, strange)
					}
					copy(floatsB[j], x)
				}
				for i := range leftA {
					leftA[i] = int32(r.IntN(5)) - 1
				}
				copy(leftB, leftA)
				first := r.IntN(n / Block)
				start, count := Block*first, 1+r.IntN(n/Block-first)
				maskA, maskB := make([]uint64, count), make([]uint64, count)
				for step := range 4 {
					a.advanceBlocks(start, maskA)
					portably(b, start, maskB)
					if !slices.Equal(maskA, maskB) {
						t.Fatalf("trial %d, step %d: mask %x by vectors, %x by the portable loop", trial, step, maskA, maskB)
					}
					for _, mask := range maskA {
						if mask != 0 {
							spikes++
						}
					}
					for j := range floatsA {
						if i := firstDifference(floatsA[j], floatsB[j]); i >= 0 {
							t.Fatalf("trial %d, step %d: variable %d of neuron %d is %v by vectors, %v by the portable loop",
								trial, step, j, i, floatsA[j][i], floatsB[j][i])
						}
					}
					if !slices.Equal(leftA, leftB) {
						t.Fatalf("trial %d, step %d: refractory for %v by vectors, %v by the portable loop", trial, step, leftA, leftB)
					}
				}
			}
			if spikes == 0 {
				t.Error("no spikes: nothing tested")
			}
		})
	}
}

func BenchmarkPoint(b *testing.B) {
	const n = 512
	for name, params := range pointModels() {
		for _, path := range []struct {
			name    string
			advance func(blocked, int, []uint64)
		}{{"vector", blocked.advanceBlocks}, {"portable", portably}} {
			b.Run(fmt.Sprintf("%s/%s", name, path.name), func(b *testing.B) {
				p := params.New(Env{Size: n, Dt: 0.1, Seed: 1}).(blocked)
				spiked := make([]uint64, n/Block)
				for b.Loop() {
					path.advance(p, 0, spiked)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
			})
		}
	}
}
