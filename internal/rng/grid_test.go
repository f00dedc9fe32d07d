package rng

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// gridPs take all ways of adding, and hits that are failures.
var gridPs = []float64{1e-4, 0.0005, 0.003, 0.015, 0.05, 0.3, 0.5, 0.7, 0.99}

// Seeds are fixed. significance is the chance that a sound generator with
// another seed would fail one of the tests below, the value that the tests of
// this package agree on.
const significance = 1e-4

// judge fails the test if a sum of squares is larger, or smaller, than
// chi-square with so many degrees of freedom would have it.
func judge(t *testing.T, what string, chi2, freedom float64) {
	t.Helper()
	below := distuv.ChiSquared{K: freedom}.CDF(chi2)
	if below > 1-significance/2 || below < significance/2 {
		t.Errorf("%s: chi-square %.1f with %.0f degrees of freedom, quantile %g", what, chi2, freedom, below)
	}
}

// judgeCounts compares how often each count was seen with the binomial law;
// counts expected less than 10 times are taken together.
func judgeCounts(t *testing.T, what string, seen []float64, p float64) {
	t.Helper()
	total := 0.0
	for _, v := range seen {
		total += v
	}
	law := distuv.Binomial{N: float64(len(seen) - 1), P: p}
	var observed, expected []float64
	var rareSeen, rareWanted float64
	for k, v := range seen {
		if want := law.Prob(float64(k)) * total; want >= 10 {
			observed, expected = append(observed, v), append(expected, want)
		} else {
			rareSeen += v
			rareWanted += want
		}
	}
	if rareWanted > 1 {
		observed, expected = append(observed, rareSeen), append(expected, rareWanted)
	}
	if chi2 := stat.ChiSquare(observed, expected); chi2 > (distuv.ChiSquared{K: float64(len(observed) - 1)}).Quantile(1-significance) {
		t.Errorf("%s: chi-square %.1f of %d classes", what, chi2, len(observed))
	}
}

// gridBlocks is how many blocks of units the statistics look at.
const gridBlocks = 3

// record returns which units succeed in each step: word step·gridBlocks + block.
func record(p float64, steps int64) []uint64 {
	g := NewGrid(NewSource(17, PoissonInput, 4), gridBlocks*GridBlock, p)
	onto := make([]float32, gridBlocks*GridBlock)
	successes := make([]uint64, steps*gridBlocks)
	for step := range steps {
		clear(onto)
		g.Add(step, 0, len(onto), 1, onto)
		for u, v := range onto {
			if v != 0 {
				successes[int(step)*gridBlocks+u/GridBlock] |= 1 << (u % GridBlock)
			}
		}
	}
	return successes
}

// TestGridIsBinomial counts the successes of each block and step, of each tile,
// of each unit, and of each step of a window, and compares them with the
// binomial law.
func TestGridIsBinomial(t *testing.T) {
	const windows = 400
	for _, p := range gridPs {
		inStep, inTile := make([]float64, GridBlock+1), make([]float64, GridBlock*GridBlock+1)
		var ofUnit [gridBlocks * GridBlock]float64
		var ofStep [GridBlock]float64
		var tile [gridBlocks]int
		for i, units := range record(p, windows*GridBlock) {
			step, b := i/gridBlocks, i%gridBlocks
			n := bits.OnesCount64(units)
			inStep[n]++
			ofStep[step%GridBlock] += float64(n)
			if tile[b] += n; step%GridBlock == GridBlock-1 {
				inTile[tile[b]]++
				tile[b] = 0
			}
			for ; units != 0; units &= units - 1 {
				ofUnit[b*GridBlock+bits.TrailingZeros64(units)]++
			}
		}
		judgeCounts(t, fmt.Sprintf("p %v: successes of a block in a step", p), inStep, p)
		judgeCounts(t, fmt.Sprintf("p %v: successes of a tile", p), inTile, p)
		// Sums of many trials are normal enough.
		squares := func(counts []float64, trials float64) (chi2, freedom float64) {
			for _, n := range counts {
				chi2 += (n - trials*p) * (n - trials*p) / (trials * p * (1 - p))
			}
			return chi2, float64(len(counts))
		}
		chi2, freedom := squares(ofUnit[:], windows*GridBlock)
		judge(t, fmt.Sprintf("p %v: units", p), chi2, freedom)
		chi2, freedom = squares(ofStep[:], windows*gridBlocks*GridBlock)
		judge(t, fmt.Sprintf("p %v: steps of a window", p), chi2, freedom)
	}
}

