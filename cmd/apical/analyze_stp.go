package main

import (
	"context"
	"slices"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/information"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/apical-sim/apical/synapse"
	"github.com/spf13/cobra"
)

// stpFlags are the flags of analyze stp.
type stpFlags struct {
	source    sourceFlags
	inputs    inputFlags
	synapses  []string
	tau, scan string
	quotient  string
	quotients bool
	output    directoryFlags
}

func (a *app) stpCommand() *cobra.Command {
	var f stpFlags
	cmd := &cobra.Command{
		Use:   "stp FILE",
		Short: "Read spikes through virtual synapses with short-term plasticity",
		Long: `Drives virtual synapses with recorded spikes, as if each cell of a population made
one onto the same cell, and gives the trace of what arrives, in Hz per cell: the
rate of spikes, each as far as it is transmitted. A depressing synapse hears the
first spike of an event and little after, so it reads event rates; a facilitating
one hears bursts; --divide reads a fraction from two. Nothing is simulated again.

The model is that of Tsodyks and Markram: at a spike the share r = x u is
transmitted, x drops by u x, and u rises by U (1-u); x recovers to 1 with tau_d, u
to U with tau_f. A time constant of 0 is over by the next step.

With signals, the coherence and the information of each trace are shown too;
--scan tries all combinations of values and ranks them by the coherence with one
signal less that with any other; --scan-quotients divides all of them by all others
too, since what reads a burst fraction is a quotient. Times of signals are on the
clock of the spikes.`,
		Example: `  apical analyze stp spikes.arrow --out synapses
  apical analyze stp spikes.arrow --synapse std:U=0.5,tau_f=0ms,tau_d=200ms --synapse stf:U=0.05,tau_f=100ms,tau_d=0ms --divide stf/std
  apical analyze stp spikes.arrow --signal soma.csv --signal dendrite.csv --scan U=0.02/0.1/0.5/0.9,tau_f=0ms/50ms/200ms,tau_d=0ms/50ms/200ms`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.analyzeSTP(cmd.Context(), args[0], &f)
		},
	}
	fl := cmd.Flags()
	f.source.Register(fl)
	fl.StringArrayVar(&f.synapses, "synapse", nil, "virtual synapse `SYNAPSE`, as U=0.5,tau_f=0ms,tau_d=200ms or std:U=... to name it, may be repeated (default the depressing and the facilitating one of Payeur et al. 2021)")
	onceVar(fl, &f.tau, "tau", "5ms", "time constant of the conductance that a spike opens, `TIME`, or 0")
	onceVar(fl, &f.quotient, "divide", "", "also divide the traces of two synapses, `NAME/NAME`")
	onceVar(fl, &f.scan, "scan", "", "rank all combinations of `VALUES`, as U=0.1/0.5,tau_f=0ms/50ms,tau_d=0ms/200ms; needs signals")
	fl.BoolVar(&f.quotients, "scan-quotients", false, "rank the quotients of all pairs of the scan too")
	f.inputs.Register(fl)
	f.output.Register(fl, "stp.arrow and metrics.json")
	return cmd
}

// stpAsked is what the flags ask for.
type stpAsked struct {
	synapses    []information.Synapse
	over, under int // places of the synapses of the quotient; -1 for none
	scan        []information.Synapse
}

// read reads the flags that are about synapses.
func (f *stpFlags) read() (asked stpAsked, err error) {
	tauS, err := experiment.ParseQuantity(f.tau, "ms")
	if err != nil {
		return asked, experiment.Inputf("tau: %v", err)
	}
	asked.over, asked.under = -1, -1
	for _, text := range f.synapses {
		name, values, named := strings.Cut(text, ":")
		if !named {
			name, values = text, text
		}
		lists, err := synapseValues("synapse", values)
		if err != nil {
			return asked, err
		}
		if n := len(lists[0]) * len(lists[1]) * len(lists[2]); n != 1 {
			return asked, experiment.Inputf("synapse: %s has several values, want one each; --scan tries several", text)
		}
		one := information.Combinations(information.Synapse{TauMS: tauS}, lists[0], lists[1], lists[2])[0]
		one.Name = name
		asked.synapses = append(asked.synapses, one)
	}
	if len(asked.synapses) == 0 {
		asked.synapses = []information.Synapse{
			{Name: "depressing", ShortTerm: synapse.Depressing(), TauMS: tauS},
			{Name: "facilitating", ShortTerm: synapse.Facilitating(), TauMS: tauS},
		}
	}
	if f.scan != "" {
		if len(f.inputs.signals) == 0 {
			return asked, experiment.Inputf("scan: no signal given, want --signal FILE to rank synapses by")
		}
		lists, err := synapseValues("scan", f.scan)
		if err != nil {
			return asked, err
		}
		asked.scan = information.Combinations(information.Synapse{TauMS: tauS}, lists[0], lists[1], lists[2])
	}
	if f.quotients && len(asked.scan) < 2 {
		return asked, experiment.Inputf("scan-quotients: %d combinations to divide, want --scan with 2 at least", len(asked.scan))
	}
	for i, s := range slices.Concat(asked.synapses, asked.scan) {
		if err := s.Validate(); err != nil {
			return asked, experiment.Inputf("%v", err)
		}
		if j := slices.IndexFunc(asked.synapses, func(o information.Synapse) bool { return o.Name == s.Name }); i < len(asked.synapses) && j < i {
			return asked, experiment.Inputf("synapse: two are named %q", s.Name)
		}
	}
	return asked, asked.divide(f.quotient)
}

