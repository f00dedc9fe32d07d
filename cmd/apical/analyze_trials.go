package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/trialtable"
	"github.com/spf13/cobra"
)

// trialsFlags are the flags of analyze trials.
type trialsFlags struct {
	source  sourceFlags
	burst   burstFlags
	summary summaryFlags
	output  directoryFlags

	table, onset, unit, condition, outcome, session, neurons   string
	around, bin, baseline, response, contrast                  string
	permutations, bootstrap, decoding, seed                    string
	window, latency, parts, folds, cells, fdr, clusterT, prior string
	partial, match                                             bool
}

func (a *app) trialsCommand() *cobra.Command {
	var f trialsFlags
	cmd := &cobra.Command{
		Use:   "trials FILE --trials FILE",
		Short: "Compare event rates and burst fractions around the onsets of trials",
		Long: `Aligns spikes to the onsets of trials and shows, for each condition, the rates of
events (ER), bursts (BR) and spikes (FR) and the burst fraction (BF), in bins and
in a response window against a baseline; and which neurons respond, by their
firing rate or by their burst fraction.

--contrast A,B compares two conditions: bin by bin, by permutation of the labels
within sessions, corrected for all bins; by the area below the ROC of single
trials; and by how well a logistic regression tells them apart, from event rate
and burst fraction or from the firing rate alone. --match-events leaves events out
until both conditions have the same event rate in every neuron and bin.

The table of trials has a line a trial and the names of its columns in the first
line; CSV and Arrow files are read. Events are told on the whole recording, so
that no trial's edge cuts a burst. With --out, the numbers are in psth.arrow,
contrast.arrow, roc.arrow, cells.arrow and metrics.json of that directory.`,
		Example: `  apical analyze trials spikes.arrow --trials trials.csv --condition-column stimulus
  apical analyze trials spikes.arrow --trials trials.csv --condition-column outcome \
    --session-column session --contrast hit,miss --around -200ms..500ms --out hit-miss`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeTrials(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	onceVar(fl, &f.table, "trials", "", "table of trials `FILE`, CSV or Arrow")
	onceVar(fl, &f.onset, "onset-column", "onset_s", "`COLUMN` of the times that trials are aligned to")
	onceVar(fl, &f.unit, "onset-unit", "", "`UNIT` of the onsets: s, ms or steps (default what the column's name ends in)")
	onceVar(fl, &f.condition, "condition-column", "condition", "`COLUMN` of the conditions")
	onceVar(fl, &f.outcome, "outcome-column", "", "`COLUMN` of outcomes, which are then what is compared, within each condition")
	onceVar(fl, &f.session, "session-column", "", "`COLUMN` of the sessions, within which labels are permuted")
	onceVar(fl, &f.neurons, "about-column", "", "`COLUMN` of the neurons that a trial is about: POPULATION, POPULATION:5 or POPULATION:5-9")
	onceVar(fl, &f.contrast, "contrast", "", "compare two conditions `A,B`")
	onceVar(fl, &f.around, "around", "-200ms..500ms", "time around each onset, `FROM..TO`")
	onceVar(fl, &f.bin, "bin", "20ms", "`TIME` of a bin; the onset begins one")
	onceVar(fl, &f.baseline, "baseline", "", "baseline `FROM..TO` around the onset (default all before it)")
	onceVar(fl, &f.response, "response", "", "response `FROM..TO` around the onset (default all after it)")
	fl.BoolVar(&f.partial, "partial", false, "leave out trials that are not recorded in full")
	fl.BoolVar(&f.match, "match-events", false, "compare burst fractions at equal event rates too")
	onceVar(fl, &f.permutations, "permutations", "1000", "`NUMBER` of permutations")
	onceVar(fl, &f.bootstrap, "bootstrap", "1000", "`NUMBER` of bootstrap samples over neurons and trials, 0 for none")
	onceVar(fl, &f.decoding, "decode-permutations", "200", "`NUMBER` of permutations of the decoding, 0 for no decoding")
	onceVar(fl, &f.seed, "seed", "1", "`NUMBER` that all random draws follow from")
	onceVar(fl, &f.window, "roc-window", "", "sliding window `TIME` of the area below the ROC (default 100 ms, in whole bins within --around)")
	onceVar(fl, &f.prior, "prior", "0,0", "`BURSTS,SINGLETS` added to those of single trials; without, trials that have none are left out")
	onceVar(fl, &f.latency, "latency-bins", "3", "`NUMBER` of significant bins in a row that make a latency")
	onceVar(fl, &f.clusterT, "cluster-t", "1.96", "|t| above which bins make a cluster, `NUMBER`")
	onceVar(fl, &f.parts, "decode-parts", "5", "`NUMBER` of parts of the response that are decoded from together")
	onceVar(fl, &f.folds, "folds", "5", "`NUMBER` of folds of the cross-validation")
	onceVar(fl, &f.cells, "cells-condition", "", "test neurons in the trials of one `CONDITION` (default all)")
	onceVar(fl, &f.fdr, "fdr", "0.05", "`SHARE` of false ones among the neurons called responsive")
	f.source.Register(fl)
	f.burst.Register(fl)
	f.summary.Register(fl)
	f.output.Register(fl, "psth.arrow, contrast.arrow, roc.arrow, cells.arrow and metrics.json")
	return cmd
}

// trialsResult is what is found of a population.
type trialsResult struct {
	name       string
	population int
	neurons    int
	chance     analysis.Mixture
	psth       []trials.PSTH
	contrast   *trials.Contrast
	roc        []trials.ROC
	cells      []trials.Cell
	decoding   []trials.Decoding
	// undecoded says why there is no decoding where one was asked for.
	undecoded string
}

func (a *app) analyzeTrials(ctx context.Context, path string, f *trialsFlags) error {
	out, err := f.output.Begin([]string{path, f.table}, trialsFiles()...)
	if err != nil {
		return err
	}
	source, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer source.Close()
	rec := source.Recording()
	plan, err := f.plan(rec)
	if err != nil {
		return err
	}
	list, err := f.read(rec, plan.design)
	if err != nil {
		return err
	}
	d, err := analysis.NewDetector(source, plan.criterion, plan.detector)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	defer progress.end()
	stream := &tallied{Detector: d, tally: analysis.NewTally(rec, analysis.ByPopulation(rec)), ctx: ctx, progress: progress}
	aligned, err := trials.Align(stream, plan.design, list)
	switch failed := sourceFailed(ctx, path, source, d.Err()); {
	case ctx.Err() != nil:
		return ctx.Err() // between the batches
	case failed != nil:
		return failed
	case err != nil:
		return experiment.Inputf("%s: %v", f.table, err)
	}
	if err := f.know(plan, aligned); err != nil {
		return err
	}
	levels := stream.tally.Levels(plan.show.chance)
	var results []trialsResult
	for p := range rec.Populations {
		r, err := plan.analyze(ctx, aligned, p, progress)
		if err != nil {
			return err
		}
		if r == nil {
			continue // no trial is about it
		}
		r.chance = levels[p]
		results = append(results, *r)
	}
	progress.end()
	found := &trialsFound{trialsPlan: plan, Aligned: aligned, results: results, ids: neuronIDs(source)}
	if err := found.write(out, f.meta(path, found)); err != nil {
		return err
	}
	return found.print(a.out)
}

// trialsFound is what was found, with what was asked for.
type trialsFound struct {
	*trialsPlan
	*trials.Aligned
	results []trialsResult
	ids     [][]string // of the neurons, nil if they are numbers
}

// tallied is a detector that counts spikes as it goes, for the chance level.
type tallied struct {
	*analysis.Detector
	tally    *analysis.Tally
	ctx      context.Context
	progress *progress
}

// Next goes on until the context is cancelled.
func (c *tallied) Next() bool {
	if c.ctx.Err() != nil || !c.Detector.Next() {
		return false
	}
	c.tally.Add(c.Detector)
	c.progress.reach(c.Recording(), c.Batch())
	return true
}

// know refuses conditions that no trial has, now that trials are known, and a
// column that holds none.
func (f *trialsFlags) know(p *trialsPlan, aligned *trials.Aligned) error {
	known := aligned.Conditions()
	if len(known) > maxConditions {
		column := f.condition
		if f.outcome != "" {
			column = f.outcome
		}
		return experiment.Inputf("%s: column %s has %d different values, want at most %d conditions", f.table, column, len(known), maxConditions)
	}
	asked := slices.Clone(p.contrast)
	if p.cells != "" {
		asked = append(asked, p.cells)
	}
	for _, c := range asked {
		if !slices.Contains(known, c) {
			return experiment.Inputf("no trial is %q%s; there are %s", c, experiment.DidYouMean(c, known), quoted(known))
		}
	}
	return nil
}

// maxConditions tells a column of conditions from one of numbers.
const maxConditions = 1000

// analyze does all that was asked for with a population; nil if no trial is about
// it.
func (p *trialsPlan) analyze(ctx context.Context, aligned *trials.Aligned, population int, progress *progress) (*trialsResult, error) {
	neurons := aligned.Population(population)
	r := &trialsResult{name: aligned.Recording.Populations[population].Name, population: population, neurons: neurons.To}
	sums, err := aligned.Sum(neurons)
	if errors.Is(err, trials.ErrNoTrials) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	draws := func(what string, n int) trials.Resampling {
		return trials.Resampling{Seed: p.seed, Draws: n, Progress: func(done, total int) {
			progress.set(fmt.Sprintf("%s: %s", r.name, what), done, total)
		}}
	}
	var conditions []string
	for _, c := range aligned.Conditions() {
		if len(sums.Of(c)) > 0 {
			conditions = append(conditions, c)
		}
	}
	if r.psth, err = sums.PSTH(ctx, conditions, trials.PSTHOptions{Confidence: p.show.confidence, Baseline: p.baseline,
		Bootstrap: draws("bootstrap", p.bootstrap)}); err != nil {
		return nil, err
	}
	compared := len(p.contrast) == 2 && slices.Contains(conditions, p.contrast[0]) && slices.Contains(conditions, p.contrast[1])
	cells := trials.CellOptions{Condition: p.cells, Baseline: p.baseline, Response: p.response, FDR: p.fdr, Prior: p.prior,
		Permutations: draws("cells", p.permutations)}
	if compared {
		cells.A, cells.B = p.contrast[0], p.contrast[1]
	}
	tested := p.cells == "" || slices.Contains(conditions, p.cells)
	if tested && p.baseline != (trials.Bins{}) && p.response != (trials.Bins{}) {
		if r.cells, err = sums.Cells(ctx, cells); err != nil {
			return nil, err
		}
	}
	if !compared {
		return r, nil
	}
	return r, p.compare(ctx, sums, r, draws)
}

// compare does what is done with two conditions.
func (p *trialsPlan) compare(ctx context.Context, sums *trials.Sums, r *trialsResult, draws func(string, int) trials.Resampling) (err error) {
	first, second := p.contrast[0], p.contrast[1]
	if r.contrast, err = sums.Contrast(ctx, trials.ContrastOptions{A: first, B: second, ClusterT: p.clusterT, Match: p.match,
		Permutations: draws("contrast", p.permutations)}); err != nil {
		return err
	}
	if r.roc, err = sums.ROC(ctx, trials.ROCOptions{A: first, B: second, Window: p.window, Prior: p.prior,
		Permutations: draws("ROC", p.permutations)}); err != nil {
		return err
	}
	if p.decoding == 0 || p.response == (trials.Bins{}) {
		return nil
	}
	if least := min(r.contrast.TrialsA, r.contrast.TrialsB); least < p.folds {
		r.undecoded = fmt.Sprintf("not decoded: %d trials of the rarer condition, fewer than the %d folds", least, p.folds)
		return nil
	}
	if !sums.Complete(first) || !sums.Complete(second) {
		r.undecoded = "not decoded: not every trial is about all neurons"
		return nil
	}
	if n := sums.Overlapping(p.response, first, second); n > 0 {
		r.undecoded = fmt.Sprintf("not decoded: the responses of %d trials overlap, so what is learned from is also what is told", n)
		return nil
	}
	r.decoding, err = trials.Decode(ctx, []*trials.Sums{sums}, trials.DecodeOptions{A: first, B: second, Response: p.response,
		Parts: min(p.parts, p.response.To-p.response.From), Folds: p.folds, Permutations: draws("decoding", p.decoding)})
	return err
}

// tableError makes a line of an error about the table of trials.
func tableError(err error) error {
	var table *trialtable.Error
	if errors.As(err, &table) {
		return experiment.Inputf("%v%s", table, experiment.DidYouMean(table.Unknown, table.Known))
	}
	return err
}
