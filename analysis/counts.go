package analysis

import "math"

// Counts says what some neurons did in some time. Spikes, events and bursts are
// three different things: an event is a spike that opens a singlet or a burst,
// and a burst is counted once.
type Counts struct {
	// Spikes are all spikes, those of censored events included.
	Spikes int64
	// Events are those that are known to be events: all but the left-censored.
	Events int64
	// Bursts are the events known to be bursts.
	Bursts int64
	// Classified are the events of which a burst fraction is made, and
	// ClassifiedBursts the bursts among them: see [Event.Classified].
	Classified, ClassifiedBursts int64
	// Censored are the spikes that may be events, and the events, that are left out
	// of it.
	Censored int64
}

// Add adds what others did, or what was done at another time.
func (c *Counts) Add(o Counts) {
	c.Spikes += o.Spikes
	c.Events += o.Events
	c.Bursts += o.Bursts
	c.Classified += o.Classified
	c.ClassifiedBursts += o.ClassifiedBursts
	c.Censored += o.Censored
}

// BurstFraction returns the share of the classified events that are bursts:
// the ratio of the sums over neurons and time, not a mean of ratios. It has no
// value, and ok is false, where no event was classified.
func (c Counts) BurstFraction() (fraction float64, ok bool) {
	if c.Classified == 0 {
		return math.NaN(), false
	}
	return float64(c.ClassifiedBursts) / float64(c.Classified), true
}

// count adds an event, but for its spikes.
func (c *Counts) count(e *Event) {
	if !e.Classified() {
		c.Censored++
	}
	if e.Class == LeftCensored {
		return
	}
	c.Events++
	if e.Class == Burst {
		c.Bursts++
	}
	if e.Classified() {
		c.Classified++
		if e.Class == Burst {
			c.ClassifiedBursts++
		}
	}
}

// Wilson returns the interval of a probability of which k of n trials came out
// true, at the confidence of z standard deviations of the normal distribution
// (1.96 for 95 %; [Quantile] gives it):
//
//	(k + z²/2 ± z·sqrt(k·(n−k)/n + z²/4)) / (n + z²)
//
// n is > 0 and need not be whole, 0 <= k <= n. It takes the trials for
// independent: events that a common input drives are not, and the interval is
// too narrow for them.
// Wilson 1927, doi 10.1080/01621459.1927.10502953.
func Wilson(k, n, z float64) (low, high float64) {
	middle, half := k+z*z/2, z*math.Sqrt(max(0, k*(n-k)/n)+z*z/4)
	// At the ends the bounds are 0 and 1, and only rounding says otherwise.
	low, high = max(0, (middle-half)/(n+z*z)), min(1, (middle+half)/(n+z*z))
	if k <= 0 {
		low = 0
	}
	if k >= n {
		high = 1
	}
	return low, high
}

// Quantile returns the z of a two-sided interval of the given confidence, in
// (0, 1): 1.96 for 0.95.
func Quantile(confidence float64) float64 { return math.Sqrt2 * math.Erfinv(confidence) }
