package analysis

import "math"

// The valley method: what the publication fixes, and how the histogram is smoothed.
const (
	// valleyPeak is the interval in s below which the peak of bursts must lie, and
	// voidParameter the least separation of two peaks (Pasquale, Martinoia &
	// Chiappalone 2010, doi 10.1007/s10827-009-0175-1).
	valleyPeak    = 0.1
	voidParameter = 0.7
	// valleyIntervals is the least number of intervals: more than nine spikes.
	valleyIntervals = 9
	// valleyGrid is the resolution of the smoothed histogram in decades.
	valleyGrid = 0.01
	// valleySigma is the width of the Gaussian that smooths it, in decades: that of a
	// bin in the publication.
	valleySigma = 0.1
	// valleyErrors is by how many standard errors of counting a peak must rise above
	// the valleys beside it.
	valleyErrors = 3
)

// Peak is a peak of a smoothed histogram of log10 intervals.
type Peak struct {
	Seconds float64 // where it is, s
	Density float64 // share of intervals per decade
}

// Valley is the valley between the peak of the intervals within bursts and a later
// peak, if there is one.
type Valley struct {
	Found bool
	// ISI is the longest interval, in steps, on the near side of the valley.
	ISI int64
	// Void is 1 − g_min/√(g1·g2), with g the density at the valley and at the peaks
	// on its two sides: 0 of a plateau, 1 of peaks with nothing between them.
	Void float64
	// Depth is 1 − g_min/min(g1, g2), which a low peak beside a high one does not
	// enlarge. Where no valley is found both are those of the largest void.
	Depth float64
	Peaks []Peak // that counting noise does not explain, ascending
	// Why says in a sentence why there is none, or why it was found.
	Why string
}

// Unimodal tells that the histogram has no two peaks.
func (v Valley) Unimodal() bool { return len(v.Peaks) < 2 }

// FindValley looks for a threshold between intervals within bursts and between
// events, where the histogram of log10 intervals has a valley (logISI method;
// Pasquale et al. 2010, doi 10.1007/s10827-009-0175-1): the minimum after the
// first peak, which has to lie below 100 ms, up to the first later peak from which
// it is separated by a void parameter of at least 0.7.
//
// The method depends on the histogram, so this is what is done. Its density is
// smoothed with a Gaussian of σ = 0.1 decades, so that bins hardly matter if they are
// narrower than that. A peak counts if it rises above the valleys beside it by three
// standard errors of the difference, √((g+g_min)/(2√π N σ)); otherwise it is merged
// into the higher neighbour. A cluster of intervals with nothing beside it needs
// seven, then. Smoothing fills narrow gaps: of densities that are flat on either side
// one of 0.2 decades (16 to 26 ms) is just found. At least ten spikes are needed.
//
// Many cortical cells have one peak only and can multiplex all the same (Friedenberger
// & Naud 2021 found no valley in most): then there is nothing to choose a
// threshold by, and Found is false. Intervals of neurons with different rates
// should not be pooled if their peaks are to be told apart.
func FindValley(h LogHistogram) Valley {
	n := h.N()
	if n < valleyIntervals {
		return Valley{Why: "fewer than ten spikes"}
	}
	g := smoothLog(h)
	all := g.peaks(n)
	v := Valley{}
	for _, k := range all {
		v.Peaks = append(v.Peaks, Peak{Seconds: g.seconds(k), Density: g.density[k]})
	}
	switch {
	case len(all) < 2:
		v.Why = "the intervals are unimodal"
		return v
	case v.Peaks[0].Seconds >= valleyPeak:
		v.Why = "no peak below 100 ms"
		return v
	}
	first := all[0]
	least := first
	for _, k := range all[1:] {
		for i := least; i <= k; i++ {
			if g.density[i] < g.density[least] {
				least = i
			}
		}
		g1, g2, low := g.density[first], g.density[k], g.density[least]
		if void := 1 - low/math.Sqrt(g1*g2); void > v.Void {
			v.Void, v.Depth = void, 1-low/min(g1, g2)
		}
		if v.Void >= voidParameter {
			break
		}
	}
	// Where nothing lies between the peaks, the middle of nothing.
	end := least
	for g.density[end+1] == g.density[least] {
		end++
	}
	at := g.seconds((least + end) / 2)
	switch {
	case v.Void < voidParameter:
		v.Why = "the peaks overlap"
	case at > valleyPeak:
		v.Why = "the valley lies beyond 100 ms"
	default:
		v.Found, v.Why = true, "the peaks are separated"
		v.ISI = max(1, int64(math.Floor(at*float64(h.Bins.stepsPerSecond))))
	}
	return v
}

// logDensity is a density over log10 of an interval in s, on a grid of valleyGrid.
type logDensity struct {
	from    float64 // log10 of the first point
	density []float64
}

func (g *logDensity) seconds(i int) float64 { return math.Pow(10, g.from+float64(i)*valleyGrid) }

// smoothLog smooths a histogram that is not empty.
func smoothLog(h LogHistogram) logDensity {
	first, last := -1, 0
	for i, c := range h.Counts {
		if c > 0 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	low, _ := h.Bins.Seconds(first)
	_, high := h.Bins.Seconds(last)
	const margin = 4 * valleySigma
	g := logDensity{from: math.Log10(low) - margin}
	g.density = make([]float64, int((math.Log10(high)-math.Log10(low)+2*margin)/valleyGrid)+2)
	density := h.Density()
	for i := first; i <= last; i++ {
		if density[i] == 0 {
			continue
		}
		from, to := h.Bins.Seconds(i)
		a, b := math.Log10(from), math.Log10(to)
		lo := max(0, int((a-margin-g.from)/valleyGrid))
		hi := min(len(g.density)-1, int((b+margin-g.from)/valleyGrid)+1)
		for k := lo; k <= hi; k++ {
			x := g.from + float64(k)*valleyGrid
			// The integral of the Gaussian over the bin.
			g.density[k] += density[i] * (normalCDF((b-x)/valleySigma) - normalCDF((a-x)/valleySigma))
		}
	}
	return g
}

func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// peaks returns the places of the maxima that counting n intervals does not
// explain.
func (g *logDensity) peaks(n int64) []int {
	d := g.density
	var peaks, valleys []int // valleys[i] lies between peaks i and i+1
	rising, low := true, 0
	for i := 1; i < len(d); i++ {
		switch {
		case rising && d[i] < d[i-1]:
			if len(peaks) > 0 {
				valleys = append(valleys, low)
			}
			peaks = append(peaks, i-1)
			rising = false
			low = i
		case !rising && d[i] > d[i-1]:
			rising = true
			low = i - 1
		case !rising:
			low = i
		}
	}
	for {
		worst, at := math.Inf(1), -1
		for i, v := range valleys {
			top := min(d[peaks[i]], d[peaks[i+1]])
			if z := rise(top, d[v], n); z < worst {
				worst, at = z, i
			}
		}
		if worst >= valleyErrors {
			return peaks
		}
		lower := at
		if d[peaks[at+1]] < d[peaks[at]] {
			lower = at + 1
		}
		// The lower peak goes, and of the two valleys beside it the higher, which is
		// this one: else the other would have been the worst.
		peaks = append(peaks[:lower:lower], peaks[lower+1:]...)
		valleys = append(valleys[:at:at], valleys[at+1:]...)
	}
}

// rise returns by how many standard errors of counting top lies above low: the
// variance of a Gaussian kernel estimate g of n points is g/(2√π n σ).
func rise(top, low float64, n int64) float64 {
	return (top - low) / math.Sqrt((top+low)/(2*math.Sqrt(math.Pi)*float64(n)*valleySigma))
}
