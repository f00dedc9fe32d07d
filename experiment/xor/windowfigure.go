package xor

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"

	"github.com/apical-sim/apical/internal/panel"
)

// signal is a value of each bin of a course, NaN where there is none.
type signal func(c Course, bin int) float64

func eventRate(population string) signal {
	return func(c Course, bin int) float64 { return at(c.EventRateHz[population], bin) }
}

func burstRate(population string) signal {
	return func(c Course, bin int) float64 { return at(c.BurstRateHz[population], bin) }
}

func burstProbability(population string) signal {
	bursts, events := burstRate(population), eventRate(population)
	return func(c Course, bin int) float64 { return 100 * bursts(c, bin) / events(c, bin) }
}

func at(values []float64, i int) float64 {
	if i >= len(values) {
		return math.NaN()
	}
	return values[i]
}

// The courses of a run that have panels.
func before(m Metrics) *Course { return &m.BeforeCourse }
func after(m Metrics) *Course  { return m.AfterCourse }
func window(m Metrics) *Course {
	if m.Window == nil {
		return nil
	}
	return &m.Window.Course
}

// series gives the middles of the bins, s, and a signal of each seed that has the
// course.
func series(runs []Metrics, course func(Metrics) *Course, f signal) (x []float64, y [][]float64) {
	for _, r := range runs {
		c := course(r)
		if c == nil {
			continue
		}
		values := make([]float64, len(c.EventRateHz["output"]))
		for i := range values {
			values[i] = f(*c, i)
		}
		if x == nil {
			for i := range values {
				x = append(x, (float64(i)+0.5)*c.BinS)
			}
		}
		y = append(y, values)
	}
	return x, y
}

// windowTitle names the epoch of the window.
func windowTitle(title string, runs []Metrics) string {
	if w := runs[0].Window; w != nil {
		return fmt.Sprintf("%s, epoch %d", title, w.Epoch)
	}
	return title
}

// teacherPanel draws the mean current that teaches the output.
func teacherPanel(runs []Metrics) *plot.Plot {
	p := coursePanel(windowTitle("Teacher", runs), "current into dendrites (pA)", 1, runs, window)
	x, _ := series(runs, window, eventRate("output"))
	var currents [][]float64
	for _, r := range runs {
		if r.Window != nil {
			currents = append(currents, r.Window.TeacherPA)
		}
	}
	panel.Curve(p, "mean over neurons", x, currents, panel.Style{Colour: panel.Purple, Band: 2})
	p.Y.Tick.Marker = panel.WholeTicks{}
	p.Y.Max += 0.3 * (p.Y.Max - p.Y.Min) // room for the legend
	return p
}

// outputWindowPanel draws the output's bursts while it learns.
func outputWindowPanel(runs []Metrics) *plot.Plot {
	p := coursePanel(windowTitle("Output", runs), "burst probability (%)", topPercent, runs, window)
	add(p, "output", runs, window, burstProbability("output"), panel.Style{Colour: panel.Vermilion})
	return p
}

// FeedbackPanel draws the bursts of a hidden population beside those of the output,
// which it receives with the sign given, brought to the same range.
func FeedbackPanel(population string, sign float64, runs []Metrics) *plot.Plot {
	p := coursePanel(windowTitle(population, runs), "burst probability (%)", topPercent, runs, window)
	colour, label := panel.Green, "burst rate of the output, rescaled"
	if sign < 0 {
		colour, label = panel.Orange, "− "+label
	}
	add(p, population, runs, window, burstProbability(population), panel.Style{Colour: colour})
	x, bursts := series(runs, window, func(c Course, bin int) float64 { return sign * burstRate("output")(c, bin) })
	_, response := series(runs, window, burstProbability(population))
	panel.Curve(p, label, x, [][]float64{panel.Rescale(panel.Mean(bursts), panel.Mean(response))},
		panel.Style{Colour: panel.Black, Dashed: true})
	return p
}
