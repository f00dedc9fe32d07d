package rate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/apical-sim/apical/internal/rng"
)

// ShallowWeights are the weights of a [Shallow] network: W, units × inputs, and V,
// outputs × units.
type ShallowWeights struct {
	W, V Matrix
}

// DrawShallow draws W uniformly between -boundW and boundW, and V likewise, by rng.Weights
// with the objects 2 network and 2 network + 1. Each unit has draws of its own, so that a
// narrow network is the first units of every wider one.
func DrawShallow(seed uint64, network uint32, units, inputs, outputs int, boundW, boundV float64) ShallowWeights {
	n := ShallowWeights{newMatrix(units, inputs), newMatrix(outputs, units)}
	w, v := rng.NewSource(seed, rng.Weights, 2*network), rng.NewSource(seed, rng.Weights, 2*network+1)
	for unit := range units {
		in, out := w.Stream(uint32(unit)), v.Stream(uint32(unit))
		for i := range inputs {
			n.W.Data[unit*inputs+i] = within(&in, boundW)
		}
		for k := range outputs {
			n.V.Data[k*units+unit] = within(&out, boundV)
		}
	}
	return n
}

// DrawUnits draws a number for each of so many units, uniform between -bound and bound, by
// rng.Weights with the object given: biases, or scores of gates. Each unit has draws of
// its own.
func DrawUnits(seed uint64, object uint32, units int, bound float64) []float64 {
	source := rng.NewSource(seed, rng.Weights, object)
	all := make([]float64, units)
	for unit := range all {
		stream := source.Stream(uint32(unit))
		all[unit] = within(&stream, bound)
	}
	return all
}

// within draws uniformly between -bound and bound.
func within(s *rng.Stream, bound float64) float64 {
	x := float64(s.Float64()) // a product of its own, to be rounded
	return bound * (float64(2*x) - 1)
}

// First is the network of the first units, which shares the memory.
func (n ShallowWeights) First(units int) ShallowWeights {
	n.W = first(n.W, units)
	n.V.Cols = units
	return n
}

// Clone copies the weights.
func (n ShallowWeights) Clone() ShallowWeights {
	c := ShallowWeights{newMatrix(n.W.Rows, n.W.Cols), newMatrix(n.V.Rows, n.V.Cols)}
	for i := range n.W.Rows {
		copy(c.W.Data[i*c.W.Stride:][:c.W.Cols], n.W.Data[i*n.W.Stride:])
	}
	for k := range n.V.Rows {
		copy(c.V.Data[k*c.V.Stride:][:c.V.Cols], n.V.Data[k*n.V.Stride:])
	}
	return c
}

// Hash is the SHA-256 of all bits of W and V, row by row, in hexadecimal.
func (n ShallowWeights) Hash() string {
	h := sha256.New()
	var word [8]byte
	for _, m := range []Matrix{n.W, n.V} {
		for i := range m.Rows {
			for _, x := range m.Data[i*m.Stride:][:m.Cols] {
				binary.LittleEndian.PutUint64(word[:], math.Float64bits(x))
				h.Write(word[:])
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
