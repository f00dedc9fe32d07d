package rate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/floats"
)

// closeTo demands numbers that agree to the accuracy of their sums' orders.
func closeTo(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1, math.Abs(want[i]))) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// naiveLayer is a layer written as Payeur et al. have it, for one example at a time.
type naiveLayer struct {
	w, y, z, lastW  [][]float64 // y and z nil where there are none
	c, lastC        []float64
	e, b, bt, p, pt []float64
	d, u, pre       []float64
}

// naiveNetwork repeats burstprop on vectors.
type naiveNetwork struct {
	c      Config
	layers []*naiveLayer
}

func rows(m Matrix) [][]float64 {
	var all [][]float64
	for i := range m.Rows {
		all = append(all, slices.Clone(row(m, i)))
	}
	return all
}

func newNaive(n *Network) *naiveNetwork {
	v := &naiveNetwork{c: n.config}
	for _, l := range n.Layers() {
		u := l.Unit()
		a := &naiveLayer{w: rows(u.W.W), c: slices.Clone(u.C.W.Data), lastW: rows(u.W.V), lastC: slices.Clone(u.C.V.Data)}
		if u.Y != nil {
			a.y = rows(u.Y.W)
		}
		if z := l.(*burstpropLayer).z; z != nil {
			a.z = rows(z.W)
		}
		v.layers = append(v.layers, a)
	}
	return v
}

// back is Yᵀ b.
func back(y [][]float64, b []float64, j int) float64 {
	s := 0.0
	for k := range y {
		s += y[k][j] * b[k]
	}
	return s
}

// assign sets all of one example.
func (v *naiveNetwork) assign(x []float64, class int) {
	top := len(v.layers) - 1
	p0 := v.c.Rule.(Burstprop).P0
	for k, l := range v.layers {
		l.e = make([]float64, len(l.w))
		for i := range l.w {
			z := l.c[i] + floats.Dot(l.w[i], x)
			switch {
			case k == top && v.c.Loss == CrossEntropy:
				l.e[i] = math.Exp(z)
			case k < top && v.c.Activation == ReLU:
				l.e[i] = math.Max(0, z)
			default:
				l.e[i] = 1 / (1 + math.Exp(-z))
			}
		}
		if k == top && v.c.Loss == CrossEntropy {
			floats.Scale(1/floats.Sum(l.e), l.e)
		}
		x = l.e
		n := len(l.e)
		l.b, l.bt, l.p, l.pt = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		l.d, l.u, l.pre = make([]float64, n), make([]float64, n), make([]float64, n)
	}
	for k := top; k >= 0; k-- {
		l := v.layers[k]
		for i, e := range l.e {
			if k == top {
				t := 0.0
				if i == class {
					t = 1
				}
				l.p[i], l.pt[i] = p0, p0*(1+(t-e)*(1-e))
				if v.c.Loss == CrossEntropy {
					l.pt[i] = p0 * t / e
				}
				continue
			}
			above := v.layers[k+1]
			l.pre[i] = e / (1 + math.Exp(-back(above.y, above.b, i)))
		}
		for i, e := range l.e {
			if k < top {
				above := v.layers[k+1]
				h := 1 - e
				if v.c.Activation == ReLU {
					h = 0
					if e > 0 {
						h = 1 / (e + 1e-8)
					}
				}
				cancel := 0.0
				if l.z != nil {
					cancel = floats.Dot(l.z[i], l.pre)
				}
				l.u[i] = back(above.y, above.b, i)*h - cancel
				l.p[i] = 1 / (1 + math.Exp(-l.u[i]))
				l.pt[i] = 1 / (1 + math.Exp(-back(above.y, above.bt, i)*h+cancel))
			}
			l.b[i], l.bt[i] = l.p[i]*e, l.pt[i]*e
			l.d[i] = l.bt[i] - l.b[i]
		}
	}
}

// change adds rate d xᵀ of the example to the changes, and u b_preᵀ to that of Z.
func (v *naiveNetwork) change(x []float64, dz [][][]float64) {
	for k, l := range v.layers {
		r := v.c.Learning.HiddenRate
		if k == len(v.layers)-1 {
			r = v.c.Learning.OutputRate
		}
		for i, d := range l.d {
			floats.AddScaled(l.lastW[i], r*d, x)
			l.lastC[i] += r * d
			if l.z != nil {
				floats.AddScaled(dz[k][i], v.c.Rule.(Burstprop).RateZ*l.u[i], l.pre)
			}
		}
		x = l.e
	}
}

