package analysis

// Summary says what a group of neurons did in all recorded time.
type Summary struct {
	Group    Group
	Recorded float64 // s
	Counts
	// Silent are the neurons without any spike.
	Silent int
	// LeftCensored, RightCensored, SilenceCensored, OpenEnded and Capped count events
	// of these classes and ends: OpenEnded those that the end of a window cut.
	LeftCensored, RightCensored, SilenceCensored, OpenEnded, Capped int64
	// Whole are the bursts known from their first to their last spike. The means
	// of spikes and durations are over these; NaN if there are none.
	Whole      int64
	burstSpike int64
	duration   int64
	// Longest is the duration of the longest event, capped or not, in s.
	Longest float64
	longest int64
	steps   float64 // per second
}

// EventRate, BurstRate and FiringRate are per neuron, in Hz.
func (s Summary) EventRate() float64 { return s.rate(s.Events) }

// BurstRate is the rate of bursts per neuron, in Hz.
func (s Summary) BurstRate() float64 { return s.rate(s.Bursts) }

// FiringRate is the rate of spikes per neuron, in Hz.
func (s Summary) FiringRate() float64 { return s.rate(s.Spikes) }

func (s Summary) rate(n int64) float64 { return float64(n) / (float64(s.Group.Size) * s.Recorded) }

// SpikesPerBurst is the mean number of spikes of whole bursts.
func (s Summary) SpikesPerBurst() float64 { return float64(s.burstSpike) / float64(s.Whole) }

// BurstDuration is the mean time from first to last spike of whole bursts, in s.
func (s Summary) BurstDuration() float64 { return float64(s.duration) / float64(s.Whole) / s.steps }

// Tally sums up the events and spikes that a [Detector] gives.
type Tally struct {
	rec     Recording
	groups  Groups
	first   []int
	spikes  []int64 // of each neuron
	entries []Summary
}

// NewTally returns an empty tally.
func NewTally(rec Recording, g Groups) *Tally {
	first, neurons := firstNeurons(rec)
	t := &Tally{rec: rec, groups: g, first: first, spikes: make([]int64, neurons), entries: make([]Summary, len(g.List))}
	for i, group := range g.List {
		t.entries[i] = Summary{Group: group, Recorded: rec.Seconds(rec.Recorded()), steps: float64(rec.StepsPerSecond)}
	}
	return t
}

// AddSpikes counts spikes alone.
func (t *Tally) AddSpikes(b Batch) {
	for i, p := range b.Populations {
		t.spikes[t.first[p]+int(b.Neurons[i])]++
	}
}

// Add counts what the last call of d.Next brought.
func (t *Tally) Add(d *Detector) {
	t.AddSpikes(d.Batch())
	for i := range d.Events() {
		e := &d.Events()[i]
		if g := t.groups.Of[t.first[e.Population]+int(e.Neuron)]; g >= 0 {
			t.entries[g].add(e)
		}
	}
}

func (s *Summary) add(e *Event) {
	s.count(e)
	switch e.Class {
	case LeftCensored:
		s.LeftCensored++
	case RightCensored:
		s.RightCensored++
	case SilenceCensored:
		s.SilenceCensored++
	case Burst:
		if e.End == Silence {
			s.Whole++
			s.burstSpike += int64(e.Spikes)
			s.duration += e.Last - e.Step
		}
	}
	switch e.End {
	case WindowEnd:
		s.OpenEnded++
	case Capped:
		s.Capped++
	}
	s.longest = max(s.longest, e.Last-e.Step)
}

// Summaries returns one a group.
func (t *Tally) Summaries() []Summary {
	all := append([]Summary(nil), t.entries...)
	for i := range all {
		all[i].Longest = t.rec.Seconds(all[i].longest)
	}
	for k, g := range t.groups.Of {
		if g < 0 {
			continue
		}
		all[g].Counts.Spikes += t.spikes[k]
		if t.spikes[k] == 0 {
			all[g].Silent++
		}
	}
	return all
}

// Levels returns the chance level of each group, by the rates of its neurons.
func (t *Tally) Levels(c Chance) []Mixture {
	spikes := make([][]int64, len(t.groups.List))
	for k, g := range t.groups.Of {
		if g >= 0 {
			spikes[g] = append(spikes[g], t.spikes[k])
		}
	}
	levels := make([]Mixture, len(spikes))
	for g := range levels {
		levels[g] = c.Mix(spikes[g], t.rec.Seconds(t.rec.Recorded()))
	}
	return levels
}
