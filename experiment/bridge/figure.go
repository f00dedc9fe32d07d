package bridge

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/internal/panel"
)

// Spikes have one colour and rates the other, in every panel.
const (
	ofSpikes = panel.Blue
	ofRates  = panel.Vermilion
)

// The size of a panel.
const (
	width  = 8 * vg.Centimeter
	height = 6.5 * vg.Centimeter
)

// figure draws both networks side by side: event rates before and after learning, burst
// probabilities during the teacher, weights, and costs; of several seeds mean and
// two standard deviations.
func figure(runs []Metrics, png, svg io.Writer) error {
	rows := [][]*plot.Plot{nil, nil, nil}
	for _, name := range learners {
		rows[0] = append(rows[0], eventPanel(name, runs))
		rows[1] = append(rows[1], burstPanel(name, runs))
	}
	rows[0] = append(rows[0], costPanel(runs))
	rows[1] = append(rows[1], equalPanel(runs))
	for i, name := range projections {
		row := 2
		if i >= onto {
			row = 3
			if len(rows) == row {
				rows = append(rows, nil)
			}
		}
		rows[row] = append(rows[row], weightPanel(name, runs))
	}
	rows[3] = append(rows[3], transferPanel(runs), feedbackPanel(runs))
	return panel.Save(rows, width, height, png, svg)
}

// side says where a network's numbers are.
type side struct {
	label  string
	colour panel.Colour
	rates  bool
}

var sides = [...]side{{"spikes", ofSpikes, false}, {"rates", ofRates, true}}

// each gives values of every run for a side.
func each(runs []Metrics, f func(m *Metrics) []float64) (all [][]float64) {
	for i := range runs {
		all = append(all, f(&runs[i]))
	}
	return all
}

// inputs is the axis of the four examples.
func inputs(p *plot.Plot) []float64 {
	var ticks plot.ConstantTicks
	var x []float64
	for i, e := range examples {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: e.name})
		x = append(x, float64(i))
	}
	p.X.Tick.Marker = ticks
	p.X.Min, p.X.Max = -0.3, float64(len(examples))-0.7
	return x
}

// eventPanel draws event rates of a population for each input in both tests.
func eventPanel(name string, runs []Metrics) *plot.Plot {
	p := panel.New(name, "input", "event rate (Hz)")
	x := inputs(p)
	for _, s := range sides {
		for _, after := range []bool{false, true} {
			values := each(runs, func(m *Metrics) (v []float64) {
				table := &m.Spiking.Before
				switch {
				case s.rates && after:
					table = &m.Rates.After
				case s.rates:
					table = &m.Rates.Before
				case after:
					table = m.Spiking.After
				}
				for i := range table {
					v = append(v, table[i].EventRateHz[name])
				}
				return v
			})
			label := s.label + " before"
			if after {
				label = s.label + " after"
			}
			panel.Curve(p, label, x, values, panel.Style{Colour: s.colour, Dashed: !after, Dots: true, Band: 2})
		}
	}
	p.Y.Min, p.Y.Max = 0, 15 // room for the legend
	return p
}

// burstPanel draws what the teacher does to a population's burst probability in the
// first epoch.
func burstPanel(name string, runs []Metrics) *plot.Plot {
	p := panel.New(name+", first epoch", "input", "burst probability (%)")
	x := inputs(p)
	for _, s := range sides {
		for _, learning := range []bool{false, true} {
			values := each(runs, func(m *Metrics) (v []float64) {
				contrasts := m.Spiking.FirstEpoch
				if s.rates {
					contrasts = m.Rates.FirstEpoch
				}
				for _, c := range contrasts {
					pct := c.PredictionPct[name]
					if learning {
						pct = c.LearningPct[name]
					}
					if pct == nil {
						v = append(v, math.NaN())
						continue
					}
					v = append(v, *pct)
				}
				return v
			})
			label := s.label + " before the teacher"
			if learning {
				label = s.label + " with the teacher"
			}
			panel.Curve(p, label, x, values, panel.Style{Colour: s.colour, Dashed: !learning, Dots: true, Band: 2})
		}
	}
	p.Y.Min, p.Y.Max = 0, 140
	p.Y.Tick.Marker = percents()
	return p
}

// percents leaves the room for the legend without numbers.
func percents() plot.ConstantTicks {
	var t plot.ConstantTicks
	for v := 0.0; v <= 100; v += 20 {
		t = append(t, plot.Tick{Value: v, Label: fmt.Sprint(v)})
	}
	return t
}

