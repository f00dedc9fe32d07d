package spiketable

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spikefile"
)

// defaultStepsPerSecond is that of apical: steps of 0.1 ms.
const defaultStepsPerSecond = 10000

// foreignFile is a spike table that apical did not write, or a copy of one that
// it did in another format. It is read once to learn what is in it.
type foreignFile struct {
	path   string
	format format
	layout layout
	whole  analysis.Recording
	last   int64
	first  int64
	rows   int64
	// wholeSeconds tells that all times are whole numbers, of which nothing says that
	// they are seconds.
	wholeSeconds bool

	// What the file calls populations and neurons; neurons by population in the
	// order in which they are first met.
	populations *identities
	neurons     []*identities
	place       []int16    // index in whole of each population, in that order
	places      [][]uint32 // index of each neuron in its population
	known       [][]string // names by index in whole and neuron, nil if they are numbers

	recorded []stretch // nil if that is not known

	sorted []spike // all spikes, if the file is not in the order of time
}

// spike is one of those that are sorted in memory.
type spike struct {
	step       int64
	neuron     uint32
	population int16
}

// openForeign reads the file once.
func openForeign(path string, f format, opt Options, note func(string, ...any)) (*foreignFile, error) {
	file := &foreignFile{path: path, format: f, populations: &identities{}}
	d, err := openDecoder(path, f)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if file.layout, err = arrange(path, d.columns(), opt, note); err != nil {
		return nil, err
	}
	if err := file.hints(d, &opt); err != nil {
		return nil, err
	}
	if file.layout.population < 0 {
		name := "all"
		if len(opt.Sizes) == 1 && opt.Sizes[0].Name != "" {
			name = opt.Sizes[0].Name
		}
		if _, err := file.populations.text(name); err != nil {
			return nil, inputf(path, "population: %v", err)
		}
		file.neurons = append(file.neurons, &identities{})
		if len(opt.Sizes) == 1 {
			opt.Sizes[0].Name = name
		}
	}
	r, err := file.newCoder(d)
	if err != nil {
		return nil, file.wrong(err)
	}
	if err := file.survey(r, opt, note); err != nil {
		return nil, file.wrong(err)
	}
	return file, nil
}

// wrong says which file an error is about.
func (f *foreignFile) wrong(err error) error {
	var input *InputError
	var corrupt *spikefile.CorruptError // which names the file too
	if err == nil || errors.As(err, &input) || errors.As(err, &corrupt) {
		return err
	}
	return &InputError{Path: f.path, Reason: err.Error(), Err: err}
}

// hints completes the options by what the file says of itself, as copies of
// apical's files do.
func (f *foreignFile) hints(d decoder, opt *Options) error {
	opt.Sizes = slices.Clone(opt.Sizes)
	stepsPerSecond, err := strconv.ParseInt(d.metadata("steps_per_second"), 10, 64)
	if err != nil || stepsPerSecond < 1 || stepsPerSecond > maxStepsPerSecond {
		stepsPerSecond = 0
	}
	if opt.StepsPerSecond > 0 {
		stepsPerSecond = opt.StepsPerSecond
	}
	if stepsPerSecond == 0 && f.layout.unit == Steps {
		return inputf(f.path, "times are in steps, but of which length? give --dt or --steps-per-second")
	}
	f.whole.StepsPerSecond = stepsPerSecond
	if stepsPerSecond == 0 {
		f.whole.StepsPerSecond = defaultStepsPerSecond
	}
	if k := d.metadata("format"); k != spikeTable && k != Format {
		return nil
	}
	f.metadataWindows(d.metadata("windows_s"))
	if f.layout.population < 0 {
		return nil
	}
	var populations []analysis.Population
	if err := json.Unmarshal([]byte(d.metadata("populations")), &populations); err != nil {
		return nil // then nobody knows
	}
	for _, p := range populations {
		given := slices.ContainsFunc(opt.Sizes, func(q analysis.Population) bool { return q.Name == p.Name })
		if !given && p.Name != "" && p.Size > 0 && uint64(p.Size) <= math.MaxUint32 {
			opt.Sizes = append(opt.Sizes, p)
		}
	}
	return nil
}

