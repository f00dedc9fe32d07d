package vec

import "math"

// Constants of exp64. ln 2 is split in two so that n·ln2High64 is exact for every n
// that occurs: the first has 32 bits.
const (
	expReach64 = 708 // beyond, e^x or e^−x is no normal number
	log2e64    = math.Log2E
	ln2High64  = 0x1.62e42feep-1
	ln2Low64   = math.Ln2 - ln2High64
	// rounder64 moves the integer part of a small float64 into its lowest bits.
	rounder64 = 3 << 51
)

// Sigmoid64 sets dst[i] = 1/(1+e^−x[i]), with an error below 2.5 units in the last
// place for |x| ≤ 708, and beyond what it is there: so it is positive for every x. NaN
// gives NaN. dst is at least as long as x, and may be x itself.
func Sigmoid64(dst, x []float64) {
	dst = dst[:len(x)]
	done := sigmoid64Vector(dst, x)
	sigmoid64Portable(dst[done:], x[done:])
}

func sigmoid64Portable(dst, x []float64) {
	for i, v := range x {
		dst[i] = 1 / (1 + exp64(-v))
	}
}

// exp64 returns e^x: with x = n ln 2 + r, it is 2ⁿ times the Taylor series of e^r up
// to r¹³. For |r| ≤ ln 2 / 2 what is left out is below 5e-18 of it.
func exp64(x float64) float64 {
	if x > expReach64 {
		x = expReach64
	}
	if x < -expReach64 {
		x = -expReach64
	}
	// The low bits of shifted are n.
	shifted := float64(x*log2e64) + rounder64
	n := shifted - rounder64
	r := x - float64(n*ln2High64)
	r -= float64(n * ln2Low64)
	y := float64(r*(1.0/6227020800)) + 1.0/479001600
	y = float64(y*r) + 1.0/39916800
	y = float64(y*r) + 1.0/3628800
	y = float64(y*r) + 1.0/362880
	y = float64(y*r) + 1.0/40320
	y = float64(y*r) + 1.0/5040
	y = float64(y*r) + 1.0/720
	y = float64(y*r) + 1.0/120
	y = float64(y*r) + 1.0/24
	y = float64(y*r) + 1.0/6
	y = float64(y*r) + 1.0/2
	y = float64(y*float64(r*r)) + r
	y++
	return y * math.Float64frombits(math.Float64bits(shifted)<<52+1023<<52)
}
