package rate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/blas"
)

// shallowCase is a network with weights, biases, gates and a batch with targets, drawn.
type shallowCase struct {
	net     *Shallow
	w, x, t Matrix
}

func newShallowCase(units, rows int, gated bool, workers int) shallowCase {
	stream := rng.Source{}.Stream(1)
	draw := func(rows, cols int) Matrix {
		m := newMatrix(rows, cols)
		for i := range m.Data {
			m.Data[i] = 2*stream.Float64() - 1
		}
		return m
	}
	const inputs, outputs = 5, 3
	c := shallowCase{w: draw(units, inputs), x: draw(rows, inputs), t: draw(rows, outputs)}
	c.net = NewShallow(matmul.NewTeam(workers), draw(outputs, units), rows+2)
	copy(c.net.B, draw(1, units).Data)
	if gated {
		c.net.Gates = draw(1, units).Data
	}
	return c
}

// loss is ½ Σ (y − t)², and with d its gradient by y.
func (c *shallowCase) loss(d *Matrix) (sum float64) {
	c.net.team.Mul(blas.NoTrans, blas.Trans, c.x, c.w, 0, c.net.Drive(c.x.Rows))
	y := c.net.Forward()
	for i, v := range y.Data {
		sum += (v - c.t.Data[i]) * (v - c.t.Data[i]) / 2
		if d != nil {
			d.Data[i] = v - c.t.Data[i]
		}
	}
	return sum
}

// The outputs are those of the equations, unit by unit.
func TestShallowFollowsItsEquations(t *testing.T) {
	for _, gated := range []bool{false, true} {
		c := newShallowCase(7, 4, gated, 1)
		c.loss(nil)
		y := c.net.Forward // of what is rectified already: filled again below
		c.net.team.Mul(blas.NoTrans, blas.Trans, c.x, c.w, 0, c.net.Drive(c.x.Rows))
		got := y()
		for i := range c.x.Rows {
			for k := range c.net.V.Rows {
				want := 0.0
				for j := range c.net.B {
					z := c.net.B[j]
					for n := range c.x.Cols {
						z += c.w.Data[j*c.w.Stride+n] * c.x.Data[i*c.x.Stride+n]
					}
					h := math.Max(0, z)
					if gated {
						h *= c.net.Gates[j]
					}
					want += c.net.V.Data[k*c.net.V.Stride+j] * h
				}
				if v := got.Data[i*got.Stride+k]; math.Abs(v-want) > 1e-14 {
					t.Errorf("gated %v: y[%d,%d] = %v, want %v", gated, i, k, v, want)
				}
			}
		}
	}
}

// Every gradient is that of central differences, to 1e-7 of the greatest: no drive is
// so near to its kink that a step of 1e-6 crosses it.
func TestShallowGradients(t *testing.T) {
	for _, gated := range []bool{false, true} {
		c := newShallowCase(9, 6, gated, 1)
		d := newMatrix(c.x.Rows, c.net.V.Rows)
		c.loss(&d)
		gv, gw := newMatrix(c.net.V.Rows, c.net.V.Cols), newMatrix(c.w.Rows, c.w.Cols)
		gb, gg := make([]float64, len(c.net.B)), make([]float64, len(c.net.B))
		c.net.ReadoutGradient(d, gv)
		c.net.Backward(d)
		c.net.BiasGradient(gb)
		c.net.GateGradient(gg)
		c.net.WeightGradient(c.x, gw)
		compare := func(what string, x, gradient []float64) {
			greatest := math.Max(slices.Max(gradient), -slices.Min(gradient))
			for i := range x {
				const step = 1e-6
				old := x[i]
				x[i] = old + step
				up := c.loss(nil)
				x[i] = old - step
				down := c.loss(nil)
				x[i] = old
				if numeric := (up - down) / (2 * step); !(math.Abs(numeric-gradient[i]) <= 1e-7*greatest) {
					t.Errorf("gated %v: ∂L/∂%s[%d] = %v, by differences %v", gated, what, i, gradient[i], numeric)
				}
			}
		}
		compare("b", c.net.B, gb)
		compare("V", c.net.V.Data, gv.Data)
		compare("W", c.w.Data, gw.Data)
		if gated {
			compare("g", c.net.Gates, gg)
		}
	}
}

// A drive that is no number makes the output and the gradient none, whatever its sign bit.
func TestShallowKeepsNaN(t *testing.T) {
	for _, sign := range []float64{1, -1} {
		c := newShallowCase(3, 1, false, 1)
		copy(c.net.Drive(1).Data, []float64{1, math.Copysign(math.NaN(), sign), -1})
		y, g := c.net.Forward(), make([]float64, 3)
		c.net.Backward(y)
		c.net.BiasGradient(g)
		if !math.IsNaN(y.Data[0]) || !math.IsNaN(g[1]) {
			t.Errorf("sign %v: output %v and gradient %v of a drive of NaN", sign, y.Data[0], g[1])
		}
		c.net.team.Close()
	}
}

