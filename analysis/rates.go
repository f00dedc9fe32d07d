package analysis

import "fmt"

// Rate is what a group of neurons did in a bin.
type Rate struct {
	Group    int   // in Groups.List
	From, To int64 // of the bin, steps
	Recorded int64 // how much of it was recorded, steps, > 0
	Counts
}

// Hz turns a count of the bin into Hz per neuron, by the time recorded.
func (r Rate) Hz(n int64, rec Recording, g Groups) float64 {
	return float64(n) / (rec.Seconds(r.Recorded) * float64(g.List[r.Group].Size))
}

// Placement says in which bin a burst counts.
type Placement uint8

const (
	// AtFirst puts a burst where its event is, so that a burst fraction is a
	// share of events.
	AtFirst Placement = iota
	// AtSecond puts it where its second spike is, by which it became a burst: that
	// is when a causal observer, such as plasticity, knows of it, and how rates
	// have been published. A bin can then hold more bursts than events.
	AtSecond
)

// Bins are stretches of equal length, [Origin + k·Width, Origin + (k+1)·Width).
type Bins struct {
	Width int64 // steps, > 0
	// Origin is a step at which a bin begins.
	Origin    int64
	Placement Placement
}

// index is the number of the bin that step is in.
func (b Bins) index(step int64) int64 {
	k := (step - b.Origin) / b.Width
	if k*b.Width > step-b.Origin {
		k--
	}
	return k
}

func (b Bins) from(index int64) int64 { return b.Origin + index*b.Width }

// Rates counts events, bursts and spikes in bins, in one pass over a source:
//
//	for r.Next() {
//		for _, rate := range r.Rates() {
//		}
//	}
//	if err := r.Err(); err != nil {
//
// Spikes are classified on the whole train, then binned. Every bin that has
// recorded time gives a rate of each group, also where nothing happened, and
// others give none; rates divide by the time recorded.
//
// Memory: that of the [Detector], and 48 bytes a group and bin whose events are
// not all known yet, which are those of the last ISI, or Cap if there was a long
// event.
type Rates struct {
	d      *Detector
	tally  *Tally
	groups Groups
	bins   Bins
	first  []int

	open    [][]Counts // of the bins from head on, whose events are not all known
	head    int64      // index of the first bin that has not been given out
	window  int        // the first window that does not end before it
	idle    [][]Counts // memory for later bins
	spikes  Batch      // taken by the detector, not yet counted; all in one bin
	settled int64      // step before which all events are counted
	rates   []Rate
}

// NewRates returns the rates of src in bins.
func NewRates(src Source, c Criterion, opt DetectorOptions, g Groups, b Bins) (*Rates, error) {
	if b.Width < 1 {
		return nil, fmt.Errorf("bin: %d steps, want at least one", b.Width)
	}
	d, err := NewDetector(&slicer{Source: src, bins: b}, c, opt)
	if err != nil {
		return nil, err
	}
	rec := d.Recording()
	first, err := g.check(rec)
	if err != nil {
		return nil, err
	}
	return &Rates{d: d, tally: NewTally(rec, g), groups: g, bins: b, first: first, head: b.index(rec.Windows[0].From)}, nil
}

// Next goes on to the next bin that has recorded time. It returns false at the
// end and at an error.
func (r *Rates) Next() bool {
	for {
		if r.nextBin() {
			return true
		}
		// Spikes wait until the bins before theirs have been given out, so that a gap
		// in the recording opens no bins.
		r.takeSpikes()
		if !r.d.Next() {
			return false
		}
		r.tally.Add(r.d)
		r.takeEvents()
		r.spikes, r.settled = r.d.Batch(), r.d.Settled()
	}
}

// Rates has one entry a group, in order. It is valid until the next call of
// [Rates.Next].
func (r *Rates) Rates() []Rate { return r.rates }

// Err is what ended the bins early, as in [Detector.Err].
func (r *Rates) Err() error { return r.d.Err() }

// Tally sums up all that was counted so far; at the end, the recording.
func (r *Rates) Tally() *Tally { return r.tally }

