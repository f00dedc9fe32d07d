package analysis

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// binned returns the rates of all bins.
func binned(t testing.TB, src Source, c Criterion, g Groups, b Bins) []Rate {
	t.Helper()
	r, err := NewRates(src, c, DetectorOptions{}, g, b)
	if err != nil {
		t.Fatal(err)
	}
	var rates []Rate
	for r.Next() {
		rates = append(rates, r.Rates()...)
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return rates
}

// naiveRates counts bin after bin, each over all events and spikes.
func naiveRates(rec Recording, spikes []spike, c Criterion, g Groups, b Bins) []Rate {
	events := naive(rec, spikes, c, 1<<60)
	first, _ := firstNeurons(rec)
	group := func(p int16, n uint32) int { return int(g.Of[first[p]+int(n)]) }
	var rates []Rate
	end := rec.Windows[len(rec.Windows)-1].To
	for from := b.Origin; from < end; from += b.Width {
		to := from + b.Width
		in := func(step int64) bool { return step >= from && step < to }
		recorded := int64(0)
		for _, w := range rec.Windows {
			for s := w.From; s < w.To; s++ {
				if in(s) {
					recorded++
				}
			}
		}
		if recorded == 0 {
			continue
		}
		for k := range g.List {
			r := Rate{Group: k, From: from, To: to, Recorded: recorded}
			for _, s := range spikes {
				if in(s.step) && group(s.population, s.neuron) == k {
					r.Spikes++
				}
			}
			for _, e := range events {
				if group(e.Population, e.Neuron) != k {
					continue
				}
				followed, known, burst := e.Followed && e.Class != SilenceCensored, e.Class != LeftCensored, e.Class == Burst
				stamp := e.Step
				if b.Placement == AtSecond {
					stamp = e.Second
				}
				for _, count := range []struct {
					n  *int64
					is bool
				}{
					{&r.Events, in(e.Step) && known}, {&r.Bursts, in(stamp) && burst},
					{&r.Classified, in(e.Step) && known && followed}, {&r.ClassifiedBursts, in(stamp) && burst && followed},
					{&r.Censored, in(e.Step) && !(known && followed)},
				} {
					if count.is {
						*count.n++
					}
				}
			}
			rates = append(rates, r)
		}
	}
	return rates
}

func TestRatesAgreeWithCountingEachBin(t *testing.T) {
	const seed = 2
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range 1000 {
		rec, c, spikes := randomCase(r)
		g := []Groups{ByPopulation(rec), ByNeuron(rec)}[r.IntN(2)]
		if r.IntN(3) == 0 {
			table := map[NeuronID]string{{"pyr", 0}: "x", {"som", 0}: "x"}
			if rec.Populations[0].Size > 1 {
				table[NeuronID{"pyr", 1}] = "a"
			}
			var err error
			if g, err = ByTable(rec, table); err != nil {
				t.Fatal(err)
			}
		}
		b := Bins{Width: 1 + r.Int64N(50), Origin: rec.Windows[0].From - r.Int64N(3), Placement: Placement(r.IntN(2))}
		want := naiveRates(rec, spikes, c, g, b)
		if got := binned(t, sourceOf(rec, 1+r.IntN(40), spikes), c, g, b); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d, case %d: %+v %+v\ngot  %+v\nwant %+v", seed, i, rec, b, got, want)
		}
	}
}

// TestRatesPlacement: a burst across the border of two bins. At its second
// spike it is a burst in a bin without its event, a fraction that has no value,
// and with another event a fraction of 1 of what was 0.
func TestRatesPlacement(t *testing.T) {
	rec := one(Window{0, 1000})
	rec.StepsPerSecond = 1000
	rates := func(p Placement) []Rate {
		return binned(t, sourceOf(rec, 9, train1(98, 104, 150)), Criterion{ISI: 10}, ByPopulation(rec), Bins{Width: 100, Placement: p})
	}
	first, second := rates(AtFirst), rates(AtSecond)
	if f, _ := first[0].BurstFraction(); f != 1 || first[1].Bursts != 0 {
		t.Errorf("at the first spike: %+v", first[:2])
	}
	if f, _ := second[0].BurstFraction(); f != 0 || second[1].ClassifiedBursts != 1 {
		t.Errorf("at the second spike: %+v", second[:2])
	}
	if _, ok := first[2].BurstFraction(); ok || first[2].Recorded != 100 || len(first) != 10 {
		t.Errorf("a bin without events: %+v of %d", first[2], len(first))
	}
}

