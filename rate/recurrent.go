package rate

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/matmul"
	"gonum.org/v1/gonum/blas"
)

// RecurrentConfig describes a [Recurrent] network.
type RecurrentConfig struct {
	// Units ≥ 1 are recurrently connected; Inputs ≥ 0 are the numbers given at each step.
	Units, Inputs int
	// Leak is the α of the equation, 0 < α ≤ 1: the time step in units of the time
	// constant. With α = 1 the network is a map without memory of its own.
	Leak float64
	// Activation is the φ of the equation: Sigmoid, ReLU, Tanh or Linear.
	Activation Activation
	// Steps and Rows are the most steps and trials that there is room for, ≥ 1.
	Steps, Rows int
	// LearnW, LearnU and LearnB say of what Gradients are wanted. The others cost nothing.
	LearnW, LearnU, LearnB bool
}

// Validate reports all that is wrong, each with its field.
func (c *RecurrentConfig) Validate() error {
	var l check.List
	for _, f := range []struct {
		name        string
		value, from int
	}{{"units", c.Units, 1}, {"inputs", c.Inputs, 0}, {"steps", c.Steps, 1}, {"rows", c.Rows, 1}} {
		if f.value < f.from {
			l.Addf(f.name, "%d, want at least %d", f.value, f.from)
		}
	}
	if !(c.Leak > 0 && c.Leak <= 1) {
		l.Addf("leak", "%v, want 0 < leak ≤ 1", c.Leak)
	}
	switch c.Activation {
	case Sigmoid, ReLU, Tanh, Linear:
	default:
		l.Addf("activation", "%q, want %s, %s, %s or %s", c.Activation, Sigmoid, ReLU, Tanh, Linear)
	}
	return l.Err()
}

// Recurrent is a network of leaky units, of which several trials run side by side, and
// backpropagation through its time. With r the rates of a trial and x its input,
//
//	a_t = (1−α) r_t + α (W r_t + U x_t + b) + ξ_t      r_{t+1} = φ(a_t)
//
// where the noise ξ is the caller's. Backward, with g_t = ∂L/∂r_t,
//
//	δ_t = g_{t+1} φ′(a_t)      g_t = (1−α) δ_t + α Wᵀ δ_t + what the loss adds at t
//	∂L/∂W = α Σ δ_t r_tᵀ       ∂L/∂U = α Σ δ_t x_tᵀ      ∂L/∂b = α Σ δ_t
//
// Who calls it closes the loop: x_t may depend on rates of before, and Back gives
// ∂L/∂x_t to carry the gradient through that. The state that is kept is φ(a), not a.
//
// A batch has one row a trial. The products over all steps that a gradient consists of
// are made at once, by Gradients. Nothing is allocated after NewRecurrent, and the
// bits do not depend on the number of workers.
type Recurrent struct {
	// W is Units × Units and U Units × Inputs, one row a unit that they lead to; B has
	// one bias a unit. They are the caller's to set and to change between runs.
	W, U Matrix
	B    []float64
	// GW, GU and GB are what Gradients gives of them; without data where not wanted.
	GW, GU Matrix
	GB     []float64

	config RecurrentConfig
	team   *matmul.Team
	rows   int    // trials since Start
	steps  int    // steps since Start
	r      Matrix // rates, (steps + 1)·rows × units: those of step t at row t·rows
	x      Matrix // input, steps·rows × inputs
	wt     Matrix // Wᵀ as of Start, where few trials run for long; else without data
	d      Matrix // α δ, steps·rows × units
	g, gx  Matrix // what Back returns
}

// A product with Wᵀ, whose rows are multiplied by rates as they lie in memory, takes a
// third of the time of one with W for up to 4 trials of 200 units (AVX-512), three
// quarters for 8, and as long for 16. To transpose W takes as long as some 10 steps.
const fewTrials, manySteps = 8, 32

// NewRecurrent returns a network of zero weights. Config must be valid; team may be
// shared with others that do not compute at the same time.
func NewRecurrent(c RecurrentConfig, team *matmul.Team) *Recurrent {
	n := &Recurrent{
		W: newMatrix(c.Units, c.Units), B: make([]float64, c.Units),
		config: c, team: team,
		r: newMatrix((c.Steps+1)*c.Rows, c.Units), d: newMatrix(c.Steps*c.Rows, c.Units),
		g: newMatrix(c.Rows, c.Units),
	}
	if c.Inputs > 0 {
		n.U = newMatrix(c.Units, c.Inputs)
		n.x, n.gx = newMatrix(c.Steps*c.Rows, c.Inputs), newMatrix(c.Rows, c.Inputs)
	}
	if c.Rows <= fewTrials && c.Steps >= manySteps {
		n.wt = newMatrix(c.Units, c.Units)
	}
	if c.LearnW {
		n.GW = newMatrix(c.Units, c.Units)
	}
	if c.LearnU && c.Inputs > 0 {
		n.GU = newMatrix(c.Units, c.Inputs)
	}
	if c.LearnB {
		n.GB = make([]float64, c.Units)
	}
	return n
}

