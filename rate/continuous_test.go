package rate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// plain is the model written down once more: all right sides from a copy of the state
// before the step, every product made anew.
type plain struct {
	c ContinuousConfig
	w []Matrix // one row a unit
	y []Matrix
	s plainState
}

type plainState struct {
	z, u, e, p, b, ea, ba, pa, c [][]float64
}

func (s plainState) clone() plainState {
	deep := func(v [][]float64) (out [][]float64) {
		for _, x := range v {
			out = append(out, slices.Clone(x))
		}
		return out
	}
	return plainState{deep(s.z), deep(s.u), deep(s.e), deep(s.p), deep(s.b), deep(s.ea), deep(s.ba), deep(s.pa), deep(s.c)}
}

// newPlain takes the initial weights of n.
func newPlain(n *Continuous) *plain {
	m := &plain{c: n.config}
	in := n.config.Input
	for k, l := range n.layers {
		w, y := newMatrix(l.Units(), in), newMatrix(l.Units(), in)
		for i := range l.Units() {
			for j := range in {
				w.Data[i*in+j] = l.Weight(i, j)
				if k > 0 {
					y.Data[i*in+j] = l.FeedbackWeight(i, j)
				}
			}
		}
		m.w, m.y = append(m.w, w), append(m.y, y)
		for _, v := range []*[][]float64{&m.s.z, &m.s.u, &m.s.e, &m.s.p, &m.s.b, &m.s.ea, &m.s.ba, &m.s.pa, &m.s.c} {
			*v = append(*v, make([]float64, l.Units()))
		}
		for i := range l.Units() {
			m.s.p[k][i], m.s.pa[k][i] = 0.5, 0.5
		}
		in = l.Units()
	}
	return m
}

// step advances by a step, with a teacher if class is not negative.
func (m *plain) step(x []float64, class int) {
	o, c := m.s.clone(), m.c // o is before the step
	top := len(m.w) - 1
	var change []Matrix
	for k := range m.w {
		below := x
		if k > 0 {
			below = o.e[k-1]
		}
		g := newMatrix(m.w[k].Rows, m.w[k].Cols)
		for i := range m.s.z[k] {
			z := o.c[k][i]
			for j, v := range below {
				z += m.w[k].Data[i*g.Cols+j] * v
			}
			m.s.z[k][i] += c.Step / c.TauSoma * (z - o.z[k][i])
			if k < top {
				u := 0.0
				for a := range o.b[k+1] {
					told := o.b[k+1][a]
					if c.Scheme == Cancelling {
						told -= 0.5 * o.e[k+1][a]
					}
					y := m.y[k+1]
					if c.Feedback == Tied {
						y = m.w[k+1]
					}
					u += y.Data[a*y.Cols+i] * told
				}
				h := 1.0
				if c.Activation == Sigmoid {
					h = 1 - o.e[k][i]
				}
				m.s.u[k][i] += c.Step / c.TauDendrite * (c.DendriticSlope*h*u - o.u[k][i])
				m.s.p[k][i] = 1 / (1 + math.Exp(-math.Min(20, math.Max(-20, m.s.u[k][i]))))
			} else {
				m.s.p[k][i] = 0.5
				t := 0.0
				if i == class {
					t = 1
				}
				if class >= 0 && c.Scheme == MovingAverage {
					m.s.p[k][i] = 0.5 + 0.5*math.Tanh((t-o.ea[k][i])/(o.ea[k][i]+1e-8))
				} else if class >= 0 {
					e := o.e[k][i]
					m.s.p[k][i] = 0.5 * (1 + (0.01+0.98*t-e)*(1-e))
				}
			}
			if c.Scheme == MovingAverage {
				m.s.ea[k][i] += c.Step / c.TauAverage * (o.e[k][i] - o.ea[k][i])
				m.s.ba[k][i] += c.Step / c.TauAverage * (o.b[k][i] - o.ba[k][i])
				if m.s.ea[k][i] > 0 {
					m.s.pa[k][i] = m.s.ba[k][i] / m.s.ea[k][i]
				}
			}
			if class < 0 {
				continue
			}
			d := (o.p[k][i] - o.pa[k][i]) * o.e[k][i]
			m.s.c[k][i] += c.Step / c.TauWeight * d
			if k < top && c.Scheme == MovingAverage && o.e[k][i] > c.MaxRate {
				d -= c.Homeostasis * (1 - c.MaxRate/(o.e[k][i]+1e-8))
			}
			for j, v := range below {
				g.Data[i*g.Cols+j] = c.Step / c.TauWeight * d * v
			}
		}
		change = append(change, g)
		m.activate(k, top)
	}
	for k := range m.w {
		for i := range change[k].Data {
			m.w[k].Data[i] += change[k].Data[i]
		}
	}
}

