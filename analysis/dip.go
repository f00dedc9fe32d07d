package analysis

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/internal/rng"
)

// Dip returns Hartigan's dip of a sample, ascending: the largest distance of its
// distribution function from that of the nearest unimodal distribution (Hartigan &
// Hartigan 1985, doi 10.1214/aos/1176346577). It lies between 1/(2n), of samples
// that a unimodal distribution fits as well as any sample can be fitted, and 1/4,
// of two points of equal weight. It panics if x is not ascending, and is 0 if x is
// empty. Time and memory are proportional to n, mostly.
//
// The nearest unimodal distribution is convex up to a modal interval, and concave
// after it. The search begins with the whole sample as modal interval, and narrows
// it: to where the greatest convex minorant of the distribution function in the
// interval and its least concave majorant are furthest apart. Left of the new
// interval the distribution function departs from the minorant, right of it from
// the majorant; half of the largest departure so far is the dip, once nothing
// within the interval exceeds it.
func Dip(x []float64) float64 {
	n := len(x)
	if n == 0 {
		return 0
	}
	if !slices.IsSorted(x) {
		panic("analysis: Dip: the sample is not ascending")
	}
	departure := 1.0 // in units of 1/n: that of a distribution through the middle of each step
	d := dipper{x: x}
	for lo, hi := 0, n-1; hi > lo && x[lo] < x[hi]; {
		d.hulls(lo, hi)
		gap, left, right := d.widest()
		if gap <= departure {
			break
		}
		for i := 0; d.minorant[i] < left; i++ {
			departure = max(departure, d.below(d.minorant[i], d.minorant[i+1]))
		}
		for i := len(d.majorant) - 1; d.majorant[i] > right; i-- {
			departure = max(departure, d.above(d.majorant[i-1], d.majorant[i]))
		}
		if left == lo && right == hi {
			break
		}
		lo, hi = left, right
	}
	return departure / float64(2*n)
}

// dipper holds the hulls of the points (x_i, i) of an interval of the sample.
type dipper struct {
	x                  []float64
	minorant, majorant []int // vertices, ascending
}

// turn compares the slope from a to b with that from b to c: > 0 if it is larger.
func (d *dipper) turn(a, b, c int) float64 {
	x := d.x
	return float64(b-a)*(x[c]-x[b]) - float64(c-b)*(x[b]-x[a])
}

// hulls finds the greatest convex minorant and the least concave majorant over
// [lo, hi].
func (d *dipper) hulls(lo, hi int) {
	d.minorant, d.majorant = d.minorant[:0], d.majorant[:0]
	for i := lo; i <= hi; i++ {
		for k := len(d.minorant); k > 1 && d.turn(d.minorant[k-2], d.minorant[k-1], i) >= 0; k-- {
			d.minorant = d.minorant[:k-1]
		}
		d.minorant = append(d.minorant, i)
		for k := len(d.majorant); k > 1 && d.turn(d.majorant[k-2], d.majorant[k-1], i) <= 0; k-- {
			d.majorant = d.majorant[:k-1]
		}
		d.majorant = append(d.majorant, i)
	}
}

// on returns the height over x_i of the line through points a and b.
func (d *dipper) on(a, b, i int) float64 {
	if d.x[b] == d.x[a] {
		return float64(b)
	}
	return float64(a) + float64(b-a)*(d.x[i]-d.x[a])/(d.x[b]-d.x[a])
}

// widest returns the largest gap between majorant and minorant, which is at a
// vertex of one of them, plus the height of a step; and the modal interval that it
// leaves: from the vertex of the minorant at or before it to that of the majorant
// at or after it.
func (d *dipper) widest() (gap float64, left, right int) {
	left, right = d.minorant[0], d.majorant[len(d.majorant)-1]
	g, m := 0, 0 // the edges of the hulls over the place in question
	for g+1 < len(d.minorant) && m+1 < len(d.majorant) {
		low, high := d.minorant[g+1], d.majorant[m+1]
		if low < high {
			// A vertex of the minorant, below an edge of the majorant.
			if v := d.on(d.majorant[m], high, low) - float64(low) + 1; v >= gap {
				gap, left, right = v, low, high
			}
			g++
			continue
		}
		if v := float64(high) - d.on(d.minorant[g], low, high) + 1; v >= gap {
			gap, left, right = v, d.minorant[g], high
			if low == high {
				left = low
			}
		}
		if low == high {
			g++
		}
		m++
	}
	return gap, left, right
}

