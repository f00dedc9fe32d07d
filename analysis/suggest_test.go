package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// logNormal adds n intervals whose log10 in s is normal.
func logNormal(r *rand.Rand, c *IntervalCounts, n int, median, sd float64, perSecond int64) {
	for range n {
		c.Add(max(1, int64(math.Round(median*math.Pow(10, sd*r.NormFloat64())*float64(perSecond)))))
	}
}

func histogramOf(c *IntervalCounts, perSecond int64, perDecade int) LogHistogram {
	return c.Histogram(NewLogBins(perSecond, perDecade, c.Longest()))
}

// Two peaks far apart have a valley between them, where the mixture of the two
// densities, smoothed by the same Gaussian, is least; the number of bins hardly
// matters.
func TestValleyOfTwoPeaks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var c IntervalCounts
	logNormal(r, &c, 6000, 0.005, 0.12, 100000)
	logNormal(r, &c, 4000, 0.15, 0.3, 100000)
	// The least of 0.6 N(x; log 5 ms, s₁²+σ²) + 0.4 N(x; log 150 ms, s₂²+σ²), σ = 0.1.
	least, at := math.Inf(1), 0.0
	for x := -2.2; x < -1; x += 0.001 {
		normal := func(median, sd float64) float64 {
			s := math.Hypot(sd, valleySigma)
			z := (x - math.Log10(median)) / s
			return math.Exp(-z*z/2) / s
		}
		if g := 0.6*normal(0.005, 0.12) + 0.4*normal(0.15, 0.3); g < least {
			least, at = g, x
		}
	}
	for _, perDecade := range []int{15, 20, 50, 100} {
		v := FindValley(histogramOf(&c, 100000, perDecade))
		got := math.Log10(float64(v.ISI) / 100000)
		if !v.Found || v.Unimodal() || v.Void < 0.8 || math.Abs(got-at) > 0.1 {
			t.Errorf("%d bins a decade: valley at 10^%.3f s, want 10^%.3f; %+v", perDecade, got, at, v)
		}
		if math.Abs(math.Log10(v.Peaks[0].Seconds/0.005)) > 0.03 || math.Abs(math.Log10(v.Peaks[1].Seconds/0.15)) > 0.06 {
			t.Errorf("%d bins a decade: peaks %+v, want 5 and 150 ms", perDecade, v.Peaks)
		}
	}
}

// Poisson neurons with dead time have one peak, however many intervals are at hand:
// the counting noise of few intervals makes peaks that do not count. Of 24 000
// recordings of 5 to 1000 s at 5 and 20 Hz one had a valley.
func TestPoissonHasNoValley(t *testing.T) {
	found := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 8))
		var c IntervalCounts
		train := poissonTrain(r, 10, 20, 0, []int64{20, 200, 2000}[seed%3]*10000, 10000)
		for i := 1; i < len(train); i++ {
			c.Add(train[i] - train[i-1])
		}
		if v := FindValley(histogramOf(&c, 10000, 20)); v.Found {
			found++
		}
	}
	if found > 1 {
		t.Errorf("a valley in %d of 300 Poisson recordings", found)
	}
}

func TestValleySaysWhy(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for _, c := range []struct {
		peaks [][3]float64 // number, median s, sd of log10
		why   string
	}{
		{[][3]float64{{8, 0.005, 0.1}}, "fewer than ten spikes"},
		{[][3]float64{{5000, 0.05, 0.3}}, "the intervals are unimodal"},
		{[][3]float64{{5000, 0.2, 0.1}, {5000, 5, 0.1}}, "no peak below 100 ms"},
		{[][3]float64{{5000, 0.09, 0.1}, {5000, 5, 0.1}}, "the valley lies beyond 100 ms"},
		{[][3]float64{{5000, 0.01, 0.15}, {5000, 0.04, 0.15}}, "the peaks overlap"},
		{[][3]float64{{5000, 0.005, 0.1}, {5000, 0.2, 0.1}}, "the peaks are separated"},
	} {
		var counts IntervalCounts
		for _, p := range c.peaks {
			logNormal(r, &counts, int(p[0]), p[1], p[2], 100000)
		}
		if v := FindValley(histogramOf(&counts, 100000, 20)); v.Why != c.why || v.Found != (c.why == "the peaks are separated") {
			t.Errorf("%v: %+v, want %q", c.peaks, v, c.why)
		}
	}
}