// A gate of 0 and a bias far below 0 are the same network: masking is a case of biases.
func TestShallowMaskIsBias(t *testing.T) {
	c := newShallowCase(40, 8, true, 1)
	Gates(slices.Clone(c.net.Gates), c.net.Gates) // drawn scores
	c.loss(nil)
	masked := slices.Clone(first(c.net.output, c.x.Rows).Data)
	for j, g := range c.net.Gates {
		if g == 0 {
			c.net.B[j] = -1e6
		}
	}
	c.net.Gates = nil
	c.loss(nil)
	for i, v := range first(c.net.output, c.x.Rows).Data {
		if v != masked[i] {
			t.Errorf("output %d is %v with biases, %v with gates", i, v, masked[i])
		}
	}
}

// The gradient of the straight-through estimator is that of gates σ(s).
func TestScoreGradient(t *testing.T) {
	scores := []float64{-3, -0.1, 0, 0.1, 2}
	gradient, room, gates := []float64{1, 2, 3, 4, 5}, make([]float64, 5), make([]float64, 5)
	ScoreGradient(scores, gradient, room)
	sigmoid := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	for i, s := range scores {
		want := float64(i+1) * (sigmoid(s+1e-5) - sigmoid(s-1e-5)) / 2e-5
		if math.Abs(gradient[i]-want) > 1e-9 {
			t.Errorf("score %v: %v, want %v", s, gradient[i], want)
		}
	}
	if Gates(scores, gates); !slices.Equal(gates, []float64{0, 0, 0, 1, 1}) {
		t.Errorf("gates %v of scores %v", gates, scores)
	}
}

// The gradient of the mean loss over a batch is that of central differences.
func TestLossGradient(t *testing.T) {
	for _, loss := range []Loss{CrossEntropy, SquaredError} {
		z := newMatrix(2, 3)
		copy(z.Data, []float64{0.3, -1, 2, 0.5, 0.1, -0.7})
		classes, d := []uint8{2, 1}, newMatrix(2, 3)
		of := func(d Matrix) float64 {
			y := Matrix{Rows: 2, Cols: 3, Stride: 3, Data: slices.Clone(z.Data)}
			sum, wrong := loss.Gradient(y, classes, d)
			if wrong != 1 {
				t.Errorf("%s: %d wrong, want the second", loss, wrong)
			}
			return sum / 2
		}
		of(d)
		for i, old := range z.Data {
			z.Data[i] = old + 1e-5
			up := of(newMatrix(2, 3))
			z.Data[i] = old - 1e-5
			down := of(newMatrix(2, 3))
			z.Data[i] = old
			if numeric := (up - down) / 2e-5; math.Abs(numeric-d.Data[i]) > 1e-9 {
				t.Errorf("%s: gradient %v, by differences %v", loss, d.Data[i], numeric)
			}
		}
	}
}

// The bits do not depend on workers, nor on room; and nothing is allocated in a batch.
func TestShallowBitsAndAllocations(t *testing.T) {
	var want []float64
	for _, workers := range []int{1, 3} {
		c := newShallowCase(3000, 64, false, workers)
		d, g := newMatrix(64, 3), make([]float64, 3000)
		step := func() {
			c.loss(&d)
			c.net.Backward(d)
			c.net.BiasGradient(g)
		}
		step()
		if want == nil {
			want = slices.Clone(g)
		} else if !slices.Equal(g, want) {
			t.Errorf("%d workers give other gradients", workers)
		}
		if n := testing.AllocsPerRun(5, step); n != 0 {
			t.Errorf("%d workers: %v allocations in a batch", workers, n)
		}
		c.net.team.Close()
	}
}

// What is drawn of a unit does not depend on how many there are.
func TestNarrowShallowNetworksAreTheFirstUnits(t *testing.T) {
	wide, narrow := DrawShallow(3, 0, 20, 6, 4, 0.1, 0.1), DrawShallow(3, 0, 7, 6, 4, 0.1, 0.1)
	if !slices.Equal(wide.First(7).Clone().V.Data, narrow.V.Data) || !slices.Equal(wide.First(7).W.Data, narrow.W.Data) {
		t.Error("the first 7 of 20 units are not those of 7")
	}
	for _, x := range slices.Concat(wide.W.Data, wide.V.Data) {
		if !(math.Abs(x) <= 0.1) {
			t.Errorf("weight %v, want -0.1 to 0.1", x)
		}
	}
	if wide.First(7).Hash() != narrow.Hash() {
		t.Error("the first 7 of 20 units have another hash than those of 7")
	}
	before := wide.Hash()
	wide.V.Data[13] = math.Nextafter(wide.V.Data[13], 1)
	if wide.Hash() == before {
		t.Error("a bit of V does not change the hash")
	}
}

func BenchmarkShallowBiases(b *testing.B) {
	for _, units := range []int{100, 800, 3200} {
		b.Run(fmt.Sprint(units), func(b *testing.B) {
			team := matmul.NewTeam(1)
			defer team.Close()
			s := NewShallow(team, newMatrix(10, units), 50)
			d, g, adam := newMatrix(50, 10), make([]float64, units), NewAdam(0.01, units)
			for b.Loop() {
				s.Drive(50)
				s.Forward()
				s.Backward(d)
				s.BiasGradient(g)
				adam.Step(s.B, g)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50, "ns/example")
		})
	}
}
