package information

import (
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/encoder"
)

// encoded is a population at work, with everything to measure it by. The events are
// those that the detector finds at 16 ms, not the true ones.
type encoded struct {
	*encoder.Encoded
	grid    Grid
	bins    *Bins
	signals []Series
}

// The band of the signals, in spectra 0.5 Hz apart.
func signalBand(t testing.TB) Options {
	return Options{Estimator: must[*Estimator](t)(Welch(400, 0.005)), Band: Band{0, 20}, Shuffles: 19, WidthS: Passing(20),
		Carriers: []Stream{EventRate, BurstFraction}}
}

func encode(t testing.TB, p encoder.Params, seed uint64) encoded {
	t.Helper()
	e := encoded{Encoded: must[*encoder.Encoded](t)(encoder.Generate(p, seed))}
	soma, dendrite := Signal{"soma", e.TimeS, e.SomaMV}, Signal{"dendrite", e.TimeS, e.DendriteMV}
	e.grid = must[Grid](t)(NewGrid(e.Recording, 50, soma, dendrite))
	for _, s := range []Signal{soma, dendrite} {
		e.signals = append(e.signals, must[Series](t)(e.grid.Mean(s)))
	}
	e.bins = NewBins(e.grid, e.Recording.Populations)
	d := must[*analysis.Detector](t)(analysis.NewDetector(e.Source(), analysis.Criterion{ISI: 160}, analysis.DetectorOptions{}))
	for d.Next() {
		e.bins.AddSpikes(d.Batch())
		e.bins.AddEvents(d.Events())
	}
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}

func (m Multiplexing) pair(signal int, s Stream) Pair {
	i := slices.IndexFunc(m.Pairs, func(p Pair) bool { return p.Signal == signal && p.Stream == s })
	return m.Pairs[i]
}

// The encoder of Williams et al. 2021: event rate and burst fraction carry soma and
// dendrite, and together more than one firing rate does of the same spikes. Detection
// at 16 ms misses one burst in five (the tail of the intervals' distribution) and
// takes events that are close by chance for bursts, of which there are more when the
// soma is strongly driven: some of its signal is in the burst fraction.
func TestMultiplexing(t *testing.T) {
	e := encode(t, encoder.Williams(), 1)
	m := must[Multiplexing](t)(Measure(e.bins, 0, e.signals, signalBand(t)))
	for _, p := range m.Pairs {
		t.Logf("signal %d, %-14v %6.2f bit/s, net %6.2f, p %.2f, coherence %.3f", p.Signal, p.Stream, p.Bound.Corrected, p.Bound.Net(), p.Bound.P(), p.Coherence.Mean(Band{0, 20}))
	}
	gain, ok := m.Gain()
	t.Logf("rate %.2f bit/s, gain %.3f, cross-talk %.2f", m.Rate.Corrected, gain, m.CrossTalk())
	soma, dendrite := m.pair(0, EventRate).Bound, m.pair(1, BurstFraction).Bound
	if !ok || gain < 1.2 {
		t.Errorf("gain %v, want well above 1", gain)
	}
	if soma.P() > 0.05 || dendrite.P() > 0.05 {
		t.Errorf("p %v and %v, want both below chance", soma.P(), dendrite.P())
	}
	for _, p := range []Pair{m.pair(0, BurstFraction), m.pair(1, EventRate)} {
		own := max(soma.Corrected, dendrite.Corrected)
		if p.Bound.Corrected > own/20 {
			t.Errorf("signal %d in %v: %v bit/s, want cross-talk below a twentieth of %v", p.Signal, p.Stream, p.Bound.Corrected, own)
		}
	}
	if m.Undefined != 0 || m.Bins != 40000 {
		t.Errorf("%d of %d bins undefined", m.Undefined, m.Bins)
	}
}

// withSpikes moves the threshold of events until a population emits so many spikes,
// to 0.5 %. Rates depend on it nearly as exp(−θ/α).
func withSpikes(t *testing.T, p encoder.Params, spikes int, seed uint64) encoder.Params {
	t.Helper()
	for range 10 {
		n := len(must[*encoder.Encoded](t)(encoder.Generate(p, seed)).Steps)
		ratio := float64(n) / float64(spikes)
		if math.Abs(ratio-1) < 0.005 {
			return p
		}
		p.EventThresholdMV += p.EventScaleMV * math.Log(ratio)
	}
	t.Fatalf("no threshold gives %d spikes", spikes)
	return p
}

