package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/information"
	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/signaltable"
	"github.com/spf13/pflag"
)

// inputFlags are the flags of commands that compare spikes with signals in
// frequency.
type inputFlags struct {
	signals                   []string
	bin, segment, low, cutoff string
	tapers, shuffles          string
	smoothing                 string
}

// Register declares the flags.
func (f *inputFlags) Register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.signals, "signal", nil, "signal `[NAME=]FILE[:COLUMN]` that the cells were given, CSV or Arrow; may be repeated")
	onceVar(flags, &f.bin, "bin", "5ms", "length of the bins, `TIME`")
	onceVar(flags, &f.segment, "segment", "2s", "length of the segments that spectra are averaged over, `TIME`; its inverse is the resolution")
	onceVar(flags, &f.low, "low", "0", "lower end of the band, `FREQUENCY`")
	onceVar(flags, &f.cutoff, "cutoff", "", "upper end of the band, `FREQUENCY` (default 50Hz, or half of 1/bin if that is less)")
	onceVar(flags, &f.tapers, "tapers", "0", "sine tapers a segment, `NUMBER`; 0 for Welch's method with a Hann window and half overlap")
	onceVar(flags, &f.shuffles, "shuffles", "99", "shuffles of segments to compare with, `NUMBER`")
	onceVar(flags, &f.smoothing, "smoothing", "", "width of the Gaussian, `TIME`, over which fractions are made (default 1/(2π cutoff))")
}

// inputs is what the flags ask for, of one recording.
type inputs struct {
	grid    information.Grid
	names   []string
	signals []information.Series
	options information.Options
	tapers  int
}

// defaultCutoffHz is beyond what most neurons follow, and within the band of the
// default bins.
const defaultCutoffHz = 50

// Read reads flags and signals, and reports all that is wrong with the flags.
func (f *inputFlags) Read(rec analysis.Recording) (in inputs, err error) {
	wrong := &experiment.InputError{}
	quantity := func(flag, text string, unit experiment.Unit) float64 {
		v, err := experiment.ParseQuantity(text, unit)
		if err != nil {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("%s: %v", flag, err))
		}
		return v
	}
	count := func(flag, text string) int {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1_000_000 {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("%s: %q, want a whole number from 0 to 1000000", flag, text))
		}
		return n
	}
	bin, err := wholeSteps(rec, "bin", f.bin, 1)
	if err != nil {
		wrong.Problems = append(wrong.Problems, err.Error())
	}
	segmentS := quantity("segment", f.segment, "s")
	o := &in.options
	o.Band = information.Band{FromHz: quantity("low", f.low, "Hz"), ToHz: min(defaultCutoffHz, float64(rec.StepsPerSecond)/float64(2*max(1, bin)))}
	if f.cutoff != "" {
		o.Band.ToHz = quantity("cutoff", f.cutoff, "Hz")
	}
	in.tapers, o.Shuffles = count("tapers", f.tapers), count("shuffles", f.shuffles)
	o.WidthS = information.Passing(o.Band.ToHz)
	if f.smoothing != "" {
		if o.WidthS = quantity("smoothing", f.smoothing, "s"); !(o.WidthS > 0) {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("smoothing: %s, want a time > 0", f.smoothing))
		}
	}
	if len(wrong.Problems) > 0 {
		return in, wrong
	}

	signals, err := f.read()
	if err != nil {
		return in, err
	}
	if in.grid, err = information.NewGrid(rec, bin, signals...); err != nil {
		return in, experiment.Inputf("%v", err)
	}
	for _, s := range signals {
		in.names = append(in.names, s.Name)
		mean, err := in.grid.Mean(s)
		if err != nil {
			return in, experiment.Inputf("%v", err)
		}
		if constant(mean) {
			return in, experiment.Inputf("signal %s: is constant, want one that varies", s.Name)
		}
		in.signals = append(in.signals, mean)
	}
	segment := int(min(segmentS/in.grid.BinSeconds()+0.5, 1e9))
	if in.tapers == 0 {
		o.Estimator, err = information.Welch(segment, in.grid.BinSeconds())
	} else {
		o.Estimator, err = information.Multitaper(segment, in.tapers, in.grid.BinSeconds())
	}
	if err != nil {
		return in, experiment.Inputf("%v", err)
	}
	if err := o.Band.Validate(o.Estimator); err != nil {
		return in, experiment.Inputf("%v", err)
	}
	return in, nil
}

