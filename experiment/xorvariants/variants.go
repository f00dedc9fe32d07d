// Package xorvariants compares variants of the XOR protocol, each a network of its
// own that is trained from the same seed: the supplements to Figure 4 of Payeur,
// Guerguiev, Zenke, Richards, Naud 2021, "Burst-dependent synaptic plasticity can
// coordinate learning in hierarchical circuits", Nature Neuroscience 24:1010–1019,
// doi 10.1038/s41593-021-00857-x.
//
// A variant changes values of the experiment xor: it sets some, or multiplies them
// by a factor, so that what is set for all reaches each.
package xorvariants

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

// variant is one way to change the protocol.
type variant struct {
	// key names it in metrics.json and begins the names of its files; label is for
	// people.
	key, label string
	set        map[string]string  // values of xor
	scale      map[string]float64 // factors of values of xor
	learns     bool               // XOR, according to the publication
	// paper says that it is, with the defaults, the protocol of Figure 4.
	paper bool
	// notQuick says that the preset quick lets nothing be expected.
	notQuick bool
}

// comparison is an experiment that runs some variants.
type comparison struct {
	name, title, summary string
	variants             []variant
	takes, takesQuick    string // for people, five seeds on two cores
}

// Timescales varies the duration of an example and of the running averages.
func Timescales() *experiment.Experiment { return timescales().experiment() }

func timescales() comparison {
	return comparison{
		name:  "xor-timescales",
		title: "XOR with shorter examples and shorter running averages",
		summary: "The network of the experiment xor learns with three pairs of time scales, those of running averages and " +
			"examples (tau_avg, example_duration): (2 s, 8 s), (2 s, 4 s) and (0.5 s, 8 s) by default; the second halves the " +
			"example, the third takes a quarter of the average, whatever these are set to. All should learn.",
		variants: []variant{
			{key: "reference", label: "as in Figure 4", learns: true, paper: true},
			{key: "short_examples", label: "half the example", scale: map[string]float64{"example_duration": 0.5}, learns: true},
			// Of the quick preset's average a quarter is 125 ms, in which a neuron has half
			// an event at 4 Hz: too few to estimate a probability from.
			{key: "short_average", label: "a quarter of the average", scale: map[string]float64{"tau_avg": 0.25}, learns: true, notQuick: true},
		},
		takes: "two hours on two cores", takesQuick: "20 min on two cores",
	}
}

// Controls varies the size, what is plastic and the order of examples.
func Controls() *experiment.Experiment { return controls().experiment() }

func controls() comparison {
	return comparison{
		name:  "xor-controls",
		title: "XOR with fewer neurons, in random order, and without plasticity of the hidden layer",
		summary: "The network of the experiment xor learns as in Figure 4, with four fifths of the neurons (400 by default) and " +
			"with a new order of the examples in each epoch. Without plasticity of the synapses onto the hidden layer it " +
			"should not: the output alone cannot compute XOR.",
		variants: []variant{
			{key: "reference", label: "as in Figure 4", learns: true, paper: true},
			{key: "fewer_neurons", label: "four fifths of the neurons", scale: map[string]float64{"neurons": 0.8}, learns: true},
			{key: "no_hidden_plasticity", label: "no hidden plasticity", set: map[string]string{"eta_input_hidden": "0"}},
			{key: "random_order", label: "random order", set: map[string]string{"order": "random"}, learns: true},
		},
		takes: "two and a half hours on two cores", takesQuick: "30 min on two cores",
	}
}

// Symmetric feeds the output's bursts back to both hidden populations alike.
func Symmetric() *experiment.Experiment { return symmetric().experiment() }

func symmetric() comparison {
	return comparison{
		name:  "xor-symmetric",
		title: "XOR with the same feedback to both hidden populations",
		summary: "The network of the experiment xor learns with feedback to hidden2 like that to hidden1, without the constant " +
			"current into hidden2 dendrites, and with half the learning rates. It should learn as well: the sign of the " +
			"feedback need not differ between halves of the hidden layer.",
		variants: []variant{{
			key: "symmetric", label: "symmetric feedback",
			set:    map[string]string{"feedback": "symmetric"},
			scale:  map[string]float64{"eta_input_hidden": 0.5, "eta_hidden_output": 0.5},
			learns: true,
		}},
		takes: "an hour on two cores", takesQuick: "8 min on two cores",
	}
}

