package detection

import (
	"context"

	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
)

// Curves are the courses in time that the figure shows, of the cells that were
// found to respond so.
type Curves struct {
	// Hits and misses of all sessions: event rate of the cells whose firing rate
	// responds, burst fraction of those whose burst fraction does.
	EventRateHit      []Point `json:"event_rate_hit"`
	EventRateMiss     []Point `json:"event_rate_miss"`
	BurstFractionHit  []Point `json:"burst_fraction_hit"`
	BurstFractionMiss []Point `json:"burst_fraction_miss"`
	// Stimulated trials of all sessions, of the cells whose burst fraction responds
	// alone, as multiples of the baseline.
	ConstantEventRate     []Point `json:"constant_event_rate"`
	ConstantBurstFraction []Point `json:"constant_burst_fraction"`
	ConstantFiringRate    []Point `json:"constant_firing_rate"`
	// Stimulated trials of the first and the last session, of the cells of which
	// both respond.
	SharpeningFirst []Point `json:"sharpening_first"` // firing rate
	SharpeningLast  []Point `json:"sharpening_last"`
}

// Point is a bin of a course.
type Point struct {
	TimeS    float64  `json:"t_s"` // middle of the bin, from the stimulation
	Value    *float64 `json:"value"`
	Expected *float64 `json:"expected"`
}

// curves makes all courses.
func (m *measurement) curves(ctx context.Context, a *trials.Aligned, g *groups) (Curves, error) {
	var c Curves
	last := len(m.recording.sessions) - 1
	for _, x := range []struct {
		to        *[]Point
		cells     []int
		condition string
		holds     func(trial) bool
		signal    trials.Signal
		relative  bool
	}{
		{&c.EventRateHit, g.rateCells(), hit.String(), isHit, trials.EventRate, false},
		{&c.EventRateMiss, g.rateCells(), miss.String(), isMiss, trials.EventRate, false},
		{&c.BurstFractionHit, g.fractionCells(), hit.String(), isHit, trials.BurstFraction, false},
		{&c.BurstFractionMiss, g.fractionCells(), miss.String(), isMiss, trials.BurstFraction, false},
		{&c.ConstantEventRate, g.constantCells(), stimulated, isStimulated, trials.EventRate, true},
		{&c.ConstantBurstFraction, g.constantCells(), stimulated, isStimulated, trials.BurstFraction, true},
		{&c.ConstantFiringRate, g.constantCells(), stimulated, isStimulated, trials.FiringRate, true},
		{&c.SharpeningFirst, g.bothCells(), sessionName(0), in(0), trials.FiringRate, false},
		{&c.SharpeningLast, g.bothCells(), sessionName(last), in(last), trials.FiringRate, false},
	} {
		which := m.recording.which(x.holds)
		if len(x.cells) == 0 || len(which) == 0 {
			*x.to = []Point{}
			continue
		}
		sums, err := a.SumOf(0, x.cells)
		if err != nil {
			return c, err
		}
		courses, err := sums.PSTH(ctx, []string{x.condition}, trials.PSTHOptions{Baseline: m.baseline})
		if err != nil {
			return c, err
		}
		found := courses[0].Responses[x.signal]
		*x.to = m.points(found, x.cells, which, x.relative)
	}
	return c, nil
}

func isHit(t trial) bool        { return t.outcome == hit }
func isMiss(t trial) bool       { return t.outcome == miss }
func isStimulated(t trial) bool { return t.outcome.stimulated() }
func in(session int) func(trial) bool {
	return func(t trial) bool { return t.session == session && t.outcome.stimulated() }
}

// points puts a course beside what is expected of these cells and trials; both
// over the baseline if relative.
func (m *measurement) points(r trials.Response, cells, which []int, relative bool) []Point {
	expected := func(b trials.Bins) float64 {
		from, to := m.window(b)
		c := m.recording.expected(cells, which, from, to)
		neuronSeconds := float64(len(cells)*len(which)) * m.seconds(b)
		switch r.Signal {
		case trials.BurstFraction:
			return c.burstFraction()
		case trials.EventRate:
			return c.events / neuronSeconds
		}
		return c.spikes / neuronSeconds
	}
	foundBy, expectedBy := 1.0, 1.0
	if relative {
		foundBy, expectedBy = r.Baseline, expected(m.baseline)
	}
	var all []Point
	for b, value := range r.Value {
		from, to := m.window(trials.Bins{From: b, To: b + 1})
		all = append(all, Point{TimeS: float64(from+to) / 2 / stepsPerSecond, Value: experiment.Finite(value / foundBy),
			Expected: experiment.Finite(expected(trials.Bins{From: b, To: b + 1}) / expectedBy)})
	}
	return all
}
