package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// trainSource is a source of given trains, in batches.
type trainSource struct {
	recording Recording
	all       Batch
	at, size  int
	next      int
}

func (s *trainSource) Recording() Recording { return s.recording }
func (s *trainSource) Err() error           { return nil }

func (s *trainSource) Next() bool {
	s.at = s.next
	s.next = min(s.at+s.size, len(s.all.Steps))
	return s.at < s.next
}

func (s *trainSource) Batch() Batch {
	return Batch{Steps: s.all.Steps[s.at:s.next], Neurons: s.all.Neurons[s.at:s.next], Populations: s.all.Populations[s.at:s.next]}
}

// mergeTrains merges the trains of each population and neuron.
func mergeTrains(recording Recording, trains [][][]int64, batch int) *trainSource {
	s := &trainSource{recording: recording, size: batch}
	type spike struct {
		step   int64
		p      int16
		neuron uint32
	}
	var all []spike
	for p := range trains {
		for n, train := range trains[p] {
			for _, step := range train {
				all = append(all, spike{step, int16(p), uint32(n)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b spike) int { return int(a.step - b.step) })
	for _, x := range all {
		s.all.Steps = append(s.all.Steps, x.step)
		s.all.Neurons = append(s.all.Neurons, x.neuron)
		s.all.Populations = append(s.all.Populations, x.p)
	}
	return s
}

// poissonTrain is a Poisson process of rate in Hz with a dead time, over
// [from, to), all in steps. The exponential part of an interval is rounded up, so
// that the share of intervals up to a whole number of steps is exact.
func poissonTrain(r *rand.Rand, rate float64, dead, from, to, stepsPerSecond int64) []int64 {
	var train []int64
	outside := 1 / (float64(stepsPerSecond)/rate - float64(dead))
	step := from + int64(math.Ceil(r.ExpFloat64()/outside)) - 1
	for step < to {
		train = append(train, step)
		step += dead + int64(math.Ceil(r.ExpFloat64()/outside))
	}
	return train
}

// inWindows leaves out what is in none.
func inWindows(train []int64, windows []Window) []int64 {
	return slices.DeleteFunc(slices.Clone(train), func(step int64) bool {
		return !slices.ContainsFunc(windows, func(w Window) bool { return w.From <= step && step < w.To })
	})
}

// randomRecording makes populations of Poisson neurons, some bursting, some silent,
// in windows.
func randomRecording(seed uint64) (Recording, [][][]int64) {
	r := rand.New(rand.NewPCG(seed, 1))
	recording := Recording{StepsPerSecond: 10000, Populations: []Population{{"a", 3}, {"b", 5}}}
	end := int64(r.IntN(200))
	for range 1 + r.IntN(4) {
		from := end + 1 + r.Int64N(2000)
		end = from + 1 + r.Int64N(20000)
		recording.Windows = append(recording.Windows, Window{from, end})
	}
	var trains [][][]int64
	for _, p := range recording.Populations {
		var its [][]int64
		for n := range p.Size {
			if n == 2 {
				its = append(its, nil)
				continue
			}
			its = append(its, inWindows(poissonTrain(r, 5+150*r.Float64(), 1+r.Int64N(30), 0, end+100, 10000), recording.Windows))
		}
		trains = append(trains, its)
	}
	return recording, trains
}

// naiveIntervals cuts each train at windows.
func naiveIntervals(train []int64, windows []Window) [][]int64 {
	var all [][]int64
	for _, w := range windows {
		var own []int64
		for _, step := range train {
			if w.From <= step && step < w.To {
				own = append(own, step)
			}
		}
		var intervals []int64
		for i := 1; i < len(own); i++ {
			intervals = append(intervals, own[i]-own[i-1])
		}
		all = append(all, intervals)
	}
	return all
}

// nearly compares floating-point numbers of which both may be NaN.
func nearly(a, b, tolerance float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= tolerance*max(1, math.Abs(b))
}

// Statistics are those that the definitions give when each window of each train
// is looked at by itself.
func TestIntervalsAgainstDefinitions(t *testing.T) {
	for seed := range uint64(30) {
		recording, trains := randomRecording(seed)
		options := IntervalOptions{ISI: 160, MinIntervals: 5, NeuronBins: 20}
		got, err := MeasureIntervals(mergeTrains(recording, trains, 1+int(seed)*7), options)
		if err != nil {
			t.Fatal(err)
		}
		for p := range trains {
			var pooled, within, between []int64
			var cv float64
			counted := 0
			for n, train := range trains[p] {
				var own []int64
				var cv2, lv, pairs float64
				for _, intervals := range naiveIntervals(train, recording.Windows) {
					own = append(own, intervals...)
					for i := 1; i < len(intervals); i++ {
						a, b := float64(intervals[i-1]), float64(intervals[i])
						cv2 += 2 * math.Abs(b-a) / (a + b)
						lv += 3 * (a - b) * (a - b) / ((a + b) * (a + b))
						pairs++
					}
				}
				mean, sd := meanAndSD(own)
				k := got.Populations[p].Neurons[n]
				if k.Spikes != int64(len(train)) || k.Intervals != int64(len(own)) {
					t.Fatalf("seed %d: neuron %d.%d has %d spikes and %d intervals, want %d and %d", seed, p, n, k.Spikes, k.Intervals, len(train), len(own))
				}
				if !nearly(k.MeanS, mean/1e4, 1e-12) || !nearly(k.CV, sd/mean, 1e-9) || !nearly(k.CV2, cv2/pairs, 1e-12) || !nearly(k.LV, lv/pairs, 1e-12) {
					t.Errorf("seed %d: neuron %d.%d: %+v, want mean %v, CV %v, CV2 %v, LV %v", seed, p, n, k, mean/1e4, sd/mean, cv2/pairs, lv/pairs)
				}
				var counts IntervalCounts
				for _, interval := range own {
					counts.Add(interval)
				}
				if want := counts.Histogram(got.NeuronBins); !slices.Equal(got.NeuronHistogram(p, n).Counts, want.Counts) {
					t.Errorf("seed %d: the histogram of a neuron is %v, want %v", seed, k.Counts, want.Counts)
				}
				if len(own) >= 5 && pairs > 0 {
					counted++
					cv += sd / mean
				}
				pooled = append(pooled, own...)
			}
			for _, interval := range pooled {
				if interval <= 160 {
					within = append(within, interval)
				} else {
					between = append(between, interval)
				}
			}
			g := got.Populations[p]
			meanWithin, sdWithin := meanAndSD(within)
			meanBetween, _ := meanAndSD(between)
			mean, _ := meanAndSD(pooled)
			if g.Counted != counted || !nearly(g.CV, cv/float64(counted), 1e-9) || !nearly(g.MeanS, mean/1e4, 1e-12) {
				t.Errorf("seed %d: population CV %v of %d and mean %v, want %v of %d and %v", seed, g.CV, g.Counted, g.MeanS, cv/float64(counted), counted, mean/1e4)
			}
			if g.IntraBurst.N != int64(len(within)) || !nearly(g.IntraBurst.MeanS, meanWithin/1e4, 1e-12) || !nearly(g.IntraBurst.CV, sdWithin/meanWithin, 1e-9) ||
				g.InterEvent.N != int64(len(between)) || !nearly(g.InterEvent.MeanS, meanBetween/1e4, 1e-12) {
				t.Errorf("seed %d: parts %+v and %+v", seed, g.IntraBurst, g.InterEvent)
			}
			slices.Sort(pooled)
			if len(pooled) > 0 && (g.Counts.N() != int64(len(pooled)) || g.Counts.Quantile(0.5) != pooled[(len(pooled)-1)/2] ||
				g.Counts.Shortest() != pooled[0] || g.Counts.Longest() != pooled[len(pooled)-1]) {
				t.Errorf("seed %d: distribution of %d from %d to %d, median %d", seed, g.Counts.N(), g.Counts.Shortest(), g.Counts.Longest(), g.Counts.Quantile(0.5))
			}
		}
	}
}

// meanAndSD are those of a sample.
func meanAndSD(x []int64) (mean, sd float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += float64(v) / n
	}
	if len(x) == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range x {
		sd += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(sd / (n - 1))
}

// CV, CV2 and LV are 1 of a Poisson process and 0 of a clock. The standard error of
// each over n intervals of a Poisson process is below 2/√n: the intervals' fourth
// moment gives √(2/n) for CV, and the terms of CV2 and LV have variance 1/3 and 4/5,
// with neighbours that share an interval.
func TestIntervalsOfPoissonAndClock(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	recording := Recording{StepsPerSecond: 1000000, Windows: []Window{{0, 2e9}}, Populations: []Population{{"p", 2}}}
	var clock []int64
	for step := int64(0); step < 2e9; step += 50000 {
		clock = append(clock, step)
	}
	s, err := MeasureIntervals(mergeTrains(recording, [][][]int64{{poissonTrain(r, 20, 0, 0, 2e9, 1e6), clock}}, 1000), IntervalOptions{ISI: 16000})
	if err != nil {
		t.Fatal(err)
	}
	poisson, regular := s.Populations[0].Neurons[0], s.Populations[0].Neurons[1]
	bound := 4 * 2 / math.Sqrt(float64(poisson.Intervals))
	for name, v := range map[string]float64{"CV": poisson.CV, "CV2": poisson.CV2, "LV": poisson.LV} {
		if math.Abs(v-1) > bound {
			t.Errorf("%s of a Poisson process: %v, want 1 ± %.3f", name, v, bound)
		}
	}
	if regular.CV != 0 || regular.CV2 != 0 || regular.LV != 0 || regular.MeanS != 0.05 {
		t.Errorf("a clock: %+v", regular)
	}
}

func TestLogBins(t *testing.T) {
	for _, perDecade := range []int{1, 7, 10, 20, 100, 1000} {
		for _, perSecond := range []int64{1, 1000, 10000, 30000, 24414} {
			b := NewLogBins(perSecond, perDecade, 5_000_000)
			for step := int64(1); step < 5_000_000; step += 1 + step/977 {
				i := b.Bin(step)
				if from, to := b.Steps(i); step < from || step >= to {
					t.Fatalf("%d a decade, %d steps/s: interval %d in bin [%d, %d)", perDecade, perSecond, step, from, to)
				}
			}
			last := 0.0
			for i := range b.Len() {
				from, to := b.Seconds(i)
				if !(to > from) || i > 0 && from != last {
					t.Fatalf("%d a decade: bin %d is [%v, %v), the one before ends at %v", perDecade, i, from, to, last)
				}
				last = to
			}
		}
	}
	// The powers of ten are edges: 1 s is the first step of a bin.
	b := NewLogBins(10000, 10, 100000)
	if from, _ := b.Steps(b.Bin(10000)); from != 10000 {
		t.Errorf("the bin of 1 s begins at step %d", from)
	}
	if b.Bin(9999) == b.Bin(10000) || b.Bin(1<<40) != b.Len()-1 {
		t.Error("1 s begins no bin, or a long interval is not in the last")
	}
}

// Of whole steps with the density 1/x the histogram is flat, down to single
// steps: no comb.
func TestDensityIsFlatWhereItShouldBe(t *testing.T) {
	var c IntervalCounts
	for step := int64(1); step <= 1000; step++ {
		// ∫ dx/x over the step, times 10⁷.
		for range int64(math.Round(1e5 * math.Log((float64(step)+0.5)/(float64(step)-0.5)))) {
			c.Add(step)
		}
	}
	h := c.Histogram(NewLogBins(1000, 20, 1000))
	want := 1 / math.Log10(1000.5/0.5)
	total := 0.0
	for i, g := range h.Density() {
		from, to := h.Bins.Seconds(i)
		total += g * math.Log10(to/from)
		if from < 0.9 && math.Abs(g-want) > 0.01*want {
			t.Errorf("bin from %v s: density %v, want %v", from, g, want)
		}
	}
	if math.Abs(total-1) > 1e-12 {
		t.Errorf("the density integrates to %v", total)
	}
}

func TestBucketsOfLongIntervals(t *testing.T) {
	last := -1
	for step := int64(1); step > 0 && step < 1<<60; step += 1 + step/50000 {
		i := bucket(step)
		first, width := bucketSteps(i)
		if step < first || step >= first+width || i < last || float64(width) > float64(step)/32768 && width > 1 {
			t.Fatalf("interval %d is in bucket %d, [%d, %d)", step, i, first, first+width)
		}
		last = i
	}
}

func TestIntervalsRefuse(t *testing.T) {
	recording := Recording{StepsPerSecond: 1000, Windows: []Window{{0, 10}, {20, 30}}, Populations: []Population{{"p", 1}}}
	for _, train := range [][]int64{{12}, {5, 35}} {
		if _, err := MeasureIntervals(mergeTrains(recording, [][][]int64{{train}}, 10), IntervalOptions{ISI: 16}); err == nil {
			t.Errorf("spikes %v are accepted, some outside windows", train)
		}
	}
	for _, o := range []IntervalOptions{{}, {ISI: 16, MinIntervals: 1}, {ISI: 16, NeuronBins: 1001}} {
		if _, err := MeasureIntervals(mergeTrains(recording, [][][]int64{{nil}}, 10), o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
