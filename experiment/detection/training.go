package detection

import (
	"context"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/trials"
	"github.com/apical-sim/apical/experiment"
)

// Training is what changes from session to session.
type Training struct {
	Sessions []Session `json:"sessions"`
	// BurstShift is how much later the burst fraction responds in each session, by
	// regression of the latencies that were found (negative: earlier), and Planted
	// that of the same sessions as planted. Nil with fewer than two latencies.
	BurstShiftS        *float64 `json:"burst_shift_s"`
	PlantedBurstShiftS *float64 `json:"planted_burst_shift_s"`
	BurstShiftErrorS   *float64 `json:"burst_shift_error_s"` // found minus planted
	// ErrorS are the means of found minus planted latencies, Missing how many
	// sessions have none.
	EventErrorS  *float64 `json:"event_error_s"`
	BurstErrorS  *float64 `json:"burst_error_s"`
	EventMissing int      `json:"event_missing"`
	BurstMissing int      `json:"burst_missing"`
	// Sharpening is by how much SpikesPerEvent of the last session exceeds that of
	// the first.
	Sharpening         *float64 `json:"sharpening"`
	ExpectedSharpening *float64 `json:"expected_sharpening"`
	SharpeningError    *float64 `json:"sharpening_error"` // found minus expected
}

// Session is what was found in the stimulated trials of one session.
type Session struct {
	Session       int      `json:"session"`
	EventLatencyS *float64 `json:"event_latency_s"`
	BurstLatencyS *float64 `json:"burst_latency_s"`
	PlantedEventS float64  `json:"planted_event_latency_s"`
	PlantedBurstS float64  `json:"planted_burst_latency_s"`
	// SpikesPerEvent is the firing rate over the event rate while the event rate
	// responds, as a multiple of the same before, in cells of which both respond: it
	// is 1 where the firing rate follows the event rate, and more where bursts
	// sharpen it.
	SpikesPerEvent         *float64 `json:"spikes_per_event"`
	ExpectedSpikesPerEvent *float64 `json:"expected_spikes_per_event"`
}

// Latencies are those of the first of inARow bins whose change from the baseline
// exceeds latencyLevel, two-sided, each for itself: of 30 bins without any
// response, two in a row do with a probability below 0.3 %.
const (
	inARow       = 2
	latencyLevel = 0.01
)

// training follows the responses through the sessions.
func (m *measurement) training(ctx context.Context, a *trials.Aligned, g *groups) (Training, error) {
	var t Training
	var at, burst, planted, eventErrors, burstErrors []float64
	for s, x := range m.recording.sessions {
		one := Session{Session: s + 1, PlantedEventS: m.eventLatency(s), PlantedBurstS: x.burstLatency}
		var err error
		if one.EventLatencyS, err = m.latency(ctx, a, g.rateCells(), s, trials.EventRate); err != nil {
			return t, err
		}
		if one.BurstLatencyS, err = m.latency(ctx, a, g.fractionCells(), s, trials.BurstFraction); err != nil {
			return t, err
		}
		if one.SpikesPerEvent, one.ExpectedSpikesPerEvent, err = m.spikesPerEvent(a, g, s); err != nil {
			return t, err
		}
		if l := one.EventLatencyS; l != nil {
			eventErrors = append(eventErrors, *l-one.PlantedEventS)
		}
		if l := one.BurstLatencyS; l != nil {
			burstErrors = append(burstErrors, *l-one.PlantedBurstS)
			at, burst, planted = append(at, float64(s)), append(burst, *l), append(planted, one.PlantedBurstS)
		}
		t.Sessions = append(t.Sessions, one)
	}
	n := len(t.Sessions)
	t.EventErrorS, t.BurstErrorS = experiment.Finite(stat.Mean(eventErrors, nil)), experiment.Finite(stat.Mean(burstErrors, nil))
	t.EventMissing, t.BurstMissing = n-len(eventErrors), n-len(burstErrors)
	if len(at) > 1 {
		_, found := stat.LinearRegression(at, burst, nil, false)
		_, wanted := stat.LinearRegression(at, planted, nil, false)
		t.BurstShiftS, t.PlantedBurstShiftS, t.BurstShiftErrorS = &found, &wanted, minus(&found, &wanted)
	}
	difference := func(of func(Session) *float64) *float64 {
		first, last := of(t.Sessions[0]), of(t.Sessions[n-1])
		return minus(last, first)
	}
	t.Sharpening = difference(func(s Session) *float64 { return s.SpikesPerEvent })
	t.ExpectedSharpening = difference(func(s Session) *float64 { return s.ExpectedSpikesPerEvent })
	t.SharpeningError = minus(t.Sharpening, t.ExpectedSharpening)
	return t, nil
}

