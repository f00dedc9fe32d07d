package spiketable

import (
	"fmt"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

// Table is an open spike file, and an [analysis.Source]. It holds one batch in
// memory. It is not safe for concurrent use.
type Table struct {
	path      string
	origin    origin
	recording analysis.Recording
	// keep is the index in recording of each population of the file, -1 for those
	// left out.
	keep     []int16
	all      bool // whether keep changes nothing
	warnings []string

	stream stream
	window int // the first that does not end before the spikes still to come
	batch  analysis.Batch
	own    analysis.Batch // memory for batches of which something is left out
	err    error
}

// origin is a file before it is restricted.
type origin interface {
	// recording describes all of it, but for its windows.
	recording() analysis.Recording
	// stretches says when spikes were recorded, if that is known. note takes what
	// has to be said about it.
	stretches(note func(string, ...any)) (s []stretch, known bool)
	// names are what the file calls the neurons of a population, nil if that is
	// their number.
	names(population int) []string
	// span is from the beginning to one step beyond the last spike, and the step of
	// the first.
	span() (w analysis.Window, first int64, err error)
	// open starts to read all spikes from the first.
	open() (stream, error)
}

// stream gives spikes in the order of time. No neuron has two in a step.
type stream interface {
	// next returns the next batch, valid until the next call; false at the end.
	next() (analysis.Batch, bool, error)
	close() error
}

var _ analysis.Source = (*Table)(nil)

// Open opens the spike file path. What is wrong with the file or the options is
// an *[InputError]; what had to be assumed is in [Table.Warnings].
func Open(path string, opt Options) (*Table, error) {
	if err := opt.validate(); err != nil {
		return nil, err
	}
	t := &Table{path: path}
	var err error
	if t.origin, err = t.openOrigin(opt); err != nil {
		return nil, err
	}
	if err := t.choose(opt); err != nil {
		return nil, err
	}
	return t, t.Rewind()
}

// openOrigin opens the file by its kind.
func (t *Table) openOrigin(opt Options) (origin, error) {
	f, err := detect(t.path)
	if err != nil {
		return nil, err
	}
	if f == arrowFormat {
		apical, err := writtenByApical(t.path)
		if err != nil {
			return nil, err
		}
		if apical {
			return openApical(t.path, opt)
		}
	}
	return openForeign(t.path, f, opt, t.warnf)
}

// Names are what the file calls the neurons of a population of the recording: a
// name for each that has spikes, as far as there are neurons; nil where that is
// the number of the neuron itself.
func (t *Table) Names(population int) []string {
	p := slices.Index(t.keep, int16(population))
	if p < 0 {
		return nil
	}
	return t.origin.names(p)
}

// choose restricts the recording to what the options ask for.
func (t *Table) choose(opt Options) error {
	whole := t.origin.recording()
	t.recording.StepsPerSecond = whole.StepsPerSecond
	var stretches []stretch
	known := false
	if len(opt.Windows) == 0 {
		stretches, known = t.origin.stretches(t.warnf)
	}
	if known && len(stretches) == 0 {
		return inputf(t.path, "no spikes were recorded, as manifest.json beside it says")
	}
	if err := t.choosePopulations(whole, opt.Populations, stretches); err != nil {
		return err
	}
	windows, err := t.commonWindows(stretches)
	if err == nil {
		err = t.chooseWindows(windows, opt)
	}
	if err != nil {
		return err
	}
	if err := t.recording.Validate(); err != nil {
		return inputf(t.path, "%v", err)
	}
	return nil
}

// choosePopulations keeps those wanted, or all that have neurons and were
// recorded.
func (t *Table) choosePopulations(whole analysis.Recording, wanted []string, stretches []stretch) error {
	var names, unrecorded []string
	for _, p := range whole.Populations {
		names = append(names, p.Name)
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return &InputError{Path: t.path, Unknown: name, Known: names,
				Reason: fmt.Sprintf("population %q is not in it; there are %s", name, list(names))}
		}
	}
	t.all = true
	for _, p := range whole.Populations {
		leave := p.Size == 0 || len(wanted) > 0 && !slices.Contains(wanted, p.Name)
		if !leave && stretches != nil && len(windowsOf(p.Name, stretches)) == 0 {
			leave, unrecorded = true, append(unrecorded, p.Name)
		}
		if leave {
			t.keep, t.all = append(t.keep, -1), false
			continue
		}
		t.keep = append(t.keep, int16(len(t.recording.Populations)))
		t.recording.Populations = append(t.recording.Populations, p)
	}
	switch {
	case len(unrecorded) > 0 && len(wanted) > 0:
		return inputf(t.path, "population %s was not recorded, as manifest.json beside it says", list(unrecorded))
	case len(t.recording.Populations) == 0:
		return inputf(t.path, "no population with a neuron, want at least one")
	case len(unrecorded) > 0:
		t.warnf("left out, because they were not recorded: %s", list(unrecorded))
	}
	return tooMany(t.path, t.recording.Populations)
}

// commonWindows returns the time in which all that are chosen were recorded. A
// recording has one for all its populations: a rate of one that was recorded half
// the time would be half of what it was.
func (t *Table) commonWindows(stretches []stretch) ([]analysis.Window, error) {
	var windows []analysis.Window
	for i, p := range t.recording.Populations {
		its := windowsOf(p.Name, stretches)
		if i == 0 {
			windows = its
		} else if first := t.recording.Populations[0].Name; !slices.Equal(its, windows) {
			return nil, inputf(t.path, "populations were recorded at different times: %s %s, %s %s; choose those recorded together with --population, or the time with --window",
				first, t.spans(windows), p.Name, t.spans(its))
		}
	}
	return windows, nil
}

