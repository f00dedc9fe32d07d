package rule

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
)

// madeUp returns the metrics of a seed that nobody ran: two bins a phase, the
// first of which has no bursts to speak of.
func madeUp(t *testing.T, seed int) json.RawMessage {
	t.Helper()
	var m Metrics
	value := func(x float64) *float64 { return &x }
	m.PostBaselineHz, m.PreBaselineHz = value(4.5), value(4.2)
	c := &m.Course
	for i, name := range phaseNames {
		m.Phases = append(m.Phases, Phase{Name: name, FromS: 10 * float64(i), ToS: 10 * float64(i+1), D: 1})
		for k := range 2 {
			x := float64(seed + k)
			c.TimeS = append(c.TimeS, 10*float64(i)+5*float64(k+1))
			c.PostEventRateHz, c.PreEventRateHz = append(c.PostEventRateHz, value(4+x)), append(c.PreEventRateHz, value(4))
			c.PostBurstProbabilityPct = append(c.PostBurstProbabilityPct, value(10+x))
			c.PreBurstProbabilityPct = append(c.PreBurstProbabilityPct, value(15+x))
			c.WeightChangePct = append(c.WeightChangePct, value(x))
			if k == 0 {
				c.AveragePct = append(c.AveragePct, nil)
			} else {
				c.AveragePct = append(c.AveragePct, value(11))
			}
		}
	}
	m.Phases[6].InputDendritePA = 40
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestFigure draws two made-up seeds.
func TestFigure(t *testing.T) {
	experimenttest.Figure(t, Experiment(), []json.RawMessage{madeUp(t, 0), madeUp(t, 1)},
		"time (s)", "event rate (Hz)", "burst probability (%)", "change (% of initial)", "+40 pA", "baseline", "± 1 sd")
}

// A run in which nothing fired has a figure too.
func TestFigureOfSilence(t *testing.T) {
	var m Metrics
	m.Course.TimeS = []float64{1}
	m.Course.PostBurstProbabilityPct, m.Course.AveragePct = []*float64{nil}, []*float64{nil}
	m.Phases = []Phase{{Name: "burn_in", ToS: 1}}
	var a, b bytes.Buffer
	if err := figure([]Metrics{m}, &a, &b); err != nil {
		t.Fatal(err)
	}
}
