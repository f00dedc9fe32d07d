package rate

import (
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/internal/vec"
	"gonum.org/v1/gonum/blas"
)

// Burstprop is burst-dependent plasticity in discrete steps (Payeur, Guerguiev, Zenke,
// Richards, Naud 2021, doi 10.1038/s41593-021-00857-x): events travel forward, burst
// rates b = p e backward, once without and once with teacher, and the difference is
// what a layer learns by. With δ = −∂L/∂z of the output, h of the [Activation], σ the
// sigmoid, and b of the layer above:
//
//	output:  p = p0             b = p e      b_t = b + p0 δ     p_t = b_t/e
//	hidden:  b_pre = σ(Yᵀ b) e
//	         u   = (Yᵀ b) h(e)   − Z b_pre   p   = σ(u)         b   = p e
//	         u_t = (Yᵀ b_t) h(e) − Z b_pre   p_t = σ(u_t)       b_t = p_t e
//	both:    d = b_t − b
//	         Z ← Z + rate_Z Σ u b_preᵀ
//
// To first order d = σ′(u) σ′(z) Yᵀ d_above: feedback alignment, times the slope of the
// dendrite, which is ¼ for all units where Z holds u near 0.
//
// With [SquaredError] p_t = p0 [1 + (t−e)(1−e)], the published teacher. With
// [CrossEntropy] b_t = p0 t: the teacher has the unit of the right class burst at the
// rate p0 and silences the bursts of the others; p_t is p0/e and 0, and the first is
// no probability where e < p0.
type Burstprop struct {
	// P0 is the burst probability of the output without teacher, 0 < p0 ≤ ½, so that a
	// teacher can at most double it.
	P0 float64
	// Recurrent gives the dendrites of a layer the recurrent input −Z b_pre, which
	// learns to cancel what comes from above without teacher. A convolution has none:
	// its Z would have as many weights as the square of its units.
	Recurrent bool
	// RateZ multiplies the changes of Z, which are summed over the batch, ≥ 0.
	RateZ float64
	// WidthZ bounds the initial Z: uniform between −width and width, ≥ 0.
	WidthZ float64
}

// DefaultBurstprop has the published parameters.
func DefaultBurstprop() Burstprop {
	return Burstprop{P0: 0.2, Recurrent: true, RateZ: 1e-4, WidthZ: 0.01}
}

// Name implements Rule.
func (Burstprop) Name() string { return "burstprop" }

// Doc implements Rule.
func (Burstprop) Doc() string {
	return "bursts without and with teacher differ by what is to be learned (Payeur et al. 2021)"
}

// Validate implements Rule.
func (r Burstprop) Validate() error {
	var l check.List
	if !(r.P0 > 0 && r.P0 <= 0.5) {
		l.Addf("p0", "%v, want 0 < p0 <= 0.5", r.P0)
	}
	l.NotNegative("rate_z", r.RateZ)
	l.NotNegative("width_z", r.WidthZ)
	return l.Err()
}

// Feedbacks implements Rule.
func (Burstprop) Feedbacks() []Feedback { return []Feedback{Random, KolenPollack, Tied, Zero} }

// Learning implements Rule: the rates published for MNIST, with feedback weights of
// standard deviation 1.
func (Burstprop) Learning() Learning {
	return Learning{HiddenRate: 0.1, OutputRate: 0.01, Momentum: 0.8, Decay: 1e-6}
}

func (r Burstprop) layer(u *Units, source func(uint32) rng.Source) Layer {
	u.newBursts()
	l := &burstpropLayer{Units: u, rule: r}
	if u.Output {
		l.teach = l.teachOutput
		return l
	}
	batch, n := u.E.Rows, u.E.Cols
	l.u, l.A, l.cancel = newMatrix(batch, n), newMatrix(batch, n), newMatrix(batch, n)
	l.teach = l.teachHidden
	if shape := u.Conn.Out(); r.Recurrent && shape.Height*shape.Width == 1 {
		l.pre = newMatrix(batch, n)
		l.z = newTensor("recurrent", n, n, false)
		l.z.uniform(source(drawOwn), r.WidthZ)
		l.precede, l.scaleZ = l.burstsBefore, l.scaleDendrites
	}
	return l
}

