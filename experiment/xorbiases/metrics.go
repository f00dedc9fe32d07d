package xorbiases

import (
	"errors"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// BiasMax is the largest bias that is allowed, leak conductances.
	BiasMax float64 `json:"bias_max"`
	// FrozenChanged is how many weights and biases changed in variants where they are
	// frozen, and BiasesUnmoved how many did not where they learn. PairedBefore tells whether
	// each variant began as that with the same network in which nothing learns; none if
	// there is nothing to compare.
	FrozenChanged int   `json:"frozen_changed"`
	BiasesUnmoved int   `json:"biases_unmoved"`
	PairedBefore  *bool `json:"paired_before,omitempty"`
	// Variants by key.
	Variants map[string]*Result `json:"variants"`
	// Scans by read-out, plain and signed; none if nothing was to be scanned.
	Scans map[string]*Scan `json:"scans,omitempty"`
}

// Result is what became of one variant.
type Result struct {
	*xor.Metrics
	// FinalCostChange is the final cost less that of the variant with the same network
	// in which nothing learns; CostChange is the same for each epoch.
	FinalCostChange *float64  `json:"final_cost_change,omitempty"`
	CostChange      []float64 `json:"cost_change,omitempty"`
	// PairedBefore tells whether the test before learning had the same numbers, bit for
	// bit, as that of this variant.
	PairedBefore *bool `json:"paired_before,omitempty"`
	// Weights is how many of the synapses between populations changed, of all that have a rule.
	Weights struct {
		Changed  int `json:"changed"`
		Synapses int `json:"synapses"`
	} `json:"weights"`
	// MeanRateChangeHz is the output's event rate, mean over the four inputs, after
	// learning less before.
	MeanRateChangeHz float64 `json:"mean_output_rate_change_hz"`
	// Biases by population.
	Biases map[string]*Biases `json:"biases"`
}

