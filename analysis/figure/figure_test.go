package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("SVG: %v", err)
		}
	}
}

var nan = math.NaN()

// hostile is a name that would end an element, and holds what XML does not allow.
const hostile = "<script>alert('\"1\"')</script>&\x00\x1b\xff\n]]>"

// figures draws each figure once, of little data with gaps and hostile names.
func figures() map[string]func(png, svg io.Writer) error {
	x := []float64{0, 1, 2, 3, 4}
	gap := []float64{1, nan, 3, 2, nan}
	return map[string]func(png, svg io.Writer) error{
		"rates": func(png, svg io.Writer) error {
			return DrawRates([]Rates{{Population: hostile, TimeS: x, EventHz: gap, BurstHz: gap, FiringHz: x, Fraction: gap,
				Low: gap, High: gap, Chance: []float64{0.1, 0.2, nan, 0.1, 0.1}, Events: []float64{10, 0, 5, 3, 2}}, {Population: "bare", TimeS: x, EventHz: x}}, 0, 0, Size{}, png, svg)
		},
		"intervals": func(png, svg io.Writer) error {
			return DrawIntervals([]Intervals{{Population: hostile, EdgesS: []float64{0.001, 0.01, 0.1, 1}, Density: []float64{0.2, 0, 0.8}, Count: 5,
				Thresholds: []Threshold{{hostile, 0.02}, {"none", nan}}}}, 0.016, Size{}, png, svg)
		},
		"sweep": func(png, svg io.Writer) error {
			return DrawSweep([]Sweep{{hostile, []float64{0.004, 0.016, 0.04}, []float64{5, 4, 3}, []float64{nan, 0.2, 0.3}, nil}}, 0.016, Size{}, png, svg)
		},
		"weights": func(png, svg io.Writer) error {
			return DrawWeights([]Weights{{hostile, x, gap, gap, gap, gap, 7}, {"constant", x, []float64{1, 1, 1, 1, 1}, make([]float64, 5), []float64{1, 1, 1, 1, 1}, []float64{1, 1, 1, 1, 1}, 0}}, 0, 0, Size{}, png, svg)
		},
		"lines": func(png, svg io.Writer) error {
			return DrawLines([]Lines{{Title: hostile, YLabel: "coherence", X: x, Zero: true, Spans: [][2]float64{{1, 2}}, SpanLabel: "significant",
				BesideLabel: hostile,
				Curves:      []Line{{Label: hostile, Y: gap, Low: gap, High: gap, Beside: gap}, {Label: "chance", Y: x, Reference: true}}}}, "frequency (Hz)", Size{WidthCM: 12, HeightCM: 3}, png, svg)
		},
	}
}

func TestFigures(t *testing.T) {
	for name, draw := range figures() {
		t.Run(name, func(t *testing.T) {
			var pngs, svgs [2]bytes.Buffer
			for i := range 2 {
				if err := draw(&pngs[i], &svgs[i]); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(pngs[0].Bytes(), pngs[1].Bytes()) || !bytes.Equal(svgs[0].Bytes(), svgs[1].Bytes()) {
				t.Error("the same data, other bytes")
			}
			wellFormed(t, svgs[0].Bytes())
			if bytes.Contains(svgs[0].Bytes(), []byte("<script")) || bytes.Contains(svgs[0].Bytes(), []byte("NaN")) {
				t.Error("the SVG holds a script, or NaN")
			}
			if _, err := png.Decode(&pngs[0]); err != nil {
				t.Error(err)
			}
			if err := draw(nil, nil); err != nil {
				t.Errorf("without writers: %v", err)
			}
		})
	}
}

// What cannot be drawn is an error that says what is wanted.
func TestNothingToDraw(t *testing.T) {
	for name, err := range map[string]error{
		"rates: no bin":                 DrawRates(nil, 0, 0, Size{}, nil, nil),
		"after 9 s":                     DrawRates([]Rates{{TimeS: []float64{1, 2}}}, 9, 0, Size{}, nil, nil),
		"two spikes":                    DrawIntervals([]Intervals{{EdgesS: []float64{1, 2}, Density: []float64{0}}}, 0.016, Size{}, nil, nil),
		"fewer than two thresholds":     DrawSweep([]Sweep{{ThresholdS: []float64{1}, EventHz: []float64{1}, Fraction: []float64{1}}}, 1, Size{}, nil, nil),
		"none at two times":             DrawWeights([]Weights{{TimeS: []float64{1}}}, 0, 0, Size{}, nil, nil),
		"frequency: fewer than two":     DrawLines([]Lines{{X: []float64{1}}}, "frequency", Size{}, nil, nil),
		"height: 0.5 cm, want 1 to 100": DrawLines(nil, "", Size{HeightCM: 0.5}, nil, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// TestRatesOf compares with counting by hand: a clock of 20 ms whose every fourth
// interval is 5 ms, in two windows.
func TestRatesOf(t *testing.T) {
	m := &memory{size: 3, rec: analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: 500}, {From: 1000, To: 1500}},
		Populations: []analysis.Population{{Name: "clock", Size: 2}}}}
	for _, begin := range []int64{100, 1100} {
		for step := begin; step < begin+300; step += 100 {
			for _, after := range []int64{0, 20, 40, 60, 65} {
				m.batch.Steps, m.batch.Neurons, m.batch.Populations = append(m.batch.Steps, step+after), append(m.batch.Neurons, 1), append(m.batch.Populations, 0)
			}
		}
	}
	got, err := RatesOf(m, Counting{Criterion: analysis.Criterion{ISI: 16}, Bins: analysis.Bins{Width: 100}, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	// Four events and a burst in 100 ms of two neurons, five spikes.
	r := got[0]
	want := []float64{0, 20, 20, 20, 0, nan, 0, 20, 20, 20, 0}
	if !equal(r.EventHz, want) {
		t.Errorf("event rates %v, want %v", r.EventHz, want)
	}
	if want := []float64{nan, 0.25, 0.25, 0.25, nan, nan, nan, 0.25, 0.25, 0.25, nan}; !equal(r.Fraction, want) {
		t.Errorf("burst fractions %v, want %v", r.Fraction, want)
	}
	if want := []float64{0.05, 0.15, 0.25, 0.35, 0.45, 0.95, 1.05, 1.15, 1.25, 1.35, 1.45}; !equal(r.TimeS, want) {
		t.Errorf("times %v, want %v", r.TimeS, want)
	}
	if r.FiringHz[1] != 25 || r.BurstHz[1] != 5 || r.Events[1] != 4 || len(r.Chance) != len(r.TimeS) {
		t.Errorf("%+v", r)
	}
}

func equal(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-12 || math.IsNaN(x) && math.IsNaN(y) })
}

func TestClip(t *testing.T) {
	if got := clip("a\x00b\xffc\nd"); got != "a\uFFFDb\uFFFDc\uFFFDd" {
		t.Errorf("%q", got)
	}
	if got := clip(strings.Repeat("é", 60)); got != strings.Repeat("é", 39)+"…" {
		t.Errorf("%q", got)
	}
}
