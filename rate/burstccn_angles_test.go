package rate

import (
	"math"
	"testing"
)

// between is the angle between two vectors, in degrees.
func between(x, y []float64) float64 {
	var xy, xx, yy float64
	for i := range x {
		xy, xx, yy = xy+x[i]*y[i], xx+x[i]*x[i], yy+y[i]*y[i]
	}
	return math.Acos(max(-1, min(1, xy/math.Sqrt(xx*yy)))) * 180 / math.Pi
}

// meanDelta is the mean over examples of the angle between the signals of layer k of
// two networks.
func meanDelta(a, b *Network, k, n int) float64 {
	sum := 0.0
	for i := range n {
		sum += between(row(a.layers[k].Unit().D, i), row(b.layers[k].Unit().D, i))
	}
	return sum / float64(n)
}

// reference is backpropagation with the weights of c: through W, or through Y.
func reference(t *testing.T, c Config, f Feedback) *Network {
	c.Rule, c.Feedback = DefaultBackprop(), f
	return newNetwork(t, c)
}

// Tied weights make it backpropagation. Measured: 0.02 to 0.05 degrees, which is what
// the curvature of the burst probability leaves.
func TestBurstCCNTiedIsBackprop(t *testing.T) {
	small := burstCCNConfig(DefaultBurstCCN(), Tied)
	digits := small
	digits.Input, digits.Classes, digits.Hidden, digits.Batch = Flat(784), 10, []Hidden{{Units: 100}}, 32
	for _, c := range []Config{small, digits} {
		n, bp := newNetwork(t, c), reference(t, c, Tied)
		x, classes := examples(c.Batch, c.Input.Units(), c.Classes)
		n.Assign(x, classes)
		bp.Assign(x, classes)
		for k := range c.Hidden {
			got := meanDelta(n, bp, k, c.Batch)
			t.Logf("%d inputs, layer %d: %.4f degrees", c.Input.Units(), k, got)
			if got > 0.1 {
				t.Errorf("%d inputs, layer %d: %v degrees to backpropagation, want below 0.1", c.Input.Units(), k, got)
			}
		}
	}
}

// d is p0 times the signal of feedback alignment to first order in the teacher's scale
// s: what else there is of s·d shrinks with s² at least, so that a tenth of s leaves a
// tenth of the difference between d and p0 times that signal. At p0 = 1/2 the sigmoid
// is odd, and what is left of one layer shrinks with s³, to a hundredth of d.
func TestBurstCCNIsFeedbackAlignmentToFirstOrder(t *testing.T) {
	for _, test := range []struct{ p0, shrinks float64 }{{0.3, 10}, {0.5, 100}} {
		difference := func(s float64) []float64 {
			r := DefaultBurstCCN()
			r.P0, r.ErrorScale = test.p0, s
			c := burstCCNConfig(r, Random)
			n, fa := newNetwork(t, c), reference(t, c, Random)
			x, classes := examples(4, 5, 3)
			n.Assign(x, classes)
			fa.Assign(x, classes)
			most := make([]float64, len(n.layers))
			for k := range most {
				want := fa.layers[k].Unit().D.Data
				for i, d := range n.layers[k].Unit().D.Data {
					most[k] = max(most[k], math.Abs(d-test.p0*want[i]))
				}
			}
			return most
		}
		wide, narrow := difference(0.1), difference(0.01)
		for k := range 2 {
			got := wide[k] / narrow[k]
			if math.Abs(got/test.shrinks-1) > 0.1 {
				t.Errorf("p0 %v, layer %d: a tenth of the error leaves 1/%v, want 1/%v", test.p0, k, got, test.shrinks)
			}
		}
		if wide[2] > 1e-15 {
			t.Errorf("the output differs by %v, want 0", wide[2])
		}
	}
}

// The change by a teacher against rest, which rules with two phases learn by, is that
// of the single phase.
func TestBurstCCNSinglePhaseIsTwoPhase(t *testing.T) {
	for _, f := range []Feedback{Random, Tied, KolenPollack} {
		n := newNetwork(t, burstCCNConfig(DefaultBurstCCN(), f))
		x, classes := examples(4, 5, 3)
		for range 3 {
			n.Train(x, classes)
			n.Rest(x)
			atRest := make([][]float64, len(n.layers))
			for k, l := range n.layers {
				atRest[k] = append(atRest[k], l.Unit().BT.Data...)
			}
			n.Assign(x, classes)
			for k, l := range n.layers {
				u := l.Unit()
				for i, b := range u.BT.Data {
					if got := b - atRest[k][i]; math.Abs(got-u.D.Data[i]) > 1e-12 {
						t.Fatalf("%s, layer %d: bursts change by %v with the teacher, d is %v", f, k, got, u.D.Data[i])
					}
				}
			}
		}
	}
}

// cancelState says how far feedback is from cancelling: the greatest among the hidden layers
// of the angle between Y and Q, of the root mean square of a at rest, and of the angle
// of d to feedback alignment through the same Y; angles in degrees.
type cancelState struct{ angle, apical, delta float64 }

func (s cancelState) below(t cancelState) bool {
	return s.angle < t.angle && s.apical < t.apical && s.delta < t.delta
}

