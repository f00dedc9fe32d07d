package rule

import (
	"fmt"
	"io"
	"strings"
)

// print writes the phases for people.
func (m *Metrics) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, "Event rate (ER), burst probability (BP) and its running average at the end of each phase;")
	fmt.Fprintln(&b, "weights in % of their initial mean: change in the phase, and since the beginning.")
	fmt.Fprintf(&b, "  %-15s %9s %5s %7s  %8s %7s  %8s %7s %7s  %7s %7s\n",
		"phase", "s", "d", "pA", "ER in", "BP in", "ER out", "BP out", "average", "weight", "since")
	for _, p := range m.Phases {
		fmt.Fprintf(&b, "  %-15s %9s %5g %7g  %8s %7s  %8s %7s %7s  %7s %7s\n",
			p.Name, fmt.Sprintf("%g-%g", p.FromS, p.ToS), p.D, p.InputDendritePA,
			cell(p.PreEventRateHz, "%.2f Hz"), cell(p.PreBurstProbabilityPct, "%.1f %%"),
			cell(p.PostEventRateHz, "%.2f Hz"), cell(p.PostBurstProbabilityPct, "%.1f %%"), cell(p.AverageEndPct, "%.1f %%"),
			cell(p.WeightChangePct, "%+.2f"), cell(p.WeightEndPct, "%+.2f"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell writes a number, or a dash for none.
func cell(x *float64, format string) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf(format, *x)
}
