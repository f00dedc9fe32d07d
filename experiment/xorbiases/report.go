package xorbiases

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// print writes a line for each variant, and one for the biases of each population
// that learned.
func (m *Metrics) print(w io.Writer) error {
	fmt.Fprintln(w, "Cost of the last ten epochs, against nothing learned, and the output's event rate (Hz) for each input after learning")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "learns\tcost\tchange\t00\t10\t01\t11\tXOR")
	for _, k := range variants {
		r, ok := m.Variants[k.key]
		if !ok {
			continue
		}
		fmt.Fprintf(t, "%s\t%.2f\t%s", k.label, *r.FinalCost, signed(r.FinalCostChange))
		for _, row := range r.After {
			fmt.Fprintf(t, "\t%.2f", row.EventRateHz["output"])
		}
		verdict := "not learned"
		if r.Solved {
			verdict = "learned"
		}
		fmt.Fprintf(t, "\t%s\n", verdict)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "biases\tof\tbefore\tmean\tsd\tleast\tlargest\tr(preference)\tr(rate)")
	for _, k := range variants {
		r, ok := m.Variants[k.key]
		if !ok {
			continue
		}
		for _, name := range biased {
			if b := r.Biases[name]; k.learns(biasPrefix + name) {
				fmt.Fprintf(t, "%s\t%s\t%.3f\t%.4f\t%.4f\t%.3f\t%.3f\t%s\t%s\n", k.label, name,
					b.Initial, b.Mean, b.SD, b.Min, b.Max, signed(b.PreferenceCorrelation), signed(b.RateCorrelation))
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range []string{"plain", "signed"} {
		if s := m.Scans[name]; s != nil {
			fmt.Fprintf(w, "\nShared biases, %s read-out: %d of %d combinations compute XOR; the best is %.2f Hz on the right side of the line (wrong if negative), contrast at most %.2f Hz\n",
				name, s.Solved, len(s.Points), s.LineMarginHz, s.ContrastHz)
		}
	}
	return nil
}

// signed writes a number that may be absent, with its sign.
func signed(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%+.2f", *x)
}
