// Package datasettest generates data sets to test with: small ones of classes that can be
// learned, the same for the same seed, in memory and as the files that package dataset
// reads.
package datasettest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/newfile"
	"github.com/klauspost/compress/gzip"
	"gonum.org/v1/gonum/stat/distuv"
)

// Options describe a data set. Each class has a prototype, of squares of ink two pixels
// wide; an image is the prototype of its class with noise. Zero values are the defaults.
type Options struct {
	Seed        uint64
	Train, Test int // images; 200 and 100
	Classes     int // 2 to 256; 10
	// Channels, Height and Width are the shape of an image; 1, 14, 14.
	Channels, Height, Width int
	// Noise is the standard deviation that is added to each pixel, of which ink has 200
	// and background 30; 40. What leaves 0 to 255 is cut off.
	Noise float64
}

// CIFAR returns options with the shape of CIFAR-10.
func CIFAR(train, test int) Options {
	return Options{Train: train, Test: test, Channels: 3, Height: 32, Width: 32}
}

func (o Options) withDefaults() Options {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&o.Train, 200)
	set(&o.Test, 100)
	set(&o.Classes, 10)
	set(&o.Channels, 1)
	set(&o.Height, 14)
	set(&o.Width, 14)
	if o.Noise == 0 {
		o.Noise = 40
	}
	return o
}

// What is drawn, as the objects of a source of randomness.
const (
	drawPrototypes = iota
	drawTrain
	drawTest
)

// Pixels of prototypes.
const (
	background = 30
	ink        = 200
	inkShare   = 0.3
)

// Generate returns a data set without files. Image i is of class i modulo Classes.
func Generate(o Options) *dataset.Data {
	o = o.withDefaults()
	prototypes := make([][]float64, o.Classes)
	for class := range prototypes {
		prototypes[class] = o.prototype(class)
	}
	return &dataset.Data{
		Name:  "generated",
		Train: o.images(o.Train, drawTrain, prototypes),
		Test:  o.images(o.Test, drawTest, prototypes),
	}
}

// prototype is the image of a class without noise.
func (o Options) prototype(class int) []float64 {
	stream := rng.NewSource(o.Seed, rng.Protocol, drawPrototypes).Stream(uint32(class))
	rows, columns := (o.Height+1)/2, (o.Width+1)/2
	squares := make([]float64, o.Channels*rows*columns)
	for i := range squares {
		squares[i] = background
		if rng.Unit(stream.Uint32()) < inkShare {
			squares[i] = ink
		}
	}
	pixels := make([]float64, 0, o.Channels*o.Height*o.Width)
	for c := range o.Channels {
		for y := range o.Height {
			for x := range o.Width {
				pixels = append(pixels, squares[(c*rows+y/2)*columns+x/2])
			}
		}
	}
	return pixels
}

func (o Options) images(count int, draw uint32, prototypes [][]float64) dataset.Set {
	s := dataset.Set{Count: count, Channels: o.Channels, Height: o.Height, Width: o.Width, Classes: o.Classes}
	s.Images = make([]uint8, 0, count*s.Pixels())
	source := rng.NewSource(o.Seed, rng.Protocol, draw)
	for i := range count {
		class := i % o.Classes
		s.Labels = append(s.Labels, uint8(class))
		stream := source.Stream(uint32(i))
		noise := distuv.Normal{Sigma: o.Noise, Src: &stream}
		for _, x := range prototypes[class] {
			s.Images = append(s.Images, uint8(math.Round(min(max(x+noise.Rand(), 0), 255))))
		}
	}
	return s
}

// Dir writes a generated data set as IDX files, or as those of CIFAR-10 if it has three
// channels, to a directory of the test, and returns its name.
func Dir(t testing.TB, o Options) string {
	t.Helper()
	dir, write := t.TempDir(), WriteIDX
	if o.Channels == cifarChannels {
		write = WriteCIFAR
	}
	if err := write(dir, Generate(o)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// WriteIDX writes the four files of a data set of one channel to a directory that exists:
// those of the training set packed, those of the test set plain.
func WriteIDX(dir string, d *dataset.Data) error {
	if d.Train.Channels != 1 || d.Test.Channels != 1 {
		return errors.New("datasettest: IDX files hold one channel")
	}
	var errs []error
	for _, f := range []struct {
		name  string
		bytes []byte
	}{
		{"train-images-idx3-ubyte.gz", pack(IDXImages(&d.Train))},
		{"train-labels-idx1-ubyte.gz", pack(IDXLabels(&d.Train))},
		{"t10k-images-idx3-ubyte", IDXImages(&d.Test)},
		{"t10k-labels-idx1-ubyte", IDXLabels(&d.Test)},
	} {
		errs = append(errs, writeFile(filepath.Join(dir, f.name), f.bytes))
	}
	return errors.Join(errs...)
}

// IDXImages returns the images of a set as an IDX file holds them.
func IDXImages(s *dataset.Set) []byte {
	header := idxHeader(2051, s.Count, s.Height, s.Width)
	return append(header, s.Images...)
}

// IDXLabels returns the labels of a set as an IDX file holds them.
func IDXLabels(s *dataset.Set) []byte {
	return append(idxHeader(2049, s.Count), s.Labels...)
}

func idxHeader(numbers ...int) []byte {
	var header []byte
	for _, n := range numbers {
		header = binary.BigEndian.AppendUint32(header, uint32(n))
	}
	return header
}

func pack(content []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	// Writing to memory does not fail.
	_, _ = w.Write(content)
	_ = w.Close()
	return packed.Bytes()
}

// The shape of CIFAR-10, and its training files.
const (
	cifarChannels = 3
	cifarSide     = 32
	cifarBatches  = 5
)

// WriteCIFAR writes the six files of a data set of the shape of CIFAR-10 and at least five
// training images to a directory that exists.
func WriteCIFAR(dir string, d *dataset.Data) error {
	for _, s := range []*dataset.Set{&d.Train, &d.Test} {
		if s.Channels != cifarChannels || s.Height != cifarSide || s.Width != cifarSide || s.Classes != 10 || s.Count < 1 {
			return fmt.Errorf("datasettest: %d images of %d × %d × %d in %d classes are not of CIFAR-10",
				s.Count, s.Channels, s.Height, s.Width, s.Classes)
		}
	}
	if d.Train.Count < cifarBatches {
		return fmt.Errorf("datasettest: %d training images for %d files", d.Train.Count, cifarBatches)
	}
	var errs []error
	for b := range cifarBatches {
		from, to := b*d.Train.Count/cifarBatches, (b+1)*d.Train.Count/cifarBatches
		name := fmt.Sprintf("data_batch_%d.bin", b+1)
		errs = append(errs, writeFile(filepath.Join(dir, name), CIFARRecords(&d.Train, from, to)))
	}
	errs = append(errs, writeFile(filepath.Join(dir, "test_batch.bin"), CIFARRecords(&d.Test, 0, d.Test.Count)))
	return errors.Join(errs...)
}

// CIFARRecords returns images from up to before to as files of CIFAR-10 hold them.
func CIFARRecords(s *dataset.Set, from, to int) []byte {
	var records []byte
	for i := from; i < to; i++ {
		records = append(records, s.Labels[i])
		records = append(records, s.Image(i)...)
	}
	return records
}

func writeFile(path string, content []byte) error {
	return newfile.Write(path, newfile.Suffix, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}
