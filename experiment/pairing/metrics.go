package pairing

import (
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
)

// Metrics is what a run measures, of the protocols that it ran; it becomes
// metrics.json.
type Metrics struct {
	Periodic     *Result `json:"periodic,omitempty"`
	Poisson      *Result `json:"poisson,omitempty"`
	BurstPoisson *Result `json:"burst_poisson,omitempty"`
	Sjostrom     *Result `json:"sjostrom,omitempty"`
}

// of is where the result of a protocol stands.
func (m *Metrics) of(name string) **Result {
	switch name {
	case periodic:
		return &m.Periodic
	case poisson:
		return &m.Poisson
	case burstPoisson:
		return &m.BurstPoisson
	default:
		return &m.Sjostrom
	}
}

// Result is what one protocol gave.
type Result struct {
	Realisations int     `json:"realisations"`
	Curves       []Curve `json:"curves"`
	// SteeperWithRate: of burst_poisson with several event rates, whether the
	// slope grows from each to the next.
	SteeperWithRate *bool `json:"steeper_with_rate,omitempty"`
}

// Curve is the weight at the end for one setting.
type Curve struct {
	EventRateHz float64 `json:"event_rate_hz,omitempty"` // of the trains, burst_poisson alone
	P0          float64 `json:"p0"`
	E0Hz        float64 `json:"e0_hz"`
	TauPreS     float64 `json:"tau_pre_s"`
	TauAvgS     float64 `json:"tau_avg_s"`
	Points      []Point `json:"points"`
	// Theory is the mean-field curve, if there is one.
	Theory []Point `json:"theory,omitempty"`
	Shape
}

// Shape is what is said of a curve; which of it depends on the protocol.
type Shape struct {
	// ZeroCrossing is where the weight first rises through 0: Hz, or, of
	// burst_poisson, the probability where the line fitted to the points does.
	ZeroCrossingHz          *float64 `json:"zero_crossing_hz,omitempty"`
	ZeroCrossingProbability *float64 `json:"zero_crossing_probability,omitempty"`
	// Slope of that line.
	Slope *float64 `json:"slope,omitempty"`
	// Monotone: no point lies more than three standard errors of the difference
	// below the one before.
	Monotone *bool `json:"monotone,omitempty"`
	// JumpFromHz and JumpToHz are the neighbours between which periodic pairings
	// turn from depression to potentiation; Smooth: depression deepens up to
	// there, potentiation grows from there.
	JumpFromHz *float64 `json:"jump_from_hz,omitempty"`
	JumpToHz   *float64 `json:"jump_to_hz,omitempty"`
	Smooth     *bool    `json:"smooth,omitempty"`
}

// Point is the weight at one place of the abscissa: mean and standard deviation
// over realisations. SD is nil for one random realisation, and of theory.
type Point struct {
	FrequencyHz      *float64 `json:"frequency_hz,omitempty"`
	BurstProbability *float64 `json:"burst_probability,omitempty"`
	WeightChange     float64  `json:"weight_change"`
	SD               *float64 `json:"sd,omitempty"`
}

// X is the place on the abscissa: Hz, or a probability.
func (p Point) X() float64 {
	if p.BurstProbability != nil {
		return *p.BurstProbability
	}
	return *p.FrequencyHz
}

// at makes a point of a protocol.
func (p *protocol) at(x, w float64) Point {
	if p.name == burstPoisson {
		return Point{BurstProbability: &x, WeightChange: w}
	}
	return Point{FrequencyHz: &x, WeightChange: w}
}

// measure makes curves of the points, which are in the order of protocols, rates
// and abscissae.
func measure(protocols []*protocol, points []*point) *Metrics {
	m := &Metrics{}
	for _, p := range protocols {
		result := &Result{Realisations: p.realisations()}
		for _, rate := range p.rates {
			row := points[:len(p.x)]
			points = points[len(p.x):]
			for i, s := range p.settings {
				c := Curve{EventRateHz: rate, P0: s.p0, E0Hz: s.start(rate), TauPreS: s.tauPre, TauAvgS: s.tauAvg}
				for k, x := range p.x {
					c.Points = append(c.Points, p.summary(x, row[k].weights[i]))
				}
				c.Theory = p.theoryCurve(s, rate)
				c.Shape = p.shape(c.Points)
				result.Curves = append(result.Curves, c)
			}
		}
		result.SteeperWithRate = steeper(result.Curves, len(p.settings))
		*m.of(p.name) = result
	}
	return m
}

func (p *protocol) summary(x float64, weights []float64) Point {
	q := p.at(x, stat.Mean(weights, nil))
	switch {
	case p.name == periodic:
		q.SD = new(float64)
	case len(weights) > 1:
		sd := stat.StdDev(weights, nil)
		q.SD = &sd
	}
	return q
}

// theoryPoints is how finely the theory is drawn, if the abscissa has more than
// one place.
const theoryPoints = 50

func (p *protocol) theoryCurve(s setting, rate float64) []Point {
	x := p.x
	if low, high := ends(p.x); low < high {
		x = experiment.Spaced(low, high, theoryPoints)
	}
	var curve []Point
	for _, x := range x {
		w, ok := p.theory(s, rate, x)
		if !ok {
			return nil
		}
		curve = append(curve, p.at(x, w))
	}
	return curve
}
