package information

import (
	"fmt"
	"math"
	"slices"
)

// Options choose how [Measure] measures.
type Options struct {
	Estimator *Estimator
	Band      Band
	// Shuffles of segments to compare with, >= 0; see [Bound].
	Shuffles int
	// WidthS is that of the Gaussian that burst fractions are smoothed with, s, > 0;
	// [Passing] has one that suits a band.
	WidthS float64
	// Carriers say which stream is meant to carry each signal.
	Carriers []Stream
}

// Pair is what one stream of a population has of one signal.
type Pair struct {
	Signal    int
	Stream    Stream
	Carrier   bool // the stream is meant to carry the signal
	Coherence Coherence
	Bound     Bound
}

// Multiplexing says how much of the signals a population sends, and what becomes
// of it in one firing rate. Information is the corrected estimate of [Bound].
type Multiplexing struct {
	// Pairs has each signal with each stream, signals outermost, streams in the order
	// of Streams.
	Pairs []Pair
	// Multiplexed is the sum of what the carriers have of their signals, bit/s.
	Multiplexed float64
	// Rate is what the firing rate has of all signals together: the same spikes of the
	// same cells, read as a rate.
	Rate Bound
	// Undefined is the number of bins in which the burst fraction had no value; Bins
	// is that of all bins.
	Undefined, Bins int
}

// Gain is Multiplexed over Rate, G = (I_ER + I_BF)/I_rate where event rate and burst
// fraction are the carriers. Spikes and number of cells are matched, since both
// readings are of the same recording (Naud & Sprekeler 2018, doi
// 10.1073/pnas.1720995115, compare with cells that do not burst; [Gain] is for
// that). ok is false where the firing rate has not more than two standard errors:
// next to nothing it says nothing.
func (m Multiplexing) Gain() (gain float64, ok bool) {
	if !(m.Rate.Corrected > 2*m.Rate.SE) {
		return math.NaN(), false
	}
	return Gain(m.Multiplexed, m.Rate.Corrected)
}

// Gain is the quotient of two amounts of information in bit/s; ok is false if the
// second is not above 0.
func Gain(multiplexed, rate float64) (gain float64, ok bool) {
	if !(rate > 0) {
		return math.NaN(), false
	}
	return multiplexed / rate, true
}

// CrossTalk sums what carriers have of signals that are not theirs, bit/s.
func (m Multiplexing) CrossTalk() float64 {
	sum := 0.0
	for _, p := range m.Pairs {
		carries := slices.ContainsFunc(m.Pairs, func(q Pair) bool { return q.Carrier && q.Stream == p.Stream })
		if carries && !p.Carrier {
			sum += p.Bound.Corrected
		}
	}
	return sum
}

// InputPair is the relation of two signals to each other. Information about them
// adds up only if there is none.
type InputPair struct {
	A, B      int
	Coherence Coherence
	Bound     Bound
}

// Inputs compares all pairs of signals.
func Inputs(signals []Series, opt Options) ([]InputPair, error) {
	var pairs []InputPair
	spectra := opt.spectra(signals)
	for a := range spectra {
		for b := a + 1; b < len(spectra); b++ {
			bound, err := Inform(spectra[a:a+1], spectra[b], opt.Band, opt.Shuffles)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, InputPair{a, b, Coherent(spectra[a], spectra[b]), bound})
		}
	}
	return pairs, nil
}

// spectra transforms signals.
func (o Options) spectra(signals []Series) []*Spectrum {
	var all []*Spectrum
	for _, s := range signals {
		all = append(all, o.Estimator.Spectrum(s))
	}
	return all
}

// Measure compares the streams of a population with signals, at least one, averaged
// over the same bins.
func Measure(b *Bins, population int, signals []Series, opt Options) (Multiplexing, error) {
	var m Multiplexing
	switch {
	case len(signals) == 0 || len(opt.Carriers) != len(signals):
		return m, fmt.Errorf("signals: %d with %d streams to carry them, want a stream for each, at least one", len(signals), len(opt.Carriers))
	case !(opt.WidthS > 0) || math.IsInf(opt.WidthS, 1):
		return m, fmt.Errorf("width: %v s, want > 0", opt.WidthS)
	}
	inputs := opt.spectra(signals)
	streams := map[Stream]*Spectrum{}
	for _, s := range Streams() {
		var series Series
		if s == BurstFraction {
			series, m.Undefined = b.Fraction(population, opt.WidthS)
		} else {
			series = b.Rate(population, s)
		}
		streams[s] = opt.Estimator.Spectrum(series)
	}
	for _, n := range b.Grid.Bins() {
		m.Bins += n
	}
	for i, x := range inputs {
		for _, s := range Streams() {
			bound, err := Inform([]*Spectrum{x}, streams[s], opt.Band, opt.Shuffles)
			if err != nil {
				return m, err
			}
			p := Pair{Signal: i, Stream: s, Carrier: s == opt.Carriers[i], Coherence: Coherent(x, streams[s]), Bound: bound}
			if p.Carrier {
				m.Multiplexed += bound.Corrected
			}
			m.Pairs = append(m.Pairs, p)
		}
	}
	var err error
	m.Rate, err = Inform(inputs, streams[FiringRate], opt.Band, opt.Shuffles)
	return m, err
}
