package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/cobra"
)

// ratesFlags are the flags of analyze rates.
type ratesFlags struct {
	source                              sourceFlags
	burst                               burstFlags
	output                              outputFlags
	summary                             summaryFlags
	bin, kernel, every, by, burstCounts string
}

func (a *app) ratesCommand() *cobra.Command {
	var f ratesFlags
	cmd := &cobra.Command{
		Use:   "rates FILE",
		Short: "Event rate, burst rate and burst fraction over time",
		Long: `Estimates rates of events, bursts and spikes and the burst fraction over time, in
bins or by a kernel that is the same for events and bursts. Spikes are classified
on the whole train first. A burst fraction is the bursts of all neurons of a group
divided by all their events; it comes with its interval, and with the fraction
that the firing rate alone would bring about. Where no event was classified it is
null. --out keeps them; what the whole recording shows is printed.

A bin outside of the recorded windows has no row, and one that is partly outside
divides by the time recorded. The groups of --by FILE are those of a table with the
columns population, neuron and group, separated by commas.`,
		Example: `  apical analyze rates runs/xor-seed1/spikes.arrow --bin 20ms --out rates.arrow
  apical analyze rates spikes.arrow --kernel gaussian:20ms --every 5ms --out smooth.arrow
  apical analyze rates spikes.arrow --from 2s --bin 1s --by neuron --out neurons.arrow`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeRates(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	f.burst.Register(fl)
	onceVar(fl, &f.bin, "bin", "", "length of the bins, `TIME` (default 20ms unless there is a kernel)")
	onceVar(fl, &f.kernel, "kernel", "", "kernel instead of bins, `SHAPE:TIME` of gaussian, exponential or alpha, such as gaussian:20ms")
	onceVar(fl, &f.every, "every", "", "`TIME` between the samples of a kernel (default a quarter of its width)")
	onceVar(fl, &f.by, "by", "population", "what to take together: `GROUPING` population, neuron, or a .csv file")
	onceVar(fl, &f.burstCounts, "burst-at", "first", "spike at which a burst counts: `SPIKE` first, where its event is, or second")
	f.summary.Register(fl)
	f.output.Register(fl, "write the rates to the new Arrow `FILE`")
	return cmd
}

// watched is a source that shows how far it was read.
type watched struct {
	analysis.Source
	progress *progress
}

func (w *watched) Next() bool {
	more := w.Source.Next()
	if more {
		w.progress.reach(w.Source.Recording(), w.Source.Batch())
	}
	return more
}

// estimator gives rows of one time at a time: Rates or Smooth.
type estimator interface {
	Next() bool
	Err() error
	Tally() *analysis.Tally
}

// ratesJob is analyze rates as it was typed, read.
type ratesJob struct {
	rec       analysis.Recording
	criterion analysis.Criterion
	detector  analysis.DetectorOptions
	groups    analysis.Groups
	bins      analysis.Bins // if there is no kernel
	kernel    analysis.Kernel
	every     int64
	show      summary
	about     spikefile.BurstRates
	names     []int // of each group, in about.Groups
	levels    []analysis.Mixture
	known     map[levelOf]float64
}

// levelOf is a group at a firing rate.
type levelOf struct {
	group int
	rate  float64
}

func (a *app) analyzeRates(ctx context.Context, path string, f *ratesFlags) error {
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	j, err := f.job(path, table.Recording())
	if err != nil {
		return err
	}
	if f.output.out != "" {
		if err := wantRows(j.rec, max(j.bins.Width, j.every), len(j.groups.List), mostRows); err != nil {
			return err
		}
	}
	w, finish, err := f.writer(path, table, j)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	defer progress.end()
	return finish(func() error {
		if w != nil {
			if err := j.findLevels(ctx, path, table, progress); err != nil {
				return err
			}
		}
		e, rows, err := j.start(&watched{table, progress})
		if err != nil {
			return experiment.Inputf("%v", err)
		}
		if w == nil { // only the sums are wanted, which need no bins
			return j.sum(ctx, path, table, progress, a.out)
		}
		for e.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			for i := range j.groups.List {
				if err := w.Append(rows(i)); err != nil {
					return err
				}
			}
		}
		progress.end()
		if err := sourceFailed(ctx, path, table, e.Err()); err != nil {
			return err
		}
		return j.show.write(a.out, e.Tally())
	}())
}

// sum shows the sums of all recorded time.
func (j *ratesJob) sum(ctx context.Context, path string, table *spiketable.Table, p *progress, out io.Writer) error {
	d, err := analysis.NewDetector(table, j.criterion, j.detector)
	if err != nil {
		return experiment.Inputf("%v", err)
	}
	tally := analysis.NewTally(j.rec, j.groups)
	for d.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		tally.Add(d)
		p.reach(j.rec, d.Batch())
	}
	p.end()
	if err := sourceFailed(ctx, path, table, d.Err()); err != nil {
		return err
	}
	return j.show.write(out, tally)
}

