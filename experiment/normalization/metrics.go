package normalization

import (
	"fmt"
	"io"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Curves of all conditions; the first is that of the values.
	Curves []Curve `json:"curves"`
	// Spread is nil unless the conditions are those of the figure.
	Spread *Spread `json:"spread,omitempty"`
}

// Curve is one condition and what came of it.
type Curve struct {
	SomaCurrentPA    float64       `json:"soma_current_pa"`
	InhibitionWeight float64       `json:"inhibition_weight"`
	Points           []curve.Point `json:"points"`
}

// Spread tells how far apart the burst probabilities of different somatic currents
// are at one dendritic current: the largest less the smallest.
type Spread struct {
	Points []SpreadPoint `json:"points"`
	// The largest of the points.
	MaxInhibitedPct float64 `json:"max_inhibited_pct"`
	MaxFreePct      float64 `json:"max_free_pct"`
	// RatioAtMaxFree is inhibited over free where the latter is largest.
	RatioAtMaxFree float64 `json:"ratio_at_max_free"`
	// FreeRises: without inhibition the burst probability rises with the somatic
	// current at each dendritic one, as long as all are below nearlyAll.
	FreeRises bool `json:"free_rises"`
}

// SpreadPoint is the spread at one dendritic current.
type SpreadPoint struct {
	DendriticCurrentPA float64 `json:"dendritic_current_pa"`
	InhibitedPct       float64 `json:"inhibited_pct"`
	FreePct            float64 `json:"free_pct"`
}

// nearlyAll is the burst probability from which on curves run together whatever
// inhibits them, %.
const nearlyAll = 90

// extraSoma are the somatic currents of the figure, beyond that of the values, pA.
var extraSoma = [...]float64{0, 100, 200}

// conditions lists what is to be run; points are still to come.
func conditions(v *experiment.Values) []Curve {
	soma, inhibition := v.Float("soma_current"), v.Float("inhibition_weight")
	if v.String("conditions") == "one" {
		return []Curve{{SomaCurrentPA: soma, InhibitionWeight: inhibition}}
	}
	var all []Curve
	for _, w := range []float64{inhibition, 0} {
		for _, extra := range extraSoma {
			all = append(all, Curve{SomaCurrentPA: soma + extra, InhibitionWeight: w})
		}
	}
	return all
}

func (c Curve) name() string {
	return fmt.Sprintf("somatic current %g pA, inhibition %g", c.SomaCurrentPA, c.InhibitionWeight)
}

// settle fills in what follows from the curves.
func (m *Metrics) settle() {
	n := len(extraSoma)
	if len(m.Curves) != 2*n {
		return
	}
	s := &Spread{Points: []SpreadPoint{}, FreeRises: true}
	for i, p := range m.Curves[0].Points {
		inhibited, ok1 := probabilities(m.Curves[:n], i)
		free, ok2 := probabilities(m.Curves[n:], i)
		if !ok1 || !ok2 {
			continue
		}
		x := SpreadPoint{p.DendriticCurrentPA, spread(inhibited), spread(free)}
		s.Points = append(s.Points, x)
		s.MaxInhibitedPct = max(s.MaxInhibitedPct, x.InhibitedPct)
		if x.FreePct > s.MaxFreePct {
			s.MaxFreePct, s.RatioAtMaxFree = x.FreePct, x.InhibitedPct/x.FreePct
		}
		s.FreeRises = s.FreeRises && rises(free)
	}
	m.Spread = s
}

// probabilities returns the burst probabilities of curves at one dendritic
// current; ok is false if one of them had no events.
func probabilities(curves []Curve, i int) (all [len(extraSoma)]float64, ok bool) {
	for k, c := range curves {
		p := c.Points[i].BurstProbabilityPct
		if p == nil {
			return all, false
		}
		all[k] = *p
	}
	return all, true
}

func spread(x [len(extraSoma)]float64) float64 { return slices.Max(x[:]) - slices.Min(x[:]) }

// rises tells whether burst probabilities ascend, or one is close to the ceiling.
func rises(x [len(extraSoma)]float64) bool {
	return slices.Max(x[:]) >= nearlyAll || x[0] < x[1] && x[1] < x[2]
}

// print writes the curves for people.
func (m *Metrics) print(w io.Writer) error {
	var t curve.Table
	for _, c := range m.Curves {
		t.Add(c.name(), c.Points)
	}
	if s := m.Spread; s != nil {
		t.Note("Curves of different somatic currents are up to %.1f points of burst probability apart, without inhibition up to %.1f.",
			s.MaxInhibitedPct, s.MaxFreePct)
	}
	return t.Print(w)
}
