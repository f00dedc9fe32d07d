package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// DetectorOptions chooses how events are told. The zero value is the interval
// rule without a cap.
type DetectorOptions struct {
	// Cap is the longest event that is followed, first to last spike, in steps,
	// >= 0; 0 means any. A neuron that fires regularly with intervals within the
	// threshold is one endless event, and since events are given out in the order
	// of their beginnings, all that begin after it wait for its end. An event that
	// exceeds the cap is given out as [Capped] at once, with the spikes until then;
	// the spikes that continue it are of no event. What waits then is at most the
	// events that begin within Cap + threshold.
	Cap int64
	// Accumulating is the rule of the reference program of Payeur et al. 2021
	// instead of that of intervals, to reproduce its figures: a trace y of each
	// neuron, y += 1 at every spike, decays with the time constant Criterion.ISI
	// and is never reset. A spike that finds y <= 1/e is an event, any other belongs
	// to the event before. After a burst the border lies later than ISI: a neuron
	// that fires regularly is one endless event for periods below ISI·ln(1+e).
	// What preceded a window is taken for silence, once its first ISI steps are
	// over.
	Accumulating bool
}

// Detector tells the events among the spikes of a source, in one pass:
//
//	for d.Next() {
//		for _, e := range d.Events() {
//		}
//	}
//	if err := d.Err(); err != nil {
//
// Events come in the order of their first spike, populations and neurons
// ascending within a step. One is known ISI steps after its last spike, so it
// waits in a queue with those that began after it.
//
// Time is compared in whole steps. Two spikes of a neuron belong to one event
// if their interval is at most Criterion.ISI. Windows stand for themselves: of
// the past of each nothing is known. With [From, To) the window,
//
//   - the first spike s of a neuron is [LeftCensored], with those chained to it,
//     if a spike before From could be of its event: s − (From−1) <= ISI. Else it is
//     an event, but [SilenceCensored] if that spike could shorten the silence that
//     a burst needs: s − (From−1) < PreSilence. Both depend on s alone, not on how
//     many spikes follow, so that leaving these out of a burst fraction favours
//     neither singlets nor bursts;
//   - an event of one spike s is [RightCensored] if s + ISI >= To, unless the
//     silence before it makes it a singlet anyway;
//   - an event is Followed if s + ISI < To, whatever its class.
//
// Memory: 24 bytes a neuron (32 if Accumulating) and 56 a waiting event.
// Nothing is allocated per spike.
type Detector struct {
	src     Source
	rec     Recording
	isi     int64
	silence int64
	cap     int64
	decay   float64 // 1/ISI of the accumulating rule

	first  []int // index of a population's first neuron in trains
	trains []train
	traces []float64 // just after the last spike; of the accumulating rule
	window Window
	next   int // index of the window after it
	step   int64
	queue  eventQueue
	batch  Batch
	events []Event
	ended  bool
	err    error
}

// train is what is known of a neuron.
type train struct {
	last  int64 // its last spike, -1 if none; older than the window if none in it
	until int64 // a spike up to this step belongs to the same event
	slot  int64 // number of that event in the queue, noSlot if it exceeded the cap
}

const noSlot = -1

// NewDetector returns a detector of the events of src. The criterion's ISI is
// at least one step.
func NewDetector(src Source, c Criterion, opt DetectorOptions) (*Detector, error) {
	rec := src.Recording()
	if err := rec.Validate(); err != nil {
		return nil, err
	}
	switch {
	case c.ISI < 1:
		return nil, fmt.Errorf("longest interval of a burst: %d steps, want at least one", c.ISI)
	case c.PreSilence < 0:
		return nil, fmt.Errorf("silence before a burst: %d steps, want >= 0", c.PreSilence)
	case opt.Cap < 0:
		return nil, fmt.Errorf("longest event: %d steps, want >= 0", opt.Cap)
	}
	d := &Detector{src: src, rec: rec, isi: c.ISI, silence: c.PreSilence, cap: opt.Cap, window: rec.Windows[0], next: 1, step: -1}
	if d.cap == 0 {
		d.cap = math.MaxInt64
	}
	neurons := 0
	for _, p := range rec.Populations {
		d.first = append(d.first, neurons)
		neurons += p.Size
	}
	d.trains = make([]train, neurons)
	for i := range d.trains {
		d.trains[i].last = -1
	}
	if opt.Accumulating {
		d.decay, d.traces = 1/float64(c.ISI), make([]float64, neurons)
	}
	return d, nil
}

