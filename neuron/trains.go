package neuron

import "github.com/apical-sim/apical/internal/rng"

// MaxTrains is the most trains that a unit of a Drive may have.
const MaxTrains = rng.MaxTrials

// denseMean is the mean number of spikes of a unit in a step from which on it
// costs less to draw each unit's count than to walk from spike to spike.
const denseMean = 0.1

// Drive gives each unit several independent Poisson trains, each with at most
// one spike a step. What a unit gets in a step does not depend on who asks for
// it. Where a unit has a single train, 64 steps of 64 units are drawn at once. Of
// several trains, those with few spikes are walked from spike to spike, at the
// cost of a Raster; otherwise a number is drawn for each unit and step and turned
// into a count, at about 1 ns.
type Drive struct {
	single *rng.Grid // nil for several trains
	source rng.Source
	counts *rng.Counts // nil where the raster is walked
	raster *Raster
	gaps   *rng.Gaps
}

// NewDrive returns trains with the randomness of source, each with probability
// p of a spike in a step.
func NewDrive(source rng.Source, size, trains int, p float64) *Drive {
	switch {
	case trains == 1:
		return &Drive{single: rng.NewGrid(source, size, p)}
	case float64(trains)*p >= denseMean:
		return &Drive{source: source, counts: rng.NewCounts(trains, p)}
	}
	return &Drive{gaps: rng.NewGaps(p), raster: newRaster(source, size, trains)}
}

// Add adds weight to g of each unit of [lo, hi) for each spike of this step.
// Each step is asked for once, in order. lo and hi are multiples of Block, or hi
// is the size.
func (d *Drive) Add(step int64, lo, hi int, weight float32, g []float32) {
	switch {
	case d.single != nil:
		d.single.Add(step, lo, hi, weight, g)
	case d.counts != nil:
		d.count(step, lo, hi, weight, g)
	default:
		d.raster.addWide(d.gaps, lo, hi, weight, g)
	}
}

// count draws for whole groups of units. The last may be cut short: what lies
// behind it is padding, which stays as it is.
func (d *Drive) count(step int64, lo, hi int, weight float32, g []float32) {
	whole := lo + (hi-lo)/rng.CountGroup*rng.CountGroup
	d.source.AddCounts(d.counts, step, uint32(lo), weight, g[lo:whole])
	if whole < hi {
		var group [rng.CountGroup]float32
		copy(group[:], g[whole:hi])
		d.source.AddCounts(d.counts, step, uint32(whole), weight, group[:])
		copy(g[whole:hi], group[:])
	}
}

// addWide is Add for units with several trials in a step.
func (r *Raster) addWide(gaps *rng.Gaps, lo, hi int, weight float32, g []float32) {
	var room [2 * Block]uint32 // of which about denseMean·Block are needed
	width := uint32(r.width)
	for first := lo; first < hi; first += Block {
		b := first / Block
		trials := int64(min(Block, r.size-first)) * int64(width)
		hits := room[:0]
		switch {
		case !gaps.Sparse():
			hits = r.trials[b].Collect(gaps, uint32(trials), 0, hits)
		case r.next[b] >= trials:
			r.next[b] -= trials
		default:
			r.next[b], hits = r.trials[b].CollectSparse(gaps, r.next[b], uint32(trials), 0, hits)
		}
		for _, i := range hits {
			g[first+int(i/width)] += weight
		}
	}
}
