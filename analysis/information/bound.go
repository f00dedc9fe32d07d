package information

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Bound is the information that a linear decoder finds about inputs in one
// output, in bit/s, by three estimates of one quantity.
//
// The plug-in estimate −Σ_f log₂(1−γ̂²) Δf exceeds the truth, because even
// unrelated series have an average γ̂² of 1/K. How much it does is known: given
// the inputs, of K independent Gaussian estimates of the output's power those of
// what remains after regression on m inputs are gamma distributed with shape
// K−m, those of the total, averaged over the inputs as well, with shape K, so that
//
//	E[−ln(1−γ̂²)] = −ln(1−γ²) + ψ(K) − ψ(K−m) = −ln(1−γ²) + Σ_{j=1}^{m} 1/(K−j),
//
// whatever γ². Corrected takes this away, which is exact for whole K and Gaussian
// series. Net takes away what the same series give once the segments of the output
// no longer belong to those of the inputs.
type Bound struct {
	Plugin    float64 // bit/s, >= 0
	Corrected float64 // bit/s; below 0 by chance if there is nothing to find
	// Shuffled and ShuffledSD are mean and standard deviation of the plug-in estimate
	// over shuffles, bit/s: the output shifted against the inputs by whole segments,
	// around the end. NaN if Shuffles is 0. An input that repeats itself meets itself
	// again in some of them.
	Shuffled, ShuffledSD float64
	// SE is the standard error of Plugin and Corrected, bit/s, by a jackknife over
	// groups of neighbouring segments (Efron & Tibshirani 1993, "An Introduction to
	// the Bootstrap", chapter 11); NaN for fewer than 3 segments.
	SE          float64
	Shuffles    int // that were made
	Exceeding   int // shuffles that gave no less than Plugin
	Inputs      int
	Independent float64 // K
}

// Net is the plug-in estimate less that of shuffled segments, bit/s; NaN without
// shuffles.
func (b Bound) Net() float64 { return b.Plugin - b.Shuffled }

// P is the probability of a plug-in estimate as great as this one if output and
// inputs have nothing to do with each other, (1+Exceeding)/(1+Shuffles) (Davison &
// Hinkley 1997, "Bootstrap Methods", section 4.2): never below 1/(1+Shuffles).
func (b Bound) P() float64 { return float64(1+b.Exceeding) / float64(1+b.Shuffles) }

// leastUnexplained bounds what one frequency can count: 1−γ² as small as this is
// lost in rounding.
const leastUnexplained = 0x1p-40

// Inform bounds the information about all inputs together in one output, over
// a band. One input gives −∫log₂(1−γ²); several give the same of their multiple
// coherence, which for inputs independent of each other is at least the sum over
// inputs. shuffles is the number of shuffles asked for, >= 0; there are fewer if
// the segments allow no more. Inputs that nothing tells apart, or K not above
// inputs+1, are errors.
func Inform(inputs []*Spectrum, output *Spectrum, band Band, shuffles int) (Bound, error) {
	e := output.estimator
	if err := band.Validate(e); err != nil {
		return Bound{}, err
	}
	b := Bound{Inputs: len(inputs), Independent: output.Independent(), Shuffled: math.NaN(), ShuffledSD: math.NaN()}
	if b.Independent < float64(len(inputs))+1.5 {
		return b, fmt.Errorf("spectra: %.1f independent segments for %d inputs, want shorter segments or more time",
			b.Independent, len(inputs))
	}
	m := newSpectralMatrix(inputs, output)
	b.Plugin = m.bits(0, band)
	bias := 0.0
	for j := range inputs {
		bias += 1 / (b.Independent - float64(j+1))
	}
	b.Corrected = b.Plugin - bias/math.Ln2*float64(m.powered(band))*e.Resolution()

	b.SE = m.jackknife(band)

	sum, squares := 0.0, 0.0
	for _, shift := range shifts(output, shuffles) {
		bits := m.bits(shift, band)
		sum += bits
		squares += bits * bits
		b.Shuffles++
		if bits >= b.Plugin {
			b.Exceeding++
		}
	}
	if n := float64(b.Shuffles); n > 0 {
		b.Shuffled = sum / n
		b.ShuffledSD = math.Sqrt(max(0, squares/n-b.Shuffled*b.Shuffled) * n / max(1, n-1))
	}
	return b, nil
}

// shifts spreads up to n shifts evenly over those that bring no segment onto one
// that it overlaps.
func shifts(s *Spectrum, n int) []int {
	e := s.estimator
	apart := (e.segment + e.advance - 1) / e.advance
	first, last := apart, len(s.segments)-apart
	n = min(n, last-first+1)
	var all []int
	for i := range max(n, 0) {
		all = append(all, first+int((int64(2*i)+1)*int64(last-first+1)/int64(2*n)))
	}
	return all
}

