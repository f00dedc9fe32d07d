package rng

import "math"

// Gaps draws how many failures lie before the next success of independent
// trials with success probability p: the geometric distribution
//
//	P(gap = k) = p (1−p)^k,  k = 0, 1, 2, …
//
// Walking a raster of trials by such gaps costs one draw a success and nothing
// for a failure. Probabilities down to 1/256 are inverted by table (about 3 ns
// a draw), exact to 2⁻³²; what lies beyond the table is drawn again, which the
// geometric law, having no memory, allows. Smaller ones use the logarithm.
// A Gaps is read-only after NewGaps and may be shared by goroutines.
type Gaps struct {
	p         float64
	cdf       []uint32 // cdf[k] = ⌊2³² P(gap ≤ k)⌋
	guide     []uint16 // guide[u>>guideShift] = first k to look at for u
	invLogQ   float64  // 1 / ln(1−p), for the logarithm
	always    bool
	never     bool
	tableSize int64
}

const (
	guideBits  = 10
	guideShift = 32 - guideBits
	tableMinP  = 1.0 / 256
	tableMean  = 6 // table length in mean gaps: e⁻⁶ of the draws go round again
)

// Never is the gap of trials that cannot succeed: longer than any run.
const Never = int64(1) << 60

// NewGaps prepares draws for success probability p in [0, 1]; it panics
// outside.
func NewGaps(p float64) *Gaps {
	if !(p >= 0 && p <= 1) {
		panic("rng: gap probability outside [0, 1]")
	}
	g := &Gaps{p: p, always: p == 1, never: p == 0}
	if g.always || g.never {
		return g
	}
	g.invLogQ = 1 / math.Log1p(-p)
	if p < tableMinP {
		return g
	}
	n := int(math.Ceil(tableMean / p))
	g.cdf = make([]uint32, n)
	g.tableSize = int64(n)
	for k := range g.cdf {
		below := -math.Expm1(float64(k+1) * math.Log1p(-p))
		g.cdf[k] = uint32(math.Min(below*0x1p32, math.MaxUint32))
	}
	g.guide = make([]uint16, 1<<guideBits)
	k := 0
	for i := range g.guide {
		for k < n-1 && g.cdf[k] <= uint32(i)<<guideShift {
			k++
		}
		g.guide[i] = uint16(k)
	}
	return g
}

// P returns the success probability.
func (g *Gaps) P() float64 { return g.p }

// Next draws the next gap.
func (g *Gaps) Next(s *Stream) int64 {
	if g.cdf == nil {
		return g.slow(s)
	}
	var skipped int64
	for {
		u := s.Uint32()
		k := int(g.guide[u>>guideShift])
		for ; k < len(g.cdf); k++ {
			if u < g.cdf[k] {
				return skipped + int64(k)
			}
		}
		skipped += g.tableSize
	}
}

// slow draws by the logarithm, and answers the two certain cases.
func (g *Gaps) slow(s *Stream) int64 {
	if g.always {
		return 0
	}
	if g.never {
		return Never
	}
	u := 1 - s.Float64() // (0, 1], so that the logarithm is finite
	return int64(math.Log(u) * g.invLogQ)
}
