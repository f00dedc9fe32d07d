package biasrecurrent

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// Free says what a network does beyond the steps that it has learned.
type Free struct {
	// HorizonSteps is the first step at which the error, root mean square over the
	// outputs, exceeds horizonError of the target's root mean square; or the last step. The
	// first period does not count, in which the network comes from its initial state.
	HorizonSteps int `json:"horizon_steps"`
	// PeriodSteps is that of the first output over the last half of the free steps; nil if
	// it does not oscillate about 0, or no longer. PeriodErrorPct is what it is more than the target's.
	PeriodSteps    *float64 `json:"period_steps"`
	PeriodErrorPct *float64 `json:"period_error_pct"`
	// CycleErrorPct is the root mean square difference of the last cycles from the target's
	// cycle, at equal phases, in percent of the cycle's root mean square; AmplitudeRatio
	// the root mean square of these cycles over that of the target's.
	CycleErrorPct  *float64 `json:"cycle_error_pct"`
	AmplitudeRatio *float64 `json:"amplitude_ratio"`
	// Persists: the period is within persistPeriodPct of the target's and the cycle within
	// persistCyclePct, at the end of the free run. That is wide: it says that there is an
	// oscillation like the target's, and CycleErrorPct how like.
	Persists bool `json:"persists"`
	// RanAwayStep is the first step at which an output is beyond runaway, or beyond numbers.
	RanAwayStep *int `json:"ran_away_step,omitempty"`
}

const (
	// horizonError is the usual bound of valid prediction times of chaotic systems.
	horizonError = 0.4
	// lastCycles are compared with the target's.
	lastCycles = 5
	// runaway is far beyond the targets, which are 1 at most.
	runaway = 1000
	// An oscillation that is extinct times as large as the target's has died out.
	extinct = 1e-3
	// persistPeriodPct and persistCyclePct are what counts as the same cycle, percent.
	persistPeriodPct, persistCyclePct = 5, 50
)

// judge compares the outputs of a run (steps × outputs, from step 1) of which the first
// trained were learned.
func (g target) judge(y []float64, trained int) Free {
	k := g.outputs
	f := Free{HorizonSteps: g.horizon(y)}
	if i := slices.IndexFunc(y, func(x float64) bool { return !(math.Abs(x) <= runaway) }); i >= 0 {
		step := i/k + 1
		f.RanAwayStep = &step
	}
	first := make([]float64, len(y)/k)
	for t := range first {
		first[t] = y[t*k]
	}
	at := risings(first, trained+(len(first)-trained)/2)
	if len(at) < lastCycles+1 || !finite(first) {
		return f
	}
	period := (at[len(at)-1] - at[0]) / float64(len(at)-1)
	off := 100 * (period/g.period - 1)
	at = at[len(at)-1-lastCycles:]
	var d2, y2, g2 float64
	want := make([]float64, k)
	for c := range lastCycles {
		for t := int(math.Ceil(at[c])); float64(t) < at[c+1]; t++ {
			g.cycle((float64(t)-at[c])/(at[c+1]-at[c]), want)
			for i, w := range want {
				v := y[t*k+i]
				d2, y2, g2 = d2+float64((v-w)*(v-w)), y2+float64(v*v), g2+float64(w*w)
			}
		}
	}
	if y2 < extinct*extinct*g2 {
		return f
	}
	f.PeriodSteps, f.PeriodErrorPct = &period, &off
	f.CycleErrorPct, f.AmplitudeRatio = experiment.Finite(100*math.Sqrt(d2/g2)), experiment.Finite(math.Sqrt(y2/g2))
	f.Persists = math.Abs(off) <= persistPeriodPct && f.CycleErrorPct != nil && *f.CycleErrorPct <= persistCyclePct
	return f
}

// risings lists the times from a step on at which y rises through 0, between two
// samples on the straight line through them.
func risings(y []float64, from int) (at []float64) {
	for t := max(from, 1); t < len(y); t++ {
		if y[t-1] < 0 && y[t] >= 0 {
			at = append(at, float64(t)-y[t]/(y[t]-y[t-1]))
		}
	}
	return at
}

// horizon compares outputs step by step with the target, which goes on as long.
func (g target) horizon(y []float64) int {
	bound := horizonError * horizonError * g.variance() * float64(g.outputs)
	steps := min(len(y)/g.outputs, g.steps())
	for t := int(math.Ceil(g.period)); t < steps; t++ {
		e := 0.0
		for i, want := range g.at(t + 1) {
			d := y[t*g.outputs+i] - want
			e += float64(d * d)
		}
		if !(e <= bound) {
			return t + 1
		}
	}
	return steps
}
