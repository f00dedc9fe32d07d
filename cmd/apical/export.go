package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/export"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

func (a *app) exportCommand() *cobra.Command {
	var f sourceFlags
	var to, out string
	var force bool
	cmd := &cobra.Command{
		Use:   "export FILE --to FORMAT --out FILE",
		Short: "Write a table for other programs: CSV, Parquet, Arrow stream, NumPy",
		Long: `Writes a table in another format. The tables that apical makes (spikes, events,
rates, weights, states and those of analyses) keep their columns; spike files of
others, and of apical where flags choose among its spikes, become time_s, step,
neuron and population, and neuron_id where neurons have names.

Missing values are empty in CSV, and NaN or -1 in NumPy archives.`,
		Example: `  apical export runs/xor-seed1/spikes.arrow --to parquet --out spikes.parquet
  apical export runs/xor-seed1/spikes.arrow --population output --to csv --out output.csv
  apical export runs/xor-seed1/rates.arrow --to csv --out - | head
  apical export nest.dat --time-column time_ms --unit ms --neurons 1000 --to npz --out spikes.npz`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			format := export.Format(to)
			switch {
			case to == "":
				return experiment.Inputf("export: --to FORMAT is missing, want one of %s", strings.Join(export.Formats(), ", "))
			case !slices.Contains(export.Formats(), to):
				return experiment.Inputf("to: %q%s, want one of %s", to, experiment.DidYouMean(to, export.Formats()), strings.Join(export.Formats(), ", "))
			case out == "":
				return experiment.Inputf("export: --out FILE is missing, want a new file, or - for the standard output")
			}
			chosen := false
			for _, name := range f.Names() {
				chosen = chosen || cmd.Flags().Changed(name)
			}
			open, err := a.openTable(&f, args[0], chosen)
			if err != nil {
				return err
			}
			return a.export(cmd.Context(), open, format, args[0], out, force)
		},
	}
	f.Register(cmd.Flags())
	onceVar(cmd.Flags(), &to, "to", "", "`FORMAT` to write: "+strings.Join(export.Formats(), ", "))
	onceVar(cmd.Flags(), &out, "out", "", "the new `FILE`, or - for the standard output")
	cmd.Flags().BoolVar(&force, "force", false, "replace the file that --out names")
	return cmd
}

// openTable returns what opens the table of a file: as it is if apical made it
// and nothing is chosen of it, else its spikes.
func (a *app) openTable(f *sourceFlags, path string, chosen bool) (func() (export.Rows, error), error) {
	if err := wantFile(path); err != nil {
		return nil, err
	}
	whole, err := madeByApical(path)
	if err != nil {
		return nil, err
	}
	if whole && !chosen {
		return func() (export.Rows, error) { return spikefile.OpenRecords(path) }, nil
	}
	t, err := a.openSource(f, path)
	if err != nil {
		return nil, err
	}
	return func() (export.Rows, error) { return export.Spikes(t) }, nil
}

// madeByApical reports that a file is an Arrow table of apical.
func madeByApical(path string) (bool, error) {
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		if errors.Is(err, spikefile.ErrNotArrow) || errors.Is(err, spikefile.ErrEmpty) {
			err = nil // which opening it as a source tells
		}
		return false, fileError(path, err)
	}
	return strings.HasPrefix(r.Format(), "apical."), r.Close()
}

// stoppableRows end with the error of a context once that is cancelled.
type stoppableRows struct {
	export.Rows
	ctx context.Context
}

func (r stoppableRows) Next() bool { return r.ctx.Err() == nil && r.Rows.Next() }

func (r stoppableRows) Err() error { return cmp.Or(r.ctx.Err(), r.Rows.Err()) }

// export writes the table beside the name that it gets when it is complete, or to
// the standard output.
func (a *app) export(ctx context.Context, open func() (export.Rows, error), format export.Format, in, out string, force bool) error {
	write := func(w io.Writer) (int64, error) {
		rows, err := export.Write(w, format, func() (export.Rows, error) {
			table, err := open()
			if err != nil {
				return nil, err
			}
			return stoppableRows{table, ctx}, nil
		})
		if err != nil && ctx.Err() != nil {
			return rows, ctx.Err()
		}
		return rows, sourceError(in, err)
	}
	if out == "-" {
		w := bufio.NewWriterSize(a.out, 1<<16)
		_, err := write(w)
		return errors.Join(err, w.Flush())
	}
	if err := wantOutput("out", out, force, in); err != nil {
		return err
	}
	rows, err := int64(0), error(nil)
	err = writeBeside(out, func(w io.Writer) (err error) {
		rows, err = write(w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%s: %d rows\n", out, rows)
	return nil
}
