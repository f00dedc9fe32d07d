package dendriticgain

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
		for _, c := range conditions(v).Curves {
			all = append(all, network(v, stairs, c.Condition, 1))
		}
		return all
	})
	if n := len(e.Expect(e.Defaults())); n != 2*2*len(reference)+4 {
		t.Errorf("%d expectations, want those of two curves and of four panels", n)
	}
}

// TestPanels holds the conditions to those of the paper's supplementary figure 5:
// nine of them, since the four panels share the one of the values.
func TestPanels(t *testing.T) {
	m := conditions(Experiment().Defaults())
	base := Condition{0.001, 0, 0.02, 1200}
	want := []Condition{base,
		{0.0005, 0, 0.02, 1200}, {0, 0, 0.02, 1200},
		{0.001, 50, 0.02, 1200}, {0.001, 100, 0.02, 1200},
		{0.001, 0, 0.025, 1200}, {0.001, 0, 0.015, 1200},
		{0.001, 0, 0.02, 1300}, {0.001, 0, 0.02, 1400}}
	if len(m.Curves) != len(want) {
		t.Fatalf("%d conditions, want %d", len(m.Curves), len(want))
	}
	for i, c := range want {
		if m.Curves[i].Condition != c {
			t.Errorf("condition %d: %+v, want %+v", i, m.Curves[i].Condition, c)
		}
	}
	for i, curves := range [][]int{{0, 1, 2}, {0, 3, 4}, {5, 0, 6}, {0, 7, 8}} {
		if got := m.Panels[i].Curves; got[0] != curves[0] || got[1] != curves[1] || got[2] != curves[2] {
			t.Errorf("panel %s: curves %v, want %v", m.Panels[i].Name, got, curves)
		}
	}
	if c := m.Curves[m.Panels[openPanel].Curves[openCurve]]; c.WSomDendrite != 0 {
		t.Errorf("open loop: %+v", c)
	}
}

// TestOrdered: curves are compared where all are between 10 and 90 %.
func TestOrdered(t *testing.T) {
	points := func(pct ...float64) Curve {
		var c Curve
		for i := range pct {
			c.Points = append(c.Points, curve.Point{BurstProbabilityPct: &pct[i]})
		}
		return c
	}
	m := Metrics{Curves: []Curve{points(5, 20, 60, 95), points(4, 25, 70, 94), points(12, 25.5, 80, 93), points(12, 24, 80, 99)}}
	if m.ordered([]int{0, 1, 3}) {
		t.Error("20, 25, 24 % count as ordered")
	}
	if !m.ordered([]int{0, 1, 2}) {
		t.Error("order is asked for beyond the steep part")
	}
	m.Curves[2].Points[1].BurstProbabilityPct = nil
	if m.ordered([]int{0, 1, 2}) {
		t.Error("a curve without events counts as ordered")
	}
}

// trial runs one seed and returns its metrics and its directory.
func trial(t *testing.T, preset string, sets ...string) (Metrics, string) {
	t.Helper()
	dir := experimenttest.Trial{Seed: 1, Workers: 1, Preset: preset, Sets: sets}.Run(t, Experiment())
	return experimenttest.Metrics[Metrics](t, dir), dir
}

// TestQuickCurves compares the closed and the open loop of 1000 cells, with weights
// ten times as large, with the runs of the reference program at 0, 200 and 400 pA:
// within the tolerance of the mean of five networks of 10 000 and, since a stair
// has 1750 events at least, three binomial standard deviations of the burst
// probability, 1.2 points at most, and of the event rate, 0.13 Hz.
func TestQuickCurves(t *testing.T) {
	if testing.Short() {
		t.Skip("6 s of networks of 51 200")
	}
	for _, loop := range []struct{ weight, row string }{{"0.01", "closed"}, {"0", "open"}} {
		m, _ := trial(t, "quick", "conditions=one", "w_som_dendrite="+loop.weight,
			"dendritic_first=0pA", "dendritic_last=400pA", "dendritic_increment=200pA")
		for i, p := range m.Curves[0].Points {
			r := reference[2*i]
			bp, er := r.closedBP, r.closedER
			if loop.row == "open" {
				bp, er = r.openBP, r.openER
			}
			t.Logf("%s, %g pA: burst probability %.1f %% (%g), event rate %.2f Hz (%g)", loop.row, r.currentPA, *p.BurstProbabilityPct, bp, p.EventRateHz, er)
			if p.DendriticCurrentPA != r.currentPA || !(math.Abs(*p.BurstProbabilityPct-bp) <= bpTolerance+3*1.2) {
				t.Errorf("%s, %g pA: %.1f %%, want %g", loop.row, p.DendriticCurrentPA, *p.BurstProbabilityPct, bp)
			}
			if !(math.Abs(p.EventRateHz-er) <= erTolerance+3*0.13) {
				t.Errorf("%s, %g pA: %.2f Hz, want %g", loop.row, r.currentPA, p.EventRateHz, er)
			}
		}
	}
}

// small is the whole figure in little: nine conditions of two short stairs.
var small = []string{"neurons=100", "interneurons=20", "noise_units=1000", "dendritic_last=0pA", "stair_duration=75ms"}

func TestSameBytesForAnyWorkers(t *testing.T) {
	dir := experimenttest.SameBytes(t, Experiment(), experimenttest.Trial{Seed: 1, Sets: small}, []int{3},
		"metrics.json", "rates.arrow", "spikes.arrow")
	if m := experimenttest.Metrics[Metrics](t, dir); len(m.Curves) != 9 || len(m.Panels) != 4 || len(m.Curves[8].Points) != 2 {
		t.Errorf("%+v, want nine curves of two stairs and four panels", m)
	}
}

// TestFigure draws the whole figure and a single condition, of two seeds.
func TestFigure(t *testing.T) {
	for _, sets := range [][]string{small, append([]string{"conditions=one"}, small...)} {
		_, dir := trial(t, "", sets...)
		raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
		experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw}, "burst probability (%)", "event rate (Hz)", "dendritic current (pA)")
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "vip_current=5", "w_som_dendrite=-1", "w_som_dendrite=0", "facilitation_u=0", "facilitation_u=0.9",
		"dendritic_plateau=1200", "noise_units=50", "dendritic_last=510pA", "bin=7ms", "conditions=two")
	if _, err := Experiment().Resolve("", []string{"w_som_dendrite=0", "conditions=one"}); err != nil {
		t.Errorf("open loop, one condition: %v", err)
	}
}
