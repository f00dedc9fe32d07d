package xor

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// print writes the truth tables and the course of the cost for people.
func (m *Metrics) print(w io.Writer) error {
	var b strings.Builder
	table(&b, "Before learning", m.Before)
	if m.After != nil {
		fmt.Fprintln(&b)
		table(&b, "After learning", *m.After)
		fmt.Fprintln(&b)
		m.verdict(&b)
	}
	if len(m.EpochCosts) >= curveHeight {
		fmt.Fprintln(&b)
		fmt.Fprintln(&b, costCurve(m.EpochCosts))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes event rates, and burst probabilities in brackets.
func table(b *strings.Builder, title string, t TruthTable) {
	fmt.Fprintf(b, "%s: event rate in Hz (burst probability in %%)\n", title)
	fmt.Fprintf(b, "  input")
	for _, name := range populationNames {
		fmt.Fprintf(b, "  %13s", name)
	}
	fmt.Fprintf(b, "   XOR\n")
	for i, row := range t {
		fmt.Fprintf(b, "  %5s", row.Input)
		for _, name := range populationNames {
			fmt.Fprintf(b, "  %13s", cell(row, name))
		}
		answer := "0, below"
		if examples[i].target {
			answer = "1, above"
		}
		state := "wrong"
		if (row.EventRateHz["output"] > LineHz) == examples[i].target {
			state = "right"
		}
		fmt.Fprintf(b, "   %s %g Hz: %s\n", answer, float64(LineHz), state)
	}
}

func cell(row Row, population string) string {
	bp := row.BurstProbabilityPct[population]
	if bp == nil {
		return fmt.Sprintf("%.2f (-)", row.EventRateHz[population])
	}
	return fmt.Sprintf("%.2f (%4.1f)", row.EventRateHz[population], *bp)
}

func (m *Metrics) verdict(b *strings.Builder) {
	if m.Solved {
		fmt.Fprintf(b, "Learned: the output is above %g Hz for 10 and 01 and below for 00 and 11.\n", float64(LineHz))
		return
	}
	fmt.Fprintf(b, "Not learned: the output is on the wrong side of %g Hz for at least one input.\n", float64(LineHz))
}

// The size of the curve, in characters, and how many points are averaged at
// most into one column.
const curveWidth, curveHeight = 64, 8

func costCurve(costs []float64) string {
	return asciigraph.Plot(columns(costs, curveWidth),
		asciigraph.Height(curveHeight),
		asciigraph.Precision(2),
		asciigraph.XAxisRange(1, float64(len(costs))),
		asciigraph.XAxisValueFormatter(func(epoch float64) string { return fmt.Sprintf("%.0f", epoch) }),
		asciigraph.Caption(fmt.Sprintf("cost of each epoch, 1 to %d (chance %.2f)", len(costs), 4*math.Ln2)),
	)
}

// columns averages values into at most n columns.
func columns(values []float64, n int) []float64 {
	n = min(n, len(values))
	out := make([]float64, n)
	for i := range out {
		from, to := i*len(values)/n, (i+1)*len(values)/n
		for _, v := range values[from:to] {
			out[i] += v
		}
		out[i] /= float64(to - from)
	}
	return out
}
