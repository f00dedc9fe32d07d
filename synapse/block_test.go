package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// connection is one synapse, as it can be read from a block.
type connection struct {
	source, target int
	delay          int64
	weight         float32
}

// connections lists a block by row, and checks on the way that its arrays hold
// together.
func connections(t *testing.T, b *Block) []connection {
	t.Helper()
	var all []connection
	next := uint32(0)
	groups := len(b.Delays)
	if !slices.IsSorted(b.Delays) || b.Delays[0] < 1 || len(slices.Compact(slices.Clone(b.Delays))) != groups {
		t.Fatalf("delays %v, want them to ascend from at least 1", b.Delays)
	}
	for s := range b.Sources {
		for g, delay := range b.Delays {
			from, to := b.Row(uint32(s), g)
			if from != next || to < from {
				t.Fatalf("row of source %d, group %d: %d to %d, want it to begin at %d", s, g, from, to, next)
			}
			next = to
			if !slices.IsSorted(b.Targets()[from:to]) {
				t.Fatalf("row of source %d: targets %v do not ascend", s, b.Targets()[from:to])
			}
			for slot := from; slot < to; slot++ {
				target := int(b.Targets()[slot])
				if target < b.Lo || target >= b.Hi {
					t.Fatalf("target %d, want %d to %d", target, b.Lo, b.Hi-1)
				}
				all = append(all, connection{s, target, delay, b.Weight(slot)})
			}
		}
	}
	if int(next) != b.Count() || b.Rows() != b.Sources*groups {
		t.Fatalf("%d synapses in %d rows, want %d in %d", next, b.Rows(), b.Count(), b.Sources*groups)
	}
	// The incoming view is a permutation of the slots.
	seen := make([]bool, b.Count())
	for target := b.Lo; target < b.Hi; target++ {
		rows, slots := b.Incoming(uint32(target))
		last := -1
		for i, slot := range slots {
			source, group := int(rows[i])/groups, int(rows[i])%groups
			from, to := b.Row(uint32(source), group)
			if slot < from || slot >= to || b.Targets()[slot] != uint32(target) || seen[slot] {
				t.Fatalf("incoming synapse %d of target %d: row %d, slot %d", i, target, rows[i], slot)
			}
			if source < last {
				t.Fatalf("sources of target %d do not ascend", target)
			}
			last, seen[slot] = source, true
		}
	}
	if slices.Contains(seen, false) {
		t.Fatal("a synapse is missing from the incoming view")
	}
	return all
}

// TestBlocks draws projections of every kind at random, and wants the same
// synapses from one block of all targets as from blocks of parts of them.
func TestBlocks(t *testing.T) {
	const cases = 200
	r := rand.New(rand.NewPCG(1, 2))
	distributions := func(mean float64) Distribution {
		return []Distribution{Constant(mean), Normal(mean, mean/3), LogNormal(mean, mean/2), Uniform(mean/2, 2*mean)}[r.IntN(4)]
	}
	for k := range cases {
		n, m := 1+r.IntN(60), 1+r.IntN(150)
		g := Geometry{Sources: n, Targets: m}
		if r.IntN(2) == 0 {
			g = Geometry{Sources: m, Targets: m, Same: true}
		}
		self, multi := r.IntN(2) == 0, r.IntN(2) == 0
		most := g.candidates(self)
		wirings := []Wiring{
			FixedProbability{r.Float64(), self}, AllToAll{self},
			FixedInDegree{r.IntN(most + 1), self, multi}, FixedTotal{r.IntN(most*g.Targets + 1), self, multi},
			explicit(r, g),
		}
		if g.Same {
			wirings = append(wirings, OneToOne{})
		}
		p := Projection{Wiring: wirings[r.IntN(len(wirings))], Weight: distributions(0.5), DelayMS: distributions(0.4)}
		name := fmt.Sprintf("case %d: %T of %+v", k, p.Wiring, g)
		whole := connections(t, build(t, p, g, 0, g.Targets, uint64(k)))
		var parts []connection
		for lo := 0; lo < g.Targets; {
			hi := min(g.Targets, lo+1+r.IntN(64))
			parts = append(parts, connections(t, build(t, p, g, lo, hi, uint64(k)))...)
			lo = hi
		}
		for _, list := range [][]connection{whole, parts} {
			slices.SortStableFunc(list, func(a, b connection) int {
				for _, d := range []int{a.source - b.source, int(a.delay - b.delay), a.target - b.target} {
					if d != 0 {
						return d
					}
				}
				return 0
			})
		}
		if !slices.Equal(whole, parts) {
			t.Errorf("%s: other synapses in parts than in one", name)
		}
	}
}

