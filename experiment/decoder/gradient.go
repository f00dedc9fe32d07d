package decoder

import (
	"math"
	"slices"
)

// difference is how far a weight is moved to each side, as a part of all weights of its
// kind: small, since rectified units have kinks that a move must not cross.
const difference = 1e-7

// gradientError compares the gradient of the whole loop with central differences: for
// each kind of weights the slope of the loss along the gradient, which is its length. It
// returns the greatest relative deviation.
func (l *loop) gradientError(seed uint64) float64 {
	source := trialSource(seed, trialsGradient)
	l.run(source, 0)
	l.back()
	worst := 0.0
	for kind, x := range l.parameters() {
		g, kept := slices.Clone(l.gradients()[kind]), slices.Clone(x)
		length := 0.0
		for _, v := range g {
			length += float64(v * v)
		}
		length = math.Sqrt(length)
		if length == 0 {
			continue
		}
		at := func(h float64) float64 {
			for i := range x {
				x[i] = kept[i] + h*g[i]/length
			}
			return l.run(source, 0)
		}
		slope := (at(difference) - at(-difference)) / (2 * difference)
		copy(x, kept)
		worst = max(worst, math.Abs(slope-length)/length)
	}
	return worst
}