// TestGridMoments follows the mean and the variance through a long run, and the
// certain cases.
func TestGridMoments(t *testing.T) {
	const steps = 64_000
	for _, p := range append([]float64{0, 1}, gridPs...) {
		var sum, squares float64
		for _, units := range record(p, steps) {
			d := float64(bits.OnesCount64(units)) - GridBlock*p
			sum += d
			squares += d * d
		}
		if p == 0 || p == 1 {
			if squares != 0 {
				t.Errorf("p %v: not certain", p)
			}
			continue
		}
		const n = steps * gridBlocks
		variance := GridBlock * p * (1 - p)
		judge(t, fmt.Sprintf("p %v: mean", p), sum*sum/(n*variance), 1)
		// The fourth central moment of the binomial law.
		fourth := 3*variance*variance + variance*(1-6*p*(1-p))
		d := squares - n*variance
		judge(t, fmt.Sprintf("p %v: variance", p), d*d/(n*(fourth-variance*variance)), 1)
	}
}

// TestGridGaps compares the failures between two successes with the geometric
// law: of a unit from step to step, across windows, and in a step from unit to
// unit, across blocks and into the next step.
func TestGridGaps(t *testing.T) {
	for _, p := range []float64{0.003, 0.015, 0.05, 0.3, 0.5, 0.7} {
		const steps = 40_000
		successes := record(p, steps)
		along := func(index func(i int) (word, bit int)) (gaps []float64) {
			last := -1
			for i := range steps * gridBlocks * GridBlock {
				if word, bit := index(i); successes[word]>>bit&1 != 0 {
					gaps = append(gaps, float64(i-last-1))
					last = i
				}
			}
			return gaps
		}
		judgeGaps(t, fmt.Sprintf("p %v, steps", p), p, along(func(i int) (word, bit int) {
			unit, step := i/steps, i%steps
			return step*gridBlocks + unit/GridBlock, unit % GridBlock
		}))
		judgeGaps(t, fmt.Sprintf("p %v, units", p), p, along(func(i int) (word, bit int) { return i / 64, i % 64 }))
	}
}

func judgeGaps(t *testing.T, what string, p float64, gaps []float64) {
	t.Helper()
	classes := 60
	width := math.Ceil(5 / p / float64(classes))
	observed, expected := make([]float64, classes+1), make([]float64, classes+1)
	for _, gap := range gaps {
		observed[min(int(gap/width), classes)]++
	}
	for c := range expected {
		upTo := math.Pow(1-p, float64(c+1)*width)
		if c == classes {
			upTo = 0
		}
		expected[c] = float64(len(gaps)) * (math.Pow(1-p, float64(c)*width) - upTo)
	}
	for ; expected[classes] < 10; classes-- { // of large p
		expected[classes-1] += expected[classes]
		observed[classes-1] += observed[classes]
		observed, expected = observed[:classes], expected[:classes]
	}
	judge(t, what, stat.ChiSquare(observed, expected), float64(classes))
}

// TestGridPairs looks for correlations: of all pairs of units in the same step,
// and of the same unit with itself 1 to 130 steps later. The sums of products of
// deviations have variance (p(1−p))² a term, are uncorrelated with each other,
// and nearly normal.
func TestGridPairs(t *testing.T) {
	for _, p := range []float64{0.015, 0.05, 0.3, 0.5, 0.7} {
		const words, lags = 500, 130
		successes := record(p, words*64)
		var units [gridBlocks * GridBlock][words]uint64 // bit t%64 of word t/64: step t
		for i, s := range successes {
			step, b := i/gridBlocks, i%gridBlocks
			for ; s != 0; s &= s - 1 {
				units[b*GridBlock+bits.TrailingZeros64(s)][step/64] |= 1 << (step % 64)
			}
		}
		deviation := func(both, one, other, trials float64) float64 {
			z := (both - p*one - p*other + p*p*trials) / (p * (1 - p))
			return z * z / trials
		}
		var total [len(units)]float64
		for u := range units {
			for _, w := range units[u] {
				total[u] += float64(bits.OnesCount64(w))
			}
		}
		chi2, pairs := 0.0, 0.0
		for u := range units {
			for v := range u {
				both := 0
				for i, w := range units[u] {
					both += bits.OnesCount64(w & units[v][i])
				}
				chi2 += deviation(float64(both), total[u], total[v], words*64)
				pairs++
			}
		}
		judge(t, fmt.Sprintf("p %v: pairs of units", p), chi2, pairs)
		chi2 = 0
		for lag := 1; lag <= lags; lag++ {
			both, one, other, n := 0, 0, 0, len(successes)-lag*gridBlocks
			for i, s := range successes[:n] {
				later := successes[i+lag*gridBlocks]
				both += bits.OnesCount64(s & later)
				one += bits.OnesCount64(s)
				other += bits.OnesCount64(later)
			}
			chi2 += deviation(float64(both), float64(one), float64(other), float64(n)*64)
		}
		judge(t, fmt.Sprintf("p %v: a unit later", p), chi2, lags)
	}
}

