package images

import (
	"errors"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/rate"
)

// Data is a data set as networks are shown it.
type Data struct {
	Name        string
	Train, Test dataset.Set
	// Moments are those of all training pixels by channel, rounded to three digits after
	// the point as programs quote them (0.131 and 0.308 of MNIST); networks are shown
	// (pixel/255 − mean)/sd.
	Moments []dataset.Moments

	scaling *dataset.Scaling
}

// Ready tells whether there is the data set that the values name.
func Ready(v *experiment.Values) error {
	_, err := find(v)
	return err
}

// Load reads the data set that the values name, and takes as many examples of it as
// they say. Its error is an *experiment.InputError.
func Load(v *experiment.Values) (*Data, error) {
	whole, err := find(v)
	if err != nil {
		return nil, err
	}
	d := &Data{Name: whole.Name, Moments: whole.Train.Moments()}
	for c := range d.Moments {
		m := &d.Moments[c]
		m.Mean, m.SD = math.Round(1000*m.Mean)/1000, math.Round(1000*m.SD)/1000
	}
	if d.scaling, err = dataset.NewScaling(d.Moments...); err != nil {
		return nil, experiment.Inputf("data: %v", err)
	}
	for _, part := range []struct {
		key  string
		of   *dataset.Set
		into *dataset.Set
	}{{"train_examples", &whole.Train, &d.Train}, {"test_examples", &whole.Test, &d.Test}} {
		n := v.Int(part.key)
		if n > part.of.Count {
			return nil, experiment.Inputf("%s: %d, %s has %d", part.key, n, whole.Name, part.of.Count)
		}
		if n == 0 {
			n = part.of.Count
		}
		*part.into = part.of.First(n)
	}
	if d.Train.Count == 0 || d.Test.Count == 0 {
		return nil, experiment.Inputf("data: %s has %d training and %d test examples, want some of each", whole.Name, d.Train.Count, d.Test.Count)
	}
	return d, nil
}

func find(v *experiment.Values) (*dataset.Data, error) {
	d, err := dataset.Load(v.String("data"))
	if err == nil {
		return d, nil
	}
	var input *dataset.InputError
	if errors.As(err, &input) {
		return nil, experiment.Inputf("data: %v", err)
	}
	return nil, err
}

// Shape is that of an image.
func (d *Data) Shape() rate.Shape {
	return rate.Shape{Channels: d.Train.Channels, Height: d.Train.Height, Width: d.Train.Width}
}

// fill sets rows of x and the classes to the examples of these indices.
func (d *Data) fill(s *dataset.Set, indices []int, x rate.Matrix, classes []uint8) {
	s.Fill(x, indices, d.scaling)
	for i, index := range indices {
		classes[i] = s.Labels[index]
	}
}

// FirstTests are the first n test examples, or all if there are fewer, as networks are
// shown them.
func (d *Data) FirstTests(n int) rate.Matrix {
	indices := make([]int, min(n, d.Test.Count))
	for i := range indices {
		indices[i] = i
	}
	units := d.Shape().Units()
	x := rate.Matrix{Rows: len(indices), Cols: units, Stride: units, Data: make([]float64, len(indices)*units)}
	d.Test.Fill(x, indices, d.scaling)
	return x
}