// truth counts the true events of a population.
func (e encoded) truth() *Bins {
	b := NewBins(e.grid, e.Recording.Populations)
	b.spikes = e.bins.spikes
	events := slices.Clone(e.Events)
	for i := range events {
		events[i].Followed = true
	}
	b.AddEvents(events)
	return b
}

// With the true events cross-talk is at chance in both directions.
func TestTrueEventsHaveNoCrossTalk(t *testing.T) {
	e := encode(t, encoder.Williams(), 2)
	opt := signalBand(t)
	opt.Shuffles = 99
	m := must[Multiplexing](t)(Measure(e.truth(), 0, e.signals, opt))
	for _, p := range []Pair{m.pair(0, BurstFraction), m.pair(1, EventRate)} {
		within(t, "cross-talk, bit/s", p.Bound.Corrected, 0, 4*p.Bound.ShuffledSD)
		if p.Bound.P() < 0.01 {
			t.Errorf("signal %d in %v: p %v", p.Signal, p.Stream, p.Bound.P())
		}
	}
}

// More cells tell more, in both streams.
func TestMoreCellsTellMore(t *testing.T) {
	p := encoder.Williams()
	p.DurationS = 100
	var last [2]float64
	for _, n := range []int{25, 100, 400} {
		p.Neurons = n
		e := encode(t, p, 3)
		m := must[Multiplexing](t)(Measure(e.bins, 0, e.signals, signalBand(t)))
		gain, _ := m.Gain()
		t.Logf("%d cells: %.2f and %.2f bit/s, gain %.2f", n, m.pair(0, EventRate).Bound.Corrected, m.pair(1, BurstFraction).Bound.Corrected, gain)
		now := [2]float64{m.pair(0, EventRate).Bound.Corrected, m.pair(1, BurstFraction).Bound.Corrected}
		if now[0] <= last[0] || now[1] <= last[1] {
			t.Errorf("%d cells: %v bit/s, fewer had %v", n, now, last)
		}
		last = now
	}
}

// Against cells that do not burst and spend as many spikes on the soma's signal
// alone, as Naud & Sprekeler 2018 compare, multiplexing gains too.
func TestGainOverRateCode(t *testing.T) {
	p := encoder.Williams()
	p.DurationS = 100
	both := encode(t, p, 4)
	spikes := len(both.Steps)
	rate := p
	rate.BurstThresholdMV = math.Inf(1)
	rate = withSpikes(t, rate, spikes, 4)
	code := encode(t, rate, 4)
	if ratio := float64(len(code.Steps)) / float64(spikes); math.Abs(ratio-1) > 0.01 {
		t.Fatalf("%v times the spikes", ratio)
	}
	m := must[Multiplexing](t)(Measure(both.bins, 0, both.signals, signalBand(t)))
	c := must[Multiplexing](t)(Measure(code.bins, 0, code.signals, signalBand(t)))
	gain, ok := Gain(m.Multiplexed, c.pair(0, FiringRate).Bound.Corrected)
	t.Logf("%.2f bit/s multiplexed, %.2f as a rate: gain %.3f", m.Multiplexed, c.pair(0, FiringRate).Bound.Corrected, gain)
	if !ok || gain < 1.1 {
		t.Errorf("gain %v, want above 1", gain)
	}
}

