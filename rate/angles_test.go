package rate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

func TestAngle(t *testing.T) {
	tiny := 1e-300 // whose square is 0
	for _, test := range []struct {
		x, y    []float64
		want    float64
		defined bool
	}{
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, 0, true},
		{[]float64{1, 2, 3}, []float64{-1, -2, -3}, 180, true},
		{[]float64{1, 0}, []float64{0, 5}, 90, true},
		{[]float64{1, 0}, []float64{1, 1}, 45, true},
		{[]float64{1, 0}, []float64{-0.5, math.Sqrt(3) / 2}, 120, true},
		{[]float64{tiny, 0}, []float64{tiny, tiny}, 45, true},
		{[]float64{1e300, 0}, []float64{1e300, 1e300}, 45, true},
		{[]float64{1, 0}, []float64{1, 1e-9}, 1e-9 * 180 / math.Pi, true}, // its cosine is 1
		{[]float64{0, 0}, []float64{1, 0}, 90, false},
		{[]float64{1, 0}, []float64{0, 0}, 90, false},
		{nil, nil, 90, false},
	} {
		got, defined := Angle(test.x, test.y)
		if defined != test.defined || math.Abs(got-test.want) > 1e-13*max(1e-9, test.want) {
			t.Errorf("angle of %v and %v: %v, %v; want %v, %v", test.x, test.y, got, defined, test.want, test.defined)
		}
	}
	x, y := []float64{0.3, -1.7, 2.9}, []float64{1.1, 0.4, -0.2}
	want, _ := Angle(x, y)
	for _, factor := range []float64{1e-200, 0.37, 8, 1e200} {
		scaled := slices.Clone(x)
		floats.Scale(factor, scaled)
		if got, _ := Angle(scaled, y); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v times as long: %v degrees, want %v", factor, got, want)
		}
		if got, _ := Angle(y, scaled); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v times as long, second: %v degrees, want %v", factor, got, want)
		}
		floats.Scale(-1, scaled)
		if got, _ := Angle(scaled, y); math.Abs(got-(180-want)) > 1e-12 {
			t.Errorf("%v times as long, turned around: %v degrees, want %v", factor, got, 180-want)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		if got, _ := Angle([]float64{1, bad}, []float64{1, 1}); !math.IsNaN(got) {
			t.Errorf("angle of %v: %v, want NaN", bad, got)
		}
	}
}

// naiveAngles computes what Angles does from the definitions, example by example and
// unit by unit, for layers that are fully connected.
func naiveAngles(n *Network, x Matrix, classes []uint8) (delta, gradient [][3]float64, all, hidden [3]float64) {
	layers := len(n.layers)
	signal := func(i int, weights func(*Units) *Tensor) [][]float64 {
		d := make([][]float64, layers)
		for k := layers - 1; k >= 0; k-- {
			u := n.layers[k].Unit()
			e := row(u.E, i)
			d[k] = make([]float64, len(e))
			for j := range e {
				if k == layers-1 {
					target := 0.0
					if j == int(classes[i]) {
						target = 1
					}
					d[k][j] = target - e[j]
					if n.config.Loss == SquaredError {
						d[k][j] *= e[j] * (1 - e[j])
					}
					continue
				}
				w := weights(n.layers[k+1].Unit()).W
				for o := range d[k+1] {
					d[k][j] += w.Data[o*w.Stride+j] * d[k+1][o]
				}
				if u.Activation == Sigmoid {
					d[k][j] *= e[j] * (1 - e[j])
				} else if e[j] <= 0 {
					d[k][j] = 0
				}
			}
		}
		return d
	}
	arc := func(x, y []float64) float64 {
		lengths := math.Sqrt(floats.Dot(x, x) * floats.Dot(y, y))
		if lengths == 0 {
			return 90
		}
		return math.Acos(max(-1, min(1, floats.Dot(x, y)/lengths))) * 180 / math.Pi
	}
	three := func(own, bp, fa []float64) [3]float64 { return [3]float64{arc(own, bp), arc(own, fa), arc(fa, bp)} }
	delta, gradient = make([][3]float64, layers), make([][3]float64, layers)
	var sums [3][][]float64
	for s := range sums {
		sums[s] = make([][]float64, layers)
		for k := range layers {
			sums[s][k] = make([]float64, len(n.layers[k].Unit().W.W.Data))
		}
	}
	for i := range x.Rows {
		bp := signal(i, func(u *Units) *Tensor { return u.W })
		fa := signal(i, func(u *Units) *Tensor { return u.Y })
		below := row(x, i)
		for k := range layers {
			u := n.layers[k].Unit()
			own := row(u.D, i)
			for a, v := range three(own, bp[k], fa[k]) {
				delta[k][a] += v / float64(x.Rows)
			}
			for s, d := range [][]float64{own, bp[k], fa[k]} {
				for o, v := range d {
					for j, e := range below {
						sums[s][k][o*len(below)+j] += v * e
					}
				}
			}
			below = row(u.E, i)
		}
	}
	for k := range layers {
		gradient[k] = three(sums[0][k], sums[1][k], sums[2][k])
	}
	join := func(s, to int) []float64 { return slices.Concat(sums[s][:to]...) }
	all = three(join(0, layers), join(1, layers), join(2, layers))
	hidden = three(join(0, layers-1), join(1, layers-1), join(2, layers-1))
	return delta, gradient, all, hidden
}

