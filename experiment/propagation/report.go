package propagation

import (
	"fmt"
	"io"
	"strings"
)

// print writes rates and correlations for people.
func (m *Metrics) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s  %14s  %14s  %8s  %8s\n", "", pyr1, pyr2, pv, som)
	for _, x := range []struct {
		name string
		Window
	}{{"Baseline", m.Baseline}, {"Stimulation", m.Stimulation}} {
		fmt.Fprintf(&b, "%-22s", fmt.Sprintf("%s, %g to %g s", x.name, x.FromS, x.ToS))
		for _, name := range pyramidalNames {
			fmt.Fprintf(&b, "  %14s", fmt.Sprintf("%.2f (%s)", x.EventRateHz[name], number(x.BurstProbabilityPct[name], "%.1f")))
		}
		fmt.Fprintf(&b, "  %8.2f  %8.2f\n", x.SpikeRateHz[pv], x.SpikeRateHz[som])
	}
	fmt.Fprintf(&b, "Event rate in Hz (burst probability in %%), spike rate of the interneurons in Hz.\n\n")
	fmt.Fprintf(&b, "Correlation of what is sent and what is received, over bins of the stimulation:\n")
	for _, x := range []struct{ text, key string }{
		{"up:   current into pyr1 somata -> event rate of pyr1", "er1_soma_current"},
		{"up:   event rate of pyr1 -> event rate of pyr2", "er2_er1"},
		{"down: current into pyr2 dendrites -> burst probability of pyr2", "bp2_dendrite_current"},
		{"down: burst rate of pyr2 -> burst probability of pyr1", "bp1_br2"},
		{"kept apart: event rate and burst probability of pyr2", "bp2_er2"},
	} {
		fmt.Fprintf(&b, "  %-64s %6s\n", x.text, number(m.Correlation[x.key], "%.2f"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// number writes a value that there may not be.
func number(x *float64, format string) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf(format, *x)
}