// Cells whose intervals have one mode multiplex nearly as much as those with two, at
// the same number of spikes: figure 3 of Williams et al. 2021 has 131.58, 148.91 and
// 156.64 bit/s for τ_rel of 2, 7 and 28 ms, events and bursts known, that is 84 % and
// 95 % of the last. Their signals are not given, so only the parts are compared. What
// is found at 16 ms falls further, since more events are taken for bursts.
func TestUnimodalCellsMultiplex(t *testing.T) {
	if testing.Short() {
		t.Skip("generates many populations")
	}
	p := encoder.Williams()
	p.DurationS = 100
	whole := encode(t, p, 8)
	var known, found [3]float64
	for i, tau := range []float64{28, 7, 2} {
		p.RelativeMS = tau
		e := whole
		if i > 0 {
			e = encode(t, withSpikes(t, p, len(whole.Steps), 8), 8)
		}
		k := must[Multiplexing](t)(Measure(e.truth(), 0, e.signals, signalBand(t)))
		m := must[Multiplexing](t)(Measure(e.bins, 0, e.signals, signalBand(t)))
		known[i], found[i] = k.Multiplexed, m.Multiplexed
		gain, _ := m.Gain()
		t.Logf("tau_rel %v ms, %d spikes: %.2f bit/s (%.2f in events, %.2f in bursts), found at 16 ms %.2f, cross-talk %.2f, gain %.2f", tau, len(e.Steps),
			k.Multiplexed, k.pair(0, EventRate).Bound.Corrected, k.pair(1, BurstFraction).Bound.Corrected, m.Multiplexed, m.CrossTalk(), gain)
		if gain < 1.2 {
			t.Errorf("tau_rel %v ms: gain %v", tau, gain)
		}
	}
	within(t, "part at 7 ms", known[1]/known[0], 148.91/156.64, 0.07)
	within(t, "part at 2 ms", known[2]/known[0], 131.58/156.64, 0.1)
	if !(found[0] > found[1] && found[1] > found[2]) {
		t.Errorf("found %v bit/s, want less with shorter refractoriness", found)
	}
}

// Short and sparse bursts say the most for the same spikes (Naud & Sprekeler 2018):
// longer bursts leave fewer events, and with too many or too few of them the burst
// fraction says little.
func TestShortSparseBurstsTellMost(t *testing.T) {
	if testing.Short() {
		t.Skip("generates many populations")
	}
	p := encoder.Williams()
	p.DurationS = 100
	reference := encode(t, p, 9)
	found := map[string]float64{}
	for _, c := range []struct {
		name   string
		meanMV float64
		spikes int
	}{{"sparse doublets", 4, 2}, {"sparse triplets", 4, 3}, {"bursts of 5", 4, 5}, {"rare doublets", 3.5, 2}, {"frequent doublets", 4.5, 2}} {
		p.Dendrite.MeanMV, p.BurstSpikes = c.meanMV, c.spikes
		e := reference
		if c.name != "sparse doublets" {
			e = encode(t, withSpikes(t, p, len(reference.Steps), 9), 9)
		}
		m := must[Multiplexing](t)(Measure(e.bins, 0, e.signals, signalBand(t)))
		spikes, events, bursts := e.bins.Totals(0)
		t.Logf("%s: burst fraction %.2f, %d spikes, %.2f bit/s", c.name, float64(bursts)/float64(events), spikes, m.Multiplexed)
		found[c.name] = m.Multiplexed
	}
	for _, pair := range [][2]string{{"sparse doublets", "sparse triplets"}, {"sparse triplets", "bursts of 5"},
		{"sparse doublets", "rare doublets"}, {"sparse doublets", "frequent doublets"}} {
		if !(found[pair[0]] > found[pair[1]]) {
			t.Errorf("%s: %.2f bit/s, want more than %s: %.2f", pair[0], found[pair[0]], pair[1], found[pair[1]])
		}
	}
}

// Signals drawn apart have nothing to do with each other, a signal with itself all.
func TestInputs(t *testing.T) {
	p := encoder.Williams()
	p.Neurons = 1
	e := encode(t, p, 5)
	pairs := must[[]InputPair](t)(Inputs([]Series{e.signals[0], e.signals[1], e.signals[0]}, signalBand(t)))
	if len(pairs) != 3 {
		t.Fatal(len(pairs))
	}
	within(t, "soma and dendrite", pairs[0].Bound.Corrected, 0, 5*pairs[0].Bound.ShuffledSD)
	within(t, "soma and soma", pairs[1].Coherence.Mean(Band{0, 20}), 1, 1e-9)
}

// What one carrier of two signals has of a third counts once.
func TestCrossTalk(t *testing.T) {
	var m Multiplexing
	for signal, carrier := range []Stream{EventRate, EventRate, BurstFraction} {
		for _, s := range Streams() {
			m.Pairs = append(m.Pairs, Pair{Signal: signal, Stream: s, Carrier: s == carrier,
				Bound: Bound{Corrected: math.Pow(10, float64(signal)) * float64(s+1)}})
		}
	}
	// Of the third in the event rate 100·1, of the first two in the burst fraction 3 and 30.
	within(t, "cross-talk", m.CrossTalk(), 100+3+30, 0)
}

