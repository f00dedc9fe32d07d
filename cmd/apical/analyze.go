package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/newfile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// analyses are the subcommands of analyze, each in a file of its own.
func (a *app) analyses() []*cobra.Command {
	return []*cobra.Command{
		a.eventsCommand(),
		a.ratesCommand(),
		a.isiCommand(), a.sweepCommand(), a.chanceCommand(),
		a.trialsCommand(),
		a.informationCommand(),
		a.stpCommand(),
	}
}

func (a *app) analyzeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "analyze",
		Short: "Separate event rates from burst fractions in spike files",
		Long: `Demultiplexes recorded spikes: an event is a spike that no other of its neuron
precedes within the threshold (16 ms unless --burst-isi says otherwise), and a
burst is an event that a second spike follows within it. How often events happen
and which share of them are bursts are two messages, which one rate mixes.`,
		Example: `  apical analyze events runs/xor-seed1/spikes.arrow --out events.arrow
  apical analyze rates runs/xor-seed1/spikes.arrow --bin 20ms --out rates.arrow
  apical analyze trials spikes.arrow --trials trials.csv --condition-column outcome --contrast hit,miss
  apical analyze information spikes.arrow --signal soma.csv --signal dendrite.csv`,
		Args:             cobra.ArbitraryArgs,
		PersistentPreRun: outliveReaders,
		RunE:             orHelp,
	}
	cmd.AddCommand(a.analyses()...)
	return cmd
}

// burstFlags say what a burst is.
type burstFlags struct {
	isi, preSilence, limit, rule string
}

// Register declares the flags.
func (f *burstFlags) Register(flags *pflag.FlagSet) {
	onceVar(flags, &f.isi, "burst-isi", "16ms", "longest interval `TIME` between two spikes of a burst, inclusive")
	onceVar(flags, &f.preSilence, "burst-pre-silence", "0", "silence `TIME` that has to precede a burst; after less an event is a singlet")
	onceVar(flags, &f.limit, "burst-cap", "1s", "longest event that is followed, `TIME`, or 0 for any; longer ones are reported")
	onceVar(flags, &f.rule, "burst-rule", "interval", "`RULE` interval, or accumulating as in the reference program of Payeur et al. 2021")
}

// Criterion reads what was typed, in steps of the recording, and reports all
// that is wrong with it.
func (f *burstFlags) Criterion(rec analysis.Recording) (c analysis.Criterion, opt analysis.DetectorOptions, err error) {
	wrong := &experiment.InputError{}
	problem := func(err error) {
		if err != nil {
			wrong.Problems = append(wrong.Problems, err.Error())
		}
	}
	c.ISI, err = stepsWithin(rec, "burst-isi", f.isi)
	problem(err)
	c.PreSilence, err = wholeSteps(rec, "burst-pre-silence", f.preSilence, 0)
	problem(err)
	opt.Cap, err = wholeSteps(rec, "burst-cap", f.limit, 0)
	problem(err)
	switch f.rule {
	case "interval":
	case "accumulating":
		opt.Accumulating = true
	default:
		problem(experiment.Inputf("burst-rule: %q, want interval or accumulating", f.rule))
	}
	if len(wrong.Problems) > 0 {
		return c, opt, wrong
	}
	return c, opt, nil
}

// wholeSteps reads a time that has to be a whole number of the recording's
// steps, at least least. Where a millisecond is none, as at 24 414 steps a second, no
// time that people use is, and the nearest step is taken.
func wholeSteps(rec analysis.Recording, flag, text string, least int64) (int64, error) {
	s, err := experiment.ParseQuantity(text, "s")
	if err != nil {
		return 0, experiment.Inputf("%s: %v", flag, err)
	}
	exact := s * float64(rec.StepsPerSecond)
	dt := formatMS(1 / float64(rec.StepsPerSecond))
	switch steps := math.Round(exact); {
	case exact < float64(least)-1e-6:
		return 0, experiment.Inputf("%s: %s, want at least %s", flag, text, map[bool]string{true: "0", false: "the recording's time step of " + dt}[least == 0])
	case steps > 1<<53:
		return 0, experiment.Inputf("%s: %s is too long", flag, text)
	case math.Abs(exact-steps) > 1e-6*max(1, steps) && rec.StepsPerSecond%1000 == 0:
		return 0, experiment.Inputf("%s: %s is not a multiple of the recording's time step of %s", flag, text, dt)
	default:
		return int64(steps), nil
	}
}

// formatMS writes a time in s as ms, with the digits that tell.
func formatMS(s float64) string { return fmt.Sprintf("%.6g ms", 1000*s) }

// outputFlags name the file that a command makes.
type outputFlags struct {
	out, codec string
	force      bool
	flag       string // that names the file; "" is out
}

// Register declares the flags.
func (f *outputFlags) Register(flags *pflag.FlagSet, usage string) {
	onceVar(flags, &f.out, "out", "", usage)
	onceVar(flags, &f.codec, "codec", "lz4", "compression of the file, `CODEC` lz4, zstd or none")
	flags.BoolVar(&f.force, "force", false, "replace the file that --out names")
}

// Begin returns the name to write to, and what gives it the name that was asked
// for once it is complete. A file that is replaced stays until then; one of the
// inputs is not replaced.
func (f *outputFlags) Begin(inputs ...string) (path string, opt spikefile.Options, commit func() error, err error) {
	if opt.Codec, err = spikefile.ParseCodec(f.codec); err != nil {
		return "", opt, nil, experiment.Inputf("codec: %s", strings.TrimPrefix(err.Error(), "spikefile: "))
	}
	if err := wantOutput(cmp.Or(f.flag, "out"), f.out, f.force, inputs...); err != nil {
		return "", opt, nil, err
	}
	if _, err := os.Lstat(f.out); errors.Is(err, os.ErrNotExist) {
		return f.out, opt, func() error { return nil }, nil
	}
	fresh := f.out + newfile.Suffix
	return fresh, opt, func() error { return fileError(f.out, newfile.Publish(fresh, f.out)) }, nil
}

// finishing ends the file that w writes: complete and with its name, or, if it
// is given an error, removed.
func finishing(w interface {
	Close() error
	Discard()
}, commit func() error) func(error) error {
	return func(err error) error {
		if err != nil {
			w.Discard()
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return commit()
	}
}

// fileMeta is the metadata of what is made of the spike file path.
func fileMeta(path string, rec analysis.Recording, c analysis.Criterion, opt analysis.DetectorOptions) (spikefile.Meta, spikefile.Derivation) {
	build := experiment.ReadBuild()
	m := spikefile.Meta{Version: build.Version, Revision: build.Revision, StepsPerSecond: rec.StepsPerSecond, Source: filepath.Base(path)}
	for _, p := range rec.Populations {
		m.Populations = append(m.Populations, spikefile.Population{Name: p.Name, Size: p.Size})
	}
	return m, spikefile.Derivation{Source: m.Source, Criterion: c, Options: opt, Windows: rec.Windows}
}
