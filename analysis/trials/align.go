package trials

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/apical-sim/apical/analysis"
)

// Trial is one repetition: a moment in the recording and what is known of it.
type Trial struct {
	// Onset is the step that the trial is aligned to.
	Onset int64
	// Condition is what trials are compared by, such as the outcome. Not empty.
	Condition string
	// Stratum is within which conditions may be exchanged, such as the session, or
	// session and stimulus. It may be empty.
	Stratum string
	// Neurons are those that the trial is about, of one population; the zero value
	// stands for all neurons of all populations.
	Neurons Neurons
}

// Neurons are the neurons From, From+1, …, To-1 of a population. The zero value
// stands for all of all populations, which none of this package's functions but
// [Align] takes.
type Neurons struct {
	Population int // index into the recording's populations
	From, To   int
}

// all reports whether the neurons are those of the zero value.
func (n Neurons) all() bool { return n.To == 0 }

// Design says what is counted around each onset. All in steps.
type Design struct {
	// From and To are the window around the onset, [From, To); From may be
	// negative, and is a multiple of Bin, so that the onset begins a bin.
	From, To int64
	// Bin is the length of a bin, > 0; it divides the window.
	Bin int64
	// Partial leaves out trials whose window is not recorded in full, and counts
	// them in Aligned.Skipped, where Align would else return an error.
	Partial bool
}

// Bins is the number of bins.
func (d Design) Bins() int { return int((d.To - d.From) / d.Bin) }

// Validate returns the first thing that is wrong with d.
func (d Design) Validate() error {
	switch {
	case d.Bin < 1:
		return fmt.Errorf("bin: %d steps, want at least one", d.Bin)
	case d.To <= d.From:
		return fmt.Errorf("window: from %d to %d steps, want from < to", d.From, d.To)
	case d.From%d.Bin != 0 || (d.To-d.From)%d.Bin != 0:
		return fmt.Errorf("window: from %d to %d steps is no multiple of the bin, %d steps; want the onset at the edge of a bin", d.From, d.To, d.Bin)
	case (d.To-d.From)/d.Bin > maxBins:
		return fmt.Errorf("window: %d bins, want at most %d", (d.To-d.From)/d.Bin, maxBins)
	}
	return nil
}

// maxBins is what a mark has room for.
const maxBins = 1 << 24

// Stream gives spikes and the events among them, which [analysis.Detector] does.
// Events may come later than their spikes, and in any order.
type Stream interface {
	Recording() analysis.Recording
	Next() bool
	Batch() analysis.Batch
	Events() []analysis.Event
	Err() error
}

// cell counts one neuron in one bin of one trial. Cells without a spike do not
// exist.
type cell struct {
	neuron int32 // over all populations
	bin    int32
	counts [5]uint32 // spikes, events, bursts, classified, bursts of these
}

func (c *cell) all() analysis.Counts {
	k := &c.counts
	return analysis.Counts{Spikes: int64(k[0]), Events: int64(k[1]), Bursts: int64(k[2]), Classified: int64(k[3]), ClassifiedBursts: int64(k[4])}
}

// Aligned holds what happened around the onsets: counts for each trial, neuron
// and bin in which there was a spike, 28 bytes each. It is read-only and may be
// shared by goroutines.
type Aligned struct {
	Recording analysis.Recording
	Design    Design
	// Trials are those that were given and not skipped, in the order of onset,
	// stratum, condition and neurons, whatever the order in which they were given.
	Trials []Trial
	// Skipped is how many were left out because they are not recorded in full.
	Skipped int

	first []int  // first neuron of each population over all, and their sum
	cells []cell // by trial, neuron and bin
	start []int  // first cell of each trial, and the number of cells
}

// Align counts spikes and events around the onsets, in one pass over the
// stream. Events are told on the whole train, so a trial's edge cuts none: an
// event belongs to the bin of its first spike, with its class. Windows of trials
// may overlap; what happens then counts in each.
//
// Errors name the trial by its place in the order of Aligned.Trials, counted
// from 1.
func Align(stream Stream, d Design, trials []Trial) (*Aligned, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	a := &Aligned{Recording: stream.Recording(), Design: d}
	neurons := 0
	for _, p := range a.Recording.Populations {
		a.first = append(a.first, neurons)
		neurons += p.Size
	}
	if neurons > math.MaxInt32 {
		return nil, fmt.Errorf("populations: %d neurons, want at most %d", neurons, math.MaxInt32)
	}
	a.first = append(a.first, neurons)
	sorted := slices.Clone(trials)
	slices.SortStableFunc(sorted, byOnset)
	for i, t := range sorted {
		if err := a.checkTrial(t); err != nil {
			return nil, fmt.Errorf("trial %d, onset %v s: %w", i+1, a.Recording.Seconds(t.Onset), err)
		}
		if !d.Recorded(a.Recording, t.Onset) {
			if !d.Partial {
				return nil, fmt.Errorf("trial %d, onset %v s: its window, %v s to %v s, is not recorded in full; want another window, or such trials left out",
					i+1, a.Recording.Seconds(t.Onset), a.Recording.Seconds(t.Onset+d.From), a.Recording.Seconds(t.Onset+d.To))
			}
			a.Skipped++
			continue
		}
		a.Trials = append(a.Trials, t)
	}
	if len(a.Trials) == 0 {
		return nil, fmt.Errorf("trials: none, want at least one whose window is recorded in full (%d are not)", a.Skipped)
	}
	marks, err := a.collect(stream)
	if err != nil {
		return nil, err
	}
	a.fill(marks)
	return a, nil
}

