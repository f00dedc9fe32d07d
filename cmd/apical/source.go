package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spiketable"
	"github.com/spf13/pflag"
)

// sourceFlags are the flags of every command that reads spikes: which of them,
// and for how long they were recorded.
type sourceFlags struct {
	from, until          string
	windows, populations []string
}

// Register declares the flags.
func (f *sourceFlags) Register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.populations, "population", nil, "only population `NAME`, may be repeated (default all)")
	onceVar(flags, &f.from, "from", "", "leave out what is before `TIME`, such as 2s")
	onceVar(flags, &f.until, "until", "", "`TIME` at which recording ended, or after which all is left out")
	flags.StringArrayVar(&f.windows, "window", nil, "recorded time `FROM..UNTIL`, such as 2s..8s, may be repeated (default what manifest.json beside the file says)")
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
	if len(wrong.Problems) > 0 {
		return opt, wrong
	}
	return opt, nil
}

// openSource is f.Open, and prints what had to be assumed.
func (a *app) openSource(f *sourceFlags, path string) (*spiketable.Table, error) {
	t, err := f.Open(path)
	if err != nil {
		return nil, err
	}
	for _, line := range t.Warnings() {
		fmt.Fprintf(a.err, "apical: note: %s\n", line)
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
