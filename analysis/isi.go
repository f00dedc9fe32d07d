package analysis

import (
	"fmt"
	"math"
)

// IntervalOptions says how intervals are measured.
type IntervalOptions struct {
	// ISI is the longest interval within a burst, in steps, inclusive, > 0: intervals
	// up to it are intra-burst intervals, the others inter-event intervals.
	ISI int64
	// MinIntervals is how many intervals a neuron needs for a coefficient of
	// variation that its population is judged by, >= 2; 0 means 10.
	MinIntervals int64
	// NeuronBins asks for a histogram of each neuron, with so many bins a decade, 1
	// to 1000; 0 asks for none. It takes 4 bytes a bin and neuron.
	NeuronBins int
}

// validate fills in the defaults.
func (o IntervalOptions) validate() (IntervalOptions, error) {
	if o.MinIntervals == 0 {
		o.MinIntervals = 10
	}
	switch {
	case o.ISI < 1:
		return o, fmt.Errorf("burst interval: %d steps, want > 0", o.ISI)
	case o.MinIntervals < 2:
		return o, fmt.Errorf("intervals a neuron: %d, want >= 2", o.MinIntervals)
	case o.NeuronBins < 0 || o.NeuronBins > 1000:
		return o, fmt.Errorf("bins a decade: %d, want 1 to 1000", o.NeuronBins)
	}
	return o, nil
}

// NeuronIntervals describes the intervals between successive spikes of one neuron
// within a window. What is undefined is NaN.
type NeuronIntervals struct {
	Spikes    int64
	Intervals int64
	// Shortest is the shortest interval in steps, 0 without intervals.
	Shortest int64
	// MeanS is the mean interval in s, of at least one.
	MeanS float64
	// CV is the standard deviation of the intervals over their mean, of at least two;
	// 1 of a Poisson process, 0 of a clock. The variance is that of a sample, over
	// n-1.
	CV float64
	// CV2 is the mean of 2|b-a|/(a+b) over adjacent intervals a, b, of at least one
	// pair (Holt et al. 1996, doi 10.1152/jn.1996.75.5.1806), and LV that of
	// 3((b-a)/(a+b))² (Shinomoto et al. 2003, doi 10.1162/089976603322518759). Both
	// are 1 of a Poisson process and compare neighbours only, so slow changes of
	// rate leave them as they are.
	CV2, LV float64
	// Counts is the histogram over IntervalStatistics.NeuronBins, if asked for.
	Counts []int32
}

// IntervalPart describes intervals on one side of the threshold.
type IntervalPart struct {
	N     int64
	MeanS float64 // s, NaN without intervals
	CV    float64 // standard deviation over mean, NaN of fewer than two
}

// PopulationIntervals describes the intervals of a population.
type PopulationIntervals struct {
	Spikes int64
	// Counts is the distribution of all intervals of all neurons.
	Counts IntervalCounts
	// MeanS is the mean of all intervals in s; fast neurons have more of them.
	MeanS float64
	// CV, CV2 and LV are means over the Counted neurons, those with MinIntervals or
	// more. The variation of intervals pooled over neurons would measure how much
	// their rates differ.
	CV, CV2, LV float64
	Counted     int
	// IntraBurst are the intervals up to the threshold (IBI), InterEvent those above
	// it (IEI): from the last spike of an event to the first of the next.
	IntraBurst, InterEvent IntervalPart
	Neurons                []NeuronIntervals
}

// IntervalStatistics is what MeasureIntervals returns.
type IntervalStatistics struct {
	Recording   Recording
	Options     IntervalOptions
	Populations []PopulationIntervals // as in Recording
	NeuronBins  LogBins               // of the histograms of neurons
}

// NeuronHistogram returns the histogram of a neuron, if Options.NeuronBins asked for
// it.
func (s *IntervalStatistics) NeuronHistogram(population, neuron int) LogHistogram {
	h := LogHistogram{Bins: s.NeuronBins}
	for _, n := range s.Populations[population].Neurons[neuron].Counts {
		h.Counts = append(h.Counts, int64(n))
	}
	return h
}

// moments accumulates the mean and variance of intervals in steps.
type moments struct {
	n       int64
	sum     int64
	squares float64
}

func (m *moments) add(interval int64) {
	m.n++
	m.sum += interval
	m.squares += float64(interval) * float64(interval)
}

func (m *moments) mean() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return float64(m.sum) / float64(m.n)
}

func (m *moments) cv() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	mean := m.mean()
	variance := (m.squares - float64(m.n)*mean*mean) / float64(m.n-1)
	return math.Sqrt(max(variance, 0)) / mean
}

// neuronAccumulator is what is kept of a neuron while spikes come in.
type neuronAccumulator struct {
	last     int64 // step of the last spike
	previous int64 // the last interval, 0 if this window has none yet
	shortest int64
	spikes   int64
	all      moments
	pairs    int64
	cv2, lv  float64
}

