package detection

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
)

// sessionName is the stratum of a session's trials, and the condition of its
// stimulated ones.
func sessionName(s int) string { return fmt.Sprintf("session %03d", s+1) }

// measurement analyses a recording. Until it compares, it knows of spikes and
// trials alone.
type measurement struct {
	recording *recording
	open      func() (analysis.Source, error) // the spikes, from the first on
	design    trials.Design
	criterion analysis.Criterion
	baseline  trials.Bins
	response  trials.Bins // in which cells are tested and trials are decoded
	level     float64
	chance    trials.Resampling
	decoding  trials.Resampling
}

func newMeasurement(r *recording, v *experiment.Values, seed uint64) *measurement {
	bin := steps(v.Float("bin") / 1000)
	ends := 0.0
	for s := range r.sessions {
		ends = max(ends, r.hits[s].end(), r.misses[s].end())
	}
	until := steps(max(ends+after, v.Float("response_window")/1000))
	d := trials.Design{From: -steps(lead), To: (until + bin - 1) / bin * bin, Bin: bin}
	onset := d.Onset()
	return &measurement{
		recording: r,
		open:      func() (analysis.Source, error) { return r.source(), nil },
		design:    d,
		criterion: analysis.Criterion{ISI: int64(r.firing.threshold)},
		baseline:  trials.Bins{From: 0, To: onset},
		response:  trials.Bins{From: onset, To: onset + int(steps(v.Float("response_window")/1000)/bin)},
		level:     v.Float("level"),
		chance:    trials.Resampling{Seed: seed, Draws: v.Int("permutations")},
		decoding:  trials.Resampling{Seed: seed, Draws: v.Int("decode_permutations")},
	}
}

// after is how much of a trial is looked at beyond the last response, s.
const after = 0.1

// list gives the trials to align, each under all names that it is compared by.
func (m *measurement) list() []trials.Trial {
	var all []trials.Trial
	for _, t := range m.recording.trials {
		s := sessionName(t.session)
		if t.outcome.stimulated() {
			all = append(all, trials.Trial{Onset: t.onset, Condition: s})
		}
		all = append(all, trials.Trial{Onset: t.onset, Condition: t.outcome.String(), Stratum: s},
			trials.Trial{Onset: t.onset, Condition: t.condition(), Stratum: s})
	}
	return all
}

// align counts what happens around the stimulations.
func (m *measurement) align() (*trials.Aligned, error) {
	source, err := m.open()
	if err != nil {
		return nil, err
	}
	d, err := analysis.NewDetector(source, m.criterion, analysis.DetectorOptions{})
	if err != nil {
		return nil, err
	}
	return trials.Align(d, m.design, m.list())
}

// found is what the analysis takes a cell for, by the same names as what was
// planted.
func found(c *trials.Cell) class {
	responds := func(r trials.ResponseClass) bool { return r == trials.On || r == trials.Off }
	return classOf(responds(c.FiringRate.Class), responds(c.BurstFraction.Class))
}

// groups are the cells by their classes: event rate, both, burst fraction, none.
type groups struct {
	order []int        // cells
	ends  [classes]int // where eventsOnly, both, burstsOnly and unresponsive end
}

func newGroups(cells int, of func(cell int) class) groups {
	var g groups
	for i, k := range []class{eventsOnly, both, burstsOnly, unresponsive} {
		for n := range cells {
			if of(n) == k {
				g.order = append(g.order, n)
			}
		}
		g.ends[i] = len(g.order)
	}
	return g
}

// rateCells, fractionCells, bothCells and constantCells are those whose firing rate
// responds, whose burst fraction does, both, or only the latter.
func (g *groups) rateCells() []int     { return g.order[:g.ends[1]] }
func (g *groups) fractionCells() []int { return g.order[g.ends[0]:g.ends[2]] }
func (g *groups) bothCells() []int     { return g.order[g.ends[0]:g.ends[1]] }
func (g *groups) constantCells() []int { return g.order[g.ends[1]:g.ends[2]] }

// measure analyses the recording and compares it with what was planted.
func (m *measurement) measure(ctx context.Context) (*Metrics, error) {
	blind, err := m.align()
	if err != nil {
		return nil, err
	}
	population, err := blind.Sum(blind.Population(0))
	if err != nil {
		return nil, err
	}
	cells, err := population.Cells(ctx, trials.CellOptions{Baseline: m.baseline, Response: m.response,
		Condition: stimulated, FDR: m.level, Permutations: m.chance})
	if err != nil {
		return nil, err
	}
	result := &Metrics{Behaviour: m.recording.behaviour(), Spikes: len(m.recording.spikes)}
	if result.Cells, err = m.compareCells(blind, cells); err != nil {
		return nil, err
	}
	result.Effects, result.Classes = summarize(result.Cells, m.level)
	var contrast *trials.Contrast
	if len(m.recording.which(isHit)) > 0 && len(m.recording.which(isMiss)) > 0 {
		contrast, err = population.Contrast(ctx, trials.ContrastOptions{A: hit.String(), B: miss.String(), Permutations: m.chance})
		if err != nil {
			return nil, err
		}
	}
	result.Errors = m.errors(population, contrast)

	g := newGroups(len(cells), func(i int) class { return found(&cells[i]) })
	if result.Training, err = m.training(ctx, blind, &g); err != nil {
		return nil, err
	}
	if result.Curves, err = m.curves(ctx, blind, &g); err != nil {
		return nil, err
	}
	result.Decoding, err = m.decode(ctx, blind)
	return result, err
}

