package rate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/matmul"
)

// naiveConvolution is a convolution as its equation says, unit by unit.
type naiveConvolution struct {
	from, to                Shape
	kernel, stride, padding int
}

// each calls f for every weight w[c,r] by which unit y of To sees unit x of From.
// Columns r of the weights ascend.
func (n naiveConvolution) each(f func(c, r, x, y int)) {
	for c := range n.to.Channels {
		for i := range n.to.Height {
			for j := range n.to.Width {
				r := 0
				for k := range n.from.Channels {
					for u := range n.kernel {
						for v := range n.kernel {
							h, w := i*n.stride+u-n.padding, j*n.stride+v-n.padding
							if h >= 0 && h < n.from.Height && w >= 0 && w < n.from.Width {
								f(c, r, (k*n.from.Height+h)*n.from.Width+w, (c*n.to.Height+i)*n.to.Width+j)
							}
							r++
						}
					}
				}
			}
		}
	}
}

func (n naiveConvolution) apply(w, x, y Matrix) {
	clear(y.Data)
	for e := range x.Rows {
		n.each(func(c, r, from, to int) {
			row(y, e)[to] = math.FMA(row(w, c)[r], row(x, e)[from], row(y, e)[to])
		})
	}
}

func (n naiveConvolution) transpose(w, y, x Matrix) {
	clear(x.Data)
	for e := range x.Rows {
		n.each(func(c, r, from, to int) { row(x, e)[from] += row(w, c)[r] * row(y, e)[to] })
	}
}

func (n naiveConvolution) outer(d, x Matrix, beta float64, g Matrix) {
	for i := range g.Data {
		g.Data[i] *= beta
	}
	for e := range x.Rows {
		n.each(func(c, r, from, to int) {
			row(g, c)[r] = math.FMA(row(d, e)[to], row(x, e)[from], row(g, c)[r])
		})
	}
}

// randomConvolution draws shapes of which some take several groups of examples.
func randomConvolution(r *rand.Rand) (*Convolution, naiveConvolution) {
	for {
		from := Shape{1 + r.IntN(4), 1 + r.IntN(12), 1 + r.IntN(12)}
		h := Hidden{Channels: 1 + r.IntN(5), Kernel: 1 + r.IntN(5), Stride: 1 + r.IntN(3)}
		h.Padding = r.IntN(h.Kernel)
		to, err := h.over(from)
		if err != nil {
			continue
		}
		c := NewConvolution(from, h)
		c.group = min(c.group, 1+r.IntN(4))
		return c, naiveConvolution{from, to, h.Kernel, h.Stride, h.Padding}
	}
}

func normal(r *rand.Rand, rows, cols int) Matrix {
	m := newMatrix(rows, cols)
	for i := range m.Data {
		m.Data[i] = r.NormFloat64()
	}
	return m
}

// Apply and Outer are one chain of fused multiply-adds in the order of the equation, and
// agree with it in every bit. Transpose sums channels first; its error is of the order
// of an ulp of each of at most 5·5·5 summands.
func TestConvolutionIsItsEquation(t *testing.T) {
	const tolerance = 1e-12
	r := rand.New(rand.NewPCG(7, 1))
	for _, workers := range []int{1, 2, 3} {
		team := matmul.NewTeam(workers)
		defer team.Close()
		for range 100 {
			c, naive := randomConvolution(r)
			rows, cols := c.Weights()
			if c.Out() != naive.to || rows != naive.to.Channels || cols != naive.from.Channels*naive.kernel*naive.kernel {
				t.Fatalf("%v: Out %v, weights %d × %d", naive, c.Out(), rows, cols)
			}
			n := 1 + r.IntN(9)
			w, x, y := normal(r, rows, cols), normal(r, n, c.In().Units()), normal(r, n, c.Out().Units())
			got, want := normal(r, n, c.Out().Units()), newMatrix(n, c.Out().Units())
			c.Apply(team, w, x, got)
			naive.apply(w, x, want)
			if !slices.Equal(got.Data, want.Data) {
				t.Fatalf("%v, %d examples: Apply differs from its equation", naive, n)
			}
			got, want = normal(r, n, c.In().Units()), newMatrix(n, c.In().Units())
			c.Transpose(team, w, y, got)
			naive.transpose(w, y, want)
			for i := range want.Data {
				if math.Abs(got.Data[i]-want.Data[i]) > tolerance {
					t.Fatalf("%v, %d examples: Transpose gives %v for unit %d, want %v", naive, n, got.Data[i], i, want.Data[i])
				}
			}
			for _, beta := range []float64{0, 1, 0.9} {
				got := normal(r, rows, cols)
				want := Matrix{Rows: rows, Cols: cols, Stride: cols, Data: slices.Clone(got.Data)}
				c.Outer(team, y, x, beta, got)
				naive.outer(y, x, beta, want)
				if !slices.Equal(got.Data, want.Data) {
					t.Fatalf("%v, %d examples, beta %v: Outer differs from its equation", naive, n, beta)
				}
			}
		}
	}
}