type burstpropLayer struct {
	*Units
	rule Burstprop
	// u are the apical potentials without teacher; those with teacher are A. Before they
	// are complete they hold Yᵀ b and Yᵀ b_t.
	u Matrix
	// cancel is Z b_pre; it stays 0 without recurrent input.
	cancel Matrix
	pre    Matrix  // b_pre
	z      *Tensor // nil without recurrent input

	teach, precede, scaleZ func(lo, hi int) // of examples
	delta                  Matrix           // of the Teach under way
}

func (l *burstpropLayer) Teach(delta Matrix) {
	l.delta = delta
	l.team.Each(l.Examples, grain, l.teach)
}

func (l *burstpropLayer) teachOutput(lo, hi int) {
	p0 := l.rule.P0
	for i := lo; i < hi; i++ {
		delta, e, d := row(l.delta, i), row(l.E, i), row(l.D, i)
		b, bt, p, pt := row(l.B, i), row(l.BT, i), row(l.P, i), row(l.PT, i)
		for j, v := range delta {
			d[j] = float64(p0 * v)
			b[j] = float64(p0 * e[j])
			bt[j] = b[j] + d[j]
			p[j], pt[j] = p0, p0
			if e[j] > 0 { // else there are no events that could be bursts
				pt[j] = bt[j] / e[j]
			}
		}
	}
}

func (l *burstpropLayer) Feedback(above Layer) {
	a := above.Unit()
	u, ut := first(l.u, l.Examples), first(l.A, l.Examples)
	a.Conn.Transpose(l.team, a.Y.W, first(a.B, l.Examples), u)
	a.Conn.Transpose(l.team, a.Y.W, first(a.BT, l.Examples), ut)
	if l.z != nil {
		l.team.Each(l.Examples, grain, l.precede)
		l.team.Mul(blas.NoTrans, blas.Trans, first(l.pre, l.Examples), l.z.W, 0, first(l.cancel, l.Examples))
	}
	l.team.Each(l.Examples, grain, l.teach)
}

// burstsBefore sets the burst rates that the recurrent input is made of.
func (l *burstpropLayer) burstsBefore(lo, hi int) {
	for i := lo; i < hi; i++ {
		pre, e := row(l.pre, i), row(l.E, i)
		vec.Sigmoid64(pre, row(l.u, i))
		for j, rate := range e {
			pre[j] *= rate
		}
	}
}

func (l *burstpropLayer) teachHidden(lo, hi int) {
	for i := lo; i < hi; i++ {
		u, ut, e, cancel := row(l.u, i), row(l.A, i), row(l.E, i), row(l.cancel, i)
		b, bt, p, pt, d := row(l.B, i), row(l.BT, i), row(l.P, i), row(l.PT, i), row(l.D, i)
		for j, rate := range e {
			h := l.Activation.h(rate)
			u[j] = float64(u[j]*h) - cancel[j]
			ut[j] = float64(ut[j]*h) - cancel[j]
		}
		vec.Sigmoid64(p, u)
		vec.Sigmoid64(pt, ut)
		for j, rate := range e {
			b[j], bt[j] = float64(p[j]*rate), float64(pt[j]*rate)
			d[j] = bt[j] - b[j]
		}
	}
}

func (l *burstpropLayer) Update(x Matrix, _ Layer) {
	l.learn(x)
	if l.Mode == KolenPollack && !l.First {
		l.follow(l.Y)
	}
	if l.z != nil {
		l.team.Each(l.Examples, grain, l.scaleZ)
		l.team.Mul(blas.Trans, blas.NoTrans, first(l.scaled, l.Examples), first(l.pre, l.Examples), 1, l.z.W)
	}
}

// scaleDendrites sets rate_Z u, of which Z learns, where learn has left rate·D.
func (l *burstpropLayer) scaleDendrites(lo, hi int) {
	for i := lo; i < hi; i++ {
		u, s := row(l.u, i), row(l.scaled, i)
		for j, v := range u {
			s[j] = l.rule.RateZ * v
		}
	}
}

func (l *burstpropLayer) Tensors() []*Tensor {
	if l.z == nil {
		return l.Units.Tensors()
	}
	return append(l.Units.Tensors(), l.z)
}
