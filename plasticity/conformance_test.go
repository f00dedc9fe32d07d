package plasticity

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/synapse"
)

// variants are the rules with their switches: what Kinds reaches, and what it
// does not. The rates at which homeostasis sets in are lowered to where the
// history of the tests goes back and forth across them, and weights may move
// far enough to be clipped.
func variants() map[string]Params {
	v := Kinds()
	adaptive := AdaptiveEventBurst()
	adaptive.Eta, adaptive.TauAverageMS, adaptive.TauPreMS = 5e-3, 300, 20
	adaptive.MinRateHz, adaptive.MaxRateHz = 2, 60
	v["adaptive, homeostatic"] = adaptive
	fixed := EventBurst()
	fixed.Eta, fixed.MinRateHz, fixed.MaxRateHz = 5e-4, 0.9, 2
	v["fixed, homeostatic"] = fixed
	b := BiasOneToOne()
	b.Eta, b.TauAverageMS, b.MinRateHz, b.MaxRateHz = 5e-3, 300, 55, 60
	v["bias, homeostatic"] = b
	b.Clipped = false
	v["bias, not clipped"] = b
	for name, p := range map[string]PairSTDP{
		"pair additive": SongAbbott(), "pair multiplicative": VanRossum(), "pair soft": Guetig(), "pair power": Morrison(),
	} {
		p.Potentiation *= 5
		p.Depression *= 5
		if p.Dependence == Additive {
			p.WeightMax = 1
		}
		v[name] = p
		p.Nearest = true
		v[name+", nearest"] = p
	}
	for _, nearest := range []bool{false, true} {
		suffix := map[bool]string{false: ", all", true: ", nearest"}[nearest]
		v["triplet visual cortex"+suffix] = VisualCortex(nearest)
		v["triplet visual cortex minimal"+suffix] = VisualCortexMinimal(nearest)
		v["triplet hippocampus"+suffix] = Hippocampus(nearest)
		v["triplet hippocampus minimal"+suffix] = HippocampusMinimal(nearest)
	}
	return v
}

func TestContract(t *testing.T) {
	for name, p := range variants() {
		t.Run(name, func(t *testing.T) {
			t.Run("valid", func(t *testing.T) {
				if err := p.Validate(); err != nil {
					t.Error(err)
				}
			})
			t.Run("bad fields are named", func(t *testing.T) { rejectsBadFields(t, p) })
			t.Run("equals the formulas", func(t *testing.T) { equalsFormulas(t, p) })
			t.Run("independent of division", func(t *testing.T) { isIndependentOfDivision(t, p) })
			t.Run("no allocation", func(t *testing.T) { allocatesNothing(t, p) })
			t.Run("finite", func(t *testing.T) { staysFinite(t, p) })
			t.Run("state", func(t *testing.T) { namesItsState(t, p) })
		})
	}
}

