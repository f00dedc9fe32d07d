package xorvariants

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Variants by key.
	Variants map[string]*xor.Metrics `json:"variants"`
}

// run trains the variants of one seed, one after the other.
func (c comparison) run(ctx context.Context, r *experiment.Run) error {
	values := make([]*experiment.Values, len(c.variants))
	var total float64 // model seconds
	for i, k := range c.variants {
		var err error
		if values[i], err = c.values(r.Values, k); err != nil {
			return err
		}
		total += xor.Seconds(values[i])
	}
	result := Metrics{Variants: map[string]*xor.Metrics{}}
	var done float64
	workers := 0
	for i, k := range c.variants {
		one, err := c.trial(r, k, values[i])
		if err != nil {
			return err
		}
		progress := func(seconds, _ float64, note string) { r.Progress.Set(done+seconds, total, k.label+", "+note) }
		m, err := xor.Train(ctx, one, xor.Options{FilePrefix: k.filePrefix(), Progress: progress})
		r.Adopt(one)
		if err != nil {
			return fmt.Errorf("%s: %w", k.label, err)
		}
		result.Variants[k.key] = m
		workers = max(workers, one.Workers)
		done += xor.Seconds(values[i])
	}
	r.Workers = workers
	if err := r.Metrics(result); err != nil {
		return err
	}
	return c.print(r.Out, result)
}

// trial is a run of xor that leaves its files, under the variant's names, in the
// directory of r. They are those of the same values of xor, byte for byte.
func (c comparison) trial(r *experiment.Run, k variant, v *experiment.Values) (*experiment.Run, error) {
	base := xor.Experiment()
	base.Files = k.files()
	one, err := base.NewRun(v, r.Seed, r.Dir)
	if err != nil {
		return nil, err
	}
	one.Workers, one.Record, one.Codec = r.Workers, r.Record, r.Codec
	return one, nil
}

// print writes a line for each variant.
func (c comparison) print(w io.Writer, m Metrics) error {
	fmt.Fprintln(w, "Cost of the last ten epochs, and the output's event rate (Hz) for each input after learning")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "variant\tcost\t00\t10\t01\t11\tXOR")
	for _, k := range c.variants {
		v := m.Variants[k.key]
		fmt.Fprintf(t, "%s\t%.2f", k.label, *v.FinalCost)
		for _, row := range v.After {
			fmt.Fprintf(t, "\t%.2f", row.EventRateHz["output"])
		}
		verdict := "not learned"
		if v.Solved {
			verdict = "learned"
		}
		fmt.Fprintf(t, "\t%s\n", verdict)
	}
	return t.Flush()
}