// window is that of bins, in steps from the stimulation.
func (m *measurement) window(b trials.Bins) (from, to int) {
	return int(m.design.From) + b.From*int(m.design.Bin), int(m.design.From) + b.To*int(m.design.Bin)
}

// seconds is the length of bins.
func (m *measurement) seconds(b trials.Bins) float64 {
	return float64(b.To-b.From) * float64(m.design.Bin) / stepsPerSecond
}

// which are the trials for which a condition holds.
func (r *recording) which(holds func(trial) bool) []int {
	var all []int
	for i, t := range r.trials {
		if holds(t) {
			all = append(all, i)
		}
	}
	return all
}

// change is what one signal does from baseline to response in a cell.
type change struct{ value, low, high float64 }

// rateChange is the mean over trials of the change of a count per second, with
// its 95 % interval by the normal approximation of a mean.
func rateChange(changes []float64) change {
	n := float64(len(changes))
	mean, squares := 0.0, 0.0
	for _, x := range changes {
		mean += x / n
	}
	for _, x := range changes {
		squares += (x - mean) * (x - mean)
	}
	half := z95 * math.Sqrt(squares/(n-1)/n)
	return change{mean, mean - half, mean + half}
}

// z95 is the 97.5 % point of the standard normal distribution.
const z95 = 1.959963984540054

// fractionChange is the difference of two burst fractions with its 95 % interval
// by Newcombe's hybrid of Wilson's intervals (1998, method 10, Statistics in
// Medicine 17:873–890). It is undefined without events.
func fractionChange(response, baseline analysis.Counts) change {
	p1, l1, u1 := fraction(response)
	p0, l0, u0 := fraction(baseline)
	return change{p1 - p0, p1 - p0 - math.Hypot(p1-l1, u0-p0), p1 - p0 + math.Hypot(u1-p1, p0-l0)}
}

// fraction is a burst fraction with its 95 % interval.
func fraction(t analysis.Counts) (p, low, high float64) {
	low, high = analysis.Wilson(float64(t.ClassifiedBursts), float64(t.Classified), z95)
	return float64(t.ClassifiedBursts) / float64(t.Classified), low, high
}

// compareCells holds each cell's changes against what was planted in it.
func (m *measurement) compareCells(a *trials.Aligned, cells []trials.Cell) ([]Cell, error) {
	planted := m.recording.which(func(t trial) bool { return t.outcome.stimulated() })
	n := float64(len(planted))
	var all []Cell
	for i := range cells {
		one, err := a.Sum(trials.Neurons{From: i, To: i + 1})
		if err != nil {
			return nil, err
		}
		var events, spikes []float64
		before, during := m.seconds(m.baseline), m.seconds(m.response)
		for _, t := range one.Of(stimulated) {
			b, r := one.Window(t, m.baseline.From, m.baseline.To), one.Window(t, m.response.From, m.response.To)
			events = append(events, float64(r.Events)/during-float64(b.Events)/before)
			spikes = append(spikes, float64(r.Spikes)/during-float64(b.Spikes)/before)
		}
		wanted := func(bins trials.Bins) counts {
			from, to := m.window(bins)
			return m.recording.expected([]int{i}, planted, from, to)
		}
		b, r := wanted(m.baseline), wanted(m.response)
		rate := func(of func(counts) float64) float64 { return (of(r)/during - of(b)/before) / n }
		c := &cells[i]
		all = append(all, Cell{
			Planted: m.recording.cells[i].class.String(), Found: found(c).String(),
			BaselineEventRateHz: m.recording.cells[i].rate * stepsPerSecond,
			EventRateHz:         newEffect(rateChange(events), rate(func(c counts) float64 { return c.events }), math.NaN(), math.NaN()),
			FiringRateHz:        newEffect(rateChange(spikes), rate(func(c counts) float64 { return c.spikes }), c.FiringRate.P, c.FiringRate.Q),
			BurstFraction:       newEffect(fractionChange(c.Response, c.Baseline), r.burstFraction()-b.burstFraction(), c.BurstFraction.P, c.BurstFraction.Q),
		})
	}
	return all, nil
}

// significant are the clusters of a curve at the level, with a sign.
func (m *measurement) significant(d *trials.Difference, sign float64) []trials.Cluster {
	return slices.DeleteFunc(slices.Clone(d.Clusters), func(c trials.Cluster) bool { return c.P > m.level || c.Mass*sign <= 0 })
}