// Recording is that of the source.
func (d *Detector) Recording() Recording { return d.rec }

// Next takes a batch of spikes and finds the events that are complete by then,
// which may be none. It returns false at the end and at an error.
func (d *Detector) Next() bool {
	d.events, d.batch = d.events[:0], Batch{}
	if d.ended || d.err != nil {
		return false
	}
	if d.src.Next() {
		d.batch = d.src.Batch()
		d.err = d.take(d.batch)
		return d.err == nil
	}
	d.ended = true
	if d.err = d.src.Err(); d.err != nil {
		return false
	}
	d.closeWindow()
	return true
}

// Events are those that [Detector.Next] completed. They are valid until its
// next call.
func (d *Detector) Events() []Event { return d.events }

// Batch holds the spikes that [Detector.Next] took, for those who count them
// too. It is valid until its next call.
func (d *Detector) Batch() Batch { return d.batch }

// Settled is the step before which all events have been given out.
func (d *Detector) Settled() int64 {
	switch {
	case d.ended:
		return math.MaxInt64
	case d.queue.empty():
		return d.step
	}
	return d.queue.at(d.queue.head).Step
}

// Err is what ended the events early: an error of the source, or spikes that
// no source gives.
func (d *Detector) Err() error { return d.err }

// take classifies the spikes of a batch.
func (d *Detector) take(b Batch) error {
	neurons, populations := b.Neurons[:len(b.Steps)], b.Populations[:len(b.Steps)]
	for i, step := range b.Steps {
		if step != d.step {
			if err := d.advance(step); err != nil {
				return err
			}
		}
		p, n := populations[i], neurons[i]
		if uint(p) >= uint(len(d.first)) || uint64(n) >= uint64(d.rec.Populations[p].Size) {
			return fmt.Errorf("step %d: neuron %d of population %d is not in the recording", step, n, p)
		}
		k := d.first[p] + int(n)
		t := &d.trains[k]
		switch {
		case t.last < d.window.From: // its first in this window
			before := step - d.window.From + 1
			if d.traces != nil {
				d.traces[k] = 0
			}
			t.until = d.reach(step, k, 0)
			class := Singlet
			if before <= d.isi {
				class = LeftCensored
			} else if before < d.silence {
				class = SilenceCensored
			}
			t.slot = d.open(step, p, n, class, true, t.until)
		case step > t.until:
			before := step - t.last
			t.until = d.reach(step, k, before)
			t.slot = d.open(step, p, n, Singlet, before >= d.silence, t.until)
		case step == t.last:
			return fmt.Errorf("step %d: neuron %d of %q has two spikes", step, n, d.rec.Populations[p].Name)
		default:
			t.until = d.reach(step, k, step-t.last)
			if t.slot != noSlot && d.chain(d.queue.at(t.slot), step, t.until) {
				t.slot = noSlot
			}
		}
		t.last = step
	}
	return nil
}

// reach is the last step at which a spike still belongs to the event of one at
// step, which neuron k emits so many steps after its last.
func (d *Detector) reach(step int64, k int, after int64) int64 {
	if d.traces == nil {
		return step + d.isi
	}
	y := d.traces[k]*math.Exp(-d.decay*float64(after)) + 1
	d.traces[k] = y
	// The trace n steps on is y·exp(−n/ISI); it exceeds 1/e, by more than rounding
	// could, as long as n < ISI·(1 + ln y − tie).
	const tie = 1e-9
	return step + int64(math.Ceil((1+math.Log(y)-tie)/d.decay)) - 1
}

// open adds an event of one spike to the queue, and returns its number there.
func (d *Detector) open(step int64, p int16, n uint32, class Class, silent bool, until int64) int64 {
	return d.queue.push(openEvent{
		Event: Event{Step: step, Second: -1, Last: step, Neuron: n, Population: p, Class: class, Spikes: 1,
			Followed: until < d.window.To},
		until: until, silent: silent,
	})
}

