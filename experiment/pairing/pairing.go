// Package pairing drives one synapse with given spike trains, without neurons, and
// asks how its weight depends on their rates and bursts: Figure 2b–d of Payeur,
// Guerguiev, Zenke, Richards, Naud 2021, "Burst-dependent synaptic plasticity can
// coordinate learning in hierarchical circuits", Nature Neuroscience 24:1010–1019,
// doi 10.1038/s41593-021-00857-x.
//
// Four protocols: periodic pairings, independent Poisson trains, independent trains
// of events each of which may be a burst, and bouts of jittered pairings after
// Sjöström et al. 2001. A point of a curve is the weight at the end, mean and
// standard deviation over realisations.
package pairing

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocols.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "pairing",
		Title: "What pairing protocols do to one synapse with burst-dependent plasticity",
		Summary: "One synapse with the adaptive burst-dependent rule is driven by a pre- and a postsynaptic spike train, without " +
			"neurons, and its weight is followed from 0: periodic pairings, independent Poisson trains, independent " +
			"trains of events that are bursts with a given probability (Figure 2b-d of the paper), and bouts of jittered " +
			"pairings after Sjöström et al. 2001. A curve is drawn for each combination of p0, e0, tau_pre and " +
			"tau_avg; each may hold several numbers, and 'published' stands for those of the publication, which differ " +
			"between the protocols. For the random trains a mean-field theory is drawn as well.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets:  presets(),
		Headline: []string{"periodic.curves.0.jump_from_hz", "periodic.curves.0.jump_to_hz",
			"poisson.curves.0.zero_crossing_hz", "poisson.curves.1.zero_crossing_hz",
			"burst_poisson.curves.0.zero_crossing_probability", "burst_poisson.curves.1.zero_crossing_probability",
			"burst_poisson.curves.0.slope", "burst_poisson.curves.1.slope"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..5", Takes: "2 s on two cores"},
			{Name: "precise", Preset: "precise", Seeds: "1..5", Takes: "8 s on two cores"}},
		Check: check,
		Run:   run,
	}
}

// published is the word for a list that is left to the protocol.
const published = "published"

func params() []experiment.Param {
	inf := math.Inf(1)
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	integer := func(key string, value int, low, high float64, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Integer, Default: value, Min: low, Max: high, Doc: doc}
	}
	list := func(key string, unit experiment.Unit, low, high float64, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.List, Unit: unit, Default: []float64{}, Empty: published,
			Min: low, OpenMin: true, Max: high, Doc: doc}
	}
	p0 := list("p0", "", 0, 1, "burst probability at which the running estimates start; published: 0.15 periodic, 0.3 and 0.5 poisson, 0.2 burst_poisson, 0.25, 0.5 and 0.75 sjostrom")
	p0.OpenMin = false
	rates := list("event_rates", "Hz", 0.01, 500, "event rates of burst_poisson without bursts, a curve for each")
	rates.Default, rates.Empty, rates.OpenMin = []float64{5, 10}, "", false
	bursts := list("burst_probabilities", "", 0, 1, "abscissa of burst_poisson: the probability that an event is a burst")
	bursts.Default, bursts.Empty, bursts.OpenMin = experiment.Spaced(0, 0.45, 10), "", false
	frequencies := list("frequencies", "Hz", 0.01, 1000, "abscissa of the other protocols: frequency of pairings, or rate of the Poisson trains; published: 1Hz..100Hz/20 periodic, 1Hz..50Hz/10 poisson, 1Hz..50Hz/4 sjostrom")
	frequencies.OpenMin = false
	return []experiment.Param{
		{Key: "protocol", Kind: experiment.Choice, Default: "all", Choices: append([]string{"all"}, protocolNames[:]...), Doc: "what is run: one of the four, or all"},
		frequencies,
		bursts,
		rates,
		p0,
		list("e0", "Hz", 0, 1000, "event rate at which the running estimates start; published: 5 Hz periodic and poisson, 2 Hz sjostrom, that of the train for burst_poisson"),
		list("tau_pre", "s", 0, 60, "time constant of the presynaptic eligibility trace; published: 0.05 s, and for sjostrom 0.05, 0.2 and 0.5 s"),
		list("tau_avg", "s", 0, 3600, "time constant of the running estimates; published: 15 s, and for sjostrom 5, 10 and 30 s"),
		number("eta", "", 0.1, 0, 1000, "learning rate"),
		{Key: "rule", Kind: experiment.Choice, Default: "adaptive", Choices: []string{"adaptive", "fixed"}, Doc: "events depress by the running burst probability, or by a fixed amount (then p0, e0 and tau_avg have no effect)"},
		number("potentiation", "", 1, -inf, inf, "effect of a burst under the fixed rule"),
		number("depression", "", -0.15, -inf, inf, "effect of an event under the fixed rule"),
		positive("burst_window", "ms", 16, 1000, "longest interval within a burst"),
		integer("realisations", 20, 1, 1e5, "of each point of a random protocol"),
		positive("duration", "s", 100, 1e5, "of a realisation of poisson and burst_poisson"),
		number("dt", "ms", 1, 0.01, 10, "step of the random protocols"),
		number("dt_periodic", "ms", 0.1, 0.01, 10, "step of the periodic protocol"),
		number("poisson_refractory", "ms", 2, 0, 1000, "least interval of the Poisson trains"),
		number("event_refractory", "ms", 20, 0, 1000, "least interval between a spike and the next event in burst_poisson"),
		number("burst_interval_min", "ms", 2, 0, 1000, "least interval within a burst of burst_poisson"),
		number("burst_interval_max", "ms", 12, 0, 1000, "greatest interval within a burst of burst_poisson"),
		integer("pairings", 5, 1, 1e4, "pairings in an epoch of periodic and in a bout of sjostrom"),
		integer("epochs", 15, 1, 1e4, "epochs of the periodic protocol, between which eligibility is forgotten"),
		number("delta", "ms", 0, -1000, 1000, "time from the pre- to the postsynaptic spike of a periodic pairing"),
		number("pause", "s", 10, 0, 3600, "between the epochs of the periodic protocol: the running estimates decay"),
		integer("bouts", 12, 1, 1e4, "bouts of the sjostrom protocol"),
		positive("bout_interval", "s", 10, 3600, "from the beginning of a bout of sjostrom to that of the next"),
		number("jitter", "ms", 7, 0, 1000, "standard deviation of the postsynaptic spike's time in sjostrom"),
	}
}

func presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "quick", Doc: "a glance: 4 realisations", Set: map[string]string{"realisations": "4"}},
		{Name: "precise", Doc: "as many realisations as the reference values rest on", Set: map[string]string{"realisations": "200"}},
		{Name: "fixed", Doc: "the rule that does not adapt, with the paper's constants", Set: map[string]string{"rule": "fixed"}},
	}
}

// mostCurves bounds the combinations of p0, e0, tau_pre and tau_avg.
const mostCurves = 100

// check refuses values that do not go together.
func check(v *experiment.Values) error {
	for _, key := range []string{"frequencies", "event_rates", "burst_probabilities"} {
		list := v.Floats(key)
		for i := 1; i < len(list); i++ {
			if list[i] <= list[i-1] {
				return experiment.Inputf("%s: %s, want ascending numbers", key, v.Text(key))
			}
		}
	}
	for _, name := range chosen(v) {
		p := newProtocol(v, name)
		if n := len(p.settings) * len(p.rates); n > mostCurves {
			return experiment.Inputf("p0, e0, tau_pre, tau_avg: %d curves of %s, want at most %d", n, name, mostCurves)
		}
		for _, s := range p.settings {
			for _, tau := range []struct {
				key     string
				seconds float64
			}{{"tau_pre", s.tauPre}, {"tau_avg", s.tauAvg}} {
				if tau.seconds*1000 <= p.dt {
					return experiment.Inputf("%s: %s, want more than a step (%s) of %s", tau.key,
						experiment.FormatQuantity(tau.seconds, "s"), experiment.FormatQuantity(p.dt, "ms"), name)
				}
			}
		}
		if name == poisson {
			if err := feasible("frequencies", p.x, "poisson_refractory", v); err != nil {
				return err
			}
		}
	}
	if v.Float("burst_interval_max") < v.Float("burst_interval_min") {
		return experiment.Inputf("burst_interval_max: %s, want at least burst_interval_min (%s)",
			v.Text("burst_interval_max"), v.Text("burst_interval_min"))
	}
	return feasible("event_rates", v.Floats("event_rates"), "event_refractory", v)
}

// feasible reports rates (Hz) that leave less than the refractory time to an
// interval.
func feasible(key string, rates []float64, refractory string, v *experiment.Values) error {
	for _, r := range rates {
		if r*v.Float(refractory)/1000 >= 1 {
			return experiment.Inputf("%s: %s with %s of %s, want a mean interval that is longer", key,
				experiment.FormatQuantity(r, "Hz"), refractory, v.Text(refractory))
		}
	}
	return nil
}
