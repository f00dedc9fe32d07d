package rate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
)

// small makes a network with weights drawn, and a start, inputs and noise for its steps.
func small(c RecurrentConfig, workers int) (n *Recurrent, start Matrix, input, noise []Matrix) {
	if err := c.Validate(); err != nil {
		panic(err)
	}
	stream := rng.Source{}.Stream(0)
	draw := func(width float64, data []float64) {
		for i := range data {
			data[i] = width * (2*stream.Float64() - 1)
		}
	}
	n = NewRecurrent(c, matmul.NewTeam(workers))
	draw(1.5/math.Sqrt(float64(c.Units)), n.W.Data)
	draw(1, n.U.Data)
	draw(0.5, n.B)
	start = newMatrix(c.Rows, c.Units)
	draw(1, start.Data)
	for range c.Steps {
		x, e := newMatrix(c.Rows, c.Inputs), newMatrix(c.Rows, c.Units)
		draw(1, x.Data)
		draw(0.1, e.Data)
		input, noise = append(input, x), append(noise, e)
	}
	return n, start, input, noise
}

// loss is ½ Σ over all steps, trials and units of (r_t − 0.3)²; with gradients, if asked.
func loss(n *Recurrent, start Matrix, input, noise []Matrix, gradients bool) (sum float64, state Matrix, inputs []Matrix) {
	n.Start(start)
	for t := range input {
		for _, r := range n.Step(input[t], noise[t]).Data {
			sum += (r - 0.3) * (r - 0.3) / 2
		}
	}
	if !gradients {
		return sum, Matrix{}, nil
	}
	g := newMatrix(start.Rows, start.Cols)
	inputs = make([]Matrix, len(input))
	for t := len(input) - 1; t >= 0; t-- {
		for i, r := range n.Rates(t + 1).Data {
			g.Data[i] += r - 0.3
		}
		s, x := n.Back(t, g)
		copy(g.Data, s.Data)
		x.Data = slices.Clone(x.Data)
		inputs[t] = x
	}
	n.Gradients()
	return sum, g, inputs
}

func TestRecurrentGradients(t *testing.T) {
	for _, activation := range []Activation{Sigmoid, ReLU, Tanh, Linear} {
		for _, leak := range []float64{0.2, 1} {
			t.Run(fmt.Sprint(activation, " leak ", leak), func(t *testing.T) {
				n, start, input, noise := small(RecurrentConfig{Units: 6, Inputs: 3, Leak: leak, Activation: activation,
					Steps: 7, Rows: 4, LearnW: true, LearnU: true, LearnB: true}, 1)
				_, state, inputs := loss(n, start, input, noise, true)
				x0, x5 := inputs[0].Data, inputs[5].Data
				for _, v := range []struct {
					name        string
					x, gradient []float64
				}{
					{"W", n.W.Data, slices.Clone(n.GW.Data)}, {"U", n.U.Data, slices.Clone(n.GU.Data)},
					{"b", n.B, slices.Clone(n.GB)}, {"r_0", start.Data, state.Data},
					{"x_0", input[0].Data, x0}, {"x_5", input[5].Data, x5},
				} {
					for i := range v.x {
						const h = 1e-5
						was := v.x[i]
						v.x[i] = was + h
						up, _, _ := loss(n, start, input, noise, false)
						v.x[i] = was - h
						down, _, _ := loss(n, start, input, noise, false)
						v.x[i] = was
						// The error of central differences: h² of the third derivative, and rounding/h.
						if want := (up - down) / (2 * h); math.Abs(v.gradient[i]-want) > 1e-7*(1+math.Abs(want)) {
							t.Errorf("∂L/∂%s[%d] = %v, finite differences %v", v.name, i, v.gradient[i], want)
						}
					}
				}
			})
		}
	}
}

// TestRecurrentNaive computes steps as the equation says, one unit after the other.
func TestRecurrentNaive(t *testing.T) {
	n, start, input, noise := small(RecurrentConfig{Units: 5, Inputs: 2, Leak: 0.3, Activation: Tanh, Steps: 9, Rows: 3}, 1)
	n.Start(start)
	want := slices.Clone(start.Data)
	for s := range input {
		before := slices.Clone(want)
		for k := range 3 {
			for i := range 5 {
				sum := n.B[i]
				for j := range 5 {
					sum += n.W.Data[i*5+j] * before[k*5+j]
				}
				for j := range 2 {
					sum += n.U.Data[i*2+j] * input[s].Data[k*2+j]
				}
				want[k*5+i] = math.Tanh(0.7*before[k*5+i] + 0.3*sum + noise[s].Data[k*5+i])
			}
		}
		for i, got := range n.Step(input[s], noise[s]).Data {
			if math.Abs(got-want[i]) > 1e-14 {
				t.Fatalf("step %d, rate %d: %v, want %v", s, i, got, want[i])
			}
		}
	}
}

