package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

// sweepFlags are the flags of analyze sweep.
type sweepFlags struct {
	source                      sourceFlags
	output                      outputFlags
	isi, step, confidence, dead string
}

func (a *app) sweepCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Event rate and burst fraction at every threshold",
		Long: `Shows how much hinges on the threshold that tells bursts: rates of events (ER) and
bursts (BR), the burst fraction (BF) with its interval, the fraction that the
neurons' firing rates alone would bring about (BF0), and the spikes of a burst, at
each of many thresholds. All come from one pass over the spikes, and are what
'apical analyze events' gives at each; but spikes/burst is of all bursts here, also
of those that the end of the recording cuts.`,
		Example: `  apical analyze sweep runs/xor-seed1/spikes.arrow
  apical analyze sweep spikes.arrow --burst-isi 2ms..20ms --step 0.5ms --out sweep.arrow
  apical analyze sweep spikes.arrow --burst-isi 4ms,10ms,16ms,25ms --dead-time 2ms`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeSweep(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	onceVar(fl, &f.isi, "burst-isi", "4ms..40ms", "thresholds, `LIST` such as 4ms..40ms or 8ms,16ms")
	onceVar(fl, &f.step, "step", "1ms", "`TIME` between the thresholds of a range")
	onceVar(fl, &f.confidence, "confidence", "0.95", "`PROBABILITY` of the intervals of burst fractions")
	onceVar(fl, &f.dead, "dead-time", "0", "`TIME` after a spike in which there is no other, for the chance level")
	f.output.Register(fl, "write the table to the new Arrow `FILE`")
	return cmd
}

// mostThresholds bounds a sweep.
const mostThresholds = 10000