// TestGridDefinition draws tiles in the most direct way, from words of the
// source, for all that the vector path might confuse: large entities, windows
// and seeds, and tiles of more words than are drawn at a time.
func TestGridDefinition(t *testing.T) {
	source := NewSource(0xfedcba9876543210, PoissonInput, 0xabcdef)
	for _, p := range append([]float64{0, 1, 1e-9}, gridPs...) {
		const size = 5*GridBlock - 20
		g := NewGrid(source, size, p)
		for _, window := range []int64{0, 1, 1<<22 - 1, 1 << 22, 1<<54 - 1} {
			first := int(window % 3)
			g.draw(window, first, 5)
			for b := first; b < 5; b++ {
				if want := naiveTile(g, b, window); g.tiles[b].steps != want || g.windows[b] != window {
					t.Fatalf("p %v, block %d, window %d: tile %x, want %x", p, b, window, g.tiles[b].steps, want)
				}
			}
		}
	}
}

func naiveTile(g *Grid, b int, window int64) (steps [GridBlock]uint64) {
	var words []uint32
	for i := range uint64(tileIndices) {
		block := g.source.At(uint32(b), uint64(window)<<10+i)
		words = append(words, block[:]...)
	}
	for i := range int(g.hits.of(words[0])) {
		pair := words[2+i/5*2:]
		place := (uint64(pair[1])<<32 | uint64(pair[0])) >> (i % 5 * 12) & 0xfff
		steps[place%64] |= 1 << (place / 64)
	}
	for s := range steps {
		for u := range GridBlock {
			if g.inverse != 0 {
				steps[s] ^= 1 << u
			}
			if b*GridBlock+u >= g.size {
				steps[s] &^= 1 << u
			}
		}
	}
	return steps
}

// TestTileIndices demands that no tile runs into the words of the next.
func TestTileIndices(t *testing.T) {
	hits := NewGrid(NewSource(1, PoissonInput, 0), 64, 0.5).hits
	if most := int(hits.of(math.MaxUint32)); 2*most > (tileIndices*2-1)*pairHits || most > 3300 {
		t.Errorf("up to %d hits", most)
	}
}

// TestGridAddsAlike demands the same bits of the kernels and of the portable
// loop, whatever is added to what, and however many units succeed.
func TestGridAddsAlike(t *testing.T) {
	negativeZero := float32(math.Copysign(0, -1))
	inf := float32(math.Inf(1))
	values := []float32{0, negativeZero, 1, -0.3, 1e-40, -math.SmallestNonzeroFloat32, math.MaxFloat32, inf, -inf, float32(math.NaN())}
	s := NewSource(1, Protocol, 0).Stream(0)
	for _, n := range []int{0, 1, 2, 7} {
		tiles := make([]tile, n)
		for round := range 200 {
			at := uint64(round % GridBlock)
			for b := range tiles {
				units := s.Uint64()
				for range round % 9 {
					units &= s.Uint64()
				}
				if round%20 == 19 {
					units = math.MaxUint64
				}
				tiles[b].steps[at] = units
			}
			weight := values[round%len(values)]
			want, dense, few := make([]float32, n*GridBlock), make([]float32, n*GridBlock+1), make([]float32, n*GridBlock+1)
			for i := range want {
				want[i] = values[s.Below(uint32(len(values)))]
			}
			copy(dense, want)
			copy(few, want)
			addTilesPortable(tiles, at, weight, want)
			addTiles(tiles, at, false, weight, dense)
			addTiles(tiles, at, true, weight, few)
			for i, w := range want {
				if !sameBits(dense[i], w) || !sameBits(few[i], w) {
					t.Fatalf("weight %v, unit %d: %v and %v, want %v", weight, i, dense[i], few[i], w)
				}
			}
			if dense[n*GridBlock] != 0 || few[n*GridBlock] != 0 {
				t.Fatal("something added beyond the end")
			}
		}
	}
}