func (m *plain) activate(k, top int) {
	sum := 0.0
	for i, z := range m.s.z[k] {
		sigma := 1 / (1 + math.Exp(-z))
		switch {
		case k == top && m.c.Scheme == Cancelling, k < top && m.c.Activation == Sigmoid:
			m.s.e[k][i] = sigma
		default:
			m.s.e[k][i] = math.Exp(z)
			sum += math.Exp(z)
		}
	}
	for i := range m.s.e[k] {
		if k == top && m.c.Scheme == MovingAverage {
			m.s.e[k][i] /= sum
		}
		m.s.b[k][i] = m.s.p[k][i] * m.s.e[k][i]
	}
}

// smallContinuous has an input of 6, some of which is silent, and three classes.
func smallContinuous(hidden ...int) ContinuousConfig {
	c := DefaultContinuous()
	c.Input, c.Hidden, c.Classes, c.Seed = 6, hidden, 3, 4
	c.Prediction, c.TauWeight, c.MaxRate, c.FeedbackGain = 2, 3, 1.2, 1
	return c
}

func continuousExamples(n int) (x [][]float64, classes []int) {
	stream := rng.NewSource(5, rng.Protocol, 0).Stream(0)
	for range n {
		v := make([]float64, 6)
		for j := range v {
			v[j] = max(0, 2*stream.Float64()-1)
		}
		x, classes = append(x, v), append(classes, int(stream.Below(3)))
	}
	return x, classes
}

func newContinuous(t testing.TB, c ContinuousConfig) *Continuous {
	t.Helper()
	n, err := NewContinuous(c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestContinuousIsThePlainLoop: the cached products and what is left alone at rest
// change nothing but rounding.
func TestContinuousIsThePlainLoop(t *testing.T) {
	configs := map[string]ContinuousConfig{"one layer": smallContinuous(4), "two layers": smallContinuous(5, 4)}
	for _, change := range []struct {
		name string
		set  func(c *ContinuousConfig)
	}{
		{"tied", func(c *ContinuousConfig) { c.Feedback = Tied }},
		{"sigmoid", func(c *ContinuousConfig) { c.Activation = Sigmoid }},
		{"slow", func(c *ContinuousConfig) { c.TauSoma, c.TauDendrite = 0.3, 0.2 }},
		{"cancelling", func(c *ContinuousConfig) {
			c.Scheme, c.Activation, c.DendriticSlope, c.Teaching = Cancelling, Sigmoid, 4, 1
		}},
	} {
		c := smallContinuous(5, 4)
		change.set(&c)
		configs[change.name] = c
	}
	for name, c := range configs {
		t.Run(name, func(t *testing.T) {
			n := newContinuous(t, c)
			m := newPlain(n)
			x, classes := continuousExamples(12)
			prediction, teaching := c.Steps()
			initial := n.layers[0].Weight(0, 0)
			for k := range x {
				n.Learn(x[k], classes[k])
				for range prediction {
					m.step(x[k], -1)
				}
				for range teaching {
					m.step(x[k], classes[k])
				}
				compareContinuous(t, fmt.Sprintf("example %d", k), n, m)
			}
			if n.layers[0].Weight(0, 0) == initial {
				t.Error("the first layer has learned nothing")
			}
		})
	}
}

func compareContinuous(t *testing.T, when string, n *Continuous, m *plain) {
	t.Helper()
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
			t.Fatalf("%s: %s is %v, want %v", when, what, got, want)
		}
	}
	for k, l := range n.layers {
		for i := range l.Units() {
			unit := func(s string) string { return fmt.Sprintf("%s of unit %d in layer %d", s, i, k) }
			near(unit("z"), l.Z[i], m.s.z[k][i])
			near(unit("u"), l.U[i], m.s.u[k][i])
			near(unit("e"), l.E[i], m.s.e[k][i])
			near(unit("b"), l.B[i], m.s.b[k][i])
			near(unit("p"), l.P[i], m.s.p[k][i])
			near(unit("p̄"), l.Expected(i), m.s.pa[k][i])
			near(unit("bias"), l.Bias(i), m.s.c[k][i])
			for j := range m.w[k].Cols {
				near(unit("weight"), l.Weight(i, j), m.w[k].Data[i*m.w[k].Cols+j])
			}
		}
	}
}

