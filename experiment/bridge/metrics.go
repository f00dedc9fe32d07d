package bridge

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/sim"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	Agreement Agreement `json:"agreement"`
	// Spiking are the metrics of xor, Rates those of the network of rates.
	Spiking *xor.Metrics `json:"spiking"`
	Rates   *Rates       `json:"rates"`
	// SpikingWeights are mean weights before learning and after each epoch, leak
	// conductances.
	SpikingWeights map[string][]float64 `json:"spiking_weights"`
	// Equal is the spiking network with the weights that training leaves, where all synapses
	// of a projection have its mean; RatesEqual the network of rates with the same.
	Equal      xor.TruthTable `json:"equal_weights"`
	RatesEqual xor.TruthTable `json:"equal_weights_rates"`
	Transfer   *Transfer      `json:"transfer"`
}

// Agreement compares numbers of both networks.
type Agreement struct {
	// Event rates (Hz) of hidden1, hidden2 and output for the four inputs in the tests.
	EventRatesBefore Pairs `json:"event_rates_before"`
	EventRatesAfter  Pairs `json:"event_rates_after"`
	// The same with the mean weights that the spiking network has after learning, in both:
	// spikes as trained, and with one weight for all synapses of a projection.
	EventRatesTrained Pairs `json:"event_rates_of_trained_weights"`
	EventRatesEqual   Pairs `json:"event_rates_of_equal_weights"`
	// Changes of burst probability when learning begins (percentage points) of the same
	// populations and inputs, in the first epoch; and how many have the same sign.
	BurstProbabilityChanges Pairs `json:"burst_probability_changes"`
	SameSign                int   `json:"burst_probability_changes_of_same_sign"`
	// Changes of mean weights since before learning (leak conductances), of all
	// projections: after each of the first epochs, of each, and of the last.
	EarlyWeightChanges Pairs `json:"early_weight_changes"`
	WeightChanges      Pairs `json:"weight_changes"`
	FinalWeightChanges Pairs `json:"final_weight_changes"`
	// Costs of all epochs (nats).
	Costs Pairs `json:"costs"`
}

// Pairs says how numbers of the spiking network and of the network of rates agree.
type Pairs struct {
	N int `json:"n"`
	// Correlation is Pearson's, null if one side does not vary; Difference the root
	// mean square of rates less spikes, Spread that of the spiking side around its mean,
	// both in the unit of the numbers.
	Correlation *float64 `json:"correlation"`
	Difference  float64  `json:"difference"`
	Spread      float64  `json:"spread"`
}

func pairs(spikes, rates []float64) Pairs {
	p := Pairs{N: len(spikes)}
	if p.N == 0 {
		return p
	}
	p.Correlation = experiment.Finite(stat.Correlation(spikes, rates, nil))
	p.Difference = floats.Distance(spikes, rates, 2) / math.Sqrt(float64(p.N))
	p.Spread = stat.PopStdDev(spikes, nil)
	return p
}

// learners are the populations whose rates are compared; those of inputs are given.
var learners = [...]string{"hidden1", "hidden2", "output"}

// compare fills in Agreement.
func (m *Metrics) compare() {
	a := &m.Agreement
	table := func(spikes, rates *xor.TruthTable) Pairs {
		var x, y []float64
		for i := range examples {
			for _, name := range learners {
				x, y = append(x, spikes[i].EventRateHz[name]), append(y, rates[i].EventRateHz[name])
			}
		}
		return pairs(x, y)
	}
	a.EventRatesBefore = table(&m.Spiking.Before, &m.Rates.Before)
	a.EventRatesAfter = table(m.Spiking.After, &m.Rates.After)
	a.EventRatesTrained, a.EventRatesEqual = table(m.Spiking.After, &m.RatesEqual), table(&m.Equal, &m.RatesEqual)
	var x, y []float64
	for i := range examples {
		for _, name := range learners {
			p, q := m.Spiking.FirstEpoch[i].ChangePct[name], m.Rates.FirstEpoch[i].ChangePct[name]
			if p == nil || q == nil {
				continue
			}
			x, y = append(x, *p), append(y, *q)
			if *p**q > 0 {
				a.SameSign++
			}
		}
	}
	a.BurstProbabilityChanges = pairs(x, y)
	var early, earlyRates, all, allRates, final, finalRates []float64
	for _, name := range projections {
		s, r := changes(m.SpikingWeights[name]), changes(m.Rates.Weights[name])
		n := min(len(s), len(r))
		if n == 0 {
			continue
		}
		k := min(n, earlyEpochs)
		early, earlyRates = append(early, s[:k]...), append(earlyRates, r[:k]...)
		all, allRates = append(all, s[:n]...), append(allRates, r[:n]...)
		final, finalRates = append(final, s[n-1]), append(finalRates, r[n-1])
	}
	a.EarlyWeightChanges = pairs(early, earlyRates)
	a.WeightChanges, a.FinalWeightChanges = pairs(all, allRates), pairs(final, finalRates)
	a.Costs = pairs(m.Spiking.EpochCosts, m.Rates.EpochCosts)
}

