package curve

import (
	"fmt"
	"io"
	"strings"
)

// Table writes curves for people.
type Table struct{ text strings.Builder }

// Add appends a curve.
func (t *Table) Add(title string, points []Point) {
	fmt.Fprintf(&t.text, "%s\n", title)
	t.row("current (pA)", points, func(p Point) string { return fmt.Sprintf("%g", p.DendriticCurrentPA) })
	t.row("burst probability (%)", points, func(p Point) string {
		if p.BurstProbabilityPct == nil {
			return "-"
		}
		return fmt.Sprintf("%.1f", *p.BurstProbabilityPct)
	})
	t.row("event rate (Hz)", points, func(p Point) string { return fmt.Sprintf("%.2f", p.EventRateHz) })
}

// Note appends a line.
func (t *Table) Note(format string, args ...any) { fmt.Fprintf(&t.text, format+"\n", args...) }

func (t *Table) row(name string, points []Point, cell func(Point) string) {
	fmt.Fprintf(&t.text, "  %-22s", name)
	for _, p := range points {
		fmt.Fprintf(&t.text, " %6s", cell(p))
	}
	t.text.WriteByte('\n')
}

// Print writes what was added.
func (t *Table) Print(w io.Writer) error {
	_, err := io.WriteString(w, t.text.String())
	return err
}