// byOnset is an order in which only trials are equal that have all in common.
func byOnset(a, b Trial) int {
	return cmp.Or(cmp.Compare(a.Onset, b.Onset), cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.Condition, b.Condition),
		cmp.Compare(a.Neurons.Population, b.Neurons.Population), cmp.Compare(a.Neurons.From, b.Neurons.From), cmp.Compare(a.Neurons.To, b.Neurons.To))
}

func (a *Aligned) checkTrial(t Trial) error {
	n := t.Neurons
	switch {
	case t.Condition == "":
		return fmt.Errorf("has no condition")
	case n.all() && n != Neurons{}:
		return fmt.Errorf("neurons %d to %d, want at least one", n.From, n.To-1)
	case n.all():
		return nil
	}
	return a.checkNeurons(n)
}

// checkNeurons rejects what is no range of neurons of the recording.
func (a *Aligned) checkNeurons(n Neurons) error {
	if n.Population < 0 || n.Population >= len(a.Recording.Populations) {
		return fmt.Errorf("population %d, want 0 to %d", n.Population, len(a.Recording.Populations)-1)
	}
	if p := a.Recording.Populations[n.Population]; n.From < 0 || n.To <= n.From || n.To > p.Size {
		return fmt.Errorf("neurons %d to %d of %q, want some of 0 to %d", n.From, n.To-1, p.Name, p.Size-1)
	}
	return nil
}

// Recorded reports whether one of the recording's windows holds all of the window
// around an onset.
func (d Design) Recorded(rec analysis.Recording, onset int64) bool {
	from, to := onset+d.From, onset+d.To
	w := rec.Windows
	i := sort.Search(len(w), func(i int) bool { return w[i].To >= to })
	return i < len(w) && w[i].From <= from
}

// A mark is a spike or an event in a trial, packed so that marks sort by neuron
// and bin: 31 bits of neuron, 24 of bin, 8 of what it is.
type mark uint64

// What a mark may be.
const (
	markSpike = iota
	markEvent
	markBurst
	markClassified = 4 // added to an event that counts in the burst fraction
)

func newMark(neuron, bin int64, what mark) mark { return mark(neuron)<<32 | mark(bin)<<8 | what }

// collect reads the stream into one list of marks a trial. Trials have windows of
// one length and are sorted by onset, so those around a step are neighbours.
func (a *Aligned) collect(stream Stream) ([][]mark, error) {
	marks := make([][]mark, len(a.Trials))
	lo, hi := make([]int32, len(a.Trials)), make([]int32, len(a.Trials))
	for i := range a.Trials {
		l, h := a.span(a.Trials[i])
		lo[i], hi[i] = int32(l), int32(h)
	}
	before, length, bin := -a.Design.From, a.Design.To-a.Design.From, a.Design.Bin
	// at is the first trial whose window ends after step. It is looked for from
	// where it last was, since steps hardly go back.
	at := 0
	note := func(step int64, neuron int32, what mark) {
		for at > 0 && step-a.Trials[at-1].Onset+before < length {
			at--
		}
		for at < len(marks) && step-a.Trials[at].Onset+before >= length {
			at++
		}
		for i := at; i < len(marks); i++ {
			offset := step - a.Trials[i].Onset + before
			if offset < 0 {
				break
			}
			if neuron >= lo[i] && neuron < hi[i] {
				marks[i] = append(marks[i], newMark(int64(neuron), offset/bin, what))
			}
		}
	}
	for stream.Next() {
		b := stream.Batch()
		for k, step := range b.Steps {
			note(step, int32(a.first[b.Populations[k]])+int32(b.Neurons[k]), markSpike)
		}
		for _, e := range stream.Events() {
			if e.Class != analysis.LeftCensored {
				note(e.Step, int32(a.first[e.Population])+int32(e.Neuron), kindOf(e))
			}
		}
	}
	return marks, stream.Err()
}

// kindOf is what an event counts as.
func kindOf(e analysis.Event) mark {
	kind := mark(markEvent)
	if e.Class == analysis.Burst {
		kind = markBurst
	}
	if e.Classified() {
		kind |= markClassified
	}
	return kind
}

// span is the neurons of a trial over all populations.
func (a *Aligned) span(t Trial) (from, to int) {
	if t.Neurons.all() {
		return 0, a.first[len(a.first)-1]
	}
	first := a.first[t.Neurons.Population]
	return first + t.Neurons.From, first + t.Neurons.To
}

// fill makes cells of marks, and lets go of the marks on the way.
func (a *Aligned) fill(marks [][]mark) {
	a.start = make([]int, len(marks)+1)
	for i, list := range marks {
		slices.Sort(list)
		last := mark(math.MaxUint64)
		for _, m := range list {
			if m>>8 != last {
				last = m >> 8
				a.cells = append(a.cells, cell{neuron: int32(m >> 32), bin: int32(m >> 8 & (maxBins - 1))})
			}
			k := &a.cells[len(a.cells)-1].counts
			kind := m & 0xff
			if kind == markSpike {
				k[0]++
				continue
			}
			burst := uint32(kind &^ markClassified / markBurst)
			k[1]++
			k[2] += burst
			if kind&markClassified != 0 {
				k[3]++
				k[4] += burst
			}
		}
		marks[i] = nil
		a.start[i+1] = len(a.cells)
	}
}
