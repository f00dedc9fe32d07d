package trials

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// At the weights found the gradient vanishes, and with one regressor of two values
// the fit is that of the penalized log odds.
func TestLogisticRegression(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n, count = 60, 3
	x, fold := make([]float64, n*count), make([]int, n)
	l := learner{count: count, l2: 0.7}
	for i := range x {
		x[i] = r.NormFloat64()*float64(1+i%count) + 5
	}
	l.standardise(x, fold, 1)
	inA := make([]bool, n)
	for i := range n {
		inA[i] = r.Float64() < 1/(1+math.Exp(-(x[i*count]-5)))
		l.append(x[i*count:(i+1)*count], inA[i])
	}
	w, err := l.fit()
	if err != nil {
		t.Fatal(err)
	}
	loss := func(w []float64) float64 {
		sum := l.l2 / 2 * (w[1]*w[1] + w[2]*w[2] + w[3]*w[3])
		for i := range n {
			z := l.score(w, x[i*count:(i+1)*count])
			if inA[i] {
				z = -z
			}
			sum += math.Log(1 + math.Exp(z))
		}
		return sum
	}
	for k := range w {
		up, down := append([]float64{}, w...), append([]float64{}, w...)
		up[k], down[k] = up[k]+1e-4, down[k]-1e-4
		near(t, "gradient", (loss(up)-loss(down))/2e-4, 0, 1e-5)
	}
}

// Separable data, constant regressors and thousands of spikes do not stop it.
func TestDecodingOfWhatIsObvious(t *testing.T) {
	s := planted(10, 2, 2, func(_, _, _ int, inA bool) analysis.Counts {
		if inA {
			return analysis.Counts{Events: 5000, Spikes: 5000}
		}
		return analysis.Counts{Events: 10, Spikes: 10}
	})
	all, err := Decode(context.Background(), []*Sums{s}, DecodeOptions{A: "a", B: "b", Response: Bins{0, 2}, Permutations: Resampling{Seed: 1, Draws: 50}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Accuracy != 1 && d.Regressors != DecodeFraction {
			t.Errorf("%s: accuracy %v, want 1", d.Regressors, d.Accuracy)
		}
	}
}

// Event rate up and burst fraction down leave the firing rate as it is: only who
// separates them can tell the conditions apart.
func TestDecodingNeedsBoth(t *testing.T) {
	var significant [5]int
	const repetitions = 20
	for seed := range uint64(repetitions) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := planted(60, 10, 2, func(_, _, _ int, inA bool) analysis.Counts {
			if inA { // 1 event, 1.5 spikes
				return events(r, 1, 0.5)
			}
			return events(r, 1.25, 0.2)
		})
		all, err := Decode(context.Background(), []*Sums{s}, DecodeOptions{A: "a", B: "b", Response: Bins{0, 2}, Permutations: Resampling{Seed: seed, Draws: 39}})
		if err != nil {
			t.Fatal(err)
		}
		for k, d := range all {
			if d.P <= 0.05 {
				significant[k]++
			}
			near(t, "accuracy of chance", d.ChanceAccuracy, 0.5, 0.06)
			near(t, "log loss of chance", d.ChanceLogLoss, math.Ln2, 0.06)
		}
		if all[4].Accuracy <= all[0].Accuracy || all[4].LogLoss >= all[0].LogLoss || all[4].Accuracy < 0.8 {
			t.Errorf("event rate and burst fraction %v, %v nats; firing rate %v, %v nats", all[4].Accuracy, all[4].LogLoss, all[0].Accuracy, all[0].LogLoss)
		}
	}
	t.Logf("better than chance: %v of %d", significant, repetitions)
	if significant[4] != repetitions || significant[0] > 6 || significant[1] > 6 { // binomial with 0.05: above 6 once in 30 000
		t.Errorf("better than chance: %v of %d", significant, repetitions)
	}
}

func TestDecodingFalsePositives(t *testing.T) {
	counts := map[string]int{}
	const repetitions = 200
	for seed := range uint64(repetitions) {
		r := rand.New(rand.NewPCG(seed, 4))
		s := planted(15, 5, 2, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.8, 0.3) })
		all, err := Decode(context.Background(), []*Sums{s}, DecodeOptions{A: "a", B: "b", Response: Bins{0, 2}, Permutations: Resampling{Seed: seed, Draws: 39}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.PLogLoss <= 0.05 {
				counts[d.Regressors]++
			}
		}
	}
	for _, name := range []string{DecodeFiringRate, DecodeHalves, DecodeEventRate, DecodeFraction, DecodeBoth} {
		within(t, name, counts[name], repetitions, 0.05)
	}
}

func TestDecodeRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	s := planted(4, 5, 2, func(_, _, _ int, inA bool) analysis.Counts { return events(r, 0.8, 0.3) })
	good := DecodeOptions{A: "a", B: "b", Response: Bins{0, 2}, Permutations: Resampling{Draws: 9}}
	for want, change := range map[string]func(*DecodeOptions){
		"folds: 5":              func(*DecodeOptions) {},
		"folds: 1":              func(o *DecodeOptions) { o.Folds = 1 },
		"parts: 3":              func(o *DecodeOptions) { o.Parts = 3 },
		"penalty: -1":           func(o *DecodeOptions) { o.L2, o.Folds = -1, 2 },
		"response: bins 0 to 2": func(o *DecodeOptions) { o.Response.To = 3 },
	} {
		opt := good
		change(&opt)
		if _, err := Decode(context.Background(), []*Sums{s}, opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := Decode(context.Background(), nil, good); err == nil {
		t.Error("decoded from nothing")
	}
}