func constant(s information.Series) bool {
	for _, stretch := range s {
		for _, v := range stretch {
			if v != s[0][0] {
				return false
			}
		}
	}
	return true
}

// read reads all signals.
func (f *inputFlags) read() ([]information.Signal, error) {
	var all []information.Signal
	for _, text := range f.signals {
		s, err := readSignal(text)
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			if other.Name == s.Name {
				return nil, experiment.Inputf("signal: two are named %q, want NAME=FILE to tell them apart", s.Name)
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// files are the files of the signals.
func (f *inputFlags) files() []string {
	var files []string
	for _, text := range f.signals {
		_, path, _ := splitSignal(text)
		files = append(files, path)
	}
	return files
}

// splitSignal takes [NAME=]FILE[:COLUMN] apart. What names a file as it stands is
// taken for one, so that names may hold the signs.
func splitSignal(text string) (name, path, column string) {
	path = text
	isFile := func(path string) bool { _, err := os.Stat(path); return err == nil }
	if before, after, ok := strings.Cut(path, "="); ok && !isFile(path) {
		name, path = before, after
	}
	if i := strings.LastIndexByte(path, ':'); i > 0 && !isFile(path) && isFile(path[:i]) {
		path, column = path[:i], path[i+1:]
	}
	return name, path, column
}

// readSignal reads the signal that [NAME=]FILE[:COLUMN] names.
func readSignal(text string) (information.Signal, error) {
	name, path, column := splitSignal(text)
	if err := wantFile(path); err != nil {
		return information.Signal{}, err
	}
	table, err := signaltable.Read(path)
	if err != nil {
		var input *signaltable.InputError
		if errors.As(err, &input) {
			err = experiment.Inputf("%v", err)
		}
		return information.Signal{}, err
	}
	c, err := table.Column(column)
	if err != nil {
		return information.Signal{}, experiment.Inputf("%s: %v, as in --signal %s:%s", path, err, path, table.Columns[0].Name)
	}
	switch {
	case name != "":
	case column != "":
		name = column
	default:
		name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	s := information.Signal{Name: name, TimeS: table.TimeS, Values: c.Values}
	if err := s.Validate(); err != nil {
		return s, experiment.Inputf("%s: %v", path, err)
	}
	return s, nil
}

// describe says in a line what spectra are made of.
func (in *inputs) describe() string {
	e, bins := in.options.Estimator, 0
	for _, n := range in.grid.Bins() {
		bins += n
	}
	binS := in.grid.BinSeconds()
	line := fmt.Sprintf("%s in bins of %s", formatS(float64(bins)*binS), formatMS(binS))
	if len(in.signals) == 0 {
		return line
	}
	return line + fmt.Sprintf("; %d segments of %s, K %.4g; %s to %s in steps of %s",
		e.Segments(in.grid.Bins()), formatS(1/e.Resolution()), e.Independent(in.grid.Bins()),
		formatHz(in.options.Band.FromHz), formatHz(in.options.Band.ToHz), formatHz(e.Resolution()))
}

// formatHz writes a frequency.
func formatHz(f float64) string { return fmt.Sprintf("%.6g Hz", f) }

// method names the estimator in files.
func (in *inputs) method() string {
	if in.tapers == 0 {
		return "welch, hann, overlap 0.5"
	}
	return fmt.Sprintf("multitaper, %d sine tapers", in.tapers)
}

// analyzed are the stretches of time that were used, in s.
func (in *inputs) analyzed() [][2]float64 {
	all := [][2]float64{}
	for _, w := range in.grid.Stretches {
		all = append(all, [2]float64{float64(w.From) / float64(in.grid.StepsPerSecond), float64(w.To) / float64(in.grid.StepsPerSecond)})
	}
	return all
}
