package trials

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// slice is a source of spikes in memory, in batches of a few.
type slice struct {
	rec   analysis.Recording
	all   analysis.Batch
	at, n int
}

func (s *slice) Recording() analysis.Recording { return s.rec }
func (s *slice) Err() error                    { return nil }
func (s *slice) Next() bool {
	s.at, s.n = s.at+s.n, min(37, len(s.all.Steps)-s.at-s.n)
	return s.n > 0
}
func (s *slice) Batch() analysis.Batch {
	return analysis.Batch{Steps: s.all.Steps[s.at : s.at+s.n], Neurons: s.all.Neurons[s.at : s.at+s.n], Populations: s.all.Populations[s.at : s.at+s.n]}
}

// isi is 16 ms, the threshold of Payeur et al. 2021, at 1000 steps a second.
const isi = 16

// randomSource fires at random: about a spike every 40 steps a neuron, so that
// many intervals lie below and above 16 steps.
func randomSource(r *rand.Rand, windows []analysis.Window) *slice {
	s := &slice{rec: analysis.Recording{StepsPerSecond: 1000, Windows: windows,
		Populations: []analysis.Population{{Name: "pyr", Size: 7}, {Name: "som", Size: 4}}}}
	for _, w := range windows {
		for step := w.From; step < w.To; step++ {
			for p, population := range s.rec.Populations {
				for n := range population.Size {
					if r.IntN(40) == 0 {
						s.all.Steps = append(s.all.Steps, step)
						s.all.Neurons = append(s.all.Neurons, uint32(n))
						s.all.Populations = append(s.all.Populations, int16(p))
					}
				}
			}
		}
	}
	return s
}

