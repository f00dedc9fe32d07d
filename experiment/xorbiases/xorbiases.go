// Package xorbiases trains the biases of the spiking network of the experiment xor
// by the burst-dependent rule, while its weights are frozen: the spiking counterpart
// of learning by biases alone (Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato,
// Lajoie, "Expressivity of neural networks with random weights and learned biases",
// arXiv:2407.00957), in the network of Figure 4 of Payeur, Guerguiev, Zenke,
// Richards, Naud 2021, doi 10.1038/s41593-021-00857-x.
//
// The bias of a neuron is the weight of an excitatory Poisson train of its own onto
// its soma. The program of the latter paper has the rule for it, and holds it off.
package xorbiases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// variant is what learns, and with which read-out.
type variant struct {
	// key names it in metrics.json and begins the names of its files; label is for
	// people.
	key, label              string
	weights, hidden, output bool // learn
	signed                  bool // hidden1 excites the output and hidden2 inhibits it
}

var variants = [...]variant{
	{key: "nothing", label: "nothing"},
	{key: "weights", label: "weights", weights: true},
	{key: "output_biases", label: "output biases", output: true},
	{key: "hidden_biases", label: "hidden biases", hidden: true},
	{key: "biases", label: "biases", hidden: true, output: true},
	{key: "weights_and_biases", label: "weights and biases", weights: true, hidden: true, output: true},
	{key: "signed_nothing", label: "signed read-out: nothing", signed: true},
	{key: "signed_biases", label: "signed read-out: biases", hidden: true, output: true, signed: true},
}

// control is the key of the variant with the same network in which nothing learns.
func (k variant) control() string {
	if k.signed {
		return "signed_nothing"
	}
	return "nothing"
}

// learns tells whether a projection of the network does.
func (k variant) learns(projection string) bool {
	to, bias := strings.CutPrefix(projection, biasPrefix)
	switch {
	case !bias:
		return k.weights
	case to == "output":
		return k.output
	default:
		return k.hidden
	}
}

