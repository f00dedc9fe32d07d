package analysis

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"
	"gonum.org/v1/gonum/stat"
)

// SurrogateTest says what a burst fraction is compared with.
type SurrogateTest struct {
	Criterion  Criterion
	Surrogate  Surrogate
	Replicates int // surrogates, 1 to 2²⁴
	// Workers is how many goroutines make surrogates; 0 means one a processor. The
	// result does not depend on it.
	Workers int
	// Progress, if there is one, is told how many surrogates are compared, by any
	// goroutine.
	Progress func(done, total int)
}

// SurrogateResult compares the burst fraction of a population with that of
// surrogates. What is undefined is NaN.
type SurrogateResult struct {
	Spikes int64
	// Classified are the events that a burst fraction is made of, ClassifiedBursts the
	// bursts among them, and BurstFraction is their ratio (see Counts).
	Classified, ClassifiedBursts int64
	BurstFraction                float64
	// PoissonFraction is the chance level of the neurons' mean rates with the dead time
	// of the surrogates (see Mixture). NaN if the dead time is not below the threshold.
	PoissonFraction float64
	// Null are the burst fractions of the surrogates, in the order of their numbers.
	Null []float64
	// NullMean and NullSD are of Null.
	NullMean, NullSD float64
	// Low and High enclose the middle 95 % of Null.
	Low, High float64
	// P is how probable a burst fraction as far out as this one is among surrogates,
	// to either side:
	//
	//	P = min(1, 2·min(1+#{null >= BF}, 1+#{null <= BF}) / (1+Replicates)).
	//
	// It is never below 2/(1+Replicates), and too large rather than too small where few
	// events make ties.
	P float64
}

// classify counts, in a train within one window, the events that a burst fraction
// is made of, and the bursts among them. It repeats what [Detector] does, for a
// train in memory.
func classify(spikes []int64, w Window, c Criterion) (events, bursts int64) {
	for i := 0; i < len(spikes); i++ {
		start := spikes[i]
		before := start - w.From + 1
		known := before > c.ISI && before >= c.PreSilence
		if i > 0 {
			before = start - spikes[i-1]
			known = true
		}
		first := i
		for i+1 < len(spikes) && spikes[i+1]-spikes[i] <= c.ISI {
			i++
		}
		if known && start+c.ISI < w.To {
			events++
			if i > first && before >= c.PreSilence {
				bursts++
			}
		}
	}
	return events, bursts
}

// addTrain classifies a train.
func (c *Counts) addTrain(train []int64, windows []Window, criterion Criterion) {
	perWindow(train, windows, func(w Window, spikes []int64) {
		events, bursts := classify(spikes, w, criterion)
		c.Classified += events
		c.ClassifiedBursts += bursts
	})
}

// CompareSurrogates tells, for each population, whether its burst fraction is one that
// surrogates have, which keep its rates (or its intervals) but have no mechanism
// that makes bursts. Burst fractions rise with the firing rate without any: the
// shorter the intervals, the more of them are below the threshold.
//
// It takes Replicates times as long as counting the events once does, and some 8
// bytes a spike of the neuron that spikes most for each worker.
func CompareSurrogates(ctx context.Context, t *Trains, o SurrogateTest) ([]SurrogateResult, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	populations := len(t.recording.Populations)
	null := make([][]Counts, o.Replicates)
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var done atomic.Int64
	side := pool.New().WithMaxGoroutines(workers).WithContext(ctx).WithFirstError().WithCancelOnError()
	for k := range null {
		side.Go(func(ctx context.Context) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			counts, made := make([]Counts, populations), []int64(nil)
			m := o.Surrogate.maker(t.recording, uint32(k))
			for p := range counts {
				from, to := t.population(p)
				for n := from; n < to; n++ {
					made = m.append(made[:0], t.train(n), n)
					counts[p].addTrain(made, t.recording.Windows, o.Criterion)
				}
			}
			null[k] = counts
			if n := done.Add(1); o.Progress != nil {
				o.Progress(int(n), o.Replicates)
			}
			return nil
		})
	}
	if err := side.Wait(); err != nil {
		return nil, err
	}
	results := make([]SurrogateResult, populations)
	for p := range results {
		results[p] = t.observed(p, o)
		r := &results[p]
		r.Null = make([]float64, o.Replicates)
		for k := range null {
			r.Null[k], _ = null[k][p].BurstFraction()
		}
		r.compare()
	}
	return results, nil
}

func (o SurrogateTest) validate() error {
	switch {
	case o.Criterion.ISI < 1:
		return fmt.Errorf("longest interval of a burst: %d steps, want at least one", o.Criterion.ISI)
	case o.Criterion.PreSilence < 0:
		return fmt.Errorf("silence before a burst: %d steps, want >= 0", o.Criterion.PreSilence)
	case o.Replicates < 1 || o.Replicates > 1<<24:
		return fmt.Errorf("surrogates: %d, want 1 to %d", o.Replicates, 1<<24)
	case o.Surrogate.Kind == EventSurrogate:
		return fmt.Errorf("surrogates that shuffle events keep the burst fraction, want %v",
			slices.DeleteFunc(SurrogateKinds(), func(s string) bool { return s == EventSurrogate.String() }))
	}
	return o.Surrogate.validate()
}

// observed counts what the trains themselves do.
func (t *Trains) observed(p int, o SurrogateTest) SurrogateResult {
	var counts Counts
	var spikes []int64
	var total int64
	from, to := t.population(p)
	for n := from; n < to; n++ {
		train := t.train(n)
		counts.addTrain(train, t.recording.Windows, o.Criterion)
		spikes = append(spikes, int64(len(train)))
		total += int64(len(train))
	}
	r := SurrogateResult{Spikes: total, Classified: counts.Classified, ClassifiedBursts: counts.ClassifiedBursts, PoissonFraction: math.NaN()}
	r.BurstFraction, _ = counts.BurstFraction()
	if chance, err := NewChance(t.recording, o.Criterion, t.recording.Seconds(o.Surrogate.DeadTime)); err == nil && total > 0 {
		recorded := t.recording.Seconds(t.recording.Recorded())
		r.PoissonFraction, _ = chance.Mix(spikes, recorded).At(float64(total) / recorded / float64(len(spikes)))
	}
	return r
}

// compare places the burst fraction among those of the surrogates. Surrogates
// without an event have none; they say nothing.
func (r *SurrogateResult) compare() {
	sorted := slices.DeleteFunc(slices.Clone(r.Null), math.IsNaN)
	slices.Sort(sorted)
	r.NullMean, r.NullSD, r.Low, r.High, r.P = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
	if len(sorted) == 0 || math.IsNaN(r.BurstFraction) {
		return
	}
	above, below := 1, 1
	for _, f := range sorted {
		if f >= r.BurstFraction {
			above++
		}
		if f <= r.BurstFraction {
			below++
		}
	}
	r.NullMean, r.NullSD = stat.MeanStdDev(sorted, nil)
	r.Low, r.High = stat.Quantile(0.025, stat.LinInterp, sorted, nil), stat.Quantile(0.975, stat.LinInterp, sorted, nil)
	r.P = min(1, 2*float64(min(above, below))/(1+float64(len(sorted))))
}
