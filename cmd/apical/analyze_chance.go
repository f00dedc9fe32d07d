package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

// chanceFlags are the flags of analyze chance.
type chanceFlags struct {
	source                                                     sourceFlags
	output                                                     outputFlags
	isi, silence, kind, surrogates, seed, width, dead, workers string
}

func (a *app) chanceCommand() *cobra.Command {
	var f chanceFlags
	cmd := &cobra.Command{
		Use:   "chance FILE",
		Short: "Compare burst fractions with surrogates that have no bursts of their own",
		Long: `Fast neurons have short intervals, and so bursts, by chance. This compares the burst
fraction (BF) of each population with that of surrogates, whose mean and middle 95 %
are shown, and says how probable a fraction as far out would be among them (p, to
either side). BF0 is the chance level of the neurons' mean rates in closed form.

Surrogates keep the number of spikes of every neuron. poisson places them anew
within stretches of --width, evenly but for the dead time: rates that vary more
slowly stay. dither moves each by up to --width. isi shuffles the intervals of each
neuron, which keeps the events and asks whether short intervals follow one another.
All spikes are held in memory.`,
		Example: `  apical analyze chance runs/xor-seed1/spikes.arrow
  apical analyze chance spikes.arrow --surrogates 1000 --dead-time 2ms --width 250ms
  apical analyze chance spikes.arrow --kind isi --seed 7 --out chance.arrow`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeChance(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	onceVar(fl, &f.isi, "burst-isi", "16ms", "longest interval `TIME` between two spikes of a burst, inclusive")
	onceVar(fl, &f.silence, "burst-pre-silence", "0", "silence `TIME` that has to precede a burst; after less an event is a singlet")
	onceVar(fl, &f.kind, "kind", "poisson", "`KIND` of surrogates: poisson, isi or dither")
	onceVar(fl, &f.surrogates, "surrogates", "200", "how many, `N` from 1 to 1000000")
	onceVar(fl, &f.width, "width", "500ms", "`TIME` of the stretches of poisson, or that dither moves spikes by at most")
	onceVar(fl, &f.dead, "dead-time", "0", "`TIME` after a spike in which there is no other")
	onceVar(fl, &f.seed, "seed", "1", "seed `N` of the surrogates")
	onceVar(fl, &f.workers, "workers", "", "goroutines, `N` from 1 to 256 (default one a processor)")
	f.output.Register(fl, "write the table to the new Arrow `FILE`")
	return cmd
}

// maxSurrogates bounds --surrogates.
const maxSurrogates = 1_000_000

// options reads what was typed, and reports all that is wrong with it.
func (f *chanceFlags) options(rec analysis.Recording) (o analysis.SurrogateTest, err error) {
	wrong := &experiment.InputError{}
	problem := func(err error) {
		if err != nil {
			wrong.Problems = append(wrong.Problems, err.Error())
		}
	}
	o.Criterion.ISI, err = stepsWithin(rec, "burst-isi", f.isi)
	problem(err)
	o.Criterion.PreSilence, err = wholeSteps(rec, "burst-pre-silence", f.silence, 0)
	problem(err)
	kind, err := analysis.ParseSurrogateKind(f.kind)
	if err != nil || kind == analysis.EventSurrogate {
		problem(experiment.Inputf("kind: %q, want poisson, isi or dither", f.kind))
	}
	o.Surrogate.Kind = kind
	o.Surrogate.Width, err = wholeSteps(rec, "width", f.width, 1)
	problem(err)
	o.Surrogate.DeadTime, err = wholeSteps(rec, "dead-time", f.dead, 0)
	problem(err)
	if o.Surrogate.Seed, err = experiment.ParseSeed(f.seed); err != nil {
		problem(experiment.Inputf("seed: %v", err))
	}
	if o.Replicates, err = strconv.Atoi(f.surrogates); err != nil || o.Replicates < 1 || o.Replicates > maxSurrogates {
		problem(experiment.Inputf("surrogates: %q, want a whole number from 1 to %d", f.surrogates, maxSurrogates))
	}
	if f.workers != "" {
		if o.Workers, err = parseWorkers(f.workers); err != nil {
			problem(experiment.Inputf("workers: %v", err))
		}
	}
	if len(wrong.Problems) > 0 {
		return o, wrong
	}
	return o, nil
}

func (a *app) analyzeChance(ctx context.Context, path string, f *chanceFlags) error {
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
	o, err := f.options(rec)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	defer progress.end()
	trains, err := analysis.LoadTrains(stoppable{&watched{table, progress}, ctx})
	if err != nil {
		return sourceFailed(ctx, path, table, err)
	}
	o.Progress = func(done, total int) { progress.set("surrogates", done, total) }
	results, err := analysis.CompareSurrogates(ctx, trains, o)
	if err != nil {
		return err
	}
	progress.end()
	if err := writeChance(a.out, rec, o, results); err != nil {
		return err
	}
	meta := resultMeta(path, rec)
	meta.BurstISISeconds, meta.Seed = rec.Seconds(o.Criterion.ISI), o.Surrogate.Seed
	for key, steps := range map[string]int64{"pre_silence_s": o.Criterion.PreSilence, "surrogate_width_s": o.Surrogate.Width, "surrogate_dead_time_s": o.Surrogate.DeadTime} {
		meta.Extra[key] = fmt.Sprint(rec.Seconds(steps))
	}
	meta.Extra["surrogate_kind"], meta.Extra["surrogates"] = o.Surrogate.Kind.String(), strconv.Itoa(o.Replicates)
	return out.write("chance", meta, chanceColumns(rec, results))
}

// writeChance prints the comparison for people.
func writeChance(w io.Writer, rec analysis.Recording, o analysis.SurrogateTest, results []analysis.SurrogateResult) error {
	fmt.Fprintf(w, "%s recorded, burst: intervals up to %s; %d %s surrogates", formatS(rec.Seconds(rec.Recorded())),
		formatMS(rec.Seconds(o.Criterion.ISI)), o.Replicates, o.Surrogate.Kind)
	if o.Surrogate.Kind != analysis.IntervalSurrogate {
		fmt.Fprintf(w, ", width %s, dead time %s", formatMS(rec.Seconds(o.Surrogate.Width)), formatMS(rec.Seconds(o.Surrogate.DeadTime)))
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "population\tneurons\tFR Hz\tevents\tBF\tBF0\tsurrogates\tmiddle 95 %\tBF-surrogates\tp")
	for i, r := range results {
		p := rec.Populations[i]
		band := "-"
		if r.Low <= r.High {
			band = fmt.Sprintf("%.4f to %.4f", r.Low, r.High)
		}
		rate := float64(r.Spikes) / (float64(p.Size) * rec.Seconds(rec.Recorded()))
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, p.Size, rate, r.Classified, known("%.4f", r.BurstFraction),
			known("%.4f", r.PoissonFraction), known("%.4f", r.NullMean), band, known("%+.4f", r.BurstFraction-r.NullMean), known("%.4f", r.P))
	}
	return t.Flush()
}

// chanceColumns have a row a population.
func chanceColumns(rec analysis.Recording, results []analysis.SurrogateResult) []spikefile.ResultColumn {
	share := func(name, what string, value func(analysis.SurrogateResult) float64) spikefile.ResultColumn {
		all := make([]float64, len(results))
		for i, r := range results {
			all[i] = value(r)
		}
		return spikefile.ResultColumn{Name: name, Unit: "1", What: what, Numbers: all, Nullable: true}
	}
	count := func(name, what string, value func(analysis.SurrogateResult) int64) spikefile.ResultColumn {
		all := make([]int64, len(results))
		for i, r := range results {
			all[i] = value(r)
		}
		return spikefile.ResultColumn{Name: name, Unit: "count", What: what, Counts: all}
	}
	population := make([]int16, len(results))
	for i := range population {
		population[i] = int16(i)
	}
	return []spikefile.ResultColumn{
		populationColumn(rec, population),
		count("n_spikes", "", func(r analysis.SurrogateResult) int64 { return r.Spikes }),
		count("n_classified", "events that a burst fraction is made of", func(r analysis.SurrogateResult) int64 { return r.Classified }),
		count("n_classified_bursts", "", func(r analysis.SurrogateResult) int64 { return r.ClassifiedBursts }),
		share("burst_fraction", "classified bursts of classified events", func(r analysis.SurrogateResult) float64 { return r.BurstFraction }),
		share("burst_fraction_chance", "of Poisson spikes at the neurons' mean rates", func(r analysis.SurrogateResult) float64 { return r.PoissonFraction }),
		share("surrogate_mean", "mean burst fraction of the surrogates", func(r analysis.SurrogateResult) float64 { return r.NullMean }),
		share("surrogate_sd", "standard deviation among the surrogates", func(r analysis.SurrogateResult) float64 { return r.NullSD }),
		share("surrogate_lo", "2.5 % quantile", func(r analysis.SurrogateResult) float64 { return r.Low }),
		share("surrogate_hi", "97.5 % quantile", func(r analysis.SurrogateResult) float64 { return r.High }),
		share("p_value", "of a fraction as far out, to either side", func(r analysis.SurrogateResult) float64 { return r.P }),
	}
}
