package information

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// channel is y_t = x_t + a x_(t−1) + σ n_t of white x and n.
func channel(seed uint64, n int, a, sigma float64) (x, y []float64) {
	x, y = noise(seed, 0, n+1), noise(seed, 1, n)
	for t := range y {
		y[t] = x[t+1] + a*x[t] + sigma*y[t]
	}
	return x[1:], y
}

// A filter with noise: γ² = |H|²/(|H|²+σ²), |H|² = 1 + a² + 2a cos 2πf.
func TestCoherenceOfFilterAndNoise(t *testing.T) {
	const a, sigma, binS = 0.8, 0.7, 0.005
	x, y := channel(1, 200_000, a, sigma)
	for name, e := range map[string]*Estimator{
		"Welch": must[*Estimator](t)(Welch(200, binS)), "Multitaper": must[*Estimator](t)(Multitaper(200, 4, binS)),
	} {
		c := Coherent(e.Spectrum(Series{x}), e.Spectrum(Series{y}))
		worst, mean := 0.0, 0.0
		inner := c.Squared[4 : len(c.Squared)-4]
		for i := range inner {
			h := 1 + a*a + 2*a*math.Cos(2*math.Pi*c.FrequencyHz[i+4]*binS)
			g := h / (h + sigma*sigma)
			sd := (1 - g) * math.Sqrt(2*g/c.Independent) // Carter 1987, doi 10.1109/PROC.1987.13723
			worst = max(worst, math.Abs(inner[i]-g)/sd)
			mean += (inner[i] - g) / sd / float64(len(inner))
		}
		// Of 93 frequencies the worst is rarely beyond 4.5 standard deviations; that of
		// their mean is 0.1, more for neighbours that share a taper's band.
		if worst > 4.5 || math.Abs(mean) > 0.8 {
			t.Errorf("%s: worst deviation %.2f, mean %.2f standard deviations", name, worst, mean)
		}
	}
}

// Of two that have nothing to do with each other, γ² has the mean 1/K and exceeds
// the level of significance as often as that says.
func TestCoherenceByChance(t *testing.T) {
	for name, e := range map[string]*Estimator{
		"Welch": must[*Estimator](t)(Welch(64, 0.001)), "Multitaper": must[*Estimator](t)(Multitaper(64, 5, 0.001)),
	} {
		const runs = 600
		sum, above, n := 0.0, 0.0, 0.0
		var c Coherence
		for run := range runs {
			c = Coherent(e.Spectrum(Series{noise(2, uint32(2*run), 640)}), e.Spectrum(Series{noise(2, uint32(2*run+1), 640)}))
			for i := 8; i < 32; i += 6 {
				sum += c.Squared[i]
				n++
				if c.Squared[i] > c.Significance(0.05) {
					above++
				}
			}
		}
		within(t, name+": mean times K", sum/n/c.Expected(), 1, 4/math.Sqrt(n))
		within(t, name+": part above", above/n, 0.05, 4*math.Sqrt(0.05*0.95/n))
	}
}

func TestCoherenceIsInvariant(t *testing.T) {
	x, y := channel(3, 5000, 0.5, 1)
	e := must[*Estimator](t)(Welch(100, 0.01))
	scaled := make([]float64, len(y))
	for i, v := range y {
		scaled[i] = 40 - 3e-7*v
	}
	a, b := Coherent(e.Spectrum(Series{x}), e.Spectrum(Series{y})), Coherent(e.Spectrum(Series{x}), e.Spectrum(Series{scaled}))
	swapped := Coherent(e.Spectrum(Series{y}), e.Spectrum(Series{x}))
	self := Coherent(e.Spectrum(Series{x}), e.Spectrum(Series{x}))
	silent := Coherent(e.Spectrum(Series{x}), e.Spectrum(Series{make([]float64, len(x))}))
	for i := 1; i < len(a.Squared); i++ {
		within(t, "scaled", b.Squared[i], a.Squared[i], 1e-6)
		within(t, "swapped", swapped.Squared[i], a.Squared[i], 1e-12)
		within(t, "phase swapped", math.Sin(swapped.PhaseRad[i]+a.PhaseRad[i]), 0, 1e-12)
		within(t, "self", self.Squared[i], 1, 1e-12)
		within(t, "silent", silent.Squared[i], 0, 0)
	}
}

