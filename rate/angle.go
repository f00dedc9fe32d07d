package rate

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// Angle gives the angle between two vectors of equal length in degrees, 0 to 180, and
// whether both have a direction. If one is zero there is no angle, and 90 stands for
// it: it tells nothing about the other. An element that is NaN or infinite makes the
// angle NaN.
//
// With x and y of length 1 it is 2 atan(|x − y|/|x + y|), which keeps its digits near 0
// and 180 degrees, where the arc cosine loses half of them (Kahan 2006, How futile are
// mindless assessments of roundoff in floating-point computation?). Nothing needs to be
// clipped.
//
// For networks that learn online, one example at a time, it is the angle between what
// an example has changed, W afterwards − W before, and −∂L/∂W of a network with the
// same weights (as Greedy et al. 2022 measure their time-continuous model).
func Angle(x, y []float64) (degrees float64, defined bool) {
	return angleOf([][]float64{x}, [][]float64{y})
}

// angleOf is Angle of vectors that come in pieces.
func angleOf(x, y [][]float64) (degrees float64, defined bool) {
	nx, ny := length(x), length(y)
	if nx == 0 || ny == 0 {
		return 90, false
	}
	var minus, plus float64
	for k := range x {
		for i, v := range x[k] {
			v /= nx
			w := y[k][i] / ny
			minus += float64((v - w) * (v - w))
			plus += float64((v + w) * (v + w))
		}
	}
	return 2 * math.Atan2(math.Sqrt(minus), math.Sqrt(plus)) * 180 / math.Pi, true
}

// length neither overflows nor underflows.
func length(x [][]float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum = math.Hypot(sum, blas64.Nrm2(blas64.Vector{N: len(v), Inc: 1, Data: v}))
	}
	return sum
}