// metadataWindows reads the list of [from, until] in s that a copy has of when it
// was recorded. Anything else there is not used.
func (f *foreignFile) metadataWindows(text string) {
	var windows [][2]float64
	if json.Unmarshal([]byte(text), &windows) != nil {
		return
	}
	last := int64(-1)
	for _, w := range windows {
		next := analysis.Window{From: f.whole.Steps(w[0]), To: f.whole.Steps(w[1])}
		if next.From <= last || next.To <= next.From {
			f.recorded = nil
			return
		}
		f.recorded, last = append(f.recorded, stretch{window: next}), next.To
	}
}

// survey reads all rows, numbers their neurons, and keeps the spikes if they have
// to be sorted.
func (f *foreignFile) survey(r *coder, opt Options, note func(string, ...any)) error {
	limit := opt.MaxSorted
	if limit == 0 {
		limit = defaultMaxSorted
	}
	f.first = -1
	asked, outside := f.asked(opt), 0
	for {
		ok, err := r.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		for _, step := range r.steps {
			if f.first < 0 || step < f.first {
				f.first = step
			}
			f.last = max(f.last, step)
			if !within(step, asked) {
				outside++
			}
		}
	}
	f.rows = r.rows
	if outside > 0 {
		note("%d of %d spikes lie outside of the time asked for and are left out", outside, f.rows)
	}
	if f.wholeSeconds = f.layout.unitless && !r.clock.broken && f.rows > 1; f.wholeSeconds {
		note("all times are whole numbers, taken for seconds; are they ms, us, ns or steps? --unit says it")
	}
	if r.negative > 0 {
		note("%d of %d spikes have neurons below 0, which often marks those that were not sorted; they count as neurons: take them out of the file if they are none", r.negative, f.rows)
	}
	if err := f.settle(opt, note); err != nil {
		return err
	}
	doubles := r.doubles
	if r.descents > 0 {
		if f.rows > int64(limit) {
			return inputf(f.path, "%d spikes are not in the order of time, and only %d are sorted in memory; sort the file by time", f.rows, limit)
		}
		var err error
		if doubles, err = f.sort(); err != nil {
			return err
		}
		note("sorted by time in memory: %d of %d spikes come before the one above them", r.descents, f.rows)
	}
	if n := r.clock.rounded; n > 0 {
		note("%d of %d times are no whole number of steps and were rounded, the first is %s (--dt or --steps-per-second sets the step, now 1/%d s)",
			n, f.rows, r.clock.first, f.whole.StepsPerSecond)
	}
	if doubles > 0 {
		note("%d of %d spikes are the second of their neuron in a step and are left out", doubles, f.rows)
	}
	return nil
}

// asked is the time that the options restrict the file to.
func (f *foreignFile) asked(opt Options) []analysis.Window {
	if len(opt.Windows) == 0 {
		whole := Span{FromS: opt.FromS, UntilS: opt.UntilS}
		if whole.UntilS == 0 {
			return []analysis.Window{{From: f.whole.Steps(whole.FromS), To: math.MaxInt64}}
		}
		opt.Windows = []Span{whole}
	}
	var asked []analysis.Window
	for _, w := range opt.Windows {
		asked = append(asked, analysis.Window{From: f.whole.Steps(w.FromS), To: f.whole.Steps(w.UntilS)})
	}
	return asked
}

// within tells whether a step is in one of the windows.
func within(step int64, windows []analysis.Window) bool {
	for _, w := range windows {
		if step >= w.From && step < w.To {
			return true
		}
	}
	return false
}

