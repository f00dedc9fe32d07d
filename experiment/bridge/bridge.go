// Package bridge trains one task twice: by ensembles of spiking neurons, and by a
// network of rates with a unit for each ensemble. Both are of Payeur, Guerguiev, Zenke,
// Richards, Naud 2021, "Burst-dependent synaptic plasticity can coordinate learning in
// hierarchical circuits", Nature Neuroscience 24:1010–1019, doi
// 10.1038/s41593-021-00857-x: its Figure 4, and its coarse-grained model of ensembles.
//
// How a unit turns its input into event rate and burst probability is measured from
// the ensembles before they learn. What then agrees between the two, during and after
// learning, ensembles do as their mean rates let expect; where they differ, it matters that they
// are neurons.
package bridge

import (
	"context"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
)

// stairKey is the parameter of the calibration.
const stairKey = "stair_duration"

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	base := xor.Experiment()
	return &experiment.Experiment{
		Name:  "bridge",
		Title: "XOR by spiking ensembles and by a network of their rates",
		Summary: "The network of the experiment xor learns as it does there, with the same bytes in its Arrow files. Beside " +
			"it learns a network of rates with one unit for each ensemble: the same connections, inputs, teacher, averages and rule. " +
			"Its units' event rates and burst probabilities are those that the ensembles show on stairs of input, feedback and " +
			"dendritic current before they learn. Event rates, burst probabilities, weights and costs of the two are compared.",
		Citation: base.Citation,
		Params:   params(base),
		Presets:  presets(base),
		Record:   base.Record,
		Headline: []string{"spiking.solved", "rates.solved", "agreement.event_rates_before.correlation", "agreement.event_rates_after.correlation",
			"agreement.burst_probability_changes.correlation", "agreement.weight_changes.correlation", "agreement.final_weight_changes.correlation", "agreement.costs.correlation"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Name: "quick", Preset: "quick", Seeds: "1..5", Takes: "10 min on two cores"}},
		Check:  check,
		Run:    run,
	}
}

// params are those of xor, but for what the network of rates does not have: other
// orders of the examples, and states of neurons.
func params(base *experiment.Experiment) (all []experiment.Param) {
	for _, q := range base.Params {
		switch q.Key {
		case "order", "state_neurons", "state_interval":
		case "examples":
			q.Min, q.Doc = float64(len(examples)), "examples of the training, four to an epoch; the rest of four is left out"
			all = append(all, q)
		default:
			all = append(all, q)
		}
	}
	return append(all, experiment.NumberAboveZero(stairKey, "s", 2, 3600, "of each stair of the calibration, on which rates are measured"))
}

// presets has the quick one of xor.
func presets(base *experiment.Experiment) []experiment.Preset {
	for _, p := range base.Presets {
		if p.Name == "quick" {
			return []experiment.Preset{{Name: "quick", Doc: "the values of xor's preset quick, in some minutes", Set: p.Set}}
		}
	}
	panic("bridge: xor has no preset quick")
}

// spikingValues are those of xor for a run with values v.
func spikingValues(v *experiment.Values) (*experiment.Values, error) {
	base := xor.Experiment()
	var sets []string
	for _, q := range params(base) {
		text := v.Text(q.Key)
		switch {
		case q.Key == stairKey:
			continue
		case q.Key == "examples":
			text = q.Format(v.Int(q.Key) / len(examples) * len(examples))
		}
		sets = append(sets, q.Key+"="+text)
	}
	return base.Resolve(v.Preset(), sets)
}

// check refuses what xor refuses, and what leaves nothing to measure.
func check(v *experiment.Values) error {
	if _, err := spikingValues(v); err != nil {
		return err
	}
	if err := spiking.WantMultiple(v, stairKey, binsPerStair, "1ms, for bins of whole steps"); err != nil {
		return err
	}
	for _, key := range []string{"w_input_hidden", "w_hidden_output", "teacher_current"} {
		if v.Float(key) == 0 {
			return experiment.Inputf("%s: 0, want more: the calibration takes parts and multiples of it", key)
		}
	}
	return nil
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) error {
	v, err := spikingValues(r.Values)
	if err != nil {
		return err
	}
	total := seconds(r.Values) + xor.Seconds(v)
	done := 0.0 // model seconds of the training
	c, err := newCalibration(r, v, func(at float64) { r.Progress.Set(done+at, total, "calibration") })
	if err != nil {
		return err
	}
	transfer, err := c.transfer(ctx)
	if err != nil {
		return err
	}
	m := &Metrics{Transfer: transfer, Rates: newNetwork(v, transfer).train()}
	trained, err := xor.Experiment().NewRun(v, r.Seed, r.Dir)
	if err != nil {
		return err
	}
	trained.Workers, trained.Record, trained.Codec = r.Workers, r.Record, r.Codec
	before := c.sim.Seconds()
	m.Spiking, err = xor.Train(ctx, trained, xor.Options{Progress: func(at, _ float64, note string) { r.Progress.Set(before+at, total, note) }})
	r.Adopt(trained)
	if err != nil {
		return err
	}
	done = xor.Seconds(v)
	if m.Equal, err = c.equal(ctx, m.Spiking.MeanWeights); err != nil {
		return err
	}
	still := newNetwork(v, transfer)
	still.take(m.Spiking.MeanWeights)
	m.RatesEqual = still.test()
	if m.SpikingWeights, err = epochWeights(r.Path("weights.arrow"), v); err != nil {
		return err
	}
	m.compare()
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