// mostRows bounds a file of rates, and mostPoints what is drawn.
const (
	mostRows   = 1_000_000_000
	mostPoints = 10_000_000
)

// wantRows refuses times of which there would be more than most, for so many
// groups, every so many steps of the recording.
func wantRows(rec analysis.Recording, every int64, groups int, most float64) error {
	n := float64(rec.Recorded()) / float64(every) * float64(groups)
	if n <= most {
		return nil
	}
	return experiment.Inputf("%.3g rows, of %s every %s for %s; want at most %.3g: longer bins, or less time by --from and --until (is a time wrong?)",
		n, formatS(rec.Seconds(rec.Recorded())), formatMS(rec.Seconds(every)), counted(groups, "group"), most)
}

// job reads the flags.
func (f *ratesFlags) job(path string, rec analysis.Recording) (*ratesJob, error) {
	j := &ratesJob{rec: rec, known: map[levelOf]float64{}}
	var err error
	if j.criterion, j.detector, err = f.burst.Criterion(rec); err != nil {
		return nil, err
	}
	if j.show, err = f.summary.options(rec, j.criterion, j.detector); err != nil {
		return nil, err
	}
	placements := []string{"first", "second"}
	place := slices.Index(placements, f.burstCounts)
	if place < 0 {
		return nil, experiment.Inputf("burst-at: %q, want first or second", f.burstCounts)
	}
	j.bins.Placement = analysis.Placement(place)
	j.about = spikefile.BurstRates{Grouping: f.by, Placement: f.burstCounts, Confidence: j.show.confidence, DeadTimeS: j.show.dead}
	if err := j.setTime(f); err != nil {
		return nil, err
	}
	return j, j.setGroups(f.by)
}

// setTime reads the bins or the kernel.
func (j *ratesJob) setTime(f *ratesFlags) (err error) {
	if f.kernel == "" {
		if f.every != "" {
			return experiment.Inputf("every: is for --kernel; --bin is the length of bins")
		}
		width := f.bin
		if width == "" {
			width = "20ms"
		}
		j.bins.Origin = j.rec.Windows[0].From
		if j.bins.Width, err = wholeSteps(j.rec, "bin", width, 1); err == nil {
			j.about.Estimate = "bins of " + formatMS(j.rec.Seconds(j.bins.Width))
		}
		return err
	}
	if f.bin != "" {
		return experiment.Inputf("kernel: give --kernel or --bin, not both")
	}
	name, width, _ := strings.Cut(f.kernel, ":")
	shape := slices.Index(analysis.KernelShapes(), name)
	if shape < 0 {
		return experiment.Inputf("kernel: %q, want gaussian, exponential or alpha and a time, such as gaussian:20ms", f.kernel)
	}
	j.kernel.Shape = analysis.KernelShape(shape)
	if j.kernel.Width, err = wholeSteps(j.rec, "kernel", width, 1); err != nil {
		return err
	}
	j.every = max(1, j.kernel.Width/4)
	if f.every != "" {
		if j.every, err = wholeSteps(j.rec, "every", f.every, 1); err != nil {
			return err
		}
	}
	j.about.Estimate = fmt.Sprintf("%s kernel of %s, every %s", name, formatMS(j.rec.Seconds(j.kernel.Width)), formatMS(j.rec.Seconds(j.every)))
	return nil
}

// setGroups reads what neurons are taken together. The rows of a group of one
// neuron bear its population's name.
func (j *ratesJob) setGroups(by string) (err error) {
	switch by {
	case "population":
		j.groups = analysis.ByPopulation(j.rec)
	case "neuron":
		if n := neuronCount(j.rec); n > maxNeuronGroups {
			return experiment.Inputf("by: %d neurons, want at most %d for rates of each; leave out populations (--population)", n, maxNeuronGroups)
		}
		j.groups = analysis.ByNeuron(j.rec)
	default:
		if !strings.HasSuffix(by, ".csv") {
			return experiment.Inputf("by: %q, want population, neuron or the name of a .csv file", by)
		}
		if j.groups, err = readGroups(by, j.rec); err != nil {
			return err
		}
		j.about.Grouping = "table"
	}
	for _, g := range j.groups.List {
		if n := len(j.about.Groups); n == 0 || j.about.Groups[n-1] != g.Name {
			j.about.Groups = append(j.about.Groups, g.Name)
		}
		j.names = append(j.names, len(j.about.Groups)-1)
	}
	return nil
}

// writer starts the file, if there is to be one. finish ends it: well, or not at
// all if it is given an error.
func (f *ratesFlags) writer(path string, table *spiketable.Table, j *ratesJob) (w *spikefile.BurstRatesWriter, finish func(error) error, err error) {
	if f.output.out == "" {
		return nil, func(err error) error { return err }, nil
	}
	name, options, commit, err := f.output.Begin(path, f.by)
	if err != nil {
		return nil, nil, err
	}
	meta, derivation := fileMeta(path, j.rec, j.criterion, j.detector)
	j.about.Derivation = derivation
	if f.by == "neuron" {
		meta.NeuronIDs = neuronIDs(table)
	}
	if w, err = spikefile.CreateBurstRates(name, meta, j.about, options); err != nil {
		return nil, nil, fileError(name, err)
	}
	return w, finishing(w, commit), nil
}

