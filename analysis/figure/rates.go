package figure

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/panel"
)

// Rates are what a population did over time, one value a bin; NaN where there is
// none. A column that is nil is not drawn; the others have the length of TimeS.
type Rates struct {
	Population string
	TimeS      []float64 // middle of the bin, ascending
	BinS       float64   // width of a bin, 0 for samples of a kernel
	// Rates in Hz per neuron.
	EventHz, BurstHz, FiringHz []float64
	// Fraction is the burst fraction with its confidence interval, Chance that
	// of a train without bursts of the same rate.
	Fraction, Low, High, Chance []float64
	// Confidence is that of the interval, in (0, 1); 0 stands for 0.95.
	Confidence float64
	// Events is the number of events that the fraction is a fraction of. Where it is
	// given, a band around Chance holds the fractions that would not be told from it:
	// chance ± z·sqrt(chance·(1-chance)/events), which is where Wilson's interval
	// includes it (Wilson 1927, doi 10.1080/01621459.1927.10502953).
	Events []float64
}

// RatePoint is a bin of Rates.
type RatePoint struct {
	TimeS, EventHz, BurstHz, FiringHz   float64
	Fraction, Low, High, Chance, Events float64
}

// Push appends a bin, to all columns.
func (r *Rates) Push(p RatePoint) {
	r.TimeS = append(r.TimeS, p.TimeS)
	r.EventHz, r.BurstHz, r.FiringHz = append(r.EventHz, p.EventHz), append(r.BurstHz, p.BurstHz), append(r.FiringHz, p.FiringHz)
	r.Fraction, r.Low, r.High = append(r.Fraction, p.Fraction), append(r.Low, p.Low), append(r.High, p.High)
	r.Chance, r.Events = append(r.Chance, p.Chance), append(r.Events, p.Events)
}

// gap appends a bin of which nothing is known.
func (r *Rates) gap(at float64) {
	nan := math.NaN()
	r.Push(RatePoint{at, nan, nan, nan, nan, nan, nan, nan, nan})
}

// DrawRates draws two panels for each population: rates, and below them the burst
// fraction. Bins outside [fromS, untilS] are not drawn; untilS 0 stands for all.
func DrawRates(populations []Rates, fromS, untilS float64, size Size, png, svg io.Writer) error {
	if err := size.Validate(); err != nil {
		return err
	}
	width, height := size.or(defaultWidth, 2.6)
	fromS, untilS, err := timeRange(populations, fromS, untilS)
	if err != nil {
		return err
	}
	var rows []*panel.Row
	for _, r := range populations {
		r = r.between(fromS, untilS)
		upper, lower := r.rateRow(height), r.fractionRow(height)
		for _, row := range []*panel.Row{upper, lower} {
			timeAxis(row, fromS, untilS, "")
		}
		rows = append(rows, upper, lower)
	}
	last := rows[len(rows)-1]
	timeAxis(last, fromS, untilS, "time (s)")
	return panel.Stack(rows, width, png, svg)
}

// strips are low panels of the rates in a time, to go below one with a title.
func (r Rates) strips(from, until float64) []*panel.Row {
	const height = 1.6 * vg.Centimeter
	r = r.between(from, until)
	rows := []*panel.Row{r.rateRow(height), r.fractionRow(height)}
	rows[0].Title = ""
	for _, row := range rows {
		timeAxis(row, from, until, "")
	}
	return rows
}

// timeRange is the time to draw: as asked for, or from the first bin to the last.
func timeRange(populations []Rates, fromS, untilS float64) (from, until float64, err error) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range populations {
		for _, t := range r.TimeS {
			low, high = math.Min(low, t-r.BinS/2), math.Max(high, t+r.BinS/2)
		}
	}
	if fromS > 0 || low > high {
		low = fromS
	}
	if untilS > 0 {
		high = untilS
	}
	if !(low < high) {
		return 0, 0, fmt.Errorf("rates: no bin after %g s, want some", fromS)
	}
	return low, high, nil
}

// between leaves out the bins that are not within a time.
func (r Rates) between(from, until float64) Rates {
	low, high := 0, len(r.TimeS)
	for low < high && r.TimeS[low] < from {
		low++
	}
	for high > low && r.TimeS[high-1] > until {
		high--
	}
	for _, column := range []*[]float64{&r.TimeS, &r.EventHz, &r.BurstHz, &r.FiringHz, &r.Fraction, &r.Low, &r.High, &r.Chance, &r.Events} {
		if *column != nil {
			*column = (*column)[low:high]
		}
	}
	return r
}

// lineWidth is thinner where there are many bins.
func lineWidth(bins int) vg.Length {
	if bins > 1000 {
		return vg.Points(0.6)
	}
	return vg.Points(1.2)
}

func (r Rates) rateRow(height vg.Length) *panel.Row {
	row := panel.NewRow(clip(r.Population), "", "rate (Hz)", height)
	for _, c := range []struct {
		label  string
		values []float64
		style  panel.Style
	}{
		{"firing rate", r.FiringHz, panel.Style{Colour: panel.Grey}},
		{"event rate", r.EventHz, panel.Style{Colour: panel.Blue}},
		{"burst rate", r.BurstHz, panel.Style{Colour: panel.Vermilion}},
	} {
		if c.values != nil {
			c.style.Width = lineWidth(len(r.TimeS))
			row.Key(c.label, panel.Trace(row.Plot, r.TimeS, c.values, c.style))
		}
	}
	row.Plot.Y.Min, row.Plot.Y.Max = 0, top(r.FiringHz, r.EventHz, r.BurstHz)
	return row
}

func (r Rates) fractionRow(height vg.Length) *panel.Row {
	row := panel.NewRow("", "", "burst fraction", height)
	if r.Confidence == 0 {
		r.Confidence = 0.95
	}
	percent, z := fmt.Sprintf("%.4g %%", 100*r.Confidence), analysis.Quantile(r.Confidence)
	if r.Low != nil && r.High != nil {
		row.Key(percent+" interval", panel.Ribbon(row.Plot, r.TimeS, r.Low, r.High, panel.Style{Colour: panel.Vermilion, Alpha: 60}))
	}
	if r.Chance != nil {
		chance := panel.Style{Colour: panel.Black, Dashed: true}
		if r.Events != nil {
			low, high := make([]float64, len(r.TimeS)), make([]float64, len(r.TimeS))
			for i, p := range r.Chance {
				d := z * math.Sqrt(p*(1-p)/r.Events[i])
				low[i], high[i] = math.Max(0, p-d), math.Min(1, p+d)
			}
			band := panel.Ribbon(row.Plot, r.TimeS, low, high, panel.Style{Colour: panel.Black, Alpha: 30})
			row.Key("chance level, "+percent, band, panel.Trace(row.Plot, r.TimeS, r.Chance, chance))
		} else {
			row.Key("chance level", panel.Trace(row.Plot, r.TimeS, r.Chance, chance))
		}
	}
	if r.Fraction != nil {
		row.Key("burst fraction", panel.Trace(row.Plot, r.TimeS, r.Fraction, panel.Style{Colour: panel.Vermilion, Width: lineWidth(len(r.TimeS))}))
	}
	row.Plot.Y.Min, row.Plot.Y.Max = 0, math.Min(1, top(r.Fraction, r.High, r.Chance))
	if most := top(r.Fraction); most > 1.05 {
		row.Plot.Y.Max = most // bursts count at their second spike
	}
	return row
}
