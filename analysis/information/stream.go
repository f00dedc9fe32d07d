package information

import "math"

// Stream is one reading of the spikes of a population.
type Stream uint8

// The streams. Rates are in Hz per neuron.
const (
	EventRate Stream = iota
	BurstRate
	BurstFraction // bursts per event, 0 to 1
	FiringRate
)

// String returns the name in files.
func (s Stream) String() string {
	return [...]string{"event_rate", "burst_rate", "burst_fraction", "firing_rate"}[s]
}

// Streams are all streams.
func Streams() []Stream { return []Stream{EventRate, BurstRate, BurstFraction, FiringRate} }

// Rate returns a rate of a population in Hz per neuron, and panics for
// BurstFraction.
func (b *Bins) Rate(population int, s Stream) Series {
	counts, ok := map[Stream][]Series{EventRate: b.events, BurstRate: b.bursts, FiringRate: b.spikes}[s]
	if !ok {
		panic("information: " + s.String() + " is not a rate")
	}
	scale := 1 / (float64(b.Populations[population].Size) * b.Grid.BinSeconds())
	into := b.Grid.Series()
	for i, stretch := range counts[population] {
		for j, v := range stretch {
			into[i][j] = v * scale
		}
	}
	return into
}

// Fraction is the burst fraction of a population. It is 0/0 in a bin without
// events, and the quotient of few counts elsewhere, so bursts and events are each
// smoothed with a Gaussian of the standard deviation widthS, in s, > 0, and divided
// after that; see [Ratio].
func (b *Bins) Fraction(population int, widthS float64) (f Series, undefined int) {
	return Ratio(b.fractional[population], b.classified[population], widthS/b.Grid.BinSeconds())
}

// Passing is the width in s of the Gaussian that [Bins.Fraction] smooths with, if
// it is to let pass what lies below a frequency: at toHz its gain is e^(−1/2).
func Passing(toHz float64) float64 { return 1 / (2 * math.Pi * toHz) }

// Ratio divides two series of counts, both smoothed with a Gaussian whose standard
// deviation is width bins. Where the denominator is 0 for 4 widths to each side, the
// ratio of the totals stands in, which tells nothing; undefined is the number of
// such bins. All is 0 if the denominator is 0 throughout.
func Ratio(over, under Series, width float64) (r Series, undefined int) {
	all := 0.0
	if n := under.sum(); n > 0 {
		all = over.sum() / n
	}
	kernel := gaussian(width)
	r = make(Series, len(under))
	for i := range under {
		r[i] = make([]float64, len(under[i]))
		for j := range r[i] {
			var a, b float64
			for k := max(0, j-len(kernel)+1); k < min(len(r[i]), j+len(kernel)); k++ {
				w := kernel[max(k-j, j-k)]
				a += w * over[i][k]
				b += w * under[i][k]
			}
			if b > 0 {
				r[i][j] = a / b
			} else {
				r[i][j] = all
				undefined++
			}
		}
	}
	return r, undefined
}

func (s Series) sum() float64 {
	sum := 0.0
	for _, stretch := range s {
		for _, v := range stretch {
			sum += v
		}
	}
	return sum
}

// gaussian is one half of a Gaussian with its middle first, cut where it is below
// one in 3000 of that. Of width 0 it is the middle alone.
func gaussian(width float64) []float64 {
	k := []float64{1}
	for i := 1; float64(i) <= 4*width; i++ {
		z := float64(i) / width
		k = append(k, math.Exp(-z*z/2))
	}
	return k
}

// Mean is the mean over all bins, NaN if there are none.
func (s Series) Mean() float64 {
	n := 0
	for _, stretch := range s {
		n += len(stretch)
	}
	return s.sum() / float64(n)
}
