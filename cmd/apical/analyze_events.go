package main

import (
	"context"
	"errors"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/cobra"
)

// eventsFlags are the flags of analyze events.
type eventsFlags struct {
	source  sourceFlags
	burst   burstFlags
	output  outputFlags
	summary summaryFlags
}

func (a *app) eventsCommand() *cobra.Command {
	var f eventsFlags
	cmd := &cobra.Command{
		Use:   "events FILE",
		Short: "Tell events and bursts, and write one row for each",
		Long: `Tells the events of every neuron and shows what each population did: rates of
events (ER), bursts (BR) and spikes (FR), the burst fraction (BF, bursts of all
events) with its 95 % interval, the fraction that the neurons' firing rates alone
would bring about (BF0), and the spikes of a burst. --out keeps the events.

An event that begins within the threshold after the recording begins may continue
one from before, and is left out; one that begins within the threshold before it
ends counts as an event, but not in the burst fraction, and so does one that begins
later, but within --burst-pre-silence.`,
		Example: `  apical analyze events runs/xor-seed1/spikes.arrow
  apical analyze events spikes.arrow --from 2s --out events.arrow
  apical analyze events spikes.arrow --burst-isi 10ms --burst-pre-silence 20ms`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeEvents(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	f.burst.Register(fl)
	f.summary.Register(fl)
	f.output.Register(fl, "write the events to the new Arrow `FILE`")
	return cmd
}

func (a *app) analyzeEvents(ctx context.Context, path string, f *eventsFlags) (err error) {
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	rec := table.Recording()
	criterion, opt, err := f.burst.Criterion(rec)
	if err != nil {
		return err
	}
	show, err := f.summary.options(rec, criterion, opt)
	if err != nil {
		return err
	}
	d, err := analysis.NewDetector(table, criterion, opt)
	if err != nil {
		return err
	}
	keep, finish, err := f.writer(path, table, criterion, opt)
	if err != nil {
		return err
	}
	tally := analysis.NewTally(rec, analysis.ByPopulation(rec))
	progress := a.newProgress()
	defer progress.end()
	for d.Next() {
		tally.Add(d)
		progress.reach(rec, d.Batch())
		if err := errors.Join(ctx.Err(), keep(d.Events())); err != nil {
			return finish(err)
		}
	}
	progress.end()
	if err := finish(sourceFailed(ctx, path, table, d.Err())); err != nil {
		return err
	}
	return show.write(a.out, tally)
}

// writer returns what keeps events, and what ends the file: well, or not at all
// if it is given an error. Without --out both do nothing.
func (f *eventsFlags) writer(path string, table *spiketable.Table, c analysis.Criterion, opt analysis.DetectorOptions) (keep func([]analysis.Event) error, finish func(error) error, err error) {
	if f.output.out == "" {
		return func([]analysis.Event) error { return nil }, func(err error) error { return err }, nil
	}
	name, options, commit, err := f.output.Begin(path)
	if err != nil {
		return nil, nil, err
	}
	meta, derivation := fileMeta(path, table.Recording(), c, opt)
	meta.NeuronIDs = neuronIDs(table)
	w, err := spikefile.CreateEvents(name, meta, derivation, options)
	if err != nil {
		return nil, nil, fileError(name, err)
	}
	keep = func(events []analysis.Event) error {
		for _, e := range events {
			if err := w.Append(e); err != nil {
				return err
			}
		}
		return nil
	}
	return keep, finishing(w, commit), nil
}

// sourceFailed is the line for an error of an analysis of the spikes of table,
// which is that of the context if it was cancelled, or the table's, or says what is
// wrong with its spikes.
func sourceFailed(ctx context.Context, path string, table *spiketable.Table, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case table.Err() != nil:
		return sourceError(path, table.Err())
	}
	return experiment.Inputf("%s: %v", path, err)
}
