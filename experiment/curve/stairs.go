// Package curve measures how the burst probability and the event rate of one
// population of pyramidal cells depend on the current into its dendrites: the
// protocol that the supplementary figures 5 and 10 of Payeur, Guerguiev, Zenke,
// Richards, Naud 2021 (doi 10.1038/s41593-021-00857-x) share. The current climbs
// stairs from the beginning of the run, without burn-in, and each stair gives a
// point: the mean over the bins of its second half.
package curve

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/sim"
)

// Population is the population that is measured, the first of the network.
const Population = "pyr"

// Point is one point of a curve.
type Point struct {
	DendriticCurrentPA float64 `json:"dendritic_current_pa"`
	// BurstProbabilityPct is the mean over bins of bursts per event, as the
	// reference program's analysis takes it; BurstRateHz/EventRateHz is the ratio
	// of the sums instead. A burst counts at its second spike, so that a bin at
	// saturation may exceed 100 %. Nil if no bin had an event.
	BurstProbabilityPct *float64 `json:"burst_probability_pct"`
	EventRateHz         float64  `json:"event_rate_hz"`
	BurstRateHz         float64  `json:"burst_rate_hz"`
}

// Stairs is a current that climbs, or falls, by equal stairs.
type Stairs struct {
	FirstPA, ByPA float64
	Count         int
	Stair, Bin    int64 // steps of the simulation; Bin divides Stair
}

// Params are the parameters that Read takes.
func Params(firstPA, lastPA, byPA, binMS float64) []experiment.Param {
	current := func(key string, value float64, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Number, Unit: "pA", Default: value, Min: -1e5, Max: 1e5, Doc: doc}
	}
	return []experiment.Param{
		current("dendritic_first", firstPA, "current into the dendrites in the first stair"),
		current("dendritic_last", lastPA, "current into the dendrites in the last stair"),
		current("dendritic_increment", byPA, "from stair to stair"),
		{Key: "stair_duration", Kind: experiment.Number, Unit: "s", Default: 1, Min: 0, OpenMin: true, Max: 3600, Doc: "of each stair, whose second half is measured"},
		{Key: "bin", Kind: experiment.Number, Unit: "ms", Default: binMS, Min: 0, OpenMin: true, Max: 1e6, Doc: "in which events and bursts are counted"},
	}
}

// most bounds the stairs; leastBins of a stair leave one that ends in its second
// half and before its end.
const most, leastBins = 10_000, 3

// Read returns the stairs that the values describe.
func Read(v *experiment.Values) (Stairs, error) {
	first, last, by := v.Float("dendritic_first"), v.Float("dendritic_last"), v.Float("dendritic_increment")
	climbs := (last - first) / by
	if by == 0 || climbs < 0 || climbs > most || math.Abs(climbs-math.Round(climbs)) > 1e-9*max(1, climbs) {
		return Stairs{}, experiment.Inputf("dendritic_increment: %s, want one that leads from dendritic_first (%s) to dendritic_last (%s) in at most %d stairs",
			v.Text("dendritic_increment"), v.Text("dendritic_first"), v.Text("dendritic_last"), most)
	}
	if err := spiking.WantSteps(v, "bin"); err != nil {
		return Stairs{}, err
	}
	if err := spiking.WantMultipleOf(v, "stair_duration", "bin"); err != nil {
		return Stairs{}, err
	}
	s := Stairs{FirstPA: first, ByPA: by, Count: int(math.Round(climbs)) + 1,
		Stair: spiking.StepsOf(v, "stair_duration"), Bin: spiking.StepsOf(v, "bin")}
	if s.Stair/s.Bin < leastBins {
		return Stairs{}, experiment.Inputf("stair_duration: %s, want %d bins of %s or more", v.Text("stair_duration"), leastBins, v.Text("bin"))
	}
	return s, nil
}

// Current is the current of a stair, pA.
func (s Stairs) Current(stair int) float64 { return s.FirstPA + float64(stair)*s.ByPA }

// Steps is how long the whole takes.
func (s Stairs) Steps() int64 { return int64(s.Count) * s.Stair }

// Waveform is the current into the dendrites.
func (s Stairs) Waveform() sim.Steps {
	var w sim.Steps
	for i := range s.Count {
		w.TimesMS = append(w.TimesMS, float64(int64(i)*s.Stair)*sim.DefaultDtMS)
		w.PA = append(w.PA, s.Current(i))
	}
	return w
}

// meter makes points of bins.
type meter struct {
	stairs Stairs
	sums   []sums
}

// sums of the bins of one stair.
type sums struct {
	bins, withEvents    int
	ratio, event, burst float64 // %, Hz, Hz
}

func newMeter(s Stairs) *meter { return &meter{stairs: s, sums: make([]sums, s.Count)} }

// add takes the next bin of the population. Of each stair those count that end
// after its middle and before its end.
func (m *meter) add(b sim.RateBin) {
	stair := (b.To - 1) / m.stairs.Stair
	end := b.To - stair*m.stairs.Stair
	if 2*end <= m.stairs.Stair || end == m.stairs.Stair {
		return
	}
	s := &m.sums[stair]
	s.bins++
	hz := spiking.StepsPerSecond / (float64(b.To-b.From) * float64(b.Neurons))
	s.event += float64(b.Events) * hz
	s.burst += float64(b.Bursts) * hz
	if b.Events > 0 {
		s.withEvents++
		s.ratio += 100 * b.BurstFraction()
	}
}

func (m *meter) points() []Point {
	points := make([]Point, m.stairs.Count)
	for i, s := range m.sums {
		n := float64(s.bins)
		points[i] = Point{DendriticCurrentPA: m.stairs.Current(i), EventRateHz: s.event / n, BurstRateHz: s.burst / n}
		if s.withEvents > 0 {
			percent := s.ratio / float64(s.withEvents)
			points[i].BurstProbabilityPct = &percent
		}
	}
	return points
}
