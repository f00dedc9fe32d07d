package biasrecurrent

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/rate"
)

func TestExperimentIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Error(err)
	}
}

// meanModulusTolerance: with a_j swinging by A_j about 0 the fixed point has a modulus
// 1 + g, g = A²/4, and the mean Jacobian 1 − g + 4/3 g² to the third order
// (TestCycleBetweenModuli): their mean is 1 + 2/3 g², and g = 0.1 a swing by A = 0.63.
const meanModulusTolerance = 2. / 3 * 0.1 * 0.1

// TestCosine has the default network learn a cosine by its biases in a fifth of the
// updates: the bounds are those of the whole experiment.
func TestCosine(t *testing.T) {
	dir := experimenttest.Trial{Seed: 1, Sets: []string{"tasks=cosine", "learns=bias", "updates=600"}}.Run(t, Experiment())
	n := experimenttest.Metrics[Metrics](t, dir).Networks["cosine bias"]
	if !n.Learned || *n.LossFallLog10 < 1 || !n.WeightsUnchanged || n.Midway == nil {
		t.Errorf("loss %v before, %v after, weights unchanged %v, midway %v", n.Before.Loss, n.After.Loss, n.WeightsUnchanged, n.Midway)
	}
	o, f := n.After.Orbit, n.After.Free
	if !n.Nearer || math.Abs(o.PhaseRad*25/(2*math.Pi)-1) > phaseTolerance || !n.Balanced || math.Abs(*n.After.MeanModulus-1) > meanModulusTolerance {
		t.Errorf("the leading eigenvalue has modulus %v and phase %v, distance %v, %v before; mean of the moduli %v",
			o.Modulus, o.PhaseRad, o.Distance, n.Before.Orbit.Distance, *n.After.MeanModulus)
	}
	if !f.Persists || math.Abs(*f.PeriodErrorPct) > 1 || n.Before.Free.Persists {
		t.Errorf("free run %+v", f)
	}
	if *n.ShuffledLog10 < 1 || *n.OtherStartsPct != 100 {
		t.Errorf("loss %v with the biases in random order; %v %% of other starts", *n.ShuffledLoss, *n.OtherStartsPct)
	}
	if n.After.Floquet.Modulus < 0.9 || n.After.Floquet.Modulus > 1.05 || n.After.Floquet.SecondModulus > 0.5 {
		t.Errorf("multipliers %+v", n.After.Floquet)
	}
}

// quick is all of the experiment in little.
var quick = []string{"units=20", "updates=30", "free_steps=500", "other_starts=3"}

func TestSameBytesForAnyWorkersAndFigure(t *testing.T) {
	x := experimenttest.Trial{Seed: 3, Sets: quick}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{2, 3}, "metrics.json")
	m := experimenttest.Metrics[Metrics](t, dir)
	for _, name := range m.Order {
		n := m.Networks[name]
		if n.WeightsUnchanged != (n.Learns == learnsBias) {
			t.Errorf("%s: weights unchanged %v", name, n.WeightsUnchanged)
		}
		if n.WeightsSHA256 != m.Networks["cosine bias"].WeightsSHA256 {
			t.Errorf("%s begins with other weights", name)
		}
		if last := n.Curve[len(n.Curve)-1]; last.Updates != 30 || last.Loss != n.After.Loss {
			t.Errorf("%s: the curve ends with %+v", name, last)
		}
	}
	if len(m.Order) != 4 || len(m.SwappedLoss) != 2 || len(m.BiasOverAllLog10) != 2 {
		t.Errorf("%d networks, %d of swapped biases, %d comparisons", len(m.Order), len(m.SwappedLoss), len(m.BiasOverAllLog10))
	}
	metrics := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{metrics, metrics}, "mean of 2 seeds", "unit circle", "time (steps)", "target v")
}

func TestRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "tasks=sine", "tasks=cosine,cosine", "units=1", "activation=sigmoid", "leak=0",
		"steps=20", "steps=30", "free_steps=300", "mu=9", "rate_bias=0", "learns=none", "period=200")
}

func testSettings() settings {
	return settings{units: 12, activation: rate.Tanh, leak: 1, gain: 1.2, readoutGain: 2, biasSD: 0.3, startSD: 1, seed: 4}
}

// TestGradients compares those of loss with central differences, over 60 steps.
func TestGradients(t *testing.T) {
	for _, activation := range []rate.Activation{rate.Tanh, rate.ReLU} {
		for _, leak := range []float64{0.3, 1} {
			s := testSettings()
			s.activation, s.leak = activation, leak
			g := vanDerPol(1, 0.2, 60)
			n := newNetwork(s, g.outputs, 60, true)
			n.loss(g)
			n.back(g)
			gb, gw := slices.Clone(n.GB), slices.Clone(n.GW.Data)
			for _, v := range []struct {
				name        string
				x, gradient []float64
			}{{"b", n.B, gb}, {"W", n.W.Data, gw}} {
				for i := range v.x {
					const h = 1e-5
					was := v.x[i]
					v.x[i] = was + h
					up := n.loss(g)
					v.x[i] = was - h
					down := n.loss(g)
					v.x[i] = was
					// Relative to 1e-6, where rounding, 1e-16/h, allows.
					if want := (up - down) / (2 * h); math.Abs(v.gradient[i]-want) > 1e-6*math.Abs(want)+1e-9 {
						t.Errorf("%s, leak %v: ∂L/∂%s[%d] = %v, finite differences %v", activation, leak, v.name, i, v.gradient[i], want)
					}
				}
			}
		}
	}
}

// TestLossNaive computes the loss as the equations say, unit after unit.
func TestLossNaive(t *testing.T) {
	s := testSettings()
	g := vanDerPol(1, 0.2, 40)
	n := newNetwork(s, 2, 40, false)
	r := slices.Clone(n.start.Data)
	sum := 0.0
	for step := 1; step <= 40; step++ {
		next := make([]float64, 12)
		for i := range next {
			a := n.B[i]
			for j, x := range r {
				a += n.W.Data[12*i+j] * x
			}
			next[i] = math.Tanh(a)
		}
		r = next
		for k := range 2 {
			y := 0.0
			for j, x := range r {
				y += n.v.Data[12*k+j] * x
			}
			sum += math.Pow(y-g.values[2*(step-1)+k], 2)
		}
	}
	if got, want := n.loss(g), sum/80; math.Abs(got-want) > 1e-12 {
		t.Errorf("loss %v, want %v", got, want)
	}
}

// TestUpdateAllocatesNothing covers loss and gradients, which are nearly all of the time.
func TestUpdateAllocatesNothing(t *testing.T) {
	g := cosine(25, 50)
	n := newNetwork(testSettings(), 1, 50, true)
	if got := testing.AllocsPerRun(5, func() { n.loss(g); n.back(g) }); got != 0 {
		t.Errorf("an update allocates %v times", got)
	}
}

// BenchmarkUpdate is loss and gradients of the default network.
func BenchmarkUpdate(b *testing.B) {
	s := testSettings()
	s.units = 200
	g := cosine(25, 100)
	for _, full := range []bool{false, true} {
		name := learnsBias
		if full {
			name = learnsAll
		}
		b.Run(name, func(b *testing.B) {
			n := newNetwork(s, 1, 100, full)
			for b.Loop() {
				n.loss(g)
				n.back(g)
			}
		})
	}
}
