package trials

import "math"

// matcher compares burst fractions after events were left out until each neuron
// has the same event rate in both conditions, in every bin.
type matcher struct {
	bins, neurons int
	from, to      []int // neurons of each trial, counted from the first of all
	// marks are the cells of all trials with events of known class.
	marks    []matchedCell
	start    []int          // first of each trial, and their number
	all      []eventsBursts // sums over all trials, by place
	about    []int64        // trials about each neuron
	variance []float64      // σ² of each bin, as in Contrast
}

// matchedCell counts one neuron in one bin of a trial; place is neuron*bins + bin.
type matchedCell struct {
	place          int32
	events, bursts uint32
}

// eventsBursts counts events of known class and those that are bursts.
type eventsBursts struct{ events, bursts int64 }

// matchScratch is what a comparison needs, and what it found in each bin.
type matchScratch struct {
	inA     []eventsBursts
	aboutA  []int64
	a, b, t []float64
	squares []float64
	kept    []float64
}

func (s *Sums) newMatcher(l *labelling) *matcher {
	lo := s.first[s.Neurons.Population] + s.Neurons.From
	m := &matcher{bins: s.bins, neurons: s.Neurons.To - s.Neurons.From, start: []int{0}}
	m.all, m.about = make([]eventsBursts, m.neurons*m.bins), make([]int64, m.neurons+1)
	for _, t := range l.trials {
		m.from, m.to = append(m.from, s.from[t]-lo), append(m.to, s.to[t]-lo)
		for _, c := range s.cellsOf(t) {
			if c.counts[3] == 0 {
				continue
			}
			k := matchedCell{place: (c.neuron-int32(lo))*int32(m.bins) + c.bin, events: c.counts[3], bursts: c.counts[4]}
			m.marks = append(m.marks, k)
			m.all[k.place].events += int64(k.events)
			m.all[k.place].bursts += int64(k.bursts)
		}
		m.start = append(m.start, len(m.marks))
	}
	m.countAbout(func(int) bool { return true }, m.about)
	for b := range m.bins {
		scatter := s.scatter(BurstFraction, l.trials, Bins{b, b + 1})
		m.variance = append(m.variance, scatter*scatter)
	}
	return m
}

// countAbout counts for each neuron the trials about it. about has one place
// more than there are neurons.
func (m *matcher) countAbout(in func(trial int) bool, about []int64) {
	clear(about)
	for i := range m.from {
		if in(i) {
			about[m.from[i]]++
			about[m.to[i]]--
		}
	}
	for n := range m.neurons {
		about[n+1] += about[n]
	}
}

// scratch is nil for a nil matcher.
func (m *matcher) scratch() *matchScratch {
	if m == nil {
		return nil
	}
	return &matchScratch{inA: make([]eventsBursts, len(m.all)), aboutA: make([]int64, m.neurons+1),
		a: make([]float64, m.bins), b: make([]float64, m.bins), t: make([]float64, m.bins),
		squares: make([]float64, m.bins), kept: make([]float64, m.bins)}
}

// compare fills in the matched burst fractions of a labelling and their t. With
// m_n = min(E_A/K_A, E_B/K_B) the events per trial that neuron n keeps,
//
//	BF_A = Σ m_n B_A/E_A / Σ m_n,  t = (BF_A − BF_B) Σ m_n / √(σ² Σ m_n² (1/E_A + 1/E_B))
func (m *matcher) compare(row []bool, w *matchScratch) {
	clear(w.inA)
	for i, in := range row {
		if !in {
			continue
		}
		for _, c := range m.marks[m.start[i]:m.start[i+1]] {
			w.inA[c.place].events += int64(c.events)
			w.inA[c.place].bursts += int64(c.bursts)
		}
	}
	m.countAbout(func(i int) bool { return row[i] }, w.aboutA)
	clear(w.a)
	clear(w.b)
	clear(w.squares)
	clear(w.kept)
	for n := range m.neurons {
		kA, kB := float64(w.aboutA[n]), float64(m.about[n]-w.aboutA[n])
		for b := range m.bins {
			inA, all := w.inA[n*m.bins+b], m.all[n*m.bins+b]
			if inA.events == 0 || inA.events == all.events {
				continue // one condition has no events to keep
			}
			eA, eB := float64(inA.events), float64(all.events-inA.events)
			keep := min(eA/kA, eB/kB)
			w.kept[b] += keep
			w.a[b] += keep * float64(inA.bursts) / eA
			w.b[b] += keep * float64(all.bursts-inA.bursts) / eB
			w.squares[b] += keep * keep * (1/eA + 1/eB)
		}
	}
	for b := range m.bins {
		w.t[b] = 0
		if v := m.variance[b] * w.squares[b]; v > 0 {
			w.t[b] = (w.a[b] - w.b[b]) / math.Sqrt(v)
		}
		w.a[b], w.b[b] = quotient(w.a[b], w.kept[b]), quotient(w.b[b], w.kept[b])
	}
}
