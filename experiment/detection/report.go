package detection

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	number := func(format string, x *float64) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf(format, *x)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d cells, %d spikes. Intervals of 95 %% hold what was planted in %.0f %% of the cells (event rate), %.0f %% (burst fraction).\n\n",
		len(m.Cells), m.Spikes, 100*m.Effects.EventRateCoverage, 100*m.Effects.BurstFractionCoverage)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "planted\tfound: none\tevent rate\tburst fraction\tboth")
	for k := range classes {
		row := m.Classes.Table[k.String()]
		fmt.Fprintf(t, "%s", k)
		for j := range classes {
			fmt.Fprintf(t, "\t%d", row[j.String()])
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "session\tintensity (µA)\thits\tevent rate responds (s)\tplanted\tburst fraction responds (s)\tplanted\tspikes per event, over baseline\texpected")
	for i, s := range m.Training.Sessions {
		x := m.Behaviour[i]
		fmt.Fprintf(t, "%d\t%.3g\t%d of %d\t%s\t%.3f\t%s\t%.3f\t%s\t%s\n", s.Session, x.IntensityUA, x.Hits, x.Hits+x.Misses,
			number("%.3f", s.EventLatencyS), s.PlantedEventS, number("%.3f", s.BurstLatencyS), s.PlantedBurstS,
			number("%.2f", s.SpikesPerEvent), number("%.2f", s.ExpectedSpikesPerEvent))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	b.WriteString("\n")
	if c := m.Errors.Late; c != nil {
		fmt.Fprintf(&b, "Misses have more bursts than hits from %.3f to %.3f s (p = %.3g; planted from %.3f to %.3f s).\n", c.FromS, c.UntilS, c.P, m.Errors.PlantedFromS, m.Errors.PlantedUntilS)
	} else {
		fmt.Fprintln(&b, "No time was found at which misses have more bursts than hits.")
	}
	for _, x := range []struct {
		name string
		d    *Decoded
	}{{"cells of constant firing rate", m.Decoding.ConstantRate}, {"cells together", m.Decoding.All}} {
		if x.d == nil {
			continue
		}
		fmt.Fprintf(&b, "Stimulated or not, from %d %s:", x.d.Cells, x.name)
		for _, d := range x.d.Regressors {
			fmt.Fprintf(&b, " %s %.3f,", d.Name, d.Accuracy)
		}
		fmt.Fprintf(&b, " chance %.3f.\n", x.d.Regressors[0].Chance)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
