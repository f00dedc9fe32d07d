package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/pflag"
)

// sourceFlags are the flags of every command that reads spikes: which of them,
// for how long they were recorded, and what a file of others has where.
type sourceFlags struct {
	from, until          string
	windows, populations []string

	timeColumn, neuronColumn, populationColumn string
	unit, dt, stepsPerSecond                   string
	neurons                                    []string
}

// Register declares the flags.
func (f *sourceFlags) Register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.populations, "population", nil, "only population `NAME`, may be repeated (default all)")
	onceVar(flags, &f.from, "from", "", "leave out what is before `TIME`, such as 2s")
	onceVar(flags, &f.until, "until", "", "`TIME` at which recording ended, or after which all is left out")
	flags.StringArrayVar(&f.windows, "window", nil, "recorded time `FROM..UNTIL`, such as 2s..8s, may be repeated (default what manifest.json beside the file says)")
	onceVar(flags, &f.timeColumn, "time-column", "", "`COLUMN` of the times: its name, or its place from 1 (default guessed; so for the others)")
	onceVar(flags, &f.neuronColumn, "neuron-column", "", "`COLUMN` of the neurons, whole numbers or names")
	onceVar(flags, &f.populationColumn, "population-column", "", "`COLUMN` of the populations, if there is one")
	onceVar(flags, &f.unit, "unit", "", "`UNIT` of the times: s, ms, us, ns or steps (default guessed)")
	onceVar(flags, &f.dt, "dt", "", "step to which times are rounded, a `TIME` that divides 1 s (default 0.1ms)")
	onceVar(flags, &f.stepsPerSecond, "steps-per-second", "", "the same as `N` steps in a second, such as 30000")
	flags.StringArrayVar(&f.neurons, "neurons", nil, "`NAME=SIZE` neurons in a population, silent ones included, may be repeated; SIZE alone without populations")
}

// Names are the names of the flags.
func (f *sourceFlags) Names() []string {
	var names []string
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	(&sourceFlags{}).Register(flags)
	flags.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}

// Open opens the spike file path as the flags say. What had to be assumed is in
// the Warnings of the table; openSource prints them.
func (f *sourceFlags) Open(path string) (*spiketable.Table, error) {
	if err := wantFile(path); err != nil {
		return nil, err
	}
	opt, err := f.options()
	if err != nil {
		return nil, err
	}
	t, err := spiketable.Open(path, opt)
	return t, sourceError(path, err)
}

// options reads what was typed, and reports all that is wrong with it.
func (f *sourceFlags) options() (spiketable.Options, error) {
	opt := spiketable.Options{Populations: f.populations}
	wrong := &experiment.InputError{}
	seconds := func(flag, text string) float64 {
		if text == "" {
			return 0
		}
		s, err := experiment.ParseQuantity(text, "s")
		if err == nil && s < 0 {
			err = fmt.Errorf("%s is before 0 s, where recordings begin", text)
		}
		if err != nil {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("%s: %v", flag, err))
		}
		return s
	}
	opt.FromS, opt.UntilS = seconds("from", f.from), seconds("until", f.until)
	for _, text := range f.windows {
		from, until, ok := strings.Cut(text, "..")
		if !ok {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("window: %q, want two times such as 2s..8s", text))
			continue
		}
		opt.Windows = append(opt.Windows, spiketable.Span{FromS: seconds("window", from), UntilS: seconds("window", until)})
	}
	opt.TimeColumn, opt.NeuronColumn, opt.PopulationColumn = f.timeColumn, f.neuronColumn, f.populationColumn
	opt.Unit = spiketable.Unit(f.unit)
	var err error
	if opt.StepsPerSecond, err = f.step(); err != nil {
		wrong.Problems = append(wrong.Problems, err.Error())
	}
	for _, text := range f.neurons {
		name, size, ok := cutLast(text, "=")
		if !ok {
			name, size = "", text
		}
		n, err := strconv.Atoi(size)
		if err != nil || ok && name == "" {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("neurons: %q, want NAME=SIZE such as pyramids=500, or a SIZE alone", text))
			continue
		}
		opt.Sizes = append(opt.Sizes, analysis.Population{Name: name, Size: n})
	}
	if len(wrong.Problems) > 0 {
		return opt, wrong
	}
	return opt, nil
}

// step reads --dt or --steps-per-second, 0 if neither is given.
func (f *sourceFlags) step() (perSecond int64, err error) {
	if f.stepsPerSecond != "" {
		n, err := strconv.ParseInt(f.stepsPerSecond, 10, 64)
		switch {
		case f.dt != "":
			return 0, errors.New("dt: give --dt or --steps-per-second, not both")
		case err != nil || n < 1:
			return 0, fmt.Errorf("steps-per-second: %q, want a whole number above 0", f.stepsPerSecond)
		}
		return n, nil
	}
	if f.dt == "" {
		return 0, nil
	}
	dt, err := experiment.ParseQuantity(f.dt, "s")
	if err != nil {
		return 0, fmt.Errorf("dt: %v", err)
	}
	n := math.Round(1 / dt)
	// As near as dividing 1 s by a whole number and writing it down can miss it.
	if !(dt > 0) || n < 1 || math.Abs(n*dt-1) > 1e-9 {
		return 0, fmt.Errorf("dt: %s does not divide 1 s into whole steps; for 1/30000 s give --steps-per-second 30000", f.dt)
	}
	return int64(n), nil
}

// cutLast is strings.Cut at the last separator: names may hold one.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// openSource is f.Open, and prints what had to be assumed.
func (a *app) openSource(f *sourceFlags, path string) (*spiketable.Table, error) {
	t, err := f.Open(path)
	if err != nil {
		return nil, err
	}
	for _, line := range t.Warnings() {
		fmt.Fprintf(a.err, "apical: note: %s\n", printable(line))
	}
	return t, nil
}

// sourceError makes a line of an error about a spike file: wrong input, or what
// fileError says. The Err of a table goes through it too.
func sourceError(path string, err error) error {
	var input *spiketable.InputError
	if errors.As(err, &input) {
		return experiment.Inputf("%v%s", input, experiment.DidYouMean(input.Unknown, input.Known))
	}
	return fileError(path, err)
}
