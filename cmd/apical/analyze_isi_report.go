package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/analysis"
	"github.com/guptarohit/asciigraph"
)

// isiReport shows intervals to people.
type isiReport struct {
	statistics *analysis.IntervalStatistics
	histograms []analysis.LogHistogram
	dips       *analysis.Dips
	valleys    [][]analysis.Valley // of neurons, if they were asked for
}

// sketchWidth and sketchHeight are those of a histogram in characters, and
// mostSketches is how many are shown.
const sketchWidth, sketchHeight, mostSketches = 64, 8, 6

// cmaBins is how many bins the moving average is usually taken over.
const cmaBins = 1000

func (r isiReport) write(w io.Writer) error {
	s := r.statistics
	rec := s.Recording
	fmt.Fprintf(w, "%s recorded", formatS(rec.Seconds(rec.Recorded())))
	if n := len(rec.Windows); n > 1 {
		fmt.Fprintf(w, " in %d windows", n)
	}
	fmt.Fprintf(w, ", burst: intervals up to %s\n", formatMS(rec.Seconds(s.Options.ISI)))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "population\tneurons\tintervals\tshortest ms\tmedian ms\tmean ms\tCV\tCV2\tLV\tof neurons\tIBI %\tmean IBI ms\tmean IEI ms")
	for i := range s.Populations {
		p := &s.Populations[i]
		n := p.Counts.N()
		ms := func(steps int64) string {
			if n == 0 {
				return "-"
			}
			return fmt.Sprintf("%.4g", 1000*rec.Seconds(steps))
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", rec.Populations[i].Name, rec.Populations[i].Size, n,
			ms(p.Counts.Shortest()), ms(p.Counts.Quantile(0.5)), known("%.4g", 1000*p.MeanS),
			known("%.3f", p.CV), known("%.3f", p.CV2), known("%.3f", p.LV), p.Counted,
			known("%.2f", 100*float64(p.IntraBurst.N)/float64(n)), known("%.4g", 1000*p.IntraBurst.MeanS), known("%.4g", 1000*p.InterEvent.MeanS))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	sketches := 0
	for i, h := range r.histograms {
		if h.N() == 0 {
			continue
		}
		fmt.Fprintln(w)
		name := rec.Populations[i].Name
		if sketches++; sketches <= mostSketches {
			fmt.Fprintln(w, r.sketch(name, h))
		}
		r.suggest(w, name, h, &s.Populations[i].Counts)
		if r.valleys != nil {
			r.singleNeurons(w, name, r.valleys[i])
		}
	}
	if sketches > mostSketches {
		fmt.Fprintf(w, "\n%d populations without a sketch; --population NAME shows one\n", sketches-mostSketches)
	}
	return nil
}

// sketch draws the density of log intervals from the first bin that has any to
// the last, and over a decade at least.
func (r isiReport) sketch(name string, h analysis.LogHistogram) string {
	density := h.Density()
	first, last := 0, len(density)-1
	for h.Counts[first] == 0 {
		first++
	}
	for h.Counts[last] == 0 {
		last--
	}
	from, _ := h.Bins.Seconds(first)
	_, to := h.Bins.Seconds(last)
	low, high := math.Log10(from), math.Log10(to)
	if short := 1 - (high - low); short > 0 {
		low, high = low-short/2, high+short/2
	}
	columns := make([]float64, sketchWidth)
	for i := range columns {
		a := math.Pow(10, low+(high-low)*float64(i)/sketchWidth)
		b := math.Pow(10, low+(high-low)*float64(i+1)/sketchWidth)
		columns[i] = meanDensity(h.Bins, density, a, b)
	}
	return asciigraph.Plot(columns,
		asciigraph.Height(sketchHeight),
		asciigraph.Precision(2),
		asciigraph.XAxisRange(low, high),
		asciigraph.XAxisValueFormatter(func(log float64) string { return shortTime(math.Pow(10, log), 2) }),
		asciigraph.Caption(name+": share of intervals per decade"),
	)
}