// The parameters that the experiment xor does not have.
const (
	epochs      = "epochs" // in place of xor's examples
	variantsKey = "variants"
	etaBias     = "eta_bias"
	biasMax     = "bias_max"
	rateFloor   = "bias_rate_floor"
	weightCV    = "w_cv"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	base := xor.Experiment()
	e := &experiment.Experiment{
		Name:  "xor-biases",
		Title: "XOR with frozen weights: what biases learn from bursts",
		Summary: "The network of the experiment xor, in which each hidden and output neuron has a bias: the weight of a Poisson " +
			"train of its own onto its soma. Biases learn by the burst-dependent rule without eligibility, weights by that of " +
			"Figure 4, and each may be frozen. Variants with the same seed have the same wiring and the same noise: nothing " +
			"learns, weights alone (the paper), biases of the output, of the hidden layer, or both alone, and all together. In two " +
			"more hidden1 only excites the output and hidden2 only inhibits it, with the same total weights: the signs with which biases " +
			"alone can make XOR of an OR and an AND. For both read-outs it is also measured what the network answers " +
			"with each of some combinations of biases that the neurons of a population share. The defaults are the time scales and learning rates of " +
			"xor's preset quick and 60 epochs: eight trainings of 500 s of model time and two scans of 257 s. The preset full is as long as Figure 4, " +
			"eight trainings of 16070 s of model time: hours. A run keeps the files of each variant. Spikes of the trains that biases weigh " +
			"(bias_hidden1, bias_hidden2, bias_output) are 94 % of all, and recorded only where they, phases alone or all are asked for.",
		Citation: "Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie (2025), ICLR, arXiv:2407.00957; " + base.Citation,
		Params:   params(base),
		Presets:  presets(base),
		Record:   recordable(base.Record),
		Headline: []string{"variants.biases.final_cost", "variants.biases.final_cost_change", "variants.signed_biases.final_cost_change",
			"variants.weights.final_cost_change", "variants.biases.solved", "variants.signed_biases.solved"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..5", Takes: "45 min on two cores"}},
		Check:  check,
		Run:    run,
	}
	for _, k := range variants {
		e.Files = append(e.Files, k.files()...)
	}
	return e
}

// recordable is that of xor, with the trains that biases weigh: they fire far more
// than all neurons, and are left out unless asked for.
func recordable(base experiment.Recordable) experiment.Recordable {
	base.Default = strings.Join(base.Populations, ",") + "," + base.Default
	base.Populations = slices.Clone(base.Populations)
	for _, name := range biased {
		base.Populations = append(base.Populations, biasPrefix+name)
	}
	return base
}

// params are those of xor with the values of its preset quick, with epochs for examples
// and without states of neurons.
func params(base *experiment.Experiment) (all []experiment.Param) {
	var keys []string
	for _, k := range variants {
		keys = append(keys, k.key)
	}
	all = append(all,
		experiment.Param{Key: variantsKey, Kind: experiment.Words, Default: keys, Choices: keys, Doc: "which are run; what is compared with nothing learned needs nothing, or signed_nothing"},
		experiment.Param{Key: epochs, Kind: experiment.Integer, Default: 60, Min: 1, Max: 1e8, Doc: "epochs of the training of each variant, four examples each"},
		experiment.NumberWithin(etaBias, "", 3e-3, 0, 1, "learning rate of biases, leak conductances"),
		experiment.NumberAboveZero(biasMax, "", 1, 1e3, "largest bias, leak conductances; the least is 0"),
		experiment.Param{Key: rateFloor, Kind: experiment.Bool, Default: false, Doc: "biases also grow with each spike of their train while the neuron has fewer events than rate_min"},
		experiment.NumberWithin(weightCV, "", 0, 0, 3, "standard deviation over mean of the initial excitatory weights, which are log-normal; 0 makes them equal"),
	)
	all = append(all,
		experiment.Param{Key: scanKey, Kind: experiment.List, Default: []float64{0, 0.2, 0.4, 0.6}, Min: 0, Max: 1e3, Empty: "none", Doc: "biases, leak conductances, all combinations of which are given to the three populations, for both read-outs, without learning"},
		experiment.NumberAboveZero(scanDuration, "s", 1, 3600, "time for each combination and input, whose first fifth is left out"),
	)
	for _, q := range base.Params {
		switch q.Key {
		case "examples", "state_neurons", "state_interval":
		default:
			if short, ok := quick[q.Key]; ok {
				q.Default = short
			}
			all = append(all, q)
		}
	}
	return all
}

// quick are the values of xor's preset quick, in the units of the parameters.
var quick = map[string]float64{
	"example_duration": 2, "learning_fraction": 0.25, "tau_avg": 0.5,
	"eta_input_hidden": 0.016, "eta_hidden_output": 0.008,
}

// fullLength names the preset with the values of Figure 4.
const fullLength = "full"

func presets(base *experiment.Experiment) []experiment.Preset {
	published := experiment.Preset{Name: fullLength, Doc: "time scales, learning rates and 500 epochs of Figure 4: hours", Set: map[string]string{epochs: "500"}}
	for key := range quick {
		published.Set[key] = base.Defaults().Text(key)
	}
	return []experiment.Preset{published}
}

// values are those of xor for a run with values v.
func values(v *experiment.Values) (*experiment.Values, error) {
	base := xor.Experiment()
	sets := []string{"examples=" + strconv.Itoa(4*v.Int(epochs))}
	own := map[string]bool{epochs: true, variantsKey: true, etaBias: true, biasMax: true, rateFloor: true, weightCV: true,
		scanKey: true, scanDuration: true}
	for _, q := range params(base) {
		if !own[q.Key] {
			sets = append(sets, q.Key+"="+v.Text(q.Key))
		}
	}
	return base.Resolve("", sets)
}

// check refuses what xor refuses, and what the biases and weights cannot start from.
func check(v *experiment.Values) error {
	if _, err := values(v); err != nil {
		return err
	}
	if err := spiking.WantMultiple(v, scanDuration, settledFifth, fmt.Sprintf("%gms, for five bins of whole steps", settledFifth*sim.DefaultDtMS)); err != nil {
		return err
	}
	for _, key := range []string{"w_noise_exc", "w_noise_hidden_exc"} {
		if v.Float(key) > v.Float(biasMax) {
			return experiment.Inputf("%s: %s, want at most %s (%s): biases begin there", key, v.Text(key), biasMax, v.Text(biasMax))
		}
	}
	for _, key := range []string{"w_input_hidden", "w_hidden_output"} {
		if v.Float(weightCV) > 0 && v.Float(key) == 0 {
			return experiment.Inputf("%s: 0, want more for weights that vary (%s=%s)", key, weightCV, v.Text(weightCV))
		}
	}
	return nil
}

// chosen are the variants of a run, in the order of the table.
func chosen(v *experiment.Values) (all []variant) {
	wanted := map[string]bool{}
	for _, key := range v.Words(variantsKey) {
		wanted[key] = true
	}
	for _, k := range variants {
		if wanted[k.key] {
			all = append(all, k)
		}
	}
	return all
}

func (k variant) filePrefix() string { return k.key + "-" }

// files are what a run of xor leaves, under the variant's name.
func (k variant) files() (names []string) {
	for _, name := range []string{"spikes.arrow", "rates.arrow", "weights.arrow"} {
		names = append(names, fmt.Sprintf("%s%s", k.filePrefix(), name))
	}
	return names
}
