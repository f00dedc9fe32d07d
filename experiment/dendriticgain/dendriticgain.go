// Package dendriticgain takes burst probability curves of a population of
// pyramidal cells in a loop with interneurons, and shows what shifts and bends
// them: supplementary figure 5 of Payeur, Guerguiev, Zenke, Richards, Naud 2021,
// "Burst-dependent synaptic plasticity can coordinate learning in hierarchical
// circuits", Nature Neuroscience 24:1010–1019, doi 10.1038/s41593-021-00857-x.
//
// Bursts drive SOM cells over facilitating synapses, and these inhibit the
// dendrites that made the bursts. The strength of that inhibition, VIP cells that
// inhibit SOM, the facilitation, and the dendrites' own plateau set the gain.
package dendriticgain

import (
	"context"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/curve"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "dendritic-gain",
		Title: "Interneurons set how dendritic current becomes burst probability",
		Summary: "A population of pyramidal cells whose bursts drive SOM interneurons over facilitating synapses; these inhibit " +
			"its dendrites. The current into the dendrites climbs stairs of one second; burst probability and event rate of " +
			"the second half of each make a curve. The default is every condition of supplementary figure 5 of the paper: " +
			"panels A, weight of SOM onto dendrites (the value, half of it, 0); B, current that VIP cells take from SOM (50 and 100 pA " +
			"more); C, facilitation (a quarter more and less); D, dendritic plateau (100 and 200 pA more). " +
			"The Arrow files hold the condition that the values set, which is the first; the others leave their curves in metrics.json.",
		Citation: "Payeur, Guerguiev, Zenke, Richards, Naud (2021), Nature Neuroscience 24:1010-1019, doi 10.1038/s41593-021-00857-x",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a tenth of the cells, with weights ten times as large within the loop: noisier, in seconds", Set: map[string]string{
				"neurons": "1000", "interneurons": "100",
				"w_pyr_pv": "0.01", "w_pyr_som": "0.4", "w_pv_som": "0.02", "w_som_dendrite": "0.01",
			}},
		},
		Record: experiment.Recordable{
			Populations: []string{curve.Population, pv, som, curve.Exc, curve.Inh},
			Default:     curve.Population,
		},
		Headline: []string{"panels.0.ordered", "panels.1.ordered", "panels.2.ordered", "panels.3.ordered"},
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify:   []experiment.Verification{{Seeds: "1..5", Takes: "3 min on two cores"}},
		Check:    check,
		Run:      run,
	}
}

func params() []experiment.Param {
	number := experiment.NumberWithin
	all := []experiment.Param{
		{Key: "conditions", Kind: experiment.Choice, Default: "figure", Choices: []string{"figure", "one"}, Doc: "figure: the four panels, around the values given; one: the values alone"},
		{Key: "neurons", Kind: experiment.Integer, Default: 10000, Min: 2, Max: 1_000_000, Doc: "pyramidal cells"},
		{Key: "interneurons", Kind: experiment.Integer, Default: 1000, Min: 1, Max: 1_000_000, Doc: "PV cells, and as many SOM cells"},
		number("w_som_dendrite", "", 0.001, 0, 10, "SOM onto the dendrites of all pyramidal cells, leak conductances"),
		number("vip_current", "pA", 0, -1e5, 1e5, "current that VIP cells take from SOM"),
		number("facilitation_u", "", 0.02, 0, 1, "resting release U of the synapses from pyramidal cells onto SOM"),
		number("dendritic_plateau", "pA", 1200, 0, 1e5, "current of the plateau in the dendrite"),
		number("w_pyr_pv", "", 0.001, 0, 10, "pyramidal cells onto PV, depressing, leak conductances"),
		number("w_pyr_som", "", 0.04, 0, 10, "pyramidal cells onto SOM, facilitating, leak conductances"),
		number("pyr_p", "", 0.2, 0, 1, "probability of a connection of these two kinds"),
		number("w_pv_som", "", 0.002, 0, 10, "PV onto all SOM, leak conductances"),
		number("soma_current", "pA", 560, -1e5, 1e5, "current into the somata of the pyramidal cells"),
		number("pv_current", "pA", 205, -1e5, 1e5, "current into PV"),
		number("som_current", "pA", -5, -1e5, 1e5, "current into SOM"),
	}
	all = append(all, curve.Params(-50, 500, 50, 25)...)
	all = append(all, curve.NoiseParams(100)...)
	return append(all,
		number("w_noise_pyr_exc", "", 0.05, 0, 10, "excitatory noise weight, both compartments of pyramidal cells, leak conductances"),
		number("w_noise_pyr_inh", "", 0.05, 0, 10, "inhibitory noise weight, both compartments of pyramidal cells, leak conductances"),
		number("w_noise_pv_exc", "", 0.12, 0, 10, "excitatory noise weight, PV, leak conductances"),
		number("w_noise_pv_inh", "", 0.15, 0, 10, "inhibitory noise weight, PV, leak conductances"),
		number("w_noise_som_exc", "", 0.2, 0, 10, "excitatory noise weight, SOM, leak conductances"),
		number("w_noise_som_inh", "", 0.3, 0, 10, "inhibitory noise weight, SOM, leak conductances"),
	)
}

func check(v *experiment.Values) error {
	if v.String("conditions") == "figure" {
		if v.Float("w_som_dendrite") == 0 {
			return experiment.Inputf("w_som_dendrite: 0, want more than 0 for the figure, which compares it with less; conditions=one takes 0")
		}
		if u := v.Float("facilitation_u"); u == 0 || u > 0.8 {
			return experiment.Inputf("facilitation_u: %s, want more than 0 and at most 0.8 for the figure, which compares it with a quarter less and more; conditions=one takes 0 to 1", v.Text("facilitation_u"))
		}
	}
	return curve.Check(v)
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) error {
	m := conditions(r.Values)
	points, err := curve.Run(ctx, r, len(m.Curves), func(i int, stairs curve.Stairs) curve.Condition {
		c := m.Curves[i]
		return curve.Condition{Name: c.name(), Network: network(r.Values, stairs, c.Condition, r.Seed)}
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
