package xorbiases

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/experimenttest"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// network is that of a variant for values v.
func network(t *testing.T, k variant, v *experiment.Values) sim.Network {
	t.Helper()
	x, err := values(v)
	if err != nil {
		t.Fatal(err)
	}
	n := xor.Network(x, 1)
	k.change(v, &n)
	return n
}

func resolve(t *testing.T, sets ...string) *experiment.Values {
	t.Helper()
	v, err := Experiment().Resolve("", sets)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDescription(t *testing.T) {
	experimenttest.Networks(t, Experiment(), func(v *experiment.Values) (all []sim.Network) {
		for _, k := range variants {
			all = append(all, network(t, k, v))
		}
		return all
	})
	for _, k := range variants {
		if err := network(t, k, resolve(t, "w_cv=1")).Validate(); err != nil {
			t.Errorf("%s: %v", k.key, err)
		}
	}
}

// TestBiasesTakeThePlaceOfNoise: a source and a synapse for each hidden and output
// neuron, with the rate and the weight of the input that goes, and all else stays.
func TestBiasesTakeThePlaceOfNoise(t *testing.T) {
	v := resolve(t)
	x, err := values(v)
	if err != nil {
		t.Fatal(err)
	}
	before, after := xor.Network(x, 1), network(t, variants[0], v)
	if got, want := len(after.Inputs), len(before.Inputs)-len(biased); got != want {
		t.Fatalf("%d inputs, want %d", got, want)
	}
	for _, in := range before.Inputs {
		source := biasPrefix + in.To
		replaced := slices.Contains(biased[:], in.To) && in.Receptor == neuron.SomaExc
		if replaced == slices.Contains(after.Inputs, in) {
			t.Errorf("%s: replaced %v, still there %v", in.Name, replaced, !replaced)
		}
		if !replaced {
			continue
		}
		p := after.Populations[slices.IndexFunc(after.Populations, func(p sim.Population) bool { return p.Name == source })]
		j := after.Projections[slices.IndexFunc(after.Projections, func(j sim.Projection) bool { return j.Name == source })]
		w, _ := j.Weight.Fixed()
		if p.Model != (neuron.Poisson{RateHz: in.RateHz}) || p.Size != 500 || w != in.Weight || j.To != in.To || j.Receptor != in.Receptor {
			t.Errorf("%s: %+v, %+v", in.Name, p, j)
		}
	}
}

// TestSignedReadOut: the excitation that the output gets of the hidden layer is in
// the mean what it was, and so is the inhibition.
func TestSignedReadOut(t *testing.T) {
	total := func(n sim.Network, receptor string) (sum float64) {
		for _, p := range n.Projections {
			if w, fixed := p.Weight.Fixed(); p.To == "output" && p.From[:3] == "hid" && p.Receptor == receptor {
				if !fixed {
					t.Errorf("%s: no common weight", p.Name)
				}
				sum += w
			}
		}
		return sum
	}
	v := resolve(t)
	plain, signed := network(t, variants[0], v), network(t, variants[len(variants)-1], v)
	for _, receptor := range []string{neuron.SomaExc, neuron.SomaInh} {
		if a, b := total(plain, receptor), total(signed, receptor); a != b || a == 0 {
			t.Errorf("%s: %v and %v", receptor, a, b)
		}
	}
	for _, p := range signed.Projections {
		w, _ := p.Weight.Fixed()
		if silent := p.Name == "hidden2_output" || p.Name == "hidden1_output_inh"; p.To == "output" && (w == 0) != silent {
			t.Errorf("%s: weight %v", p.Name, w)
		}
	}
}

// small is a training of two epochs of 0.8 s by 40 neurons a population.
var small = []string{"epochs=2", "neurons=40", "example_duration=200ms", "learning_fraction=0.25", "tau_avg=100ms", "scan=0,0.4", "scan_duration=100ms"}

// TestWhatIsFrozenStays: in each variant what learns changes, what is frozen has the
// same bits as before, and all begin with the same test; whatever the workers.
func TestWhatIsFrozenStays(t *testing.T) {
	x := experimenttest.Trial{Seed: 2, Sets: small}
	files := []string{"metrics.json"}
	for _, k := range variants {
		files = append(files, k.files()...)
	}
	dir := experimenttest.SameBytes(t, Experiment(), x, []int{2}, files...)
	m := experimenttest.Metrics[Metrics](t, dir)
	for _, k := range variants {
		r := m.Variants[k.key]
		if len(r.EpochCosts) != 2 || r.PairedBefore == nil || !*r.PairedBefore {
			t.Errorf("%s: %d epochs, paired %v", k.key, len(r.EpochCosts), r.PairedBefore)
		}
		if (r.Weights.Changed > 0) != k.weights || r.Weights.Synapses != 6*40*40 {
			t.Errorf("%s: %d of %d weights changed", k.key, r.Weights.Changed, r.Weights.Synapses)
		}
		for name, b := range r.Biases {
			learns := k.hidden && name != "output" || k.output && name == "output"
			if (b.Changed > 0) != learns || learns != (b.SD > 0) || !learns && b.MeanChange != 0 {
				t.Errorf("%s, %s: %d biases changed, sd %v", k.key, name, b.Changed, b.SD)
			}
		}
	}
	if len(m.Scans) != 2 || len(m.Scans["plain"].Points) != 8 {
		t.Errorf("scans: %v", m.Scans)
	}
	if *m.Variants["nothing"].FinalCostChange != 0 {
		t.Error("nothing learned differs from itself")
	}
	raw := json.RawMessage(experimenttest.Read(t, dir, "metrics.json"))
	experimenttest.Figure(t, Experiment(), []json.RawMessage{raw, raw}, "signed read-out: biases", "Biases: biases alone", "chance, 4 ln 2")
}

// TestRateZeroIsNothing: with a learning rate of 0 biases do what nothing learned does,
// spike by spike.
func TestRateZeroIsNothing(t *testing.T) {
	dir := experimenttest.Trial{Seed: 2, Workers: 1, Sets: append([]string{"variants=nothing,biases", "eta_bias=0"}, small...)}.Run(t, Experiment())
	m := experimenttest.Metrics[Metrics](t, dir)
	if c := *m.Variants["biases"].FinalCostChange; c != 0 || m.Variants["biases"].Biases["hidden1"].Changed > 0 {
		t.Errorf("cost changes by %v", c)
	}
	if string(experimenttest.Read(t, dir, "nothing-rates.arrow")) != string(experimenttest.Read(t, dir, "biases-rates.arrow")) {
		t.Error("rates differ")
	}
	if m.Variants["biases"].Biases["output"].PreferenceCorrelation != nil {
		t.Error("a correlation of biases that are all the same")
	}
}

// TestSourcesDoWhatNoiseDid: with biases that nobody changes the network answers as that
// of xor, which has the same wiring and other noise.
func TestSourcesDoWhatNoiseDid(t *testing.T) {
	if testing.Short() {
		t.Skip("34 s of model time of 2500 neurons")
	}
	sets := []string{"example_duration=2s", "tau_avg=0.5s"}
	ours := experimenttest.Metrics[Metrics](t, experimenttest.Trial{Seed: 1, Sets: append([]string{"variants=nothing", "epochs=1", "scan=none"}, sets...)}.Run(t, Experiment()))
	theirs := experimenttest.Metrics[xor.Metrics](t, experimenttest.Trial{Seed: 1, Sets: append([]string{"examples=0"}, sets...)}.Run(t, xor.Experiment()))
	for i, row := range theirs.Before {
		for name, hz := range row.EventRateHz {
			// 1.6 s of 500 neurons; events of a cell come more regularly than those of
			// a Poisson process, whose standard error bounds the difference's.
			if got, se := ours.Variants["nothing"].Before[i].EventRateHz[name], math.Sqrt(2*hz/(1.6*500)); math.Abs(got-hz) > 4*se {
				t.Errorf("%s, %s: %.2f Hz, xor %.2f ± %.2f", row.Input, name, got, hz, se)
			}
		}
	}
}

// TestBiases compares the statistics of five biases with those made by hand.
func TestBiases(t *testing.T) {
	b := newBiases([]float64{0.5, 0, 1, 0.5, 0.25}, 0.5, 1)
	if b.Changed != 3 || b.AtBound != 2 || b.Min != 0 || b.Max != 1 || b.Mean != 0.45 || math.Abs(b.MeanChange+0.05) > 1e-15 {
		t.Errorf("%+v", b)
	}
	// Deviations of 0.05, −0.45, 0.55, 0.05 and −0.2.
	if want := math.Sqrt((0.05*0.05 + 0.45*0.45 + 0.55*0.55 + 0.05*0.05 + 0.2*0.2) / 5); math.Abs(b.SD-want) > 1e-15 {
		t.Errorf("sd %v, want %v", b.SD, want)
	}
	for bin, n := range map[int]int{0: 1, 12: 1, 25: 2, 49: 1} {
		if b.Histogram[bin] != n {
			t.Errorf("bin %d: %d, want %d", bin, b.Histogram[bin], n)
		}
	}
	// Two epochs: 8 predictions. A neuron with 9 Hz for 10 and 01 and 5 Hz otherwise
	// prefers by 4 Hz.
	control := &rates{all: []float64{56, 40, 40, 40, 40}, preference: []float64{16, 0, 0, 0, 0}, n: 8}
	b.relate([]float64{1, 0, 0, 0, 0}, control)
	if math.Abs(b.XORPreferenceHz.Mean-0.8) > 1e-15 || math.Abs(*b.PreferenceCorrelation-1) > 1e-12 || math.Abs(*b.RateCorrelation-1) > 1e-12 {
		t.Errorf("%+v, %v", b.XORPreferenceHz, *b.PreferenceCorrelation)
	}
}

// TestPoint compares margins with those made by hand, at the line of 6 Hz.
func TestPoint(t *testing.T) {
	var s Scan
	for _, c := range []struct {
		rates          [4]float64
		line, contrast float64
	}{
		{[4]float64{5, 6.5, 8, 4}, 0.5, 1.5},
		{[4]float64{2, 9, 8, 10}, -4, -2},
		{[4]float64{10, 12, 13, 9}, -4, 2},
	} {
		p := Point{EventRateHz: c.rates}
		if p.lineMargin() != c.line || p.contrast() != c.contrast {
			t.Errorf("%v: margin %v, contrast %v, want %v, %v", c.rates, p.lineMargin(), p.contrast(), c.line, c.contrast)
		}
		s.add(p)
	}
	if s.Solved != 1 || s.LineMarginHz != 0.5 || s.ContrastHz != 2 || len(s.Points) != 3 {
		t.Errorf("%+v", s)
	}
}

// TestScan: an output with a bias fires more than one without, in each read-out. A bias of
// 0.4 is 60 leak conductances a second.
func TestScan(t *testing.T) {
	dir := experimenttest.Trial{Seed: 1, Workers: 1, Sets: []string{"variants=nothing", "epochs=1", "neurons=100", "example_duration=20ms",
		"scan=0.1,0.5", "scan_duration=200ms"}}.Run(t, Experiment())
	for name, s := range experimenttest.Metrics[Metrics](t, dir).Scans {
		for i := 0; i < len(s.Points); i += 2 {
			low, high := s.Points[i], s.Points[i+1]
			if low.Output != 0.1 || high.Output != 0.5 || low.Hidden1 != high.Hidden1 || low.Hidden2 != high.Hidden2 {
				t.Fatalf("%s: points %+v, %+v", name, low, high)
			}
			if a, b := floats.Sum(low.EventRateHz[:]), floats.Sum(high.EventRateHz[:]); a > b {
				t.Errorf("%s: %.1f Hz with a bias of 0.1, %.1f with 0.5", name, a/4, b/4)
			}
		}
	}
}

// TestExpectations: what is judged of whole runs, and of others only what is frozen and
// paired.
func TestExpectations(t *testing.T) {
	judged := func(preset string, sets ...string) (paths []string) {
		v, err := Experiment().Resolve(preset, sets)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range Experiment().Expect(v) {
			if !math.IsInf(x.Low, -1) || !math.IsInf(x.High, 1) {
				paths = append(paths, x.Path)
			}
		}
		return paths
	}
	certain := []string{"frozen_changed", "paired_before"}
	outcomes := []string{"variants.output_biases.biases.output.mean_change", "variants.output_biases.final_cost_change",
		"variants.hidden_biases.final_cost_change"}
	const weights, scan = "variants.weights.final_cost_change", "scans.plain.contrast_hz"
	for _, c := range []struct {
		preset string
		sets   []string
		want   []string
	}{
		{"", nil, slices.Concat(certain, []string{"biases_unmoved", weights}, outcomes, []string{scan})},
		{"full", nil, slices.Concat(certain, []string{"biases_unmoved", "variants.weights.solved", weights}, outcomes, []string{scan})},
		{"", []string{"scan=none"}, slices.Concat(certain, []string{"biases_unmoved", weights}, outcomes)},
		{"", []string{"eta_bias=0"}, certain},
		{"", []string{"neurons=40"}, certain},
		{"", []string{"variants=biases"}, []string{"frozen_changed", "biases_unmoved", scan}},
		{"", []string{"variants=nothing", "scan=none"}, []string{"frozen_changed"}},
	} {
		if got := judged(c.preset, c.sets...); !slices.Equal(got, c.want) {
			t.Errorf("preset %q, %v: %v, want %v", c.preset, c.sets, got, c.want)
		}
	}
}

// TestPresets: the defaults last as long as xor's preset quick but for the epochs, and
// the preset full is xor in full length.
func TestPresets(t *testing.T) {
	for preset, base := range map[string]string{"": "quick", "full": ""} {
		v, err := Experiment().Resolve(preset, nil)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := values(v)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := xor.Experiment().Resolve(base, []string{"examples=" + ours.Text("examples")})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range xor.Experiment().Params {
			if a, b := ours.Text(q.Key), theirs.Text(q.Key); a != b {
				t.Errorf("preset %q: %s %s, xor %s", preset, q.Key, a, b)
			}
		}
	}
}

// TestRecording: all populations of the network can be recorded, and the trains that
// biases weigh are where they are asked for.
func TestRecording(t *testing.T) {
	e := Experiment()
	unasked, err := e.Record.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range network(t, variants[0], resolve(t)).Populations {
		asked, err := e.Record.Parse(p.Name)
		if err != nil || !asked.Wants(p.Name, "test_before") {
			t.Errorf("%s is not recorded: %v", p.Name, err)
		}
		if train := isBias(sim.Projection{From: p.Name, To: strings.TrimPrefix(p.Name, biasPrefix)}); unasked.Wants(p.Name, "test_before") == train || unasked.Wants(p.Name, "training") {
			t.Errorf("%s: recorded unasked %v", p.Name, !train)
		}
	}
}

// TestCertain counts what changed although frozen, and what did not although it learns.
func TestCertain(t *testing.T) {
	yes, no := true, false
	result := func(weights int, paired *bool, changed ...int) *Result {
		r := &Result{PairedBefore: paired, Biases: map[string]*Biases{}}
		r.Weights.Changed = weights
		for i, n := range changed {
			r.Biases[biased[i]] = &Biases{Changed: n}
		}
		return r
	}
	m := Metrics{Variants: map[string]*Result{
		"nothing": result(1, &yes, 0, 0, 2), "weights": result(100, &yes, 0, 0, 0), "hidden_biases": result(0, &no, 10, 7, 4),
	}}
	if m.certain(10); m.FrozenChanged != 1+2+4 || m.BiasesUnmoved != 3 || *m.PairedBefore {
		t.Errorf("%d, %d, %v", m.FrozenChanged, m.BiasesUnmoved, *m.PairedBefore)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	experimenttest.Refused(t, Experiment(), "w_noise_exc=1.5", "bias_max=0.36", "variants=bias", "eta_bias=-1", "epochs=0", "scan=-1", "scan_duration=0.3ms",
		"examples=8", "example_duration=1ms", "bias_rate_floor=2")
	if _, err := Experiment().Resolve("", []string{"w_cv=1", "w_input_hidden=0"}); err == nil {
		t.Error("w_cv with a mean of 0 was accepted")
	}
}
