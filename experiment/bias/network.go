package bias

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
	"gonum.org/v1/gonum/blas"

	"github.com/apical-sim/apical/experiment/images"
)

// Objects of rng.Weights; the entity is the unit.
const (
	drawW = iota
	drawV
	drawScores
)

// weights are W, units × inputs, and V, outputs × units. They are only read.
type weights struct {
	w, v rate.Matrix
}

// drawWeights draws both uniformly between -bound and bound. Each unit has draws of its
// own, so that a narrow network is the first units of every wider one.
func drawWeights(seed uint64, units, inputs, outputs int, bound float64) weights {
	all := weights{matrix(units, inputs), matrix(outputs, units)}
	w, v := rng.NewSource(seed, rng.Weights, drawW), rng.NewSource(seed, rng.Weights, drawV)
	for unit := range units {
		in, out := w.Stream(uint32(unit)), v.Stream(uint32(unit))
		for i := range inputs {
			all.w.Data[unit*inputs+i] = uniform(&in, bound)
		}
		for k := range outputs {
			all.v.Data[k*units+unit] = uniform(&out, bound)
		}
	}
	return all
}

func uniform(s *rng.Stream, bound float64) float64 {
	return bound * (float64(2*s.Float64()) - 1)
}

func matrix(rows, cols int) rate.Matrix {
	return rate.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// first is the network of the first units, which shares the memory.
func (n weights) first(units int) weights {
	n.w.Rows, n.w.Data = units, n.w.Data[:units*n.w.Stride]
	n.v.Cols = units
	return n
}

// clone copies the weights, to be changed.
func (n weights) clone() weights {
	c := weights{matrix(n.w.Rows, n.w.Cols), matrix(n.v.Rows, n.v.Cols)}
	copy(c.w.Data, n.w.Data)
	for k := range n.v.Rows {
		copy(c.v.Data[k*c.v.Stride:][:c.v.Cols], n.v.Data[k*n.v.Stride:])
	}
	return c
}

// hash is the SHA-256 of all bits of W and V.
func (n weights) hash() string {
	h := sha256.New()
	var word [8]byte
	for _, m := range []rate.Matrix{n.w, n.v} {
		for _, x := range m.Data {
			binary.LittleEndian.PutUint64(word[:], math.Float64bits(x))
			h.Write(word[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// examples drives the hidden units by examples: z = W x.
type examples interface {
	// drive fills rows of z, and the classes, for the examples of these indices.
	drive(indices []int, z rate.Matrix, classes []uint8)
	count() int
}

// kept are examples whose drives were computed once, since W is frozen. They are kept
// as float32, example by example, which changes them by 6e-8 of what they are.
type kept struct {
	units  int
	z      []float32
	labels []uint8
}

// chunk is how many examples are driven at once where no learning sets the number.
const chunk = 256

// keep computes the drives of all images of a set, of as many units as w has.
func keep(team *matmul.Team, w rate.Matrix, d *images.Data, s *dataset.Set) *kept {
	k := &kept{units: w.Rows, z: make([]float32, s.Count*w.Rows), labels: s.Labels}
	source := &shown{data: d, set: s, w: w, team: team, x: matrix(min(chunk, s.Count), w.Cols)}
	z, classes := matrix(source.x.Rows, w.Rows), make([]uint8, chunk)
	indices := make([]int, 0, chunk)
	for from := 0; from < s.Count; from += chunk {
		indices = indices[:0]
		for i := from; i < min(from+chunk, s.Count); i++ {
			indices = append(indices, i)
		}
		z.Rows = len(indices)
		source.drive(indices, z, classes)
		into := k.z[from*w.Rows:][:z.Rows*w.Rows]
		for i, v := range z.Data[:len(into)] {
			into[i] = float32(v)
		}
	}
	return k
}

func (k *kept) count() int { return len(k.labels) }

// drive gives the first units where z has fewer columns than there are.
func (k *kept) drive(indices []int, z rate.Matrix, classes []uint8) {
	for row, i := range indices {
		to := z.Data[row*z.Stride:][:z.Cols]
		for j, v := range k.z[i*k.units:][:len(to)] {
			to[j] = float64(v)
		}
		classes[row] = k.labels[i]
	}
}

// shown are examples that are driven anew whenever they are shown, since w changes.
type shown struct {
	data *images.Data
	set  *dataset.Set
	w    rate.Matrix
	team *matmul.Team
	x    rate.Matrix // room for a batch; afterwards the batch
}

func (s *shown) count() int { return s.set.Count }

func (s *shown) drive(indices []int, z rate.Matrix, classes []uint8) {
	s.x.Rows = len(indices)
	s.data.Fill(s.set, indices, s.x, classes)
	s.team.Mul(blas.NoTrans, blas.Trans, s.x, s.w, 0, z)
}
