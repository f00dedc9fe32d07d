package decoder

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"github.com/apical-sim/apical/rate"
)

// folds of the cross-validation, each of the repeats that follow each other.
const folds = 3

// targetAccuracy is for each readout the part of trials, mean over folds, of which a
// logistic regression on the rates in bins tells the target.
func (l *loop) targetAccuracy(ctx context.Context, m measures, count counter) ([]float64, error) {
	bins := l.steps / m.binSize
	samples := m.repeats * l.targets
	x := make([]rate.Matrix, l.readouts)
	for j := range x {
		x[j] = matrix(samples, bins)
	}
	classes := make([]int, samples)
	for rep := range m.repeats {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		count(measuring)
		l.run(trialSource(m.seed, trialsTargets), uint32(rep))
		for t := range bins * m.binSize {
			r := l.network.Rates(t + 1)
			for i := range l.targets {
				for j, v := range row(r, i)[:l.readouts] {
					row(x[j], rep*l.targets+i)[t/m.binSize] += v / float64(m.binSize)
				}
			}
		}
		for i := range l.targets {
			classes[rep*l.targets+i] = i
		}
	}
	all := make([]float64, l.readouts)
	for j := range all {
		for f := range folds {
			from, until := f*m.repeats/folds*l.targets, (f+1)*m.repeats/folds*l.targets
			s, err := learnClasses(ctx, x[j], classes, l.targets, from, until)
			count(measuring)
			if err != nil {
				return nil, err
			}
			right := 0
			for i := from; i < until; i++ {
				if s.tell(row(x[j], i)) == classes[i] {
					right++
				}
			}
			all[j] += float64(right) / float64(until-from) / folds
		}
	}
	return all, nil
}

// softmax is a multinomial logistic regression. Of x, P(class k) is proportional to
// exp(w_k0 + w_k·x), and w, one row a class with w_k0 first, minimizes
//
//	½ Σ_k |w_k|² − Σ log P(class of the sample)
//
// over the samples: as in the authors' analysis, rates as they are and the penalty 1.
type softmax struct {
	w rate.Matrix
}

// The minimum counts as reached where no element of the gradient of that sum (not of a mean
// over samples) exceeds enough. The authors' analysis, by scikit-learn, has the same two
// numbers; what the first one is compared with there depends on the version.
const (
	enough         = 1e-4
	mostIterations = 5000
)

// learnClasses learns from all rows of x but those in [from, until).
func learnClasses(ctx context.Context, x rate.Matrix, classes []int, count, from, until int) (softmax, error) {
	s := softmax{matrix(count, x.Cols+1)}
	p := make([]float64, count)
	at := func(w, gradient []float64) float64 {
		s.w.Data = w
		loss := 0.0
		for i := range len(w) {
			g := w[i]
			if i%s.w.Cols == 0 {
				g = 0
			}
			loss += float64(g*g) / 2
			gradient[i] = g
		}
		for i, class := range classes {
			if from <= i && i < until {
				continue
			}
			s.scores(p, row(x, i))
			all := floats.LogSumExp(p)
			loss += all - p[class]
			for k, score := range p {
				d := math.Exp(score - all)
				if k == class {
					d--
				}
				g := gradient[k*s.w.Cols : (k+1)*s.w.Cols]
				g[0] += d
				for b, v := range row(x, i) {
					g[b+1] += float64(d * v)
				}
			}
		}
		return loss
	}
	// The gradient is always asked for where the function was: both are computed at once.
	last, there := make([]float64, len(s.w.Data)), make([]float64, len(s.w.Data))
	problem := optimize.Problem{
		Func: func(w []float64) float64 {
			copy(last, w)
			return at(w, there)
		},
		Grad: func(gradient, w []float64) {
			if !slices.Equal(w, last) {
				at(w, gradient)
				return
			}
			copy(gradient, there)
		},
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, ctx.Err() },
	}
	settings := &optimize.Settings{GradientThreshold: enough, MajorIterations: mostIterations, Converger: optimize.NeverTerminate{}}
	found, err := optimize.Minimize(problem, make([]float64, len(s.w.Data)), settings, &optimize.LBFGS{})
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if err != nil {
		return s, fmt.Errorf("targets: logistic regression: %w", err)
	}
	s.w.Data = found.X
	return s, nil
}

// scores sets p to the logarithms of the classes' weights.
func (s softmax) scores(p, x []float64) {
	for k := range p {
		w := row(s.w, k)
		sum := w[0]
		for b, v := range x {
			sum += float64(w[b+1] * v)
		}
		p[k] = sum
	}
}

// tell gives the likeliest class.
func (s softmax) tell(x []float64) int {
	p := make([]float64, s.w.Rows)
	s.scores(p, x)
	return floats.MaxIdx(p)
}