func TestAnglesAgainstDefinition(t *testing.T) {
	for _, rule := range Rules() {
		if rule.Feedbacks()[0] == None {
			continue
		}
		for _, feedback := range rule.Feedbacks() {
			for _, loss := range []Loss{SquaredError, CrossEntropy} {
				for _, activation := range []Activation{Sigmoid, ReLU} {
					t.Run(fmt.Sprint(rule.Name(), feedback, loss, activation), func(t *testing.T) {
						c := exampleConfig(rule)
						c.Feedback, c.Loss, c.Activation = feedback, loss, activation
						n := newNetwork(t, c)
						x, classes := examples(4, 5, 3)
						n.Train(x, classes)
						got := n.Angles(x, classes)
						delta, gradient, all, hidden := naiveAngles(n, x, classes)
						same := func(what string, got, want float64) {
							// The arc cosine of 1 − 2⁻⁵³ is 1e-6 degrees.
							if math.Abs(got-want) > 3e-6 {
								t.Errorf("%s: %v, want %v", what, got, want)
							}
						}
						for k, a := range got.Layers {
							for i, v := range []float64{a.Delta, a.DeltaFA, a.DeltaFABP} {
								same(fmt.Sprint("delta of layer ", k, i), v, delta[k][i])
							}
							for i, v := range []float64{a.Gradient, a.GradientFA, a.GradientFABP} {
								same(fmt.Sprint("gradient of layer ", k, i), v, gradient[k][i])
							}
						}
						for i, v := range []float64{got.All.Gradient, got.All.GradientFA, got.All.GradientFABP} {
							same(fmt.Sprint("all layers ", i), v, all[i])
						}
						for i, v := range []float64{got.Hidden.Gradient, got.Hidden.GradientFA, got.Hidden.GradientFABP} {
							same(fmt.Sprint("hidden layers ", i), v, hidden[i])
						}
					})
				}
			}
		}
	}
}

// More examples than a batch are measured in batches, the last of them smaller.
func TestAnglesInBatches(t *testing.T) {
	n := newNetwork(t, exampleConfig(DefaultBurstprop()))
	x, classes := examples(6, 5, 3)
	got := n.Angles(x, classes)
	rest := x
	rest.Rows, rest.Data = 2, x.Data[4*5:]
	a, b := n.Angles(first(x, 4), classes[:4]), n.Angles(rest, classes[4:])
	for k, l := range got.Layers {
		for what, pair := range map[string][2]float64{
			"delta, mean over examples":   {l.Delta, (4*a.Layers[k].Delta + 2*b.Layers[k].Delta) / 6},
			"gradient, mean over batches": {l.Gradient, (a.Layers[k].Gradient + b.Layers[k].Gradient) / 2},
			"symmetry, one":               {l.Symmetry, a.Layers[k].Symmetry},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 && !(math.IsNaN(pair[0]) && math.IsNaN(pair[1])) {
				t.Errorf("layer %d, %s: %v, want %v", k, what, pair[0], pair[1])
			}
		}
	}
	if got.Examples != 6 {
		t.Errorf("%d examples, want 6", got.Examples)
	}
}

