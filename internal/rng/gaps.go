package rng

import "math"

// Gaps draws how many failures lie before the next success of independent
// trials with success probability p: the geometric distribution
//
//	P(gap = k) = p (1−p)^k,  k = 0, 1, 2, …
//
// Walking a raster of trials by such gaps costs one draw a success and nothing
// for a failure. Probabilities down to 1/256 take one look into an alias table
// (Walker 1977, doi 10.1145/355744.355749), exact to 2⁻³²; what lies beyond the
// table is drawn again, which the geometric law, having no memory, allows.
// Smaller ones use the logarithm. A Gaps is read-only after NewGaps and may be
// shared by goroutines.
type Gaps struct {
	p       float64
	cells   []gapCell // a power of two of them; nil for the logarithm
	shift   uint32    // a draw u falls into cells[u>>shift]
	invLogQ float64   // 1 / ln(1−p), for the logarithm
}

// gapCell is an equal share of the 2³² draws: those up to last mean the gap
// below, the others the gap above.
type gapCell struct {
	last         uint32
	below, above uint16
}

const (
	tableMinP = 1.0 / 256
	// tableMean is the least length of the table in mean gaps: at most e⁻⁴ of
	// the draws go round again.
	tableMean = 4
)

// Never is the gap of trials that cannot succeed: longer than any run.
const Never = int64(1) << 60

// NewGaps prepares draws for success probability p in [0, 1]; it panics
// outside.
func NewGaps(p float64) *Gaps {
	if !(p >= 0 && p <= 1) {
		panic("rng: gap probability outside [0, 1]")
	}
	g := &Gaps{p: p, invLogQ: 1 / math.Log1p(-p)}
	if p < tableMinP {
		return g
	}
	g.shift = 32 - 1
	for float64(int(1)<<(32-g.shift)) < tableMean/p {
		g.shift--
	}
	// The last outcome is a gap that is longer than the table.
	n := 1 << (32 - g.shift)
	shares := make([]uint64, n)
	var before uint64
	for k := range shares {
		upTo := uint64(-math.Expm1(float64(k+1)*math.Log1p(-p)) * 0x1p32)
		if k == n-1 {
			upTo = 1 << 32
		}
		shares[k] = upTo - before
		before = upTo
	}
	g.cells = aliasCells(shares)
	return g
}

// aliasCells divides 2³² draws into len(shares) equal cells of at most two
// outcomes each, so that outcome k gets shares[k] draws. The shares, a power of
// two of them, add up to 2³²; they are used up.
func aliasCells(shares []uint64) []gapCell {
	n := len(shares)
	size := uint64(1<<32) / uint64(n)
	cells := make([]gapCell, n)
	var small, large []int
	for k, share := range shares {
		if share < size {
			small = append(small, k)
		} else {
			large = append(large, k)
		}
	}
	for len(small) > 0 {
		k, donor := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		// Cell k holds all of k's share; the donor fills it up.
		below := k
		if shares[k] == 0 {
			below = donor
		}
		cells[k] = gapCell{
			last:  uint32(uint64(k)*size + max(shares[k], 1) - 1),
			below: uint16(below), above: uint16(donor),
		}
		shares[donor] -= size - shares[k]
		if shares[donor] < size {
			large = large[:len(large)-1]
			small = append(small, donor)
		}
	}
	for _, k := range large { // exactly full
		cells[k] = gapCell{last: math.MaxUint32, below: uint16(k), above: uint16(k)}
	}
	return cells
}

// P returns the success probability.
func (g *Gaps) P() float64 { return g.p }

// Sparse reports whether successes are too rare for a table.
func (g *Gaps) Sparse() bool { return g.cells == nil }

// Next draws the next gap.
func (g *Gaps) Next(s *Stream) int64 {
	if len(g.cells) == 0 {
		return g.slow(s)
	}
	var skipped int64
	for {
		u := s.Uint32()
		cell := g.cells[u>>(g.shift%32)]
		k := cell.below
		if u > cell.last {
			k = cell.above
		}
		if int(k) < len(g.cells)-1 {
			return skipped + int64(k)
		}
		skipped += int64(len(g.cells) - 1)
	}
}

// slow draws by the logarithm.
func (g *Gaps) slow(s *Stream) int64 {
	if g.p == 0 {
		return Never
	}
	u := 1 - s.Float64() // (0, 1], so that the logarithm is finite
	gap := math.Log(u) * g.invLogQ
	if !(gap < float64(Never)) { // NaN where 1/ln(1−p) overflows
		return Never
	}
	return int64(gap)
}
