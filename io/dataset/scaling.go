package dataset

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
)

// Scaling makes inputs of pixels, (x/255 − Mean)/SD, by a table for each channel.
type Scaling struct {
	tables [][256]float64
}

// NewScaling returns the scaling with the moments of each channel, or with one for all
// channels. Moments{0, 1} leave x/255, from 0 to 1. A channel whose SD is not above 0,
// which all pixels of one value have, is an error.
func NewScaling(channels ...Moments) (*Scaling, error) {
	s := &Scaling{tables: make([][256]float64, len(channels))}
	for c, m := range channels {
		if !(m.SD > 0) {
			return nil, fmt.Errorf("dataset: channel %d has a standard deviation of %g, want pixels that differ", c, m.SD)
		}
		for x := range s.tables[c] {
			s.tables[c][x] = (float64(x)/255 - m.Mean) / m.SD
		}
	}
	return s, nil
}

// Fill writes the images with the given indices into the first rows of dst, scaled, one
// row an image. It allocates nothing. dst has Pixels columns, at least a row for each
// index, and the scaling one channel or as many as the set; Fill panics otherwise.
func (s *Set) Fill(dst blas64.General, indices []int, scaling *Scaling) {
	n := s.Pixels()
	if dst.Cols != n || dst.Rows < len(indices) {
		panic(fmt.Sprintf("dataset: %d images of %d pixels into a %d × %d matrix", len(indices), n, dst.Rows, dst.Cols))
	}
	tables := scaling.tables
	if len(tables) != 1 && len(tables) != s.Channels {
		panic(fmt.Sprintf("dataset: a scaling of %d channels for images of %d", len(tables), s.Channels))
	}
	plane := n / len(tables)
	for row, i := range indices {
		image := s.Images[i*n : (i+1)*n]
		values := dst.Data[row*dst.Stride : row*dst.Stride+n]
		for c := range tables {
			look(values[c*plane:(c+1)*plane], image[c*plane:(c+1)*plane], &tables[c])
		}
	}
}

// look sets each value to what the table has for its pixel.
func look(values []float64, pixels []uint8, table *[256]float64) {
	values = values[:len(pixels)]
	for i, x := range pixels {
		values[i] = table[x]
	}
}
