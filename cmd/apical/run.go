package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// maxWorkers bounds --workers and --jobs.
const maxWorkers = 256

// runFlags are the flags of run as they were typed. They are read by hand, so
// that all that is wrong with a command line is said at once.
type runFlags struct {
	seed, seeds, preset, out, workers, jobs, record, codec string

	sets                 []string
	force, resume, quiet bool
	values               []valueFlag
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run EXPERIMENT",
		Short: "Run an experiment and keep its results in a directory",
		Long: `Runs one seed of an experiment, or several side by side, and keeps the results
in a directory: manifest.json (what ran), metrics.json (the numbers), and the
Arrow files the experiment records. The same seed gives the same files, with any
number of workers.

Values carry their unit: 2s, 150pA, -70mV, 500Hz. --set wins over --preset.
Ctrl-C closes the files; a second one stops at once.`,
		Example: `  apical run xor --preset quick
  apical run xor --seed 7 --set examples=400 --set tau_avg=500ms --out runs/short
  apical run xor --seeds 1..5 --preset quick
  apical run xor --record hidden1,hidden2,test_after --codec zstd
  apical run mnist --rule burstprop --feedback kolen-pollack --depth 3 --epochs 2
  apical run mnist --rule burstprop --feedback kolen-pollack --depth 3 --epochs 4 --resume`,
		Args:              wantArgs(1, 1, "EXPERIMENT"),
		ValidArgsFunction: a.experimentNames,
		PreRun:            outliveReaders,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.plan(cmd, args[0], &f)
			if err != nil {
				return err
			}
			if !f.quiet {
				p.Display = a.display()
			}
			if _, err := p.Execute(cmd.Context()); err != nil {
				return err
			}
			if !f.quiet {
				fmt.Fprintf(a.err, "results in %s\n", p.Dir)
			}
			return nil
		},
	}
	fl := cmd.Flags()
	f.values = a.valueFlags(fl)
	onceVar(fl, &f.seed, "seed", "1", "seed `N` of all random draws, 0 to 2^63-1")
	onceVar(fl, &f.seeds, "seeds", "", "several seeds, such as `1..5` or 1,2,7..9, each in its own directory")
	fl.StringArrayVar(&f.sets, "set", nil, "`key=value` with its unit, may be repeated; see apical describe")
	onceVar(fl, &f.preset, "preset", "", "start from the values of preset `NAME`")
	onceVar(fl, &f.out, "out", "", "output directory `DIR`, with --seeds DIR/seed-N for each (default runs/EXPERIMENT-seedN)")
	fl.BoolVar(&f.force, "force", false, "replace the run that DIR already holds, with --seeds those of the seeds named; other files stay")
	fl.BoolVar(&f.resume, "resume", false, "continue the run that DIR holds from its checkpoint, with --seeds each that has one")
	onceVar(fl, &f.workers, "workers", "", "goroutines a seed, `N` from 1 to 256 (default as many as pay for the network, or 1 if seeds run together)")
	onceVar(fl, &f.jobs, "jobs", "", "seeds that run at once, `N` from 1 to 256 (default one a core)")
	onceVar(fl, &f.record, "record", "", "spikes to keep: all, none, or `names` of populations and phases")
	onceVar(fl, &f.codec, "codec", "lz4", "compression of Arrow files, `CODEC` lz4, zstd or none")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress on the standard error")
	return cmd
}

// plan reads the command line into a plan, or reports all that is wrong with
// it.
func (a *app) plan(cmd *cobra.Command, name string, f *runFlags) (*experiment.Plan, error) {
	wrong := &experiment.InputError{}
	problem := func(flag string, err error) {
		if err != nil {
			wrong.Problems = append(wrong.Problems, flag+err.Error())
		}
	}
	p := &experiment.Plan{Dir: f.out, Force: f.force, Resume: f.resume, Out: a.out}
	given := cmd.Flags().Changed
	var err error

	seed, err := experiment.ParseSeed(f.seed)
	problem("seed: ", err)
	p.Seeds = []uint64{seed}
	if given("seeds") {
		p.PerSeed = true
		p.Seeds, err = experiment.ParseSeeds(f.seeds)
		problem("seeds: ", err)
		if given("seed") {
			problem("", experiment.Inputf("seed: give --seed or --seeds, not both"))
		}
	}
	if f.force && f.resume {
		problem("", experiment.Inputf("resume: give --force or --resume, not both"))
	}
	if given("workers") {
		p.Workers, err = parseWorkers(f.workers)
		problem("workers: ", err)
	}
	if given("jobs") {
		p.Jobs, err = parseWorkers(f.jobs)
		problem("jobs: ", err)
	}
	for _, empty := range []struct{ flag, value, want string }{
		{"out", f.out, "a directory"},
		{"preset", f.preset, "a name; 'apical describe " + name + "' lists them"},
		{"codec", f.codec, "lz4, zstd or none"},
		{"record", f.record, "all, none or names of populations and phases"},
	} {
		if given(empty.flag) && empty.value == "" {
			problem("", experiment.Inputf("%s: is empty, want %s", empty.flag, empty.want))
		}
	}
	p.Codec, err = experiment.ParseCodec(f.codec)
	problem("", err)

	if p.Experiment, err = a.find(name); err != nil {
		problem("", err)
		return nil, wrong
	}
	sets, err := givenValues(cmd.Flags(), p.Experiment, f.values)
	problem("", err)
	p.Values, err = p.Experiment.Resolve(f.preset, append(sets, f.sets...))
	problem("", err)
	p.Record, err = p.Experiment.Record.Parse(f.record)
	problem("", err)
	if len(wrong.Problems) > 0 {
		return nil, wrong
	}
	return p, nil
}

func parseWorkers(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxWorkers {
		return 0, fmt.Errorf("%q, want a whole number from 1 to %d", text, maxWorkers)
	}
	return n, nil
}

// display shows progress on the standard error, redrawn if that is a terminal
// that can.
func (a *app) display() *experiment.Display {
	_, terminal := terminalOf(a.err)
	return experiment.NewDisplay(a.err, terminal && os.Getenv("TERM") != "dumb", func() int { return columns(a.err) })
}

// columns is the width of a terminal, or 80 where there is none.
func columns(w io.Writer) int {
	if fd, terminal := terminalOf(w); terminal {
		if columns, _, err := term.GetSize(fd); err == nil && columns > 0 {
			return columns
		}
	}
	return 80
}

// terminalOf reports whether w is a terminal, and its descriptor.
func terminalOf(w io.Writer) (fd int, terminal bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}