// earlyEpochs is in how many epochs weights have moved by a tenth or so.
const earlyEpochs = 10

// changes since the first, without it.
func changes(values []float64) []float64 {
	if len(values) == 0 {
		return nil
	}
	out := slices.Clone(values[1:])
	floats.AddConst(-values[0], out)
	return out
}

// epochWeights reads mean weights before learning and at the end of each epoch from the
// weights file of a run of xor. What is not plastic, or has no synapses, has none.
func epochWeights(path string, v *experiment.Values) (map[string][]float64, error) {
	_, names, rows, err := spikefile.ReadWeights(path)
	if err != nil {
		return nil, err
	}
	example, _ := xor.ExampleSteps(v)
	epochs := v.Int("examples") / len(examples)
	epoch := int64(len(examples)) * example
	// The file is in order of time; after the training comes a test as long as an epoch.
	end := spiking.Steps(xor.Seconds(v)*1000) - epoch
	out := map[string][]float64{}
	for _, r := range rows {
		step := int64(math.Round(r.TimeS * 1000 / sim.DefaultDtMS))
		before := end - step // of the last epoch's end
		if r.NSynapses > 0 && before >= 0 && before%epoch == 0 && before/epoch <= int64(epochs) {
			out[names[r.Projection]] = append(out[names[r.Projection]], r.Mean)
		}
	}
	for name, w := range out {
		if len(w) != epochs+1 {
			return nil, fmt.Errorf("%s: %d mean weights of %s at the ends of %d epochs", path, len(w), name, epochs)
		}
	}
	return out, nil
}

// print writes what agrees for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "spikes and rates\tcorrelation\tdifference\tspread of spikes\tunit")
	a := m.Agreement
	for _, line := range []struct {
		name, unit string
		p          Pairs
	}{
		{"event rates before learning", "Hz", a.EventRatesBefore}, {"event rates after learning", "Hz", a.EventRatesAfter},
		{"… of rates with the spikes' weights", "Hz", a.EventRatesTrained}, {"… and spikes with equal weights", "Hz", a.EventRatesEqual},
		{"changes of burst probability, first epoch", "points", a.BurstProbabilityChanges},
		{fmt.Sprintf("changes of weights, first %d epochs", earlyEpochs), "leak conductances", a.EarlyWeightChanges},
		{"changes of weights, all epochs", "leak conductances", a.WeightChanges},
		{"changes of weights, at the end", "leak conductances", a.FinalWeightChanges}, {"costs of epochs", "nats", a.Costs},
	} {
		r := "-"
		if line.p.Correlation != nil {
			r = fmt.Sprintf("%.3f", *line.p.Correlation)
		}
		fmt.Fprintf(t, "%s\t%s\t%.3g\t%.3g\t%s\n", line.name, r, line.p.Difference, line.p.Spread, line.unit)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	word := map[bool]string{true: "learned", false: "not learned"}
	_, err := fmt.Fprintf(w, "\nXOR by spikes: %s; by rates: %s. Output after learning, Hz (spikes, rates):", word[m.Spiking.Solved], word[m.Rates.Solved])
	for i, x := range examples {
		if err == nil {
			_, err = fmt.Fprintf(w, "  %s %.2f, %.2f", x.name, m.Spiking.After[i].EventRateHz["output"], m.Rates.After[i].EventRateHz["output"])
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(w)
	}
	return err
}
