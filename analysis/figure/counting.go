package figure

import (
	"math"

	"github.com/apical-sim/apical/analysis"
)

// Counting says how rates are made of spikes.
type Counting struct {
	Criterion analysis.Criterion
	Detector  analysis.DetectorOptions
	Bins      analysis.Bins
	// DeadTimeS is that of the chance level, in s, 0 to below the threshold.
	DeadTimeS float64
	// Confidence of the intervals, in (0, 1).
	Confidence float64
}

// RatesOf counts what each population of a source did, in one pass. Between bins
// that are not recorded there is a gap. The accumulating rule has no chance level.
func RatesOf(src analysis.Source, c Counting) ([]Rates, error) {
	rec := src.Recording()
	groups := analysis.ByPopulation(rec)
	rates, err := analysis.NewRates(src, c.Criterion, c.Detector, groups, c.Bins)
	if err != nil {
		return nil, err
	}
	columns := make([]Rates, len(groups.List))
	for g, group := range groups.List {
		columns[g].Population, columns[g].BinS, columns[g].Confidence = group.Name, rec.Seconds(c.Bins.Width), c.Confidence
	}
	z := analysis.Quantile(c.Confidence)
	type bin struct{ at, spikes, recorded int64 }
	bins := make([][]bin, len(columns)) // those with spikes, by group
	end := int64(math.MinInt64)
	for rates.Next() {
		for _, r := range rates.Rates() {
			at := rec.Seconds(r.From) + rec.Seconds(r.To-r.From)/2
			if end != math.MinInt64 && r.From > end {
				columns[r.Group].gap(at - rec.Seconds(r.To-r.From))
			}
			if r.Spikes > 0 {
				bins[r.Group] = append(bins[r.Group], bin{int64(len(columns[r.Group].TimeS)), r.Spikes, r.Recorded})
			}
			columns[r.Group].Push(pointOf(at, r, rec, groups, z))
		}
		end = rates.Rates()[0].To
	}
	if err := rates.Err(); err != nil {
		return nil, err
	}
	if c.Detector.Accumulating {
		for g := range columns {
			columns[g].Chance = nil
		}
		return columns, nil
	}
	chance, err := analysis.NewChance(rec, c.Criterion, c.DeadTimeS)
	if err != nil {
		return nil, err
	}
	for g, level := range rates.Tally().Levels(chance) {
		for _, b := range bins[g] {
			rate := level.Seen(float64(b.spikes-1), groups.List[g].Size, chance.InBin(rec.Seconds(b.recorded)))
			columns[g].Chance[b.at], _ = level.At(rate)
		}
	}
	return columns, nil
}

// pointOf is a bin whose middle is at.
func pointOf(at float64, r analysis.Rate, rec analysis.Recording, groups analysis.Groups, z float64) RatePoint {
	hz := func(n int64) float64 { return r.Hz(n, rec, groups) }
	p := RatePoint{TimeS: at, EventHz: hz(r.Events), BurstHz: hz(r.Bursts), FiringHz: hz(r.Spikes), Low: math.NaN(), High: math.NaN(),
		Events: float64(r.Classified), Chance: math.NaN()}
	var ok bool
	if p.Fraction, ok = r.BurstFraction(); ok && r.ClassifiedBursts <= r.Classified { // a share, wherever bursts are counted
		p.Low, p.High = analysis.Wilson(float64(r.ClassifiedBursts), float64(r.Classified), z)
	}
	return p
}

// Densities are the histograms of the intervals of each population, in bins of
// which there are so many a decade, 1 to 1000, with the threshold that the valley
// between two peaks suggests, if there is one.
func Densities(s *analysis.IntervalStatistics, perDecade int) []Intervals {
	all := make([]Intervals, len(s.Populations))
	for i := range s.Populations {
		p := &s.Populations[i]
		all[i] = Intervals{Population: s.Recording.Populations[i].Name, Count: p.Counts.N()}
		if p.Counts.N() == 0 {
			continue
		}
		h := p.Counts.Histogram(analysis.NewLogBins(s.Recording.StepsPerSecond, perDecade, p.Counts.Longest()))
		all[i].Density = h.Density()
		for k := range all[i].Density {
			from, to := h.Bins.Seconds(k)
			if k == 0 {
				all[i].EdgesS = append(all[i].EdgesS, from)
			}
			all[i].EdgesS = append(all[i].EdgesS, to)
		}
		if v := analysis.FindValley(h); v.Found {
			all[i].Thresholds = []Threshold{{"valley", s.Recording.Seconds(v.ISI)}}
		}
	}
	return all
}

// Sweeps are the curves of a sweep, by population.
func Sweeps(s *analysis.Sweep) []Sweep {
	all := make([]Sweep, len(s.Points))
	seconds := s.Recording.Seconds(s.Recording.Recorded())
	for i, points := range s.Points {
		all[i].Population = s.Recording.Populations[i].Name
		exposure := float64(s.Recording.Populations[i].Size) * seconds
		for _, p := range points {
			fraction, _ := p.BurstFraction() // NaN if there is none
			all[i].ThresholdS = append(all[i].ThresholdS, s.Recording.Seconds(p.ISI))
			all[i].EventHz = append(all[i].EventHz, float64(p.Events)/exposure)
			all[i].Fraction = append(all[i].Fraction, fraction)
			all[i].Chance = append(all[i].Chance, p.ChanceFraction)
		}
	}
	return all
}
