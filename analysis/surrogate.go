package analysis

import (
	"fmt"
	"slices"

	"github.com/apical-sim/apical/internal/rng"
)

// SurrogateKind says what a surrogate train keeps of the train that it is made
// of. All kinds keep, in every window, the number of spikes of each neuron.
type SurrogateKind uint8

const (
	// PoissonSurrogate places the spikes of each stretch of Surrogate.Width anew,
	// evenly and independently of each other but for a dead time: a Poisson process
	// with dead time, whose rate is constant within a stretch and follows that of the
	// neuron from one to the next. Given their number, the spikes of such a process
	// lie evenly, whatever its rate is. To keep the number is better than to draw from
	// a rate r estimated of it, which would itself vary by counting: of a Poisson
	// neuron it makes about 1/(r·Width) too many short intervals.
	PoissonSurrogate SurrogateKind = iota
	// IntervalSurrogate shuffles the intervals: their distribution stays, their
	// order goes. The number of intervals within the threshold stays too, and
	// hence that of events; how many of them are bursts depends on whether short
	// intervals follow each other.
	IntervalSurrogate
	// EventSurrogate shuffles intervals within the threshold among themselves, and
	// those above it: each event keeps its place in the sequence and its number of
	// spikes. It leaves the burst fraction as it is, and is for measures that
	// depend on when events happen.
	EventSurrogate
	// DitherSurrogate moves each spike by up to Surrogate.Width, evenly to both
	// sides, independently of each other but for the dead time.
	DitherSurrogate
)

// SurrogateKinds are the names of all kinds, in the order of their values.
func SurrogateKinds() []string { return []string{"poisson", "isi", "events", "dither"} }

// String returns the name.
func (k SurrogateKind) String() string { return SurrogateKinds()[k] }

// ParseSurrogateKind returns the kind of that name.
func ParseSurrogateKind(name string) (SurrogateKind, error) {
	if i := slices.Index(SurrogateKinds(), name); i >= 0 {
		return SurrogateKind(i), nil
	}
	return 0, fmt.Errorf("%q, want one of %v", name, SurrogateKinds())
}

// Surrogate says how surrogate trains are made. The same values give the same
// spikes.
//
// Dead time is left out before spikes are moved, and put back after: with t_i
// the spikes of a window and D the dead time, those moved are t_i − iD. A Poisson
// process with dead time is a Poisson process there. D is at most the shortest
// interval of the neuron.
type Surrogate struct {
	Kind SurrogateKind
	// Width, in steps, > 0, is what PoissonSurrogate and DitherSurrogate need:
	// structure of rate slower than it stays, and what is faster goes. It should be
	// many times the threshold of bursts.
	Width int64
	// DeadTime in steps, >= 0: no interval of a PoissonSurrogate or DitherSurrogate
	// is shorter, unless the neuron has such an interval.
	DeadTime int64
	// ISI is the threshold of EventSurrogate, in steps, inclusive, > 0.
	ISI  int64
	Seed uint64
}

func (g Surrogate) validate() error {
	switch {
	case int(g.Kind) >= len(SurrogateKinds()):
		return fmt.Errorf("kind of surrogate: %d, want one of %v", g.Kind, SurrogateKinds())
	case (g.Kind == PoissonSurrogate || g.Kind == DitherSurrogate) && g.Width < 1:
		return fmt.Errorf("width of %s surrogates: %d steps, want > 0", g.Kind, g.Width)
	case g.DeadTime < 0:
		return fmt.Errorf("dead time: %d steps, want >= 0", g.DeadTime)
	case g.Kind == EventSurrogate && g.ISI < 1:
		return fmt.Errorf("burst interval of %s surrogates: %d steps, want > 0", g.Kind, g.ISI)
	}
	return nil
}

// Make returns surrogate number replicate of all trains, 0 <= replicate < 2²⁴.
func (g Surrogate) Make(t *Trains, replicate uint32) (*Trains, error) {
	if err := g.validate(); err != nil {
		return nil, err
	}
	made := &Trains{recording: t.recording, first: t.first, start: t.start, steps: make([]int64, 0, len(t.steps))}
	m := g.maker(t.recording, replicate)
	for n := range t.neurons() {
		made.steps = m.append(made.steps, t.train(n), n)
	}
	return made, nil
}

// surrogateMaker makes the trains of one replicate. It is not safe for
// concurrent use.
type surrogateMaker struct {
	Surrogate
	windows []Window
	source  rng.Source
	short   []int // scratch: where intervals within the threshold are
	long    []int
}

func (g Surrogate) maker(r Recording, replicate uint32) *surrogateMaker {
	return &surrogateMaker{Surrogate: g, windows: r.Windows, source: rng.NewSource(g.Seed, rng.Surrogate, replicate)}
}

