package information

import (
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/stat/distuv"
)

// noise returns white Gaussian noise of unit variance; entities are independent.
func noise(seed uint64, entity uint32, n int) []float64 {
	stream := rng.NewSource(seed, rng.Protocol, 0).Stream(entity)
	normal := distuv.Normal{Sigma: 1, Src: &stream}
	v := make([]float64, n)
	for i := range v {
		v[i] = normal.Rand()
	}
	return v
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantError checks that an error is one line that says what is meant.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line with %q", err, parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v +- %v", what, got, want, tolerance)
	}
}

// naiveCross is Welch's formula written down, with a Fourier sum for each frequency.
func naiveCross(x, y Series, segment, advance int, tapers [][]float64, binS float64) []complex128 {
	into := make([]complex128, segment/2+1)
	n := 0
	for s := range x {
		for from := 0; from+segment <= len(x[s]); from += advance {
			for _, w := range tapers {
				for k := range into {
					a, b := naiveFourier(x[s][from:from+segment], w, k), naiveFourier(y[s][from:from+segment], w, k)
					into[k] += cmplx.Conj(a) * b
				}
				n++
			}
		}
	}
	for k := range into {
		into[k] *= complex(binS/float64(n), 0)
	}
	return into
}

func naiveFourier(v, w []float64, k int) complex128 {
	mean, power := 0.0, 0.0
	for i := range v {
		mean += v[i] / float64(len(v))
		power += w[i] * w[i]
	}
	sum := complex(0, 0)
	for i := range v {
		sum += complex((v[i]-mean)*w[i]/math.Sqrt(power), 0) * cmplx.Rect(1, -2*math.Pi*float64(k*i)/float64(len(v)))
	}
	return sum
}

func TestSpectraEqualNaive(t *testing.T) {
	x := Series{noise(1, 0, 50), noise(1, 1, 7), noise(1, 2, 23)}
	y := Series{noise(1, 3, 50), noise(1, 4, 7), noise(1, 5, 23)}
	hann := make([]float64, 10)
	var sines [][]float64
	for k := range 3 {
		sines = append(sines, make([]float64, 10))
		for i := range 10 {
			hann[i] = math.Pow(math.Sin(math.Pi*float64(i)/10), 2)
			sines[k][i] = math.Sin(math.Pi * float64((k+1)*(i+1)) / 11)
		}
	}
	for _, c := range []struct {
		name    string
		e       *Estimator
		advance int
		tapers  [][]float64
		n       int // segments of 50, 7 and 23 bins
	}{
		{"Welch", must[*Estimator](t)(Welch(10, 0.002)), 5, [][]float64{hann}, 9 + 0 + 3},
		{"Multitaper", must[*Estimator](t)(Multitaper(10, 3, 0.002)), 10, sines, 5 + 0 + 2},
	} {
		got := c.e.Spectrum(x).Cross(c.e.Spectrum(y))
		for k, want := range naiveCross(x, y, 10, c.advance, c.tapers, 0.002) {
			if cmplx.Abs(got[k]-want) > 1e-15 {
				t.Errorf("%s: frequency %d: %v, want %v", c.name, k, got[k], want)
			}
		}
		if n := c.e.Segments([]int{50, 7, 23}); n != c.n {
			t.Errorf("%s: %d segments, want %d", c.name, n, c.n)
		}
	}
}

// White noise of variance v in bins of d seconds has the density v·d.
func TestPowerOfWhiteNoise(t *testing.T) {
	for name, e := range map[string]*Estimator{
		"Welch": must[*Estimator](t)(Welch(64, 0.01)), "Multitaper": must[*Estimator](t)(Multitaper(64, 5, 0.01)),
	} {
		x := noise(2, 0, 64000)
		for i := range x {
			x[i] = 3*x[i] + 100
		}
		s := e.Spectrum(Series{x})
		sum := 0.0
		// The lowest frequencies lose what is taken away with the mean.
		power := s.Power()[6:32]
		for _, p := range power {
			sum += p
		}
		mean := sum / float64(len(power))
		within(t, name+": density", mean, 9*0.01, 4*9*0.01/math.Sqrt(s.Independent()*float64(len(power))/2))
	}
}