// takeEvents counts the events that the detector has just given.
func (r *Rates) takeEvents() {
	for i := range r.d.Events() {
		e := &r.d.Events()[i]
		g := r.groups.Of[r.first[e.Population]+int(e.Neuron)]
		if g < 0 {
			continue
		}
		at := &r.bin(e.Step)[g]
		if r.bins.Placement == AtFirst || e.Class != Burst {
			at.count(e)
			continue
		}
		event := *e
		event.Class = Singlet // an event of the first bin, a burst of the second
		at.count(&event)
		to := &r.bin(e.Second)[g]
		to.Bursts++
		if e.Followed {
			to.ClassifiedBursts++
		}
	}
}

// takeSpikes counts the spikes that wait.
func (r *Rates) takeSpikes() {
	b := r.spikes
	r.spikes = Batch{}
	if len(b.Steps) == 0 {
		return
	}
	counts := r.bin(b.Steps[0])
	for i, p := range b.Populations {
		if g := r.groups.Of[r.first[p]+int(b.Neurons[i])]; g >= 0 {
			counts[g].Spikes++
		}
	}
}

// bin returns the counts of the bin of step, which has not been given out.
func (r *Rates) bin(step int64) []Counts {
	k := int(r.bins.index(step) - r.head)
	for k >= len(r.open) {
		var counts []Counts
		if n := len(r.idle); n > 0 {
			counts, r.idle = r.idle[n-1], r.idle[:n-1]
			clear(counts)
		} else {
			counts = make([]Counts, len(r.groups.List))
		}
		r.open = append(r.open, counts)
	}
	return r.open[k]
}

// nextBin gives out the next bin with recorded time, if all its events are
// known.
func (r *Rates) nextBin() bool {
	windows := r.d.rec.Windows
	for r.window < len(windows) && windows[r.window].To <= r.bins.from(r.head) {
		r.window++
	}
	if r.window == len(windows) {
		return false
	}
	// A gap between windows is passed over in one step; nothing is open there.
	if first := r.bins.index(windows[r.window].From); first > r.head {
		r.drop(first - r.head)
	}
	from, to := r.bins.from(r.head), r.bins.from(r.head+1)
	if to > r.settled {
		return false
	}
	var recorded int64
	for _, w := range windows[r.window:] {
		if w.From >= to {
			break
		}
		recorded += min(to, w.To) - max(from, w.From)
	}
	r.rates = r.rates[:0]
	for g := range r.groups.List {
		rate := Rate{Group: g, From: from, To: to, Recorded: recorded}
		if len(r.open) > 0 {
			rate.Counts = r.open[0][g]
		}
		r.rates = append(r.rates, rate)
	}
	r.drop(1)
	return true
}

// drop passes over so many bins.
func (r *Rates) drop(n int64) {
	k := min(n, int64(len(r.open)))
	r.idle = append(r.idle, r.open[:k]...)
	r.open = r.open[:copy(r.open, r.open[k:])]
	r.head += n
}

// slicer cuts the batches of a source so that none spans two bins, which keeps
// few bins waiting for their events.
type slicer struct {
	Source
	bins Bins
	rest Batch
	now  Batch
}

func (s *slicer) Next() bool {
	if len(s.rest.Steps) == 0 {
		s.now = Batch{}
		if !s.Source.Next() {
			return false
		}
		if s.rest = s.Source.Batch(); len(s.rest.Steps) == 0 {
			return true
		}
	}
	// The bin's end by halving, since a batch may hold many bins or be in one.
	end := s.bins.from(s.bins.index(s.rest.Steps[0]) + 1)
	n := lowerBound(s.rest.Steps, end)
	s.now = s.rest.slice(0, n)
	s.rest = s.rest.slice(n, len(s.rest.Steps))
	return true
}

func (s *slicer) Batch() Batch { return s.now }

// slice is the part [lo, hi) of b.
func (b Batch) slice(lo, hi int) Batch {
	return Batch{Steps: b.Steps[lo:hi], Neurons: b.Neurons[lo:hi], Populations: b.Populations[lo:hi]}
}

// lowerBound is the number of leading steps below end, at least 1. It looks near
// the beginning first.
func lowerBound(steps []int64, end int64) int {
	hi := 1
	for hi < len(steps) && steps[hi] < end {
		hi *= 2
	}
	lo := hi / 2
	hi = min(hi, len(steps))
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); steps[mid] < end {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo, 1)
}