// divide finds the two synapses of --divide.
func (q *stpAsked) divide(text string) error {
	if text == "" {
		return nil
	}
	over, under, ok := strings.Cut(text, "/")
	if !ok {
		return experiment.Inputf("divide: %q, want the names of two synapses such as facilitating/depressing", text)
	}
	var names []string
	for _, s := range q.synapses {
		names = append(names, s.Name)
	}
	q.over, q.under = slices.Index(names, over), slices.Index(names, under)
	for i, name := range []string{over, under} {
		if []int{q.over, q.under}[i] < 0 {
			return experiment.Inputf("divide: no synapse %q%s; there are %s", name, experiment.DidYouMean(name, names), strings.Join(names, ", "))
		}
	}
	return nil
}

// synapseValues reads U, tau_f and tau_d in ms, of which each may be a list.
func synapseValues(flag, text string) (lists [3][]float64, err error) {
	keys := []string{"U", "tau_f", "tau_d"}
	for _, part := range strings.Split(text, ",") {
		key, values, ok := strings.Cut(part, "=")
		k := slices.Index(keys, key)
		if !ok || k < 0 {
			return lists, experiment.Inputf("%s: %q in %q, want U=VALUE, tau_f=TIME and tau_d=TIME", flag, part, text)
		}
		if lists[k] != nil {
			return lists, experiment.Inputf("%s: %s is given twice in %q", flag, key, text)
		}
		for _, value := range strings.Split(values, "/") {
			unit := experiment.Unit("ms")
			if k == 0 {
				unit = ""
			}
			v, err := experiment.ParseQuantity(value, unit)
			if err != nil {
				return lists, experiment.Inputf("%s: %s: %v", flag, key, err)
			}
			lists[k] = append(lists[k], v)
		}
	}
	for k, key := range keys {
		if lists[k] == nil {
			return lists, experiment.Inputf("%s: %s is missing in %q, want U=VALUE, tau_f=TIME and tau_d=TIME", flag, key, text)
		}
	}
	return lists, nil
}

func (a *app) analyzeSTP(ctx context.Context, path string, f *stpFlags) error {
	asked, err := f.read()
	if err != nil {
		return err
	}
	out, err := f.output.Begin(append(f.inputs.files(), path), "stp.arrow", "metrics.json")
	if err != nil {
		return err
	}
	table, err := a.openSource(&f.source, path)
	if err != nil {
		return err
	}
	defer table.Close()
	rec := table.Recording()
	in, err := f.inputs.Read(rec)
	if err != nil {
		return err
	}
	found := stpFound{inputs: in, stpAsked: asked, populations: rec.Populations}
	bank, err := drive(ctx, path, table, in.grid, asked.synapses)
	if err != nil {
		return err
	}
	if err := found.read(bank); err != nil {
		return experiment.Inputf("%v", err)
	}
	if found.scanned, err = scanSynapses(ctx, path, table, in, asked.scan, f.quotients); err != nil {
		return err
	}
	meta, _ := fileMeta(path, rec, analysis.Criterion{}, analysis.DetectorOptions{})
	meta.Extra = found.extra()
	if err := out.Table("stp.arrow", "stp", meta, found.columns()); err != nil {
		return err
	}
	if err := out.JSON("metrics.json", found.metrics(meta.Source)); err != nil {
		return err
	}
	return found.write(a.out)
}

// drive runs all spikes of a table, from the first, through synapses.
func drive(ctx context.Context, path string, table *spiketable.Table, g information.Grid, synapses []information.Synapse) (*information.Bank, error) {
	bank, err := information.NewBank(g, table.Recording().Populations, synapses)
	if err != nil {
		return nil, experiment.Inputf("%v", err)
	}
	if err := table.Rewind(); err != nil {
		return nil, sourceError(path, err)
	}
	for table.Next() {
		bank.Add(table.Batch())
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return bank, sourceFailed(ctx, path, table, table.Err())
}

// scanBytes is about what the synapses of one pass over the spikes may take.
const scanBytes = 256 << 20

// scanSynapses reads the signals through each of the synapses, for each population,
// and through their quotients if asked to.
func scanSynapses(ctx context.Context, path string, table *spiketable.Table, in inputs, synapses []information.Synapse, quotients bool) ([][]information.Reading, error) {
	populations := table.Recording().Populations
	all := make([][]information.Reading, len(populations))
	pass := max(1, int(scanBytes/information.Memory(in.grid, populations)))
	if quotients && len(synapses) > pass {
		return nil, experiment.Inputf("scan-quotients: %d combinations take too much memory, want at most %d, longer bins or fewer populations", len(synapses), pass)
	}
	for some := range slices.Chunk(synapses, pass) {
		bank, err := drive(ctx, path, table, in.grid, some)
		if err != nil {
			return nil, err
		}
		for p := range populations {
			reads := []func(int, []information.Series, information.Options) ([]information.Reading, error){bank.Read}
			if quotients {
				reads = append(reads, bank.ReadQuotients)
			}
			for _, read := range reads {
				readings, err := read(p, in.signals, in.options)
				if err != nil {
					return nil, experiment.Inputf("%v", err)
				}
				all[p] = append(all[p], readings...)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
