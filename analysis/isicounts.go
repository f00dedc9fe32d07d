package analysis

import (
	"iter"
	"math/bits"
)

// Intervals of up to exactSteps steps are counted one by one, longer ones in
// buckets of which there are octaveBuckets an octave.
const (
	exactBits     = 16
	exactSteps    = 1 << exactBits
	octaveBuckets = exactSteps / 2
)

// IntervalCounts is the distribution of intervals: how often each was seen.
// Intervals below 65536 steps (6.5 s where a step is 0.1 ms) are exact, longer
// ones are known to one part in 32768. It takes 8 bytes a step up to the longest
// interval, at most 512 KiB and 256 KiB for each doubling of the interval after
// that, however many intervals there are. The zero value is empty.
type IntervalCounts struct {
	n        int64
	counts   []int64
	shortest int64
	longest  int64
}

// Add counts an interval in steps, which is at least 1.
func (c *IntervalCounts) Add(interval int64) {
	i := bucket(interval)
	if i >= len(c.counts) {
		grown := make([]int64, max(1024, 2*len(c.counts), i+1))
		copy(grown, c.counts)
		c.counts = grown
	}
	if c.n == 0 || interval < c.shortest {
		c.shortest = interval
	}
	c.longest = max(c.longest, interval)
	c.counts[i]++
	c.n++
}

// bucket returns where an interval is counted: by itself below exactSteps, else by
// its 16 leading bits.
func bucket(interval int64) int {
	if interval < exactSteps {
		return int(interval)
	}
	shift := bits.Len64(uint64(interval)) - exactBits
	return exactSteps + (shift-1)*octaveBuckets + int(interval>>shift) - octaveBuckets
}

// bucketSteps returns the intervals of a bucket: width of them, from first on.
func bucketSteps(i int) (first, width int64) {
	if i < exactSteps {
		return int64(i), 1
	}
	shift := (i-exactSteps)/octaveBuckets + 1
	return int64((i-exactSteps)%octaveBuckets+octaveBuckets) << shift, 1 << shift
}

// N is the number of intervals.
func (c *IntervalCounts) N() int64 { return c.n }

// Shortest and Longest are the extreme intervals in steps, 0 if there is none.
func (c *IntervalCounts) Shortest() int64 { return c.shortest }

// Longest is the longest interval in steps, 0 if there is none.
func (c *IntervalCounts) Longest() int64 { return c.longest }

// All gives the intervals in ascending order, in steps, and how often each was
// seen; of a bucket that holds several intervals the middle one.
func (c *IntervalCounts) All() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		for i, n := range c.counts {
			if n == 0 {
				continue
			}
			first, width := bucketSteps(i)
			if !yield(min(max(first+width/2, c.shortest), c.longest), n) {
				return
			}
		}
	}
}

// Quantile returns the shortest interval, in steps, that at least the share q of
// all intervals do not exceed, q in [0, 1]; 0 without intervals.
func (c *IntervalCounts) Quantile(q float64) int64 {
	var seen int64
	last := int64(0)
	for interval, n := range c.All() {
		seen += n
		last = interval
		if float64(seen) >= q*float64(c.n) {
			break
		}
	}
	return last
}

// Histogram counts the intervals by the given bins.
func (c *IntervalCounts) Histogram(bins LogBins) LogHistogram {
	h := LogHistogram{Bins: bins, Counts: make([]int64, bins.Len())}
	for interval, n := range c.All() {
		h.Counts[bins.Bin(interval)] += n
	}
	return h
}