// meanDensity is the mean over log interval of a density between two intervals
// in s.
func meanDensity(bins analysis.LogBins, density []float64, a, b float64) float64 {
	var mean float64
	for i, g := range density {
		from, to := bins.Seconds(i)
		if overlap := math.Log(min(b, to) / max(a, from)); overlap > 0 {
			mean += g * overlap / math.Log(b/a)
		}
	}
	return mean
}

// shortTime writes a time in s with the digits given, in ms or s.
func shortTime(s float64, digits int) string {
	unit := " s"
	if s < 0.9995 {
		s, unit = 1000*s, " ms"
	}
	decimals := max(0, digits-1-int(math.Floor(math.Log10(s))))
	return fmt.Sprintf("%.*f%s", decimals, s, unit)
}

// suggest prints what the methods say about a threshold.
func (r isiReport) suggest(w io.Writer, name string, h analysis.LogHistogram, c *analysis.IntervalCounts) {
	rec := r.statistics.Recording
	short := func(steps int64) string { return shortTime(rec.Seconds(steps), 3) }
	valley := analysis.FindValley(h)
	stays := formatMS(rec.Seconds(r.statistics.Options.ISI)) + " stays"
	var peaks []string
	for _, p := range valley.Peaks {
		peaks = append(peaks, shortTime(p.Seconds, 3))
	}
	at := ""
	if len(peaks) > 0 {
		at = " (peaks: " + strings.Join(peaks, ", ") + ")"
	}
	if valley.Found {
		fmt.Fprintf(w, "%s: logISI: threshold %s, in a valley of void %.2f and depth %.2f%s\n", name, short(valley.ISI), valley.Void, valley.Depth, at)
	} else {
		if valley.Void > 0 {
			valley.Why += fmt.Sprintf(" with a void of %.2f", valley.Void)
		}
		fmt.Fprintf(w, "%s: logISI: no threshold, %s%s; %s\n", name, valley.Why, at, stays)
	}
	dip := r.dips.Test(c)
	several := dip.P < 0.05
	verdict := "no sign of a second mode"
	if several {
		verdict = "more than one mode"
	}
	fmt.Fprintf(w, "%s: dip test: %s (dip %.4f, p %.3f, of %d intervals)\n", name, verdict, dip.Dip, dip.P, dip.N)
	switch cma := analysis.FindCMA(c, cmaBins); {
	case !cma.Found:
		fmt.Fprintf(w, "%s: CMA: no threshold, %s; %s\n", name, cma.Why, stays)
	default:
		width := cma.BinSteps / float64(rec.StepsPerSecond)
		doubt := ""
		switch {
		case !several && valley.Unimodal():
			doubt = "; of intervals of one mode, it separates nothing"
		case width > rec.Seconds(r.statistics.Options.ISI):
			doubt = ", which are too wide to tell bursts because of the longest interval"
		}
		fmt.Fprintf(w, "%s: CMA: threshold %s, related spikes up to %s, in bins of %s%s\n", name, short(cma.ISI), short(cma.Related),
			shortTime(width, 3), doubt)
	}
}

// singleNeurons prints what the valleys of neurons say.
func (r isiReport) singleNeurons(w io.Writer, name string, valleys []analysis.Valley) {
	var found []int64
	unimodal := 0
	for _, v := range valleys {
		if v.Found {
			found = append(found, v.ISI)
		}
		if len(v.Peaks) == 1 {
			unimodal++
		}
	}
	fmt.Fprintf(w, "%s: logISI of single neurons: %d of %d unimodal, %d have a threshold", name, unimodal, len(valleys), len(found))
	if len(found) > 0 {
		slices.Sort(found)
		rec := r.statistics.Recording
		quartile := func(q int) string { return shortTime(rec.Seconds(found[q*(len(found)-1)/4]), 3) }
		fmt.Fprintf(w, ", median %s, quartiles %s and %s", quartile(2), quartile(1), quartile(3))
	}
	fmt.Fprintln(w)
}
