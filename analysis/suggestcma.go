package analysis

import "math"

// CMA is a threshold by the cumulative moving average of the histogram of
// intervals.
type CMA struct {
	Found bool
	// ISI is the longest interval of the cores of bursts, and Related that of spikes
	// related to them, both in steps.
	ISI, Related int64
	// Skewness is that of the cumulative moving average, and Alpha and AlphaRelated
	// the shares of its maximum that the thresholds are taken at.
	Skewness            float64
	Alpha, AlphaRelated float64
	// BinSteps is the width of a bin: the thresholds are known to half of it.
	BinSteps float64
	// Why says in a sentence why there is none.
	Why string
}

// FindCMA places a threshold where the cumulative moving average of the histogram
// of intervals,
//
//	CMA_k = (1/k) Σ_{i<=k} y_i,
//
// has fallen to a share α of its maximum (Kapucu et al. 2012,
// doi 10.3389/fncom.2012.00038). α depends on the skewness of CMA: below 1 it is 1,
// below 4 it is 0.7, below 9 it is 0.5, and 0.3 above; for related spikes 0.5, 0.5,
// 0.3 and 0.1. The threshold is the middle of the bin, from that of the maximum on,
// whose average is closest to α times the maximum.
//
// The bins, of equal width, reach from 0 to the longest interval; 1000 are usual,
// at most 10 000, and the result depends on how many: one long silence makes bins too wide to tell
// a burst. It finds a threshold in any intervals, of a Poisson neuron too: whether
// there are two kinds is for [DipTest] or [FindValley] to say.
func FindCMA(c *IntervalCounts, bins int) CMA {
	if bins < 2 || bins > 10_000 {
		panic("analysis: FindCMA: want 2 to 10000 bins")
	}
	spread := c.longest - c.shortest
	switch {
	case c.n < valleyIntervals:
		return CMA{Why: "fewer than ten spikes"}
	case spread == 0:
		return CMA{Why: "all intervals are the same"}
	}
	// The bin of an interval; an edge belongs to the bin below it.
	place := func(interval int64) int64 { return (interval*int64(bins) + spread - 1) / spread }
	average := make([]float64, place(c.longest))
	for interval, n := range c.All() {
		average[place(interval)-1] += float64(n)
	}
	width := float64(spread) / float64(bins)
	var sum float64
	top := 0
	for i, y := range average {
		sum += y
		average[i] = sum / float64(i+1)
		if average[i] > average[top] {
			top = i
		}
	}
	r := CMA{Found: true, Skewness: skewness(average), BinSteps: width}
	r.Alpha, r.AlphaRelated = cmaShares(r.Skewness)
	fallen := func(share float64) int64 {
		best := top
		for i := top; i < len(average); i++ {
			if math.Abs(average[i]-share*average[top]) < math.Abs(average[best]-share*average[top]) {
				best = i
			}
		}
		return max(1, int64(math.Floor((float64(best)+0.5)*width)))
	}
	r.ISI, r.Related = fallen(r.Alpha), fallen(r.AlphaRelated)
	return r
}

// cmaShares is the table of the publication.
func cmaShares(skewness float64) (alpha, related float64) {
	switch {
	case skewness < 1:
		return 1, 0.5
	case skewness < 4:
		return 0.7, 0.5
	case skewness < 9:
		return 0.5, 0.3
	}
	return 0.3, 0.1
}

// skewness returns m₃/s³, with the standard deviation s over n−1.
func skewness(x []float64) float64 {
	n := float64(len(x))
	var mean, m2, m3 float64
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		d := v - mean
		m2 += d * d
		m3 += d * d * d
	}
	return (m3 / n) / math.Pow(m2/(n-1), 1.5)
}