// block wires sources to targets [lo, hi) at random, with three or more delay
// groups and weights of their own.
func block(t testing.TB, sources, targets, lo, hi int) *synapse.Block {
	t.Helper()
	p := synapse.Projection{
		Wiring:  synapse.FixedProbability{P: 0.4},
		Weight:  synapse.Uniform(0, 1),
		DelayMS: synapse.Uniform(0.1, 0.45),
	}
	g := synapse.Geometry{Sources: sources, Targets: targets}
	if err := p.Validate(g, dt); err != nil {
		t.Fatal(err)
	}
	b, err := synapse.Build(p, g, lo, hi, synapse.BuildOptions{Seed: 5, Dt: dt, Plastic: true, Incoming: true})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plasticAt switches plasticity on and off in the course of the tests.
func plasticAt(step, steps int64) bool { return step*5/steps%2 == 1 }

// equalsFormulas compares weights and what is transmitted with the naive
// recomputation. Its traces are rounded differently, at 1e-13 a time; so now and
// then a float32 weight falls on the other side of a rounding, of 6e-8.
func equalsFormulas(t *testing.T, p Params) {
	const sources, targets, steps = 8, 12, 5000
	b := block(t, sources, targets, 0, targets)
	if len(b.Delays) < 3 {
		t.Fatalf("delays %v, want several", b.Delays)
	}
	initial := slices.Clone(b.Weights())
	g := make([]float32, targets)
	r, n, h := p.New(b, Env{Dt: dt, Onto: g}), newNaive(p, b, targets), newHistory(sources, targets)
	clipped := 0
	for step := range int64(steps) {
		n.plastic = plasticAt(step, steps)
		r.SetPlastic(n.plastic)
		before := slices.Clone(b.Weights())
		r.Step(step, h.input(b, step))
		n.step(step, h)
		if !n.plastic && !slices.Equal(before, b.Weights()) {
			t.Fatalf("step %d: weights change while plasticity is off", step)
		}
		for i, s := range n.synapses {
			w := b.Weight(uint32(i))
			if d := math.Abs(float64(w - s.w)); !(d <= 2e-6) {
				t.Fatalf("step %d: weight %d to %d is %v, want %v", step, s.source, s.target, w, s.w)
			}
			if step == steps-1 && (w == 0 || w == 1) {
				clipped++
			}
		}
		for i, v := range n.g {
			if d := math.Abs(float64(g[i] - v)); !(d <= 1e-5*math.Max(1, math.Abs(float64(v)))) {
				t.Fatalf("step %d: target %d has received %v, want %v", step, i, g[i], v)
			}
			n.g[i], g[i] = 0, 0
		}
	}
	if slices.Equal(initial, b.Weights()) {
		t.Error("no weight has changed: nothing tested")
	}
	t.Logf("%d of %d weights at a bound", clipped, b.Count())
}

// isIndependentOfDivision runs one block of all targets and blocks of parts of
// them, and wants the same bits.
func isIndependentOfDivision(t *testing.T, p Params) {
	const sources, targets, steps = 20, 150, 1500
	h := newHistory(sources, targets)
	run := func(bounds ...int) (weights map[[3]int]float32, g []float32) {
		weights, g = map[[3]int]float32{}, make([]float32, targets)
		for k := range len(bounds) - 1 {
			b := block(t, sources, targets, bounds[k], bounds[k+1])
			r := p.New(b, Env{Dt: dt, Onto: g})
			for step := range int64(steps) {
				r.SetPlastic(plasticAt(step, steps))
				r.Step(step, h.input(b, step))
			}
			for s := range sources {
				for group, delay := range b.Delays {
					from, to := b.Row(uint32(s), group)
					for slot := from; slot < to; slot++ {
						weights[[3]int{s, int(b.Targets()[slot]), int(delay)}] = b.Weight(slot)
					}
				}
			}
		}
		return weights, g
	}
	wantW, wantG := run(0, targets)
	for _, bounds := range [][]int{{0, 64, targets}, {0, 16, 48, 128, targets}} {
		w, g := run(bounds...)
		if !reflect.DeepEqual(w, wantW) {
			t.Errorf("%v: other weights than undivided", bounds)
		}
		if !slices.Equal(g, wantG) {
			t.Errorf("%v: other conductances than undivided", bounds)
		}
	}
}

func allocatesNothing(t *testing.T, p Params) {
	const sources, targets, steps = 20, 100, 500
	b := block(t, sources, targets, 0, targets)
	r, h := p.New(b, Env{Dt: dt, Onto: make([]float32, targets)}), newHistory(sources, targets)
	r.SetPlastic(true)
	var inputs [steps]Input
	for step := range inputs {
		inputs[step] = h.input(b, int64(step))
	}
	step := int64(0)
	if n := testing.AllocsPerRun(3*steps, func() {
		r.Step(step, inputs[step%steps])
		step++
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// staysFinite makes all sources and all targets spike in every step, and then
// leaves them silent for long.
func staysFinite(t *testing.T, p Params) {
	const sources, targets = 5, 20
	b := block(t, sources, targets, 0, targets)
	g := make([]float32, targets)
	r, h := p.New(b, Env{Dt: dt, Onto: g}), newHistory(sources, targets)
	h.preRate, h.rate = 1, 1
	r.SetPlastic(true)
	for step := range int64(3000) {
		if step == 2000 {
			h.preRate, h.rate = 0, 0
		}
		r.Step(step, h.input(b, step))
	}
	h.preRate, h.rate = 1, 1
	r.Step(1<<40, h.input(b, 1<<40)) // three and a half years later
	for i, w := range b.Weights() {
		if !(w >= 0) || w > 1e6 {
			t.Fatalf("weight %d is %v", i, w)
		}
	}
	for _, c := range r.State() {
		n := map[bool]int{false: sources, true: targets}[c.Post]
		for i := range n {
			if v := c.At(1<<40+1, i); math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s of %d is %v", c.Name, i, v)
			}
		}
	}
}

// namesItsState wants columns with names and units, that do not depend on the
// block's place.
func namesItsState(t *testing.T, p Params) {
	const sources, targets, steps = 20, 150, 1000
	h := newHistory(sources, targets)
	var whole []Column
	for _, lo := range []int{0, 64} {
		b := block(t, sources, targets, lo, targets)
		r := p.New(b, Env{Dt: dt, Onto: make([]float32, targets)})
		for step := range int64(steps) {
			r.Step(step, h.input(b, step))
		}
		columns := r.State()
		if lo == 0 {
			whole = columns
		}
		seen := map[string]bool{}
		for k, c := range columns {
			if c.Name == "" || c.Unit == "" || seen[c.Name] {
				t.Errorf("column %d: name %q, unit %q, want both, and unique names", k, c.Name, c.Unit)
			}
			seen[c.Name] = true
			from, to := 0, sources
			if c.Post {
				from, to = lo, targets
			}
			for i := from; i < to; i++ {
				if v, want := c.At(steps+100, i), whole[k].At(steps+100, i); v != want {
					t.Fatalf("%s of %d is %v in the block from %d, %v in the whole", c.Name, i, v, lo, want)
				}
			}
		}
	}
}

// rejectsBadFields sets every number of the parameters, one at a time, to
// values that cannot be meant, and wants the field named.
func rejectsBadFields(t *testing.T, p Params) {
	signed := []string{"potentiation", "depression", "weight_min"} // of which −1 is legal for some
	unbounded := []string{"max_rate_hz", "weight_max"}             // of which +Inf is legal for some
	original := reflect.ValueOf(p)
	for i := range original.NumField() {
		path := fieldKey(original.Type().Field(i).Name)
		changed := reflect.New(original.Type()).Elem()
		reject := func(x any) {
			err := changed.Interface().(Params).Validate()
			switch {
			case err == nil:
				t.Errorf("%s = %v is accepted", path, x)
			case !strings.Contains("\n"+err.Error(), "\n"+path+": "), !strings.Contains(err.Error(), "want "):
				t.Errorf("%s = %v: %q does not name the field, or does not say what would be right", path, x, err)
			}
		}
		changed.Set(original)
		switch field := changed.Field(i); field.Kind() {
		case reflect.Float64:
			for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1} {
				_, burst := p.(BurstDependent)
				_, bias := p.(Bias)
				_, triplet := p.(TripletSTDP)
				if x == -1 && slices.Contains(signed, path) && (burst || bias || triplet) ||
					math.IsInf(x, 1) && slices.Contains(unbounded, path) {
					continue
				}
				field.SetFloat(x)
				reject(x)
			}
		case reflect.Uint8:
			field.SetUint(200)
			reject(200)
		case reflect.Bool:
		default:
			t.Errorf("%s: a kind of field that is not tested", path)
		}
	}
}

var (
	unitSuffix = regexp.MustCompile(`(MS|Hz)$`)
	wordBorder = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// fieldKey turns TauPlusMS into tau_plus_ms.
func fieldKey(name string) string {
	return strings.ToLower(wordBorder.ReplaceAllString(unitSuffix.ReplaceAllString(name, "_${1}"), "${1}_${2}"))
}