// train learns from a batch.
func (v *naiveNetwork) train(x Matrix, classes []uint8) {
	var dz [][][]float64
	for _, l := range v.layers {
		square := make([][]float64, len(l.w))
		for i := range l.w {
			floats.Scale(v.c.Learning.Momentum, l.lastW[i])
			square[i] = make([]float64, len(l.w))
		}
		floats.Scale(v.c.Learning.Momentum, l.lastC)
		dz = append(dz, square)
	}
	for i := range x.Rows {
		v.assign(row(x, i), int(classes[i]))
		v.change(row(x, i), dz)
	}
	keep := 1 - v.c.Learning.Decay
	for k, l := range v.layers {
		for i := range l.w {
			for j := range l.w[i] {
				l.w[i][j] = keep*l.w[i][j] + l.lastW[i][j]
				switch {
				case l.y == nil:
				case v.c.Feedback == KolenPollack:
					l.y[i][j] = keep*l.y[i][j] + l.lastW[i][j]
				case v.c.Feedback == Tied:
					l.y[i][j] = l.w[i][j]
				}
			}
			l.c[i] += l.lastC[i]
			if l.z != nil {
				floats.Add(l.z[i], dz[k][i])
			}
		}
	}
}

// All that burstprop makes of a teacher and learns by it, against loops over units.
func TestBurstpropIsItsEquations(t *testing.T) {
	const tolerance = 1e-12
	for _, recurrent := range []bool{true, false} {
		for _, feedback := range DefaultBurstprop().Feedbacks() {
			for _, loss := range []Loss{SquaredError, CrossEntropy} {
				for _, activation := range []Activation{Sigmoid, ReLU} {
					t.Run(fmt.Sprint(recurrent, feedback, loss, activation), func(t *testing.T) {
						rule := DefaultBurstprop()
						rule.Recurrent, rule.RateZ = recurrent, 0.01 // for Z to change visibly
						c := exampleConfig(rule)
						c.Feedback, c.Loss, c.Activation, c.Learning.Decay = feedback, loss, activation, 0.01
						n := newNetwork(t, c)
						v := newNaive(n)
						x, classes := examples(4, 5, 3)
						for range 5 {
							n.Train(x, classes)
							v.train(x, classes)
						}
						for k, l := range n.Layers() {
							u, a := l.Unit(), v.layers[k]
							what := fmt.Sprint("layer ", k, " ")
							closeTo(t, what+"W", u.W.W.Data, slices.Concat(a.w...), tolerance)
							closeTo(t, what+"c", u.C.W.Data, a.c, tolerance)
							last := 3 // the example that a.assign has left
							for name, pair := range map[string][2][]float64{
								"E": {row(u.E, last), a.e}, "B": {row(u.B, last), a.b}, "BT": {row(u.BT, last), a.bt},
								"P": {row(u.P, last), a.p}, "PT": {row(u.PT, last), a.pt}, "D": {row(u.D, last), a.d},
							} {
								closeTo(t, what+name, pair[0], pair[1], tolerance)
							}
							if u.Y != nil {
								closeTo(t, what+"Y", u.Y.W.Data, slices.Concat(a.y...), tolerance)
							}
							if a.z != nil {
								closeTo(t, what+"Z", l.(*burstpropLayer).z.W.Data, slices.Concat(a.z...), tolerance)
							}
						}
					})
				}
			}
		}
	}
}

// Where nobody teaches, bursts are the same with and without teacher: not one bit of
// a weight would change.
func TestBurstpropWithoutTeacher(t *testing.T) {
	n := newNetwork(t, exampleConfig(DefaultBurstprop()))
	x, _ := examples(4, 5, 3)
	n.Forward(x)
	layers := n.Layers()
	layers[2].Teach(newMatrix(4, 3))
	layers[1].Feedback(layers[2])
	layers[0].Feedback(layers[1])
	for k, l := range layers {
		for i, d := range l.Unit().D.Data {
			if d != 0 {
				t.Errorf("layer %d: D[%d] = %v without teacher, want 0", k, i, d)
			}
		}
	}
}

// By the mean value theorem d = p0 σ′(v) g, where g is backpropagation's signal and v of
// each unit lies between u and u_t. Two vectors whose quotients lie between the slopes
// a < b have a cosine of at least 2√(ab)/(a+b) (Kantorovich's inequality), so the angle
// is at most that of the sine (b−a)/(b+a); b is σ′(0) = ¼. In the linear range, here
// |u| < 0.53, that is less than 2°.
func TestTiedBurstpropFollowsTheGradient(t *testing.T) {
	const atMost = 2.0 // degrees
	c := exampleConfig(DefaultBurstprop())
	c.Hidden, c.Feedback = []Hidden{{Units: 40}}, Tied
	n := newNetwork(t, c)
	x, classes := examples(4, 5, 3)
	angle := n.Angles(x, classes).Layers[0].Delta
	l := n.Layers()[0].(*burstpropLayer)
	greatest := max(floats.Norm(l.u.Data, math.Inf(1)), floats.Norm(l.A.Data, math.Inf(1)))
	slope := Sigmoid.slope(1 / (1 + math.Exp(-greatest)))
	bound := math.Asin((0.25-slope)/(0.25+slope)) * 180 / math.Pi
	if bound > atMost {
		t.Fatalf("|u| reaches %v, so that the angle is only bound by %v degrees, want %v", greatest, bound, atMost)
	}
	if angle > bound {
		t.Errorf("%v degrees between burstprop and backpropagation, want at most %v", angle, bound)
	}
}

