// Package decoder asks what a decoder that adapts does to the network which learns with
// it: of brain-computer interfaces with closed-loop decoder adaptation, by
//
// Rajeswaran, Payeur, Lajoie, Orsborn 2024, "Assistive sensory-motor perturbations
// influence learned neural representations", bioRxiv, doi 10.1101/2024.03.20.585972.
//
// A recurrent network learns to reach with an arm. Then the rates of a few of its units
// move a cursor, by a decoder that was fitted to the arm's velocity, and it learns that;
// from time to time the decoder is fitted anew to what was intended, and taken over in part.
package decoder

import (
	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "decoder",
		Title: "Learning with a decoder that adapts: speed and compactness",
		Summary: "A recurrent network of rates, which sees its effector late, learns to reach eight targets with an arm. Then its first units " +
			"move a cursor by a linear decoder, and it learns on, once for each intensity of adaptation: every adapt_every epochs a new " +
			"decoder is fitted to velocities turned to the target, and the old one goes to the new by that part. Shown are the loss " +
			"while it learns, and in how few of the units the control ends up: the loss with one unit and with more and more of them, " +
			"how well a unit tells the target, and the dimensionality of the rates. Intensities share starts and noise.",
		Citation: "Rajeswaran, Payeur, Lajoie, Orsborn (2024), bioRxiv, doi 10.1101/2024.03.20.585972",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "fewer epochs: a few seconds, and the arm not fully learned", Set: map[string]string{
				"arm_epochs": "1500", "bci_epochs": "400",
			}},
			{Name: "full", Doc: "the size of the publication's network, steps of 10 ms", Set: map[string]string{
				"units": "100", "encoder_units": "100", "time_step": "10ms",
			}},
		},
		Headline: []string{"before.units_needed", "against_fixed"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify: []experiment.Verification{
			{Seeds: "1..10", Takes: "1 min on two cores"},
			{Name: "full", Preset: "full", Seeds: "1..10", Takes: "4 min on two cores"},
		},
		Check: func(v *experiment.Values) error {
			_, err := read(v, 0)
			return err
		},
		Run: run,
	}
}

func params() []experiment.Param {
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	integer := func(key string, value, low, high int, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Integer, Default: value, Min: float64(low), Max: float64(high), Doc: doc}
	}
	return []experiment.Param{
		{Key: "intensities", Kind: experiment.List, Default: []float64{0, 0.1, 0.5}, Min: 0, Max: 1, Doc: "parts of a new decoder that are taken over, each for a network of its own; 0 has to be the first"},
		integer("adapt_every", 100, 1, 1_000_000, "epochs from one adaptation to the next; the first is before the first epoch"),
		integer("adapt_until", 1_000_000, 0, 1_000_000, "epoch from which on the decoder stays as it is"),
		integer("units", 50, 1, 5000, "of the recurrent network"),
		integer("encoder_units", 30, 1, 5000, "of the frozen encoder of target, context and position"),
		integer("readouts", 10, 1, 1000, "units that move the cursor, the first ones"),
		integer("targets", 8, 2, 1000, "directions of reaches, one trial each in an epoch"),
		positive("time_step", "ms", 20, 1000, "of network and effector"),
		positive("duration", "ms", 1000, 100_000, "of a trial"),
		number("delay", "ms", 100, 0, 100_000, "after which the network sees where its effector is"),
		positive("time_constant", "ms", 50, 100_000, "of the units"),
		number("noise", "", 5e-3, 0, 10, "sigma of the units, in units of rates"),
		integer("arm_epochs", 5000, 1, 10_000_000, "of learning to move the arm"),
		integer("bci_epochs", 1000, 1, 10_000_000, "of learning to move the cursor"),
		positive("arm_rate", "", 5e-4, 1, "of Adam, with the arm"),
		positive("bci_rate", "", 1e-4, 1, "of Adam, with the cursor"),
		integer("early_epochs", 200, 1, 10_000_000, "at the beginning and at the end of learning to move the cursor, over which the loss is averaged"),
		integer("test_trials", 10, 1, 10_000, "of each target, by which control is measured with some of the units"),
		integer("repeats", 30, folds, 10_000, "of each target, from which it is told by one unit"),
		positive("bin", "ms", 200, 100_000, "over which rates are averaged to tell the target"),
	}
}