// append adds the surrogate of a train of neuron n, in the numbering over all, to
// made.
func (m *surrogateMaker) append(made, train []int64, n int) []int64 {
	stream := m.source.Stream(uint32(n))
	dead := m.deadTime(train)
	perWindow(train, m.windows, func(w Window, spikes []int64) {
		from := len(made)
		made = append(made, spikes...)
		own := made[from:]
		switch m.Kind {
		case IntervalSurrogate:
			shuffleIntervals(own, &stream)
		case EventSurrogate:
			m.shuffleEvents(own, &stream)
		case PoissonSurrogate, DitherSurrogate:
			for i := range own {
				own[i] -= w.From + int64(i)*dead
			}
			length := w.Steps() - int64(len(own)-1)*dead
			if m.Kind == PoissonSurrogate {
				m.place(own, length, &stream)
			} else {
				m.dither(own, length, &stream)
			}
			for i := range own {
				own[i] += w.From + int64(i)*dead
			}
		}
	})
	return made
}

// deadTime is that of a neuron: at most its shortest interval, and at least one
// step, since a neuron has no two spikes in one.
func (m *surrogateMaker) deadTime(train []int64) int64 {
	dead := max(m.DeadTime, 1)
	for i := 1; i < len(train); i++ {
		dead = min(dead, train[i]-train[i-1])
	}
	return dead
}

// below draws a number from [0, n).
func below(n int64, s *rng.Stream) int64 {
	if n <= 1<<31 {
		return int64(s.Below(uint32(n)))
	}
	return int64(s.Float64() * float64(n))
}

// place draws new times for spikes within [0, length), keeping how many there are
// in each of equal stretches of about m.Width.
func (m *surrogateMaker) place(spikes []int64, length int64, s *rng.Stream) {
	stretches := max(1, (length+m.Width/2)/m.Width)
	base, longer := length/stretches, length%stretches // the first ones have a step more
	for i := 0; i < len(spikes); {
		k := stretchOf(spikes[i], base, longer)
		from := k*base + min(k, longer)
		to := from + base
		if k < longer {
			to++
		}
		j := i
		for ; j < len(spikes) && spikes[j] < to; j++ {
			spikes[j] = from + below(to-from, s)
		}
		slices.Sort(spikes[i:j])
		i = j
	}
}

// stretchOf returns the stretch of a step, where the first ones have base+1 steps
// and the others base.
func stretchOf(step, base, longer int64) int64 {
	if step < longer*(base+1) {
		return step / (base + 1)
	}
	return longer + (step-longer*(base+1))/base
}

// dither moves each spike by up to m.Width; those that would leave [0, length) are
// reflected at its edges.
func (m *surrogateMaker) dither(spikes []int64, length int64, s *rng.Stream) {
	width := min(m.Width, length-1)
	for i, t := range spikes {
		t += below(2*width+1, s) - width
		if t < 0 {
			t = -1 - t
		} else if t >= length {
			t = 2*length - 1 - t
		}
		spikes[i] = t
	}
	slices.Sort(spikes)
}

// shuffleIntervals puts the intervals into a random order (Fisher & Yates).
func shuffleIntervals(spikes []int64, s *rng.Stream) {
	toIntervals(spikes)
	for i := len(spikes) - 1; i > 1; i-- {
		j := 1 + int(below(int64(i), s))
		spikes[i], spikes[j] = spikes[j], spikes[i]
	}
	toTimes(spikes)
}

// shuffleEvents does so among the intervals on either side of the threshold.
func (m *surrogateMaker) shuffleEvents(spikes []int64, s *rng.Stream) {
	toIntervals(spikes)
	m.short, m.long = m.short[:0], m.long[:0]
	for i := 1; i < len(spikes); i++ {
		if spikes[i] <= m.ISI {
			m.short = append(m.short, i)
		} else {
			m.long = append(m.long, i)
		}
	}
	for _, places := range [][]int{m.short, m.long} {
		for i := len(places) - 1; i > 0; i-- {
			j := int(below(int64(i+1), s))
			spikes[places[i]], spikes[places[j]] = spikes[places[j]], spikes[places[i]]
		}
	}
	toTimes(spikes)
}

// toIntervals replaces each spike but the first by the interval before it, and
// toTimes undoes that.
func toIntervals(spikes []int64) {
	for i := len(spikes) - 1; i > 0; i-- {
		spikes[i] -= spikes[i-1]
	}
}

func toTimes(spikes []int64) {
	for i := 1; i < len(spikes); i++ {
		spikes[i] += spikes[i-1]
	}
}
