// Package transmission compares synapses that transmit events or bursts alone with
// synapses whose short-term plasticity approximates that: supplementary figure 11
// of Payeur, Guerguiev, Zenke, Richards, Naud 2021, "Burst-dependent synaptic
// plasticity can coordinate learning in hierarchical circuits", Nature Neuroscience
// 24:1010–1019, doi 10.1038/s41593-021-00857-x.
//
// A few pyramidal cells drive integrate-and-fire receivers over connections of one
// wiring and one weight, which differ in what they transmit: events, bursts, or all
// spikes with short-term depression, with facilitation, or as they are.
package transmission

import (
	"context"
	"fmt"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/sim"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "transmission",
		Title: "Short-term plasticity transmits events or bursts",
		Summary: "Pyramidal cells drive five populations of receivers over the same connections, which transmit events, " +
			"bursts, or all spikes over depressing, facilitating or plain synapses. The voltages of the receivers are compared: " +
			"depression comes close to events, facilitation to bursts (supplementary figure 11 of the paper; plain synapses are " +
			"added here, to compare with). Correlations are those of voltages sampled each millisecond, without the first half " +
			"second, over all receivers. The burst weight of a synapse is what a burst adds to the response to its event: with v the " +
			"voltages about their means, the least squares of v = a v_events + b v_bursts give b/a.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "long", Doc: "a minute of model time instead of five seconds, for less noisy correlations", Set: map[string]string{"duration": "60s"}},
		},
		Record: experiment.Recordable{
			Populations: populations(),
			Default:     strings.Join(append([]string{input}, kindNames()...), ","),
		},
		Headline: []string{"correlation.events_depressing", "correlation.bursts_facilitating", "correlation.events_facilitating",
			"correlation.bursts_depressing", "burst_weight"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..5", Takes: "1 s"}},
		Check:  check,
		Run:    run,
	}
}

func params() []experiment.Param {
	number := experiment.NumberWithin
	integer := func(key string, value, low int, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Integer, Default: value, Min: float64(low), Max: 1_000_000, Doc: doc}
	}
	return []experiment.Param{
		integer("neurons", 10, 1, "pyramidal cells"),
		integer("receivers", 100, 1, "receivers of each kind; the reference program has one, and one kind a run"),
		{Key: "duration", Kind: experiment.Number, Unit: "s", Default: 5, Min: 0.6, Max: 1e5, Doc: "model time"},
		{Key: "connection_p", Kind: experiment.Number, Default: 0.1, Min: 0.001, Max: 1, Doc: "probability of a connection from a cell to a receiver; a receiver without any is drawn again"},
		number("weight", "", 0.1, 0, 10, "of these connections, leak conductances"),
		number("facilitation_u", "", 0.02, 0, 1, "resting release U of the facilitating synapses"),
		number("depression_u", "", 0.9, 0, 1, "resting release U of the depressing synapses"),
		number("soma_current", "pA", 250, -1e5, 1e5, "current into the somata of the pyramidal cells"),
		number("dendritic_current", "pA", 50, -1e5, 1e5, "current into their dendrites"),
		integer("soma_drive_units", 4000, 1, "Poisson units that excite the somata"),
		integer("dendrite_drive_units", 100, 1, "Poisson units that excite the dendrites"),
		number("drive_rate", "Hz", 1, 0, 1e4, "of each unit"),
		number("drive_p", "", 0.1, 0, 1, "probability of a connection from a unit to a cell"),
		number("w_drive_soma", "", 0.15, 0, 10, "of the units onto somata, leak conductances"),
		number("w_drive_dendrite", "", 0.1, 0, 10, "of the units onto dendrites, leak conductances"),
		number("nmda_fraction", "", 0.5, 0, 1, "slow part of the excitation of the pyramidal cells"),
		integer("state_neurons", 1, 0, "receivers of each kind whose voltage is kept in states.arrow"),
	}
}

func check(v *experiment.Values) error {
	if err := spiking.WantMultiple(v, "duration", sample, fmt.Sprintf("%gms", sample*sim.DefaultDtMS)); err != nil {
		return err
	}
	if v.Int("state_neurons") > v.Int("receivers") {
		return experiment.Inputf("state_neurons: %d, want at most receivers (%d)", v.Int("state_neurons"), v.Int("receivers"))
	}
	return nil
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) (err error) {
	wiring := draw(r.Values, r.Seed)
	n := network(r.Values, wiring, r.Seed)
	s, err := spiking.Build(r, n)
	if err != nil {
		return err
	}
	var o observer
	if err := o.attach(s, r.Values); err != nil {
		return err
	}
	rec, err := recorder.Open(r, n, s, recorder.Options{
		RateBin: binSteps,
		States:  recorder.First(r.Values.Int("state_neurons"), kindNames(), voltage), StateInterval: sample,
		OnRates: func(bins []sim.RateBin) { o.count(bins[0]) }, // of the input
	})
	if err != nil {
		return err
	}
	defer func() { err = rec.End(err) }()
	if err := rec.Phase(); err != nil {
		return err
	}
	err = spiking.Advance(ctx, s, spiking.StepsOf(r.Values, "duration"), func() {
		r.Progress.Set(s.Seconds(), r.Values.Float("duration"), "")
	})
	if err != nil {
		return err
	}
	if err := rec.Close(); err != nil {
		return err
	}
	m := o.metrics(firstSources(wiring))
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
