package detection

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/experiment"
)

// Metrics is what a run measures; it becomes metrics.json. "Expected" numbers are
// exact means of what was planted, for just these cells and trials.
type Metrics struct {
	Behaviour []Behaviour `json:"behaviour"` // a session each
	Spikes    int         `json:"spikes"`
	Effects   Effects     `json:"effects"`
	Classes   Classes     `json:"classes"`
	Training  Training    `json:"training"`
	Errors    Errors      `json:"errors"`
	Decoding  Decoding    `json:"decoding"`
	Cells     []Cell      `json:"cells"`
	Curves    Curves      `json:"curves"`
}

// Behaviour is how a session went.
type Behaviour struct {
	Session         int      `json:"session"`
	IntensityUA     float64  `json:"intensity_ua"`
	Hits            int      `json:"hits"`
	Misses          int      `json:"misses"`
	CatchTrials     int      `json:"catch_trials"`
	FalseAlarms     int      `json:"false_alarms"`
	HitRate         *float64 `json:"hit_rate"`          // nil without stimulations
	ExpectedHitRate float64  `json:"expected_hit_rate"` // of the psychometric curve
}

// Effect is a change from baseline to response.
type Effect struct {
	Value    *float64 `json:"value"`
	Low      *float64 `json:"low"` // of the 95 % interval
	High     *float64 `json:"high"`
	Expected float64  `json:"expected"`
	Covered  bool     `json:"covered"` // the interval holds what is expected
	P        *float64 `json:"p"`       // of no change; nil if not tested
	Q        *float64 `json:"q"`       // least false discovery rate at which it is a response
}

func newEffect(c change, expected, p, q float64) Effect {
	return Effect{Value: experiment.Finite(c.value), Low: experiment.Finite(c.low), High: experiment.Finite(c.high),
		Expected: expected, Covered: c.low <= expected && expected <= c.high, P: experiment.Finite(p), Q: experiment.Finite(q)}
}

// planted tells that something is to be found: more than rounding.
func (e *Effect) planted() bool { return math.Abs(e.Expected) > 1e-9 }

// power is the probability that the p of a cell in which this was planted is at
// most p, if the change is normal with the standard error of its interval.
func (e *Effect) power(p float64) float64 {
	if e.Low == nil {
		return 0
	}
	shift := math.Abs(e.Expected) / ((*e.High - *e.Low) / (2 * z95))
	limit := distuv.UnitNormal.Quantile(1 - p/2)
	return distuv.UnitNormal.CDF(shift-limit) + distuv.UnitNormal.CDF(-shift-limit)
}

// Cell is one neuron, over all stimulated trials.
type Cell struct {
	Planted             string  `json:"planted"` // class
	Found               string  `json:"found"`
	BaselineEventRateHz float64 `json:"baseline_event_rate_hz"`
	EventRateHz         Effect  `json:"event_rate_hz"`
	FiringRateHz        Effect  `json:"firing_rate_hz"`
	BurstFraction       Effect  `json:"burst_fraction"`
}

// Effects says how often the intervals hold what is expected.
type Effects struct {
	EventRateCoverage     float64 `json:"event_rate_coverage"`
	FiringRateCoverage    float64 `json:"firing_rate_coverage"`
	BurstFractionCoverage float64 `json:"burst_fraction_coverage"`
}

// Classes says how well the cells are told apart.
type Classes struct {
	FiringRate    Test `json:"firing_rate"`
	BurstFraction Test `json:"burst_fraction"`
	// Table counts cells by what was planted and what was found.
	Table   map[string]map[string]int `json:"table"`
	Correct float64                   `json:"correct"` // part of the cells
}

// Test is how one signal's test does over all cells.
type Test struct {
	Responding int `json:"responding"` // cells in which a change was planted
	Silent     int `json:"silent"`     // cells in which none was
	// Sensitivity is the part of the responding cells that is called so, and
	// ExpectedSensitivity what it should be at the greatest p that was called, by the
	// normal approximation with the standard errors of the intervals; FalsePositiveRate
	// the part of the silent ones with p at most the level, FalseDiscoveries the part
	// of the cells called responding that are silent. Nil where there are no cells.
	Sensitivity         *float64 `json:"sensitivity"`
	ExpectedSensitivity *float64 `json:"expected_sensitivity"`
	SensitivityError    *float64 `json:"sensitivity_error"` // the difference of the two
	FalsePositiveRate   *float64 `json:"false_positive_rate"`
	FalseDiscoveries    *float64 `json:"false_discoveries"`
	Called              int      `json:"called"`
}

// summarize judges the cells together. Cells whose change was planted in the
// wrong direction do not exist: a change is one or none.
func summarize(cells []Cell, level float64) (Effects, Classes) {
	var e Effects
	c := Classes{Table: map[string]map[string]int{}}
	n := float64(len(cells))
	part := func(yes bool) float64 {
		if yes {
			return 1 / n
		}
		return 0
	}
	for k := range classes {
		c.Table[k.String()] = map[string]int{}
		for found := range classes {
			c.Table[k.String()][found.String()] = 0
		}
	}
	for i := range cells {
		x := &cells[i]
		e.EventRateCoverage += part(x.EventRateHz.Covered)
		e.FiringRateCoverage += part(x.FiringRateHz.Covered)
		e.BurstFractionCoverage += part(x.BurstFraction.Covered)
		c.Table[x.Planted][x.Found]++
		c.Correct += part(x.Planted == x.Found)
	}
	c.FiringRate = judge(cells, level, func(c *Cell) *Effect { return &c.FiringRateHz })
	c.BurstFraction = judge(cells, level, func(c *Cell) *Effect { return &c.BurstFraction })
	return e, c
}

func judge(cells []Cell, level float64, of func(*Cell) *Effect) Test {
	var t Test
	var detected, power, falsely, wrong float64
	greatest := level / float64(len(cells)) // where none is called: what one would need
	for i := range cells {
		if x := of(&cells[i]); x.Q != nil && *x.Q <= level {
			greatest = max(greatest, *x.P)
		}
	}
	for i := range cells {
		x := of(&cells[i])
		called := x.Q != nil && *x.Q <= level
		if called {
			t.Called++
		}
		switch {
		case x.planted():
			t.Responding++
			power += x.power(greatest)
			if called {
				detected++
			}
		default:
			t.Silent++
			if x.P != nil && *x.P <= level {
				falsely++
			}
			if called {
				wrong++
			}
		}
	}
	t.Sensitivity = experiment.Finite(detected / float64(t.Responding))
	t.ExpectedSensitivity = experiment.Finite(power / float64(t.Responding))
	t.SensitivityError = experiment.Finite((detected - power) / float64(t.Responding))
	t.FalsePositiveRate = experiment.Finite(falsely / float64(t.Silent))
	t.FalseDiscoveries = experiment.Finite(wrong / float64(t.Called))
	return t
}
