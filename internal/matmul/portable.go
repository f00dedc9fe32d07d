package matmul

import "math"

// scale sets c = β·c, or 0.
func scale(beta float64, c []float64) {
	if beta == 0 {
		clear(c)
		return
	}
	for i, v := range c {
		c[i] = beta * v
	}
}

// addScaled sets c[j] = fma(x, y[j·step], c[j]).
func addScaled(c []float64, x float64, y []float64, step int) {
	for j, s := range c {
		c[j] = math.FMA(x, y[j*step], s)
	}
}