// TestExpectedFollows: shown for many τ_avg, p̄ reaches p in every layer, exponentially.
func TestExpectedFollows(t *testing.T) {
	c := smallContinuous(5, 4)
	n := newContinuous(t, c)
	x, classes := continuousExamples(2)
	n.Learn(x[0], classes[0])
	n.Show(x[1])
	for range 10 {
		n.Step() // rates settle
	}
	var before [3]float64
	for k, l := range n.Layers() {
		before[k] = l.Deviation()
	}
	const taus = 8
	for range int(taus * c.TauAverage / c.Step) {
		n.Step()
	}
	for k, l := range n.Layers() {
		// b̄ and ē both end within exp(−8) of their limits.
		if d := l.Deviation(); !(d <= 2*math.Exp(-taus)*math.Max(before[k], 0.1)) {
			t.Errorf("layer %d: p − p̄ is %v, from %v", k, d, before[k])
		}
	}
}

// TestCancellingIsSilent: without a teacher hidden dendrites are told nothing.
func TestCancellingIsSilent(t *testing.T) {
	c := DefaultCancelling()
	c.Input, c.Hidden, c.Classes = 6, []int{5, 4}, 3
	n := newContinuous(t, c)
	x, _ := continuousExamples(1)
	n.Show(x[0])
	for range 30 {
		n.Step()
		for k, l := range n.Layers() {
			for i, p := range l.P {
				if math.Abs(p-0.5) > 1e-15 {
					t.Fatalf("layer %d, unit %d: p = %v without a teacher", k, i, p)
				}
			}
		}
	}
}

// TestProbeIsTheGradient: by central differences of the loss.
func TestProbeIsTheGradient(t *testing.T) {
	for _, scheme := range []Scheme{MovingAverage, Cancelling} {
		for _, activation := range []Activation{Exponential, Sigmoid} {
			c := smallContinuous(5, 4)
			c.Scheme, c.Activation = scheme, activation
			n := newContinuous(t, c)
			p := NewProbe(n)
			x, classes := continuousExamples(1)
			loss := func() (sum float64) {
				for i, e := range p.Rates(x[0]) {
					switch is := i == classes[0]; {
					case scheme == Cancelling:
						d := map[bool]float64{true: 0.99, false: 0.01}[is] - e
						sum += d * d / 2
					case is:
						sum -= math.Log(e)
					}
				}
				return sum
			}
			p.gradient(x[0], classes[0])
			for k, l := range n.layers {
				d := slices.Clone(p.d[k])
				for i := range l.c {
					const h = 1e-5
					l.c[i] = h
					above := loss()
					l.c[i] = -h
					below := loss()
					l.c[i] = 0
					if want := -(above - below) / (2 * h); math.Abs(d[i]-want) > 1e-9 {
						t.Errorf("%s, %s, layer %d: d = %v, −∂L/∂z = %v", scheme, activation, k, d[i], want)
					}
				}
			}
		}
	}
}