// chain adds a spike to an event, and tells whether it exceeds the cap now.
func (d *Detector) chain(e *openEvent, step, until int64) (over bool) {
	if e.Second < 0 {
		e.Second = step
		if e.silent && e.Class == Singlet {
			e.Class = Burst
		}
	}
	e.Last, e.until = step, until
	e.Spikes++
	if step-e.Step > d.cap {
		e.End = Capped
	}
	return e.End == Capped
}

// advance goes to a later step: events that no spike can join any more leave
// the queue.
func (d *Detector) advance(step int64) error {
	if step < d.step {
		return fmt.Errorf("step %d follows step %d, want steps that do not decrease", step, d.step)
	}
	d.sortNewest()
	for step >= d.window.To && d.next < len(d.rec.Windows) {
		d.closeWindow()
		d.window = d.rec.Windows[d.next]
		d.next++
	}
	if step < d.window.From || step >= d.window.To {
		return fmt.Errorf("step %d: a spike outside the recorded windows", step)
	}
	d.step = step
	for !d.queue.empty() {
		e := d.queue.at(d.queue.head)
		if e.until >= step && e.End != Capped {
			break
		}
		d.events = append(d.events, e.Event)
		d.queue.head++
	}
	return nil
}

// closeWindow gives out all events, since nothing after the window's end can
// join them.
func (d *Detector) closeWindow() {
	d.sortNewest()
	for ; !d.queue.empty(); d.queue.head++ {
		e := d.queue.at(d.queue.head)
		if e.until >= d.window.To && e.End != Capped {
			e.End = WindowEnd
			if e.Class == Singlet && e.Spikes == 1 && e.silent {
				e.Class = RightCensored
			}
		}
		d.events = append(d.events, e.Event)
	}
}

// sortNewest orders the events of the last step by population and neuron, which
// a source may give in any order.
func (d *Detector) sortNewest() {
	if q := &d.queue; q.disordered {
		for i, e := range q.sortNewest() {
			d.trains[d.first[e.Population]+int(e.Neuron)].slot = q.newest + int64(i)
		}
	}
}

// openEvent is an event in the queue.
type openEvent struct {
	Event
	until  int64 // the last step at which a spike can join it
	silent bool  // enough silence precedes it for a burst
}

// eventQueue is a ring of events, numbered from the first ever pushed.
type eventQueue struct {
	ring       []openEvent // a power of two
	head, tail int64       // numbers of the first event, and after the last
	newest     int64       // number of the first event of the last step pushed
	disordered bool        // the events from newest on are not sorted
	sorted     []openEvent
}

func (q *eventQueue) empty() bool { return q.head == q.tail }

func (q *eventQueue) at(number int64) *openEvent { return &q.ring[number&int64(len(q.ring)-1)] }

// push appends an event, whose step is not below those before, and returns its
// number.
func (q *eventQueue) push(e openEvent) int64 {
	if q.tail-q.head == int64(len(q.ring)) {
		q.grow()
	}
	if q.empty() || q.at(q.tail-1).Step != e.Step {
		q.newest = q.tail
	} else if byNeuron(*q.at(q.tail - 1), e) > 0 {
		q.disordered = true
	}
	*q.at(q.tail) = e
	q.tail++
	return q.tail - 1
}

// grow doubles the ring. Numbers stay what they were.
func (q *eventQueue) grow() {
	old := *q
	q.ring = make([]openEvent, max(64, 2*len(q.ring)))
	for i := old.head; i < old.tail; i++ {
		*q.at(i) = *old.at(i)
	}
}

// sortNewest sorts the events of the last step, and returns them.
func (q *eventQueue) sortNewest() []openEvent {
	q.sorted = q.sorted[:0]
	for i := q.newest; i < q.tail; i++ {
		q.sorted = append(q.sorted, *q.at(i))
	}
	slices.SortFunc(q.sorted, byNeuron)
	for i, e := range q.sorted {
		*q.at(q.newest + int64(i)) = e
	}
	q.disordered = false
	return q.sorted
}

// byNeuron orders the events of one step.
func byNeuron(a, b openEvent) int {
	if c := cmp.Compare(a.Population, b.Population); c != 0 {
		return c
	}
	return cmp.Compare(a.Neuron, b.Neuron)
}