// TestRatesCountSilentNeurons: rates divide by the neurons of the population, not
// by those that spiked or the highest number seen, and the last bin is there
// although nothing happens in it.
func TestRatesCountSilentNeurons(t *testing.T) {
	rec := Recording{StepsPerSecond: 1000, Windows: []Window{{0, 2050}}, Populations: []Population{{"pyr", 50}}}
	g := ByPopulation(rec)
	rates := binned(t, sourceOf(rec, 9, []spike{{500, 0, 3}, {700, 0, 7}}), Criterion{ISI: 16}, g, Bins{Width: 100})
	if len(rates) != 21 || rates[5].Hz(rates[5].Events, rec, g) != 1/(50*0.1) {
		t.Errorf("%d bins, %+v", len(rates), rates[5])
	}
	if last := rates[20]; last.Recorded != 50 || last.Spikes != 0 {
		t.Errorf("last bin %+v, want 50 steps of it recorded", last)
	}
}

// TestRatesDiscardTransient: what is before the window is not seen, and the
// first event of each neuron after it is only counted if it is known to be one.
func TestRatesDiscardTransient(t *testing.T) {
	rec := one(Window{1000, 2000})
	rates := binned(t, sourceOf(rec, 9, train1(1003, 1500)), Criterion{ISI: 160}, ByPopulation(rec), Bins{Width: 500, Origin: 1000})
	if len(rates) != 2 || rates[0].Events != 0 || rates[0].Spikes != 1 || rates[0].Censored != 1 || rates[1].Events != 1 {
		t.Errorf("%+v", rates)
	}
}

// TestRatesAcrossLongGaps: windows hours apart cost nothing for the time
// between them, in bins of a step.
func TestRatesAcrossLongGaps(t *testing.T) {
	rec := one()
	var spikes []spike
	for i := range int64(20) {
		rec.Windows = append(rec.Windows, Window{i << 40, i<<40 + 50})
		spikes = append(spikes, train1(i<<40+20, i<<40+30)...)
	}
	r, err := NewRates(sourceOf(rec, 1000, spikes), Criterion{ISI: 15}, DetectorOptions{}, ByPopulation(rec), Bins{Width: 1})
	if err != nil {
		t.Fatal(err)
	}
	n, bursts := 0, int64(0)
	for r.Next() {
		n++
		bursts += r.Rates()[0].Bursts
		if len(r.open) > 200 {
			t.Fatalf("%d bins are open", len(r.open))
		}
	}
	if r.Err() != nil || n != 20*50 || bursts != 20 {
		t.Errorf("%d bins, %d bursts, %v", n, bursts, r.Err())
	}
}

// TestEdgesDoNotBiasBurstFractions: of trains whose events are bursts with
// probability 0.3, cut into short windows, the classified events give 0.3. All
// events whose class is known give more, because bursts are recognized near the
// end of a window and singlets are not.
func TestEdgesDoNotBiasBurstFractions(t *testing.T) {
	const seed, probability = 5, 0.3
	r := rand.New(rand.NewPCG(seed, 0))
	rec := Recording{StepsPerSecond: 1000, Populations: []Population{{"pyr", 1}}}
	for i := range int64(20_000) {
		rec.Windows = append(rec.Windows, Window{i * 200, i*200 + 100})
	}
	var spikes []spike
	inWindow := func(s int64) {
		if s%200 < 100 {
			spikes = append(spikes, train1(s)...)
		}
	}
	for s := int64(0); s < 20_000*200-100; s += 30 + r.Int64N(60) {
		inWindow(s)
		if r.Float64() < probability {
			inWindow(s + 1 + r.Int64N(14))
		}
	}
	var total Counts
	var known, bursts float64
	for _, e := range detect(t, sourceOf(rec, 1000, spikes), Criterion{ISI: 15}, DetectorOptions{}) {
		total.count(&e)
		if e.Class == Burst || e.Class == Singlet {
			known++
		}
		if e.Class == Burst {
			bursts++
		}
	}
	f, _ := total.BurstFraction()
	// Five standard errors.
	if band := 5 * math.Sqrt(probability*(1-probability)/float64(total.Classified)); math.Abs(f-probability) > band {
		t.Errorf("seed %d: %.4f of %d classified events, want %v ± %.4f", seed, f, total.Classified, probability, band)
	}
	if biased := bursts / known; biased < probability+0.015 {
		t.Errorf("all events of known class give %.4f: this test does not test what it should", biased)
	}
}

func TestBinsIndex(t *testing.T) {
	b := Bins{Width: 7, Origin: 3}
	for step := int64(-30); step < 30; step++ {
		if want := int64(math.Floor(float64(step-3) / 7)); b.index(step) != want {
			t.Errorf("step %d: bin %d, want %d", step, b.index(step), want)
		}
	}
}
