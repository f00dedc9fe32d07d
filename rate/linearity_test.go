package rate

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

// Backpropagation's path is linear for a given input, so that perturbations of any size
// explain all; zero feedback carries nothing that could be explained.
func TestLinearPathIsLinear(t *testing.T) {
	x, _ := examples(2, 5, 3)
	for _, activation := range []Activation{Sigmoid, ReLU} {
		c := exampleConfig(DefaultBackprop())
		c.Activation = activation
		for k, r := range newNetwork(t, c).FeedbackCorrelation(x, 100, 3) {
			if math.Abs(r-1) > 1e-12 {
				t.Errorf("%s, layer %d: %v, want 1", activation, k, r)
			}
		}
	}
	c := exampleConfig(DefaultBackprop())
	c.Feedback = Zero
	for k, r := range newNetwork(t, c).FeedbackCorrelation(x, 100, 1) {
		if !math.IsNaN(r) {
			t.Errorf("zero feedback, layer %d: %v, want NaN", k, r)
		}
	}
	if r := newNetwork(t, exampleConfig(DefaultNodePerturbation())).FeedbackCorrelation(x, 100, 1); r != nil {
		t.Errorf("without feedback: %v, want none", r)
	}
}

// Below the output a unit of burstprop has the burst probability σ(u + g·ξ), where g·ξ
// is normal: so Stein's lemma gives the variance that a line explains, s² E[σ′]², and
// the whole is Var σ, both integrals over one dimension. 200 000 perturbations leave
// about 0.002 of chance in R², √(1/n) of it.
func logistic(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

func TestCorrelationInClosedForm(t *testing.T) {
	for _, sd := range []float64{0.3, 3, 30} {
		rule := DefaultBurstprop()
		rule.Recurrent = false
		c := exampleConfig(rule)
		c.Hidden, c.FeedbackSD, c.Batch = []Hidden{{Units: 4}}, 3, 500
		n := newNetwork(t, c)
		x, classes := examples(1, 5, 3)
		got := n.FeedbackCorrelation(x, 200_000, sd)[0]
		n.Assign(x, classes)
		e, y := row(n.layers[1].Unit().E, 0), n.layers[1].Unit().Y.W
		var explained, total float64
		for j, rate := range row(n.layers[0].Unit().E, 0) {
			var u, square float64 // u without perturbation, and the variance of g·ξ
			for k, above := range e {
				w := y.Data[k*y.Stride+j] * (1 - rate) * rule.P0 * above
				u += w
				square += w * w * sd * sd
			}
			mean := func(f func(float64) float64) float64 {
				density := func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
				return quad.Fixed(func(z float64) float64 { return f(u+math.Sqrt(square)*z) * density(z) }, -9, 9, 400, nil, 0)
			}
			slope := mean(func(v float64) float64 { return logistic(v) * (1 - logistic(v)) })
			first := mean(logistic)
			explained += square * slope * slope
			total += mean(func(v float64) float64 { return (logistic(v) - first) * (logistic(v) - first) })
		}
		want := math.Sqrt(explained / total)
		t.Logf("sd %v: correlation %.5f, closed form %.5f", sd, got, want)
		if math.Abs(got-want) > 0.002 {
			t.Errorf("sd %v: correlation %v, want %v", sd, got, want)
		}
	}
}

// What small perturbations leave of 1 − R² is due to the curvature of burst
// probabilities, and quarters when they are halved. BurstCCN's sigmoid at p0 = ½ has no
// curvature at rest, but a third derivative, and there it is a sixteenth.
func TestCorrelationFallsWithSize(t *testing.T) {
	for _, test := range []struct {
		rule   Rule
		powers float64
	}{{DefaultBurstprop(), 2}, {DefaultBurstCCN(), 4}} {
		c := exampleConfig(test.rule)
		c.Hidden = []Hidden{{Units: 7}, {Units: 7}, {Units: 7}}
		n := newNetwork(t, c)
		x, _ := examples(2, 5, 3)
		small, large := n.FeedbackCorrelation(x, 1000, 0.05), n.FeedbackCorrelation(x, 1000, 0.1)
		for k := range small {
			if got := (1 - large[k]*large[k]) / (1 - small[k]*small[k]); math.Abs(math.Log2(got)-test.powers) > 0.3 {
				t.Errorf("%s, layer %d: twice the perturbation leaves %v times as much unexplained, want %v",
					test.rule.Name(), k, got, math.Exp2(test.powers))
			}
		}
	}
}

// The batch is a matter of memory: sums are as exact in parts.
func TestCorrelationInBatches(t *testing.T) {
	x, _ := examples(2, 5, 3)
	var want []float64
	for _, batch := range []int{100, 33, 1} {
		c := exampleConfig(DefaultBurstprop())
		c.Batch, c.Workers = batch, 1+batch%3
		got := newNetwork(t, c).FeedbackCorrelation(x, 100, 2)
		if want == nil {
			want = got
		}
		for k := range got {
			if math.Abs(got[k]-want[k]) > 1e-9 {
				t.Errorf("batches of %d: %v, want %v", batch, got, want)
			}
		}
	}
}

func TestSpectrumInClosedForm(t *testing.T) {
	tiny := 1e-200
	for _, test := range []struct {
		d          []float64
		rows       int
		ratio, ran float64
	}{
		{[]float64{1, 0, -1, 0, 0, 1, 0, -1}, 4, 2, 2},                             // a cross
		{[]float64{tiny, 0, -tiny, 0, 0, tiny, 0, -tiny}, 4, 2, 2},                 // a small one
		{[]float64{5, 7, 6, 9, 7, 11, 8, 13}, 4, 1, 1},                             // a line that misses 0
		{[]float64{2, 0, -2, 0, 0, 1, 0, -1}, 4, 25. / 17, math.Exp(0.5004024235)}, // variances 4 and 1
		{[]float64{1, 2, 1, 2, 1, 2, 1, 2}, 4, math.NaN(), math.NaN()},             // a point
	} {
		s := spectrum(Matrix{Rows: test.rows, Cols: 2, Stride: 2, Data: test.d})
		for _, pair := range [][2]float64{{s.ParticipationRatio, test.ratio}, {s.EffectiveRank, test.ran}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 || math.IsNaN(pair[0]) != math.IsNaN(pair[1]) {
				t.Errorf("%v: %+v, want %v and %v", test.d, s, test.ratio, test.ran)
			}
		}
	}
}

// Through a linear path of three classes errors have three dimensions at most, where
// slopes are all the same; cross-entropy's errors sum to 0 over classes, which leaves
// two.
func TestErrorSpaces(t *testing.T) {
	x, classes := examples(60, 5, 3)
	for loss, most := range map[Loss]float64{SquaredError: 3, CrossEntropy: 2} {
		c := exampleConfig(DefaultBackprop())
		c.Loss, c.Activation = loss, ReLU
		n := newNetwork(t, c)
		for _, l := range n.layers[:2] {
			for i := range l.Unit().C.W.Data {
				l.Unit().C.W.Data[i] = 100 // all units active
			}
		}
		for k, s := range n.ErrorSpaces(x, classes) {
			if !(s.ParticipationRatio >= 1 && s.ParticipationRatio <= s.EffectiveRank+1e-9 && s.EffectiveRank <= most+1e-9) {
				t.Errorf("%s, layer %d: %+v, want 1 ≤ participation ratio ≤ effective rank ≤ %v", loss, k, s, most)
			}
		}
	}
	for _, r := range Rules() {
		before := fmt.Sprint(newNetwork(t, exampleConfig(r)).ErrorSpaces(x, classes))
		c := exampleConfig(r)
		c.Batch, c.Workers = 7, 3
		if got := fmt.Sprint(newNetwork(t, c).ErrorSpaces(x, classes)); got != before {
			t.Errorf("%s in batches of 7: %s, want %s", r.Name(), got, before)
		}
	}
}
