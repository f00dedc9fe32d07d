package dendriticgain

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Curves of all conditions, each once; the first is that of the values.
	Curves []Curve `json:"curves"`
	// Panels of the figure, nil unless it was run.
	Panels []Panel `json:"panels,omitempty"`
}

// Curve is a condition and what came of it.
type Curve struct {
	Condition
	Points []curve.Point `json:"points"`
}

// Condition is one setting of what modulates the curve.
type Condition struct {
	WSomDendrite       float64 `json:"w_som_dendrite"` // leak conductances
	VIPCurrentPA       float64 `json:"vip_current_pa"`
	FacilitationU      float64 `json:"facilitation_u"`
	DendriticPlateauPA float64 `json:"dendritic_plateau_pa"`
}

// Panel is one of the figure: curves that differ in one respect.
type Panel struct {
	Name   string   `json:"name"` // A to D
	Title  string   `json:"title"`
	Labels []string `json:"labels"`
	// Curves are indices into Metrics.Curves, the one with the weakest
	// inhibition of bursts last.
	Curves []int `json:"curves"`
	// Ordered: the burst probability rises from curve to curve at each dendritic
	// current at which all of them are steep, between the bounds of steep.
	Ordered bool `json:"ordered"`
}

// steep bounds the part of the curves where a change of the gain can be seen, %.
var steep = [2]float64{10, 90}

// conditions lists what is to be run, and the panels made of it; points are still
// to come.
func conditions(v *experiment.Values) Metrics {
	base := Condition{v.Float("w_som_dendrite"), v.Float("vip_current"), v.Float("facilitation_u"), v.Float("dendritic_plateau")}
	m := Metrics{Curves: []Curve{{Condition: base}}}
	if v.String("conditions") == "one" {
		return m
	}
	m.vary("A", "SOM onto dendrites", "weight %g", base, func(c *Condition, k int) *float64 {
		c.WSomDendrite *= float64(2-k) / 2
		return &c.WSomDendrite
	})
	m.vary("B", "VIP onto SOM", "%g pA", base, func(c *Condition, k int) *float64 {
		c.VIPCurrentPA += 50 * float64(k)
		return &c.VIPCurrentPA
	})
	m.vary("C", "Facilitation", "U = %g", base, func(c *Condition, k int) *float64 {
		c.FacilitationU *= float64(5-k) / 4
		return &c.FacilitationU
	})
	m.vary("D", "Dendritic plateau", "%g pA", base, func(c *Condition, k int) *float64 {
		c.DendriticPlateauPA += 100 * float64(k)
		return &c.DendriticPlateauPA
	})
	return m
}

// vary adds a panel of three conditions, which change makes of the base and of
// 0, 1 and 2; it returns what it changed.
func (m *Metrics) vary(name, title, label string, base Condition, change func(c *Condition, k int) *float64) {
	p := Panel{Name: name, Title: title}
	for k := range 3 {
		c := base
		p.Labels = append(p.Labels, fmt.Sprintf(label, *change(&c, k)))
		i := slices.IndexFunc(m.Curves, func(x Curve) bool { return x.Condition == c })
		if i < 0 {
			i = len(m.Curves)
			m.Curves = append(m.Curves, Curve{Condition: c})
		}
		p.Curves = append(p.Curves, i)
	}
	m.Panels = append(m.Panels, p)
}

// name is for people.
func (c Condition) name() string {
	return fmt.Sprintf("SOM weight %g, VIP current %g pA, U %g, plateau %g pA", c.WSomDendrite, c.VIPCurrentPA, c.FacilitationU, c.DendriticPlateauPA)
}

// settle fills in what follows from the curves.
func (m *Metrics) settle() {
	for i := range m.Panels {
		m.Panels[i].Ordered = m.ordered(m.Panels[i].Curves)
	}
}

func (m *Metrics) ordered(curves []int) bool {
	for i := range m.Curves[curves[0]].Points {
		var p []float64
		for _, k := range curves {
			p = append(p, curve.BurstProbability(m.Curves[k].Points[i]))
		}
		if slices.Min(p) < steep[0] || slices.Max(p) > steep[1] {
			continue
		}
		for k := 1; k < len(p); k++ {
			if !(p[k] > p[k-1]) {
				return false
			}
		}
	}
	return true
}

// print writes the curves for people.
func (m *Metrics) print(w io.Writer) error {
	var t curve.Table
	for _, c := range m.Curves {
		t.Add(c.name(), c.Points)
	}
	for _, p := range m.Panels {
		verdict := "in this order at every current"
		if !p.Ordered {
			verdict = "NOT in this order at every current"
		}
		t.Note("%s, %s: %s: burst probability rises %s.", p.Name, p.Title, strings.Join(p.Labels, ", "), verdict)
	}
	return t.Print(w)
}
