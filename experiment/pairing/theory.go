package pairing

import "math"

// The theory takes pre- and postsynaptic trains as independent and rates as their
// means E of events and B of bursts, P = B/E. The estimates relax from E0 and
// P0·E0 with τ_avg, so that
//
//	P̄(t) = (B + (P0·E0 − B) e^{−t/τ_avg}) / (E + (E0 − E) e^{−t/τ_avg}),
//
// and the drift η τ_pre E (B − P̄ E), integrated over the duration T, is
//
//	w = η τ_pre τ_avg E E0 (P − P0) · [ln(1 + C) − ln(1 + C e^{−T/τ_avg})] / C,
//
// with C = E0/E − 1: its sign is that of P − P0. Under the fixed rule it is
// η τ_pre E T (A₊ B + A₋ E).

// meanRates are the mean rates of events and bursts of a train, Hz, at a place of
// the abscissa. ok is false where they are not known.
func (p *protocol) meanRates(rate, x float64) (events, bursts float64, ok bool) {
	window := p.v.Float("burst_window") / perSecond
	switch p.name {
	case poisson:
		refractory := p.v.Float("poisson_refractory") / perSecond
		hazard := x / (1 - refractory*x)
		long := math.Exp(-hazard * max(0, window-refractory)) // share of intervals beyond the window
		return x * long, x * long * (1 - long), true
	case burstPoisson:
		least, greatest := p.v.Float("burst_interval_min")/perSecond, p.v.Float("burst_interval_max")/perSecond
		events = 1 / (1/rate + x*(least+greatest)/2)
		return events, x * events, greatest <= window && p.v.Float("event_refractory")/perSecond >= window
	}
	return 0, 0, false
}

// theory is the mean weight at the end of the duration; ok is false where there is
// no theory.
func (p *protocol) theory(s setting, rate, x float64) (w float64, ok bool) {
	events, bursts, ok := p.meanRates(rate, x)
	if !ok || events == 0 {
		return 0, ok
	}
	duration := p.v.Float("duration")
	perEvent := p.v.Float("eta") * s.tauPre * events
	if p.v.String("rule") == "fixed" {
		return perEvent * duration * (p.v.Float("potentiation")*bursts + p.v.Float("depression")*events), true
	}
	e0 := s.start(rate)
	left := math.Exp(-duration / s.tauAvg)
	c := e0/events - 1
	factor := 1 - left // the limit for small c
	if math.Abs(c) > 1e-9 {
		factor = (math.Log1p(c) - math.Log1p(c*left)) / c
	}
	return perEvent * s.tauAvg * e0 * (bursts/events - s.p0) * factor, true
}
