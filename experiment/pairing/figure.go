package pairing

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

const panelWidth, panelHeight = 7.5 * vg.Centimeter, 5.6 * vg.Centimeter

// figure draws the metrics of one or more seeds: the panels of Fig. 2b–d side by
// side, and below them the grid of the sjostrom protocol, a panel for each pair of
// time constants.
func figure(runs []Metrics, png, svg io.Writer) error {
	results := map[string][]*Result{} // of the seeds
	for _, m := range runs {
		for _, name := range protocolNames {
			if r := *m.of(name); r != nil {
				results[name] = append(results[name], r)
			}
		}
	}
	var top []*plot.Plot
	for _, name := range []string{periodic, poisson, burstPoisson} {
		if runs := results[name]; runs != nil {
			top = append(top, dataPanel(name, runs))
		}
	}
	var rows [][]*plot.Plot
	if len(top) > 0 {
		rows = append(rows, top)
	}
	if runs := results[sjostrom]; runs != nil {
		rows = append(rows, grid(runs)...)
	}
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	for i := range rows {
		rows[i] = append(rows[i], make([]*plot.Plot, columns-len(rows[i]))...)
	}
	return panel.Save(rows, panelWidth, panelHeight, png, svg)
}

// colours of the curves of a panel, dark and grey first as in the paper.
func colour(i int) panel.Colour {
	all := [...]panel.Colour{panel.Black, panel.Grey, panel.Blue, panel.Green, panel.Orange, panel.Purple, panel.Sky}
	return all[i%len(all)]
}

// dataPanel draws the curves of a protocol, and their theory.
func dataPanel(name string, runs []*Result) *plot.Plot {
	text := map[string][3]string{
		periodic:     {"Periodic pairings", "frequency (Hz)", "weight change"},
		poisson:      {"Poisson trains", "rate (Hz)", "weight change ± sd"},
		burstPoisson: {"Burst-Poisson trains", "burst probability", "weight change ± sd"},
	}[name]
	p := newPanel(text[0], text[1], text[2])
	curves := runs[0].Curves
	all := make([]int, len(curves))
	for i := range all {
		all[i] = i
	}
	draw(p, runs, all)
	theory := "mean-field theory"
	for _, c := range curves {
		at, w := columns(c.Theory)
		panel.Curve(p, theory, at, [][]float64{w}, panel.Style{Colour: panel.Vermilion, Dashed: true})
		theory = ""
	}
	return p
}

func newPanel(title, x, y string) *plot.Plot {
	p := panel.New(title, x, y)
	p.X.Tick.Marker, p.Y.Tick.Marker = panel.RoundTicks{}, panel.RoundTicks{}
	p.Legend.Left, p.Legend.Padding = true, vg.Points(1.5)
	return p
}

// draw adds some of the curves of a protocol.
func draw(p *plot.Plot, runs []*Result, which []int) {
	var curves []Curve
	for _, i := range which {
		curves = append(curves, runs[0].Curves[i])
	}
	labels := names(curves)
	for k, i := range which {
		x, mean, sd := pooled(runs, i)
		style := panel.Style{Colour: colour(k), Dots: true, Band: 1}
		panel.Spread(p, labels[k], x, mean, sd, style)
	}
	low, high := ends(curveX(curves))
	panel.Level(p, "", low, high, 0)
}

func curveX(curves []Curve) []float64 {
	x, _ := columns(curves[0].Points)
	return x
}

func columns(points []Point) (x, w []float64) {
	for _, q := range points {
		x, w = append(x, q.X()), append(w, q.WeightChange)
	}
	return x, w
}

// pooled is the mean and the standard deviation over the realisations of all seeds,
// of which each has as many.
func pooled(runs []*Result, curve int) (x, mean, sd []float64) {
	n := float64(runs[0].Realisations)
	total := n * float64(len(runs))
	for i, q := range runs[0].Curves[curve].Points {
		var m, squares float64
		for _, r := range runs {
			m += r.Curves[curve].Points[i].WeightChange / float64(len(runs))
		}
		for _, r := range runs {
			p := r.Curves[curve].Points[i]
			squares += n * (p.WeightChange - m) * (p.WeightChange - m)
			if p.SD != nil {
				squares += (n - 1) * *p.SD * *p.SD
			}
		}
		x, mean, sd = append(x, q.X()), append(mean, m), append(sd, math.Sqrt(squares/max(1, total-1)))
	}
	return x, mean, sd
}

// grid is a row for each τ_pre and a column for each τ_avg, or one row where there is
// one τ_avg. Only the outer panels name their axes, and the first has the legend.
func grid(runs []*Result) [][]*plot.Plot {
	curves := runs[0].Curves
	var pres, avgs []float64
	for _, c := range curves {
		if !slices.Contains(pres, c.TauPreS) {
			pres = append(pres, c.TauPreS)
		}
		if !slices.Contains(avgs, c.TauAvgS) {
			avgs = append(avgs, c.TauAvgS)
		}
	}
	var rows [][]*plot.Plot
	for i, pre := range pres {
		var row []*plot.Plot
		low, high := math.Inf(1), math.Inf(-1)
		for j, avg := range avgs {
			var which []int
			for k, c := range curves {
				if c.TauPreS == pre && c.TauAvgS == avg {
					which = append(which, k)
				}
			}
			x, y := "", ""
			if i == len(pres)-1 || len(avgs) == 1 {
				x = "frequency (Hz)"
			}
			if j == 0 && (i == 0 || len(avgs) > 1) {
				y = "weight change ± sd"
			}
			p := newPanel(fmt.Sprintf("Sjöström, τ_pre %g s, τ_avg %g s", pre, avg), x, y)
			p.Title.TextStyle.Font.Size = 10
			draw(p, runs, which)
			if i > 0 || j > 0 {
				p.Legend = plot.NewLegend()
			}
			low, high = min(low, p.Y.Min), max(high, p.Y.Max)
			row = append(row, p)
		}
		for _, p := range row {
			p.Y.Min, p.Y.Max = low, high
			p.Legend.Top = false // the curves of the first panel lie in the upper half
		}
		if rows = append(rows, row); len(avgs) == 1 && i > 0 {
			rows = [][]*plot.Plot{append(rows[0], row...)}
		}
	}
	return rows
}
