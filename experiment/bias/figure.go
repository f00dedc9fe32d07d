package bias

import (
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/internal/panel"
)

// figure draws accuracy against width and epoch, mean and one standard deviation of the
// seeds; the mean accuracy of each task with each bias vector; and the task variance of
// units of the first seed, sorted by cluster.
func figure(runs []Metrics, png, svg io.Writer) error {
	panels := [][]*plot.Plot{{againstWidth(runs), againstEpochs(runs)}}
	if runs[0].Tasks != nil {
		panels = append(panels, []*plot.Plot{swapped(runs), varianceMap(runs[0].Tasks)})
	}
	return panel.Save(panels, 13*vg.Centimeter, 9*vg.Centimeter, png, svg)
}

func againstWidth(runs []Metrics) *plot.Plot {
	p := panel.New("Accuracy against width, "+panel.Seeds(len(runs)), "hidden units", "test accuracy (%)")
	var widths []float64
	for _, w := range runs[0].Widths {
		widths = append(widths, float64(w))
	}
	for _, c := range []struct {
		label  string
		of     func(Metrics) *Curve
		colour panel.Colour
	}{
		{"all weights", func(m Metrics) *Curve { return m.Weights }, panel.Black},
		{"biases", func(m Metrics) *Curve { return m.Biases }, panel.Vermilion},
		{"mask", func(m Metrics) *Curve { return m.Mask }, panel.Blue},
	} {
		var values [][]float64
		for _, r := range runs {
			values = append(values, c.of(r).AccuracyPct)
		}
		panel.Curve(p, c.label, widths[:len(values[0])], values, panel.Style{Colour: c.colour, Dots: true, Band: 1})
	}
	p.Legend.Left = true
	p.X.Scale = plot.LogScale{}
	var ticks plot.ConstantTicks
	for _, w := range widths {
		ticks = append(ticks, plot.Tick{Value: w, Label: fmt.Sprint(w)})
	}
	p.X.Tick.Marker = ticks
	p.X.Min, p.X.Max = widths[0]/1.05, widths[len(widths)-1]*1.05
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 119, percent{} // room for the legend
	return p
}

// percent labels 0 to 100.
type percent struct{}

// Ticks implements plot.Ticker.
func (percent) Ticks(_, _ float64) (ticks []plot.Tick) {
	for v := 0; v <= 100; v += 20 {
		ticks = append(ticks, plot.Tick{Value: float64(v), Label: fmt.Sprint(v)})
	}
	return ticks
}

func againstEpochs(runs []Metrics) *plot.Plot {
	p := panel.New("Biases alone, by hidden units", "epoch", "test accuracy (%)")
	colours := []panel.Colour{panel.Black, panel.Blue, panel.Sky, panel.Green, panel.Orange, panel.Vermilion, panel.Purple, panel.Grey}
	for i := range slices.Backward(runs[0].Widths) {
		var epochs []float64
		var values [][]float64
		for _, r := range runs {
			values = append(values, r.Biases.Histories[i].TestAccuracyPct)
		}
		for e := range values[0] {
			epochs = append(epochs, float64(e))
		}
		panel.Curve(p, fmt.Sprint(runs[0].Widths[i]), epochs, values, panel.Style{Colour: colours[i%len(colours)], Band: 1})
	}
	epochs := float64(len(runs[0].Biases.Histories[0].TrainLoss))
	p.X.Tick.Marker, p.X.Max = panel.WholeTicks{}, max(1, 1.25*epochs) // room for the legend
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 100, percent{}
	return p
}

// grid is what a heat map draws; the first row is drawn on top. Each column is divided
// into strips: what is drawn as an image is blended where columns meet.
type grid struct {
	rows   [][]float64
	strips int
}

// Dims implements plotter.GridXYZ.
func (g grid) Dims() (columns, rows int) { return g.strips * len(g.rows[0]), len(g.rows) }

// Z implements plotter.GridXYZ.
func (g grid) Z(column, row int) float64 { return g.rows[len(g.rows)-1-row][column/g.strips] }

// X implements plotter.GridXYZ.
func (g grid) X(column int) float64 {
	return (float64(column)+0.5)/float64(g.strips) - 0.5
}

// Y implements plotter.GridXYZ.
func (g grid) Y(row int) float64 { return float64(row) }

// shades run from white to a dark blue.
type shades struct{}

// Colors implements palette.Palette.
func (shades) Colors() (all []color.Color) {
	const n = 100
	for i := range n + 1 {
		mix := func(from, to int) uint8 { return uint8(from + (to-from)*i/n) }
		all = append(all, color.NRGBA{mix(255, 8), mix(255, 64), mix(255, 129), 255})
	}
	return all
}

// heat draws values from 0 to greatest.
func heat(p *plot.Plot, g grid, greatest float64) {
	h := plotter.NewHeatMap(g, shades{})
	h.Min, h.Max, h.Rasterized = 0, greatest, g.strips > 1
	h.Overflow = color.NRGBA{8, 64, 129, 255}
	p.Add(h)
	p.X.Padding, p.Y.Padding = 0, 0
	p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size = 9, 9
}

// swapped has a row for the test examples of each task and a column for each bias vector.
func swapped(runs []Metrics) *plot.Plot {
	s := runs[0].Tasks
	p := panel.New(fmt.Sprintf("Accuracy (%%) on one W and V of %d units", s.Width), "bias vector of", "test images of")
	n := len(s.Names)
	mean := make([][]float64, n)
	for i := range mean {
		mean[i] = make([]float64, n)
	}
	var labels plotter.XYLabels
	var styles []text.Style
	for i := range n {
		for j := range n {
			for _, r := range runs {
				mean[i][j] += r.Tasks.SwapPct[i][j] / float64(len(runs))
			}
			labels.XYs = append(labels.XYs, plotter.XY{X: float64(j), Y: float64(n - 1 - i)})
			labels.Labels = append(labels.Labels, fmt.Sprintf("%.1f", mean[i][j]))
			style := p.X.Tick.Label
			style.XAlign, style.YAlign = text.XCenter, text.YCenter
			if mean[i][j] > 50 {
				style.Color = color.White
			}
			styles = append(styles, style)
		}
	}
	heat(p, grid{mean, 1}, 100)
	if l, err := plotter.NewLabels(labels); err == nil {
		l.TextStyle = styles
		p.Add(l)
	}
	p.NominalX(s.Names...)
	up := slices.Clone(s.Names)
	slices.Reverse(up)
	p.NominalY(up...)
	return p
}

// varianceMap has a row a unit, sorted by cluster, and a column a task.
func varianceMap(s *Tasks) *plot.Plot {
	c := s.Clusters
	if c == nil {
		return nil
	}
	p := panel.New(fmt.Sprintf("Task variance of units, in %d clusters; first seed", c.K), "task; white 0, dark blue the greatest of all tasks", "unit, sorted by cluster")
	heat(p, grid{c.Variance, 20}, 1)
	p.NominalX(s.Names...)
	at := float64(len(c.Variance)) - 0.5
	for _, size := range c.Sizes[:len(c.Sizes)-1] {
		at -= float64(size)
		panel.Level(p, "", -0.5, float64(len(s.Names))-0.5, at)
	}
	p.Y.Tick.Marker = panel.WholeTicks{}
	return p
}