// minus is nil where one of the two is.
func minus(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return experiment.Finite(*a - *b)
}

// eventLatency is that planted in a session, s.
func (m *measurement) eventLatency(s int) float64 { return m.recording.hits[s].events.latency }

// latency is when a signal of some cells first departs from the baseline in the
// stimulated trials of a session; nil if it does not.
func (m *measurement) latency(ctx context.Context, a *trials.Aligned, cells []int, s int, signal trials.Signal) (*float64, error) {
	if len(cells) == 0 || len(m.stimulatedIn(s)) == 0 {
		return nil, nil
	}
	sums, err := a.SumOf(0, cells)
	if err != nil {
		return nil, err
	}
	courses, err := sums.PSTH(ctx, []string{sessionName(s)}, trials.PSTHOptions{Baseline: m.baseline})
	if err != nil {
		return nil, err
	}
	z := courses[0].Responses[signal].Z
	limit := distuv.UnitNormal.Quantile(1 - latencyLevel/2)
	bin, ok := trials.Latency(func(b int) bool { return math.Abs(z[b]) > limit }, m.response.From, m.response.To, inARow)
	if !ok {
		return nil, nil
	}
	return experiment.Finite(a.BinStart(bin)), nil
}

// stimulatedIn are the trials of a session with stimulation.
func (m *measurement) stimulatedIn(s int) []int {
	return m.recording.which(func(t trial) bool { return t.session == s && t.outcome.stimulated() })
}

// spikesPerEvent returns Session.SpikesPerEvent and what is expected of it.
func (m *measurement) spikesPerEvent(a *trials.Aligned, g *groups, s int) (value, expected *float64, err error) {
	cells := g.bothCells()
	planted := m.stimulatedIn(s)
	if len(cells) == 0 || len(planted) == 0 {
		return nil, nil, nil
	}
	sums, err := a.SumOf(0, cells)
	if err != nil {
		return nil, nil, err
	}
	during := m.eventWindow()
	var base, response counts
	for _, t := range sums.Of(sessionName(s)) {
		base.add(tallied(sums.Window(t, m.baseline.From, m.baseline.To)), 1)
		response.add(tallied(sums.Window(t, during.From, during.To)), 1)
	}
	wanted := func(b trials.Bins) counts {
		from, to := m.window(b)
		return m.recording.expected(cells, planted, from, to)
	}
	ratio := func(response, base counts) *float64 {
		return experiment.Finite(response.spikes / response.events / (base.spikes / base.events))
	}
	return ratio(response, base), ratio(wanted(during), wanted(m.baseline)), nil
}

// eventWindow are the bins that the event-rate response touches.
func (m *measurement) eventWindow() trials.Bins {
	p := m.recording.hits[0].events
	onset, bin := m.design.Onset(), float64(m.design.Bin)/stepsPerSecond
	return trials.Bins{From: onset + int(p.latency/bin), To: onset + int(math.Ceil(p.end()/bin))}
}

func tallied(t analysis.Counts) counts {
	return counts{float64(t.Events), float64(t.Bursts), float64(t.Spikes)}
}