// Start begins a run of as many trials as rates has rows, with these r_0. W must not
// change until its last step.
func (n *Recurrent) Start(rates Matrix) {
	n.rows, n.steps = rates.Rows, 0
	to := n.Rates(0)
	for i := range n.rows {
		copy(row(to, i), row(rates, i))
	}
	if n.wt.Data == nil {
		return
	}
	for i := range n.W.Rows {
		for j, w := range row(n.W, i) {
			n.wt.Data[j*n.wt.Stride+i] = w
		}
	}
}

// Rates gives r_t, trials × units, for t from 0 to the number of steps since Start. It
// is the network's own memory.
func (n *Recurrent) Rates(t int) Matrix { return span(n.r, t*n.rows, (t+1)*n.rows) }

// Step advances all trials by one step and returns r_{t+1}. Input is trials × Inputs,
// and ignored where the network has none; noise, trials × Units, may have no data.
func (n *Recurrent) Step(input, noise Matrix) Matrix {
	t := n.steps
	n.steps++
	from, to := n.Rates(t), n.Rates(t+1)
	if n.wt.Data != nil {
		n.team.Mul(blas.NoTrans, blas.NoTrans, from, n.wt, 0, to)
	} else {
		n.team.Mul(blas.NoTrans, blas.Trans, from, n.W, 0, to)
	}
	if n.config.Inputs > 0 {
		x := span(n.x, t*n.rows, (t+1)*n.rows)
		for i := range n.rows {
			copy(row(x, i), row(input, i))
		}
		n.team.Mul(blas.NoTrans, blas.Trans, x, n.U, 1, to)
	}
	leak := n.config.Leak
	for i := range n.rows {
		r, a := row(from, i), row(to, i)
		for j, b := range n.B {
			a[j] = float64((1-leak)*r[j]) + float64(leak*(a[j]+b))
		}
		if noise.Data != nil {
			for j, v := range row(noise, i) {
				a[j] += v
			}
		}
	}
	n.config.Activation.rates(to.Data)
	return to
}

// Back carries ∂L/∂r_{t+1}, trials × Units, back over step t, and returns what it adds to
// ∂L/∂r_t, and ∂L/∂x_t (with no data where there is no input). Both are overwritten by
// the next call, in which gradient may be the first of them. Call it for t descending
// from the last step, once for each.
func (n *Recurrent) Back(t int, gradient Matrix) (state, input Matrix) {
	leak := n.config.Leak
	d, rates := span(n.d, t*n.rows, (t+1)*n.rows), n.Rates(t+1)
	for i := range n.rows {
		to, g, r := row(d, i), row(gradient, i), row(rates, i)
		for j := range to {
			to[j] = leak * float64(g[j]*n.config.Activation.slope(r[j]))
		}
	}
	state = first(n.g, n.rows)
	n.team.Mul(blas.NoTrans, blas.NoTrans, d, n.W, 0, state)
	if rest := (1 - leak) / leak; rest != 0 {
		for i := range n.rows {
			g := row(state, i)
			for j, v := range row(d, i) {
				g[j] += float64(rest * v)
			}
		}
	}
	if n.config.Inputs > 0 {
		input = first(n.gx, n.rows)
		n.team.Mul(blas.NoTrans, blas.NoTrans, d, n.U, 0, input)
	}
	return state, input
}

// Gradients sets GW, GU and GB, those that are wanted, by the steps since Start, over
// all of which Back must have gone.
func (n *Recurrent) Gradients() {
	rows := n.steps * n.rows
	d := first(n.d, rows)
	if n.config.LearnW {
		n.team.Mul(blas.Trans, blas.NoTrans, d, first(n.r, rows), 0, n.GW)
	}
	if n.GU.Data != nil {
		n.team.Mul(blas.Trans, blas.NoTrans, d, first(n.x, rows), 0, n.GU)
	}
	if n.config.LearnB {
		clear(n.GB)
		for i := range rows {
			for j, v := range row(d, i) {
				n.GB[j] += v
			}
		}
	}
}

// Jacobian sets dst, Units × Units, to ∂r_{t+1}/∂r_t = diag φ′(a_t) ((1−α) I + α W), of
// the step that led to these rates r_{t+1}, one a unit.
func (n *Recurrent) Jacobian(dst Matrix, rates []float64) {
	leak := n.config.Leak
	for i, r := range rates {
		slope, to := n.config.Activation.slope(r), row(dst, i)
		for j, w := range row(n.W, i) {
			to[j] = slope * float64(leak*w)
		}
		to[i] += float64(slope * (1 - leak))
	}
}