// ⟨W x, y⟩ = ⟨x, Wᵀ y⟩ = ⟨W, y xᵀ⟩: the three products are of one map.
func TestConvolutionIsAdjoint(t *testing.T) {
	team := matmul.NewTeam(2)
	defer team.Close()
	r := rand.New(rand.NewPCG(7, 2))
	dot := func(a, b []float64) (s float64) {
		for i, v := range a {
			s += v * b[i]
		}
		return s
	}
	for range 50 {
		c, naive := randomConvolution(r)
		rows, cols := c.Weights()
		const n = 3
		w, x, y := normal(r, rows, cols), normal(r, n, c.In().Units()), normal(r, n, c.Out().Units())
		wx, wty, yx := newMatrix(n, c.Out().Units()), newMatrix(n, c.In().Units()), newMatrix(rows, cols)
		c.Apply(team, w, x, wx)
		c.Transpose(team, w, y, wty)
		c.Outer(team, y, x, 0, yx)
		forward, back, outer := dot(wx.Data, y.Data), dot(x.Data, wty.Data), dot(w.Data, yx.Data)
		// 1e-10 is far above what rounding gives for sums of some 10⁵ products of order 1.
		if math.Abs(forward-back) > 1e-10 || math.Abs(forward-outer) > 1e-10 {
			t.Errorf("%v: ⟨W x, y⟩ = %v, ⟨x, Wᵀ y⟩ = %v, ⟨W, y xᵀ⟩ = %v", naive, forward, back, outer)
		}
	}
}

// A kernel of 1 × 1 over planes of 1 × 1, or one as large as the plane, is Dense.
func TestConvolutionOfWholePlanesIsDense(t *testing.T) {
	team := matmul.NewTeam(1)
	defer team.Close()
	r := rand.New(rand.NewPCG(7, 3))
	for _, from := range []Shape{Flat(9), {2, 4, 4}} {
		c := NewConvolution(from, Hidden{Channels: 6, Kernel: from.Height, Stride: 1})
		dense := Dense{From: from, To: Flat(6)}
		w, x := normal(r, 6, from.Units()), normal(r, 5, from.Units())
		got, want := newMatrix(5, 6), newMatrix(5, 6)
		c.Apply(team, w, x, got)
		dense.Apply(team, w, x, want)
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("%v: a kernel over the whole plane differs from Dense", from)
		}
		if ci, co := c.Fan(); ci != from.Units() || co != 6*from.Height*from.Width {
			t.Errorf("%v: Fan is %d, %d", from, ci, co)
		}
	}
}

// convolutionConfig has two convolutions, one with padding, below a layer of units.
func convolutionConfig(rule Rule) Config {
	c := exampleConfig(rule)
	c.Input = Shape{2, 7, 6}
	c.Hidden = []Hidden{{Channels: 3, Kernel: 3, Stride: 2, Padding: 1}, {Channels: 4, Kernel: 2, Stride: 1}, {Units: 6}}
	return c
}

func TestConvolutionalBackpropIsTheGradient(t *testing.T) {
	for _, loss := range []Loss{SquaredError, CrossEntropy} {
		for _, activation := range []Activation{Sigmoid, ReLU} {
			t.Run(fmt.Sprint(loss, activation), func(t *testing.T) {
				c := convolutionConfig(DefaultBackprop())
				c.Loss, c.Activation = loss, activation
				checkGradient(t, c)
			})
		}
	}
}

