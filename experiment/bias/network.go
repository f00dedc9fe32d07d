package bias

import (
	"context"

	"gonum.org/v1/gonum/blas"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
)

// drawScores is an object of rng.Weights; those below are of the weights.
const drawScores = 2

func matrix(rows, cols int) rate.Matrix {
	return rate.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// What networks are shown of a pixel.
const (
	pixelsStandardised = "standardised"
	pixelsUnit         = "unit"
)

// shownAs has networks be shown what the values say.
func shownAs(v *experiment.Values, d *images.Data) error {
	if v.String("pixels") == pixelsUnit {
		return d.Unscale()
	}
	return nil
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

// keepBoth computes the drives of all images, of as many units as w has; after is told for
// what part of them it is done.
func keepBoth(ctx context.Context, team *matmul.Team, w rate.Matrix, d *images.Data, after func(part float64)) (train, test *kept, err error) {
	first, all := float64(d.Train.Count), float64(d.Train.Count+d.Test.Count)
	if train, err = keep(ctx, team, w, d, &d.Train, func(n int) { after(float64(n) / all) }); err != nil {
		return nil, nil, err
	}
	test, err = keep(ctx, team, w, d, &d.Test, func(n int) { after((first + float64(n)) / all) })
	return train, test, err
}

// keep computes the drives of all images of a set; after is told of how many they are done.
func keep(ctx context.Context, team *matmul.Team, w rate.Matrix, d *images.Data, s *dataset.Set, after func(images int)) (*kept, error) {
	k := &kept{units: w.Rows, z: make([]float32, s.Count*w.Rows), labels: s.Labels}
	source := &shown{data: d, set: s, w: w, team: team, x: matrix(min(chunk, s.Count), w.Cols)}
	z, classes := matrix(source.x.Rows, w.Rows), make([]uint8, chunk)
	indices := make([]int, 0, chunk)
	for from := 0; from < s.Count; from += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
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
		after(from + z.Rows)
	}
	return k, nil
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
