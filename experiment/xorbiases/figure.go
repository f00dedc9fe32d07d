package xorbiases

import (
	"cmp"
	"io"
	"slices"

	"gonum.org/v1/plot"

	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/internal/panel"
)

// colours of the variants' costs, and of the populations' biases.
var (
	colours = map[string]panel.Colour{
		"nothing": panel.Grey, "weights": panel.Blue, "output_biases": panel.Orange, "hidden_biases": panel.Green,
		"biases": panel.Vermilion, "weights_and_biases": panel.Purple, "signed_nothing": panel.Grey, "signed_biases": panel.Vermilion,
	}
	biasColours = [...]panel.Colour{panel.Green, panel.Orange, panel.Vermilion}
)

// figure draws, of one or more seeds, for each of the two read-outs: costs, what the
// output answers before and after its biases have learned, and the biases. What was
// not run is left out.
func figure(metrics []Metrics, png, svg io.Writer) error {
	runs := map[string][]xor.Metrics{}
	for _, m := range metrics {
		for key, r := range m.Variants {
			runs[key] = append(runs[key], *r.Metrics)
		}
	}
	var rows [][]*plot.Plot
	for _, read := range []struct {
		signed              bool
		title, biases, name string
	}{{false, "As in the paper, ", "biases", "biases alone"}, {true, "Signed read-out, ", "signed_biases", "biases, signed read-out"}} {
		costs := xor.CostPanel(read.title + panel.Seeds(len(metrics)))
		some := false
		for _, k := range drawn() {
			if all := runs[k.key]; k.signed == read.signed && len(all) > 0 {
				// What learns nothing is often as good as what does, and lies above it in dashes.
				xor.AddCost(costs, k.label, all, panel.Style{Colour: colours[k.key], Dashed: k.key == k.control(), Band: 2})
				some = true
			}
		}
		if !some {
			continue
		}
		xor.AddChance(costs)
		row := []*plot.Plot{costs, nil, nil}
		if all := runs[read.biases]; len(all) > 0 {
			row[1], row[2] = xor.OutputPanel("Output: "+read.name, all), biasPanel("Biases: "+read.name, read.biases, metrics)
		}
		rows = append(rows, row)
	}
	return panel.Save(rows, xor.PanelWidth, xor.PanelHeight, png, svg)
}

// drawn are the variants in the order of drawing, those last in which nothing learns.
func drawn() []variant {
	all := slices.Clone(variants[:])
	slices.SortStableFunc(all, func(a, b variant) int {
		return cmp.Compare(last(a), last(b))
	})
	return all
}

// last is 1 for a variant that is drawn after the others.
func last(k variant) int {
	if k.key == k.control() {
		return 1
	}
	return 0
}

// biasPanel draws how many neurons of each population have which bias in the end, mean
// over seeds, and with an upright line where all began.
func biasPanel(title, key string, metrics []Metrics) *plot.Plot {
	p := panel.New(title, "bias (leak conductances)", "neurons in a bin")
	p.X.Min, p.X.Max = 0, 1
	for i, name := range biased {
		var x []float64
		counts := make([][]float64, len(metrics))
		for s, m := range metrics {
			b := m.Variants[key].Biases[name]
			width := m.BiasMax / histogramBins
			p.X.Max = m.BiasMax
			x = x[:0]
			// Stairs: a bin is drawn from its lower edge to its upper one.
			for bin, n := range b.Histogram {
				x = append(x, float64(bin)*width, float64(bin+1)*width)
				counts[s] = append(counts[s], float64(n), float64(n))
			}
			if s == 0 {
				panel.Upright(p, b.Initial, panel.Style{Colour: biasColours[i], Dashed: true})
			}
		}
		panel.Curve(p, name, x, counts, panel.Style{Colour: biasColours[i], Band: 2})
	}
	p.Y.Min, p.Y.Max = 0, 1.1*p.Y.Max // nothing touches the frame
	return p
}
