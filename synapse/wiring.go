package synapse

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Wiring decides which neurons connect. Each target's sources are drawn from a
// stream of its own, so that the network does not depend on how the targets
// are divided among workers.
//
// Unless a wiring says otherwise, a neuron does not connect to itself where
// source and target are one population (no autapses), and a pair connects at
// most once (no multapses).
type Wiring interface {
	// Validate returns what does not fit the populations' sizes.
	Validate(g Geometry) error
	// MeanInDegree returns how many synapses a target gets in the mean.
	MeanInDegree(g Geometry) float64
	// plan returns the function that appends the sources of one target to
	// into, ascending; targets are asked for in any order.
	plan(g Geometry, draws rng.Source) func(target uint32, into []uint32) []uint32
}

// Geometry is what a wiring connects.
type Geometry struct {
	Sources, Targets int
	Same             bool // source and target are one population
}

// candidates is the number of sources that a target may have.
func (g Geometry) candidates(autapses bool) int {
	if g.Same && !autapses {
		return g.Sources - 1
	}
	return g.Sources
}

// source turns the index of a candidate into a source, leaving out the target
// itself where autapses are not wanted.
func (g Geometry) source(candidate, target uint32, autapses bool) uint32 {
	if g.Same && !autapses && candidate >= target {
		return candidate + 1
	}
	return candidate
}

// FixedProbability connects each pair independently with probability P.
type FixedProbability struct {
	P        float64 // 0 to 1
	Autapses bool
}

// Validate implements Wiring.
func (w FixedProbability) Validate(Geometry) error {
	var l check.List
	l.Within("p", w.P, 0, 1)
	return l.Err()
}

// MeanInDegree implements Wiring.
func (w FixedProbability) MeanInDegree(g Geometry) float64 {
	return w.P * float64(g.candidates(w.Autapses))
}

func (w FixedProbability) plan(g Geometry, draws rng.Source) func(uint32, []uint32) []uint32 {
	gaps := rng.NewGaps(w.P)
	n := int64(g.candidates(w.Autapses))
	return func(target uint32, into []uint32) []uint32 {
		stream := draws.Stream(target)
		for next := gaps.Next(&stream); next < n; next += 1 + gaps.Next(&stream) {
			into = append(into, g.source(uint32(next), target, w.Autapses))
		}
		return into
	}
}

// OneToOne connects each source to the target with the same index.
type OneToOne struct{}

// Validate implements Wiring.
func (OneToOne) Validate(g Geometry) error {
	if g.Sources != g.Targets {
		return fmt.Errorf("one_to_one: %d sources and %d targets, want as many", g.Sources, g.Targets)
	}
	return nil
}

// MeanInDegree implements Wiring.
func (OneToOne) MeanInDegree(Geometry) float64 { return 1 }

func (OneToOne) plan(Geometry, rng.Source) func(uint32, []uint32) []uint32 {
	return func(target uint32, into []uint32) []uint32 { return append(into, target) }
}

// AllToAll connects every pair.
type AllToAll struct{ Autapses bool }

// Validate implements Wiring.
func (AllToAll) Validate(Geometry) error { return nil }

// MeanInDegree implements Wiring.
func (w AllToAll) MeanInDegree(g Geometry) float64 { return float64(g.candidates(w.Autapses)) }

func (w AllToAll) plan(g Geometry, _ rng.Source) func(uint32, []uint32) []uint32 {
	n := uint32(g.candidates(w.Autapses))
	return func(target uint32, into []uint32) []uint32 {
		for c := range n {
			into = append(into, g.source(c, target, w.Autapses))
		}
		return into
	}
}

// FixedInDegree gives each target K sources, drawn uniformly.
type FixedInDegree struct {
	K         int // ≥ 0, and at most the number of sources unless Multapses
	Autapses  bool
	Multapses bool
}

// Validate implements Wiring.
func (w FixedInDegree) Validate(g Geometry) error {
	var l check.List
	most := g.candidates(w.Autapses)
	if w.K < 0 || (!w.Multapses && w.K > most) || (most == 0 && w.K > 0) {
		l.Addf("k", "%d, want 0 to %d, the number of possible sources", w.K, most)
	}
	return l.Err()
}

// MeanInDegree implements Wiring.
func (w FixedInDegree) MeanInDegree(Geometry) float64 { return float64(w.K) }

func (w FixedInDegree) plan(g Geometry, draws rng.Source) func(uint32, []uint32) []uint32 {
	c := newChooser(g, w.Autapses, w.Multapses)
	return func(target uint32, into []uint32) []uint32 {
		stream := draws.Stream(target)
		return c.choose(&stream, target, w.K, into)
	}
}

// FixedTotal makes N connections between pairs drawn uniformly.
type FixedTotal struct {
	N         int // ≥ 0, and at most the number of pairs unless Multapses
	Autapses  bool
	Multapses bool
}

// Validate implements Wiring.
func (w FixedTotal) Validate(g Geometry) error {
	var l check.List
	most := g.candidates(w.Autapses) * g.Targets
	if w.N < 0 || (!w.Multapses && w.N > most) || (most == 0 && w.N > 0) {
		l.Addf("n", "%d, want 0 to %d, the number of possible pairs", w.N, most)
	}
	return l.Err()
}

// MeanInDegree implements Wiring.
func (w FixedTotal) MeanInDegree(g Geometry) float64 { return float64(w.N) / float64(g.Targets) }

