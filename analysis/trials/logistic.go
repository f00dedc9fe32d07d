package trials

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// crossValidate learns from all folds but one and tests on that one, in turn. x
// has count regressors a trial. It returns the share of trials that are told
// right, a tie counted half, and the mean log loss.
func crossValidate(x []float64, count int, inA []bool, fold []int, opt DecodeOptions) (accuracy, loss float64, err error) {
	for f := range opt.Folds {
		l := learner{count: count, l2: opt.L2}
		l.standardise(x, fold, f)
		for i, in := range inA {
			if fold[i] != f {
				l.append(x[i*count:(i+1)*count], in)
			}
		}
		weights, err := l.fit()
		if err != nil {
			return 0, 0, err
		}
		for i, in := range inA {
			if fold[i] != f {
				continue
			}
			z := l.score(weights, x[i*count:(i+1)*count])
			if !in {
				z = -z
			}
			loss += softplus(-z)
			switch {
			case z > 0:
				accuracy++
			case z == 0:
				accuracy += 0.5
			}
		}
	}
	n := float64(len(inA))
	return accuracy / n, loss / n, nil
}

// learner is a logistic regression:
//
//	P(A|x) = 1/(1 + exp(−w0 − w·x)),  w minimizes Σ_i −log P(y_i|x_i) + λ/2 |w|²
//
// with x scaled to mean 0 and variance 1 over the trials that are learned from;
// w0 is not penalized.
type learner struct {
	count       int
	l2          float64
	mean, scale []float64
	x           []float64 // scaled, a row a trial: 1 and the regressors
	sign        []float64 // +1 for A, −1 for B
}

// standardise finds mean and scale over the trials that are not in a fold.
func (l *learner) standardise(x []float64, fold []int, f int) {
	l.mean, l.scale = make([]float64, l.count), make([]float64, l.count)
	for k := range l.count {
		var n, sum, squares float64
		for i := range fold {
			if fold[i] != f {
				n++
				sum += x[i*l.count+k]
			}
		}
		l.mean[k] = sum / n
		for i := range fold {
			if fold[i] != f {
				d := x[i*l.count+k] - l.mean[k]
				squares += d * d
			}
		}
		if squares > 0 { // else the regressor is constant and stays 0
			l.scale[k] = 1 / math.Sqrt(squares/n)
		}
	}
}

func (l *learner) append(x []float64, inA bool) {
	l.x = append(l.x, 1)
	for k, v := range x {
		l.x = append(l.x, (v-l.mean[k])*l.scale[k])
	}
	sign := -1.0
	if inA {
		sign = 1
	}
	l.sign = append(l.sign, sign)
}

// score is the log odds of A.
func (l *learner) score(w, x []float64) float64 {
	z := w[0]
	for k, v := range x {
		z += w[k+1] * (v - l.mean[k]) * l.scale[k]
	}
	return z
}

// fit finds the weights by Newton's method, with steps halved while they lead
// upwards. The function is convex, and strictly so, since both conditions occur.
func (l *learner) fit() ([]float64, error) {
	d := l.count + 1
	w, next := make([]float64, d), make([]float64, d)
	gradient, step := mat.NewVecDense(d, nil), mat.NewVecDense(d, nil)
	hessian := mat.NewSymDense(d, nil)
	var factor mat.Cholesky
	loss := l.loss(w)
	for range 100 {
		l.derive(w, gradient.RawVector().Data, hessian.RawSymmetric().Data)
		if !factor.Factorize(hessian) {
			return nil, errors.New("logistic regression: its Hessian is singular")
		}
		if err := factor.SolveVecTo(step, gradient); err != nil {
			return nil, fmt.Errorf("logistic regression: %w", err)
		}
		// The decrement is what a quadratic function would lose, twice.
		decrement := mat.Dot(step, gradient)
		if decrement < 1e-12 {
			return w, nil
		}
		for size := 1.0; ; size /= 2 {
			for k := range next {
				next[k] = w[k] - size*step.AtVec(k)
			}
			if now := l.loss(next); now <= loss || size < 1e-6 {
				loss = now
				break
			}
		}
		w, next = next, w
	}
	return nil, errors.New("logistic regression: 100 steps did not reach the minimum")
}

// loss is the function to be minimized.
func (l *learner) loss(w []float64) float64 {
	sum := 0.0
	for _, v := range w[1:] {
		sum += l.l2 / 2 * v * v
	}
	for i, sign := range l.sign {
		sum += softplus(-sign * floats.Dot(w, l.x[i*len(w):(i+1)*len(w)]))
	}
	return sum
}

// derive fills in the gradient and the upper triangle of the Hessian.
func (l *learner) derive(w, gradient, hessian []float64) {
	d := len(w)
	clear(hessian)
	gradient[0] = 0
	for k := 1; k < d; k++ {
		gradient[k], hessian[k*d+k] = l.l2*w[k], l.l2
	}
	for i, sign := range l.sign {
		row := l.x[i*d : (i+1)*d]
		p := 1 / (1 + math.Exp(-sign*floats.Dot(w, row))) // of the trial's own condition
		floats.AddScaled(gradient, -sign*(1-p), row)
		for j, a := range row {
			floats.AddScaled(hessian[j*d+j:(j+1)*d], p*(1-p)*a, row[j:])
		}
	}
}

// softplus is log(1 + exp(z)) without overflow.
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
