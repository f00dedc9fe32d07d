package bridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// The populations of the network, in its order, and those that learn.
var populations = [...]string{"input1", "input2", "hidden1", "hidden2", "output"}

// projections are the plastic ones: first onto the hidden populations, then onto the
// output.
var projections = [...]string{
	"input1_hidden1", "input1_hidden2", "input2_hidden1", "input2_hidden2",
	"hidden1_output", "hidden2_output",
}

// onto is where projections onto the output begin.
const onto = 4

// The stairs of the calibration. Weights are multiples of the initial ones, and span
// what training leaves (0.14 to 0.41 leak conductances in docs/experiments/xor.md).
var (
	weightScales = [...]float64{0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75}
	patterns     = [...][2]bool{{false, false}, {true, false}, {false, true}, {true, true}}
	// levels drive the output's sources: inputs, and a factor of the weights onto hidden
	// populations.
	levels = [...]struct {
		bits  [2]bool
		scale float64
	}{
		{[2]bool{false, false}, 0.85}, {[2]bool{false, false}, 1}, {[2]bool{true, false}, 0.9},
		{[2]bool{true, false}, 1}, {[2]bool{true, true}, 1}, {[2]bool{true, true}, 1.1},
	}
)

// feedbackScale multiplies the weights onto the output while feedback is measured, so
// that its burst rates reach those of the trained network.
const feedbackScale = 1.3

// The current into the output's dendrites goes from so much below to so much above its
// constant part, in parts of the largest that the teacher gives.
const (
	teacherParts = 1.25
	teacherStep  = 0.125
	teacherCount = 2*teacherParts/teacherStep + 1
)

// stairs is how many measurements a calibration takes.
const stairs = len(weightScales)*len(patterns) + len(weightScales)*len(levels) + teacherCount

// settled is the part of a stair that is left out.
const settled = 0.2

// calibration is the spiking network without plasticity, driven by stairs.
type calibration struct {
	v      *experiment.Values
	sim    *sim.Simulation
	stair  int64 // steps
	bins   []sim.RateBin
	report func(modelSeconds float64)
}

// reading is what the populations did in a stair.
type reading struct {
	events, bursts [len(populations)]float64 // Hz
}

func (r reading) probability(population int) float64 {
	return r.bursts[population] / r.events[population]
}

// seconds is the model time of the calibration.
func seconds(v *experiment.Values) float64 {
	return v.Float(stairKey) * float64(1+stairs+len(examples))
}

// newCalibration builds the network that xor trains from this seed.
func newCalibration(r *experiment.Run, v *experiment.Values, report func(modelSeconds float64)) (*calibration, error) {
	network := xor.Network(v, r.Seed)
	for i := range network.Projections {
		network.Projections[i].Rule = nil
	}
	s, err := spiking.Build(r, network)
	if err != nil {
		return nil, err
	}
	c := &calibration{v: v, sim: s, stair: spiking.StepsOf(r.Values, stairKey), report: report}
	if err := s.RecordRates(c.stair/binsPerStair, func(bins []sim.RateBin) error {
		c.bins = append(c.bins, bins...)
		return nil
	}); err != nil {
		return nil, err
	}
	return c, nil
}

// transfer measures the populations.
func (c *calibration) transfer(ctx context.Context) (*Transfer, error) {
	var t Transfer
	if _, err := c.read(ctx); err != nil { // from initial voltages to rates
		return nil, err
	}
	for _, measure := range []func(context.Context, *Transfer) error{c.hidden, c.output, c.bursting} {
		if err := measure(ctx, &t); err != nil {
			return nil, err
		}
	}
	return &t, nil
}

// equal measures event rates (Hz) for the four inputs while all synapses of a projection
// have one weight, that given; without it the initial one.
func (c *calibration) equal(ctx context.Context, weights map[string]float64) (table xor.TruthTable, err error) {
	if err := errors.Join(c.weights(c.initial()), c.sim.SetCurrent("output_dendrite", sim.Constant(c.v.Float("output_dendrite_current")))); err != nil {
		return table, err
	}
	for _, name := range projections {
		if w, ok := weights[name]; ok {
			if err := c.sim.SetWeight(name, w); err != nil {
				return table, err
			}
		}
	}
	for i, x := range examples {
		if err := c.show(x.bits[0], x.bits[1]); err != nil {
			return table, err
		}
		r, err := c.read(ctx)
		if err != nil {
			return table, err
		}
		table[i] = xor.Row{Input: x.name, EventRateHz: map[string]float64{}}
		for k, name := range populations {
			table[i].EventRateHz[name] = r.events[k]
		}
	}
	return table, nil
}

// binsPerStair divides a stair, so that its beginning can be left out.
const binsPerStair = 10

// read advances by a stair and measures all of it but the beginning.
func (c *calibration) read(ctx context.Context) (reading, error) {
	c.bins = c.bins[:0]
	var out reading
	if err := spiking.Advance(ctx, c.sim, c.stair, func() { c.report(c.sim.Seconds()) }); err != nil {
		return out, err
	}
	first := int(settled * binsPerStair)
	for i, b := range c.bins {
		if i/len(populations) < first {
			continue
		}
		per := float64(c.sim.StepsPerSecond()) / (float64(b.To-b.From) * float64(b.Neurons) * float64(binsPerStair-first))
		out.events[b.Population] += float64(b.Events) * per
		out.bursts[b.Population] += float64(b.Bursts) * per
	}
	return out, nil
}

