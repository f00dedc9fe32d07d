package vec

import (
	"math"
	"slices"
	"testing"
)

// TestClearTiny tries every 1021st float32 of each sign, NaN and infinities
// among them, both ways.
func TestClearTiny(t *testing.T) {
	var all []float32
	for bits := uint64(0); bits < 1<<32; bits += 1021 {
		all = append(all, math.Float32frombits(uint32(bits)))
	}
	for _, edge := range []float32{Tiny, math.MaxFloat32, float32(math.Inf(1)), float32(math.NaN()), math.SmallestNonzeroFloat32, 0} {
		for _, v := range []float32{edge, -edge} {
			all = append(all, v, math.Nextafter32(v, 0), math.Nextafter32(v, float32(math.Inf(1))))
		}
	}
	all = all[:len(all)/Lanes*Lanes]
	vectors, portable := slices.Clone(all), slices.Clone(all)
	ClearTiny(vectors)
	clearTinyPortable(portable)
	for i, v := range all {
		want := math.Float32bits(v)
		if math.Abs(float64(v)) < float64(float32(Tiny)) {
			want = 0
		}
		if got := math.Float32bits(vectors[i]); got != want {
			t.Fatalf("%v becomes %v by vectors", v, vectors[i])
		}
		if got := math.Float32bits(portable[i]); got != want {
			t.Fatalf("%v becomes %v by the portable loop", v, portable[i])
		}
	}
}
