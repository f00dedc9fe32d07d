package xorbiases

import (
	"context"
	"errors"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// The parameters of the scan.
const (
	scanKey      = "scan"
	scanDuration = "scan_duration"
)

// settledFifth is the part of a measurement that is left out: 1/5, as in xor's tables.
const settledFifth = 5

// inputs in the order of a Point's rates, and their exclusive or.
var inputs = [...]struct{ a, b, target bool }{{false, false, false}, {true, false, true}, {false, true, true}, {true, true, false}}

// Scan is what the network with a read-out answers where all neurons of a population
// share a bias, for all combinations of some biases. Nothing learns.
type Scan struct {
	Points []Point `json:"points"`
	// Solved is how many points compute XOR at the line of 6 Hz.
	Solved int `json:"solved"`
	// LineMarginHz is the largest, over points, of the least distance by which an
	// answer is on the right side of the line; negative where one is always wrong. Contrast
	// is the largest of the lower rate for 10 and 01 less the higher one for 00 and 11, wherever
	// these are.
	LineMarginHz float64 `json:"line_margin_hz"`
	ContrastHz   float64 `json:"contrast_hz"`
}

// Point is one combination of biases, leak conductances.
type Point struct {
	Hidden1 float64 `json:"hidden1"`
	Hidden2 float64 `json:"hidden2"`
	Output  float64 `json:"output"`
	// EventRateHz is the output's, for 00, 10, 01 and 11.
	EventRateHz [len(inputs)]float64 `json:"event_rate_hz"`
}

// lineMargin is the least distance by which an answer is on the right side of the line,
// Hz, negative where one is on the wrong side.
func (p Point) lineMargin() float64 {
	least := math.Inf(1)
	for i, x := range inputs {
		margin := p.EventRateHz[i] - xor.LineHz
		if !x.target {
			margin = -margin
		}
		least = min(least, margin)
	}
	return least
}

// contrast is the lower rate for 10 and 01 less the higher one for 00 and 11, Hz.
func (p Point) contrast() float64 {
	return min(p.EventRateHz[1], p.EventRateHz[2]) - max(p.EventRateHz[0], p.EventRateHz[3])
}

func (s *Scan) add(p Point) {
	if len(s.Points) == 0 {
		s.LineMarginHz, s.ContrastHz = math.Inf(-1), math.Inf(-1)
	}
	s.Points = append(s.Points, p)
	if p.lineMargin() > 0 {
		s.Solved++
	}
	s.LineMarginHz, s.ContrastHz = max(s.LineMarginHz, p.lineMargin()), max(s.ContrastHz, p.contrast())
}

// scanSeconds is the model time of a scan, s.
func scanSeconds(v *experiment.Values) float64 {
	n := len(v.Floats(scanKey))
	return v.Float(scanDuration) * float64(1+len(inputs)*n*n*n)
}

// scanner is a network whose biases are set by hand.
type scanner struct {
	v        *experiment.Values
	sim      *sim.Simulation
	duration int64 // steps of a measurement
	output   int   // its index in the network
	bins     []sim.RateBin
	reached  func(modelSeconds float64)
}

// newScanner builds the network of a variant, from the same seed, without plasticity.
func newScanner(r *experiment.Run, x *experiment.Values, k variant, reached func(modelSeconds float64)) (*scanner, error) {
	network := xor.Network(x, r.Seed)
	k.change(r.Values, &network)
	for i := range network.Projections {
		network.Projections[i].Rule = nil
	}
	s := &scanner{v: r.Values, duration: spiking.StepsOf(r.Values, scanDuration), reached: reached}
	for i, p := range network.Populations {
		if p.Name == "output" {
			s.output = i
		}
	}
	var err error
	if s.sim, err = spiking.Build(r, network); err != nil {
		return nil, err
	}
	return s, s.sim.RecordRates(s.duration/settledFifth, func(bins []sim.RateBin) error {
		s.bins = append(s.bins, bins[s.output])
		return nil
	})
}

// scan measures all combinations.
func (s *scanner) scan(ctx context.Context) (*Scan, error) {
	if _, err := s.read(ctx); err != nil { // from initial voltages to rates
		return nil, err
	}
	result := &Scan{}
	all := s.v.Floats(scanKey)
	for _, b1 := range all {
		for _, b2 := range all {
			for _, b := range all {
				p := Point{Hidden1: b1, Hidden2: b2, Output: b}
				if err := s.measure(ctx, &p); err != nil {
					return nil, err
				}
				result.add(p)
			}
		}
	}
	return result, nil
}

// measure fills in the answers of a point.
func (s *scanner) measure(ctx context.Context, p *Point) error {
	for i, b := range [...]float64{p.Hidden1, p.Hidden2, p.Output} {
		if err := s.sim.SetWeight(biasPrefix+biased[i], b); err != nil {
			return err
		}
	}
	for i, x := range inputs {
		err := errors.Join(s.sim.SetCurrent("input1", s.level(x.a)), s.sim.SetCurrent("input2", s.level(x.b)))
		if err != nil {
			return err
		}
		if p.EventRateHz[i], err = s.read(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) level(bit bool) sim.Constant {
	if bit {
		return sim.Constant(s.v.Float("input_high"))
	}
	return sim.Constant(s.v.Float("input_low"))
}

// read advances by a measurement and returns the output's event rate without its first
// fifth, Hz.
func (s *scanner) read(ctx context.Context) (hz float64, err error) {
	s.bins = s.bins[:0]
	if err := spiking.Advance(ctx, s.sim, s.duration, func() { s.reached(s.sim.Seconds()) }); err != nil {
		return 0, err
	}
	for _, b := range s.bins[1:] {
		hz += b.EventRateHz(s.sim.StepsPerSecond()) / float64(len(s.bins)-1)
	}
	return hz, nil
}
