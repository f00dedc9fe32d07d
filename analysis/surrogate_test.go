package analysis

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// loaded returns trains in memory.
func loaded(t *testing.T, recording Recording, trains [][][]int64) *Trains {
	t.Helper()
	l, err := LoadTrains(mergeTrains(recording, trains, 97))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTrainsAreWhatTheSourceGave(t *testing.T) {
	for seed := range uint64(10) {
		recording, trains := randomRecording(seed)
		l := loaded(t, recording, trains)
		for p := range trains {
			for n := range trains[p] {
				if !slices.Equal(l.Train(p, n), trains[p][n]) {
					t.Errorf("seed %d: train %d.%d differs", seed, p, n)
				}
			}
		}
	}
}

// sortedIntervals are the intervals within windows, ascending.
func sortedIntervals(train []int64, windows []Window) []int64 {
	all := slices.Concat(naiveIntervals(train, windows)...)
	slices.Sort(all)
	return all
}

// What each kind promises to keep is kept, and the rest is not.
func TestSurrogatesKeepWhatTheyPromise(t *testing.T) {
	for kind := range SurrogateKind(len(SurrogateKinds())) {
		moved := 0
		for seed := range uint64(40) {
			recording, trains := randomRecording(seed)
			g := Surrogate{Kind: kind, Width: 1 + 37*int64(seed), DeadTime: int64(seed % 25), ISI: 160, Seed: seed}
			original := loaded(t, recording, trains)
			made, err := g.Make(original, 3)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := g.Make(original, 3)
			other, _ := g.Make(original, 4)
			if !slices.Equal(made.steps, again.steps) {
				t.Fatalf("%v: the same seed gives other spikes", kind)
			}
			if !slices.Equal(made.steps, other.steps) {
				moved++
			}
			for p := range trains {
				for n, train := range trains[p] {
					its := made.Train(p, n)
					if len(inWindows(its, recording.Windows)) != len(train) || !slices.IsSorted(its) {
						t.Fatalf("%v: spikes outside windows or out of order: %v of %v", kind, its, train)
					}
					for _, w := range recording.Windows {
						if len(inWindows(its, []Window{w})) != len(inWindows(train, []Window{w})) {
							t.Errorf("%v: %v spikes in %v, want %v", kind, inWindows(its, []Window{w}), w, inWindows(train, []Window{w}))
						}
					}
					before, after := sortedIntervals(train, recording.Windows), sortedIntervals(its, recording.Windows)
					shuffled := kind == IntervalSurrogate || kind == EventSurrogate
					switch {
					case len(before) == 0:
					case shuffled && !slices.Equal(before, after):
						t.Errorf("%v: other intervals", kind)
					case !shuffled && after[0] < min(before[0], max(g.DeadTime, 1)):
						t.Errorf("%v: an interval of %d, dead time %d, shortest %d", kind, after[0], g.DeadTime, before[0])
					}
					if kind == EventSurrogate {
						// The same classes and numbers of spikes, one event after the other.
						single := Recording{StepsPerSecond: 10000, Windows: recording.Windows, Populations: []Population{{"p", 1}}}
						a := detect(t, mergeTrains(single, [][][]int64{{train}}, 64), Criterion{ISI: 160}, DetectorOptions{})
						b := detect(t, mergeTrains(single, [][][]int64{{its}}, 64), Criterion{ISI: 160}, DetectorOptions{})
						if !slices.EqualFunc(a, b, func(a, b Event) bool { return a.Class == b.Class && a.Spikes == b.Spikes }) {
							t.Errorf("events: %+v, before %+v", b, a)
						}
					}
				}
			}
		}
		if moved < 30 {
			t.Errorf("%v: only %d of 40 surrogates differ from the next", kind, moved)
		}
	}
}

// Dither moves by no more than its width, but for what the dead times of the
// spikes before, and reflection, add.
func TestDitherIsBounded(t *testing.T) {
	recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, 100000}}, Populations: []Population{{"p", 1}}}
	train := []int64{1000, 20000, 40000, 99999}
	original := loaded(t, recording, [][][]int64{{train}})
	var least, most int64
	for k := range uint32(2000) {
		made, err := Surrogate{Kind: DitherSurrogate, Width: 50, DeadTime: 1}.Make(original, k)
		if err != nil {
			t.Fatal(err)
		}
		for i, step := range made.Train(0, 0) {
			least, most = min(least, step-train[i]), max(most, step-train[i])
		}
	}
	if least != -50 || most != 50 {
		t.Errorf("moved by %d to %d, want -50 to 50", least, most)
	}
}

