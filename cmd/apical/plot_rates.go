package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/cobra"
)

func (a *app) plotRatesCommand() *cobra.Command {
	var source sourceFlags
	var burst burstFlags
	var out figureFlags
	var bin, dead string
	cmd := &cobra.Command{
		Use:   "rates FILE --out NAME",
		Short: "Draw event, burst and firing rates, and the burst fraction",
		Long: `Draws rates of events, bursts and spikes over time, and below them the burst
fraction with its interval and its chance level. FILE holds rates, as a run or
'apical analyze rates' leaves them, or spikes, which are then counted in bins.
There is a gap where a value is null. The rates of a run count a burst at its second
spike; they have no interval, and no chance level.`,
		Example: `  apical plot rates runs/xor-quick-seed1/rates.arrow --population hidden1 --out rates
  apical plot rates runs/xor-quick-seed1/spikes.arrow --bin 100ms --out counted.svg`,
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
			rates, err := a.ratesOf(cmd.Context(), args[0], &source, &burst, bin, dead)
			if err != nil {
				return err
			}
			return out.draw(func(png, svg io.Writer) error {
				return drawingError(figure.DrawRates(rates, from, until, size, png, svg))
			})
		},
	}
	source.Register(cmd.Flags())
	burst.Register(cmd.Flags())
	onceVar(cmd.Flags(), &bin, "bin", "", "`TIME` of a bin, if FILE holds spikes (default 20ms)")
	onceVar(cmd.Flags(), &dead, "dead-time", "0", "dead `TIME` after a spike, of the chance level")
	out.register(cmd.Flags(), "")
	return cmd
}

// ratesOf reads a file of rates, or counts the spikes of a file of spikes.
func (a *app) ratesOf(ctx context.Context, path string, source *sourceFlags, burst *burstFlags, bin, dead string) ([]figure.Rates, error) {
	if err := wantFile(path); err != nil {
		return nil, err
	}
	rates, err := readRates(path)
	if errors.Is(err, spikefile.ErrSchema) {
		rates, err = readBurstRates(path)
	}
	switch {
	case errors.Is(err, spikefile.ErrSchema), errors.Is(err, spikefile.ErrNotArrow):
		return a.countRates(ctx, path, source, burst, bin, dead)
	case err != nil:
		return nil, fileError(path, err)
	case bin != "":
		return nil, experiment.Inputf("bin: %s holds rates in bins already", path)
	}
	return chosen(rates, source.populations, func(r figure.Rates) string { return r.Population })
}

// drawingError makes wrong input of what a figure cannot be drawn of.
func drawingError(err error) error {
	if err != nil {
		return experiment.Inputf("%v", err)
	}
	return nil
}

// chosen keeps those whose name was asked for; all, if none was.
func chosen[T any](all []T, names []string, name func(T) string) (kept []T, err error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, x := range all {
		known = append(known, name(x))
	}
	for _, wanted := range names {
		found := false
		for i, x := range all {
			if known[i] == wanted {
				kept, found = append(kept, x), true
			}
		}
		if !found {
			help := experiment.DidYouMean(wanted, known)
			if help == "" {
				help = "; there are " + strings.Join(known[:min(12, len(known))], ", ")
			}
			return nil, experiment.Inputf("%q is not in the file%s", wanted, help)
		}
	}
	return kept, nil
}

// readRates reads a file of rates that a run left, by population. Their bursts count
// at the second spike, so a burst fraction is no share of the events of its bin and
// has no interval.
func readRates(path string) ([]figure.Rates, error) {
	meta, rows, err := spikefile.ReadRates(path)
	if err != nil {
		return nil, err
	}
	all := make([]figure.Rates, len(meta.Populations))
	for _, r := range rows {
		c := &all[r.Population]
		c.Population, c.BinS = meta.Populations[r.Population].Name, r.BinS
		fraction, ok := r.BurstFraction()
		if !ok {
			fraction = math.NaN()
		}
		c.TimeS = append(c.TimeS, r.TimeS+r.BinS/2)
		c.EventHz, c.BurstHz, c.FiringHz = append(c.EventHz, r.EventRateHz()), append(c.BurstHz, r.BurstRateHz()), append(c.FiringHz, r.FiringRateHz())
		c.Fraction = append(c.Fraction, fraction)
	}
	kept := all[:0]
	for _, c := range all {
		if len(c.TimeS) > 0 {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// readBurstRates reads a file of 'apical analyze rates', by group.
func readBurstRates(path string) ([]figure.Rates, error) {
	_, about, rows, err := spikefile.ReadBurstRates(path)
	if err != nil {
		return nil, err
	}
	var all []figure.Rates
	at := map[string]int{}
	for _, r := range rows {
		name := about.Groups[r.Group]
		if r.Neuron >= 0 {
			name += " " + cmp.Or(r.NeuronID, strconv.FormatInt(r.Neuron, 10))
		}
		i, known := at[name]
		if !known {
			i = len(all)
			at[name], all = i, append(all, figure.Rates{Population: name, BinS: r.BinS, Confidence: about.Confidence})
		}
		all[i].Push(figure.RatePoint{TimeS: r.TimeS + r.BinS/2, EventHz: r.EventRateHz, BurstHz: r.BurstRateHz, FiringHz: r.FiringRateHz,
			Fraction: r.BurstFraction, Low: r.CILow, High: r.CIHigh, Events: r.Effective, Chance: r.Chance})
	}
	return all, nil
}

// countRates counts the spikes of a file in bins.
func (a *app) countRates(ctx context.Context, path string, source *sourceFlags, burst *burstFlags, bin, dead string) ([]figure.Rates, error) {
	t, err := a.openSource(source, path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if bin == "" {
		bin = "20ms"
	}
	width, err := wholeSteps(t.Recording(), "bin", bin, 1)
	if err != nil {
		return nil, err
	}
	if err := wantRows(t.Recording(), width, len(t.Recording().Populations), mostPoints); err != nil {
		return nil, err
	}
	return countIn(ctx, path, t, burst, width, dead)
}

// countIn counts the spikes of an open file in bins of a width in steps.
func countIn(ctx context.Context, path string, t *spiketable.Table, burst *burstFlags, width int64, dead string) (rates []figure.Rates, err error) {
	rec := t.Recording()
	c := figure.Counting{Confidence: 0.95, Bins: analysis.Bins{Width: width, Origin: rec.Windows[0].From}}
	if c.Criterion, c.Detector, err = burst.Criterion(rec); err != nil {
		return nil, err
	}
	steps, err := wholeSteps(rec, "dead-time", dead, 0)
	if err != nil {
		return nil, err
	}
	if steps >= c.Criterion.ISI {
		return nil, experiment.Inputf("dead-time: %s, want less than --burst-isi", dead)
	}
	c.DeadTimeS = rec.Seconds(steps)
	rates, err = figure.RatesOf(stoppable{t, ctx}, c)
	return rates, sourceFailed(ctx, path, t, err)
}