func explicit(r *rand.Rand, g Geometry) Explicit {
	var e Explicit
	for range r.IntN(300) {
		e.Sources = append(e.Sources, uint32(r.IntN(g.Sources)))
		e.Targets = append(e.Targets, uint32(r.IntN(g.Targets)))
		e.Weights = append(e.Weights, r.Float64())
		e.DelaysMS = append(e.DelaysMS, dt*float64(1+r.IntN(5)))
	}
	return e
}

func TestExplicit(t *testing.T) {
	e := Explicit{
		Sources: []uint32{1, 0, 1, 1}, Targets: []uint32{2, 0, 0, 2},
		Weights: []float64{0.1, 0.2, 0.3, 0.4}, DelaysMS: []float64{0.5, 0.1, 0.5, 0.5},
	}
	g := Geometry{Sources: 2, Targets: 3}
	got := connections(t, build(t, Projection{Wiring: e, Weight: Constant(9), DelayMS: Constant(9)}, g, 0, 3, 1))
	want := []connection{{0, 0, 1, 0.2}, {1, 0, 5, 0.3}, {1, 2, 5, 0.1}, {1, 2, 5, 0.4}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	e.Weights, e.DelaysMS = nil, nil
	got = connections(t, build(t, Projection{Wiring: e, Weight: Constant(9), DelayMS: Constant(2)}, g, 0, 3, 1))
	for _, c := range got {
		if c.weight != 9 || c.delay != 20 {
			t.Errorf("%+v, want weight 9 and 20 steps", c)
		}
	}
}

// TestDistributions compares means and standard deviations of 40 000 weights:
// bounds are 5 standard errors, those of the deviation from a kurtosis below
// 15.
func TestDistributions(t *testing.T) {
	const n = 40_000
	// N(0.1, 0.2²) above 0: mean μ + σ λ, variance σ² (1 − λ(λ + μ/σ)), with
	// λ = φ(α)/(1 − Φ(α)), α = −μ/σ.
	const mu, sigma = 0.1, 0.2
	alpha := -mu / sigma
	lambda := math.Exp(-alpha*alpha/2) / math.Sqrt(2*math.Pi) / (0.5 * math.Erfc(alpha/math.Sqrt2))
	for _, c := range []struct {
		d        Distribution
		mean, sd float64
		lo, hi   float64
	}{
		{Constant(0.3), 0.3, 0, 0.3, 0.3},
		{Normal(2, 0.1), 2, 0.1, 1, 3},
		{Normal(-2, 0.1), -2, 0.1, -3, -1},
		{Normal(mu, sigma), mu + sigma*lambda, sigma * math.Sqrt(1-lambda*(lambda-alpha)), 0, 2},
		{LogNormal(0.5, 0.25), 0.5, 0.25, 0, 10},
		{Uniform(-1, 3), 1, 4 / math.Sqrt(12), -1, 3},
		{Uniform(2, 2), 2, 0, 2, 2},
	} {
		b := build(t, Projection{Wiring: AllToAll{}, Weight: c.d}, Geometry{Sources: n / 100, Targets: 100}, 0, 100, 1)
		sum, squares := 0.0, 0.0
		for slot := range uint32(n) {
			w := float64(b.Weight(slot))
			if w < c.lo-1e-6 || w > c.hi+1e-6 {
				t.Fatalf("%+v: drew %v", c.d, w)
			}
			sum += w
			squares += (w - c.mean) * (w - c.mean)
		}
		if math.Abs(sum/n-c.mean) > 5*c.sd/math.Sqrt(n)+1e-6 {
			t.Errorf("%+v: mean %v, want %v", c.d, sum/n, c.mean)
		}
		if sd := math.Sqrt(squares / n); math.Abs(sd-c.sd) > 5*c.sd*math.Sqrt(14.0/4/n)+1e-6 {
			t.Errorf("%+v: standard deviation %v, want %v", c.d, sd, c.sd)
		}
	}
}

func TestProjectionRejects(t *testing.T) {
	g := Geometry{Sources: 2, Targets: 2}
	nan, inf := math.NaN(), math.Inf(1)
	for _, d := range []Distribution{
		Constant(nan), Constant(inf), Normal(nan, 1), Normal(1, -1), Normal(0, 1), Normal(1, nan), LogNormal(0, 1),
		LogNormal(-1, 1), LogNormal(1, inf), Uniform(2, 1), Uniform(nan, 1), Uniform(0, inf), Uniform(0, nan),
	} {
		if err := d.Validate(); err == nil {
			t.Errorf("%+v is accepted", d)
		}
		if err := (Projection{Wiring: OneToOne{}, Weight: d, DelayMS: d}).Validate(g, dt); err == nil {
			t.Errorf("%+v is accepted", d)
		}
	}
	for _, d := range []Distribution{
		Constant(0.04), Constant(-1), Constant(1e300), Normal(-1, 0.1), Uniform(-1, 1), Uniform(0, 1), Uniform(1, 1e9), LogNormal(1e7, 1),
	} {
		wants(t, Projection{Wiring: OneToOne{}, DelayMS: d}.Validate(g, dt), "delay_ms")
	}
	for _, d := range []Distribution{{}, Constant(0.05), Constant(6000), Normal(1, 5), Uniform(0.1, 0.1), LogNormal(0.2, 3)} {
		if err := (Projection{Wiring: OneToOne{}, DelayMS: d}).Validate(g, dt); err != nil {
			t.Errorf("delays %+v: %v", d, err)
		}
	}
	for _, delay := range []float64{0, -1, nan, inf, 1e9} {
		e := Explicit{Sources: []uint32{0, 0}, Targets: []uint32{0, 1}, DelaysMS: []float64{1, delay}}
		wants(t, Projection{Wiring: e}.Validate(g, dt), "wiring.delays_ms[1]")
	}
	wants(t, Projection{}.Validate(g, dt), "wiring")
}

func TestDeliver(t *testing.T) {
	g := Geometry{Sources: 30, Targets: 40}
	for _, weight := range []Distribution{Constant(0.5), Uniform(0.1, 1)} {
		b := build(t, Projection{Wiring: FixedProbability{P: 0.5}, Weight: weight, DelayMS: Uniform(0.1, 0.3)}, g, 16, 40, 1)
		all := connections(t, b)
		sources, factor := []uint32{0, 7, 29}, []float32{1, 0.5, 0.125}
		for _, f := range [][]float32{nil, factor} {
			for group, delay := range b.Delays {
				got, want := make([]float32, 40), make([]float32, 40)
				b.Deliver(group, sources, f, got)
				for _, c := range all {
					if i := slices.Index(sources, uint32(c.source)); i >= 0 && c.delay == delay {
						if f == nil {
							want[c.target] += c.weight
						} else {
							want[c.target] += c.weight * f[i]
						}
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("group %d, factors %v: delivered %v, want %v", group, f, got, want)
				}
				if n := testing.AllocsPerRun(10, func() { b.Deliver(group, sources, f, got) }); n != 0 {
					t.Errorf("%v allocations", n)
				}
			}
		}
	}
}