// plan draws how many connections each target gets, once, and then each
// target's sources from its own stream.
func (w FixedTotal) plan(g Geometry, draws rng.Source) func(uint32, []uint32) []uint32 {
	counts := w.inDegrees(g, draws)
	c := newChooser(g, w.Autapses, w.Multapses)
	return func(target uint32, into []uint32) []uint32 {
		stream := draws.Stream(target)
		return c.choose(&stream, target, counts[target], into)
	}
}

// totals is the entity of the stream that divides a total among the targets;
// it lies beyond any neuron's index.
const totals = ^uint32(0)

// inDegrees divides N among the targets: with multapses each connection takes
// a target at random, without them each takes one of the pairs still free.
func (w FixedTotal) inDegrees(g Geometry, draws rng.Source) []int {
	counts := make([]int, g.Targets)
	stream := draws.Stream(totals)
	perTarget := g.candidates(w.Autapses)
	for made := 0; made < w.N; {
		t := stream.Below(uint32(g.Targets))
		// A target with k of its m pairs taken accepts with chance (m−k)/m: so
		// the counts are those of N pairs drawn without replacement.
		if !w.Multapses && int(stream.Below(uint32(perTarget))) < counts[t] {
			continue
		}
		counts[t]++
		made++
	}
	return counts
}

// chooser draws a number of sources for one target after another.
type chooser struct {
	g                   Geometry
	n                   uint32 // candidates
	autapses, multapses bool
	taken               []uint64 // a bit a candidate, all 0 between targets; nil with multapses
}

func newChooser(g Geometry, autapses, multapses bool) *chooser {
	c := &chooser{g: g, n: uint32(g.candidates(autapses)), autapses: autapses, multapses: multapses}
	if !multapses {
		c.taken = make([]uint64, (c.n+63)/64)
	}
	return c
}

// choose appends k sources drawn uniformly, ascending; without multapses they
// are distinct (Floyd's algorithm: k draws whatever the number of candidates).
func (c *chooser) choose(s *rng.Stream, target uint32, k int, into []uint32) []uint32 {
	first := len(into)
	if c.multapses {
		for range k {
			into = append(into, c.g.source(s.Below(c.n), target, c.autapses))
		}
		slices.Sort(into[first:])
		return into
	}
	for j := c.n - uint32(k); j < c.n; j++ {
		candidate := s.Below(j + 1)
		if c.taken[candidate/64]>>(candidate%64)&1 > 0 {
			candidate = j
		}
		c.taken[candidate/64] |= 1 << (candidate % 64)
		into = append(into, candidate)
	}
	chosen := into[first:]
	if len(c.taken) < 8*k { // to read the bits in order is cheaper than to sort
		chosen = chosen[:0]
		for i, word := range c.taken {
			for ; word != 0; word &= word - 1 {
				chosen = append(chosen, uint32(64*i+bits.TrailingZeros64(word)))
			}
			c.taken[i] = 0
		}
	} else {
		slices.Sort(chosen)
		for _, candidate := range chosen {
			c.taken[candidate/64] = 0
		}
	}
	for i, candidate := range chosen {
		chosen[i] = c.g.source(candidate, target, c.autapses)
	}
	return into
}

// Explicit lists the connections. Connection i goes from Sources[i] to
// Targets[i]; Weights and DelaysMS, where given, replace the projection's.
type Explicit struct {
	Sources, Targets []uint32  // of one length
	Weights          []float64 // as the receptor takes them; nil or of that length
	DelaysMS         []float64 // ms, ≥ one step; nil or of that length
}

// Validate implements Wiring.
func (w Explicit) Validate(g Geometry) error {
	var l check.List
	n := len(w.Sources)
	for _, list := range []struct {
		field    string
		length   int
		optional bool
	}{{"targets", len(w.Targets), false}, {"weights", len(w.Weights), true}, {"delays_ms", len(w.DelaysMS), true}} {
		if list.length != n && !(list.optional && list.length == 0) {
			l.Addf(list.field, "%d entries, want %d as in sources", list.length, n)
		}
	}
	for i, s := range w.Sources {
		if int64(s) >= int64(g.Sources) {
			l.Addf(fmt.Sprintf("sources[%d]", i), "%d, want below %d", s, g.Sources)
			break
		}
	}
	for i, t := range w.Targets {
		if int64(t) >= int64(g.Targets) {
			l.Addf(fmt.Sprintf("targets[%d]", i), "%d, want below %d", t, g.Targets)
			break
		}
	}
	for i, v := range w.Weights {
		if v-v != 0 {
			l.Addf(fmt.Sprintf("weights[%d]", i), "%v, want a finite number", v)
			break
		}
	}
	return l.Err()
}

// order returns the indices of the connections by target, then source, then as
// given.
func (w Explicit) order() []int {
	order := make([]int, len(w.Sources))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if w.Targets[a] != w.Targets[b] {
			return int(w.Targets[a]) - int(w.Targets[b])
		}
		return int(w.Sources[a]) - int(w.Sources[b])
	})
	return order
}

// MeanInDegree implements Wiring.
func (w Explicit) MeanInDegree(g Geometry) float64 {
	return float64(len(w.Targets)) / float64(g.Targets)
}

func (w Explicit) plan(Geometry, rng.Source) func(uint32, []uint32) []uint32 {
	byTarget := map[uint32][]uint32{}
	for _, i := range w.order() {
		byTarget[w.Targets[i]] = append(byTarget[w.Targets[i]], w.Sources[i])
	}
	return func(target uint32, into []uint32) []uint32 { return append(into, byTarget[target]...) }
}
