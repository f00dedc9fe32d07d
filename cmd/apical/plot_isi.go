package main

import (
	"io"
	"strconv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

func (a *app) plotISICommand() *cobra.Command {
	var source sourceFlags
	var out figureFlags
	var isi, bins string
	cmd := &cobra.Command{
		Use:   "isi FILE --out NAME",
		Short: "Draw the intervals between spikes on a logarithmic axis",
		Long: `Draws a histogram of the intervals between the spikes of each neuron, populations
below each other, on a logarithmic axis: the share of intervals per decade. Lines
mark the threshold in use, and the valley between two peaks where there is one.`,
		Example: `  apical plot isi runs/xor-quick-seed1/spikes.arrow --out isi
  apical plot isi spikes.arrow --population pyr --burst-isi 10ms --out pyr.svg`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			size, err := out.size()
			if err != nil {
				return err
			}
			if _, _, err := out.files(args[0]); err != nil {
				return err
			}
			perDecade, err := strconv.Atoi(bins)
			if err != nil || perDecade < 1 || perDecade > 1000 {
				return experiment.Inputf("bins: %q, want a whole number from 1 to 1000", bins)
			}
			t, err := a.openSource(&source, args[0])
			if err != nil {
				return err
			}
			defer t.Close()
			rec := t.Recording()
			threshold, err := stepsWithin(rec, "burst-isi", isi)
			if err != nil {
				return err
			}
			statistics, err := analysis.MeasureIntervals(stoppable{t, cmd.Context()}, analysis.IntervalOptions{ISI: threshold})
			if err != nil {
				return sourceFailed(cmd.Context(), args[0], t, err)
			}
			return out.draw(func(png, svg io.Writer) error {
				return drawingError(figure.DrawIntervals(figure.Densities(statistics, perDecade), rec.Seconds(threshold), size, png, svg))
			})
		},
	}
	source.Register(cmd.Flags())
	onceVar(cmd.Flags(), &isi, "burst-isi", "16ms", "longest interval `TIME` between two spikes of a burst, inclusive")
	onceVar(cmd.Flags(), &bins, "bins", "20", "bins a decade, `N` from 1 to 1000")
	out.register(cmd.Flags(), "")
	return cmd
}
