package rate

import (
	"fmt"
	"math"
	"testing"
)

// transported is Yᵀ v for the weights of a Dense connection.
func transported(y Matrix, v []float64) []float64 {
	out := make([]float64, y.Cols)
	for i, r := range v {
		for j := range out {
			out[j] += y.Data[i*y.Stride+j] * r
		}
	}
	return out
}

// naiveBurstCCN makes the signals of one example from the publication's formulas, with
// both streams, for squared error and sigmoid units. e are the event rates and q the
// cancelling weights, layer by layer; t is nil without a teacher.
func naiveBurstCCN(r BurstCCN, n *Network, e [][]float64, q []Matrix, t []float64) (d, p, a [][]float64) {
	top := len(e) - 1
	d, p, a = make([][]float64, top+1), make([][]float64, top+1), make([][]float64, top+1)
	burst := make([]float64, len(e[top]))
	for k := top; k >= 0; k-- {
		d[k], p[k] = make([]float64, len(e[k])), make([]float64, len(e[k]))
		if k < top {
			a[k] = transported(n.layers[k+1].Unit().Y.W, burst)
			for j, v := range transported(q[k+1], e[k+1]) {
				a[k][j] -= v
			}
		}
		burst = make([]float64, len(e[k]))
		for j, ej := range e[k] {
			p[k][j] = r.P0
			if k < top {
				u := a[k][j]*(1-ej)/(r.P0*(1-r.P0)) + math.Log(r.P0/(1-r.P0))
				p[k][j] = 1 / (1 + math.Exp(-u))
			} else if t != nil {
				p[k][j] = r.P0 * (1 + r.ErrorScale*(t[j]-ej)*(1-ej))
			}
			burst[j] = p[k][j] * ej
			d[k][j] = (p[k][j] - r.P0) * ej / r.ErrorScale
		}
	}
	return d, p, a
}

// cancelling gives Q of each layer, also where it is not kept.
func cancelling(r BurstCCN, n *Network) []Matrix {
	q := make([]Matrix, len(n.layers))
	for k, l := range n.layers[1:] {
		u := l.Unit()
		q[k+1] = newMatrix(u.W.W.Rows, u.W.W.Cols)
		for i, y := range u.Y.W.Data {
			q[k+1].Data[i] = r.P0 * y
			if u.Q != nil {
				q[k+1].Data[i] = u.Q.W.Data[i]
			}
		}
	}
	return q
}

func rates(n *Network, example int) [][]float64 {
	e := make([][]float64, len(n.layers))
	for k, l := range n.layers {
		e[k] = append(e[k], row(l.Unit().E, example)...)
	}
	return e
}

func oneHot(class uint8, n int) []float64 {
	t := make([]float64, n)
	t[class] = 1
	return t
}

// burstCCNConfig is exampleConfig with a rule and a feedback.
func burstCCNConfig(r BurstCCN, f Feedback) Config {
	c := exampleConfig(r)
	c.Feedback = f
	return c
}

func compareRows(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for j := range want {
		if !(math.Abs(got[j]-want[j]) <= tolerance) {
			t.Fatalf("%s of unit %d: %v, want %v", what, j, got[j], want[j])
		}
	}
}

// All signals, with and without teacher, are those of the formulas with both streams,
// also where one product takes the place of two.
func TestBurstCCNIsItsFormulas(t *testing.T) {
	for _, p0 := range []float64{0.5, 0.2, 0.8} {
		for _, f := range DefaultBurstCCN().Feedbacks() {
			for _, sd := range []float64{0, 0.25} {
				r := DefaultBurstCCN()
				r.P0, r.ErrorScale, r.DeviationQ = p0, 0.2, sd
				n := newNetwork(t, burstCCNConfig(r, f))
				x, classes := examples(4, 5, 3)
				for _, taught := range []bool{true, false} {
					if taught {
						n.Assign(x, classes)
					} else {
						n.Rest(x)
					}
					for i := range x.Rows {
						var teacher []float64
						if taught {
							teacher = oneHot(classes[i], 3)
						}
						d, p, a := naiveBurstCCN(r, n, rates(n, i), cancelling(r, n), teacher)
						for k, l := range n.layers {
							u, what := l.Unit(), fmt.Sprintf("p0 %v, %s, Q of sd %v, taught %v, layer %d, ", p0, f, sd, taught, k)
							compareRows(t, what+"d", row(u.D, i), d[k], 1e-12)
							compareRows(t, what+"p", row(u.PT, i), p[k], 1e-12)
							if k < len(n.layers)-1 {
								compareRows(t, what+"a", row(u.A, i), a[k], 1e-12)
							}
							for j, e := range row(u.E, i) {
								compareRows(t, what+"b", []float64{row(u.B, i)[j], row(u.BT, i)[j]}, []float64{p0 * e, p[k][j] * e}, 1e-12)
							}
						}
					}
				}
			}
		}
	}
}

