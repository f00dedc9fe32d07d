package cifar10

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/images"
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
		v, err := e.Resolve("", []string{"data=" + dir, set})
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
// backpropagation and by bursts, through two convolutions; the same bytes come out for
// any number of workers.
func TestConvolutionsLearn(t *testing.T) {
	e := Experiment()
	dir := datasettest.Dir(t, datasettest.CIFAR(400, 200))
	for _, sets := range [][]string{
		{"rule=bp"},
		{"rule=burstprop", "feedback=tied", "rate_hidden=0.5", "rate_output=0.05"},
		{"rule=burstccn", "feedback=tied"},
	} {
		t.Run(sets[0], func(t *testing.T) {
			x := experimenttest.Trial{Seed: 1, Sets: append(slices.Clone(sets), "data="+dir, "layers=6@5/3,8@3/2,30", "epochs=6", "batch=20", "angle_batches=2")}
			first := experimenttest.SameBytes(t, e, x, []int{3}, "checkpoint.arrow", "curves.arrow", "metrics.json")
			m := experimenttest.Metrics[images.Metrics](t, first)
			if want := []string{"3×32×32", "6×10×10", "8×4×4", "30", "10"}; !slices.Equal(m.Shapes, want) {
				t.Errorf("shapes %v, want %v", m.Shapes, want)
			}
			// Chance is 90 %; a layer that learns nothing leaves the output with random
			// features. Three standard errors of 200 examples at 50 % are 11 %.
			if m.Last.Test.ErrorPct > 50 {
				t.Errorf("test error %v %%", m.Last.Test.ErrorPct)
			}
			for k, l := range m.Last.Credit.Layers {
				if l.DeltaDeg == nil || *l.DeltaDeg > 45 {
					t.Errorf("layer %d: angle %v to backpropagation with its own weights", k+1, l.DeltaDeg)
				}
			}
			raw := experimenttest.Read(t, first, "metrics.json")
			experimenttest.Figure(t, e, []json.RawMessage{raw}, "Errors", "hidden 3")
		})
	}
}