// start begins with the estimates. rows gives those of one time, by group.
func (j *ratesJob) start(src analysis.Source) (e estimator, rows func(group int) spikefile.BurstRateRow, err error) {
	if j.kernel.Width > 0 {
		s, err := analysis.NewSmooth(src, j.criterion, j.detector, j.groups, j.kernel, j.every, j.bins.Placement)
		return s, func(g int) spikefile.BurstRateRow { return j.sampleRow(s.Samples()[g]) }, err
	}
	r, err := analysis.NewRates(src, j.criterion, j.detector, j.groups, j.bins)
	return r, func(g int) spikefile.BurstRateRow { return j.binRow(r.Rates()[g]) }, err
}

// findLevels goes through the spikes once for the chance levels, which need the
// rate of each neuron, and rewinds the table.
func (j *ratesJob) findLevels(ctx context.Context, path string, table *spiketable.Table, p *progress) error {
	tally := analysis.NewTally(j.rec, j.groups)
	for table.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		tally.AddSpikes(table.Batch())
		p.reach(j.rec, table.Batch())
	}
	if err := sourceFailed(ctx, path, table, table.Err()); err != nil {
		return err
	}
	j.levels = tally.Levels(j.show.chance)
	return sourceError(path, table.Rewind())
}

// row begins a row of a group.
func (j *ratesJob) row(group int, step int64) spikefile.BurstRateRow {
	g := j.groups.List[group]
	return spikefile.BurstRateRow{TimeS: j.rec.Seconds(step), Group: j.names[group], Neuron: g.Neuron, NNeurons: g.Size,
		CILow: math.NaN(), CIHigh: math.NaN(), Chance: math.NaN()}
}

func (j *ratesJob) binRow(r analysis.Rate) spikefile.BurstRateRow {
	row := j.row(r.Group, r.From)
	row.BinS, row.RecordedS = j.rec.Seconds(r.To-r.From), j.rec.Seconds(r.Recorded)
	row.EventRateHz, row.BurstRateHz, row.FiringRateHz = r.Hz(r.Events, j.rec, j.groups), r.Hz(r.Bursts, j.rec, j.groups), r.Hz(r.Spikes, j.rec, j.groups)
	row.BurstFraction, _ = r.BurstFraction()
	row.Effective, row.Counts, row.Counted = float64(r.Classified), r.Counts, true
	exposure := j.show.chance.InBin(row.RecordedS)
	return j.judged(row, r.Group, float64(r.Spikes-1), exposure)
}

func (j *ratesJob) sampleRow(s analysis.Sample) spikefile.BurstRateRow {
	row := j.row(s.Group, s.Step)
	row.EventRateHz, row.BurstRateHz, row.FiringRateHz = s.EventRate, s.BurstRate, s.FiringRate
	row.BurstFraction, row.Effective = s.BurstFraction, s.Effective
	exposure := j.show.chance.InKernel(j.kernel.Shape, j.rec.Seconds(j.kernel.Width))
	return j.judged(row, s.Group, (s.FiringRate-s.Own)*float64(row.NNeurons)*exposure.Seconds, exposure)
}

// level is the chance level of a group: in bins exactly, of whose rates there are
// few different ones; by a kernel between those of rates that are 1/256 apart in
// their logarithm, which is right to 1 in 100 000.
func (j *ratesJob) level(group int, rate float64) float64 {
	if j.kernel.Width == 0 || !(rate > 0) {
		return j.exactLevel(group, rate)
	}
	const apart = 1.0 / 256
	below := math.Floor(math.Log(rate) / apart)
	low, high := math.Exp(below*apart), math.Exp((below+1)*apart)
	a, b := j.exactLevel(group, low), j.exactLevel(group, high)
	return a + (b-a)*(rate-low)/(high-low)
}

// exactLevel keeps the levels that it has computed, up to a number.
func (j *ratesJob) exactLevel(group int, rate float64) float64 {
	const most = 1 << 16
	key := levelOf{group, rate}
	level, ok := j.known[key]
	if !ok {
		level, _ = j.levels[group].At(rate)
		if len(j.known) < most {
			j.known[key] = level
		}
	}
	return level
}

// judged adds interval and chance level, the latter by the spikes beside an event.
// Bursts that count elsewhere than their events are no share of them, and have no
// interval.
func (j *ratesJob) judged(row spikefile.BurstRateRow, group int, others float64, e analysis.Exposure) spikefile.BurstRateRow {
	if row.Effective > 0 && j.bins.Placement == analysis.AtFirst {
		row.CILow, row.CIHigh = analysis.Wilson(row.BurstFraction*row.Effective, row.Effective, j.show.z)
	}
	if j.show.hasChance && row.FiringRateHz > 0 {
		row.Chance = j.level(group, j.levels[group].Seen(others, row.NNeurons, e))
	}
	return row
}