// thresholds reads the list, in steps of the recording, ascending.
func (f *sweepFlags) thresholds(rec analysis.Recording) ([]int64, error) {
	step, err := experiment.ParseQuantity(f.step, "s")
	if err != nil {
		return nil, experiment.Inputf("step: %v", err)
	}
	if !(step > 0) {
		return nil, experiment.Inputf("step: %s, want a time above 0", f.step)
	}
	var all []int64
	for _, item := range strings.Split(f.isi, ",") {
		first, last, ranged := strings.Cut(item, "..")
		from, err := experiment.ParseQuantity(first, "s")
		to := from
		if err == nil && ranged {
			to, err = experiment.ParseQuantity(last, "s")
		}
		switch {
		case err != nil:
			return nil, experiment.Inputf("burst-isi: %v", err)
		case to < from:
			return nil, experiment.Inputf("burst-isi: %s, want the shorter time first", item)
		case (to-from)/step >= mostThresholds:
			return nil, experiment.Inputf("burst-isi: %s in steps of %s, want at most %d thresholds", item, f.step, mostThresholds)
		}
		// The last one belongs to it, however the division is rounded.
		for k := 0; k <= int((to-from)/step+1e-9); k++ {
			isi, err := stepsWithinSeconds(rec, "burst-isi", item, from+float64(k)*step)
			if err != nil {
				return nil, err
			}
			all = append(all, isi)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (a *app) analyzeSweep(ctx context.Context, path string, f *sweepFlags) error {
	confidence, err := experiment.ParseQuantity(f.confidence, "")
	if err != nil || !(confidence > 0 && confidence < 1) {
		return experiment.Inputf("confidence: %s, want between 0 and 1, such as 0.95", f.confidence)
	}
	out := resultFile{outputFlags: f.output}
	if err := out.begin(path); err != nil {
		return err
	}
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	rec := table.Recording()
	thresholds, err := f.thresholds(rec)
	if err != nil {
		return err
	}
	dead, err := wholeSteps(rec, "dead-time", f.dead, 0)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	s, err := analysis.SweepThreshold(stoppable{&watched{table, progress}, ctx}, thresholds, dead)
	progress.end()
	if err != nil {
		return sourceFailed(ctx, path, table, err)
	}
	rows := sweepRows(s, analysis.Quantile(confidence))
	if err := writeSweep(a.out, s, rows, confidence); err != nil {
		return err
	}
	meta := resultMeta(path, rec)
	meta.Extra["dead_time_of_chance_s"] = fmt.Sprint(rec.Seconds(dead))
	meta.Extra["confidence_of_burst_fraction"] = fmt.Sprint(confidence)
	return out.write("sweep", meta, sweepColumns(rec, rows))
}

// sweepRow is a point with what follows from its counts.
type sweepRow struct {
	analysis.SweepPoint
	population               int
	isi                      float64 // s
	er, br, fr               float64 // Hz
	fraction, low, high, m   float64 // NaN where undefined
	chance                   float64 // NaN without spikes
	fractionKnown, hasSpikes bool
}

// sweepRows computes rates and intervals, by population and threshold.
func sweepRows(s *analysis.Sweep, z float64) []sweepRow {
	var rows []sweepRow
	for p, points := range s.Points {
		for _, point := range points {
			r := sweepRow{SweepPoint: point, population: p, isi: s.Recording.Seconds(point.ISI), low: math.NaN(), high: math.NaN(), chance: math.NaN(),
				er: s.Hz(p, point.Events), br: s.Hz(p, point.Bursts), fr: s.Hz(p, point.Spikes), m: point.SpikesPerBurst()}
			if r.fraction, r.fractionKnown = point.BurstFraction(); r.fractionKnown {
				r.low, r.high = analysis.Wilson(float64(point.ClassifiedBursts), float64(point.Classified), z)
			}
			if r.hasSpikes = point.Spikes > 0; r.hasSpikes {
				r.chance = point.ChanceFraction
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// writeSweep prints a table for each population.
func writeSweep(w io.Writer, s *analysis.Sweep, rows []sweepRow, confidence float64) error {
	rec := s.Recording
	fmt.Fprintf(w, "%s recorded, dead time of the chance level %s\n", formatS(rec.Seconds(rec.Recorded())), formatMS(rec.Seconds(s.DeadTime)))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	last := -1
	for _, r := range rows {
		if r.population != last {
			last = r.population
			p := rec.Populations[last]
			if err := t.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(w, "\n%s: %d neurons, %.3f Hz\n", p.Name, p.Size, r.fr)
			fmt.Fprintf(t, "up to ms\tER Hz\tBR Hz\tBF\t%g %% interval\tBF0\tBF-BF0\tspikes/burst\n", 100*confidence)
		}
		interval := "-"
		if r.fractionKnown {
			interval = fmt.Sprintf("%.4f to %.4f", r.low, r.high)
		}
		fmt.Fprintf(t, "%.4g\t%.3f\t%.3f\t%s\t%s\t%s\t%s\t%s\n", 1000*r.isi, r.er, r.br, known("%.4f", r.fraction), interval,
			known("%.4f", r.chance), known("%+.4f", r.fraction-r.chance), known("%.2f", r.m))
	}
	return t.Flush()
}

// sweepColumns are the rows as a table.
func sweepColumns(rec analysis.Recording, rows []sweepRow) []spikefile.ResultColumn {
	numbers := func(value func(sweepRow) float64) []float64 {
		all := make([]float64, len(rows))
		for i, r := range rows {
			all[i] = value(r)
		}
		return all
	}
	counts := func(name, what string, value func(sweepRow) int64) spikefile.ResultColumn {
		all := make([]int64, len(rows))
		for i, r := range rows {
			all[i] = value(r)
		}
		return spikefile.ResultColumn{Name: name, Unit: "count", What: what, Counts: all}
	}
	hz := func(name string, value func(sweepRow) float64) spikefile.ResultColumn {
		return spikefile.ResultColumn{Name: name, Unit: "Hz per neuron", Numbers: numbers(value)}
	}
	share := func(name, what string, value func(sweepRow) float64) spikefile.ResultColumn {
		return spikefile.ResultColumn{Name: name, Unit: "1", What: what, Numbers: numbers(value), Nullable: true}
	}
	population := make([]int16, len(rows))
	for i, r := range rows {
		population[i] = int16(r.population)
	}
	return []spikefile.ResultColumn{
		populationColumn(rec, population),
		{Name: "burst_isi_s", Unit: "s", What: "longest interval within a burst, inclusive", Numbers: numbers(func(r sweepRow) float64 { return r.isi })},
		hz("event_rate_hz", func(r sweepRow) float64 { return r.er }),
		hz("burst_rate_hz", func(r sweepRow) float64 { return r.br }),
		hz("firing_rate_hz", func(r sweepRow) float64 { return r.fr }),
		share("burst_fraction", "classified bursts of classified events", func(r sweepRow) float64 { return r.fraction }),
		share("burst_fraction_lo", "lower end of the interval", func(r sweepRow) float64 { return r.low }),
		share("burst_fraction_hi", "upper end of the interval", func(r sweepRow) float64 { return r.high }),
		share("burst_fraction_chance", "of Poisson spikes at the neurons' rates", func(r sweepRow) float64 { return r.chance }),
		share("spikes_per_burst", "", func(r sweepRow) float64 { return r.m }),
		counts("n_spikes", "", func(r sweepRow) int64 { return r.Spikes }),
		counts("n_events", "whose beginning is recorded", func(r sweepRow) int64 { return r.Events }),
		counts("n_bursts", "", func(r sweepRow) int64 { return r.Bursts }),
		counts("n_classified", "events that a burst fraction is made of", func(r sweepRow) int64 { return r.Classified }),
		counts("n_classified_bursts", "", func(r sweepRow) int64 { return r.ClassifiedBursts }),
		counts("n_left_censored", "events that may have begun before the recording", func(r sweepRow) int64 { return r.LeftCensored }),
	}
}
