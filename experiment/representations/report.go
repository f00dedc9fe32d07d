package representations

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	var b strings.Builder
	m.printFeedback(&b)
	printTable(&b, "Before learning", m.Before, m.LineHz)
	if m.After != nil {
		printTable(&b, "After learning", m.After, m.LineHz)
		m.printAngles(&b)
	}
	y := m.Yardstick
	fmt.Fprintf(&b, "Least cost of the rate network: %.2f; with hidden layer 1 kept as it was %.2f, with hidden layer 2 %.2f; chance %.2f.\n",
		y.Best, y.FrozenHidden1, y.FrozenHidden2, m.ChanceCost)
	if n := len(m.EpochCosts); n > 0 {
		fmt.Fprintf(&b, "Cost of the first epoch %.2f, of the last %.2f", m.EpochCosts[0], m.EpochCosts[n-1])
		if len(y.Backpropagation) == n {
			fmt.Fprintf(&b, "; of a rate network with steps as long %.2f by backpropagation, %.2f by feedback alignment", y.Backpropagation[n-1], y.Alignment[n-1])
		}
		fmt.Fprintln(&b, ".")
		if y.AtHorizon != nil {
			fmt.Fprintf(&b, "After %d epochs the rate network has cost %.2f by backpropagation, %.2f by feedback alignment.\n", y.Horizon, *y.AtHorizon, *y.AlignmentAtHorizon)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// hidden and output ensembles of a table, in the order of the layers.
func ensembles(seen map[string]float64) (names []string) {
	for _, name := range []string{"hidden1_1", "hidden1_2", "hidden2_1", "hidden2_2", output} {
		if _, ok := seen[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

func (m *Metrics) printFeedback(b *strings.Builder) {
	fmt.Fprintln(b, "Burst probability (%) with a current into the output's dendrites")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	names := ensembles(m.Feedback.GainPct)
	fmt.Fprintf(t, "pA\t%s\t\n", strings.Join(names, "\t"))
	for i, current := range m.Feedback.CurrentPA {
		fmt.Fprintf(t, "%g\t", current)
		for _, name := range names {
			fmt.Fprintf(t, "%.1f\t", m.Feedback.BurstProbabilityPct[name][i])
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // a strings.Builder takes everything
	fmt.Fprintln(b)
}

func printTable(b *strings.Builder, title string, table []Row, lineHz float64) {
	fmt.Fprintf(b, "%s: event rate in Hz (burst probability in %%)\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for k, r := range table {
		names := ensembles(r.EventRateHz)
		if k == 0 {
			fmt.Fprintf(t, "input\t%s\tanswer\t\t\n", strings.Join(names, "\t"))
		}
		fmt.Fprintf(t, "%s\t", r.Input)
		for _, name := range names {
			if bp := r.BurstProbabilityPct[name]; bp != nil {
				fmt.Fprintf(t, "%.2f (%.0f)\t", r.EventRateHz[name], *bp)
			} else {
				fmt.Fprintf(t, "%.2f (-)\t", r.EventRateHz[name])
			}
		}
		fmt.Fprintf(t, "%s\t%s\t\n", map[bool]string{true: "1, above", false: "0, below"}[r.Target],
			map[bool]string{true: "right", false: "wrong"}[(r.EventRateHz[output] > lineHz) == r.Target])
	}
	_ = t.Flush() // a strings.Builder takes everything
	fmt.Fprintln(b)
}

func (m *Metrics) printAngles(b *strings.Builder) {
	fmt.Fprintln(b, "Angle (degrees) between weight changes and the descent of the matching rate network,")
	fmt.Fprintln(b, "by backpropagation (by feedback alignment); 5 % of random directions come below chance")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "epoch\t%s\t\n", strings.Join(layerNames[:], "\t"))
	for _, a := range m.Angles {
		fmt.Fprintf(t, "%d\t", a.Epoch)
		for _, layer := range layerNames {
			fmt.Fprintf(t, "%.0f (%.0f)\t", a.Layers[layer].WeightsDeg, a.Layers[layer].WeightsAlignedDeg)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprint(t, "chance\t")
	for _, layer := range layerNames {
		fmt.Fprintf(t, "%.0f\t", m.ChanceDeg[layer].Weights)
	}
	fmt.Fprintln(t)
	_ = t.Flush() // a strings.Builder takes everything
	fmt.Fprintln(b)
}
