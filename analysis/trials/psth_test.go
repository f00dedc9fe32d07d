package trials

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// The examples that textbooks give of Wilson's interval, to two digits.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{{0, 5, 0, 0.43}, {1, 5, 0.04, 0.62}, {2, 20, 0.03, 0.30}, {10, 100, 0.06, 0.17}} {
		low, high := wilson(c.k, c.n, 0.95)
		near(t, fmt.Sprintf("lower end of %d/%d", c.k, c.n), low, c.low, 0.0051)
		near(t, fmt.Sprintf("upper end of %d/%d", c.k, c.n), high, c.high, 0.0051)
	}
	if low, _ := wilson(0, 0, 0.95); !math.IsNaN(low) {
		t.Error("an interval of nothing")
	}
}

// Garwood (1936), table for 95 %.
func TestGarwood(t *testing.T) {
	for _, c := range []struct {
		n         int64
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {10, 4.795, 18.390}, {50, 37.11, 65.92}} {
		low, high := garwood(c.n, 0.95)
		near(t, "lower end", low, c.low, 0.005)
		near(t, "upper end", high, c.high, 0.005)
	}
}

func TestPSTHIsTheRatioOfSums(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := planted(30, 6, 5, func(_, n, b int, inA bool) analysis.Counts {
		if b == 4 && inA {
			return analysis.Counts{} // a bin without events
		}
		return events(r, 0.3+0.3*float64(b%2), 0.1+0.1*float64(n))
	})
	all, err := s.PSTH(context.Background(), []string{"b", "a"}, PSTHOptions{Baseline: Bins{0, 2}})
	if err != nil {
		t.Fatal(err)
	}
	p := all[1]
	if p.Condition != "a" || p.Trials != 30 || p.NeuronTrials != 180 {
		t.Fatalf("%s: %d trials, %d neurons in them", p.Condition, p.Trials, p.NeuronTrials)
	}
	bursts := p.Responses[BurstFraction]
	if !math.IsNaN(bursts.Value[4]) || !math.IsNaN(bursts.Low[4]) || !math.IsNaN(bursts.Z[4]) || p.Responses[EventRate].Value[4] != 0 {
		t.Errorf("a bin without events: burst fraction %v, event rate %v, want NaN and 0", bursts.Value[4], p.Responses[EventRate].Value[4])
	}
	var sum, before analysis.Counts
	var rates []float64 // of the trials in the baseline's bins, Hz
	for trial := range s.Trials {
		if s.Trials[trial].Condition != "a" {
			continue
		}
		sum.Add(s.At(trial, 3))
		for b := range 2 {
			c := s.At(trial, b)
			before.Add(c)
			rates = append(rates, float64(c.Spikes)/(6*0.02))
		}
	}
	near(t, "burst fraction", bursts.Value[3], float64(sum.ClassifiedBursts)/float64(sum.Classified), 0)
	base := float64(before.Bursts) / float64(before.Classified)
	near(t, "z of the burst fraction", bursts.Z[3], (bursts.Value[3]-base)/math.Sqrt(base*(1-base)/float64(sum.Classified)), 1e-9)
	firing := p.Responses[FiringRate]
	near(t, "firing rate", firing.Value[3], float64(sum.Spikes)/(180*0.02), 1e-9)
	m, squares := mean(rates), 0.0
	for _, x := range rates {
		squares += (x - m) * (x - m)
	}
	near(t, "change of the firing rate", firing.Change[3], firing.Value[3]-m, 1e-9)
	near(t, "z of the firing rate", firing.Z[3], (firing.Value[3]-m)/math.Sqrt(squares/float64(len(rates))/30), 1e-9)
}

// A baseline of a few bursts is nothing to compare with.
func TestThinBaseline(t *testing.T) {
	s := planted(4, 1, 2, func(trial, _, b int, inA bool) analysis.Counts {
		return analysis.Counts{Events: 2, Bursts: int64(b), Spikes: 2 + int64(b)}
	})
	all, err := s.PSTH(context.Background(), []string{"a"}, PSTHOptions{Baseline: Bins{0, 1}})
	if err != nil || !math.IsNaN(all[0].Responses[BurstFraction].Z[1]) || all[0].Responses[BurstFraction].Change[1] != 0.5 {
		t.Errorf("%+v, %v", all[0].Responses[BurstFraction], err)
	}
}

