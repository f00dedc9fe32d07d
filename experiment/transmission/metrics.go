package transmission

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/apical-sim/apical/experiment"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Input Input `json:"input"`
	// Correlation of the receivers' voltages, by two kinds such as
	// "events_depressing"; nil where one does not vary.
	Correlation map[string]*float64 `json:"correlation"`
	// BurstWeight is what a burst adds to the response to its event, as a multiple
	// of that response: with the voltages about their means, b/a of the least
	// squares v = a v_events + b v_bursts. Nil where there is none.
	BurstWeight map[string]*float64 `json:"burst_weight"`
	// What the figure is to show: each synapse is closer to its detector than to
	// the other one, by correlation; and the burst weight rises from the depressing
	// synapse to the plain and on to the facilitating one.
	DepressionIsCloserToEvents  bool `json:"depression_is_closer_to_events"`
	FacilitationIsCloserToBurst bool `json:"facilitation_is_closer_to_bursts"`
	BurstWeightsAscend          bool `json:"burst_weights_ascend"`

	Trace Trace `json:"trace"`
}

// Input is what the pyramidal cells do, without the first half second.
type Input struct {
	EventRateHz         float64  `json:"event_rate_hz"`
	FiringRateHz        float64  `json:"firing_rate_hz"`
	BurstProbabilityPct *float64 `json:"burst_probability_pct"` // nil without events
}

// Trace is a stretch of time for the figure: the voltages of the first receiver of
// each kind, and the spikes of all cells.
type Trace struct {
	FromS     float64              `json:"from_s"`
	IntervalS float64              `json:"interval_s"`
	Sources   []uint32             `json:"sources"` // the cells that drive the first receiver
	VoltageMV map[string][]float64 `json:"voltage_mv"`
	Spikes    []Spike              `json:"spikes"`
}

// Spike is a spike of a pyramidal cell: an "event", a "burst" (the second spike of
// one) or another "spike".
type Spike struct {
	TimeS  float64 `json:"time_s"`
	Neuron uint32  `json:"neuron"`
	Signal string  `json:"signal"`
}

// pair is the key of two kinds.
func pair(a, b int) string { return kinds[a].name + "_" + kinds[b].name }

// metrics returns what was measured, of receivers the first of which has the
// sources given.
func (o *observer) metrics(sources []uint32) Metrics {
	m := Metrics{Correlation: map[string]*float64{}, BurstWeight: map[string]*float64{}, Trace: o.trace}
	m.Trace.Sources = sources
	m.Input.EventRateHz = float64(o.events) / o.cellSeconds
	m.Input.FiringRateHz = float64(o.spikes) / o.cellSeconds
	m.Input.BurstProbabilityPct = experiment.Finite(100 * float64(o.bursts) / float64(o.events))
	p := &o.product
	for a := range kinds {
		for b := a + 1; b < len(kinds); b++ {
			m.Correlation[pair(a, b)] = experiment.Finite(p[a][b] / math.Sqrt(p[a][a]*p[b][b]))
		}
	}
	for _, k := range []int{depressing, plain, facilitating} {
		// Cramer's rule for the normal equations; the determinant cancels.
		a := p[events][k]*p[bursts][bursts] - p[bursts][k]*p[events][bursts]
		b := p[bursts][k]*p[events][events] - p[events][k]*p[events][bursts]
		m.BurstWeight[kinds[k].name] = experiment.Finite(b / a)
	}
	m.DepressionIsCloserToEvents = less(m.Correlation[pair(bursts, depressing)], m.Correlation[pair(events, depressing)])
	m.FacilitationIsCloserToBurst = less(m.Correlation[pair(events, facilitating)], m.Correlation[pair(bursts, facilitating)])
	w := func(k int) *float64 { return m.BurstWeight[kinds[k].name] }
	m.BurstWeightsAscend = less(w(depressing), w(plain)) && less(w(plain), w(facilitating))
	return m
}

// less is false where one of the two is missing.
func less(a, b *float64) bool { return a != nil && b != nil && *a < *b }

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	number := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf("%.2f", *x)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Input: %.2f events per second and cell, burst probability %s %%.\n\n", m.Input.EventRateHz, number(m.Input.BurstProbabilityPct))
	fmt.Fprintf(&b, "%-24s %22s %22s %13s\n", "synapse", "correlation to events", "correlation to bursts", "burst weight")
	for _, k := range []int{depressing, plain, facilitating} {
		fmt.Fprintf(&b, "%-24s %22s %22s %13s\n", kinds[k].label,
			number(m.Correlation[pair(events, k)]), number(m.Correlation[pair(bursts, k)]), number(m.BurstWeight[kinds[k].name]))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