// weightPanel draws the mean weight of a projection against the epoch.
func weightPanel(name string, runs []Metrics) *plot.Plot {
	p := panel.New(name, "epoch", "mean weight (leak conductances)")
	p.X.Tick.Marker = panel.WholeTicks{}
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range sides {
		values := each(runs, func(m *Metrics) []float64 {
			if s.rates {
				return m.Rates.Weights[name]
			}
			return m.SpikingWeights[name]
		})
		for _, v := range values {
			for _, w := range v {
				low, high = min(low, w), max(high, w)
			}
		}
		panel.Curve(p, s.label, epochs(values), values, panel.Style{Colour: s.colour, Band: 2})
	}
	if low <= high {
		margin := 0.05 + 0.3*(high-low)
		p.Y.Min, p.Y.Max = max(0, low-0.02), high+margin
	}
	return p
}

// epochs counts from 0 as long as the longest of values.
func epochs(values [][]float64) (x []float64) {
	n := 0
	for _, v := range values {
		n = max(n, len(v))
	}
	for i := range n {
		x = append(x, float64(i))
	}
	return x
}

// costPanel draws costs against the epoch.
func costPanel(runs []Metrics) *plot.Plot {
	p := xor.CostPanel("Learning")
	for _, s := range sides {
		values := each(runs, func(m *Metrics) []float64 {
			if s.rates {
				return m.Rates.EpochCosts
			}
			return m.Spiking.EpochCosts
		})
		x := epochs(values)
		for i := range x {
			x[i]++
		}
		p.X.Max = max(p.X.Max, float64(len(x)))
		panel.Curve(p, s.label, x, values, panel.Style{Colour: s.colour, Band: 2})
	}
	xor.AddChance(p)
	p.Y.Min, p.Y.Max = 0, 3.5
	return p
}

// equalPanel draws event rates of all populations that learn with the weights that
// training leaves: of rates against those of spikes, as trained and with equal weights.
func equalPanel(runs []Metrics) *plot.Plot {
	p := panel.New("The spikes' mean weights in both", "event rate of spikes (Hz)", "event rate of rates (Hz)")
	most := 0.0
	points := func(label string, of func(m *Metrics) *xor.TruthTable, s panel.Style) {
		var x, y []float64
		for k := range runs {
			table := of(&runs[k])
			for i := range examples {
				for _, name := range learners {
					x, y = append(x, table[i].EventRateHz[name]), append(y, runs[k].RatesEqual[i].EventRateHz[name])
					most = max(most, x[len(x)-1], y[len(y)-1])
				}
			}
		}
		panel.Points(p, label, x, [][]float64{y}, s)
	}
	points("as trained", func(m *Metrics) *xor.TruthTable { return m.Spiking.After }, panel.Style{Colour: panel.Grey})
	points("one weight a projection", func(m *Metrics) *xor.TruthTable { return &m.Equal }, panel.Style{Colour: panel.Black})
	panel.Curve(p, "", []float64{0, most}, [][]float64{{0, most}}, panel.Style{Colour: panel.Grey, Dashed: true})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1.05*most, 0, 1.4*most
	return p
}

// transferPanel draws how the ensembles answer to dendritic current, and the current
// that is always there.
func transferPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Output, measured", "current into dendrites (pA)", "burst probability (%)")
	for i, m := range runs {
		draw(p, label("output", i), m.Transfer.OutputBursts, panel.Style{Colour: panel.Black, Dots: true})
	}
	p.Y.Min, p.Y.Max = 0, 120
	p.Y.Tick.Marker = percents()
	return p
}

// feedbackPanel draws how hidden populations answer to the output's bursts.
func feedbackPanel(runs []Metrics) *plot.Plot {
	p := panel.New("Hidden populations, measured", "burst rate of the output (Hz)", "burst probability (%)")
	for i, m := range runs {
		draw(p, label("hidden1", i), m.Transfer.HiddenBursts[0], panel.Style{Colour: panel.Black, Dots: true})
		draw(p, label("hidden2", i), m.Transfer.HiddenBursts[1], panel.Style{Colour: panel.Grey, Dots: true})
	}
	p.Y.Min, p.Y.Max = 0, 120
	p.Y.Tick.Marker = percents()
	return p
}

// label names a curve of the first run alone: those of others look the same.
func label(name string, run int) string {
	if run > 0 {
		return ""
	}
	return name
}

// draw draws a curve of probabilities in percent.
func draw(p *plot.Plot, name string, c Curve, s panel.Style) {
	y := make([]float64, len(c.Y))
	for i, v := range c.Y {
		y[i] = 100 * v
	}
	panel.Curve(p, name, c.X, [][]float64{y}, s)
}