// Biases of a channel are changed by the sum over its plane.
func TestBiasOfAChannel(t *testing.T) {
	const step, tolerance = 1e-5, 1e-8
	n := newNetwork(t, convolutionConfig(DefaultBackprop()))
	x, classes := examples(4, n.config.Input.Units(), 3)
	n.Assign(x, classes)
	u := n.Layers()[0].Unit()
	g := make([]float64, u.Conn.Out().Channels)
	addRows(first(u.D, x.Rows), u.Conn.Out(), 0, g)
	for i, got := range g {
		u.C.W.Data[i] = step
		above, _ := n.Test(x, classes)
		u.C.W.Data[i] = -step
		below, _ := n.Test(x, classes)
		u.C.W.Data[i] = 0
		if want := -(above - below) / (2 * step); math.Abs(got-want) > tolerance {
			t.Errorf("channel %d: Σ d = %v, −∂L/∂c = %v", i, got, want)
		}
	}
}

// The same bits for any number of workers; nothing allocated; for all rules that have
// convolutions.
func TestConvolutionalNetworks(t *testing.T) {
	for _, rule := range Rules() {
		for _, feedback := range rule.Feedbacks() {
			t.Run(fmt.Sprint(rule.Name(), feedback), func(t *testing.T) {
				var want []float64
				for _, workers := range []int{1, 2, 3} {
					c := convolutionConfig(rule)
					c.Workers, c.Feedback = workers, feedback
					n := newNetwork(t, c)
					x, classes := examples(4, c.Input.Units(), 3)
					for range 5 {
						n.Train(x, classes)
						n.Train(first(x, 3), classes[:3])
					}
					if a := testing.AllocsPerRun(5, func() { n.Train(x, classes) }); a > 0 {
						t.Errorf("%d workers: %v allocations for a batch, want none", workers, a)
					}
					var got []float64
					for _, l := range n.Layers() {
						for _, tensor := range l.Tensors() {
							got = append(got, tensor.W.Data...)
						}
					}
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%d workers: other weights than with 1", workers)
					}
				}
			})
		}
	}
}

// Backpropagation through tied weights is the truth that angles are taken to, and
// feedback that teaches nothing is at 90°, through convolutions too.
func TestConvolutionalAngles(t *testing.T) {
	for feedback, want := range map[Feedback]float64{Tied: 0, Zero: 90} {
		c := convolutionConfig(DefaultBackprop())
		c.Feedback = feedback
		n := newNetwork(t, c)
		x, classes := examples(4, c.Input.Units(), 3)
		for k, a := range n.Angles(x, classes).Layers[:len(c.Hidden)] {
			// A cosine within an ulp of 1 is an angle of up to 1e-6 degrees.
			if math.Abs(a.Delta-want) > 1e-5 || math.Abs(a.Gradient-want) > 1e-5 {
				t.Errorf("%s feedback, layer %d: angles %v and %v, want %v", feedback, k, a.Delta, a.Gradient, want)
			}
		}
	}
}

// The layer sizes of Payeur et al. 2021 for CIFAR-10, through a fully connected layer
// of 2304 inputs.
func TestShapesOfPublishedNetworks(t *testing.T) {
	for _, test := range []struct {
		input  Shape
		layers string
		want   string
	}{
		{Shape{3, 32, 32}, "64@5/2,128@5/2,256@3,1024", "[64×14×14 128×5×5 256×3×3 1024]"},
		{Shape{3, 32, 32}, "64@5/2,256@5/2,256@3,1480", "[64×14×14 256×5×5 256×3×3 1480]"},
		{Shape{1, 28, 28}, "8@4/2,16@3/2,500,500", "[8×13×13 16×6×6 500 500]"},
		{Shape{1, 28, 28}, "8@3+1", "[8×28×28]"},
	} {
		hidden, err := ParseHidden(test.layers)
		if err != nil {
			t.Fatal(err)
		}
		shapes, err := Shapes(test.input, hidden)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(shapes[1:]); got != test.want {
			t.Errorf("%s: %s, want %s", test.layers, got, test.want)
		}
	}
}