// below returns how far the distribution function rises above the edge of the
// minorant from a to b, in units of 1/n, and above that of the majorant how far it
// falls below.
func (d *dipper) below(a, b int) float64 {
	largest := 1.0
	if b-a > 1 && d.x[b] != d.x[a] {
		for i := a; i <= b; i++ {
			largest = max(largest, float64(i)-d.on(a, b, i)+1)
		}
	}
	return largest
}

func (d *dipper) above(a, b int) float64 {
	largest := 1.0
	if b-a > 1 && d.x[b] != d.x[a] {
		for i := a; i <= b; i++ {
			largest = max(largest, d.on(a, b, i)-float64(i)+1)
		}
	}
	return largest
}

// DipSample is how many intervals a dip test looks at, at most.
const DipSample = 4000

// dipSize returns how many of n intervals a test looks at: the largest number not
// above n of those that go down from DipSample by a fifth each, so that few
// distributions of uniform samples serve samples of all sizes.
func dipSize(n int64) int {
	size := DipSample
	for int64(size) > n && size > 10 {
		size = size * 4 / 5
	}
	return int(min(int64(size), n))
}

// dipReplicates is how many samples of uniform numbers p values are estimated of.
const dipReplicates = 1000

// Dips holds the dips of uniform samples, so that tests of samples of one size
// share them. It is not safe for concurrent use. Take one from NewDips.
type Dips struct {
	seed uint64
	null map[int][]float64 // ascending, by size of the sample
}

// NewDips returns a test whose random numbers come from seed.
func NewDips(seed uint64) *Dips { return &Dips{seed: seed, null: map[int][]float64{}} }

// DipTest is the outcome of a test for more than one mode.
type DipTest struct {
	N   int // intervals in the sample
	Dip float64
	// P is how probable a dip as large is in a uniform sample of this size, of which
	// unimodal samples have the largest dips: (1+#{null >= Dip})/(1+1000). A small P
	// says that there is more than one mode.
	P float64
}

// Test tells whether log10 of the intervals has more than one mode. It looks at a
// random sample, of four fifths or more of the intervals up to [DipSample]. An interval of n steps
// is taken to lie evenly between n-½ and n+½: equal numbers would be modes of
// their own. NaN without intervals.
//
// It takes intervals for independent of each other. Those of one neuron are not
// quite, and neurons of different rates, pooled, can make two modes or hide them.
func (t *Dips) Test(c *IntervalCounts) DipTest {
	if c.n == 0 {
		return DipTest{Dip: math.NaN(), P: math.NaN()}
	}
	r := DipTest{N: dipSize(c.n)}
	stream := rng.NewSource(t.seed, rng.NullSample, 0).Stream(0)
	r.Dip = Dip(sampleLog(c, r.N, &stream))
	null := t.uniform(r.N)
	at, _ := slices.BinarySearch(null, r.Dip)
	r.P = float64(1+len(null)-at) / float64(1+len(null))
	return r
}

// sampleLog returns log10 of n of the intervals, each as likely as any other
// (selection sampling; Fan, Muller & Rezucha 1962, doi 10.1080/01621459.1962.10480667),
// ascending.
func sampleLog(c *IntervalCounts, n int, s *rng.Stream) []float64 {
	sample := make([]float64, 0, n)
	left := c.n
	for interval, count := range c.All() {
		for ; count > 0 && len(sample) < n; count-- {
			if s.Float64()*float64(left) < float64(n-len(sample)) {
				sample = append(sample, math.Log10(float64(interval)-0.5+s.Float64()))
			}
			left--
		}
	}
	slices.Sort(sample)
	return sample
}

// uniform returns the dips of uniform samples of size n, ascending.
func (t *Dips) uniform(n int) []float64 {
	if null, ok := t.null[n]; ok {
		return null
	}
	null := make([]float64, dipReplicates)
	x := make([]float64, n)
	source := rng.NewSource(t.seed, rng.NullSample, 1)
	for k := range null {
		// Sums of exponential numbers are uniform order statistics but for their scale,
		// which the dip does not depend on.
		s := source.Stream(uint32(k))
		sum := 0.0
		for i := range x {
			sum -= math.Log1p(-s.Float64())
			x[i] = sum
		}
		null[k] = Dip(x)
	}
	slices.Sort(null)
	t.null[n] = null
	return null
}
