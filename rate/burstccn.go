package rate

import (
	"math"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/internal/vec"
)

// BurstCCN assigns credit in a single phase (Greedy, Zhu, Pemberton, Mellor, Costa
// 2022, Single-phase deep learning in cortico-cortical networks, NeurIPS). Bursts of
// the layer above arrive through Y, whose synapses facilitate, its events through Q,
// whose synapses depress. Without a teacher the two cancel, so what is left of them is
// the teacher's, and no pass without a teacher is needed:
//
//	output:  p_t = p0 (1 + s δ/e)                         δ = −∂L/∂z
//	hidden:  a = Yᵀ b_t,above − Qᵀ e_above
//	         p_t = sigmoid(a h(e)/(p0 (1−p0)) + ln(p0/(1−p0)))
//	both:    b_t = p_t e,  d = (p_t − p0) e / s
//
// At a = 0 p_t is p0, and its slope in a·h(e) is 1. For p0 = 1/2 it is
// sigmoid(4 a h(e)), as published. For squared error δ/e is (t − e)(1 − e).
//
// With Q = p0 Y a is Yᵀ(b_t,above − p0 e_above) = s Yᵀ d_above, and d is
// e h(e) Yᵀ d_above to first order in s: p0 times the signal of backpropagation
// through Y. Events are E, burst rates BT and, as if at rest, B = p0 e.
type BurstCCN struct {
	// P0 is the burst probability at rest, 0 < p0 < 1.
	P0 float64
	// ErrorScale s is how much the teacher changes the burst probabilities of the
	// output, 0 < s ≤ (1−p0)/p0, beyond which squared error could make them greater
	// than 1. (Cross-entropy can at any s, where the class's rate e is small: δ/e is
	// 1/e − 1. Then p_t is b_t/e, and no probability.) It is divided out of d.
	ErrorScale float64
	// RateQ and RateY are the rates ≥ 0 of what LearnedQ and LearnedY change, means
	// over the examples of a batch, without momentum or decay:
	//
	//	ΔQ = +RateQ e_above aᵀ
	//	ΔY = −RateY e_above aᵀ
	RateQ, RateY float64
	// DeviationQ is the standard deviation ≥ 0 with which Q is drawn, independently of Y;
	// with 0 Q begins as p0 Y. Then LearnedQ and LearnedY change one of the two; with
	// KolenPollack Q receives p0 times the changes of Y; with Random it stays as it is,
	// so that what was drawn does not cancel. With Tied Q is p0 W at all times.
	DeviationQ float64
	// FollowShare and FollowMomentum are the variant of KolenPollack in which Y has a
	// momentum m of its own, 0 ≤ m < 1, and receives the share ≥ 0 of the changes of W:
	// V_Y = m V_Y + share rate Σ d e_belowᵀ, ΔY = V_Y. Share 1/50 and m = 0.98 are those of
	// the authors' later program, and add up to the changes of W. With share 0 Y
	// receives the very changes of W. Both decay as W does.
	FollowShare, FollowMomentum float64
}

// DefaultBurstCCN has the burst probability at rest of the publication, and of the
// authors' programs the rates of learning Q and Y, and that Q begins as p0 Y.
func DefaultBurstCCN() BurstCCN {
	return BurstCCN{P0: 0.5, ErrorScale: 1, RateQ: 7.31e-4, RateY: 0.004}
}

// Name implements Rule.
func (BurstCCN) Name() string { return "burstccn" }

// Doc implements Rule.
func (BurstCCN) Doc() string {
	return "bursts against events that cancel at rest, in a single phase (Greedy et al. 2022)"
}