// TestOnlineAngle: what Learn of a Probe says is the angle of weights from before to
// after, and with tied feedback of a network that has seen the example for long it is
// small: the rule follows the gradient.
func TestOnlineAngle(t *testing.T) {
	c := smallContinuous(5, 4)
	c.Feedback, c.Prediction, c.Teaching, c.Homeostasis, c.WeightGain, c.TauWeight = Tied, 60, 1, 0, 0.3, 100
	n := newContinuous(t, c)
	p := NewProbe(n)
	x, classes := continuousExamples(1)
	weights := func() (all []float64) {
		in := c.Input
		for _, l := range n.layers {
			for i := range l.Units() {
				for j := range in {
					all = append(all, l.Weight(i, j))
				}
			}
			in = l.Units()
		}
		return all
	}
	p.gradient(x[0], classes[0])
	var gradient []float64
	for k := range n.layers {
		below := x[0]
		if k > 0 {
			below = p.e[k-1]
		}
		for _, d := range p.d[k] {
			for _, e := range below {
				gradient = append(gradient, d*e)
			}
		}
	}
	before := weights()
	var a Online
	p.Learn(x[0], classes[0], &a)
	var dot, moved, squares float64
	for i, w := range weights() {
		dot += (w - before[i]) * gradient[i]
		moved += (w - before[i]) * (w - before[i])
		squares += gradient[i] * gradient[i]
	}
	if want := degrees(dot, moved, squares); math.Abs(a.GlobalDeg-want) > 1e-6 {
		t.Errorf("global angle %v, of all weights %v", a.GlobalDeg, want)
	}
	t.Logf("angles %v, global %v", a.LayersDeg, a.GlobalDeg)
	for k, v := range append(slices.Clone(a.LayersDeg), a.GlobalDeg) {
		if !(v < 45) {
			t.Errorf("angle %d: %v, want a follower of the gradient", k, v)
		}
	}
}

func TestContinuousDoesNotAllocate(t *testing.T) {
	n := newContinuous(t, smallContinuous(5, 4))
	p := NewProbe(n)
	var a Online
	x, classes := continuousExamples(1)
	p.Learn(x[0], classes[0], &a)
	if got := testing.AllocsPerRun(10, func() { n.Learn(x[0], classes[0]); p.Class(x[0]); p.Learn(x[0], classes[0], &a) }); got > 0 {
		t.Errorf("%v allocations for an example, want none", got)
	}
}

func TestContinuousConfigIsChecked(t *testing.T) {
	for field, set := range map[string]func(c *ContinuousConfig){
		"input": func(c *ContinuousConfig) { c.Input = 0 }, "classes": func(c *ContinuousConfig) { c.Classes = 1 },
		"hidden": func(c *ContinuousConfig) { c.Hidden = nil }, "scheme": func(c *ContinuousConfig) { c.Scheme = "" },
		"activation": func(c *ContinuousConfig) { c.Activation = ReLU }, "feedback": func(c *ContinuousConfig) { c.Feedback = KolenPollack },
		"weight_gain": func(c *ContinuousConfig) { c.WeightGain = 0 }, "feedback_gain": func(c *ContinuousConfig) { c.FeedbackGain = math.NaN() },
		"step": func(c *ContinuousConfig) { c.Step = 0 }, "prediction": func(c *ContinuousConfig) { c.Prediction = 0.25 },
		"teaching": func(c *ContinuousConfig) { c.Teaching = 0 }, "tau_soma": func(c *ContinuousConfig) { c.TauSoma = 0.05 },
		"tau_dendrite": func(c *ContinuousConfig) { c.TauDendrite = -1 }, "tau_average": func(c *ContinuousConfig) { c.TauAverage = math.Inf(1) },
		"tau_weight": func(c *ContinuousConfig) { c.TauWeight = 0 }, "dendritic_slope": func(c *ContinuousConfig) { c.DendriticSlope = -1 },
		"homeostasis": func(c *ContinuousConfig) { c.Homeostasis = -1 }, "max_rate": func(c *ContinuousConfig) { c.MaxRate = 0 },
	} {
		c := DefaultContinuous()
		set(&c)
		if _, err := NewContinuous(c); err == nil || !strings.Contains(err.Error(), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, c := range []ContinuousConfig{DefaultContinuous(), DefaultCancelling()} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}
