package rate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Spectrum says how many dimensions a cloud of vectors has, from the variances v along
// its principal axes. Both are from 1 to the lesser of the number of units and that of
// examples less 1, and NaN where all vectors are equal.
type Spectrum struct {
	// ParticipationRatio is (Σ v)²/Σ v²: n for equal variances in n dimensions.
	ParticipationRatio float64
	// EffectiveRank is exp(−Σ q ln q) with q = v/Σ v (Roy and Vetterli 2007, The
	// effective rank, EUSIPCO, of the covariance): more of small variances count.
	EffectiveRank float64
}

// ErrorSpaces gives the spectrum of the signals d of each layer over examples, without
// changing a weight. Credit for c classes through a linear path has at most c
// dimensions. It takes the singular values of a matrix of examples × units for each
// layer, and time as their product with the lesser of the two. It panics as
// [Network.Angles] does.
func (n *Network) ErrorSpaces(x Matrix, classes []uint8) []Spectrum {
	if x.Rows == 0 || len(classes) < x.Rows {
		panic("rate: error spaces need examples, and the class of each")
	}
	d := make([]Matrix, len(n.layers))
	for k, l := range n.layers {
		d[k] = newMatrix(x.Rows, l.Unit().D.Cols)
	}
	for from := 0; from < x.Rows; from += n.config.Batch {
		to := min(from+n.config.Batch, x.Rows)
		n.assignPart(x, classes, from, to)
		for k, l := range n.layers {
			copy(span(d[k], from, to).Data, first(l.Unit().D, to-from).Data)
		}
	}
	s := make([]Spectrum, len(d))
	for k := range d {
		s[k] = spectrum(d[k])
	}
	return s
}

// spectrum of the rows of d, which it changes.
func spectrum(d Matrix) Spectrum {
	center(d)
	greatest := 0.0
	for _, v := range d.Data {
		greatest = max(greatest, math.Abs(v)) // NaN if one is
	}
	undefined := Spectrum{math.NaN(), math.NaN()}
	if !(greatest > 0) || math.IsInf(greatest, 1) {
		return undefined
	}
	for i := range d.Data {
		d.Data[i] /= greatest // squares of small signals would vanish
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(d.Rows, d.Cols, d.Data), mat.SVDNone) {
		return undefined
	}
	values := svd.Values(nil)
	var sum, squares, entropy float64
	for _, v := range values {
		sum += float64(v * v)
	}
	for _, v := range values {
		if q := v * v / sum; q > 0 {
			squares += float64(q * q)
			entropy -= float64(q * math.Log(q))
		}
	}
	return Spectrum{ParticipationRatio: 1 / squares, EffectiveRank: math.Exp(entropy)}
}

// center takes from each column its mean.
func center(d Matrix) {
	mean := make([]float64, d.Cols)
	for i := range d.Rows {
		for j, v := range row(d, i) {
			mean[j] += v / float64(d.Rows)
		}
	}
	for i := range d.Rows {
		r := row(d, i)
		for j := range r {
			r[j] -= mean[j]
		}
	}
}