// Validate implements Rule.
func (r BurstCCN) Validate() error {
	var l check.List
	if !(r.P0 > 0 && r.P0 < 1) {
		l.Addf("p0", "%v, want 0 < p0 < 1", r.P0)
	} else if !(r.ErrorScale > 0 && r.P0*(1+r.ErrorScale) <= 1) {
		l.Addf("error_scale", "%v, want 0 < error_scale ≤ (1−p0)/p0 = %.6g", r.ErrorScale, (1-r.P0)/r.P0)
	}
	l.NotNegative("rate_q", r.RateQ)
	l.NotNegative("rate_y", r.RateY)
	l.NotNegative("deviation_q", r.DeviationQ)
	l.NotNegative("follow_share", r.FollowShare)
	below1(&l, "follow_momentum", r.FollowMomentum)
	return l.Err()
}

// Feedbacks implements Rule.
func (BurstCCN) Feedbacks() []Feedback {
	return []Feedback{Random, Tied, KolenPollack, LearnedQ, LearnedY, Zero}
}

// Learning implements Rule: the rate of 1 goes with a WeightGain of 1. The authors' program has 0.3 for three layers of 500 units with a
// gain of 3.6, with which narrow layers learn slowly.
func (BurstCCN) Learning() Learning {
	return Learning{HiddenRate: 1, OutputRate: 1, DecayBiases: true, Mean: true}
}

// keepsQ tells whether Q has weights of its own, or is p0 Y at all times.
func (r BurstCCN) keepsQ(f Feedback) bool {
	return f == LearnedQ || f == LearnedY || r.DeviationQ > 0 && (f == Random || f == KolenPollack)
}

func (r BurstCCN) layer(u *Units, source func(uint32) rng.Source) Layer {
	l := &burstCCNLayer{Units: u, rule: r}
	batch, units := u.E.Rows, u.E.Cols
	u.newBursts()
	u.A = newMatrix(batch, units)
	for i := range u.P.Data {
		u.P.Data[i] = r.P0
	}
	if r.keepsQ(u.Mode) {
		l.fromEvents = newMatrix(batch, units)
		if !u.First {
			u.Q = newTensor("cancelling feedback", u.W.W.Rows, u.W.W.Cols, u.Mode == LearnedQ)
			if r.DeviationQ > 0 {
				u.Q.normal(source(drawOwn), r.DeviationQ)
			} else {
				for i, y := range u.Y.W.Data {
					u.Q.W.Data[i] = r.P0 * y
				}
			}
		}
	}
	if !u.First && (u.Mode == LearnedY || u.Mode == KolenPollack && r.FollowShare > 0) {
		u.Y.learns()
	}
	l.teach, l.respond, l.scaleEvents = l.teachExamples, l.respondExamples, l.scaleEventsOf
	return l
}

type burstCCNLayer struct {
	*Units
	rule BurstCCN
	// fromEvents is Qᵀ e_above; no data where Q is p0 Y, since then
	// Yᵀ(b_t − p0 e) = s Yᵀ d takes one product in place of two.
	fromEvents Matrix
	delta      Matrix  // −∂L/∂z, while Teach runs
	eventRate  float64 // by which scaleEvents multiplies E

	teach, respond, scaleEvents func(lo, hi int)
}

func (l *burstCCNLayer) Teach(delta Matrix) {
	l.delta = delta
	l.team.Each(l.Examples, grain, l.teach)
}

func (l *burstCCNLayer) teachExamples(lo, hi int) {
	// Where e underflows to 0 p_t has no meaning, and this keeps it finite.
	const leastRate = 0x1p-1022
	p0, s := l.rule.P0, l.rule.ErrorScale
	for i := lo; i < hi; i++ {
		delta, e, d := row(l.delta, i), row(l.E, i), row(l.D, i)
		b, bt, pt := row(l.B, i), row(l.BT, i), row(l.PT, i)
		for j, v := range delta {
			d[j] = float64(p0 * v)
			b[j] = float64(p0 * e[j])
			bt[j] = b[j] + float64(s*d[j])
			pt[j] = p0 * (1 + float64(s*v)/max(e[j], leastRate))
		}
	}
}