// An empty gap of width w between densities that are flat and equal is smoothed to
// the void 1 − 2(1−Φ(w/2σ)), which is 0.7 at w = 2.07 σ.
func TestValleyFillsNarrowGaps(t *testing.T) {
	for width, found := range map[float64]bool{0.18: false, 0.23: true} {
		var c IntervalCounts
		const perSecond, n = 1_000_000, 40000
		edge := math.Log10(0.02)
		for i := range n {
			// Flat on [edge−0.8, edge−width/2], and as far above; peaks at the inner ends, where
			// the density is 1 % higher.
			x := 0.8 * math.Pow((float64(i)+0.5)/n, 1.02)
			for _, sign := range []float64{-1, 1} {
				c.Add(int64(perSecond * math.Pow(10, edge+sign*(width/2+x))))
			}
		}
		if v := FindValley(histogramOf(&c, perSecond, 200)); v.Found != found {
			t.Errorf("a gap of %v decades: %+v", width, v)
		}
	}
}

// A low peak beside a high one is noise unless it stands out of counting: the void
// parameter alone would take it.
func TestValleyIsNotFooledByATail(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	var c IntervalCounts
	logNormal(r, &c, 3000, 0.1, 0.25, 100000)
	c.Add(200)
	c.Add(210)
	if v := FindValley(histogramOf(&c, 100000, 20)); !v.Unimodal() {
		t.Errorf("two intervals of 2 ms make a peak: %+v", v)
	}
}

// naiveCMA follows the publication on the intervals themselves, in the way of the
// implementation of Cotterill et al. 2016 (doi 10.1152/jn.00093.2016).
func naiveCMA(intervals []int64, bins int) (core, related, skew float64) {
	low, high := slices.Min(intervals), slices.Max(intervals)
	width := float64(high-low) / float64(bins)
	var average []float64
	for k := int64(1); (k-1)*(high-low) < high*int64(bins); k++ {
		sum := 0
		for _, interval := range intervals {
			if interval*int64(bins) <= k*(high-low) {
				sum++
			}
		}
		average = append(average, float64(sum)/float64(k))
	}
	mean := 0.0
	for _, a := range average {
		mean += a
	}
	mean /= float64(len(average))
	var variance, third float64
	for _, a := range average {
		variance += math.Pow(a-mean, 2) / float64(len(average)-1)
		third += math.Pow(a-mean, 3) / float64(len(average))
	}
	skew = third / math.Pow(variance, 1.5)
	alpha := [][3]float64{{1, 1, 0.5}, {4, 0.7, 0.5}, {9, 0.5, 0.3}, {math.Inf(1), 0.3, 0.1}}
	i := slices.IndexFunc(alpha, func(a [3]float64) bool { return skew < a[0] })
	top := slices.Max(average)
	m := slices.Index(average, top)
	place := func(share float64) float64 {
		best := m
		for k := m; k < len(average); k++ {
			if math.Abs(average[k]-share*top) < math.Abs(average[best]-share*top) {
				best = k
			}
		}
		return (float64(best) + 0.5) * width
	}
	return place(alpha[i][1]), place(alpha[i][2]), skew
}

func TestCMAAgainstDefinition(t *testing.T) {
	skews := map[float64]bool{}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		var c IntervalCounts
		logNormal(r, &c, 200, 0.005, 0.1, 10000)
		logNormal(r, &c, 10+int(seed)*20, 0.02*math.Pow(1.1, float64(seed)), 0.01*float64(seed), 10000)
		var intervals []int64
		for interval, n := range c.All() {
			for range n {
				intervals = append(intervals, interval)
			}
		}
		for _, bins := range []int{100, 1000} {
			got := FindCMA(&c, bins)
			core, related, skew := naiveCMA(intervals, bins)
			if !got.Found || got.ISI != max(1, int64(core)) || got.Related != max(1, int64(related)) || math.Abs(got.Skewness-skew) > 1e-9*math.Abs(skew) {
				t.Errorf("seed %d, %d bins: %+v, want %v and %v at skewness %v", seed, bins, got, core, related, skew)
			}
			skews[got.Alpha] = true
		}
	}
	if len(skews) < 3 {
		t.Errorf("shares %v only", skews)
	}
	var few, same IntervalCounts
	few.Add(3)
	for range 20 {
		same.Add(7)
	}
	if FindCMA(&few, 1000).Why != "fewer than ten spikes" || FindCMA(&same, 1000).Why != "all intervals are the same" {
		t.Error("it finds a threshold where there is none")
	}
}