// sameBits compares bits, but for the payload of a NaN.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// TestGridParts divides the units in several ways, with and without padding, and
// demands the same sums; padding keeps its value. What a unit gets does not
// depend on how many others there are.
func TestGridParts(t *testing.T) {
	source := NewSource(5, PoissonInput, 1)
	for _, p := range append([]float64{0, 1}, gridPs...) {
		large := make([]float32, 512)
		g := NewGrid(source, len(large), p)
		for step := int64(100); step < 300; step++ {
			g.Add(step, 0, len(large), 0.3, large)
		}
		for _, size := range []int{1, 63, 64, 65, 300, 448} {
			whole, parts, bare := NewGrid(source, size, p), NewGrid(source, size, p), NewGrid(source, size, p)
			padded := (size + 63) / 64 * 64
			a, b, c := make([]float32, padded), make([]float32, padded), make([]float32, size)
			for step := int64(100); step < 300; step++ {
				whole.Add(step, 0, size, 0.3, a)
				lo := 0
				for n := 1 + int(step%3); lo < size; n++ {
					hi := min(lo+n*GridBlock, size)
					parts.Add(step, lo, hi, 0.3, b)
					lo = hi
				}
				parts.Add(step, size, size, 0.3, b)
				bare.Add(step, 0, size, 0.3, c)
			}
			if !slices.Equal(a[:size], large[:size]) {
				t.Errorf("p %v, size %d: not what the units of a larger grid get", p, size)
			}
			if !slices.Equal(a, b) {
				t.Errorf("p %v, size %d: other sums in parts", p, size)
			}
			if !slices.Equal(a[:size], c) {
				t.Errorf("p %v, size %d: other sums without padding", p, size)
			}
			if slices.ContainsFunc(a[size:], func(v float32) bool { return v != 0 }) {
				t.Errorf("p %v, size %d: padding succeeds", p, size)
			}
		}
	}
}

// TestGridAnyStep asks for steps out of order, of ranges that differ.
func TestGridAnyStep(t *testing.T) {
	const size = 200
	source := NewSource(5, PoissonInput, 1)
	for _, p := range gridPs {
		walked := map[int64][]float32{}
		g := NewGrid(source, size, p)
		for step := range int64(1000) {
			walked[step] = make([]float32, size)
			g.Add(step, 0, size, 1, walked[step])
		}
		s := NewSource(1, Protocol, 0).Stream(0)
		for range 1000 {
			step := int64(s.Below(1000))
			lo := int(s.Below(3)) * GridBlock
			hi := min(lo+int(1+s.Below(3))*GridBlock, size)
			got := make([]float32, size)
			g.Add(step, lo, hi, 1, got)
			if !slices.Equal(got[lo:hi], walked[step][lo:hi]) {
				t.Fatalf("p %v: step %d of units %d to %d differs from what walking gave", p, step, lo, hi)
			}
		}
	}
}

func TestGridDoesNotAllocate(t *testing.T) {
	onto := make([]float32, 512)
	for _, p := range gridPs {
		g, step := NewGrid(NewSource(1, PoissonInput, 0), 500, p), int64(0)
		if n := testing.AllocsPerRun(200, func() { g.Add(step, 0, 500, 1, onto); step++ }); n > 0 {
			t.Errorf("p %v: %v allocations a step", p, n)
		}
	}
}

// TestTilesShareNoLine looks at addresses: blocks may belong to several workers.
func TestTilesShareNoLine(t *testing.T) {
	const line = 64
	for blocks := range 50 {
		g := NewGrid(NewSource(1, PoissonInput, 0), blocks*GridBlock+1, 0.05)
		tiles := reflect.ValueOf(g.tiles)
		if size := tiles.Type().Elem().Size(); size%line != 0 || tiles.Pointer()%line != 0 {
			t.Errorf("%d tiles of %d bytes at %#x", len(g.tiles), size, tiles.Pointer())
		}
	}
}

func TestGridRejects(t *testing.T) {
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("p %v: accepted", p)
				}
			}()
			NewGrid(NewSource(1, PoissonInput, 0), 64, p)
		}()
	}
}

// BenchmarkGrid has the size of a population of the XOR network, with its
// probabilities and that of trains of 5 Hz.
func BenchmarkGrid(b *testing.B) {
	const size = 500
	for _, p := range []float64{0.05, 0.015, 5e-4} {
		g, onto := NewGrid(NewSource(1, PoissonInput, 0), size, p), make([]float32, 512)
		step := int64(0)
		report := func(b *testing.B, trials float64) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/(float64(b.N)*trials*p), "ns/success")
		}
		b.Run(fmt.Sprintf("Add/p=%v", p), func(b *testing.B) {
			for b.Loop() {
				g.Add(step, 0, size, 1, onto)
				step++
			}
			report(b, size)
		})
		b.Run(fmt.Sprintf("draw/p=%v", p), func(b *testing.B) {
			for b.Loop() {
				g.draw(step, 0, 7)
				step++
			}
			report(b, 7*GridBlock*GridBlock)
		})
	}
}