// One step changes each kind of weight as the formulas say.
func TestBurstCCNUpdates(t *testing.T) {
	const examplesN, rateW, rateQ, rateY, momentum, decay = 4, 0.7, 0.02, 0.03, 0.3, 0.01
	follow, slow := DefaultBurstCCN(), DefaultBurstCCN()
	slow.FollowShare, slow.FollowMomentum = 0.02, 0.98
	for _, r := range []BurstCCN{follow, slow} {
		for _, f := range r.Feedbacks() {
			r.RateQ, r.RateY, r.DeviationQ = rateQ, rateY, 0.25
			c := burstCCNConfig(r, f)
			c.Learning = Learning{HiddenRate: rateW, OutputRate: rateW, Momentum: momentum, Decay: decay, DecayBiases: true, Mean: true}
			n := newNetwork(t, c)
			x, classes := examples(examplesN, 5, 3)
			type tensors struct{ w, y, q, vw, vy []float64 }
			was := make([]tensors, len(n.layers))
			for k, l := range n.layers {
				u := l.Unit()
				was[k].w = append(was[k].w, u.W.W.Data...)
				was[k].vw = make([]float64, len(u.W.W.Data))
				if k > 0 {
					was[k].y, was[k].vy = append(was[k].y, u.Y.W.Data...), make([]float64, len(u.Y.W.Data))
				}
				if u.Q != nil {
					was[k].q = append(was[k].q, u.Q.W.Data...)
				}
			}
			for range 2 { // the second step has momentum
				n.Train(x, classes)
				for k, l := range n.layers {
					u := l.Unit()
					for i := range was[k].w {
						post, pre := i/u.W.W.Cols, i%u.W.W.Cols
						var de, ea float64 // means of d eᵀ and of e aᵀ
						for m := range examplesN {
							below := row(x, m)
							if k > 0 {
								lower := n.layers[k-1].Unit()
								below = row(lower.E, m)
								ea += row(u.E, m)[post] * row(lower.A, m)[pre] / examplesN
							}
							de += row(u.D, m)[post] * below[pre] / examplesN
						}
						b := &was[k]
						b.vw[i] = momentum*b.vw[i] + rateW*de
						b.w[i] = (1-decay)*b.w[i] + b.vw[i]
						if k == 0 {
							continue
						}
						change := b.vw[i]
						if r.FollowShare > 0 {
							b.vy[i] = r.FollowMomentum*b.vy[i] + r.FollowShare*rateW*de
							change = b.vy[i]
						}
						switch f {
						case Tied:
							b.y[i] = b.w[i]
						case KolenPollack:
							b.y[i] = (1-decay)*b.y[i] + change
							b.q[i] = (1-decay)*b.q[i] + r.P0*change
						case LearnedQ:
							b.q[i] += rateQ * ea
						case LearnedY:
							b.y[i] -= rateY * ea
						}
					}
					what := fmt.Sprintf("%s, share %v, layer %d, ", f, r.FollowShare, k)
					compareRows(t, what+"weight", u.W.W.Data, was[k].w, 1e-12)
					if k > 0 {
						compareRows(t, what+"Y", u.Y.W.Data, was[k].y, 1e-12)
					}
					if u.Q != nil {
						compareRows(t, what+"Q", u.Q.W.Data, was[k].q, 1e-12)
					}
				}
			}
		}
	}
}

// With Q = p0 Y nothing is left without a teacher.
func TestBurstCCNRests(t *testing.T) {
	for _, p0 := range []float64{0.5, 0.2, 0.9} {
		r := DefaultBurstCCN()
		r.P0, r.ErrorScale = p0, 0.1
		for _, f := range r.Feedbacks() {
			n := newNetwork(t, burstCCNConfig(r, f))
			x, classes := examples(4, 5, 3)
			for range 5 {
				if f == LearnedQ || f == LearnedY { // the teacher moves one of the two
					break
				}
				n.Train(x, classes)
			}
			n.Rest(x)
			for k, l := range n.layers {
				u := l.Unit()
				for i := range u.PT.Data {
					if math.Abs(u.PT.Data[i]-p0) > 1e-12 || math.Abs(u.D.Data[i]) > 1e-12 {
						t.Fatalf("%s, layer %d, unit %d: p = %v, d = %v; want %v, 0", f, k, i, u.PT.Data[i], u.D.Data[i], p0)
					}
				}
			}
		}
	}
}

func TestBurstCCNRejects(t *testing.T) {
	for field, change := range map[string]func(*BurstCCN){
		"p0":              func(r *BurstCCN) { r.P0 = 1 },
		"error_scale":     func(r *BurstCCN) { r.ErrorScale = 1.01 }, // p0 (1 + s) is above 1
		"rate_q":          func(r *BurstCCN) { r.RateQ = -1 },
		"rate_y":          func(r *BurstCCN) { r.RateY = math.NaN() },
		"deviation_q":     func(r *BurstCCN) { r.DeviationQ = math.Inf(1) },
		"follow_share":    func(r *BurstCCN) { r.FollowShare = -1 },
		"follow_momentum": func(r *BurstCCN) { r.FollowMomentum = 1 },
	} {
		r := DefaultBurstCCN()
		change(&r)
		err := r.Validate()
		if err == nil || len(err.Error()) < len(field) || err.Error()[:len(field)] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := DefaultBurstCCN().Validate(); err != nil {
		t.Errorf("default: %v", err)
	}
}
