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
func Ready(v *experiment.Values) error { return ReadyAs("data", v.String("data")) }

// ReadyAs is Ready of another data set than the values name, of which the parameter key
// speaks.
func ReadyAs(key, name string) error {
	_, err := find(key, name)
	return err
}

// Load reads the data set that the values name, and takes as many examples of it as
// they say. Its error is an *experiment.InputError.
func Load(v *experiment.Values) (*Data, error) {
	return LoadAs(v, "data", v.String("data"))
}

// LoadAs is Load of another data set than the values name, of which the parameter key
// speaks.
func LoadAs(v *experiment.Values, key, name string) (*Data, error) {
	whole, err := find(key, name)
	if err != nil {
		return nil, err
	}
	d := &Data{Name: whole.Name}
	if err := d.scale(&whole.Train); err != nil {
		return nil, experiment.Inputf("%s: %v", key, err)
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
		return nil, experiment.Inputf("%s: %s has %d training and %d test examples, want some of each", key, whole.Name, d.Train.Count, d.Test.Count)
	}
	return d, nil
}

// NewData is what networks are shown of images that are made, such as those of a data set
// upside down; standardised by the training images given.
func NewData(name string, train, test dataset.Set) (*Data, error) {
	d := &Data{Name: name, Train: train, Test: test}
	return d, d.scale(&train)
}

// scale takes the moments from training images.
func (d *Data) scale(train *dataset.Set) (err error) {
	d.Moments = train.Moments()
	for c := range d.Moments {
		m := &d.Moments[c]
		m.Mean, m.SD = math.Round(1000*m.Mean)/1000, math.Round(1000*m.SD)/1000
	}
	d.scaling, err = dataset.NewScaling(d.Moments...)
	return err
}

// Unscale has networks be shown pixel/255, from 0 to 1, instead of standardised pixels.
func (d *Data) Unscale() (err error) {
	d.scaling, err = dataset.NewScaling(dataset.Moments{Mean: 0, SD: 1})
	return err
}

func find(key, name string) (*dataset.Data, error) {
	d, err := dataset.Load(name)
	if err == nil {
		return d, nil
	}
	var input *dataset.InputError
	if errors.As(err, &input) {
		return nil, experiment.Inputf("%s: %v", key, err)
	}
	return nil, err
}

// Shape is that of an image.
func (d *Data) Shape() rate.Shape {
	return rate.Shape{Channels: d.Train.Channels, Height: d.Train.Height, Width: d.Train.Width}
}

// Fill sets rows of x and the classes to the examples of s, the training or the test
// images, of these indices. It allocates nothing.
func (d *Data) Fill(s *dataset.Set, indices []int, x rate.Matrix, classes []uint8) {
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