// files are what a run of xor leaves and a variant keeps under its own name.
var files = [...]string{"spikes.arrow", "rates.arrow", "weights.arrow", "states.arrow"}

func (k variant) filePrefix() string { return k.key + "-" }

func (k variant) files() (names []string) {
	for _, name := range files {
		names = append(names, k.filePrefix()+name)
	}
	return names
}

// experiment describes the comparison.
func (c comparison) experiment() *experiment.Experiment {
	base := xor.Experiment()
	e := &experiment.Experiment{
		Name: c.name, Title: c.title, Summary: c.summary + " A run keeps the files of each variant.",
		Citation: base.Citation,
		Params:   c.params(base.Params),
		Presets:  presets(base),
		Record:   base.Record,
		Figure:   experiment.FigureOf(c.figure),
		Check:    c.check,
		Run:      c.run,
		Verify: []experiment.Verification{
			{Seeds: "1..5", Takes: c.takes},
			{Name: "quick", Preset: "quick", Seeds: "1..5", Takes: c.takesQuick},
		},
	}
	for _, k := range c.variants {
		e.Files = append(e.Files, k.files()...)
		e.Headline = append(e.Headline, "variants."+k.key+".solved", "variants."+k.key+".final_cost")
	}
	e.Expect = func(v *experiment.Values) []experiment.Expectation { return c.expect(e, v) }
	return e
}

// The parameter that takes the place of the examples of xor.
const epochs = "epochs"

// params are those of xor, with epochs for examples, but for what every variant
// sets.
func (c comparison) params(base []experiment.Param) (all []experiment.Param) {
	for _, q := range base {
		everywhere := !slices.ContainsFunc(c.variants, func(k variant) bool { return k.set[q.Key] == "" })
		switch {
		case q.Key == "examples":
			all = append(all, experiment.Param{Key: epochs, Kind: experiment.Integer, Default: 500, Min: 1, Max: 1e8,
				Doc: "epochs of the training of each variant, four examples each"})
		case !everywhere:
			all = append(all, q)
		}
	}
	return all
}

// presets has the quick one of xor.
func presets(base *experiment.Experiment) []experiment.Preset {
	quick := experiment.Preset{Name: "quick", Doc: "the values of xor's preset quick, changed by the variants", Set: map[string]string{}}
	for _, p := range base.Presets {
		if p.Name != quick.Name {
			continue
		}
		for key, text := range p.Set {
			if key == "examples" {
				n, err := strconv.Atoi(text)
				if err != nil {
					panic("xorvariants: preset quick of xor: examples: " + err.Error())
				}
				key, text = epochs, strconv.Itoa(n/4)
			}
			quick.Set[key] = text
		}
	}
	return []experiment.Preset{quick}
}

// values are those of xor for a variant of a run with values v.
func (c comparison) values(v *experiment.Values, k variant) (*experiment.Values, error) {
	base := xor.Experiment()
	sets := []string{fmt.Sprintf("examples=%d", 4*v.Int(epochs))}
	for _, q := range c.params(base.Params) {
		if q.Key == epochs {
			continue
		}
		text := v.Text(q.Key)
		if factor, ok := k.scale[q.Key]; ok && q.Kind == experiment.Integer {
			text = q.Format(int(math.Round(factor * float64(v.Int(q.Key)))))
		} else if ok {
			text = q.Format(factor * v.Float(q.Key))
		}
		if _, ok := k.set[q.Key]; !ok {
			sets = append(sets, q.Key+"="+text)
		}
	}
	for key, text := range k.set {
		sets = append(sets, key+"="+text)
	}
	return base.Resolve("", sets)
}

// check refuses values that any variant refuses.
func (c comparison) check(v *experiment.Values) error {
	for _, k := range c.variants {
		if _, err := c.values(v, k); err != nil {
			return experiment.Inputf("%s: %v", k.label, err)
		}
	}
	return nil
}
