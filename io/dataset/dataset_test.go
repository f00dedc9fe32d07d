package dataset_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/stat"
)

// What is written is read again, IDX of any shape and CIFAR.
func TestOpenReadsWhatWasWritten(t *testing.T) {
	for name, o := range map[string]datasettest.Options{
		"idx":      {Seed: 1},
		"oblong":   {Seed: 2, Train: 7, Test: 3, Classes: 2, Height: 5, Width: 9},
		"cifar-10": datasettest.CIFAR(23, 7),
	} {
		t.Run(name, func(t *testing.T) {
			want := datasettest.Generate(o)
			dir := datasettest.Dir(t, o)
			got, err := dataset.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			sameSet(t, "train", &got.Train, &want.Train)
			sameSet(t, "test", &got.Test, &want.Test)
			if got.Path != dir || got.Name != filepath.Base(dir) || got.Bytes <= 0 {
				t.Errorf("path %s, name %s, %d bytes", got.Path, got.Name, got.Bytes)
			}
		})
	}
}

func sameSet(t *testing.T, what string, got, want *dataset.Set) {
	t.Helper()
	if !bytes.Equal(got.Images, want.Images) || !bytes.Equal(got.Labels, want.Labels) {
		t.Errorf("%s: other images or labels", what)
	}
	shape := func(s *dataset.Set) []int {
		return []int{s.Count, s.Channels, s.Height, s.Width, s.Classes}
	}
	if !slices.Equal(shape(got), shape(want)) {
		t.Errorf("%s: shape %v, want %v", what, shape(got), shape(want))
	}
}