// spectralMatrix holds the spectral densities of inputs and an output, as the
// upper half of a Hermitian matrix at each frequency.
type spectralMatrix struct {
	inputs  []*Spectrum
	output  *Spectrum
	density [][]complex128 // of the pair (i, j >= i) at i*n + j
	work    []complex128   // the matrix at one frequency
}

func newSpectralMatrix(inputs []*Spectrum, output *Spectrum) *spectralMatrix {
	n := len(inputs) + 1
	m := &spectralMatrix{inputs: inputs, output: output, density: make([][]complex128, n*n), work: make([]complex128, n*n)}
	for i, x := range inputs {
		for j := i; j < n-1; j++ {
			m.density[i*n+j] = x.Cross(inputs[j])
		}
		m.density[i*n+n-1] = make([]complex128, output.estimator.segment/2+1)
	}
	m.density[n*n-1] = output.Cross(output)
	return m
}

// powered counts the frequencies at which the output has power: cells that are
// silent have no chance either.
func (m *spectralMatrix) powered(band Band) int {
	n := 0
	power := m.density[len(m.density)-1]
	for k, f := range m.output.estimator.Frequencies() {
		if band.Holds(f) && real(power[k]) > 0 {
			n++
		}
	}
	return n
}

// bits is the plug-in estimate, bit/s, with the output shifted by whole segments.
func (m *spectralMatrix) bits(shift int, band Band) float64 {
	n := len(m.inputs) + 1
	for i, x := range m.inputs {
		cross(x, m.output, shift, m.density[i*n+n-1])
	}
	return m.sum(m.density, band)
}

// sum is the plug-in estimate of densities, bit/s.
func (m *spectralMatrix) sum(density [][]complex128, band Band) float64 {
	e := m.output.estimator
	sum := 0.0
	for k, f := range e.Frequencies() {
		if band.Holds(f) {
			sum -= math.Log2(m.unexplained(density, k))
		}
	}
	return sum * e.Resolution()
}

// jackknifeGroups are as many as tell a standard error to a sixth of it.
const jackknifeGroups = 20

// jackknife is the standard error of the plug-in estimate: that of estimates
// without one group of neighbouring segments each.
func (m *spectralMatrix) jackknife(band Band) float64 {
	segments := len(m.output.segments)
	groups := min(jackknifeGroups, segments)
	if groups < 3 {
		return math.NaN()
	}
	all := append(slices.Clone(m.inputs), m.output)
	n := len(all)
	sums := func(from, to int) [][]complex128 {
		density := make([][]complex128, n*n)
		for i, x := range all {
			for j := i; j < n; j++ {
				density[i*n+j] = make([]complex128, len(m.density[i*n+j]))
				sumCross(x, all[j], from, to, 0, density[i*n+j])
			}
		}
		return density
	}
	total := sums(0, segments)
	without := make([]float64, groups)
	for g := range without {
		left := sums(g*segments/groups, (g+1)*segments/groups)
		for i := range left {
			for k := range left[i] {
				left[i][k] = total[i][k] - left[i][k]
			}
		}
		without[g] = m.sum(left, band)
	}
	mean, squares := stat.Mean(without, nil), 0.0
	for _, v := range without {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt(squares * float64(groups-1) / float64(groups))
}

// unexplained is the part of the output's power at a frequency that regression on
// the inputs leaves, 1−γ². It eliminates the inputs one after the other, which
// leaves the density of the output given them (Bendat & Piersol 2010, "Random
// Data", section 7.3). An input without power of its own explains nothing.
func (m *spectralMatrix) unexplained(density [][]complex128, frequency int) float64 {
	n := len(m.inputs) + 1
	a := m.work
	for i := range n {
		for j := i; j < n; j++ {
			a[i*n+j] = density[i*n+j][frequency]
		}
	}
	total := real(a[n*n-1])
	if total <= 0 {
		return 1
	}
	for p := range n - 1 {
		own := real(density[p*n+p][frequency])
		pivot := real(a[p*n+p])
		if pivot <= own*leastUnexplained {
			continue
		}
		for i := p + 1; i < n; i++ {
			c := a[p*n+i]
			factor := complex(real(c)/pivot, -imag(c)/pivot)
			for j := i; j < n; j++ {
				a[i*n+j] -= factor * a[p*n+j]
			}
		}
	}
	return min(1, max(leastUnexplained, real(a[n*n-1])/total))
}
