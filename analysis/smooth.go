package analysis

import (
	"fmt"
	"math"
)

// Sample is what a group of neurons does around a time, by a kernel.
type Sample struct {
	Group int   // in Groups.List
	Step  int64 // the time
	// EventRate, BurstRate and FiringRate are per neuron, in Hz.
	EventRate, BurstRate, FiringRate float64
	// BurstFraction is the ratio of the kernel's weights of classified bursts and
	// of classified events, NaN if no such event has weight.
	BurstFraction float64
	// Own is the part of FiringRate that is the spike of an event itself, on average
	// over the classified events by their weights, in Hz; 0 if there are none.
	Own float64
	// Effective is the number of events that the burst fraction is made of, had
	// they equal weights: (Σ w)²/Σ w² (Kish 1965, Survey Sampling), 0 if none.
	Effective float64
}

// Smooth estimates event and burst rates by a kernel, the same for both, in one
// pass over a source. It is used as [Rates] is. Every window gives a sample at its
// first step and every so many steps after. With w(t − s) the kernel's weight of
// an event at s,
//
//	ER(t) = Σ w(t − s) / (N · Σ w(t − u))      u over all steps of the window
//
// so that rates do not sink at the edges, where the kernel has weight outside of
// the recording. A window knows nothing of another. A sample is left out where the
// kernel has no weight at all, as alpha at the first step.
//
// Cost: for each event and each spike, as many additions as samples are within
// the kernel.
type Smooth struct {
	d      *Detector
	tally  *Tally
	groups Groups
	kernel weights
	every  int64
	place  Placement
	first  []int

	at      position // of the next sample to give out
	open    [][]sums // samples from at on
	idle    [][]sums
	events  int // the window of the events, and of the spikes taken last
	spiking int
	spikes  Batch
	settled int64 // step before which all spikes and events are counted
	samples []Sample
}

// maxSums bounds the memory of the samples within a kernel to 512 MB.
const maxSums = 1 << 29

// position is a sample: the step and its window's index.
type position struct {
	window int
	step   int64
}

// sums are the weights at a sample. Those of squares are of classified events.
type sums struct{ events, bursts, spikes, classified, classifiedBursts, squares float64 }

// NewSmooth returns the samples of src every so many steps, > 0.
func NewSmooth(src Source, c Criterion, opt DetectorOptions, g Groups, k Kernel, every int64, place Placement) (*Smooth, error) {
	if every < 1 {
		return nil, fmt.Errorf("samples every %d steps, want at least one", every)
	}
	w, err := k.weights()
	if err != nil {
		return nil, err
	}
	d, err := NewDetector(&slicer{Source: src, bins: Bins{Width: int64(len(w.at))}}, c, opt)
	if err != nil {
		return nil, err
	}
	first, err := g.check(d.rec)
	if err != nil {
		return nil, err
	}
	longest := int64(0)
	for _, window := range d.rec.Windows {
		longest = max(longest, window.Steps())
	}
	const bytes = 48 // of sums
	if n := min(int64(len(w.at)), longest)/every + 1; float64(n)*float64(len(g.List)) > maxSums/bytes {
		return nil, fmt.Errorf("kernel: it reaches %d samples of %d groups, want at most %d samples in all: a shorter kernel, fewer samples or fewer groups",
			n, len(g.List), maxSums/bytes)
	}
	return &Smooth{d: d, tally: NewTally(d.rec, g), groups: g, kernel: w, every: every, place: place, first: first,
		at: position{0, d.rec.Windows[0].From}}, nil
}

// Next goes on to the next sample. It returns false at the end and at an error.
func (s *Smooth) Next() bool {
	for {
		if s.nextSample() {
			return true
		}
		if len(s.spikes.Steps) > 0 {
			s.takeSpikes()
			s.settled = s.d.Settled()
			continue
		}
		if !s.d.Next() {
			return false
		}
		s.tally.Add(s.d)
		s.takeEvents()
		s.spikes, s.settled = s.d.Batch(), s.d.Settled()
		if len(s.spikes.Steps) > 0 {
			// They wait until the samples before them have been given out, so that a
			// gap in the recording opens none.
			s.settled = min(s.settled, s.spikes.Steps[0])
		}
	}
}

// Samples has one entry a group, in order. It is valid until the next call of
// [Smooth.Next].
func (s *Smooth) Samples() []Sample { return s.samples }

// Err is what ended the samples early, as in [Detector.Err].
func (s *Smooth) Err() error { return s.d.Err() }

// Tally sums up all that was counted so far; at the end, the recording.
func (s *Smooth) Tally() *Tally { return s.tally }

