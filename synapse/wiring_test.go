package synapse

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func build(t testing.TB, p Projection, g Geometry, lo, hi int, seed uint64) *Block {
	t.Helper()
	if err := p.Validate(g, dt); err != nil {
		t.Fatal(err)
	}
	b, err := Build(p, g, lo, hi, BuildOptions{Seed: seed, Object: 3, Dt: dt, Incoming: true})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chiSquare wants a sum of squares to be what chance gives. Seeds are fixed, so
// that the bound is met once and for all: 1e-4 is the chance, on either side,
// that a sound wiring with another seed would exceed it.
func chiSquare(t *testing.T, what string, sum, degrees float64) {
	t.Helper()
	if p := (distuv.ChiSquared{K: degrees}).CDF(sum); !(p > 1e-4 && p < 1-1e-4) {
		t.Errorf("%s: chi-square %.1f with %.0f degrees of freedom, want it closer", what, sum, degrees)
	}
}

// law is what a random wiring draws, of n sources and m targets. Counts of
// pairs, in-degrees and out-degrees have the means and variances given; free
// is the number of independent counts, less than all where their sums are
// fixed.
type law struct {
	wiring                       Wiring
	same                         bool
	pair, in, out                moments
	freePairs, freeIns, freeOuts float64
	self                         bool // autapses occur
	multiple                     bool // multapses occur
}

type moments struct{ mean, variance float64 }

func binomial(n, p float64) moments { return moments{n * p, n * p * (1 - p)} }

// hypergeometric is the number of marked ones, of share p, among k of n drawn
// without replacement.
func hypergeometric(n, k, p float64) moments {
	return moments{k * p, k * p * (1 - p) * (n - k) / (n - 1)}
}

// laws returns the wirings with and without autapses and multapses, between n
// sources and m targets, n = m where they are one population.
func laws(n, m float64) []law {
	const p, k, multi = 0.3, 5, 12 // the latter with multapses
	total := math.Floor(n * m / 4)
	var all []law
	for _, same := range []bool{false, true} {
		for _, self := range []bool{false, true} {
			c, d := n, m // candidates of a target, of a source
			if same {
				d = n
			}
			t := d // targets
			if same && !self {
				c, d = n-1, n-1
			}
			total := math.Min(total, math.Floor(c*t/2))
			all = append(all,
				law{
					FixedProbability{P: p, Autapses: self}, same,
					binomial(1, p), binomial(c, p), binomial(d, p), c * t, t, n, self, false,
				},
				law{
					FixedInDegree{K: k, Autapses: self}, same,
					binomial(1, k/c), moments{k, 0}, binomial(d, k/c), (c - 1) * t, 0, n - 1, self, false,
				},
				law{
					FixedInDegree{K: multi, Autapses: self, Multapses: true}, same,
					binomial(multi, 1/c), moments{multi, 0}, binomial(multi*d, 1/c), (c - 1) * t, 0, n - 1, self, true,
				},
				law{
					FixedTotal{N: int(total), Autapses: self}, same,
					binomial(1, total/(c*t)), hypergeometric(c*t, total, 1/t), hypergeometric(c*t, total, d/(c*t)),
					c*t - 1, t - 1, n - 1, self, false,
				},
				law{
					FixedTotal{N: int(total), Autapses: self, Multapses: true}, same,
					binomial(total, 1/(c*t)), binomial(total, 1/t), binomial(total, d/(c*t)),
					c*t - 1, t - 1, n - 1, self, true,
				},
			)
		}
	}
	return all
}

// TestDegrees compares in- and out-degrees of one large network with their laws.
func TestDegrees(t *testing.T) {
	const n, m = 300, 200
	for _, l := range laws(n, m) {
		t.Run(fmt.Sprintf("%T%+v same=%v", l.wiring, l.wiring, l.same), func(t *testing.T) {
			g := Geometry{Sources: n, Targets: m}
			if l.same {
				g = Geometry{Sources: n, Targets: n, Same: true}
			}
			b := build(t, Projection{Wiring: l.wiring}, g, 0, g.Targets, 1)
			in, out := make([]float64, g.Targets), make([]float64, n)
			for s := range n {
				from, to := b.Row(uint32(s), 0)
				out[s] = float64(to - from)
				for _, target := range b.Targets()[from:to] {
					in[target]++
				}
			}
			degrees(t, "in-degrees", in, l.in, l.freeIns)
			degrees(t, "out-degrees", out, l.out, l.freeOuts)
			if total, ok := l.wiring.(FixedTotal); ok && b.Count() != total.N {
				t.Errorf("%d synapses, want %d", b.Count(), total.N)
			}
		})
	}
}

func degrees(t *testing.T, what string, counts []float64, want moments, free float64) {
	t.Helper()
	sum, total := 0.0, 0.0
	for i, c := range counts {
		if want.variance == 0 && c != want.mean {
			t.Fatalf("%s: %v of neuron %d, want %v", what, c, i, want.mean)
		}
		total += c
		sum += (c - want.mean) * (c - want.mean)
	}
	if want.variance == 0 {
		return
	}
	if free < float64(len(counts)) && math.Abs(total-want.mean*float64(len(counts))) > 1e-6*total {
		t.Errorf("%s: %v in all, want %v", what, total, want.mean*float64(len(counts)))
	}
	// With a fixed sum, n−1 of n counts are free, and the sum of squares over the
	// variance of one has the mean n.
	chiSquare(t, what, sum/want.variance*free/float64(len(counts)), free)
}

// TestPairs compares how often each pair of a small network is connected, over
// many seeds, with its law: every pair has the same chance.
func TestPairs(t *testing.T) {
	const n, m, seeds = 12, 9, 1000
	for _, l := range laws(n, m) {
		t.Run(fmt.Sprintf("%T%+v same=%v", l.wiring, l.wiring, l.same), func(t *testing.T) {
			g := Geometry{Sources: n, Targets: m}
			if l.same {
				g = Geometry{Sources: n, Targets: n, Same: true}
			}
			counts := make([]float64, n*g.Targets)
			multiple := false
			for seed := range uint64(seeds) {
				b := build(t, Projection{Wiring: l.wiring}, g, 0, g.Targets, seed)
				for s := range n {
					from, to := b.Row(uint32(s), 0)
					for i, target := range b.Targets()[from:to] {
						counts[s*g.Targets+int(target)]++
						multiple = multiple || i > 0 && b.Targets()[int(from)+i-1] == target
					}
				}
			}
			if multiple != l.multiple {
				t.Errorf("multapses: %v, want %v", multiple, l.multiple)
			}
			sum, pairs := 0.0, 0.0
			for i, c := range counts {
				if l.same && !l.self && i/g.Targets == i%g.Targets {
					if c != 0 {
						t.Errorf("neuron %d connects to itself", i/g.Targets)
					}
					continue
				}
				pairs++
				d := c - seeds*l.pair.mean
				sum += d * d / (seeds * l.pair.variance)
			}
			chiSquare(t, "pairs", sum*l.freePairs/pairs, l.freePairs)
		})
	}
}

func TestRegularWirings(t *testing.T) {
	sources := func(b *Block, target uint32) string {
		rows, _ := b.Incoming(target)
		return fmt.Sprint(rows)
	}
	b := build(t, Projection{Wiring: OneToOne{}}, Geometry{Sources: 5, Targets: 5, Same: true}, 0, 5, 1)
	for target := range uint32(5) {
		if got, want := sources(b, target), fmt.Sprint([]uint32{target}); got != want {
			t.Errorf("one to one: %v to %d, want %v", got, target, want)
		}
	}
	for _, c := range []struct {
		g        Geometry
		autapses bool
		want     string // the sources of target 1
	}{
		{Geometry{Sources: 3, Targets: 2}, false, "[0 1 2]"},
		{Geometry{Sources: 3, Targets: 3, Same: true}, false, "[0 2]"},
		{Geometry{Sources: 3, Targets: 3, Same: true}, true, "[0 1 2]"},
		{Geometry{Sources: 1, Targets: 1, Same: true}, true, ""},
	} {
		b := build(t, Projection{Wiring: AllToAll{Autapses: c.autapses}}, c.g, 0, c.g.Targets, 1)
		if c.want == "" {
			continue
		}
		if got := sources(b, 1); got != c.want {
			t.Errorf("all to all, %+v: %v to 1, want %v", c.g, got, c.want)
		}
	}
	// Extremes: every pair, and none.
	g := Geometry{Sources: 100, Targets: 100, Same: true}
	for _, c := range []struct {
		w    Wiring
		want int
	}{
		{FixedProbability{P: 1}, 9900}, {FixedProbability{P: 0}, 0}, {FixedInDegree{K: 99}, 9900}, {FixedInDegree{}, 0},
		{FixedTotal{N: 9900}, 9900}, {FixedTotal{}, 0}, {FixedTotal{N: 10_000, Autapses: true}, 10_000},
	} {
		if b := build(t, Projection{Wiring: c.w}, g, 0, 100, 1); b.Count() != c.want {
			t.Errorf("%T%+v: %d synapses, want %d", c.w, c.w, b.Count(), c.want)
		}
	}
}

func TestWiringsReject(t *testing.T) {
	g := Geometry{Sources: 10, Targets: 20}
	same := Geometry{Sources: 10, Targets: 10, Same: true}
	alone := Geometry{Sources: 1, Targets: 1, Same: true}
	for _, c := range []struct {
		w     Wiring
		g     Geometry
		field string
	}{
		{FixedProbability{P: -0.1}, g, "p"}, {FixedProbability{P: 1.1}, g, "p"}, {FixedProbability{P: math.NaN()}, g, "p"},
		{OneToOne{}, g, "one_to_one"},
		{FixedInDegree{K: -1}, g, "k"}, {FixedInDegree{K: 11}, g, "k"}, {FixedInDegree{K: 10}, same, "k"},
		{FixedInDegree{K: 1, Multapses: true}, alone, "k"},
		{FixedTotal{N: -1}, g, "n"}, {FixedTotal{N: 201}, g, "n"}, {FixedTotal{N: 91}, same, "n"},
		{FixedTotal{N: 1, Multapses: true}, alone, "n"},
		{Explicit{Sources: []uint32{0}}, g, "targets"},
		{Explicit{Sources: []uint32{10}, Targets: []uint32{0}}, g, "sources[0]"},
		{Explicit{Sources: []uint32{0, 0}, Targets: []uint32{0, 20}}, g, "targets[1]"},
		{Explicit{Sources: []uint32{0}, Targets: []uint32{0}, Weights: []float64{1, 2}}, g, "weights"},
		{Explicit{Sources: []uint32{0}, Targets: []uint32{0}, Weights: []float64{math.Inf(1)}}, g, "weights[0]"},
		{Explicit{Sources: []uint32{0}, Targets: []uint32{0}, DelaysMS: []float64{1, 2}}, g, "delays_ms"},
	} {
		wants(t, c.w.Validate(c.g), c.field)
	}
}