// The Hann window correlates by 1/6 with itself half a segment on (the integral of
// sin²πt sin²π(t+1/2) over half a period, 1/16, over that of sin⁴, 3/8), which
// leaves S²/(S + 2(S−1)/36) of S segments; and spectra scatter as K tells.
func TestIndependentSegments(t *testing.T) {
	e := must[*Estimator](t)(Welch(32, 0.001))
	within(t, "overlap", e.overlap(16), 1.0/6, 1e-15)
	within(t, "K of 9 segments", e.Independent([]int{160}), 81/(9+2*8.0/36), 1e-12)
	within(t, "K of 9 and 1 segments", e.Independent([]int{160, 40}), 100/(10+2*8.0/36), 1e-12)
	within(t, "K of none", e.Independent([]int{31}), 0, 0)
	m := must[*Estimator](t)(Multitaper(32, 4, 0.001))
	within(t, "K of 5 segments with 4 tapers", m.Independent([]int{160}), 20, 1e-12)

	for name, e := range map[string]*Estimator{"Welch": e, "Multitaper": m} {
		const runs = 4000
		sum, squares, k := 0.0, 0.0, 0.0
		for run := range runs {
			s := e.Spectrum(Series{noise(3, uint32(run), 160)})
			k = s.Independent()
			for _, f := range []int{6, 10} { // apart from each other by more than the tapers' width
				p := s.Power()[f]
				sum += p
				squares += p * p
			}
		}
		mean := sum / (2 * runs)
		variance := squares/(2*runs) - mean*mean
		// The relative variance of a gamma distribution of shape K is 1/K, with a standard
		// error of about √(2/n) of it, and more for few segments.
		within(t, name+": relative variance times K", variance/(mean*mean)*k, 1, 4*math.Sqrt(2.0/(2*runs))*1.5)
	}
}

func TestSineTapersAreOrthonormal(t *testing.T) {
	e := must[*Estimator](t)(Multitaper(48, 24, 1))
	for i, a := range e.tapers {
		for j, b := range e.tapers {
			sum, want := 0.0, 0.0
			for k := range a {
				sum += a[k] * b[k]
			}
			if i == j {
				want = 1
			}
			within(t, "product of tapers", sum, want, 1e-13)
		}
		within(t, "first value", a[0], math.Sqrt(2.0/49)*math.Sin(math.Pi*float64(i+1)/49), 1e-13)
	}
}

// An output that follows d seconds after the input has the phase −2πfd.
func TestPhaseOfDelay(t *testing.T) {
	const n, lag, binS = 40000, 3, 0.002
	x := noise(4, 0, n+lag)
	e := must[*Estimator](t)(Welch(200, binS))
	c := Coherent(e.Spectrum(Series{x[lag:]}), e.Spectrum(Series{x[:n]}))
	for i, f := range c.FrequencyHz {
		if i == 0 || i == len(c.FrequencyHz)-1 {
			continue
		}
		want := math.Remainder(-2*math.Pi*f*lag*binS, 2*math.Pi)
		if d := math.Abs(math.Remainder(c.PhaseRad[i]-want, 2*math.Pi)); d > 0.02 || c.Squared[i] < 0.99 {
			t.Fatalf("%v Hz: phase %v, want %v; coherence %v", f, c.PhaseRad[i], want, c.Squared[i])
		}
	}
}

func TestEstimatorsReject(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(Welch(3, 1)), "segment: 3 bins, want 4 to"},
		{second(Welch(-5, 1)), "segment: -5 bins"},
		{second(Welch(1<<30, 1)), "segment: "},
		{second(Welch(8, 0)), "bin: 0 s, want > 0"},
		{second(Welch(8, math.NaN())), "bin: NaN s"},
		{second(Multitaper(8, 0, 1)), "tapers: 0, want 1 to half"},
		{second(Multitaper(8, 5, 1)), "tapers: 5"},
	} {
		wantError(t, c.err, c.want)
	}
}

func second[T any](_ T, err error) error { return err }

// An hour in bins of 5 ms.
func BenchmarkSpectrum(b *testing.B) {
	x := Series{noise(1, 0, 720_000)}
	for _, c := range []struct {
		name string
		e    *Estimator
	}{{"Welch", must[*Estimator](b)(Welch(400, 0.005))}, {"Multitaper", must[*Estimator](b)(Multitaper(400, 5, 0.005))}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.e.Spectrum(x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x[0])), "ns/bin")
		})
	}
}
