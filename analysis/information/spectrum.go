package information

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Series is a quantity in bins of equal length, in each of the stretches of time
// in which it is known. The series of one analysis agree in the lengths of their
// stretches.
type Series [][]float64

// Estimator estimates spectra: it cuts series into segments, weights each with
// one taper or more, and averages over segments and tapers. It is not safe for
// concurrent use; the spectra that it gives are.
type Estimator struct {
	binS    float64
	segment int // bins
	advance int // bins from a segment to the next
	tapers  [][]float64
	fft     *fourier.FFT
	work    []float64
}

// maxSegment bounds the memory of tapers.
const maxSegment = 1 << 24

// Welch averages over segments that overlap by half, each weighted with a Hann
// window (Welch 1967, doi 10.1109/TAU.1967.1161901; that this overlap suits the
// window for coherence: Carter, Knapp & Nuttall 1973, doi
// 10.1109/TAU.1973.1162496). segment is in bins, >= 4; a bin lasts binS s, > 0.
func Welch(segment int, binS float64) (*Estimator, error) {
	if err := checkLengths(segment, binS); err != nil {
		return nil, err
	}
	// The periodic window, so that windows half a segment apart add up to a constant.
	hann := make([]float64, segment)
	for i := range hann {
		hann[i] = 1 - math.Cos(2*math.Pi*float64(i)/float64(segment))
	}
	return newEstimator(segment, segment/2, binS, [][]float64{hann}), nil
}

// Multitaper averages over segments side by side and the first tapers sine tapers
// of each,
//
//	w_k(t) = √(2/(L+1)) sin(π k (t+1)/(L+1)),  k = 1, …, tapers,
//
// which are orthogonal and confine the spectrum to a band of (tapers+1)/(2L) to
// each side (Riedel & Sidorenko 1995, doi 10.1109/78.365298). segment is L in
// bins, >= 4; 1 <= tapers <= L/2.
func Multitaper(segment, tapers int, binS float64) (*Estimator, error) {
	if err := checkLengths(segment, binS); err != nil {
		return nil, err
	}
	if tapers < 1 || tapers > segment/2 {
		return nil, fmt.Errorf("tapers: %d, want 1 to half a segment of %d bins", tapers, segment)
	}
	sines := make([][]float64, tapers)
	for k := range sines {
		sines[k] = make([]float64, segment)
		for i := range sines[k] {
			sines[k][i] = math.Sin(math.Pi * float64(k+1) * float64(i+1) / float64(segment+1))
		}
	}
	return newEstimator(segment, segment, binS, sines), nil
}

func checkLengths(segment int, binS float64) error {
	switch {
	case segment < 4 || segment > maxSegment:
		return fmt.Errorf("segment: %d bins, want 4 to %d", segment, maxSegment)
	case !(binS > 0) || math.IsInf(binS, 1):
		return fmt.Errorf("bin: %v s, want > 0", binS)
	}
	return nil
}

// newEstimator scales tapers to unit power.
func newEstimator(segment, advance int, binS float64, tapers [][]float64) *Estimator {
	for _, w := range tapers {
		power := 0.0
		for _, v := range w {
			power += v * v
		}
		for i := range w {
			w[i] /= math.Sqrt(power)
		}
	}
	return &Estimator{binS: binS, segment: segment, advance: advance, tapers: tapers,
		fft: fourier.NewFFT(segment), work: make([]float64, segment)}
}

// Resolution is the distance between frequencies, in Hz.
func (e *Estimator) Resolution() float64 { return 1 / (float64(e.segment) * e.binS) }

// Frequencies are those of all spectra, in Hz, from 0 to half the rate of bins.
func (e *Estimator) Frequencies() []float64 {
	f := make([]float64, e.segment/2+1)
	for i := range f {
		f[i] = float64(i) / (float64(e.segment) * e.binS)
	}
	return f
}

// Segments is the number of segments in stretches of these lengths. What is left
// at the end of a stretch is not used.
func (e *Estimator) Segments(bins []int) int {
	n := 0
	for _, b := range bins {
		n += e.within(b)
	}
	return n
}

func (e *Estimator) within(bins int) int {
	if bins < e.segment {
		return 0
	}
	return (bins-e.segment)/e.advance + 1
}