// Where neurons differ and nothing else does, the bootstrap is as long as the
// scatter over new draws of neurons, and that of independent events too short.
// Where all is independent, both tell the same.
func TestBootstrap(t *testing.T) {
	for _, c := range []struct {
		name   string
		spread float64 // of neurons
	}{{"independent", 0}, {"neurons differ", 0.25}} {
		t.Run(c.name, func(t *testing.T) {
			const repetitions = 100
			var values, boots, wilsons []float64
			covered := 0
			for seed := range uint64(repetitions) {
				r := rand.New(rand.NewPCG(seed, 3))
				fraction := make([]float64, 30)
				for n := range fraction {
					fraction[n] = 0.4 + c.spread*(2*r.Float64()-1)*math.Sqrt(3)*0.9
				}
				s := planted(20, 30, 1, func(_, n, _ int, inA bool) analysis.Counts { return events(r, 1, fraction[n]) })
				all, err := s.PSTH(context.Background(), []string{"a"}, PSTHOptions{Bootstrap: Resampling{Seed: seed, Draws: 200}})
				if err != nil {
					t.Fatal(err)
				}
				f := all[0].Responses[BurstFraction]
				values = append(values, f.Value[0])
				boots = append(boots, f.BootHigh[0]-f.BootLow[0])
				wilsons = append(wilsons, f.High[0]-f.Low[0])
				if f.BootLow[0] <= 0.4 && f.BootHigh[0] >= 0.4 {
					covered++
				}
			}
			squares, m := 0.0, mean(values)
			for _, v := range values {
				squares += (v - m) * (v - m)
			}
			scatter := 2 * 1.96 * math.Sqrt(squares/(repetitions-1))
			t.Logf("width %.4f of the bootstrap, %.4f of Wilson's, %.4f of new data; %d of %d covered", mean(boots), mean(wilsons), scatter, covered, repetitions)
			if covered < 87 { // binomial with 0.95: fewer than 87 with probability 0.0003
				t.Errorf("the interval covers the truth in %d of %d", covered, repetitions)
			}
			// The standard deviation of 100 values is known to 7 %; the variance of the
			// bootstrap over crossed factors is three times too large where neither
			// matters, and right where one of them is all that matters.
			if ratio := mean(boots) / scatter; ratio < 0.8 || ratio > 1.25*math.Sqrt(3) {
				t.Errorf("the bootstrap is %.2f times as wide as the scatter of new data", ratio)
			}
			if c.spread > 0 && mean(wilsons) > 0.6*scatter {
				t.Errorf("Wilson's interval, %.4f, is as wide as the scatter, %.4f, though neurons differ", mean(wilsons), scatter)
			}
		})
	}
}

func TestLatency(t *testing.T) {
	significant := []bool{true, true, false, true, true, true, true}
	at := func(b int) bool { return significant[b] }
	for _, c := range []struct {
		from, k, want int
		ok            bool
	}{{0, 1, 0, true}, {0, 2, 0, true}, {0, 3, 3, true}, {1, 2, 3, true}, {0, 4, 3, true}, {0, 5, 0, false}, {6, 1, 6, true}} {
		if got, ok := Latency(at, c.from, len(significant), c.k); got != c.want || ok != c.ok {
			t.Errorf("first of %d from %d: %d, %v, want %d, %v", c.k, c.from, got, ok, c.want, c.ok)
		}
	}
}

