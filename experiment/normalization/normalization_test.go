package normalization

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apical-sim/apical/experiment/curve"
)

func TestDescription(t *testing.T) {
	e := Experiment()
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	for _, preset := range []string{"", "quick"} {
		v, err := e.Resolve(preset, nil)
		if err != nil {
			t.Fatal(err)
		}
		stairs, err := curve.Read(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range conditions(v) {
			if err := network(v, stairs, c, 1).Validate(); err != nil {
				t.Errorf("preset %q, %s: %v", preset, c.name(), err)
			}
		}
	}
	if n := len(e.Expect(e.Defaults())); n != 2*2*len(reference)+3 {
		t.Errorf("%d expectations, want those of two curves and three of the spread", n)
	}
}

// trial runs one seed and returns its metrics and its directory.
func trial(t *testing.T, workers int, preset string, sets ...string) (m Metrics, dir string) {
	t.Helper()
	e := Experiment()
	v, err := e.Resolve(preset, sets)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	r, err := e.NewRun(v, 1, dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Workers = workers
	if err := e.Run(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m, dir
}

// TestQuickCurve compares three points of the curve with inhibition, of 800 cells,
// with the one run of the reference program: within the tolerance of the mean of five networks of
// 4000 and, since one stair has 3 × 800 events, three binomial standard deviations
// of the burst probability, 1.4 points at most, and of the event rate, 0.09 Hz.
func TestQuickCurve(t *testing.T) {
	if testing.Short() {
		t.Skip("3 s of a network of 50 800")
	}
	m, _ := trial(t, 1, "quick", "conditions=one", "dendritic_first=0pA", "dendritic_last=200pA", "dendritic_increment=100pA")
	for i, p := range m.Curves[0].Points {
		r := reference[[]int{1, 3, 5}[i]]
		t.Logf("%4g pA: burst probability %.1f %% (%g), event rate %.2f Hz (%g)", r.currentPA, *p.BurstProbabilityPct, r.inhibitedBP, p.EventRateHz, r.inhibitedER)
		if p.DendriticCurrentPA != r.currentPA || !(math.Abs(*p.BurstProbabilityPct-r.inhibitedBP) <= bpTolerance+3*1.4) {
			t.Errorf("%g pA: %.1f %%, want %g", p.DendriticCurrentPA, *p.BurstProbabilityPct, r.inhibitedBP)
		}
		if !(math.Abs(p.EventRateHz-r.inhibitedER) <= erTolerance+3*0.09) {
			t.Errorf("%g pA: %.2f Hz, want %g", r.currentPA, p.EventRateHz, r.inhibitedER)
		}
	}
}

// small is the whole figure in little: 2 × 3 conditions of two short stairs.
var small = []string{"neurons=200", "noise_units=1000", "inhibition_p=0.5", "dendritic_last=-50pA", "stair_duration=60ms"}

func TestSameBytesForAnyWorkers(t *testing.T) {
	var first string
	for _, workers := range []int{1, 3} {
		m, dir := trial(t, workers, "", small...)
		if first == "" {
			first = dir
			if len(m.Curves) != 6 || len(m.Curves[5].Points) != 2 || m.Curves[5].SomaCurrentPA != 200 || m.Curves[5].InhibitionWeight != 0 {
				t.Errorf("curves %+v, want three with inhibition and three without, two stairs each", m.Curves)
			}
			continue
		}
		for _, name := range []string{"spikes.arrow", "rates.arrow", "weights.arrow", "metrics.json"} {
			a, errA := os.ReadFile(filepath.Join(first, name))
			b, errB := os.ReadFile(filepath.Join(dir, name))
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if !bytes.Equal(a, b) {
				t.Errorf("%s differs between 1 and %d workers", name, workers)
			}
		}
	}
}

// TestSpread compares made-up curves of three somatic currents, with inhibition
// and without, at three dendritic currents: the last is close to the ceiling.
func TestSpread(t *testing.T) {
	curveOf := func(pct ...float64) Curve {
		var c Curve
		for i := range pct {
			c.Points = append(c.Points, curve.Point{DendriticCurrentPA: float64(i), BurstProbabilityPct: &pct[i]})
		}
		return c
	}
	m := Metrics{Curves: []Curve{
		curveOf(10, 50, 95), curveOf(11, 51, 96), curveOf(12, 49, 97),
		curveOf(10, 50, 95), curveOf(12, 55, 99), curveOf(13, 58, 98),
	}}
	m.settle()
	s := m.Spread
	if s == nil || s.MaxInhibitedPct != 2 || s.MaxFreePct != 8 || s.RatioAtMaxFree != 0.25 || !s.FreeRises || len(s.Points) != 3 {
		t.Fatalf("%+v, want up to 2 and 8 points, a quarter where the latter is, rising", s)
	}
	m.Curves[4].Points[0].BurstProbabilityPct = &[]float64{9}[0]
	if m.settle(); m.Spread.FreeRises {
		t.Error("a curve that falls with the somatic current counts as rising")
	}
	m.Curves[4].Points[0].BurstProbabilityPct = nil
	if m.settle(); len(m.Spread.Points) != 2 {
		t.Error("a dendritic current without events was compared")
	}
}

// TestFigure draws the whole figure and a single condition, the same bytes twice.
func TestFigure(t *testing.T) {
	for _, sets := range [][]string{small, append([]string{"conditions=one"}, small...)} {
		_, dir := trial(t, 1, "", sets...)
		raw, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
		if err != nil {
			t.Fatal(err)
		}
		var png, svg [2]bytes.Buffer
		for i := range png {
			if err := figure([]json.RawMessage{raw, raw}, &png[i], &svg[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(png[0].Bytes(), png[1].Bytes()) || !bytes.Equal(svg[0].Bytes(), svg[1].Bytes()) {
			t.Error("the same metrics gave two figures")
		}
		for _, text := range []string{"burst probability (%)", "event rate (Hz)", "burst rate (Hz)", "soma 0 pA", "Inhibition 0.02"} {
			if !strings.Contains(svg[0].String(), text) {
				t.Errorf("the SVG does not say %q", text)
			}
		}
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for _, set := range []string{"soma_current=5", "inhibition_weight=-1", "inhibition_weight=0", "inhibition_p=2", "noise_units=50", "dendritic_increment=7pA", "bin=7ms", "conditions=two"} {
		if _, err := Experiment().Resolve("", []string{set}); err == nil {
			t.Errorf("%s was accepted", set)
		}
	}
	if _, err := Experiment().Resolve("", []string{"inhibition_weight=0", "conditions=one"}); err != nil {
		t.Errorf("no inhibition, one condition: %v", err)
	}
}
