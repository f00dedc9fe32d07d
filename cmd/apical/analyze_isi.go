package main

import (
	"context"
	"math"
	"strconv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

// isiFlags are the flags of analyze isi.
type isiFlags struct {
	source                   sourceFlags
	output                   outputFlags
	isi, bins, seed, neurons string
}

func (a *app) isiCommand() *cobra.Command {
	var f isiFlags
	cmd := &cobra.Command{
		Use:   "isi FILE",
		Short: "Intervals between spikes, and where one could cut them",
		Long: `Describes the intervals between the spikes of each neuron: those within bursts
(IBI, up to the threshold) and those between events (IEI), how much they vary (CV,
CV2 and LV: means over the neurons that have ten intervals; 1 of a Poisson process,
0 of a clock), and how they are distributed. No interval reaches over a gap in the
recording.

Three methods say where a threshold could lie, if anywhere: the valley of the
histogram of log intervals (logISI), the cumulative moving average (CMA), and a test
for more than one mode (Hartigan's dip). Many cells that multiplex have one mode
only; then keep a threshold of the literature, and see with 'apical analyze sweep'
what hinges on it. Pooled, neurons of different rates can look bimodal or hide that
they are: --by-neuron looks at each.`,
		Example: `  apical analyze isi runs/xor-seed1/spikes.arrow
  apical analyze isi spikes.arrow --population pyr --out isi.arrow
  apical analyze isi spikes.arrow --by-neuron neurons.arrow`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeISI(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	onceVar(fl, &f.isi, "burst-isi", "16ms", "longest interval `TIME` between two spikes of a burst, inclusive")
	onceVar(fl, &f.bins, "bins", "20", "bins of the histogram a decade, `N` from 1 to 1000")
	onceVar(fl, &f.seed, "seed", "1", "seed `N` of the samples of the dip test")
	f.output.Register(fl, "write the histograms to the new Arrow `FILE`")
	onceVar(fl, &f.neurons, "by-neuron", "", "write a row for each neuron to the new Arrow `FILE`")
	return cmd
}

func (a *app) analyzeISI(ctx context.Context, path string, f *isiFlags) error {
	bins, err := strconv.Atoi(f.bins)
	if err != nil || bins < 1 || bins > 1000 {
		return experiment.Inputf("bins: %q, want a whole number from 1 to 1000", f.bins)
	}
	seed, err := experiment.ParseSeed(f.seed)
	if err != nil {
		return experiment.Inputf("seed: %v", err)
	}
	histograms, neurons := resultFile{outputFlags: f.output}, resultFile{outputFlags: f.output}
	neurons.out, neurons.flag = f.neurons, "by-neuron"
	if f.neurons != "" && f.neurons == f.output.out {
		return experiment.Inputf("by-neuron: %s is the file of --out, want another", f.neurons)
	}
	for _, r := range []*resultFile{&histograms, &neurons} {
		if err := r.begin(path); err != nil {
			return err
		}
	}
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	rec := table.Recording()
	threshold, err := stepsWithin(rec, "burst-isi", f.isi)
	if err != nil {
		return err
	}
	options := analysis.IntervalOptions{ISI: threshold}
	if f.neurons != "" {
		options.NeuronBins = bins
	}
	progress := a.newProgress()
	s, err := analysis.MeasureIntervals(stoppable{&watched{table, progress}, ctx}, options)
	progress.end()
	if err != nil {
		return sourceFailed(ctx, path, table, err)
	}
	report := isiReport{statistics: s, dips: analysis.NewDips(seed)}
	for i := range s.Populations {
		c := &s.Populations[i].Counts
		report.histograms = append(report.histograms, c.Histogram(analysis.NewLogBins(rec.StepsPerSecond, bins, max(1, c.Longest()))))
	}
	if f.neurons != "" {
		if report.valleys, err = neuronValleys(ctx, s); err != nil {
			return err
		}
	}
	if err := report.write(a.out); err != nil {
		return err
	}
	meta := resultMeta(path, rec)
	meta.BurstISISeconds = rec.Seconds(threshold)
	if err := histograms.write("isi", meta, isiColumns(rec, report.histograms)); err != nil {
		return err
	}
	return neurons.write("isi_neurons", meta, neuronColumns(s, report.valleys, neuronIDs(table)))
}

// isiColumns are the histograms, ordered by population and interval.
func isiColumns(rec analysis.Recording, histograms []analysis.LogHistogram) []spikefile.ResultColumn {
	from, to, density := []float64{}, []float64{}, []float64{}
	counts, population := []int64{}, []int16{}
	for p, h := range histograms {
		g := h.Density()
		for i, n := range h.Counts {
			a, b := h.Bins.Seconds(i)
			from, to = append(from, a), append(to, b)
			population = append(population, int16(p))
			counts, density = append(counts, n), append(density, g[i])
		}
	}
	return []spikefile.ResultColumn{
		populationColumn(rec, population),
		{Name: "isi_from_s", Unit: "s", What: "where the bin begins, half a step below its first interval", Numbers: from},
		{Name: "isi_to_s", Unit: "s", What: "where the bin ends", Numbers: to},
		{Name: "n_intervals", Unit: "count", Counts: counts},
		{Name: "density_per_decade", Unit: "1 per decade", What: "share of the intervals of the population", Numbers: density},
	}
}

// neuronValleys finds the valley of each neuron's own histogram.
func neuronValleys(ctx context.Context, s *analysis.IntervalStatistics) ([][]analysis.Valley, error) {
	valleys := make([][]analysis.Valley, len(s.Populations))
	for p := range s.Populations {
		for k := range s.Populations[p].Neurons {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			valleys[p] = append(valleys[p], analysis.FindValley(s.NeuronHistogram(p, k)))
		}
	}
	return valleys, nil
}

// neuronColumns have a row a neuron.
func neuronColumns(s *analysis.IntervalStatistics, valleys [][]analysis.Valley, ids [][]string) []spikefile.ResultColumn {
	population := []int16{}
	neuron, spikes, intervals := []int64{}, []int64{}, []int64{}
	shortest, mean, cv, cv2, lv := []float64{}, []float64{}, []float64{}, []float64{}, []float64{}
	valley, void := []float64{}, []float64{}
	peaks := []int64{}
	names := neuronIDColumn()
	for p := range valleys {
		for k, n := range s.Populations[p].Neurons {
			population, neuron = append(population, int16(p)), append(neuron, int64(k))
			names.Texts = append(names.Texts, neuronID(ids, p, k))
			spikes, intervals = append(spikes, n.Spikes), append(intervals, n.Intervals)
			least := math.NaN()
			if n.Intervals > 0 {
				least = s.Recording.Seconds(n.Shortest)
			}
			shortest, mean = append(shortest, least), append(mean, n.MeanS)
			cv, cv2, lv = append(cv, n.CV), append(cv2, n.CV2), append(lv, n.LV)
			at, depth := math.NaN(), math.NaN()
			if v := valleys[p][k]; v.Found {
				at, depth = s.Recording.Seconds(v.ISI), v.Void
			}
			valley, void, peaks = append(valley, at), append(void, depth), append(peaks, int64(len(valleys[p][k].Peaks)))
		}
	}
	columns := []spikefile.ResultColumn{
		populationColumn(s.Recording, population),
		{Name: "neuron", Unit: "1", What: "index within the population, from 0", Counts: neuron},
		{Name: "n_spikes", Unit: "count", Counts: spikes},
		{Name: "n_intervals", Unit: "count", What: "within recorded windows", Counts: intervals},
		{Name: "isi_min_s", Unit: "s", Numbers: shortest, Nullable: true},
		{Name: "isi_mean_s", Unit: "s", Numbers: mean, Nullable: true},
		{Name: "cv", Unit: "1", What: "standard deviation over mean of the intervals", Numbers: cv, Nullable: true},
		{Name: "cv2", Unit: "1", What: "mean of 2|b-a|/(a+b) of adjacent intervals", Numbers: cv2, Nullable: true},
		{Name: "lv", Unit: "1", What: "mean of 3((b-a)/(a+b))^2 of adjacent intervals", Numbers: lv, Nullable: true},
		{Name: "n_peaks", Unit: "count", What: "of the smoothed histogram of log intervals", Counts: peaks},
		{Name: "logisi_threshold_s", Unit: "s", What: "valley of that histogram, null if there is none", Numbers: valley, Nullable: true},
		{Name: "logisi_void", Unit: "1", What: "separation of the peaks beside the valley", Numbers: void, Nullable: true},
	}
	if ids != nil {
		columns = append(columns, names)
	}
	return columns
}