// The burst fraction of Poisson surrogates is that of Poisson neurons with dead
// time, whatever the trains were: here pairs of spikes 5 ms apart, at 10 pairs a
// second, whose burst fraction is 1. The stretches are long, so that each surrogate
// is one process of a known number of spikes.
func TestPoissonSurrogatesArePoisson(t *testing.T) {
	recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, 40_000_000}}, Populations: []Population{{"p", 1}}}
	var train []int64
	for step := int64(500); step < 40_000_000; step += 1000 {
		train = append(train, step, step+50)
	}
	original := loaded(t, recording, [][][]int64{{train}})
	for _, kind := range []SurrogateKind{PoissonSurrogate, DitherSurrogate} {
		g := Surrogate{Kind: kind, Width: 1_000_000, DeadTime: 20, Seed: 5}
		made, err := g.Make(original, 0)
		if err != nil {
			t.Fatal(err)
		}
		events, bursts := classify(made.Train(0, 0), recording.Windows[0], Criterion{ISI: 160})
		// Whole steps: an interval is the dead time plus a geometric number from 0 on, with
		// the mean 1/r − D.
		outside := 1/(20.0/10000) - 20
		bf := 1 - math.Pow(1-1/(1+outside), 160-20+1)
		bound := 4 * math.Sqrt(bf*(1-bf)/float64(events))
		if got := float64(bursts) / float64(events); math.Abs(got-bf) > bound {
			t.Errorf("%v: burst fraction %.4f, want %.4f ± %.4f", kind, got, bf, bound)
		}
	}
}

// Why surrogates keep the number of spikes of each stretch: drawn from the rate
// that it estimates, a stretch of n spikes has n² pairs on average, where one of a
// Poisson process has n(n−1). Of a rate r that makes 1 + 1/(r·Width) as many short
// intervals. Here at 5 Hz and 0.5 s: 1.4 times as many bursts.
func TestEstimatedRatesMakeTooManyBursts(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 99))
	const width, end = 5000, 400_000_000
	recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, end}}, Populations: []Population{{"p", 1}}}
	train := poissonTrain(r, 5, 1, 0, end, 10000)
	fraction := func(train []int64) float64 {
		events, bursts := classify(train, recording.Windows[0], Criterion{ISI: 40})
		return float64(bursts) / float64(events)
	}
	kept, err := Surrogate{Kind: PoissonSurrogate, Width: width}.Make(loaded(t, recording, [][][]int64{{train}}), 0)
	if err != nil {
		t.Fatal(err)
	}
	var drawn []int64
	next := 0
	for from := int64(0); from < end; from += width {
		n := 0
		for ; next < len(train) && train[next] < from+width; next++ {
			n++
		}
		for range int(distuv.Poisson{Lambda: float64(n) + 1e-300, Src: r}.Rand()) {
			drawn = append(drawn, from+r.Int64N(width))
		}
	}
	slices.Sort(drawn)
	drawn = slices.Compact(drawn)
	truth := fraction(train) // 0.02, of 200 000 events: 4000 bursts, with a standard error of 1.6 %
	if ratio := fraction(kept.Train(0, 0)) / truth; math.Abs(ratio-1) > 4*0.016*math.Sqrt2 {
		t.Errorf("a surrogate that keeps numbers has %.3f times the bursts", ratio)
	}
	if ratio := fraction(drawn) / truth; math.Abs(ratio-1.4) > 4*0.016*(1+1.4) {
		t.Errorf("a surrogate of the estimated rate has %.3f times the bursts, want 1.4", ratio)
	}
}

