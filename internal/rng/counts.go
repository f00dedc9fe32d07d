package rng

import "math"

// Counts draws how many of n independent trials with success probability p
// succeed: the binomial distribution, each probability exact to 2⁻³². One
// number of 32 bits makes one count, by comparison with the cumulative table. A
// Counts is read-only after NewCounts and may be shared by goroutines.
type Counts struct {
	least int32 // no draw means less
	// above ascends: a draw u means least plus the number of entries below u.
	// Both are shifted by 2³¹ to be compared as signed numbers.
	above []int32
	usual int         // entries that some of a group's draws exceed more often than rarely
	guide [256]uint16 // entries below all draws with these upper 8 bits
}

// MaxTrials bounds the length of the table: 13 standard deviations.
const MaxTrials = 1 << 20

const signBit = 1 << 31

// NewCounts prepares draws for n trials, 1 to MaxTrials, with probability p in [0, 1];
// it panics outside.
func NewCounts(n int, p float64) *Counts {
	if n < 1 || n > MaxTrials || !(p >= 0 && p <= 1) {
		panic("rng: counts of too few or too many trials, or of no probability")
	}
	return newCounts(binomial(n, p))
}

// newPoisson prepares draws from the Poisson distribution, in the same way.
func newPoisson(mean float64) *Counts { return newCounts(poisson(mean)) }

// newCounts prepares draws of first, first+1, … with these probabilities.
func newCounts(first int, shares []float64) *Counts {
	c := &Counts{least: int32(first)}
	var below float64
	for _, share := range shares[:len(shares)-1] {
		below += share
		draws := uint64(math.RoundToEven(below * 0x1p32)) // that mean at most this count
		switch {
		case draws == 0:
			c.least++
		case draws < 1<<32:
			c.above = append(c.above, int32(uint32(draws-1)^signBit))
		}
	}
	if len(c.above) == 0 {
		c.above = []int32{math.MaxInt32} // which no draw exceeds
	}
	// The kernel looks at entries beyond these in one of a hundred groups.
	for c.usual = 1; c.usual < len(c.above); c.usual++ {
		if exceeding := 1<<32 - float64(uint32(c.above[c.usual])^signBit); exceeding*CountGroup < 0.01*0x1p32 {
			break
		}
	}
	for i := range c.guide {
		lowest, k := shifted(uint32(i)<<24), 0
		for k < len(c.above) && lowest > c.above[k] {
			k++
		}
		c.guide[i] = uint16(k)
	}
	return c
}

// binomial returns the probabilities of first, first+1, … successes; those that
// it leaves out are below 10⁻³⁰.
func binomial(n int, p float64) (first int, shares []float64) {
	if p == 0 || p == 1 {
		return int(p) * n, []float64{1}
	}
	odds := p / (1 - p)
	mode := min(int(float64(n+1)*p), n)
	return aroundMode(mode, func(k int) float64 { return float64(n-k+1) * odds / float64(k) })
}

// poisson is binomial for the Poisson distribution.
func poisson(mean float64) (first int, shares []float64) {
	return aroundMode(int(mean), func(k int) float64 { return mean / float64(k) })
}

// aroundMode returns probabilities by the quotients P(k)/P(k−1) for k of 1 and
// above. Their products from the most likely number on keep their relative
// accuracy; the sum is set to 1.
func aroundMode(mode int, quotient func(k int) float64) (first int, shares []float64) {
	const negligible = 1e-30
	var down []float64
	for k, v := mode, 1.0; k > 0; k-- {
		v /= quotient(k)
		if v < negligible {
			break
		}
		down = append(down, v)
	}
	for i := range down {
		shares = append(shares, down[len(down)-1-i])
	}
	shares = append(shares, 1)
	for k, v := mode, 1.0; ; k++ {
		v *= quotient(k + 1)
		if v < negligible {
			break
		}
		shares = append(shares, v)
	}
	sum := 0.0
	for _, v := range shares {
		sum += v
	}
	for i := range shares {
		shares[i] /= sum
	}
	return mode - len(down), shares
}

func shifted(u uint32) int32 { return int32(u ^ signBit) }

// of returns the count that a draw means.
func (c *Counts) of(u uint32) int32 {
	k, v := int(c.guide[u>>24]), shifted(u)
	for k < len(c.above) && v > c.above[k] {
		k++
	}
	return c.least + int32(k)
}

// CountGroup is how many units draw their counts together: eight blocks of
// Philox, four units each.
const CountGroup = 32

// AddCounts adds weight times the count of each unit from first on in this step
// to g, which has a whole number of groups; first is a multiple of CountGroup.
// A unit's count depends on the source, the unit and the step alone.
func (s Source) AddCounts(c *Counts, step int64, first uint32, weight float32, g []float32) {
	if len(g)%CountGroup != 0 || first%CountGroup != 0 {
		panic("rng: counts of a part of a group")
	}
	if len(g) > 0 {
		s.addCounts(c, step, first, weight, g)
	}
}

// addCountsPortable lays the words of a group out as the kernel finds them: of
// block 4h+l the first two words belong to the units 16h+2l and the next, the
// others to those 8 further on.
func (s Source) addCountsPortable(c *Counts, step int64, first uint32, weight float32, g []float32) {
	entity := first / CountGroup * 8
	for ; len(g) > 0; g = g[CountGroup:] {
		for b := range 8 {
			words := s.At(entity, uint64(step))
			entity++
			at := b/4*16 + b%4*2
			pair, other := g[at:at+2], g[at+8:at+10]
			pair[0] += float32(float32(c.of(words[0])) * weight)
			pair[1] += float32(float32(c.of(words[1])) * weight)
			other[0] += float32(float32(c.of(words[2])) * weight)
			other[1] += float32(float32(c.of(words[3])) * weight)
		}
	}
}
