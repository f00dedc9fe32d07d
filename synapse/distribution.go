package synapse

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Distribution says how weights or delays are drawn. The zero Distribution is
// the constant 0.
type Distribution struct {
	kind distributionKind
	a, b float64
}

type distributionKind uint8

const (
	constant distributionKind = iota
	normal
	logNormal
	uniform
)

// Constant gives every connection the same value.
func Constant(v float64) Distribution { return Distribution{constant, v, 0} }

// Normal draws from N(mean, sd²). A value whose sign differs from the mean's is
// drawn again, so that excitation stays excitation. A delay that comes out below
// one step becomes one step.
func Normal(mean, sd float64) Distribution { return Distribution{normal, mean, sd} }

// LogNormal draws values > 0 with the given mean and standard deviation (of
// the values, not of their logarithms).
func LogNormal(mean, sd float64) Distribution { return Distribution{logNormal, mean, sd} }

// Uniform draws from [low, high).
func Uniform(low, high float64) Distribution { return Distribution{uniform, low, high} }

// Validate returns what is out of range.
func (d Distribution) Validate() error {
	var l check.List
	switch d.kind {
	case constant:
		l.Finite("value", d.a)
	case normal:
		l.Finite("mean", d.a)
		l.NotNegative("sd", d.b)
		if d.a == 0 && d.b > 0 {
			l.Addf("mean", "0, want a mean with a sign")
		}
	case logNormal:
		l.Positive("mean", d.a)
		l.NotNegative("sd", d.b)
	case uniform:
		l.Finite("low", d.a)
		if !(d.b >= d.a) || math.IsInf(d.b, 0) {
			l.Addf("high", "%v, want at least low (%v)", d.b, d.a)
		}
	}
	return l.Err()
}

// Fixed returns the value and true where all draws are the same.
func (d Distribution) Fixed() (float64, bool) {
	return d.a, d.kind == constant || (d.kind == uniform && d.a == d.b) || (d.kind == normal && d.b == 0)
}

// sampler returns a function that draws from the stream.
func (d Distribution) sampler(s *rng.Stream) func() float64 {
	switch d.kind {
	case normal:
		law := distuv.Normal{Mu: d.a, Sigma: d.b, Src: s}
		return func() float64 {
			for {
				if v := law.Rand(); v*d.a >= 0 {
					return v
				}
			}
		}
	case logNormal:
		variance := math.Log1p(d.b / d.a * d.b / d.a)
		law := distuv.LogNormal{Mu: math.Log(d.a) - variance/2, Sigma: math.Sqrt(variance), Src: s}
		return law.Rand
	case uniform:
		return func() float64 { return d.a + (d.b-d.a)*s.Float64() }
	default:
		return func() float64 { return d.a }
	}
}