func TestMeanAngles(t *testing.T) {
	n := newNetwork(t, exampleConfig(DefaultNodePerturbation()))
	x, classes := examples(8, 5, 3)
	a, b := n.Angles(first(x, 4), classes), n.Angles(span(x, 4, 8), classes[4:])
	a.Layers[0].Degenerate = 2
	m := MeanAngles([]NetworkAngles{a, b})
	if got, want := m.Layers[1].Delta, (a.Layers[1].Delta+b.Layers[1].Delta)/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean of %v and %v: %v", a.Layers[1].Delta, b.Layers[1].Delta, got)
	}
	if got, want := m.All.Gradient, (a.All.Gradient+b.All.Gradient)/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean of all layers: %v, want %v", got, want)
	}
	if m.Examples != 8 || m.Layers[0].Degenerate != 2 || !math.IsNaN(m.Layers[0].Symmetry) || len(m.Layers) != 3 {
		t.Errorf("%+v; want sums of 8 examples and 2 degenerate, and no symmetry", m)
	}
	if m := MeanAngles(nil); m.Examples != 0 || m.Layers != nil {
		t.Errorf("no measurements: %+v", m)
	}
}

// What is known beforehand: backpropagation has angles of 0 to itself, feedback
// alignment to itself; mirrored weights turn a single layer's signal around; and
// independent weights are at 90 degrees, in 784 × 100 weights within 5 standard
// deviations of a cosine, 1/√78400.
func TestAnglesInClosedForm(t *testing.T) {
	x, classes := examples(4, 5, 3)
	for feedback, of := range map[Feedback]func(Angles) []float64{
		Tied: func(a Angles) []float64 {
			return []float64{a.Delta, a.DeltaFA, a.DeltaFABP, a.Gradient, a.GradientFA, a.GradientFABP}
		},
		Random: func(a Angles) []float64 { return []float64{a.DeltaFA, a.GradientFA} },
	} {
		c := exampleConfig(DefaultBackprop())
		c.Feedback = feedback
		for k, a := range newNetwork(t, c).Angles(x, classes).Layers {
			for i, v := range of(a) {
				if v != 0 {
					t.Errorf("%s, layer %d: angle %d is %v, want 0", feedback, k, i, v)
				}
			}
			if a.Degenerate != 0 || feedback == Tied && k < 2 && a.Symmetry != 0 {
				t.Errorf("%s, layer %d: %+v", feedback, k, a)
			}
		}
	}
	c := exampleConfig(DefaultBackprop())
	c.Feedback, c.Hidden = Random, []Hidden{{Units: 7}}
	n := newNetwork(t, c)
	top := n.layers[1].Unit()
	blas64.Scal(0, blas64.Vector{N: len(top.Y.W.Data), Inc: 1, Data: top.Y.W.Data})
	floats.AddScaled(top.Y.W.Data, -2, top.W.W.Data)
	a := n.Angles(x, classes)
	for _, v := range []float64{a.Layers[0].Delta, a.Layers[0].Gradient, a.Layers[0].Symmetry, a.Hidden.Gradient, a.Layers[0].GradientFABP} {
		if math.Abs(v-180) > 1e-12 {
			t.Errorf("feedback of −2 W: %+v, want 180 degrees", a.Layers[0])
		}
	}
	c = exampleConfig(DefaultBackprop())
	c.Input, c.Hidden, c.Feedback = Flat(5), []Hidden{{Units: 784}, {Units: 100}}, Random
	if v := newNetwork(t, c).Angles(x, classes).Layers[0].Symmetry; math.Abs(v-90) > 5*180/math.Pi/math.Sqrt(78400) {
		t.Errorf("independent weights are at %v degrees, want 90", v)
	}
}