// Trains in memory are classified as a detector does.
func TestClassifyIsTheDetector(t *testing.T) {
	for seed := range uint64(40) {
		recording, trains := randomRecording(seed)
		for _, c := range []Criterion{{ISI: 1}, {ISI: 20}, {ISI: 160}, {ISI: 160, PreSilence: 400}, {ISI: 20, PreSilence: 160}, {ISI: 1000}, {ISI: 20000}} {
			var want Counts
			for _, e := range detect(t, mergeTrains(recording, trains, 64), c, DetectorOptions{}) {
				want.count(&e)
			}
			var got Counts
			for p := range trains {
				for _, train := range trains[p] {
					got.addTrain(train, recording.Windows, c)
				}
			}
			if got.Classified != want.Classified || got.ClassifiedBursts != want.ClassifiedBursts {
				t.Fatalf("seed %d, %+v: %+v, want %+v", seed, c, got, want)
			}
		}
	}
}

// With no mechanism that makes bursts, p is below 0.05 in one of twenty
// recordings: neurons are Poisson with a dead time, at rates that differ, and that
// the surrogates but for shuffled intervals may have vary in time. Of 200 tests the
// number below has a standard deviation of √(200·0.05·0.95) = 3.1; the bound is four
// of them.
func TestSurrogatesHaveTheirLevel(t *testing.T) {
	if testing.Short() {
		t.Skip("200 tests of 99 surrogates each")
	}
	for _, c := range []struct {
		kind    SurrogateKind
		varying bool
	}{{PoissonSurrogate, false}, {PoissonSurrogate, true}, {IntervalSurrogate, false}, {DitherSurrogate, false}, {DitherSurrogate, true}} {
		below, extreme, above := 0, 0, 0
		for seed := range uint64(200) {
			r := rand.New(rand.NewPCG(seed, 99))
			recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, 100_000}}, Populations: []Population{{"p", 6}}}
			var trains [][]int64
			for n := range 6 {
				rate := 5 + 4*float64(n)
				if c.varying {
					// 5 s at twice the rate, then 5 s at a quarter of it.
					trains = append(trains, append(poissonTrain(r, 2*rate, 20, 0, 50_000-20, 10000), poissonTrain(r, rate/4, 20, 50_000, 100_000, 10000)...))
				} else {
					trains = append(trains, poissonTrain(r, rate, 20, 0, 100_000, 10000))
				}
			}
			results, err := CompareSurrogates(context.Background(), loaded(t, recording, [][][]int64{trains}), SurrogateTest{
				Criterion: Criterion{ISI: 160}, Surrogate: Surrogate{Kind: c.kind, Width: 2500, DeadTime: 20, Seed: seed}, Replicates: 99})
			if err != nil {
				t.Fatal(err)
			}
			if results[0].P < 0.05 {
				below++
			}
			if results[0].P < 0.5 {
				extreme++
			}
			if results[0].BurstFraction > results[0].PoissonFraction {
				above++
			}
		}
		t.Logf("%v, varying %v: %d of 200 below 0.05, %d below 0.5; %d above the chance level of the mean rates", c.kind, c.varying, below, extreme, above)
		if math.Abs(float64(below)-10) > 4*3.1 || math.Abs(float64(extreme)-100) > 4*7.1 {
			t.Errorf("%v, varying %v: p is below 0.05 in %d of 200 tests, and below 0.5 in %d; want 10 and 100", c.kind, c.varying, below, extreme)
		}
		if c.varying && above < 195 {
			t.Errorf("the burst fraction of varying rates is above the chance level of the mean rates in %d of 200 only", above)
		}
	}
}