// Independent is the effective number K of independent estimates that a spectrum
// of white noise averages over, if stretches have these lengths. Of S_i
// overlapping segments in stretch i,
//
//	K = J (Σ S_i)² / Σ_i [S_i + 2 Σ_j (S_i−j) ρ_j²],  ρ_j = Σ_t w(t) w(t+jD) / Σ_t w(t)²
//
// for J tapers and segments that begin D bins apart (Welch 1967; Percival &
// Walden 1993, "Spectral Analysis for Physical Applications", eq. 292b). With the
// Hann window and D half a segment ρ₁ = 1/6: K is 95 % of S.
func (e *Estimator) Independent(bins []int) float64 {
	total, variance := 0.0, 0.0
	for _, b := range bins {
		s := e.within(b)
		total += float64(s)
		variance += float64(s)
		for j := 1; j < s && j*e.advance < e.segment; j++ {
			rho := e.overlap(j * e.advance)
			variance += 2 * float64(s-j) * rho * rho
		}
	}
	if total == 0 {
		return 0
	}
	return float64(len(e.tapers)) * total * total / variance
}

// overlap is the correlation of the first taper with itself, lag bins later.
func (e *Estimator) overlap(lag int) float64 {
	w, sum := e.tapers[0], 0.0
	for i := range e.segment - lag {
		sum += w[i] * w[i+lag]
	}
	return sum
}

// Spectrum is a series in frequency: the tapered Fourier transforms of its
// segments. Nothing changes it.
type Spectrum struct {
	estimator *Estimator
	bins      []int          // lengths of the stretches
	segments  [][]complex128 // taper after taper, each with all frequencies
}

// Spectrum transforms a series. Of each segment its mean is taken away first, so
// that the power at frequency 0 is none and does not leak into its neighbours.
// It takes 16 bytes a bin and taper, twice that for [Welch].
func (e *Estimator) Spectrum(series Series) *Spectrum {
	s := &Spectrum{estimator: e}
	half := e.segment/2 + 1
	for _, stretch := range series {
		s.bins = append(s.bins, len(stretch))
		for k := range e.within(len(stretch)) {
			segment := stretch[k*e.advance:][:e.segment]
			mean := 0.0
			for _, v := range segment {
				mean += v
			}
			mean /= float64(e.segment)
			all := make([]complex128, half*len(e.tapers))
			for j, w := range e.tapers {
				for i, v := range segment {
					e.work[i] = (v - mean) * w[i]
				}
				e.fft.Coefficients(all[j*half:(j+1)*half], e.work)
			}
			s.segments = append(s.segments, all)
		}
	}
	return s
}

// Independent is the K of [Estimator.Independent] for this spectrum.
func (s *Spectrum) Independent() float64 { return s.estimator.Independent(s.bins) }

// Power is the power spectral density over positive and negative frequencies, in
// the square of the series' unit per Hz. Its sum over the frequencies from −1/2 to
// 1/2 of the rate of bins, times the resolution, is the variance.
func (s *Spectrum) Power() []float64 {
	power := make([]float64, s.estimator.segment/2+1)
	for i, c := range s.Cross(s) {
		power[i] = real(c)
	}
	return power
}

// Cross is the cross-spectral density ⟨X* Y⟩, in the product of the units per Hz.
// Where y follows x by d seconds, its phase is −2πfd.
func (s *Spectrum) Cross(y *Spectrum) []complex128 {
	into := make([]complex128, s.estimator.segment/2+1)
	cross(s, y, 0, into)
	return into
}

// cross averages X* Y over segments and tapers, of x with the segment of y that
// comes shift segments later, around the end.
func cross(x, y *Spectrum, shift int, into []complex128) {
	clear(into)
	n := len(x.segments)
	if n == 0 {
		return
	}
	sumCross(x, y, 0, n, shift, into)
	scale := complex(x.estimator.binS/float64(n*len(x.estimator.tapers)), 0)
	for i := range into {
		into[i] *= scale
	}
}

// sumCross adds X* Y of the segments [from, to) of x to into.
func sumCross(x, y *Spectrum, from, to, shift int, into []complex128) {
	if len(x.segments) != len(y.segments) || x.estimator.segment != y.estimator.segment {
		panic("information: spectra of series of different lengths, or by different estimators")
	}
	for k := from; k < to; k++ {
		a, b := x.segments[k], y.segments[(k+shift)%len(y.segments)]
		for len(a) > 0 {
			for i, v := range a[:len(into)] {
				w := b[i]
				into[i] += complex(real(v)*real(w)+imag(v)*imag(w), real(v)*imag(w)-imag(v)*real(w))
			}
			a, b = a[len(into):], b[len(into):]
		}
	}
}