func (t *Table) chooseWindows(known []analysis.Window, opt Options) error {
	from, until := t.recording.Steps(opt.FromS), t.recording.Steps(opt.UntilS)
	switch {
	case len(opt.Windows) > 0:
		for _, w := range opt.Windows {
			t.recording.Windows = append(t.recording.Windows, analysis.Window{From: t.recording.Steps(w.FromS), To: t.recording.Steps(w.UntilS)})
		}
		return nil
	case len(known) > 0:
		for _, w := range known {
			if w.From = max(w.From, from); until > 0 {
				w.To = min(w.To, until)
			}
			if w.From < w.To {
				t.recording.Windows = append(t.recording.Windows, w)
			}
		}
		if len(t.recording.Windows) == 0 {
			return inputf(t.path, "nothing was recorded in the time asked for, only %s", t.spans(known))
		}
		return nil
	}
	if until > 0 {
		t.recording.Windows = []analysis.Window{{From: from, To: until}}
		return nil
	}
	span, first, err := t.origin.span()
	if err != nil {
		return err
	}
	span.From = max(span.From, from)
	if span.To <= span.From {
		return inputf(t.path, "no spikes, and nothing says for how long was recorded; give --window")
	}
	if f, foreign := t.origin.(*foreignFile); foreign && from == 0 && first > max(span.To-first, t.recording.StepsPerSecond) {
		unit := ""
		if f.wholeSeconds {
			unit = ", and the unit of the times with --unit"
		}
		return inputf(t.path, "spikes from %v s to %v s, and nothing says when recording began: hardly at 0 s; give --from or --window%s",
			t.recording.Seconds(first), t.recording.Seconds(span.To-1), unit)
	}
	t.recording.Windows = []analysis.Window{span}
	t.warnf("nothing says for how long was recorded; taken as %s, up to the last spike, the first is at %v s (--window says it)",
		t.spans(t.recording.Windows), t.recording.Seconds(first))
	return nil
}

// spans writes windows in seconds.
func (t *Table) spans(windows []analysis.Window) string {
	var texts []string
	for _, w := range windows {
		texts = append(texts, fmt.Sprintf("%v s to %v s", t.recording.Seconds(w.From), t.recording.Seconds(w.To)))
	}
	return list(texts)
}

func (t *Table) warnf(format string, args ...any) {
	t.warnings = append(t.warnings, t.path+": "+fmt.Sprintf(format, args...))
}

// Recording says what was recorded and chosen.
func (t *Table) Recording() analysis.Recording { return t.recording }

// Warnings are what had to be assumed or was left out, one line each that begins
// with the path.
func (t *Table) Warnings() []string { return slices.Clone(t.warnings) }

// Rewind begins again with the first spike.
func (t *Table) Rewind() error {
	if err := t.Close(); err != nil {
		return err
	}
	var err error
	t.err, t.window, t.batch = nil, 0, analysis.Batch{}
	t.stream, err = t.origin.open()
	return err
}

// Next loads the next batch, which has at least one spike. It returns false at
// the end and at the first error, which Err tells apart.
func (t *Table) Next() bool {
	for t.err == nil && t.stream != nil && t.window < len(t.recording.Windows) {
		raw, ok, err := t.stream.next()
		if !ok {
			t.err = err
			break
		}
		if t.batch = t.cut(raw); len(t.batch.Steps) > 0 {
			return true
		}
	}
	t.batch = analysis.Batch{}
	return false
}

// cut leaves out what was not chosen.
func (t *Table) cut(raw analysis.Batch) analysis.Batch {
	n := len(raw.Steps)
	if n == 0 {
		return raw
	}
	w := t.recording.Windows[t.window]
	if t.all && raw.Steps[0] >= w.From && raw.Steps[n-1] < w.To {
		return raw
	}
	own := analysis.Batch{Steps: t.own.Steps[:0], Neurons: t.own.Neurons[:0], Populations: t.own.Populations[:0]}
	for i, step := range raw.Steps {
		for step >= w.To {
			if t.window++; t.window == len(t.recording.Windows) {
				t.own = own
				return own
			}
			w = t.recording.Windows[t.window]
		}
		if p := t.keep[raw.Populations[i]]; p >= 0 && step >= w.From {
			own.Steps = append(own.Steps, step)
			own.Neurons = append(own.Neurons, raw.Neurons[i])
			own.Populations = append(own.Populations, p)
		}
	}
	t.own = own
	return own
}

// Batch is the batch that Next loaded, valid until its next call.
func (t *Table) Batch() analysis.Batch { return t.batch }

// Err is the error that ended the batches, nil at the end of the file.
func (t *Table) Err() error { return t.err }

// Close closes the file. Rewind opens it again.
func (t *Table) Close() error {
	if t.stream == nil {
		return nil
	}
	err := t.stream.close()
	t.stream = nil
	return err
}

// list joins texts for a sentence.
func list(texts []string) string {
	const most = 12
	more := ""
	if len(texts) > most {
		texts, more = texts[:most], fmt.Sprintf(" and %d more", len(texts)-most)
	}
	joined := ""
	for i, text := range texts {
		if i > 0 {
			joined += ", "
		}
		joined += text
	}
	return joined + more
}