// TestRecurrentJacobian holds the Jacobian to finite differences of a step.
func TestRecurrentJacobian(t *testing.T) {
	for _, activation := range []Activation{Sigmoid, ReLU, Tanh, Linear} {
		n, start, _, _ := small(RecurrentConfig{Units: 6, Leak: 0.4, Activation: activation, Steps: 1, Rows: 1}, 1)
		step := func() []float64 {
			n.Start(start)
			return slices.Clone(n.Step(Matrix{}, Matrix{}).Data)
		}
		jacobian := newMatrix(6, 6)
		n.Jacobian(jacobian, step())
		for j := range 6 {
			const h = 1e-6
			was := start.Data[j]
			start.Data[j] = was + h
			up := step()
			start.Data[j] = was - h
			down := step()
			start.Data[j] = was
			for i := range 6 {
				if want := (up[i] - down[i]) / (2 * h); math.Abs(row(jacobian, i)[j]-want) > 1e-9 {
					t.Errorf("%s: ∂r[%d]/∂r[%d] = %v, finite differences %v", activation, i, j, row(jacobian, i)[j], want)
				}
			}
		}
	}
}

// TestRecurrentSameBits: of many trials, and of one, whose products are cut otherwise.
func TestRecurrentSameBits(t *testing.T) {
	for _, rows := range []int{30, 1} {
		c := RecurrentConfig{Units: 150, Inputs: 7, Leak: 0.2, Activation: ReLU, Steps: 12, Rows: rows, LearnW: true, LearnU: true, LearnB: true}
		var want []float64
		for workers := 1; workers <= 3; workers++ {
			n, start, input, noise := small(c, workers)
			_, state, _ := loss(n, start, input, noise, true)
			got := slices.Concat(n.GW.Data, n.GU.Data, n.GB, state.Data)
			if workers == 1 {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%d trials: %d workers compute other bits than one", rows, workers)
			}
			n.team.Close()
		}
	}
}

// TestRecurrentFewTrials: a network with room for few trials and many steps, which keeps
// Wᵀ, computes the bits of one that does not; also after W has changed.
func TestRecurrentFewTrials(t *testing.T) {
	c := RecurrentConfig{Units: 70, Inputs: 3, Leak: 0.5, Activation: Tanh, Steps: manySteps, Rows: 2, LearnW: true, LearnB: true}
	few, start, input, noise := small(c, 1)
	c.Rows = fewTrials + 1
	many, _, _, _ := small(c, 1)
	if few.wt.Data == nil || many.wt.Data != nil {
		t.Fatal("the networks do not differ")
	}
	many.W, many.U, many.B = few.W, few.U, few.B
	for range 2 {
		a, _, _ := loss(few, start, input, noise, true)
		b, _, _ := loss(many, start, input, noise, true)
		if a != b || !slices.Equal(few.GW.Data, many.GW.Data) || !slices.Equal(few.GB, many.GB) {
			t.Errorf("loss %v and %v, or other gradients", a, b)
		}
		few.W.Data[3] += 0.5
	}
}

// TestRecurrentAllocatesNothing hands Back what it returned, too.
func TestRecurrentAllocatesNothing(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		n, start, input, noise := small(RecurrentConfig{Units: 120, Inputs: 3, Leak: 0.2, Activation: Tanh, Steps: 5, Rows: 4,
			LearnW: true, LearnU: true, LearnB: true}, workers)
		g := newMatrix(4, 120)
		if got := testing.AllocsPerRun(3, func() {
			n.Start(start)
			for t := range input {
				n.Step(input[t], noise[t])
			}
			state := g
			for t := 4; t >= 0; t-- {
				state, _ = n.Back(t, state)
			}
			n.Gradients()
		}); got != 0 {
			t.Errorf("%d workers: a run allocates %v times", workers, got)
		}
		n.team.Close()
	}
}

