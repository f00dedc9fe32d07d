package main

import (
	"io"

	"github.com/apical-sim/apical/analysis/figure"
	"github.com/spf13/cobra"
)

func (a *app) plotWeightsCommand() *cobra.Command {
	var source sourceFlags
	var out figureFlags
	var projections []string
	cmd := &cobra.Command{
		Use:   "weights FILE --out NAME",
		Short: "Draw the weights of projections over time",
		Long: `Draws the weights of each projection over time: their mean, a standard deviation
to each side, and the range from the least to the greatest. FILE is the
weights.arrow of a run.`,
		Example: `  apical plot weights runs/xor-quick-seed1/weights.arrow --out weights
  apical plot weights runs/xor-quick-seed1/weights.arrow --projection hidden1_output --out hidden1_output.png`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			size, err := out.size()
			if err != nil {
				return err
			}
			if _, _, err := out.files(args[0]); err != nil {
				return err
			}
			from, until, err := source.view()
			if err != nil {
				return err
			}
			weights, err := readWeights(args[0])
			if err != nil {
				return err
			}
			weights, err = chosen(weights, projections, func(w figure.Weights) string { return w.Projection })
			if err != nil {
				return err
			}
			return out.draw(func(png, svg io.Writer) error {
				return drawingError(figure.DrawWeights(weights, from, until, size, png, svg))
			})
		},
	}
	onceVar(cmd.Flags(), &source.from, "from", "", "draw from `TIME` on, such as 2s")
	onceVar(cmd.Flags(), &source.until, "until", "", "draw up to `TIME`")
	cmd.Flags().StringArrayVar(&projections, "projection", nil, "only projection `NAME`, may be repeated (default all)")
	out.register(cmd.Flags(), "")
	return cmd
}