func detect(t *testing.T, s *slice) *analysis.Detector {
	t.Helper()
	copied := *s
	d, err := analysis.NewDetector(&copied, analysis.Criterion{ISI: isi}, analysis.DetectorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// naive counts again, trial by trial over all spikes and events.
func naive(t *testing.T, s *slice, d Design, trial Trial, p, n, bin int) (c analysis.Counts) {
	t.Helper()
	if !trial.Neurons.all() && (trial.Neurons.Population != p || n < trial.Neurons.From || n >= trial.Neurons.To) {
		return c
	}
	from := trial.Onset + d.From + int64(bin)*d.Bin
	in := func(step int64) bool { return step >= from && step < from+d.Bin }
	for k, step := range s.all.Steps {
		if int(s.all.Populations[k]) == p && int(s.all.Neurons[k]) == n && in(step) {
			c.Spikes++
		}
	}
	for detector := detect(t, s); detector.Next(); {
		for _, e := range detector.Events() {
			if int(e.Population) != p || int(e.Neuron) != n || !in(e.Step) || e.Class == analysis.LeftCensored {
				continue
			}
			c.Events++
			burst := int64(0)
			if e.Class == analysis.Burst {
				burst = 1
			}
			c.Bursts += burst
			if e.Classified() {
				c.Classified++
				c.ClassifiedBursts += burst
			}
		}
	}
	return c
}

func TestAlignIsTheNaiveCount(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := randomSource(r, []analysis.Window{{From: 100, To: 700}, {From: 900, To: 1500}})
	d := Design{From: -60, To: 90, Bin: 30, Partial: true}
	var list []Trial
	for range 30 { // overlapping, some partly outside of what was recorded
		trial := Trial{Onset: r.Int64N(1600), Condition: "a"}
		if r.IntN(2) == 0 {
			trial.Neurons = Neurons{Population: 0, From: 2, To: 5}
		}
		list = append(list, trial)
	}
	a, err := Align(detect(t, s), d, list)
	if err != nil {
		t.Fatal(err)
	}
	if a.Skipped == 0 || a.Skipped+len(a.Trials) != len(list) {
		t.Errorf("%d trials skipped of %d, %d left", a.Skipped, len(list), len(a.Trials))
	}
	total := 0
	for p, population := range s.rec.Populations {
		for n := range population.Size {
			sums, err := a.Sum(Neurons{Population: p, From: n, To: n + 1})
			if err != nil {
				t.Fatal(err)
			}
			for k, trial := range a.Trials {
				for b := range d.Bins() {
					got, want := sums.At(k, b), naive(t, s, d, trial, p, n, b)
					if got != want {
						t.Fatalf("trial %d, %s neuron %d, bin %d: %+v, want %+v", k, population.Name, n, b, got, want)
					}
					total += int(got.Bursts)
				}
			}
		}
	}
	if total == 0 {
		t.Error("no bursts in the test")
	}
}

// An event at the edge of a trial has the class that it has on the whole train:
// cut at the edge, its burst would be a singlet, and its third spike an event.
func TestEventsAreToldOnTheWholeTrain(t *testing.T) {
	s := &slice{rec: analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: 1000}},
		Populations: []analysis.Population{{Name: "pyr", Size: 1}}}}
	s.all = analysis.Batch{Steps: []int64{495, 505, 515, 598, 604}, Neurons: make([]uint32, 5), Populations: make([]int16, 5)}
	a, err := Align(detect(t, s), Design{From: 0, To: 100, Bin: 50}, []Trial{{Onset: 500, Condition: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	sums, err := a.Sum(a.Population(0))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sums.At(0, 0), (analysis.Counts{Spikes: 2}); got != want {
		t.Errorf("the bin after the onset has %+v, want %+v: the burst began before it", got, want)
	}
	if got, want := sums.At(0, 1), (analysis.Counts{Spikes: 1, Events: 1, Bursts: 1, Classified: 1, ClassifiedBursts: 1}); got != want {
		t.Errorf("the last bin has %+v, want %+v: a burst, whose second spike is outside", got, want)
	}
}

// Trials in any order give the same.
func TestOrderOfTrials(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := randomSource(r, []analysis.Window{{From: 0, To: 3000}})
	d := Design{From: -60, To: 90, Bin: 30}
	var list []Trial
	for k := range 20 {
		list = append(list, Trial{Onset: 60 + int64(k/2)*120, Condition: string("ab"[k%2]), Stratum: fmt.Sprint(k % 3)})
	}
	want, err := Align(detect(t, s), d, list)
	if err != nil {
		t.Fatal(err)
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	got, err := Align(detect(t, s), d, list)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Trials, want.Trials) || !slices.Equal(got.cells, want.cells) || !slices.Equal(got.start, want.start) {
		t.Error("the order of trials is seen in what is aligned")
	}
}

func TestAlignRefuses(t *testing.T) {
	s := randomSource(rand.New(rand.NewPCG(5, 6)), []analysis.Window{{From: 100, To: 400}})
	good := Design{From: -50, To: 50, Bin: 10}
	at := func(onset int64) []Trial { return []Trial{{Onset: onset, Condition: "a"}} }
	for _, c := range []struct {
		design Design
		trials []Trial
		want   string
	}{
		{Design{From: -50, To: 50}, at(200), "bin: 0 steps"},
		{Design{From: 50, To: 50, Bin: 10}, at(200), "want from < to"},
		{Design{From: -55, To: 45, Bin: 10}, at(200), "no multiple of the bin"},
		{Design{From: -50, To: 55, Bin: 10}, at(200), "no multiple of the bin"},
		{Design{From: 0, To: 1 << 30, Bin: 1}, at(200), "at most"},
		{good, at(149), "not recorded in full"},
		{good, at(351), "not recorded in full"},
		{good, nil, "none"},
		{Design{From: -50, To: 50, Bin: 10, Partial: true}, at(20), "(1 are not)"},
		{good, []Trial{{Onset: 200}}, "no condition"},
		{good, []Trial{{Onset: 200, Condition: "a", Neurons: Neurons{Population: 2, To: 1}}}, "population 2"},
		{good, []Trial{{Onset: 200, Condition: "a", Neurons: Neurons{From: 3, To: 8}}}, `"pyr"`},
		{good, []Trial{{Onset: 200, Condition: "a", Neurons: Neurons{From: 3}}}, "at least one"},
	} {
		if _, err := Align(detect(t, s), c.design, c.trials); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.design, err, c.want)
		}
	}
	if _, err := Align(detect(t, s), good, append(at(150), at(350)...)); err != nil {
		t.Errorf("trials that just fit: %v", err)
	}
}