// learnToCancel lets a network of two hidden layers learn by batches, with or without
// the teacher, and gives its state after so many of them.
func learnToCancel(t *testing.T, c Config, taught bool, batches ...int) []cancelState {
	const inputs, classes, batch, pool = 20, 5, 25, 200
	c.Input, c.Classes, c.Hidden, c.Batch = Flat(inputs), classes, []Hidden{{Units: 15}, {Units: 10}}, batch
	n, fa := newNetwork(t, c), reference(t, c, Random)
	x, labels := examples(pool, inputs, classes)
	at := func(i int) (Matrix, []uint8) {
		from := i % (pool / batch) * batch
		m := first(x, batch)
		m.Data = x.Data[from*inputs:][:batch*inputs]
		return m, labels[from:][:batch]
	}
	var states []cancelState
	done := 0
	for _, until := range batches {
		for ; done < until; done++ {
			if m, l := at(done); taught {
				n.Train(m, l)
			} else {
				n.Cancel(m)
			}
		}
		var s cancelState
		m, l := at(0)
		n.Rest(m)
		for k := range c.Hidden {
			square := 0.0
			for _, a := range n.layers[k].Unit().A.Data {
				square += a * a / float64(batch*c.Hidden[k].Units)
			}
			above := n.layers[k+1].Unit()
			s.apical = max(s.apical, math.Sqrt(square))
			s.angle = max(s.angle, between(above.Y.W.Data, above.Q.W.Data))
		}
		for k := range n.layers {
			from, to := n.layers[k].Unit(), fa.layers[k].Unit()
			copy(to.W.W.Data, from.W.W.Data)
			copy(to.C.W.Data, from.C.W.Data)
			if k > 0 {
				copy(to.Y.W.Data, from.Y.W.Data)
			}
		}
		n.Assign(m, l)
		fa.Assign(m, l)
		for k := range c.Hidden {
			s.delta = max(s.delta, meanDelta(n, fa, k, batch))
		}
		t.Logf("%s, taught %v, %d batches: angle(Y,Q) %.2f, |a| at rest %.2g, d to feedback alignment %.2f", c.Feedback, taught, until, s.angle, s.apical, s.delta)
		states = append(states, s)
	}
	return states
}

// cancelConfig learns to cancel at a rate that is stable: 15 units of mean ½ have a
// greatest second moment of about 15/4, and rates above 2 divided by that diverge.
func cancelConfig(f Feedback) Config {
	r := DefaultBurstCCN()
	r.RateQ, r.RateY, r.DeviationQ = 0.3, 0.3, 0.25
	return burstCCNConfig(r, f)
}

// From Q drawn independently of Y, learning without a teacher silences the dendrites,
// and as it does d becomes that of feedback alignment. Q turns towards Y as far as that
// takes: directions in which the events of the layer above hardly vary stay as drawn.
func TestBurstCCNLearnsToCancel(t *testing.T) {
	for _, f := range []Feedback{LearnedQ, LearnedY} {
		s := learnToCancel(t, cancelConfig(f), false, 0, 100, 1000, 10000)
		if s[0].angle < 60 || s[0].delta < 60 {
			t.Errorf("%s: before learning %+v; want angles of about 90", f, s[0])
		}
		for i := 1; i < len(s); i++ {
			if !s[i].below(s[i-1]) {
				t.Errorf("%s: %+v after %+v, want all to fall", f, s[i], s[i-1])
			}
		}
		if last := s[len(s)-1]; last.apical > s[0].apical/50 || last.delta > 20 {
			t.Errorf("%s: %+v in the end, want |a| below a fiftieth of %v and d below 20 degrees", f, last, s[0].apical)
		}
	}
}

// With the teacher, as published, what the teacher says is part of a. As long as that
// goes with the events of the layer above, Q cancels some of it, and rest does not
// become silent: so it stays where forward weights do not learn. Where they do, errors
// cease to go with events, and it ends.
func TestBurstCCNTeacherDisturbsCancelling(t *testing.T) {
	c := cancelConfig(LearnedQ)
	c.Learning.HiddenRate, c.Learning.OutputRate = 0, 0
	frozen := learnToCancel(t, c, true, 3000, 10000)
	untaught := learnToCancel(t, c, false, 10000)
	c.Learning = DefaultBurstCCN().Learning()
	learning := learnToCancel(t, c, true, 10000)
	if frozen[1].apical < 0.9*frozen[0].apical {
		t.Errorf("with a teacher that nobody learns from |a| at rest falls from %v to %v, want it to stay", frozen[0].apical, frozen[1].apical)
	}
	for what, s := range map[string]cancelState{"without teacher": untaught[0], "with learning": learning[0]} {
		if s.apical > frozen[1].apical/5 {
			t.Errorf("%s |a| at rest is %v, want below a fifth of the %v with a teacher that nobody learns from", what, s.apical, frozen[1].apical)
		}
	}
}

// Cancel leaves forward weights as they are, and the ones that do not learn to cancel.
func TestCancelChangesFeedbackAlone(t *testing.T) {
	r := DefaultBurstCCN()
	r.DeviationQ = 0.25
	for _, f := range r.Feedbacks() {
		n := newNetwork(t, burstCCNConfig(r, f))
		x, _ := examples(4, 5, 3)
		var before [][]float64
		for _, l := range n.layers {
			for _, w := range l.Tensors() {
				before = append(before, append([]float64(nil), w.W.Data...))
			}
		}
		n.Cancel(x)
		for k, l := range n.layers {
			for _, w := range l.Tensors() {
				learns := k > 0 && (f == LearnedQ && w == l.Unit().Q || f == LearnedY && w == l.Unit().Y)
				if changed := between(before[0], w.W.Data) > 1e-6; changed != learns {
					t.Errorf("%s, layer %d: %s changed: %v, want %v", f, k, w.Name, changed, learns)
				}
				before = before[1:]
			}
		}
	}
}