// Biases are those of one population, leak conductances.
type Biases struct {
	Initial float64 `json:"initial"`
	Mean    float64 `json:"mean"`
	SD      float64 `json:"sd"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	// MeanChange is Mean less Initial.
	MeanChange float64 `json:"mean_change"`
	// Changed is how many neurons have another bias than in the beginning, and AtBound
	// how many have the least or the largest that they may have.
	Changed int `json:"changed"`
	AtBound int `json:"at_bound"`
	// Histogram is how many neurons have a bias in each of equal bins from 0 to the
	// largest allowed; a bias on an edge is in the upper bin, the largest in the last.
	Histogram [histogramBins]int `json:"histogram"`
	// XORPreferenceHz is, of a neuron where nothing learns, its event rate for 10 and 01
	// less that for 00 and 11, means over the predictions of all epochs: mean and standard
	// deviation over neurons. The correlations over neurons are those of the bias with
	// this preference and with the mean event rate, where nothing learns. They need a variant
	// in which nothing learns, and biases that differ.
	XORPreferenceHz       *Spread  `json:"xor_preference_hz,omitempty"`
	PreferenceCorrelation *float64 `json:"preference_correlation,omitempty"`
	RateCorrelation       *float64 `json:"rate_correlation,omitempty"`
}

// Spread is a mean and the standard deviation over neurons.
type Spread struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
}

const histogramBins = 50

// witness reads weights and biases before and after learning, and event rates of
// single neurons during it.
type witness struct {
	weights, weightsAfter map[string][]float64 // by projection
	biases                map[string][]float64 // at the end, by population
	rates                 map[string]*rates    // by population
	scratch               []float64
}

// rates are sums over predictions of the estimated event rates of each neuron, Hz.
type rates struct {
	all        []float64
	preference []float64 // of 10 and 01, less those of 00 and 11
	n          int
}

func newWitness() *witness {
	return &witness{weights: map[string][]float64{}, weightsAfter: map[string][]float64{}, biases: map[string][]float64{}, rates: map[string]*rates{}}
}

// plasticProjections are those between populations that have a rule.
var plasticProjections = [...]string{
	"input1_hidden1", "input1_hidden2", "input2_hidden1", "input2_hidden2",
	"hidden1_output", "hidden2_output",
}

// Began implements xor.Witness.
func (w *witness) Began(s *sim.Simulation) error { return read(s, w.weights) }

func read(s *sim.Simulation, into map[string][]float64) (err error) {
	for _, name := range plasticProjections {
		all, e := s.Weights(name, nil)
		into[name], err = all, errors.Join(err, e)
	}
	return err
}

// Predicted implements xor.Witness.
func (w *witness) Predicted(input string, s *sim.Simulation) (err error) {
	for _, name := range biased {
		if w.scratch, err = s.PostTrace(biasPrefix+name, "event_rate", w.scratch[:0]); err != nil {
			return err
		}
		r := w.rates[name]
		if r == nil {
			r = &rates{all: make([]float64, len(w.scratch)), preference: make([]float64, len(w.scratch))}
			w.rates[name] = r
		}
		r.n++
		floats.Add(r.all, w.scratch)
		if input == "10" || input == "01" {
			floats.Add(r.preference, w.scratch)
		} else {
			floats.Sub(r.preference, w.scratch)
		}
	}
	return nil
}

// Ended implements xor.Witness.
func (w *witness) Ended(s *sim.Simulation) (err error) {
	for _, name := range biased {
		// One to one: sources ascend, and so do their targets.
		all, e := s.Weights(biasPrefix+name, nil)
		w.biases[name], err = all, errors.Join(err, e)
	}
	return errors.Join(err, read(s, w.weightsAfter))
}

// measure makes the result of a variant on its own.
func measure(v *experiment.Values, m *xor.Metrics, w *witness) *Result {
	r := &Result{Metrics: m, Biases: map[string]*Biases{}}
	for _, name := range plasticProjections {
		r.Weights.Synapses += len(w.weights[name])
		r.Weights.Changed += changed(w.weights[name], w.weightsAfter[name])
	}
	for i := range m.Before {
		r.MeanRateChangeHz += (m.After[i].EventRateHz["output"] - m.Before[i].EventRateHz["output"]) / float64(len(m.Before))
	}
	for _, name := range biased {
		r.Biases[name] = newBiases(w.biases[name], initialBias(v, name), v.Float(biasMax))
	}
	return r
}

// changed counts what differs.
func changed(before, after []float64) (n int) {
	for i, w := range before {
		if after[i] != w {
			n++
		}
	}
	return n
}

func newBiases(all []float64, initial, most float64) *Biases {
	// Weights are kept in single precision.
	first := float64(float32(initial))
	b := &Biases{Initial: first, Min: floats.Min(all), Max: floats.Max(all)}
	b.Mean, b.SD = stat.PopMeanStdDev(all, nil)
	if b.Min == b.Max {
		b.Mean, b.SD = b.Min, 0 // without the rounding of sums
	}
	b.MeanChange = b.Mean - first
	for _, x := range all {
		if x != first {
			b.Changed++
		}
		if x == 0 || x == float64(float32(most)) {
			b.AtBound++
		}
		b.Histogram[min(int(x/most*histogramBins), histogramBins-1)]++
	}
	return b
}

// compare fills in what needs the variant with the same network in which nothing
// learns.
func (m *Metrics) compare(k variant, witnesses map[string]*witness) {
	r, control := m.Variants[k.key], m.Variants[k.control()]
	change := *r.FinalCost - *control.FinalCost
	r.FinalCostChange = &change
	r.CostChange = make([]float64, len(r.EpochCosts))
	floats.SubTo(r.CostChange, r.EpochCosts, control.EpochCosts)
	paired := same(r.Before, control.Before)
	r.PairedBefore = &paired
	for _, name := range biased {
		r.Biases[name].relate(witnesses[k.key].biases[name], witnesses[k.control()].rates[name])
	}
}

// certain fills in what the protocol makes certain, over all variants; each population
// has n neurons.
func (m *Metrics) certain(n int) {
	for _, k := range variants {
		r, ok := m.Variants[k.key]
		if !ok {
			continue
		}
		if !k.weights {
			m.FrozenChanged += r.Weights.Changed
		}
		for name, b := range r.Biases {
			if k.learns(biasPrefix + name) {
				m.BiasesUnmoved += n - b.Changed
			} else {
				m.FrozenChanged += b.Changed
			}
		}
		if r.PairedBefore != nil && k.key != k.control() {
			paired := *r.PairedBefore && (m.PairedBefore == nil || *m.PairedBefore)
			m.PairedBefore = &paired
		}
	}
}

func same(a, b xor.TruthTable) bool {
	for i := range a {
		for name, hz := range a[i].EventRateHz {
			if b[i].EventRateHz[name] != hz {
				return false
			}
		}
	}
	return true
}

// relate compares the changes of the biases with what the neurons do where nothing
// learns.
func (b *Biases) relate(all []float64, control *rates) {
	// Of the predictions half are of each sign.
	preference := make([]float64, len(control.preference))
	floats.ScaleTo(preference, 2/float64(control.n), control.preference)
	mean, sd := stat.PopMeanStdDev(preference, nil)
	b.XORPreferenceHz = &Spread{Mean: mean, SD: sd}
	b.PreferenceCorrelation = correlation(all, preference)
	b.RateCorrelation = correlation(all, control.all)
}

// correlation is Pearson's, nil where one does not vary.
func correlation(x, y []float64) *float64 {
	return experiment.Finite(stat.Correlation(x, y, nil))
}