// following returns the sample after p; its window does not exist at the end.
func (s *Smooth) following(p position) position {
	windows := s.d.rec.Windows
	if p.step += s.every; p.step < windows[p.window].To {
		return p
	}
	if p.window++; p.window < len(windows) {
		p.step = windows[p.window].From
	}
	return p
}

// nextSample gives out the next sample, if all that has weight in it is known.
func (s *Smooth) nextSample() bool {
	for s.at.window < len(s.d.rec.Windows) {
		w, t := s.d.rec.Windows[s.at.window], s.at.step
		if min(t+s.kernel.before, w.To-1) >= s.settled {
			return false
		}
		s.samples = s.samples[:0]
		if mass := s.kernel.mass(t, w); mass > 0 {
			for g, group := range s.groups.List {
				var sum sums
				if len(s.open) > 0 {
					sum = s.open[0][g]
				}
				s.samples = append(s.samples, sum.sample(g, t, float64(s.d.rec.StepsPerSecond)/(mass*float64(group.Size))))
			}
		}
		if len(s.open) > 0 {
			s.idle = append(s.idle, s.open[0])
			s.open = s.open[:copy(s.open, s.open[1:])]
		}
		s.at = s.following(s.at)
		if len(s.samples) > 0 {
			return true
		}
	}
	return false
}

// sample turns sums into rates; scale is 1/(N·mass·dt).
func (m *sums) sample(group int, step int64, scale float64) Sample {
	v := Sample{Group: group, Step: step, EventRate: m.events * scale, BurstRate: m.bursts * scale,
		FiringRate: m.spikes * scale, BurstFraction: math.NaN()}
	if m.classified > 0 {
		v.BurstFraction = m.classifiedBursts / m.classified
		v.Effective = m.classified * m.classified / m.squares
		v.Own = m.squares / m.classified * scale
	}
	return v
}

// reached returns the samples in which what happened at step has weight, and
// where its weight in the first of them is; that in the next is every steps on.
// window is where to look for that of step; it only goes forward.
func (s *Smooth) reached(step int64, window *int) (samples [][]sums, weight int64) {
	windows := s.d.rec.Windows
	for step >= windows[*window].To {
		*window++
	}
	w := windows[*window]
	from, to := max(step-s.kernel.before, w.From), min(step+s.kernel.after(), w.To-1)
	// The first sample of the window at or after from, and its place in open:
	// samples of other windows may lie before it.
	k := (from - w.From + s.every - 1) / s.every
	place := int(k)
	if s.at.window == *window {
		place -= int((s.at.step - w.From) / s.every)
	} else {
		for i := s.at.window; i < *window; i++ {
			begin := windows[i].From
			if i == s.at.window {
				begin = s.at.step
			}
			place += int((windows[i].To - begin + s.every - 1) / s.every)
		}
	}
	t := w.From + k*s.every
	n := 0
	if t <= to {
		n = int((to-t)/s.every) + 1
	}
	for place+n > len(s.open) {
		s.open = append(s.open, s.block())
	}
	return s.open[place : place+n], t - step + s.kernel.before
}

// block is memory for the sums of a sample, all 0.
func (s *Smooth) block() []sums {
	n := len(s.idle)
	if n == 0 {
		return make([]sums, len(s.groups.List))
	}
	b := s.idle[n-1]
	s.idle = s.idle[:n-1]
	clear(b)
	return b
}

func (s *Smooth) takeEvents() {
	for i := range s.d.Events() {
		e := &s.d.Events()[i]
		g := s.groups.Of[s.first[e.Population]+int(e.Neuron)]
		if g < 0 || e.Class == LeftCensored {
			continue
		}
		classified := 0.0
		if e.Classified() {
			classified = 1
		}
		samples, k := s.reached(e.Step, &s.events)
		for _, sample := range samples {
			w, m := s.kernel.at[k], &sample[g]
			k += s.every
			m.events += w
			m.classified += w * classified
			m.squares += w * w * classified
		}
		if e.Class != Burst {
			continue
		}
		at, window := e.Step, s.events
		if s.place == AtSecond {
			at = e.Second
		}
		samples, k = s.reached(at, &window)
		for _, sample := range samples {
			w, m := s.kernel.at[k], &sample[g]
			k += s.every
			m.bursts += w
			m.classifiedBursts += w * classified
		}
	}
}

// takeSpikes spreads the spikes that wait.
func (s *Smooth) takeSpikes() {
	b := s.spikes
	s.spikes = Batch{}
	for i, p := range b.Populations {
		g := s.groups.Of[s.first[p]+int(b.Neurons[i])]
		if g < 0 {
			continue
		}
		samples, k := s.reached(b.Steps[i], &s.spiking)
		for _, sample := range samples {
			sample[g].spikes += s.kernel.at[k]
			k += s.every
		}
	}
}