// Bursts are found: an added doublet at every tenth spike of Poisson neurons.
func TestSurrogatesFindBursts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 99))
	recording := Recording{StepsPerSecond: 10000, Windows: []Window{{0, 600_000}}, Populations: []Population{{"bursting", 10}, {"poisson", 10}, {"silent", 2}}}
	trains := [][][]int64{nil, nil, {nil, nil}}
	for range 10 {
		var bursting []int64
		for i, step := range poissonTrain(r, 10, 200, 0, 599_900, 10000) {
			bursting = append(bursting, step)
			if i%10 == 0 {
				bursting = append(bursting, step+50)
			}
		}
		trains[0] = append(trains[0], bursting)
		trains[1] = append(trains[1], poissonTrain(r, 11, 20, 0, 600_000, 10000))
	}
	original := loaded(t, recording, trains)
	var one []SurrogateResult
	for _, workers := range []int{1, 3} {
		o := SurrogateTest{Criterion: Criterion{ISI: 160}, Surrogate: Surrogate{Kind: PoissonSurrogate, Width: 5000, DeadTime: 20}, Replicates: 199, Workers: workers}
		var told atomic.Int64
		o.Progress = func(done, total int) { told.Add(int64(total - done + 1)) }
		results, err := CompareSurrogates(context.Background(), original, o)
		if err != nil {
			t.Fatal(err)
		}
		if want := int64(199 * 200 / 2); told.Load() != want { // each number from 1 to 199 once
			t.Errorf("%d workers: progress sums to %d, want %d", workers, told.Load(), want)
		}
		bursting, poisson, silent := results[0], results[1], results[2]
		if bursting.P != 2.0/200 && bursting.P != 0.01 || math.Abs(bursting.BurstFraction-0.1) > 0.005 {
			t.Errorf("bursting: %+v", bursting)
		}
		if poisson.P < 0.001 || math.Abs(poisson.NullMean-poisson.PoissonFraction) > 0.01 || poisson.Low > poisson.BurstFraction || poisson.High < poisson.BurstFraction {
			t.Errorf("poisson: %+v", poisson)
		}
		if !math.IsNaN(silent.BurstFraction) || !math.IsNaN(silent.P) || silent.Classified != 0 {
			t.Errorf("silent: %+v", silent)
		}
		if one == nil {
			one = results
		} else if !slices.Equal(one[0].Null, results[0].Null) || one[1].P != results[1].P {
			t.Error("another number of workers gives other results")
		}
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := CompareSurrogates(stopped, original, SurrogateTest{Criterion: Criterion{ISI: 160}, Surrogate: Surrogate{Kind: IntervalSurrogate}, Replicates: 5}); err == nil {
		t.Error("a cancelled test returns results")
	}
}

func TestChanceRefuses(t *testing.T) {
	recording, trains := randomRecording(1)
	original := loaded(t, recording, trains)
	good := SurrogateTest{Criterion: Criterion{ISI: 160}, Surrogate: Surrogate{Kind: PoissonSurrogate, Width: 100}, Replicates: 1}
	for _, change := range []func(*SurrogateTest){
		func(o *SurrogateTest) { o.Criterion.ISI = 0 },
		func(o *SurrogateTest) { o.Criterion.PreSilence = -1 },
		func(o *SurrogateTest) { o.Replicates = 0 },
		func(o *SurrogateTest) { o.Replicates = 1<<24 + 1 },
		func(o *SurrogateTest) { o.Surrogate.Width = 0 },
		func(o *SurrogateTest) { o.Surrogate.DeadTime = -1 },
		func(o *SurrogateTest) { o.Surrogate.Kind = EventSurrogate },
		func(o *SurrogateTest) { o.Surrogate.Kind = 77 },
	} {
		o := good
		change(&o)
		if _, err := CompareSurrogates(context.Background(), original, o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
