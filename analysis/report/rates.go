package report

import (
	"bytes"
	"fmt"
	"math"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
)

// rates shows rates and burst fractions over time.
func (d *description) rates() (Section, error) {
	s := Section{ID: "rates", Title: "Rates over time"}
	width := d.binSteps()
	columns, err := figure.RatesOf(d.src, figure.Counting{Criterion: d.o.Criterion, Detector: d.o.Detector,
		Bins: analysis.Bins{Width: width, Origin: d.rec.Windows[0].From}, DeadTimeS: d.o.DeadTimeS, Confidence: confidence})
	if err != nil {
		return s, err
	}
	var svg bytes.Buffer
	if err := figure.DrawRates(columns[:min(shownPopulations, len(columns))], 0, 0, figure.Size{}, nil, &svg); err != nil {
		return s, err
	}
	s.Text = []string{fmt.Sprintf("In bins of %s. A burst counts in the bin of its first spike. There is a gap where no event was classified.", seconds(d.rec.Seconds(width)))}
	f := Figure{SVG: svg.Bytes(), Alt: "Firing, event and burst rate of each population over time, and below them the burst fraction."}
	f.Caption = "Burst fraction with its 95 % interval."
	if d.mixtures != nil {
		f.Caption = "Burst fraction with its 95 % interval. Within the grey band it is not told from the chance level at the firing rate of the bin."
	}
	f.Caption += d.left()
	s.Figures = []Figure{f}
	return s, nil
}

// binSteps is the width of bins.
func (d *description) binSteps() int64 {
	if d.o.BinS > 0 {
		return max(1, d.rec.Steps(d.o.BinS))
	}
	windows := d.rec.Windows
	least := max(0.02, d.rec.Seconds(windows[len(windows)-1].To-windows[0].From)/rateBins)
	width := math.Pow(10, math.Floor(math.Log10(least)))
	for i := 0; width < least*(1-1e-9); i++ { // 1, 2, 5, 10
		width *= []float64{2, 2.5, 2}[i%3]
	}
	return max(1, d.rec.Steps(width))
}
