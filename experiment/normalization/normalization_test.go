package normalization

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/sim"
)

func TestDescription(t *testing.T) {
	e := Experiment()
	experimenttest.Networks(t, e, func(v *experiment.Values) (all []sim.Network) {
		stairs, err := curve.Read(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range conditions(v) {
			all = append(all, network(v, stairs, c, 1))
		}
		return all
	})
	if n := len(e.Expect(e.Defaults())); n != 2*2*len(reference)+3 {
		t.Errorf("%d expectations, want those of two curves and three of the spread", n)
	}
}

// trial runs one seed and returns its metrics and its directory.
func trial(t *testing.T, preset string, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: 1, Workers: 1, Preset: preset, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

// TestQuickCurve compares three points of the curve with inhibition, of 800 cells,
// with the one run of the reference program: within the tolerance of the mean of five networks of
// 4000 and, since one stair has 3 × 800 events, three binomial standard deviations
// of the burst probability, 1.4 points at most, and of the event rate, 0.09 Hz.
func TestQuickCurve(t *testing.T) {
	if testing.Short() {
		t.Skip("3 s of a network of 50 800")
	}
	m, _ := trial(t, "quick", "conditions=one", "dendritic_first=0pA", "dendritic_last=200pA", "dendritic_increment=100pA")
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
	dir := experimenttest.SameBytes(t, Experiment(), experimenttest.Trial{Seed: 1, Sets: small}, []int{3},
		"metrics.json", "rates.arrow", "spikes.arrow")
	m := experimenttest.Metrics[Metrics](t, dir)
	if len(m.Curves) != 6 || len(m.Curves[5].Points) != 2 || m.Curves[5].SomaCurrentPA != 200 || m.Curves[5].InhibitionWeight != 0 {
		t.Errorf("curves %+v, want three with inhibition and three without, two stairs each", m.Curves)
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

// TestFigure draws the whole figure and a single condition, of two seeds.
func TestFigure(t *testing.T) {
	for _, sets := range [][]string{small, append([]string{"conditions=one"}, small...)} {
		_, dir := trial(t, "", sets...)
		raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
		experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw},
			"burst probability (%)", "event rate (Hz)", "burst rate (Hz)", "soma 0 pA", "Inhibition 0.02")
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "soma_current=5", "inhibition_weight=-1", "inhibition_weight=0", "inhibition_p=2",
		"noise_units=50", "dendritic_increment=7pA", "bin=7ms", "conditions=two")
	if _, err := Experiment().Resolve("", []string{"inhibition_weight=0", "conditions=one"}); err != nil {
		t.Errorf("no inhibition, one condition: %v", err)
	}
}