// settle gives populations and neurons their places.
func (f *foreignFile) settle(opt Options, note func(string, ...any)) error {
	f.populations.fixed = true
	names := make([]id, 0, len(f.populations.all))
	names = append(names, f.populations.all...)
	for _, p := range opt.Sizes {
		x := id{text: p.Name}
		if n, ok := parseInteger(p.Name); ok {
			x = id{number: n}
		}
		if !slices.Contains(names, x) {
			if f.layout.population < 0 {
				return inputf(f.path, "neurons: population %q: the file has no column of populations", p.Name)
			}
			names = append(names, x)
		}
	}
	slices.SortFunc(names, id.compare)
	if len(names) > math.MaxInt16 {
		return inputf(f.path, "%d populations, want at most %d; is that the right column?", len(names), math.MaxInt16)
	}
	if len(names) == 0 || len(names) == 1 && f.rows == 0 && len(opt.Sizes) == 0 {
		return inputf(f.path, "no spikes, and nothing says whose there could be; give --neurons")
	}
	f.known = make([][]string, len(names))
	f.place, f.places = make([]int16, len(f.populations.all)), make([][]uint32, len(f.populations.all))
	var unknown []string
	for at, x := range names {
		p := analysis.Population{Name: x.String()}
		given := slices.IndexFunc(opt.Sizes, func(q analysis.Population) bool { return q.Name == p.Name })
		if given >= 0 {
			p.Size = opt.Sizes[given].Size
		} else {
			unknown = append(unknown, p.Name)
		}
		if met := slices.Index(f.populations.all, x); met >= 0 {
			f.place[met] = int16(at)
			var err error
			if f.places[met], f.known[at], err = f.neurons[met].settle(&p); err != nil {
				return inputf(f.path, "population %q %v", p.Name, err)
			}
		}
		f.whole.Populations = append(f.whole.Populations, p)
	}
	var named []string
	for at, names := range f.known {
		if names != nil {
			named = append(named, f.whole.Populations[at].Name)
		}
	}
	if name := f.fractional(); name != "" {
		note("neurons are whole numbers or names, and %s is taken for a name; is that the right column? (--neuron-column)", name)
	}
	if len(named) > 0 {
		note("neurons of %s are numbered from 0 in the order of their numbers or names in the file; apical export writes both, as neuron and neuron_id", list(named))
	}
	if len(unknown) > 0 {
		note("neurons that never spiked are unknown in %s, so that rates may be too high; --neurons NAME=SIZE says how many there are", list(unknown))
	}
	return nil
}

// settle gives the neurons of a population their places: the number itself if all
// are below the size that p has, else the rank. Without a size p gets one.
func (t *identities) settle(p *analysis.Population) (places []uint32, names []string, err error) {
	t.fixed = true
	places, sorted := t.ranks()
	if p.Size > 0 && len(sorted) > p.Size {
		return nil, nil, fmt.Errorf("has %d neurons with spikes, more than the %d given", len(sorted), p.Size)
	}
	size := max(p.Size, len(sorted))
	p.Size = size
	if n := len(sorted); n > 0 && sorted[n-1].text == "" && sorted[0].number >= 0 && sorted[n-1].number < int64(size) {
		for i, x := range t.all {
			places[i] = uint32(x.number)
		}
		return places, nil, nil
	}
	for _, x := range sorted {
		names = append(names, x.String())
	}
	return places, names, nil
}

// fractional returns a name of a neuron that is a number, but not a whole one, ""
// if there is none.
func (f *foreignFile) fractional() string {
	for _, neurons := range f.neurons {
		for _, x := range neurons.all {
			if v, err := strconv.ParseFloat(x.text, 64); err == nil && v != math.Trunc(v) {
				return x.text
			}
		}
	}
	return ""
}

func (f *foreignFile) recording() analysis.Recording { return f.whole }
func (f *foreignFile) names(p int) []string          { return f.known[p] }

func (f *foreignFile) stretches(func(string, ...any)) ([]stretch, bool) {
	return f.recorded, f.recorded != nil
}

func (f *foreignFile) span() (w analysis.Window, first int64, err error) {
	if f.rows == 0 {
		return w, 0, nil
	}
	return analysis.Window{From: 0, To: f.last + 1}, f.first, nil
}

func (f *foreignFile) open() (stream, error) {
	if f.sorted != nil {
		return &memoryStream{spikes: f.sorted}, nil
	}
	d, err := openDecoder(f.path, f.format)
	if err != nil {
		return nil, err
	}
	r, err := f.newCoder(d)
	if err != nil {
		return nil, errors.Join(f.wrong(err), d.close())
	}
	return &fileStream{file: f, coder: r}, nil
}
