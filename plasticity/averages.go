package plasticity

// averages are the running estimates that a burst-dependent rule keeps of each
// target: traces of its events and bursts, Ē and B̄, that decay with τ_avg and
// start at 0.
type averages struct {
	events *traces
	bursts *traces
	toHz   float64 // 1/τ_avg, per s
}

func newAverages(n int, tau, dt float64) averages {
	return averages{
		events: newTraces(n, tau, dt, 0),
		bursts: newTraces(n, tau, dt, 0),
		toHz:   1000 / tau,
	}
}

func (a *averages) to(step int64) {
	a.events.to(step)
	a.bursts.to(step)
}

// burstProbability is P̄ = B̄/Ē of target i, 1 where no event has been seen.
// Both traces decay alike, so that their common factor cancels.
func (a *averages) burstProbability(i int) float64 {
	if a.events.scaled[i] == 0 {
		return 1
	}
	return a.bursts.scaled[i] / a.events.scaled[i]
}

// eventRate is Ē/τ_avg of target i, Hz.
func (a *averages) eventRate(i int) float64 { return a.events.at(i) * a.toHz }

// excess is −(E−most)/E where the event rate E of target i exceeds most (Hz),
// and 0 below.
func (a *averages) excess(i int, most float64) float64 {
	if e := a.eventRate(i); e > most {
		return -(e - most) / e
	}
	return 0
}

// columns returns the estimates of a block whose first target is lo.
func (a *averages) columns(lo int) []Column {
	return []Column{
		{Name: "event_rate", Unit: "Hz", Post: true, At: func(step int64, i int) float64 {
			return a.events.later(step, i-lo) * a.toHz
		}},
		{Name: "burst_rate", Unit: "Hz", Post: true, At: func(step int64, i int) float64 {
			return a.bursts.later(step, i-lo) * a.toHz
		}},
		{Name: "burst_probability", Unit: "1", Post: true, At: func(_ int64, i int) float64 {
			return a.burstProbability(i - lo)
		}},
	}
}

// sourceColumn is a trace by row, shown for each source as the synapses of the
// block's shortest delay see it.
func sourceColumn(name string, groups int, t *traces) Column {
	return Column{Name: name, Unit: "1", At: func(step int64, i int) float64 { return t.later(step, i*groups) }}
}

// targetColumn is a trace by target.
func targetColumn(name string, lo int, t *traces) Column {
	return Column{Name: name, Unit: "1", Post: true, At: func(step int64, i int) float64 { return t.later(step, i-lo) }}
}