// The Gaussian channel y = x + n has W log₂(1 + S/N) bit/s in the band W. Corrected
// is exact for a whole number of independent segments, however few.
func TestGaussianChannel(t *testing.T) {
	const binS, segment = 0.005, 50
	e := must[*Estimator](t)(Multitaper(segment, 1, binS))
	band := Band{20, 80} // apart from both ends, where spectra are real
	for _, c := range []struct {
		k      int
		snr    float64
		inputs int
	}{{3, 0, 1}, {4, 1, 1}, {6, 10, 1}, {20, 0.3, 1}, {4, 1, 2}, {5, 5, 3}} {
		t.Run(fmt.Sprintf("K %d, SNR %v, %d inputs", c.k, c.snr, c.inputs), func(t *testing.T) {
			want := 60 * math.Log2(1+c.snr)
			var plugins, corrected []float64
			for run := range 600 {
				seed := uint64(1000*c.k + run)
				y := noise(seed, 0, c.k*segment)
				var inputs []*Spectrum
				for i := range c.inputs {
					x := noise(seed, uint32(i+1), len(y))
					for t := range y {
						y[t] += x[t] * math.Sqrt(c.snr/float64(c.inputs))
					}
					inputs = append(inputs, e.Spectrum(Series{x}))
				}
				b := must[Bound](t)(Inform(inputs, e.Spectrum(Series{y}), band, 0))
				plugins, corrected = append(plugins, b.Plugin), append(corrected, b.Corrected)
			}
			mean, sd := stat.MeanStdDev(corrected, nil)
			within(t, "corrected", mean, want, 4*sd/math.Sqrt(600))
			if stat.Mean(plugins, nil) < want+10*sd/math.Sqrt(600) {
				t.Errorf("plug-in: %v, want it well above %v", stat.Mean(plugins, nil), want)
			}
		})
	}
}

// Welch's segments overlap, and K is not whole; the correction then holds nearly.
func TestGaussianChannelByWelch(t *testing.T) {
	const binS = 0.005
	e := must[*Estimator](t)(Welch(100, binS))
	for _, snr := range []float64{0, 0.5, 8} {
		var corrected, net []float64
		for run := range 200 {
			x, y := noise(uint64(run), 8, 3000), noise(uint64(run), 9, 3000)
			for i := range y {
				y[i] += math.Sqrt(snr) * x[i]
			}
			b := must[Bound](t)(Inform([]*Spectrum{e.Spectrum(Series{x})}, e.Spectrum(Series{y}), Band{10, 90}, 10))
			corrected, net = append(corrected, b.Corrected), append(net, b.Net())
		}
		for name, v := range map[string][]float64{"corrected": corrected, "net": net} {
			mean, sd := stat.MeanStdDev(v, nil)
			within(t, fmt.Sprintf("SNR %v: %s", snr, name), mean, 80*math.Log2(1+snr), 4*sd/math.Sqrt(200)+0.02)
		}
	}
}

// Independent signals: nothing above chance, and the shuffles say so.
func TestNothingInNothing(t *testing.T) {
	e := must[*Estimator](t)(Welch(100, 0.005))
	small := 0
	for run := range 200 {
		x, y := noise(uint64(run), 20, 4000), noise(uint64(run), 21, 4000)
		b := must[Bound](t)(Inform([]*Spectrum{e.Spectrum(Series{x})}, e.Spectrum(Series{y}), Band{0, 100}, 19))
		if b.Shuffles != 19 {
			t.Fatalf("%d shuffles, want 19", b.Shuffles)
		}
		if b.P() <= 0.05 {
			small++
		}
		if math.Abs(b.Corrected) > 6*b.ShuffledSD || math.Abs(b.Net()) > 6*b.ShuffledSD {
			t.Errorf("run %d: %+v", run, b)
		}
	}
	// 5 % of 200 runs, and 4 standard deviations of that.
	if small > 10+13 {
		t.Errorf("%d of 200 runs below p = 0.05, want about 10", small)
	}
}

// Multiple coherence: two inputs add up, the same one twice is one.
func TestSeveralInputs(t *testing.T) {
	const n = 100_000
	a, b, y := noise(5, 1, n), noise(5, 2, n), noise(5, 3, n)
	for i := range y {
		y[i] += 2*a[i] + b[i]
	}
	e := must[*Estimator](t)(Welch(100, 0.005))
	sa, sb, sy := e.Spectrum(Series{a}), e.Spectrum(Series{b}), e.Spectrum(Series{y})
	band := Band{5, 95}
	bits := func(inputs ...*Spectrum) float64 {
		return must[Bound](t)(Inform(inputs, sy, band, 0)).Corrected
	}
	within(t, "both", bits(sa, sb), 90*math.Log2(6), 2)
	within(t, "first", bits(sa), 90*math.Log2(6.0/2), 2)
	within(t, "second", bits(sb), 90*math.Log2(6.0/5), 2)
	within(t, "order", bits(sb, sa), bits(sa, sb), 1e-9)
	one, twice := must[Bound](t)(Inform([]*Spectrum{sa}, sy, band, 0)), must[Bound](t)(Inform([]*Spectrum{sa, sa}, sy, band, 0))
	within(t, "twice", twice.Plugin, one.Plugin, 1e-9)
	// An output that is an input: finite, 40 bits at each frequency.
	within(t, "itself", must[Bound](t)(Inform([]*Spectrum{sy}, sy, band, 0)).Plugin, 90*40, 1e-6)
}