// Convolutions are measured as they learn: through one Connection, one weight a kernel's
// element however many units have it. Tied BurstCCN is within a fifth of a degree of
// backpropagation (0.15 is the most here), and feedback alignment is itself.
func TestAnglesOfConvolutions(t *testing.T) {
	x, classes := examples(4, 2*6*6, 3)
	c := exampleConfig(DefaultBurstCCN())
	c.Input, c.Hidden = Shape{Channels: 2, Height: 6, Width: 6}, []Hidden{{Channels: 3, Kernel: 3, Stride: 2, Padding: 1}, {Channels: 4, Kernel: 2, Stride: 1}, {Units: 6}}
	c.Feedback = Tied
	for k, a := range newNetwork(t, c).Angles(x, classes).Layers {
		t.Logf("layer %d: signals %v, changes %v degrees", k, a.Delta, a.Gradient)
		if !(a.Delta < 0.2 && a.Gradient < 0.2) || a.Degenerate != 0 {
			t.Errorf("tied, layer %d: %+v, want below 0.2 degrees", k, a)
		}
	}
	c.Rule, c.Feedback = DefaultBackprop(), Random
	for k, a := range newNetwork(t, c).Angles(x, classes).Layers {
		if a.DeltaFA != 0 || a.GradientFA != 0 || k < 3 && !(a.Symmetry > 45 && a.Delta > 10) {
			t.Errorf("feedback alignment, layer %d: %+v, want 0 to itself", k, a)
		}
	}
}

// Zero feedback leaves hidden signals without a direction; rules without feedback have
// no angle to feedback alignment.
func TestAnglesThatAreNot(t *testing.T) {
	x, classes := examples(4, 5, 3)
	c := exampleConfig(DefaultBackprop())
	c.Feedback = Zero
	a := newNetwork(t, c).Angles(x, classes).Layers[0]
	// Three angles of each of 4 examples, three of the batch, one of the weights.
	if a.Delta != 90 || a.Gradient != 90 || a.DeltaFA != 90 || a.Symmetry != 90 || a.Degenerate != 16 {
		t.Errorf("zero feedback: %+v, want 90 degrees and 16 without direction", a)
	}
	a = newNetwork(t, exampleConfig(DefaultNodePerturbation())).Angles(x, classes).Layers[0]
	for _, v := range []float64{a.DeltaFA, a.DeltaFABP, a.GradientFA, a.GradientFABP, a.Symmetry, a.Cancelling} {
		if !math.IsNaN(v) {
			t.Errorf("without feedback: %+v, want NaN for what needs it", a)
			break
		}
	}
	c.Hidden = nil
	if h := newNetwork(t, c).Angles(x, classes).Hidden.Gradient; !math.IsNaN(h) {
		t.Errorf("no hidden layers, and their angle is %v, want NaN", h)
	}
	r := DefaultBurstCCN()
	c = exampleConfig(r)
	for feedback, defined := range map[Feedback]bool{Random: false, LearnedQ: true} {
		c.Feedback = feedback
		if v := newNetwork(t, c).Angles(x, classes).Layers[0].Cancelling; math.IsNaN(v) == defined {
			t.Errorf("%s: angle of Y and Q is %v, defined: want %v", feedback, v, defined)
		}
	}
}

// Measuring does not teach, and its bits do not depend on the workers.
func TestAnglesChangeNothing(t *testing.T) {
	for _, rule := range Rules() {
		var want NetworkAngles
		for workers := 1; workers <= 3; workers++ {
			c := exampleConfig(rule)
			c.Workers = workers
			n := newNetwork(t, c)
			x, classes := examples(7, 5, 3)
			var before [][]float64
			for _, l := range n.layers {
				for _, w := range l.Tensors() {
					before = append(before, slices.Clone(w.W.Data), slices.Clone(w.V.Data))
				}
			}
			got := n.Angles(x, classes)
			for _, l := range n.layers {
				for _, w := range l.Tensors() {
					if !slices.Equal(w.W.Data, before[0]) || !slices.Equal(w.V.Data, before[1]) {
						t.Errorf("%s: measuring changed the %s", rule.Name(), w.Name)
					}
					before = before[2:]
				}
			}
			if workers == 1 {
				want = got
			} else if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %d workers measure %v, one %v", rule.Name(), workers, got, want)
			}
		}
	}
}