// Z learns to hold the dendrites in their linear range: with forward and feedback
// weights at rest, Σ u² falls with each step of a small enough rate.
func TestRecurrentInputHoldsDendrites(t *testing.T) {
	rule := DefaultBurstprop()
	rule.RateZ = 0.01
	c := exampleConfig(rule)
	c.FeedbackSD, c.Learning = 3, Learning{}
	n := newNetwork(t, c)
	x, classes := examples(4, 5, 3)
	last := math.Inf(1)
	start := 0.0
	const steps = 400
	for step := range steps {
		n.Train(x, classes)
		u := n.Layers()[1].(*burstpropLayer).u.Data
		now := floats.Dot(u, u)
		if step == 0 {
			start = now
		}
		if now >= last {
			t.Fatalf("step %d: Σ u² = %v, after %v: want it to fall", step, now, last)
		}
		last = now
	}
	if last > start/10 {
		t.Errorf("Σ u² fell from %v to %v in %d steps, want a tenth", start, last, steps)
	}
}

// Weights of the output and the mirrors that learn with them come together: their
// difference decays to 0.997¹⁰⁰ of what it was in each hundred steps, while what both
// learn stays, at a rate of the output as great as that of the others.
func TestKolenPollackBurstprop(t *testing.T) {
	c := exampleConfig(DefaultBurstprop())
	c.Feedback, c.Learning.Decay, c.Learning.OutputRate = KolenPollack, 0.003, 0.1
	n := newNetwork(t, c)
	u := n.Layers()[2].Unit()
	apart, angle := floats.Distance(u.W.W.Data, u.Y.W.Data, 2), 180.0
	for range 6 {
		learnGreatest(n, 100)
		apart *= math.Pow(1-c.Learning.Decay, 100)
		if got := floats.Distance(u.W.W.Data, u.Y.W.Data, 2); math.Abs(got-apart) > 1e-9 {
			t.Errorf("W and Y are %v apart, want %v", got, apart)
		}
		now, _ := Angle(u.W.W.Data, u.Y.W.Data)
		if now >= angle {
			t.Errorf("the angle between W and Y went from %.1f to %.1f degrees, want it to fall", angle, now)
		}
		angle = now
	}
}

// learnGreatest trains on random inputs, of which the greatest of the first three is
// the class.
func learnGreatest(n *Network, steps int) {
	stream := rng.NewSource(8, rng.Protocol, 0).Stream(0)
	x, classes := newMatrix(4, n.config.Input.Units()), make([]uint8, 4)
	for range steps {
		for i := range classes {
			r := row(x, i)
			for j := range r {
				r[j] = 2*stream.Float64() - 1
			}
			classes[i] = uint8(floats.MaxIdx(r[:3]))
		}
		n.Train(x, classes)
	}
}

// Lillicrap et al. 2016: forward weights learn to align with fixed random feedback, so
// that what hidden layers are told comes near the gradient. Burst rules are told the
// same, but for the slopes of their dendrites.
func TestFeedbackAligns(t *testing.T) {
	for _, rule := range []Rule{DefaultBackprop(), DefaultBurstprop(), DefaultBurstCCN()} {
		c := exampleConfig(rule)
		c.Hidden, c.Feedback, c.FeedbackSD = []Hidden{{Units: 30}}, Random, 1
		n := newNetwork(t, c)
		x, classes := examples(4, 5, 3)
		before := n.Angles(x, classes).Layers[0]
		learnGreatest(n, 4000)
		after := n.Angles(x, classes).Layers[0]
		if after.DeltaFA > 1 {
			t.Errorf("%s: %v degrees to feedback alignment, want less than 1", rule.Name(), after.DeltaFA)
		}
		if before.Delta < 60 || after.Delta > 45 {
			t.Errorf("%s: angle to backpropagation %.1f, then %.1f degrees; want chance, and less than half", rule.Name(), before.Delta, after.Delta)
		}
	}
}
