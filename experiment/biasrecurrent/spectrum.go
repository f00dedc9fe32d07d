package biasrecurrent

import (
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// Spectrum is the eigenvalues of a Jacobian ∂r_{t+1}/∂r_t, or of a mean of such.
type Spectrum struct {
	// Modulus of the leading eigenvalue, that of greatest modulus: below 1 what it belongs
	// to decays.
	Modulus float64 `json:"modulus"`
	// PhaseRad is by how much it turns in a step, radians from 0 to π, and PeriodSteps 2π
	// over that; nil if it does not turn.
	PhaseRad    float64  `json:"phase_rad"`
	PeriodSteps *float64 `json:"period_steps"`
	// Distance is that of the eigenvalue which is nearest to exp(2πi/P), with P the period
	// of the target.
	Distance float64 `json:"distance"`
	// Real and Imaginary are of all eigenvalues, by descending modulus; of each conjugate
	// pair the one with positive imaginary part.
	Real      []float64 `json:"real"`
	Imaginary []float64 `json:"imaginary"`
}

// Floquet is the multipliers of one period: the eigenvalues of the product of the
// Jacobians along it. On a cycle that attracts, a displacement along it stays (1), and all
// others shrink.
type Floquet struct {
	// Steps is how many the product has, the period in whole steps.
	Steps int `json:"steps"`
	// Modulus of the two greatest, of different pairs.
	Modulus       float64 `json:"modulus"`
	SecondModulus float64 `json:"second_modulus"`
}

// eigenvalues lists those of a matrix with imaginary parts of 0 or more, by descending
// modulus. It is empty if they could not be computed, or are not finite.
func eigenvalues(m *mat.Dense) []complex128 {
	if !finite(m.RawMatrix().Data) {
		return nil
	}
	var e mat.Eigen
	if !e.Factorize(m, mat.EigenNone) {
		return nil
	}
	all := slices.DeleteFunc(e.Values(nil), func(x complex128) bool { return imag(x) < 0 })
	slices.SortStableFunc(all, func(a, b complex128) int {
		switch p, q := cmplx.Abs(a), cmplx.Abs(b); {
		case p > q:
			return -1
		case p < q:
			return 1
		}
		return 0
	})
	if len(all) > 0 && !finite([]float64{cmplx.Abs(all[0])}) {
		return nil
	}
	return all
}

func finite(data []float64) bool {
	return !slices.ContainsFunc(data, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// spectrum is nil if there are no eigenvalues. Period is that of the target.
func spectrum(m *mat.Dense, period float64) *Spectrum {
	all := eigenvalues(m)
	if len(all) == 0 {
		return nil
	}
	s := leading(all)
	s.Distance = math.Inf(1)
	for _, x := range all {
		s.Distance = min(s.Distance, cmplx.Abs(x-cmplx.Rect(1, 2*math.Pi/period)))
		s.Real, s.Imaginary = append(s.Real, real(x)), append(s.Imaginary, imag(x))
	}
	return s
}

// leading describes the first of eigenvalues.
func leading(all []complex128) *Spectrum {
	s := &Spectrum{Modulus: cmplx.Abs(all[0]), PhaseRad: cmplx.Phase(all[0])}
	s.PeriodSteps = experiment.Finite(2 * math.Pi / s.PhaseRad)
	return s
}

// meanJacobian is the mean of the Jacobians of steps 1 to steps of the run that the
// network has made.
func (n *network) meanJacobian(steps int) *mat.Dense {
	units := len(n.B)
	one, sum := zeros(units, units), zeros(units, units)
	for t := 1; t <= steps; t++ {
		n.Jacobian(one, n.Rates(t).Data)
		floats.Add(sum.Data, one.Data)
	}
	floats.Scale(1/float64(steps), sum.Data)
	return mat.NewDense(units, units, sum.Data)
}

// floquet is of steps from+1 to from+steps of the run that the network has made; nil
// if the run has left what numbers there are.
func (n *network) floquet(from, steps int) *Floquet {
	units := len(n.B)
	one := zeros(units, units)
	n.Jacobian(one, n.Rates(from+1).Data)
	product := mat.DenseCopyOf(mat.NewDense(units, units, one.Data))
	next := mat.NewDense(units, units, nil)
	for t := from + 2; t <= from+steps; t++ {
		n.Jacobian(one, n.Rates(t).Data)
		next.Mul(mat.NewDense(units, units, one.Data), product)
		product, next = next, product
	}
	all := eigenvalues(product)
	if len(all) < 2 {
		return nil
	}
	return &Floquet{Steps: steps, Modulus: cmplx.Abs(all[0]), SecondModulus: cmplx.Abs(all[1])}
}

// Newton's method for a fixed point stops at a residual of newtonResidual, and gives up
// after newtonSteps: it gains digits quadratically once it is near.
const (
	newtonResidual = 1e-12
	newtonSteps    = 50
)

// meanRates are those of steps 1 to steps of the run that the network has made.
func (n *network) meanRates(steps int) rate.Matrix {
	r := zeros(1, len(n.B))
	for t := 1; t <= steps; t++ {
		floats.Add(r.Data, n.Rates(t).Data)
	}
	floats.Scale(1/float64(steps), r.Data)
	return r
}

// fixedPoint looks for rates that a step leaves as they are, by Newton's method from
// rates r, which it overwrites as it does the run, and returns the Jacobian there; nil
// if it finds none.
func (n *network) fixedPoint(r rate.Matrix) *mat.Dense {
	units := len(n.B)
	jacobian := zeros(units, units)
	residual := make([]float64, units)
	for range newtonSteps {
		n.Start(r)
		next := n.advance()
		floats.SubTo(residual, next, r.Data)
		n.Jacobian(jacobian, next)
		j := mat.NewDense(units, units, jacobian.Data)
		if floats.Norm(residual, math.Inf(1)) <= newtonResidual {
			return j
		}
		system := mat.NewDense(units, units, nil)
		for i := range units {
			system.Set(i, i, 1)
		}
		system.Sub(system, j)
		var step mat.VecDense
		if err := step.SolveVec(system, mat.NewVecDense(units, residual)); err != nil || !finite(step.RawVector().Data) {
			return nil
		}
		floats.Add(r.Data, step.RawVector().Data)
	}
	return nil
}