// TestRecurrentBackInPlace: the gradient may be what Back returned, and is then
// overwritten; of the loss Σ r_T all that enters is at the end.
func TestRecurrentBackInPlace(t *testing.T) {
	n, start, input, noise := small(RecurrentConfig{Units: 9, Inputs: 2, Leak: 0.4, Activation: Sigmoid, Steps: 6, Rows: 3, LearnB: true}, 1)
	back := func(keep func(Matrix) Matrix) []float64 {
		n.Start(start)
		for t := range input {
			n.Step(input[t], noise[t])
		}
		g := newMatrix(3, 9)
		for i := range g.Data {
			g.Data[i] = 1
		}
		for t := len(input) - 1; t >= 0; t-- {
			state, _ := n.Back(t, g)
			g = keep(state)
		}
		n.Gradients()
		return slices.Concat(g.Data, n.GB)
	}
	same := back(func(m Matrix) Matrix { return m })
	copied := back(func(m Matrix) Matrix { m.Data = slices.Clone(m.Data); return m })
	if !slices.Equal(same, copied) {
		t.Errorf("in place %v, apart %v", same, copied)
	}
}

// TestRecurrentLearnsWhatIsAsked: gradients that are not wanted change nothing of the
// others, and have no memory. A second run, shorter and of fewer trials, forgets the
// first.
func TestRecurrentLearnsWhatIsAsked(t *testing.T) {
	c := RecurrentConfig{Units: 8, Inputs: 2, Leak: 0.5, Activation: Tanh, Steps: 10, Rows: 5, LearnW: true, LearnU: true, LearnB: true}
	all, start, input, noise := small(c, 1)
	c.LearnW, c.LearnU = false, false
	bias, _, _, _ := small(c, 1)
	loss(all, start, input, noise, true)
	loss(bias, start, input, noise, true)
	if !slices.Equal(all.GB, bias.GB) || bias.GW.Data != nil || bias.GU.Data != nil {
		t.Errorf("∂L/∂b %v with the others, %v without", all.GB, bias.GB)
	}
	loss(bias, first(start, 2), firsts(input[:4], 2), firsts(noise[:4], 2), true)
	c.Steps, c.Rows = 4, 2
	fresh, _, _, _ := small(c, 1)
	loss(fresh, first(start, 2), firsts(input[:4], 2), firsts(noise[:4], 2), true)
	if !slices.Equal(fresh.GB, bias.GB) {
		t.Errorf("∂L/∂b %v in a network that has run before, %v in a new one", bias.GB, fresh.GB)
	}
}

// firsts gives the first rows of each.
func firsts(all []Matrix, rows int) (some []Matrix) {
	for _, m := range all {
		some = append(some, first(m, rows))
	}
	return some
}

func TestRecurrentRejects(t *testing.T) {
	good := RecurrentConfig{Units: 2, Leak: 1, Activation: Tanh, Steps: 1, Rows: 1}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(c *RecurrentConfig){
		"units: 0, want at least 1":                                     func(c *RecurrentConfig) { c.Units = 0 },
		"inputs: -1, want at least 0":                                   func(c *RecurrentConfig) { c.Inputs = -1 },
		"steps: 0, want at least 1":                                     func(c *RecurrentConfig) { c.Steps = 0 },
		"rows: 0, want at least 1":                                      func(c *RecurrentConfig) { c.Rows = 0 },
		"leak: 0, want 0 < leak ≤ 1":                                    func(c *RecurrentConfig) { c.Leak = 0 },
		"leak: NaN, want 0 < leak ≤ 1":                                  func(c *RecurrentConfig) { c.Leak = math.NaN() },
		`activation: "exponential", want sigmoid, relu, tanh or linear`: func(c *RecurrentConfig) { c.Activation = Exponential },
	} {
		c := good
		spoil(&c)
		if err := c.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestAdam computes three steps as the publication's algorithm 1 says, and holds the
// first to its known size: the rate, whatever the gradient.
func TestAdam(t *testing.T) {
	x, want := []float64{1, -2, 3}, []float64{1, -2, 3}
	var m, v [3]float64
	a := NewAdam(0.01, 3)
	for step := 1; step <= 3; step++ {
		g := []float64{x[0], 100 * x[1], 0}
		for i := range want {
			m[i] = 0.9*m[i] + 0.1*g[i]
			v[i] = 0.999*v[i] + 0.001*g[i]*g[i]
			mhat, vhat := m[i]/(1-math.Pow(0.9, float64(step))), v[i]/(1-math.Pow(0.999, float64(step)))
			want[i] -= 0.01 * mhat / (math.Sqrt(vhat) + 1e-8)
		}
		a.Step(x, g)
		for i := range want {
			if math.Abs(x[i]-want[i]) > 1e-14 {
				t.Errorf("step %d, parameter %d: %v, want %v", step, i, x[i], want[i])
			}
		}
		if step == 1 && (math.Abs(x[0]-0.99) > 1e-9 || math.Abs(x[1]+1.99) > 1e-9 || x[2] != 3) {
			t.Errorf("the first step goes to %v, want 0.99, -1.99, 3", x)
		}
	}
}