// add counts an interval.
func (a *neuronAccumulator) add(interval int64) {
	if a.all.n == 0 || interval < a.shortest {
		a.shortest = interval
	}
	a.all.add(interval)
	if a.previous > 0 {
		difference := float64(interval-a.previous) / float64(interval+a.previous)
		a.pairs++
		a.cv2 += 2 * math.Abs(difference)
		a.lv += 3 * difference * difference
	}
	a.previous = interval
}

func (a *neuronAccumulator) result(perSecond float64) NeuronIntervals {
	r := NeuronIntervals{Spikes: a.spikes, Intervals: a.all.n, Shortest: a.shortest,
		MeanS: a.all.mean() / perSecond, CV: a.all.cv(), CV2: math.NaN(), LV: math.NaN()}
	if a.pairs > 0 {
		r.CV2, r.LV = a.cv2/float64(a.pairs), a.lv/float64(a.pairs)
	}
	return r
}

// windowOf returns the index of the window of a spike, which is at or after the
// window at index from.
func windowOf(windows []Window, from int, step int64) (int, error) {
	for ; from < len(windows); from++ {
		if w := windows[from]; step < w.From {
			break
		} else if step < w.To {
			return from, nil
		}
	}
	return 0, fmt.Errorf("a spike at step %d lies in no recorded window, or follows a later one", step)
}

// MeasureIntervals describes the intervals between the spikes of each neuron. No
// interval reaches from one window into another. It takes about 100 bytes a
// neuron and some hundred KiB a population, and reads the source once.
func MeasureIntervals(source Source, options IntervalOptions) (*IntervalStatistics, error) {
	options, err := options.validate()
	if err != nil {
		return nil, err
	}
	recording := source.Recording()
	if err := recording.Validate(); err != nil {
		return nil, err
	}
	s := &IntervalStatistics{Recording: recording, Options: options, Populations: make([]PopulationIntervals, len(recording.Populations))}
	first, total := firstNeurons(recording)
	neurons := make([]neuronAccumulator, total)
	for i := range neurons {
		neurons[i].last = math.MinInt64
	}
	var histograms []int32
	bins := 0
	if options.NeuronBins > 0 {
		s.NeuronBins = NewLogBins(recording.StepsPerSecond, options.NeuronBins, longestWindow(recording))
		bins = s.NeuronBins.Len()
		histograms = make([]int32, bins*len(neurons))
	}
	parts := make([][2]moments, len(recording.Populations))
	window := 0
	for source.Next() {
		b := source.Batch()
		for i, step := range b.Steps {
			if window, err = windowOf(recording.Windows, window, step); err != nil {
				return nil, err
			}
			p := b.Populations[i]
			n := first[p] + int(b.Neurons[i])
			a := &neurons[n]
			a.spikes++
			last := a.last
			a.last = step
			if last < recording.Windows[window].From {
				a.previous = 0
				continue
			}
			interval := step - last
			a.add(interval)
			s.Populations[p].Counts.Add(interval)
			if interval <= options.ISI {
				parts[p][0].add(interval)
			} else {
				parts[p][1].add(interval)
			}
			if bins > 0 {
				histograms[n*bins+s.NeuronBins.Bin(interval)]++
			}
		}
	}
	if err := source.Err(); err != nil {
		return nil, err
	}
	perSecond := float64(recording.StepsPerSecond)
	for i := range s.Populations {
		p := &s.Populations[i]
		p.IntraBurst, p.InterEvent = parts[i][0].part(perSecond), parts[i][1].part(perSecond)
		p.Neurons = make([]NeuronIntervals, recording.Populations[i].Size)
		for k := range p.Neurons {
			n := first[i] + k
			p.Neurons[k] = neurons[n].result(perSecond)
			if bins > 0 {
				p.Neurons[k].Counts = histograms[n*bins : (n+1)*bins : (n+1)*bins]
			}
		}
		p.summarize(options.MinIntervals)
	}
	return s, nil
}

// part describes the intervals that m has seen.
func (m *moments) part(perSecond float64) IntervalPart {
	return IntervalPart{N: m.n, MeanS: m.mean() / perSecond, CV: m.cv()}
}

// longestWindow is the length in steps of the longest window.
func longestWindow(r Recording) int64 {
	var longest int64
	for _, w := range r.Windows {
		longest = max(longest, w.Steps())
	}
	return longest
}

// summarize takes means over neurons.
func (p *PopulationIntervals) summarize(minIntervals int64) {
	var intervals int64
	var duration float64
	for _, n := range p.Neurons {
		p.Spikes += n.Spikes
		if n.Intervals > 0 {
			intervals += n.Intervals
			duration += n.MeanS * float64(n.Intervals)
		}
		if n.Intervals >= minIntervals && !math.IsNaN(n.CV2) {
			p.Counted++
			p.CV += n.CV
			p.CV2 += n.CV2
			p.LV += n.LV
		}
	}
	// 0/0 is NaN: undefined without intervals.
	p.MeanS = duration / float64(intervals)
	counted := float64(p.Counted)
	p.CV, p.CV2, p.LV = p.CV/counted, p.CV2/counted, p.LV/counted
}