// Spikes that come at random fall within 16 ms of each other the more often the
// more there are: when the rate of a cell without bursts rises, so does its burst
// fraction, to what the chance level says. That is why it is given beside.
func TestRateAloneMovesTheBurstFraction(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	const neurons, count, period = 40, 60, 1000
	s := &slice{rec: analysis.Recording{StepsPerSecond: 10000, Windows: []analysis.Window{{To: count * period}},
		Populations: []analysis.Population{{Name: "pyr", Size: neurons}}}}
	rate := func(step int64) float64 { return 10 + 30*float64(step%period/(period/2)) } // Hz, up in the second half
	var list []Trial
	for k := range int64(count - 1) {
		list = append(list, Trial{Onset: k*period + period/2, Condition: "a"})
	}
	for step := range int64(count * period) {
		for n := range neurons {
			if r.Float64() < rate(step)/10000 {
				s.all.Steps, s.all.Neurons, s.all.Populations = append(s.all.Steps, step), append(s.all.Neurons, uint32(n)), append(s.all.Populations, 0)
			}
		}
	}
	criterion := analysis.Criterion{ISI: 160}
	d, err := analysis.NewDetector(s, criterion, analysis.DetectorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Until 20 ms before either step of the rate, and from 20 ms after it.
	a, err := Align(d, Design{From: -500, To: 500, Bin: 100}, list)
	if err != nil {
		t.Fatal(err)
	}
	sums, err := a.Sum(a.Population(0))
	if err != nil {
		t.Fatal(err)
	}
	chance, err := analysis.NewChance(s.rec, criterion, 0)
	if err != nil {
		t.Fatal(err)
	}
	all, err := sums.PSTH(context.Background(), []string{"a"}, PSTHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []struct{ from, to, hz int }{{2, 3, 10}, {7, 8, 40}} {
		var k analysis.Counts
		for _, c := range all[0].Counts[side.from:side.to] {
			k.Add(c)
		}
		eventRate, level := chance.At(float64(side.hz))
		seconds := float64(all[0].NeuronTrials) * 0.01 * float64(side.to-side.from)
		events := eventRate * seconds
		near(t, "event rate", EventRate.Value(k, seconds), eventRate, 4*math.Sqrt(events)/seconds)
		near(t, "burst fraction", BurstFraction.Value(k, 0), level, 4*math.Sqrt(level*(1-level)/events))
	}
}

// Trials about some neurons count for these alone, in rates and in tests.
func TestTrialsAboutSomeNeurons(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	s := randomSource(r, []analysis.Window{{To: 6000}})
	var list []Trial
	for k := range int64(20) {
		n := Neurons{Population: 0, From: 0, To: 2}
		if k%2 == 1 {
			n = Neurons{Population: 0, From: 2, To: 7}
		}
		list = append(list, Trial{Onset: 100 + 250*k, Condition: string("ab"[k/2%2]), Neurons: n})
	}
	a, err := Align(detect(t, s), Design{From: -60, To: 90, Bin: 30}, list)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sum(a.Population(1)); !errors.Is(err, ErrNoTrials) {
		t.Errorf("a population that no trial is about: %v", err)
	}
	sums, err := a.Sum(a.Population(0))
	if err != nil {
		t.Fatal(err)
	}
	ten := Resampling{Draws: 10}
	all, err := sums.PSTH(context.Background(), []string{"a"}, PSTHOptions{Bootstrap: ten})
	if err != nil || all[0].NeuronTrials != 5*2+5*5 {
		t.Errorf("%d neurons in trials, %v, want 35", all[0].NeuronTrials, err)
	}
	cells, err := sums.Cells(context.Background(), CellOptions{Baseline: Bins{0, 2}, Response: Bins{2, 5}, A: "a", B: "b", Permutations: ten})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		if c.Trials != 10 || math.IsNaN(c.AUC[FiringRate]) {
			t.Errorf("neuron %d: %d trials, area %v, want 10 and a number", c.Neuron, c.Trials, c.AUC[FiringRate])
		}
	}
	if sums.Complete("a") {
		t.Error("trials about some neurons count as complete")
	}
	if _, err := Decode(context.Background(), []*Sums{sums}, DecodeOptions{A: "a", B: "b", Response: Bins{2, 5}, Permutations: ten}); err == nil {
		t.Error("decoded from trials about some neurons")
	}
	if _, err := sums.Contrast(context.Background(), ContrastOptions{A: "a", B: "b", Permutations: ten, Match: true}); err != nil {
		t.Error(err)
	}
}
