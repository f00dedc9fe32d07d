package pairing

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes the curves for people: a table for each protocol.
func (m *Metrics) print(w io.Writer) error {
	var b bytes.Buffer
	for _, name := range protocolNames {
		if r := *m.of(name); r != nil {
			if b.Len() > 0 {
				fmt.Fprintln(&b)
			}
			r.print(&b, name)
		}
	}
	_, err := b.WriteTo(w)
	return err
}

// most columns of a table; a grid of more curves has a row for each instead.
const mostColumns = 4

func (r *Result) print(b *bytes.Buffer, name string) {
	what := "weight change"
	if r.Realisations > 1 {
		what += fmt.Sprintf(", mean and standard deviation of %d realisations", r.Realisations)
	}
	fmt.Fprintf(b, "%s: %s\n", name, what)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	labels := names(r.Curves)
	if len(r.Curves) > mostColumns {
		r.rows(t, labels)
		_ = t.Flush() // to memory
		return
	}
	r.columns(t, name, labels)
	_ = t.Flush()
	for i, c := range r.Curves {
		if text := c.remark(); text != "" {
			if labels[i] != "" {
				text = labels[i] + ": " + text
			}
			fmt.Fprintf(b, "  %s\n", text)
		}
	}
}

// columns writes a column for each curve.
func (r *Result) columns(t io.Writer, name string, labels []string) {
	x := "Hz"
	if name == burstPoisson {
		x = "p"
	}
	fmt.Fprintf(t, "  %s\t", x)
	fmt.Fprintln(t, strings.Join(labels, "\t")+"\t")
	for i := range r.Curves[0].Points {
		fmt.Fprintf(t, "  %.4g\t", r.Curves[0].Points[i].X())
		for _, c := range r.Curves {
			fmt.Fprintf(t, "%s\t", c.Points[i].cell())
		}
		fmt.Fprintln(t)
	}
}

// rows writes a row for each curve.
func (r *Result) rows(t io.Writer, labels []string) {
	fmt.Fprint(t, "\t")
	for _, q := range r.Curves[0].Points {
		fmt.Fprintf(t, "%.4g Hz\t", q.X())
	}
	fmt.Fprintln(t)
	for i, c := range r.Curves {
		fmt.Fprintf(t, "  %s\t", labels[i])
		for _, q := range c.Points {
			fmt.Fprintf(t, "%s\t", q.cell())
		}
		fmt.Fprintln(t)
	}
}

func (p Point) cell() string {
	if p.SD == nil || *p.SD == 0 {
		return fmt.Sprintf("%.3f", p.WeightChange)
	}
	return fmt.Sprintf("%.2f ± %.2f", p.WeightChange, *p.SD)
}

// names tells the curves of a protocol apart: each by what differs between them.
func names(curves []Curve) []string {
	all := make([]string, len(curves))
	for _, field := range []struct {
		format string
		of     func(Curve) float64
	}{
		{"%.4g Hz", func(c Curve) float64 { return c.EventRateHz }},
		{"p0 %.4g", func(c Curve) float64 { return c.P0 }},
		{"e0 %.4g Hz", func(c Curve) float64 {
			if c.E0Hz == c.EventRateHz {
				return 0 // follows the train
			}
			return c.E0Hz
		}},
		{"tau_pre %.4g s", func(c Curve) float64 { return c.TauPreS }},
		{"tau_avg %.4g s", func(c Curve) float64 { return c.TauAvgS }},
	} {
		differs := false
		for _, c := range curves {
			differs = differs || field.of(c) != field.of(curves[0])
		}
		if !differs {
			continue
		}
		for i, c := range curves {
			if all[i] != "" {
				all[i] += ", "
			}
			all[i] += fmt.Sprintf(field.format, field.of(c))
		}
	}
	return all
}

// remark tells the shape.
func (c Curve) remark() string {
	switch {
	case c.JumpFromHz != nil:
		return fmt.Sprintf("jumps to potentiation between %.1f and %.1f Hz", *c.JumpFromHz, *c.JumpToHz)
	case c.ZeroCrossingHz != nil:
		return fmt.Sprintf("crosses 0 at %.1f Hz", *c.ZeroCrossingHz)
	case c.ZeroCrossingProbability != nil:
		return fmt.Sprintf("crosses 0 at p = %.3f, slope %.2f", *c.ZeroCrossingProbability, *c.Slope)
	}
	return ""
}