// A silent output has no information, and nothing to correct.
func TestSilence(t *testing.T) {
	e := must[*Estimator](t)(Welch(100, 0.005))
	b := must[Bound](t)(Inform([]*Spectrum{e.Spectrum(Series{noise(7, 0, 2000)})}, e.Spectrum(Series{make([]float64, 2000)}), Band{0, 100}, 9))
	if b.Plugin != 0 || b.Corrected != 0 || b.Net() != 0 || b.SE != 0 || b.P() != 1 {
		t.Errorf("%+v", b)
	}
}

func TestInformRejects(t *testing.T) {
	e := must[*Estimator](t)(Welch(100, 0.005))
	s := e.Spectrum(Series{noise(6, 0, 1000)})
	short := e.Spectrum(Series{noise(6, 0, 150)})
	for _, c := range []struct {
		s    *Spectrum
		band Band
		want string
	}{
		{s, Band{0, 101}, "want at most 100 Hz"},
		{s, Band{-1, 10}, "want 0 <= from < to"},
		{s, Band{10, 10}, "want 0 <= from < to"},
		{s, Band{0, math.NaN()}, "want 0 <= from < to"},
		{s, Band{10.5, 11.5}, "want segments longer than 0.5 s, which are 2 Hz apart"},
		{short, Band{0, 100}, "want shorter segments or more time"},
	} {
		_, err := Inform([]*Spectrum{c.s}, c.s, c.band, 0)
		wantError(t, err, c.want)
	}
}

// No shuffle brings a segment onto one that it overlaps with.
func TestShifts(t *testing.T) {
	for _, segments := range []int{1, 2, 3, 4, 5, 9, 40} {
		e := must[*Estimator](t)(Welch(10, 1))
		s := e.Spectrum(Series{make([]float64, 5*(segments+1))})
		if len(s.segments) != segments {
			t.Fatal(len(s.segments))
		}
		for _, n := range []int{0, 1, 3, 1000} {
			all := shifts(s, n)
			if want := max(0, min(n, segments-3)); len(all) != want {
				t.Errorf("%d segments: %d shifts, want %d", segments, len(all), want)
			}
			for i, k := range all {
				if k < 2 || k > segments-2 || i > 0 && k <= all[i-1] {
					t.Errorf("%d segments: shifts %v", segments, all)
				}
			}
		}
	}
}

// The jackknife's standard error is the deviation of repeated estimates, and the
// interval of coherence holds the truth as often as it says.
func TestErrors(t *testing.T) {
	const snr, runs = 2.0, 300
	for name, e := range map[string]*Estimator{
		"Welch": must[*Estimator](t)(Welch(50, 0.005)), "Multitaper": must[*Estimator](t)(Multitaper(50, 3, 0.005)),
	} {
		var bits, errors []float64
		held, n := 0.0, 0.0
		for run := range runs {
			x, y := noise(uint64(run), 30, 3000), noise(uint64(run), 31, 3000)
			for i := range y {
				y[i] += math.Sqrt(snr) * x[i]
			}
			sx, sy := e.Spectrum(Series{x}), e.Spectrum(Series{y})
			b := must[Bound](t)(Inform([]*Spectrum{sx}, sy, Band{10, 90}, 0))
			bits, errors = append(bits, b.Corrected), append(errors, b.SE)
			c := Coherent(sx, sy)
			for i := 3; i < 22; i += 6 {
				if low, high := c.Interval(i, 1.96); low <= snr/(1+snr) && snr/(1+snr) <= high {
					held++
				}
				n++
			}
		}
		// 20 groups know their deviation to 1/√38 each; the deviation of 300 runs is known
		// to 4 %. Overlapping segments make neighbouring groups less than independent.
		within(t, name+": standard error", stat.Mean(errors, nil)/stat.StdDev(bits, nil), 1, 0.2)
		within(t, name+": coverage", held/n, 0.95, 0.03)
	}
	two := must[*Estimator](t)(Multitaper(50, 20, 0.005))
	s := two.Spectrum(Series{noise(1, 40, 100)})
	if b := must[Bound](t)(Inform([]*Spectrum{s}, s, Band{10, 90}, 0)); !math.IsNaN(b.SE) {
		t.Errorf("standard error of 2 segments: %v", b.SE)
	}
}