// show sets the inputs.
func (c *calibration) show(a, b bool) error {
	level := func(bit bool) sim.Constant {
		if bit {
			return sim.Constant(c.v.Float("input_high"))
		}
		return sim.Constant(c.v.Float("input_low"))
	}
	return errors.Join(c.sim.SetCurrent("input1", level(a)), c.sim.SetCurrent("input2", level(b)))
}

// weights sets those onto the hidden populations and onto the output.
func (c *calibration) weights(hidden, output float64) error {
	var all []error
	for i, name := range projections {
		w := hidden
		if i >= onto {
			w = output
		}
		all = append(all, c.sim.SetWeight(name, w))
	}
	return errors.Join(all...)
}

func (c *calibration) initial() (hidden, output float64) {
	return c.v.Float("w_input_hidden"), c.v.Float("w_hidden_output")
}

// hidden measures event rates of inputs and hidden populations.
func (c *calibration) hidden(ctx context.Context, t *Transfer) error {
	wh, wo := c.initial()
	var low, high, nLow, nHigh float64
	bySources := map[int][]float64{} // event rates by number of bits that are 1, for each weight
	sources := map[int]float64{}
	for _, scale := range weightScales {
		t.Hidden.Weights = append(t.Hidden.Weights, scale*wh)
		rates := map[int]float64{}
		for _, bits := range patterns {
			if err := errors.Join(c.weights(scale*wh, wo), c.show(bits[0], bits[1])); err != nil {
				return err
			}
			r, err := c.read(ctx)
			if err != nil {
				return err
			}
			ones := 0
			for i, bit := range bits {
				if bit {
					ones++
					high, nHigh = high+r.events[i], nHigh+1
				} else {
					low, nLow = low+r.events[i], nLow+1
				}
			}
			share := 1.0
			if ones == 1 {
				share = 0.5 // two patterns have one bit
			}
			rates[ones] += share * (r.events[2] + r.events[3]) / 2
			sources[ones] += share * (r.events[0] + r.events[1]) / float64(len(weightScales))
		}
		for ones, hz := range rates {
			bySources[ones] = append(bySources[ones], hz)
		}
	}
	t.InputHz = [2]float64{low / nLow, high / nHigh}
	for ones := range 3 {
		t.Hidden.SourcesHz = append(t.Hidden.SourcesHz, sources[ones])
		t.Hidden.EventRateHz = append(t.Hidden.EventRateHz, bySources[ones])
	}
	return nil
}

// output measures event rates of the output.
func (c *calibration) output(ctx context.Context, t *Transfer) error {
	wh, wo := c.initial()
	for _, scale := range weightScales {
		t.Output.Weights = append(t.Output.Weights, scale*wo)
	}
	rows := map[float64][]float64{}
	for _, level := range levels {
		var row []float64
		sources := 0.0
		for _, scale := range weightScales {
			if err := errors.Join(c.weights(level.scale*wh, scale*wo), c.show(level.bits[0], level.bits[1])); err != nil {
				return err
			}
			r, err := c.read(ctx)
			if err != nil {
				return err
			}
			row = append(row, r.events[4])
			sources += (r.events[2] + r.events[3]) / float64(len(weightScales))
		}
		rows[sources] = row
	}
	for _, hz := range slices.Sorted(maps.Keys(rows)) {
		if n := len(t.Output.SourcesHz); n > 0 && hz-t.Output.SourcesHz[n-1] < leastApartHz {
			continue // says nothing that the row before does not
		}
		t.Output.SourcesHz, t.Output.EventRateHz = append(t.Output.SourcesHz, hz), append(t.Output.EventRateHz, rows[hz])
	}
	if len(t.Output.SourcesHz) < 2 {
		return fmt.Errorf("calibration: hidden populations have %.3g Hz whatever the input", t.Output.SourcesHz[0])
	}
	return nil
}

// bursting measures burst probabilities of the output by the current into its
// dendrites, and of the hidden populations by the output's burst rate.
func (c *calibration) bursting(ctx context.Context, t *Transfer) error {
	wh, wo := c.initial()
	if err := errors.Join(c.weights(wh, feedbackScale*wo), c.show(true, true)); err != nil {
		return err
	}
	base := c.v.Float("output_dendrite_current")
	for k := range int(teacherCount) {
		current := base + (float64(k)*teacherStep-teacherParts)*c.v.Float("teacher_current")
		if err := c.sim.SetCurrent("output_dendrite", sim.Constant(current)); err != nil {
			return err
		}
		r, err := c.read(ctx)
		if err != nil {
			return err
		}
		for i, hz := range r.events[2:] {
			if hz == 0 {
				return fmt.Errorf("calibration: %s has no events at %g pA into the output's dendrites, and so no burst probability", populations[2+i], current)
			}
		}
		t.OutputBursts.X = append(t.OutputBursts.X, current)
		t.OutputBursts.Y = append(t.OutputBursts.Y, r.probability(4))
		for i := range t.HiddenBursts {
			t.HiddenBursts[i].X = append(t.HiddenBursts[i].X, r.bursts[4])
			t.HiddenBursts[i].Y = append(t.HiddenBursts[i].Y, r.probability(2+i))
		}
	}
	for i := range t.HiddenBursts {
		t.HiddenBursts[i] = t.HiddenBursts[i].sorted(leastApartHz)
	}
	if len(t.HiddenBursts[0].X) < 2 {
		return fmt.Errorf("calibration: the output's bursts do not depend on the current into its dendrites")
	}
	return nil
}

// leastApartHz is how far apart rates have to be to make points of their own.
const leastApartHz = 0.1
