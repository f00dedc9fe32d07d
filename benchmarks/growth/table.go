package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// table writes both series in Markdown.
func (m measurements) table(to io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s.\n", m.machine)
	for _, s := range []series{byCells(), bySynapses()} {
		fmt.Fprintf(&text, "\n%s%s:\n\n", strings.ToUpper(s.name[:1]), s.name[1:])
		text.WriteString("| cells | synapses | workers | model-s/s | CPU-s/model-s | ns/update | ns/event | build, s | M synapses/CPU-s | B/synapse | peak heap, MB | Hz |\n")
		text.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|\n")
		for _, r := range m.rows {
			if !s.holds(r) {
				continue
			}
			v := r.values
			fmt.Fprintf(&text, "| %s | %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
				grouped(r.cells), grouped(r.synapses()), r.workers, digits(v[speed]), digits(v[processorTime]), digits(v[update]),
				digits(v[event]), digits(v[building]), digits(v[wiring]/1e6), digits(v[held]), digits(v[peak]), digits(v[rate]))
		}
	}
	_, err := io.WriteString(to, text.String())
	return err
}

// digits writes three significant digits, without an exponent.
func digits(v float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return fmt.Sprint(v)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return fmt.Sprintf("%.*f", decimals, v)
}

// grouped writes a number of things in groups of three, from 10 000 on.
func grouped(n int) string {
	s := fmt.Sprint(n)
	if len(s) < 5 {
		return s
	}
	var groups []string
	for len(s) > 3 {
		groups = append([]string{s[len(s)-3:]}, groups...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, groups...), " ")
}
