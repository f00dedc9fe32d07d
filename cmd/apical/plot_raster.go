package main

import (
	"io"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

func (a *app) plotRasterCommand() *cobra.Command {
	var source sourceFlags
	var burst burstFlags
	var out figureFlags
	var show, vector, bin string
	cmd := &cobra.Command{
		Use:   "raster FILE --out NAME",
		Short: "Draw spikes, those of bursts in a colour of their own",
		Long: `Draws the spikes of a file, populations below each other: singlets in blue, the
spikes of bursts in orange. Up to 20000 spikes are drawn as lines. Of more, a picture
is made in which a pixel is the darker the more spikes fall on it, and mixes the
two colours; a file of ten million takes seconds.`,
		Example: `  apical plot raster runs/xor-quick-seed1/spikes.arrow --until 4s --out raster
  apical plot raster spikes.arrow --rates 50ms --out rates.png
  apical plot raster spikes.arrow --population hidden1 --show 0..99 --out hidden1.svg`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := rasterOptions(show, vector)
			if err != nil {
				return err
			}
			if o.Size, err = out.size(); err != nil {
				return err
			}
			if _, _, err := out.files(args[0]); err != nil {
				return err
			}
			if o.FromS, o.UntilS, err = source.view(); err != nil {
				return err
			}
			t, err := a.openSource(&source, args[0])
			if err != nil {
				return err
			}
			defer t.Close()
			criterion, detection, err := burst.Criterion(t.Recording())
			if err != nil {
				return err
			}
			width := int64(0)
			if bin != "" {
				if width, err = wholeSteps(t.Recording(), "rates", bin, 1); err != nil {
					return err
				}
			}
			r, err := figure.NewRaster(t.Recording(), o)
			if err != nil {
				return experiment.Inputf("%v", err)
			}
			d, err := analysis.NewDetector(stoppable{t, cmd.Context()}, criterion, detection)
			if err != nil {
				return experiment.Inputf("%v", err)
			}
			if err := r.Read(d); err != nil {
				return sourceFailed(cmd.Context(), args[0], t, err)
			}
			var rates []figure.Rates
			if width > 0 {
				if err := t.Rewind(); err != nil {
					return sourceError(args[0], err)
				}
				if rates, err = countIn(cmd.Context(), args[0], t, &burst, width, "0"); err != nil {
					return err
				}
			}
			return out.draw(func(png, svg io.Writer) error { return r.DrawWith(rates, png, svg) })
		},
	}
	source.Register(cmd.Flags())
	burst.Register(cmd.Flags())
	out.register(cmd.Flags(), "")
	onceVar(cmd.Flags(), &show, "show", "", "of each population the first `N` neurons, or those from A..B are drawn (default all)")
	onceVar(cmd.Flags(), &vector, "lines", strconv.Itoa(figure.DefaultVectorSpikes), "draw up to `N` spikes as lines, more as a picture")
	onceVar(cmd.Flags(), &bin, "rates", "", "below the spikes draw rates and burst fraction in bins of `TIME`, such as 50ms")
	return cmd
}

// rasterOptions reads the flags of a raster alone.
func rasterOptions(show, vector string) (o figure.RasterOptions, err error) {
	wrong := &experiment.InputError{}
	if show != "" {
		low, high, isRange := strings.Cut(show, "..")
		if !isRange {
			low, high = "0", show
		}
		a, err1 := strconv.ParseUint(low, 10, 32)
		b, err2 := strconv.ParseUint(high, 10, 32)
		if isRange {
			b++ // 0..99 are 100
		}
		if err1 != nil || err2 != nil || b <= a {
			wrong.Problems = append(wrong.Problems, "show: "+strconv.Quote(show)+", want a number such as 100, or two as in 0..99")
		}
		o.FirstNeuron, o.Neurons = int(a), int(b)-int(a)
	}
	n, err := strconv.ParseInt(vector, 10, 32)
	if err != nil || n < 0 {
		wrong.Problems = append(wrong.Problems, "lines: "+strconv.Quote(vector)+", want a whole number, 0 for none")
	}
	if o.VectorSpikes = int(n); n == 0 {
		o.VectorSpikes = -1
	}
	if len(wrong.Problems) > 0 {
		return o, wrong
	}
	return o, nil
}

// view takes --from and --until out of the flags: figures show the time between
// them, but read the whole recording.
func (f *sourceFlags) view() (fromS, untilS float64, err error) {
	opt, err := f.options()
	if err != nil {
		return 0, 0, err
	}
	f.from, f.until = "", ""
	return opt.FromS, opt.UntilS, nil
}