func TestMeasureRejects(t *testing.T) {
	p := encoder.Williams()
	p.Neurons, p.DurationS = 1, 10
	e := encode(t, p, 6)
	opt := signalBand(t)
	opt.Carriers = opt.Carriers[:1]
	wantError(t, second(Measure(e.bins, 0, e.signals, opt)), "signals: 2 with 1 streams")
	wantError(t, second(Measure(e.bins, 0, nil, Options{})), "signals: 0")
	opt = signalBand(t)
	opt.WidthS = 0
	wantError(t, second(Measure(e.bins, 0, e.signals, opt)), "width: 0 s, want > 0")
	if _, ok := Gain(3, -0.1); ok {
		t.Error("a gain over nothing")
	}
	for _, rate := range []Bound{{Corrected: 0.3, SE: 0.2}, {Corrected: 0.3, SE: math.NaN()}, {}} {
		if _, ok := (Multiplexing{Multiplexed: 3, Rate: rate}).Gain(); ok {
			t.Errorf("a gain over %+v", rate)
		}
	}
	if gain, ok := (Multiplexing{Multiplexed: 3, Rate: Bound{Corrected: 2, SE: 0.2}}).Gain(); !ok || gain != 1.5 {
		t.Errorf("gain %v, want 1.5", gain)
	}
}

// The synapse that reads the soma best is a depressing one, better than one that
// transmits all spikes alike. All traces have more of the soma than of the dendrite,
// facilitating ones the least so; what has more of the dendrite is a quotient.
func TestSynapsesDemultiplex(t *testing.T) {
	e := encode(t, encoder.Williams(), 7)
	grid := Combinations(Synapse{}, []float64{0.02, 0.1, 0.5, 0.9}, []float64{0, 50, 200}, []float64{0, 50, 200})
	bank := must[*Bank](t)(NewBank(e.grid, e.Recording.Populations, grid))
	for s := e.Source(); s.Next(); {
		bank.Add(s.Batch())
	}
	opt := signalBand(t)
	read := must[[]Reading](t)(bank.Read(0, e.signals, opt))
	soma, dendrite := Rank(read, 0), Rank(read, 1)
	best := soma[0].Synapse
	t.Logf("soma: %s %.3f; dendrite: %s %.3f", best.Name, soma[0].Coherence, dendrite[0].Synapse.Name, dendrite[0].Coherence)
	static := read[slices.IndexFunc(read, func(r Reading) bool { return r.Synapse.Name == "U=0.9,tau_f=0ms,tau_d=0ms" })]
	if best.U < 0.5 || best.TauRecoveryMS < 50 || soma[0].Coherence[1] > static.Coherence[1]/2 {
		t.Errorf("%s reads the soma best: %.3f; want a depressing synapse, with less of the dendrite than %.3f", best.Name, soma[0].Coherence, static.Coherence)
	}
	for i := 1; i < len(soma); i++ {
		if soma[i].Selectivity(0) > soma[i-1].Selectivity(0) || dendrite[i].Selectivity(1) > dendrite[i-1].Selectivity(1) {
			t.Fatalf("place %d is better than the one before", i)
		}
	}

	// A quotient has more of the dendrite than of the soma, which no single trace has.
	some := must[*Bank](t)(NewBank(e.grid, e.Recording.Populations, Combinations(Synapse{}, []float64{0.1, 0.9}, []float64{0, 20}, []float64{0, 50})))
	for s := e.Source(); s.Next(); {
		some.Add(s.Batch())
	}
	quotients := Rank(must[[]Reading](t)(some.ReadQuotients(0, e.signals, opt)), 1)
	t.Logf("dendrite: %s %.3f", quotients[0].Name(), quotients[0].Coherence)
	if len(quotients) != 8*7 || quotients[0].Selectivity(1) < 0.05 || dendrite[0].Selectivity(1) > 0 {
		t.Errorf("%d quotients, the best %s %.3f; the best trace %s %.3f", len(quotients), quotients[0].Name(), quotients[0].Coherence,
			dendrite[0].Name(), dendrite[0].Coherence)
	}
}
