package cifar10

import (
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/images"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/apical-sim/apical/io/dataset/datasettest"
	"github.com/apical-sim/apical/rate"
)

func TestDescription(t *testing.T) {
	e := Experiment()
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, p := range append([]experiment.Preset{{}}, e.Presets...) {
		v, err := e.Resolve(p.Name, nil)
		if err != nil {
			t.Fatalf("preset %q: %v", p.Name, err)
		}
		hidden, err := images.Layers(v)
		if err != nil {
			t.Fatalf("preset %q: %v", p.Name, err)
		}
		if _, err := rate.Shapes(rate.Shape{Channels: 3, Height: 32, Width: 32}, hidden); err != nil {
			t.Errorf("preset %q: %v", p.Name, err)
		}
	}
	experimenttest.Refused(t, e, "layers=64@", "layers=1,1,1,1,1,1,1,1,1", "rule=none", "p0=0.7", "epochs=-1")
}

// Layers that do not fit the images, or no data, are one line before anything is written.
func TestReady(t *testing.T) {
	e := Experiment()
	dir := datasettest.Dir(t, datasettest.CIFAR(10, 5))
	for set, want := range map[string]string{
		"layers=64@33":          "layers: layer 1: kernel 33 over planes of 32 × 32 with padding 0, want at most 32",
		"layers=4@5/2,4@5,4@11": "layers: layer 3: kernel 11 over planes of 10 × 10 with padding 0, want at most 10",
		"data=./nowhere":        "data: ",
	} {
		sets := []string{set}
		if !strings.HasPrefix(set, "data=") {
			sets = append(sets, "data="+dir)
		}
		v, err := e.Resolve("", sets)
		if err != nil {
			t.Fatal(err)
		}
		err = e.Ready(v)
		var input *experiment.InputError
		if !errors.As(err, &input) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", set, err, want)
		}
	}
}

// Generated images of ten classes, which the nearest mean tells apart, are learned by
// backpropagation and by bursts, through two convolutions: better than by an output
// above layers that learn nothing. Rates of burstprop are those of the calibration of
// mnist with tied feedback, the gain is the published one.
func TestConvolutionsLearn(t *testing.T) {
	e := Experiment()
	x := experimenttest.Trial{Seed: 1, Workers: 1, Sets: []string{"data=" + datasettest.Dir(t, datasettest.CIFAR(400, 200)),
		"layers=6@5/3,8@3/2,30", "epochs=6", "batch=20", "angle_batches=2", "weight_gain=3.6"}}
	common := x.Sets
	for name, sets := range map[string][]string{
		"bp":        {"rule=bp", "rate_hidden=1", "rate_output=1"},
		"burstprop": {"rule=burstprop", "rate_hidden=0.5", "rate_output=0.05"},
		"burstccn":  {"rule=burstccn", "rate_hidden=1", "rate_output=1"},
	} {
		t.Run(name, func(t *testing.T) {
			x.Sets = slices.Concat(common, sets, []string{"feedback=zero"})
			control := experimenttest.Metrics[images.Metrics](t, x.Run(t, e))
			x.Sets = slices.Concat(common, sets, []string{"feedback=tied"})
			dir := x.Run(t, e)
			m := experimenttest.Metrics[images.Metrics](t, dir)
			if want := []string{"3×32×32", "6×10×10", "8×4×4", "30", "10"}; !slices.Equal(m.Shapes, want) {
				t.Errorf("shapes %v, want %v", m.Shapes, want)
			}
			// Five standard errors of the difference of two parts of 200 are at most 25 %.
			if learned, not := m.Last.Test.ErrorPct, control.Last.Test.ErrorPct; learned > not-25 {
				t.Errorf("test error %v %%, and %v %% where hidden layers learn nothing", learned, not)
			}
			for k, l := range m.Last.Credit.Layers {
				if l.DeltaDeg == nil || *l.DeltaDeg > 5 {
					t.Errorf("layer %d: angle %v to backpropagation with its own weights", k+1, *l.DeltaDeg)
				}
				if c := control.Last.Credit.Layers[k].DeltaDeg; c == nil || *c != 90 {
					t.Errorf("layer %d: angle %v of a layer that is told nothing, want 90", k+1, *c)
				}
			}
			experimenttest.Figure(t, e, []json.RawMessage{experimenttest.Read(t, dir, "metrics.json")}, "Errors", "hidden 3")
		})
	}
}

func TestTheNumberOfWorkersChangesNothing(t *testing.T) {
	x := experimenttest.Trial{Seed: 1, Sets: []string{"data=" + datasettest.Dir(t, datasettest.CIFAR(60, 20)),
		"layers=6@5/3,8@3/2,30", "epochs=2", "batch=20", "angle_batches=2"}}
	experimenttest.SameBytes(t, Experiment(), x, []int{2, 3}, "checkpoint.arrow", "curves.arrow", "metrics.json")
}

// BenchmarkTrain is a batch of 32 generated images in the network of each preset, with
// the workers that a run has; "s/epoch" is for the 50 000 images of CIFAR-10, without
// angles and tests.
func BenchmarkTrain(b *testing.B) {
	const batch, epoch = 32, 50_000
	e := Experiment()
	for _, p := range e.Presets {
		b.Run(p.Name, func(b *testing.B) {
			v, err := e.Resolve(p.Name, nil)
			if err != nil {
				b.Fatal(err)
			}
			c, err := images.Config(v, v.String("rule"), v.String("feedback"))
			if err != nil {
				b.Fatal(err)
			}
			if c.Hidden, err = images.Layers(v); err != nil {
				b.Fatal(err)
			}
			d := datasettest.Generate(datasettest.CIFAR(batch, 5))
			scaling, err := dataset.NewScaling(d.Train.Moments()...)
			if err != nil {
				b.Fatal(err)
			}
			pixels := d.Train.Pixels()
			x := rate.Matrix{Rows: batch, Cols: pixels, Stride: pixels, Data: make([]float64, batch*pixels)}
			indices := make([]int, batch)
			for i := range indices {
				indices[i] = i
			}
			d.Train.Fill(x, indices, scaling)
			c.Input, c.Classes, c.Workers = rate.Shape{Channels: 3, Height: 32, Width: 32}, 10, runtime.GOMAXPROCS(0)
			n, err := rate.New(c)
			if err != nil {
				b.Fatal(err)
			}
			defer n.Close()
			b.ReportAllocs()
			for b.Loop() {
				n.Train(x, d.Train.Labels)
			}
			b.ReportMetric(epoch/batch*b.Elapsed().Seconds()/float64(b.N), "s/epoch")
		})
	}
}
