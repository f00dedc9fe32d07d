package report

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
)

// binsPerDecade of the histograms of intervals.
const binsPerDecade = 20

// dipSeed is that of the samples of the test for more than one mode.
const dipSeed = 1

// fewIntervals is how many are needed to say anything of their distribution.
const fewIntervals = 100

// intervals shows the intervals between spikes, and where they could be cut.
func (d *description) intervals() (Section, error) {
	s := Section{ID: "intervals", Title: "Intervals between spikes"}
	statistics, err := analysis.MeasureIntervals(d.src, analysis.IntervalOptions{ISI: d.o.Criterion.ISI})
	if err != nil {
		return s, err
	}
	t := Table{
		Columns: []Column{{"population", false}, {"intervals", true}, {"within bursts (ms)", true}, {"between events (ms)", true}, {"CV", true}, {"CV2", true}, {"LV", true}, {"dip test", true}, {"valley", false}},
		Note: "Within bursts: the mean of intervals up to the threshold; between events: of those above it. CV, CV2 and LV are means over neurons with ten intervals or more; 1 of a Poisson process, 0 of a clock. " +
			"The dip test gives the probability of a histogram as bimodal as this if there is one mode. " +
			"A valley between two peaks is where a threshold can be put (logISI method); without one there is none that the data prefer. Neurons of different rates are pooled here.",
	}
	dips := analysis.NewDips(dipSeed)
	var unimodal []string
	drawn := figure.Densities(statistics, binsPerDecade)
	for i := range statistics.Populations {
		p, name := &statistics.Populations[i], d.rec.Populations[i].Name
		dip, valley := "–", "–"
		if p.Counts.N() > 0 {
			test := dips.Test(&p.Counts)
			dip = fmt.Sprintf("p = %.2g", test.P)
			v := analysis.FindValley(p.Counts.Histogram(analysis.NewLogBins(d.rec.StepsPerSecond, binsPerDecade, p.Counts.Longest())))
			if valley = v.Why; v.Found {
				valley = fmt.Sprintf("%s, void %.2f", ms(d.rec.Seconds(v.ISI)), v.Void)
			} else if p.Counts.N() >= fewIntervals {
				unimodal = append(unimodal, name)
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: name}, {Text: fmt.Sprint(p.Counts.N())}, {Text: number(1e3 * p.IntraBurst.MeanS)}, {Text: number(1e3 * p.InterEvent.MeanS)},
			{Text: number(p.CV)}, {Text: number(p.CV2)}, {Text: number(p.LV)}, {Text: dip}, {Text: valley}})
	}
	if len(unimodal) > 0 {
		d.warnf("%s: the intervals between spikes show no valley by which bursts could be told, so the threshold of %s is a convention; see how much depends on it. Neurons with one mode can multiplex all the same.",
			list(unimodal), ms(d.isi()))
	}
	s.Tables = []Table{t}
	drawn = slices.DeleteFunc(drawn[:min(shownPopulations, len(drawn))], func(h figure.Intervals) bool { return h.Count == 0 })
	if len(drawn) == 0 {
		s.Text = []string{"No neuron has two spikes."}
		return s, nil
	}
	var svg bytes.Buffer
	if err := figure.DrawIntervals(drawn, d.isi(), figure.Size{}, nil, &svg); err != nil {
		return s, err
	}
	s.Figures = []Figure{{SVG: svg.Bytes(), Alt: "Histograms of the intervals between spikes of each population on a logarithmic axis, with the threshold.",
		Caption: "Share of intervals per decade. The black line is the threshold in use, a dashed one what the valley suggests." + d.left()}}
	return s, nil
}

// sweepMS are the thresholds of the sweep, in ms: from what complex spikes are told
// by to twice the longest in use for cortical cells.
func sweepMS() []float64 { return []float64{4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40} }

// sweep shows what depends on the threshold.
func (d *description) sweep() (Section, error) {
	s := Section{ID: "threshold", Title: "How much depends on the threshold"}
	thresholds := []int64{d.o.Criterion.ISI}
	for _, t := range sweepMS() {
		thresholds = append(thresholds, max(1, d.rec.Steps(t/1e3)))
	}
	slices.Sort(thresholds)
	thresholds = slices.Compact(thresholds)
	sweep, err := analysis.SweepThreshold(d.src, thresholds, d.rec.Steps(d.o.DeadTimeS))
	if err != nil {
		return s, err
	}
	s.Text = []string{"The same spikes, with other thresholds. A conclusion should hold over a range of them."}
	if d.o.Detector.Accumulating || d.o.Criterion.PreSilence > d.o.Criterion.ISI {
		s.Text[0] += " Here the rule is that of intervals, without a silence before a burst, whatever is used above."
	}
	drawn := figure.Sweeps(sweep)
	t := Table{Columns: []Column{{"threshold (ms)", true}}, Note: "Burst fractions."}
	for _, p := range d.rec.Populations[:min(shownPopulations, len(d.rec.Populations))] {
		t.Columns = append(t.Columns, Column{p.Name, true})
	}
	for k, isi := range thresholds {
		row := []Cell{{Text: number(1e3 * d.rec.Seconds(isi))}}
		for i := range t.Columns[1:] {
			row = append(row, Cell{Text: share(drawn[i].Fraction[k])})
		}
		t.Rows = append(t.Rows, row)
	}
	var svg bytes.Buffer
	if err := figure.DrawSweep(drawn[:min(shownPopulations, len(drawn))], d.isi(), figure.Size{}, nil, &svg); err != nil {
		return s, err
	}
	s.Figures = []Figure{{SVG: svg.Bytes(), Alt: "Event rate and burst fraction of each population over the threshold, with the chance level.",
		Caption: "Event rate and burst fraction over the threshold; dashed, the chance level." + d.left()}}
	s.Tables = []Table{t}
	return s, nil
}

// list joins names for a sentence.
func list(names []string) string {
	const most = 6
	text := ""
	for i, name := range names {
		switch {
		case i == most:
			return fmt.Sprintf("%s and %d more", text, len(names)-most)
		case i > 0:
			text += ", "
		}
		text += name
	}
	return text
}