// Every file may be packed or not, whatever its name ends in, with either spelling.
func TestNamesOfIDXFiles(t *testing.T) {
	d := datasettest.Generate(datasettest.Options{})
	dir := datasettest.Dir(t, datasettest.Options{})
	for from, to := range map[string]string{
		"train-images-idx3-ubyte.gz": "train-images-idx3-ubyte",   // packed
		"t10k-images-idx3-ubyte":     "t10k-images-idx3-ubyte.gz", // plain
		"train-labels-idx1-ubyte.gz": "train-labels.idx1-ubyte.gz",
		"t10k-labels-idx1-ubyte":     "t10k-labels.idx1-ubyte",
	} {
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	sameSet(t, "train", &got.Train, &d.Train)
	sameSet(t, "test", &got.Test, &d.Test)
}

// The archive of CIFAR-10 makes a directory, which is found from outside.
func TestDirectoryOfTheArchive(t *testing.T) {
	dir := t.TempDir()
	inner := filepath.Join(dir, "cifar-10-batches-bin")
	if err := os.Mkdir(inner, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := datasettest.WriteCIFAR(inner, datasettest.Generate(datasettest.CIFAR(5, 1))); err != nil {
		t.Fatal(err)
	}
	if d, err := dataset.Open(dir); err != nil || d.Format != dataset.CIFAR || d.Train.Count != 5 {
		t.Errorf("%v", err)
	}
}

// Files that are sound but do not go together, or are not there.
func TestOpenRefuses(t *testing.T) {
	small := datasettest.Generate(datasettest.Options{Train: 20, Test: 10})
	other := datasettest.Generate(datasettest.Options{Train: 20, Test: 10, Height: 16})
	short, strange := small.Test.First(9), small.Test
	strange.Labels = slices.Clone(small.Test.Labels)
	strange.Labels[4] = 10
	for _, x := range []struct {
		name, file string
		content    []byte // nil removes the file
		want       string // in which DIR stands for the directory
	}{
		{"counts", "t10k-labels-idx1-ubyte", datasettest.IDXLabels(&short),
			"DIR/t10k-labels-idx1-ubyte: byte 4: 9 labels, want 10, one for each image of DIR/t10k-images-idx3-ubyte"},
		{"shapes", "t10k-images-idx3-ubyte", datasettest.IDXImages(&other.Test),
			"DIR/t10k-images-idx3-ubyte: byte 8: images of 16 × 14, want 14 × 14, as in DIR/train-images-idx3-ubyte.gz"},
		{"label", "t10k-labels-idx1-ubyte", datasettest.IDXLabels(&strange),
			"DIR/t10k-labels-idx1-ubyte: byte 12: label 10, want 0 to 9, as in DIR/train-labels-idx1-ubyte.gz"},
		{"missing", "t10k-labels-idx1-ubyte", nil, "DIR: part of a data set (IDX), t10k-labels-idx1-ubyte is missing"},
	} {
		dir := t.TempDir()
		if err := datasettest.WriteIDX(dir, small); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, x.file)
		err := os.Remove(path)
		if x.content != nil {
			err = os.WriteFile(path, x.content, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = dataset.Open(dir)
		if want := filepath.FromSlash(strings.ReplaceAll(x.want, "DIR", dir)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", x.name, err, want)
		}
	}
	empty := t.TempDir()
	if _, err := dataset.Open(empty); err == nil || !strings.HasPrefix(err.Error(), empty+": no data set here, want the four files") {
		t.Errorf("empty directory: %v", err)
	}
	if _, err := dataset.Open(filepath.Join(empty, "none")); err == nil {
		t.Error("no directory: accepted")
	}
}

// Fill and the moments, against their formulas.
func TestFillAndMoments(t *testing.T) {
	for _, o := range []datasettest.Options{{Train: 30}, datasettest.CIFAR(30, 10)} {
		s := &datasettest.Generate(o).Train
		plane := s.Height * s.Width
		moments := s.Moments()
		for c, m := range moments {
			var values []float64
			for i := range s.Count {
				for _, x := range s.Image(i)[c*plane : (c+1)*plane] {
					values = append(values, float64(x)/255)
				}
			}
			mean, sd := stat.PopMeanStdDev(values, nil)
			if math.Abs(m.Mean-mean) > 1e-12 || math.Abs(m.SD-sd) > 1e-12 {
				t.Errorf("channel %d: %v, want mean %v, sd %v", c, m, mean, sd)
			}
		}
		scaling, err := dataset.NewScaling(moments...)
		if err != nil {
			t.Fatal(err)
		}
		indices := []int{29, 0, 7, 7}
		dst := blas64.General{Rows: 5, Cols: s.Pixels(), Stride: s.Pixels() + 3}
		dst.Data = make([]float64, dst.Rows*dst.Stride)
		s.Fill(dst, indices, scaling)
		for row, i := range indices {
			for p, x := range s.Image(i) {
				m := moments[p/plane]
				if got, want := dst.Data[row*dst.Stride+p], (float64(x)/255-m.Mean)/m.SD; got != want {
					t.Fatalf("image %d, pixel %d: %v, want %v", i, p, got, want)
				}
			}
		}
		for _, x := range dst.Data[4*dst.Stride:] {
			if x != 0 {
				t.Fatal("a row was filled for which there is no index")
			}
		}
		if n := testing.AllocsPerRun(10, func() { s.Fill(dst, indices, scaling) }); n != 0 {
			t.Errorf("Fill allocates %v times", n)
		}
	}
	one := &datasettest.Generate(datasettest.Options{}).Train
	if got, want := one.Overall(), one.Moments()[0]; got != want {
		t.Errorf("moments of all channels %v, of the only one %v", got, want)
	}
	if _, err := dataset.NewScaling(dataset.Moments{Mean: 0.5}); err == nil {
		t.Error("a standard deviation of 0: accepted")
	}
}

func TestPartsAndClasses(t *testing.T) {
	s := &datasettest.Generate(datasettest.Options{Train: 25}).Train
	if got := s.ClassCounts(); !slices.Equal(got, []int{3, 3, 3, 3, 3, 2, 2, 2, 2, 2}) {
		t.Errorf("classes %v", got)
	}
	part := s.First(5)
	if got := part.ClassCounts(); !slices.Equal(got, []int{1, 1, 1, 1, 1, 0, 0, 0, 0, 0}) {
		t.Errorf("classes of a part %v", got)
	}
	if !bytes.Equal(part.Image(4), s.Image(4)) || len(part.Images) != 5*s.Pixels() {
		t.Error("a part has other images")
	}
}

// The published files, where APICAL_DATA names them: counts and moments of MNIST as they
// are cited everywhere, for instance in the examples of PyTorch (mean 0.1307, standard
// deviation 0.3081).
func TestMNIST(t *testing.T) {
	d := mnist(t)
	if d.Train.Count != 60000 || d.Test.Count != 10000 || d.Train.Classes != 10 || d.Train.Height != 28 || d.Train.Width != 28 {
		t.Errorf("%d and %d images of %d × %d", d.Train.Count, d.Test.Count, d.Train.Height, d.Train.Width)
	}
	if m := d.Train.Moments()[0]; math.Round(m.Mean*1e4) != 1307 || math.Round(m.SD*1e4) != 3081 {
		t.Errorf("moments %v", m)
	}
}

func mnist(t testing.TB) *dataset.Data {
	t.Helper()
	dir := os.Getenv("APICAL_DATA")
	if dir == "" {
		t.Skip("APICAL_DATA does not name MNIST")
	}
	if inner := filepath.Join(dir, "mnist"); isDir(inner) {
		dir = inner
	}
	d, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func BenchmarkOpenMNIST(b *testing.B) {
	dir := mnist(b).Path
	b.ReportAllocs()
	for b.Loop() {
		if _, err := dataset.Open(dir); err != nil {
			b.Fatal(err)
		}
	}
}

// A minibatch of 32 images of MNIST's size.
func BenchmarkFill(b *testing.B) {
	s := &datasettest.Generate(datasettest.Options{Train: 1000, Height: 28, Width: 28}).Train
	scaling, err := dataset.NewScaling(s.Moments()...)
	if err != nil {
		b.Fatal(err)
	}
	dst := blas64.General{Rows: 32, Cols: s.Pixels(), Stride: s.Pixels(), Data: make([]float64, 32*s.Pixels())}
	indices := make([]int, 32)
	for i := range indices {
		indices[i] = i * 31
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Fill(dst, indices, scaling)
	}
}
