package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/information"
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
)

// informationFlags are the flags of analyze information.
type informationFlags struct {
	source   sourceFlags
	burst    burstFlags
	inputs   inputFlags
	carriers string
	alpha    string
	output   directoryFlags
}

func (a *app) informationCommand() *cobra.Command {
	var f informationFlags
	cmd := &cobra.Command{
		Use:   "information FILE --signal FILE...",
		Short: "Measure what event rates and burst fractions say about signals",
		Long: `Compares the streams of each population (event rate, burst rate, burst fraction,
firing rate) with signals that the cells were given, frequency by frequency, and
bounds the information that a linear decoder finds, in bit/s: the integral of
-log2(1-coherence). Estimates of unrelated series exceed 0; the column bit/s has
that taken away in closed form, net by shuffled segments; se is its standard error.
p is the part of the shuffles that gave as much.

A signal is a table with a column of times (time_s, t_s or time_ms) and columns of
values, sampled at least once a bin, on the clock of the spikes. The first is expected in the event rate, as
a somatic or bottom-up signal would be, the second in the burst fraction, as a
dendritic or top-down one; --carriers says otherwise. What carriers have of their
signals together, over what one firing rate has of all of them, is the gain of
multiplexing.`,
		Example: `  apical analyze information spikes.arrow --signal soma.csv --signal dendrite.csv
  apical analyze information spikes.arrow --signal inputs.csv:soma --signal inputs.csv:dendrite --cutoff 20Hz --out info
  apical analyze information spikes.arrow --signal light=stim.arrow:power --carriers burst_fraction --tapers 5 --segment 4s`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeInformation(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	f.burst.Register(fl)
	f.inputs.Register(fl)
	onceVar(fl, &f.carriers, "carriers", "", "streams that carry the signals, `STREAM,...` in their order (default event_rate,burst_fraction)")
	onceVar(fl, &f.alpha, "alpha", "0.05", "`PROBABILITY` with which unrelated series exceed the level of significance at one frequency")
	f.output.Register(fl, "coherence.arrow and metrics.json")
	return cmd
}

// streams reads --carriers, one for each signal.
func (f *informationFlags) streams() ([]information.Stream, error) {
	names := []string{information.EventRate.String(), information.BurstFraction.String()}
	n := len(f.inputs.signals)
	switch {
	case n == 0:
		return nil, experiment.Inputf("signal: none given, want --signal FILE with what the cells were given")
	case f.carriers != "":
		names = strings.Split(f.carriers, ",")
	case n < len(names):
		names = names[:n]
	}
	if len(names) != n {
		return nil, experiment.Inputf("carriers: %d streams for %d signals, want one for each, as in --carriers event_rate,burst_fraction", len(names), n)
	}
	var all []information.Stream
	for _, name := range names {
		i := slices.IndexFunc(information.Streams(), func(s information.Stream) bool { return s.String() == name })
		if i < 0 {
			var known []string
			for _, s := range information.Streams() {
				known = append(known, s.String())
			}
			return nil, experiment.Inputf("carriers: %q%s, want %s", name, experiment.DidYouMean(name, known), strings.Join(known, ", "))
		}
		all = append(all, information.Streams()[i])
	}
	return all, nil
}

func (a *app) analyzeInformation(ctx context.Context, path string, f *informationFlags) error {
	carriers, err := f.streams()
	if err != nil {
		return err
	}
	alpha, err := experiment.ParseQuantity(f.alpha, "")
	if err != nil || !(alpha > 0 && alpha < 1) {
		return experiment.Inputf("alpha: %s, want a probability between 0 and 1, such as 0.05", f.alpha)
	}
	out, err := f.output.Begin(append(f.inputs.files(), path), "coherence.arrow", "metrics.json")
	if err != nil {
		return err
	}
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	rec := table.Recording()
	criterion, detection, err := f.burst.Criterion(rec)
	if err != nil {
		return err
	}
	in, err := f.inputs.Read(rec)
	if err != nil {
		return err
	}
	in.options.Carriers = carriers

	d, err := analysis.NewDetector(table, criterion, detection)
	if err != nil {
		return err
	}
	bins := information.NewBins(in.grid, rec.Populations)
	for d.Next() {
		bins.AddSpikes(d.Batch())
		bins.AddEvents(d.Events())
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := sourceFailed(ctx, path, table, d.Err()); err != nil {
		return err
	}
	found := informationFound{inputs: in, bins: bins, alpha: alpha}
	if found.relations, err = information.Inputs(in.signals, in.options); err != nil {
		return experiment.Inputf("%v", err)
	}
	for i := range rec.Populations {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := information.Measure(bins, i, in.signals, in.options)
		if err != nil {
			return experiment.Inputf("%v", err)
		}
		found.populations = append(found.populations, m)
	}
	meta, _ := fileMeta(path, rec, criterion, detection)
	meta.BurstISISeconds = rec.Seconds(criterion.ISI)
	meta.Extra = found.extra()
	if err := out.Table("coherence.arrow", "coherence", meta, found.columns()); err != nil {
		return err
	}
	if err := out.JSON("metrics.json", found.metrics(meta)); err != nil {
		return err
	}
	return found.write(a.out)
}

// extra is what the metadata of coherence.arrow say beside the columns.
func (f *informationFound) extra() map[string]string {
	var carriers []string
	for _, s := range f.options.Carriers {
		carriers = append(carriers, s.String())
	}
	return map[string]string{
		"signals": strings.Join(f.names, ","), "carriers": strings.Join(carriers, ","),
		"bin_s": fmt.Sprint(f.grid.BinSeconds()), "method": f.method(), "segment_s": fmt.Sprint(1 / f.options.Estimator.Resolution()),
		"independent_segments": fmt.Sprint(f.options.Estimator.Independent(f.grid.Bins())), "alpha": fmt.Sprint(f.alpha),
	}
}
