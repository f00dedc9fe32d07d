// Package normalization takes burst probability curves of a population of
// pyramidal cells at several somatic currents, with and without facilitating
// inhibition of their dendrites by themselves: supplementary figure 10 of Payeur,
// Guerguiev, Zenke, Richards, Naud 2021, "Burst-dependent synaptic plasticity can
// coordinate learning in hierarchical circuits", Nature Neuroscience
// 24:1010–1019, doi 10.1038/s41593-021-00857-x.
//
// More current into the somata raises the burst probability that a current into
// the dendrites evokes. The inhibition grows with the bursts, and holds against it.
package normalization

import (
	"context"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "normalization",
		Title: "Inhibition of dendrites makes burst probability curves coincide",
		Summary: "A population of pyramidal cells under shared noise. The current into its dendrites climbs stairs of one " +
			"second; burst probability and event rate of the second half of each make a curve. Facilitating inhibition " +
			"of the dendrites by the population itself, which answers to bursts, normalizes the curve: the default is every " +
			"condition of supplementary figure 10 of the paper, three somatic currents with and without inhibition. " +
			"The Arrow files hold the condition that the values set, which is the first; the others leave their curves in metrics.json.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a fifth of the cells, with as many inhibitory connections onto each: noisier, in seconds", Set: map[string]string{
				"neurons": "800", "inhibition_p": "0.25",
			}},
		},
		Record: experiment.Recordable{
			Populations: []string{curve.Population, curve.Exc, curve.Inh},
			Default:     curve.Population,
		},
		Headline: []string{"spread.max_inhibited_pct", "spread.max_free_pct", "spread.ratio_at_max_free", "spread.free_rises"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   []experiment.Verification{{Seeds: "1..5", Takes: "26 s on two cores"}},
		Check:    check,
		Run:      run,
	}
}

func params() []experiment.Param {
	number := experiment.NumberWithin
	all := []experiment.Param{
		{Key: "conditions", Kind: experiment.Choice, Default: "figure", Choices: []string{"figure", "one"}, Doc: "figure: somatic currents of soma_current and 100 and 200 pA more, each with inhibition and without; one: soma_current and inhibition_weight as given"},
		{Key: "neurons", Kind: experiment.Integer, Default: 4000, Min: 2, Max: 1_000_000, Doc: "pyramidal cells"},
		number("soma_current", "pA", 0, -1e5, 1e5, "current into the somata"),
		number("inhibition_weight", "", 0.02, 0, 10, "of the cells' facilitating inhibition of each other's dendrites, leak conductances"),
		number("inhibition_p", "", 0.05, 0, 1, "probability of that connection"),
	}
	all = append(all, curve.Params(-100, 350, 50, 20)...)
	all = append(all, curve.NoiseParams(30)...)
	return append(all,
		number("w_noise_soma_exc", "", 0.17, 0, 10, "excitatory noise weight, somata, leak conductances"),
		number("w_noise_soma_inh", "", 0.26, 0, 10, "inhibitory noise weight, somata, leak conductances"),
		number("w_noise_dendrite_exc", "", 0.043, 0, 10, "excitatory noise weight, dendrites, leak conductances"),
		number("w_noise_dendrite_inh", "", 0.07, 0, 10, "inhibitory noise weight, dendrites, leak conductances"),
	)
}

func check(v *experiment.Values) error {
	if v.String("conditions") == "figure" && v.Float("inhibition_weight") == 0 {
		return experiment.Inputf("inhibition_weight: 0, want more than 0 for the figure, which compares it with none; conditions=one takes 0")
	}
	return curve.Check(v)
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) error {
	m := Metrics{Curves: conditions(r.Values)}
	points, err := curve.Run(ctx, r, len(m.Curves), func(i int, stairs curve.Stairs) curve.Condition {
		c := m.Curves[i]
		return curve.Condition{Name: c.name(), Network: network(r.Values, stairs, c, r.Seed)}
	})
	if err != nil {
		return err
	}
	for i := range m.Curves {
		m.Curves[i].Points = points[i]
	}
	m.settle()
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
