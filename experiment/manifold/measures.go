package manifold

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var errSpectrum = errors.New("the eigenvalues of a covariance did not converge")

// HalfTime is after how many steps the loss is below half of what it was at first; -1 if
// it never is.
func HalfTime(losses []float64) int {
	return slices.IndexFunc(losses, func(l float64) bool { return l < losses[0]/2 })
}

// Radius is the spectral radius of W, the greatest modulus of its eigenvalues: the
// dynamics dv/dt = −v + W v + … is stable at its fixed point for certain if it is below
// 1, and v_{t+1} = W v_t + … if and only if. The static loss does not show it.
func (s *Network) Radius() (float64, error) {
	var eigen mat.Eigen
	if !eigen.Factorize(dense(s.W), mat.EigenNone) {
		return 0, errors.New("the eigenvalues of W did not converge")
	}
	radius := 0.0
	for _, v := range eigen.Values(nil) {
		radius = max(radius, math.Hypot(real(v), imag(v)))
	}
	return radius, nil
}

// spectrum gives the eigenvalues of a symmetric matrix, greatest first, and their vectors
// as columns, signed so that the component of greatest modulus is positive.
func spectrum(s mat.Symmetric) ([]float64, *mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		return nil, nil, errSpectrum
	}
	n := s.SymmetricDim()
	values, ascending := eigen.Values(nil), new(mat.Dense)
	eigen.VectorsTo(ascending)
	slices.Reverse(values)
	vectors := mat.NewDense(n, n, nil)
	column := make([]float64, n)
	for j := range n {
		mat.Col(column, n-1-j, ascending)
		greatest := 0.0
		for _, v := range column {
			if math.Abs(v) > math.Abs(greatest) {
				greatest = v
			}
		}
		if greatest < 0 {
			floats.Scale(-1, column)
		}
		vectors.SetCol(j, column)
	}
	return values, vectors, nil
}

// ParticipationRatio is tr(S)²/tr(S²): how many dimensions activity has, 1 to N.
func ParticipationRatio(s *mat.SymDense) float64 {
	trace, norm := mat.Trace(s), mat.Norm(s, 2)
	return trace * trace / (norm * norm)
}

// Dimension is how many principal components hold 95 % of the variance.
func Dimension(values []float64) int {
	sum, all := 0.0, floats.Sum(values)
	for i, v := range values {
		if sum += v; sum >= 0.95*all {
			return i + 1
		}
	}
	return len(values)
}

// Captured is tr(C S Cᵀ), the variance along rows of C.
func Captured(c mat.Matrix, s *mat.SymDense) float64 {
	var cs mat.Dense
	cs.Mul(c, s)
	sum := 0.0
	rows, n := c.Dims()
	for i := range rows {
		for j := range n {
			sum += cs.At(i, j) * c.At(i, j)
		}
	}
	return sum
}

// PrincipalAngles between the spaces that the columns of a and of b span, degrees,
// smallest first; as many as the smaller has dimensions.
func PrincipalAngles(a, b mat.Matrix) []float64 {
	var product mat.Dense
	product.Mul(basis(a).T(), basis(b))
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		return nil
	}
	angles := svd.Values(nil)
	for i, cosine := range angles {
		angles[i] = math.Acos(min(1, cosine)) * 180 / math.Pi
	}
	return angles
}

// basis is an orthonormal basis of the columns of a.
func basis(a mat.Matrix) mat.Matrix {
	rows, cols := a.Dims()
	var qr mat.QR
	qr.Factorize(a)
	var q mat.Dense
	qr.QTo(&q)
	return q.Slice(0, rows, 0, cols)
}

// change is the direction in which the covariance changes to first order,
// A dW S + (A dW S)ᵀ, by its two modes of greatest modulus, as columns.
func change(a, dw blas64.General, s *mat.SymDense) (*mat.Dense, error) {
	n := a.Rows
	var adw, ds mat.Dense
	adw.Mul(dense(a), dense(dw))
	ds.Mul(&adw, s)
	symmetric := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			symmetric.SetSym(i, j, ds.At(i, j)+ds.At(j, i))
		}
	}
	values, vectors, err := spectrum(symmetric)
	if err != nil {
		return nil, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return cmp.Compare(math.Abs(values[y]), math.Abs(values[x]))
	})
	modes := mat.NewDense(n, outputs, nil)
	for i := range outputs {
		modes.SetCol(i, mat.Col(nil, order[i], vectors))
	}
	return modes, nil
}

// readSpace are the right singular vectors of D, 2 × M, in rows: what of the modes it reads.
func readSpace(d mat.Matrix) mat.Matrix {
	var svd mat.SVD
	if !svd.Factorize(d, mat.SVDThin) {
		return d
	}
	var v mat.Dense
	svd.VTo(&v)
	return v.T()
}

func dense(m blas64.General) *mat.Dense { return mat.NewDense(m.Rows, m.Cols, m.Data) }

// product is a b as rows for a decoder.
func product(a, b *mat.Dense) blas64.General {
	var p mat.Dense
	p.Mul(a, b)
	return p.RawMatrix()
}

// norm is that of Frobenius.
func norm(m blas64.General) float64 { return floats.Norm(m.Data, 2) }

func distance(a, b blas64.General) float64 { return floats.Distance(a.Data, b.Data, 2) }
