package information

import (
	"fmt"
	"math"
	"math/cmplx"
)

// Coherence is the linear relation of an input x and an output y at each
// frequency.
type Coherence struct {
	FrequencyHz []float64
	// Squared is the magnitude-squared coherence γ² = |S_xy|²/(S_xx S_yy), 0 to 1;
	// 0 where one of the two has no power.
	Squared []float64
	// PhaseRad is the phase of S_xy, −π to π; −2πfd where y follows x by d seconds.
	PhaseRad []float64
	// Independent is K, the effective number of independent estimates.
	Independent float64
}

// Coherent compares two spectra of one estimator.
func Coherent(x, y *Spectrum) Coherence {
	c := Coherence{FrequencyHz: x.estimator.Frequencies(), Independent: x.Independent()}
	xx, yy, xy := x.Power(), y.Power(), x.Cross(y)
	c.Squared, c.PhaseRad = make([]float64, len(xy)), make([]float64, len(xy))
	for i, s := range xy {
		if p := xx[i] * yy[i]; p > 0 {
			c.Squared[i] = min(1, (real(s)*real(s)+imag(s)*imag(s))/p)
			c.PhaseRad[i] = cmplx.Phase(s)
		}
	}
	return c
}

// Significance is the γ² that one frequency exceeds with probability alpha if the
// two have nothing to do with each other, 1 − α^(1/(K−1)) (Rosenberg et al. 1989,
// doi 10.1016/0079-6107(89)90004-7). It is 1 for K <= 1.
func (c Coherence) Significance(alpha float64) float64 {
	if c.Independent <= 1 {
		return 1
	}
	return -math.Expm1(math.Log(alpha) / (c.Independent - 1))
}

// Interval is that of γ² at a place of Squared, at the confidence of z standard
// deviations of the normal distribution (1.96 for 95 %): artanh γ is about normal
// with the variance 1/(2(K−1)) (Enochson & Goodman 1965; Bokil et al. 2007, doi
// 10.1016/j.jneumeth.2006.07.011). It is 0 to 1 for K <= 1, and holds for
// γ² well above 1/K.
func (c Coherence) Interval(place int, z float64) (low, high float64) {
	if c.Independent <= 1 {
		return 0, 1
	}
	middle, half := math.Atanh(math.Sqrt(c.Squared[place])), z/math.Sqrt(2*(c.Independent-1))
	low, high = math.Tanh(max(0, middle-half)), math.Tanh(middle+half)
	return low * low, high * high
}

// Expected is the mean of γ² for two that have nothing to do with each other, 1/K.
func (c Coherence) Expected() float64 {
	if c.Independent <= 1 {
		return 1
	}
	return 1 / c.Independent
}

// Band is a range of frequencies in Hz: those above From, up to and with To.
type Band struct{ FromHz, ToHz float64 }

// Mean is the mean of γ² over the band, NaN if no frequency lies in it.
func (c Coherence) Mean(band Band) float64 {
	sum, n := 0.0, 0
	for i, f := range c.FrequencyHz {
		if band.Holds(f) {
			sum += c.Squared[i]
			n++
		}
	}
	return sum / float64(n)
}

// Holds reports whether a frequency lies in the band, but for its rounding.
func (b Band) Holds(f float64) bool {
	return f > b.FromHz*(1+1e-12) && f <= b.ToHz*(1+1e-12)
}

// Validate tests the band for spectra of an estimator.
func (b Band) Validate(e *Estimator) error {
	f := e.Frequencies()
	last, n := f[len(f)-1], 0
	for _, v := range f {
		if b.Holds(v) {
			n++
		}
	}
	switch {
	case !(b.FromHz >= 0) || !(b.ToHz > b.FromHz):
		return fmt.Errorf("band: %v Hz to %v Hz, want 0 <= from < to", b.FromHz, b.ToHz)
	case b.ToHz > last*(1+1e-12):
		return fmt.Errorf("band: up to %v Hz, want at most %v Hz, half the rate of bins of %v s", b.ToHz, last, e.binS)
	case n == 0:
		return fmt.Errorf("band: no frequency between %v Hz and %v Hz, want segments longer than %v s, which are %v Hz apart",
			b.FromHz, b.ToHz, float64(e.segment)*e.binS, e.Resolution())
	}
	return nil
}
