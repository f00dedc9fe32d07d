package rng

import (
	"math"
	"math/bits"
)

// Grid is independent Bernoulli trials, one for each unit and step, all with
// the same success probability p. A tile of it, GridBlock units × GridBlock
// steps, is drawn at once when one of its steps is first asked for: a Poisson
// number of hits, each in a place of its own choice. The hits of each place
// are then a Poisson number as well, independent of all others. Their mean λ is
// such that a place is hit with probability 1−e^−λ = p; how often does not
// matter, so that nothing needs to be looked up, remembered or drawn again.
// Above p = ½ hits are failures.
//
// A tile depends on the source, the block of units and the steps alone. The
// number of its hits has probabilities exact to 2⁻³². Ranges of whole blocks may
// be used concurrently.
type Grid struct {
	source  Source
	size    int
	hits    *Counts
	inverse uint64  // all bits, where hits are failures
	rare    bool    // p < rareP
	few     bool    // p < fewP
	tiles   []tile  // by unit/GridBlock
	windows []int64 // whose steps a tile holds: those from windows[b]·GridBlock on
}

// GridBlock is how many units, and how many steps, are drawn together.
const GridBlock = 64

// tile holds the units that succeed in each step of a window as bits. The same
// step of all blocks is read together; the padding puts them into different sets
// of a cache.
type tile struct {
	steps [GridBlock]uint64
	_     [64]byte
}

// Which way of adding costs least depends on the success probability. Below
// rareP few blocks have a success, and those are looked for. Below fewP hardly
// any has two. From there on it is best to go through all units.
const (
	rareP = 0.001
	fewP  = 0.008
)

// tileIndices is how many indices of the source a tile has for itself: three
// times what the most hits need, some 3200 of them at p = ½.
const tileIndices = 1 << 10

// NewGrid returns the trials of size units with the randomness of source, each
// with success probability p in [0, 1]; it panics outside.
func NewGrid(source Source, size int, p float64) *Grid {
	if !(p >= 0 && p <= 1) {
		panic("rng: grid probability outside [0, 1]")
	}
	blocks := (size + GridBlock - 1) / GridBlock
	g := &Grid{source: source, size: size, rare: p < rareP, few: p < fewP, tiles: make([]tile, blocks), windows: make([]int64, blocks)}
	if p > 0.5 {
		g.inverse, p = math.MaxUint64, 1-p
	}
	g.hits = newPoisson(GridBlock * GridBlock * -math.Log1p(-p))
	for b := range g.windows {
		g.windows[b] = -1
	}
	return g
}

// Add adds weight to onto of each unit of [lo, hi) that succeeds in this step,
// which is not negative. lo and hi are multiples of GridBlock, or hi is the size.
// Any step may be asked for; those of one window after each other cost least.
func (g *Grid) Add(step int64, lo, hi int, weight float32, onto []float32) {
	if lo >= hi {
		return
	}
	first, end := lo/GridBlock, (hi+GridBlock-1)/GridBlock
	window, at := step/GridBlock, uint64(step)%GridBlock
	onto = onto[lo:]
	if g.rare {
		g.addRare(window, at, first, end, weight, onto)
		return
	}
	for i, w := range g.windows[first:end] {
		if w != window {
			g.draw(window, first+i, end)
			break
		}
	}
	if whole := len(onto) / GridBlock; whole < end-first {
		// The last block has no padding.
		end--
		addUnits(g.tiles[end].steps[at], weight, onto[whole*GridBlock:])
	}
	addTiles(g.tiles[first:end], at, g.few, weight, onto)
}

// addRare is Add for the blocks [first, end), whose units begin with onto[0],
// where most have no success.
func (g *Grid) addRare(window int64, at uint64, first, end int, weight float32, onto []float32) {
	tiles := g.tiles[first:end]
	for i, w := range g.windows[first:end] {
		if w != window {
			g.draw(window, first+i, end)
		}
		if units := tiles[i].steps[at%GridBlock]; units != 0 {
			addUnits(units, weight, onto[i*GridBlock:])
		}
	}
}

// addTilesPortable adds weight to onto of the units of all tiles that succeed in
// a step.
func addTilesPortable(tiles []tile, at uint64, weight float32, onto []float32) {
	for i := range tiles {
		addUnits(tiles[i].steps[at%GridBlock], weight, onto[i*GridBlock:])
	}
}

// addUnits adds weight to onto where a bit of units is set.
func addUnits(units uint64, weight float32, onto []float32) {
	for ; units != 0; units &= units - 1 {
		onto[bits.TrailingZeros64(units)] += weight
	}
}

// draw makes the tiles of blocks [first, end) hold a window. Random words are
// asked for one filling ahead of their use, so that the processor works on both
// at a time.
func (g *Grid) draw(window int64, first, end int) {
	start := uint64(window) * tileIndices
	var buffers [2][streamWords]uint32
	words, ahead := &buffers[0], &buffers[1]
	at := g.source.fill(ahead, uint32(first), start)
	for b := first; b < end; b++ {
		words, ahead = ahead, words
		left := int(g.hits.of(words[at%streamWords]))
		index := start + uint64(streamWords-at)/4
		unused := words[at+2:] // two words make a number
		steps := &g.tiles[b].steps
		*steps = [GridBlock]uint64{}
		for n := len(unused) / 2 * pairHits; left > n; n = len(unused) / 2 * pairHits {
			at = g.source.fill(ahead, uint32(b), index)
			index += uint64(streamWords-at) / 4
			place(steps, unused, n)
			left -= n
			words, ahead = ahead, words
			unused = words[at:]
		}
		if b+1 < end {
			at = g.source.fill(ahead, uint32(b+1), start)
		}
		place(steps, unused, left)
		g.finish(b)
	}
	// Here and not above: windows of several blocks share a cache line.
	for b := first; b < end; b++ {
		g.windows[b] = window
	}
}

// finish turns the hits of a tile into the successes of units that exist.
func (g *Grid) finish(b int) {
	existing := uint64(math.MaxUint64)
	if beyond := (b+1)*GridBlock - g.size; beyond > 0 {
		existing >>= beyond
	}
	if g.inverse == 0 && existing == math.MaxUint64 {
		return
	}
	steps := &g.tiles[b].steps
	for i, hit := range steps {
		steps[i] = (hit ^ g.inverse) & existing
	}
}

// pairHits is how many places two words name, each by 6 bits for the step and 6
// for the unit.
const pairHits = 5

// place makes n hits with the places that words name.
func place(steps *[GridBlock]uint64, words []uint32, n int) {
	for ; n >= pairHits && len(words) >= 2; n, words = n-pairHits, words[2:] {
		w := uint64(words[0]) | uint64(words[1])<<32
		steps[w%64] |= 1 << (w >> 6 % 64)
		steps[w>>12%64] |= 1 << (w >> 18 % 64)
		steps[w>>24%64] |= 1 << (w >> 30 % 64)
		steps[w>>36%64] |= 1 << (w >> 42 % 64)
		steps[w>>48%64] |= 1 << (w >> 54 % 64)
	}
	if n > 0 {
		w := uint64(words[0]) | uint64(words[1])<<32
		for ; n > 0; n-- {
			steps[w%64] |= 1 << (w >> 6 % 64)
			w >>= 12
		}
	}
}