func (l *burstCCNLayer) Feedback(above Layer) {
	u, n := above.Unit(), l.Examples
	if u.Q == nil {
		u.Conn.Transpose(l.team, u.Y.W, first(u.D, n), first(l.A, n))
	} else {
		u.Conn.Transpose(l.team, u.Y.W, first(u.BT, n), first(l.A, n))
		u.Conn.Transpose(l.team, u.Q.W, first(u.E, n), first(l.fromEvents, n))
	}
	l.team.Each(n, grain, l.respond)
}

func (l *burstCCNLayer) respondExamples(lo, hi int) {
	p0, s := l.rule.P0, l.rule.ErrorScale
	slope := 1 / (p0 * (1 - p0))
	// The probability at rest to the last digit, so that a = 0 gives d = 0.
	offset, rest := math.Log(p0/(1-p0)), [1]float64{}
	rest[0] = offset
	vec.Sigmoid64(rest[:], rest[:])
	for i := lo; i < hi; i++ {
		e := row(l.E, i)
		n := len(e)
		a, d, b, bt, pt := row(l.A, i)[:n], row(l.D, i)[:n], row(l.B, i)[:n], row(l.BT, i)[:n], row(l.PT, i)[:n]
		if l.fromEvents.Data == nil {
			for j := range a {
				a[j] *= s
			}
		} else {
			for j, q := range row(l.fromEvents, i) {
				a[j] -= q
			}
		}
		for j, rate := range e {
			pt[j] = float64(slope*a[j]*l.Activation.h(rate)) + offset
		}
		vec.Sigmoid64(pt, pt)
		for j, rate := range e {
			b[j], bt[j] = p0*rate, pt[j]*rate
			d[j] = (pt[j] - rest[0]) * rate / s
		}
	}
}

func (l *burstCCNLayer) Update(x Matrix, below Layer) {
	l.learn(x)
	if l.First {
		return
	}
	if l.Mode == KolenPollack {
		l.followWeights(x)
	}
	l.cancel(below)
}

// cancel changes Q or Y by what is left of the apical potentials below.
func (l *burstCCNLayer) cancel(below Layer) {
	var t *Tensor
	switch l.Mode {
	case LearnedQ:
		t, l.eventRate = l.Q, l.rule.RateQ/float64(l.Examples)
	case LearnedY:
		t, l.eventRate = l.Y, -l.rule.RateY/float64(l.Examples)
	default:
		return
	}
	l.team.Each(l.Examples, grain, l.scaleEvents)
	l.Conn.Outer(l.team, first(l.scaled, l.Examples), first(below.Unit().A, l.Examples), 0, t.V)
	t.advance(l.team, 0)
}

func (l *burstCCNLayer) scaleEventsOf(lo, hi int) {
	for i := lo; i < hi; i++ {
		e, s := row(l.E, i), row(l.scaled, i)
		for j, v := range e {
			s[j] = l.eventRate * v
		}
	}
}

// followWeights changes Y as W, and Q by p0 times as much, after learn, which leaves
// rate·D in scaled.
func (l *burstCCNLayer) followWeights(x Matrix) {
	change := l.W.V
	if share := l.rule.FollowShare; share > 0 {
		s := first(l.scaled, l.Examples)
		for i, v := range s.Data {
			s.Data[i] = share * v
		}
		l.Conn.Outer(l.team, s, x, l.rule.FollowMomentum, l.Y.V)
		l.Y.advance(l.team, l.learning.Decay)
		change = l.Y.V
	} else {
		l.follow(l.Y)
	}
	if l.Q == nil {
		return
	}
	keep := 1 - l.learning.Decay
	q := l.Q.W.Data
	for i, v := range change.Data {
		q[i] = float64(keep*q[i]) + float64(l.rule.P0*v)
	}
}

// Tensors implements Layer.
func (l *burstCCNLayer) Tensors() []*Tensor {
	t := l.Units.Tensors()
	if l.Q != nil {
		t = append(t, l.Q)
	}
	return t
}
