package rate

import "math"

// Adam descends by moments of the gradient (Kingma and Ba 2015, Adam: a method for
// stochastic optimization, algorithm 1). In its step t = 1, 2, …
//
//	m ← β₁ m + (1−β₁) g      v ← β₂ v + (1−β₂) g²
//	x ← x − rate · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
type Adam struct {
	// Rate is the size of a step, ≥ 0, in units of x.
	Rate float64
	// Beta1 and Beta2 say how slowly the moments forget, 0 ≤ β < 1; Epsilon > 0 is in
	// units of the gradient.
	Beta1, Beta2, Epsilon float64

	m, v   []float64
	b1, b2 float64 // β₁ᵗ and β₂ᵗ
}

// NewAdam is for n parameters, with the publication's β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
func NewAdam(rate float64, n int) *Adam {
	return &Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
		m: make([]float64, n), v: make([]float64, n), b1: 1, b2: 1}
}

// Step changes x by the gradient there. Both have the length that Adam was made for.
func (a *Adam) Step(x, gradient []float64) {
	a.b1 = float64(a.b1 * a.Beta1) // rounded before it goes into a sum
	a.b2 = float64(a.b2 * a.Beta2)
	step, scale := a.Rate/(1-a.b1), 1/(1-a.b2)
	m, v := a.m, a.v[:len(a.m)]
	x, gradient = x[:len(m)], gradient[:len(m)]
	for i, g := range gradient {
		m[i] = float64(a.Beta1*m[i]) + float64((1-a.Beta1)*g)
		v[i] = float64(a.Beta2*v[i]) + float64((1-a.Beta2)*float64(g*g))
		x[i] -= step * m[i] / (math.Sqrt(v[i]*scale) + a.Epsilon)
	}
}
