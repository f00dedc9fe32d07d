package detection

import (
	"math"
	"slices"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// values resolves settings.
func lawOf(t *testing.T, preset string, sets ...string) (firing, float64) {
	t.Helper()
	v, err := Experiment().Resolve(preset, sets)
	if err != nil {
		t.Fatal(err)
	}
	return newFiring(v), v.Float("spikes_per_burst")
}

func TestDescriptionIsValid(t *testing.T) {
	if err := Experiment().Validate(); err != nil {
		t.Fatal(err)
	}
}

// TestIntervals compares draws with the gamma distribution between the bounds,
// whose mean is integrated here by the midpoint rule.
func TestIntervals(t *testing.T) {
	f, _ := lawOf(t, "")
	const shape, scale, least, most = 1.5, 20.0 / 3, 2.0, 16.0 // ms; table 2 of Williams, Payeur, Gidon & Naud 2021, doi 10.1038/s41598-021-95037-z
	density := func(x float64) float64 { return math.Pow(x, shape-1) * math.Exp(-x/scale) }
	mass, mean := 0.0, 0.0
	const n = 100_000
	for i := range n {
		x := least + (most-least)*(float64(i)+0.5)/n
		mass += density(x)
		mean += x * density(x)
	}
	want := mean / mass * stepsPerSecond / 1000
	if math.Abs(f.intervals.mean-want) > 0.01 { // rounding to steps moves it by less than that
		t.Errorf("mean %.3f steps, want %.3f", f.intervals.mean, want)
	}
	sum := 0.0
	for _, p := range f.intervals.mass {
		sum += p
	}
	if math.Abs(sum-1) > 1e-12 || f.intervals.first != 20 || f.intervals.last() != 160 || f.intervals.within(160) != 1 || f.intervals.within(19) != 0 {
		t.Errorf("probabilities add up to %v between %d and %d steps", sum, f.intervals.first, f.intervals.last())
	}
	stream := rng.NewSource(1, rng.Protocol, 99).Stream(0)
	counts := make([]float64, len(f.intervals.mass))
	const draws = 400_000
	for range draws {
		counts[f.intervals.draw(&stream)-20]++
	}
	chi2 := 0.0
	for i, p := range f.intervals.mass {
		chi2 += (counts[i] - draws*p) * (counts[i] - draws*p) / (draws * p)
	}
	// χ² of 140 degrees of freedom: mean 140, standard deviation √280.
	if math.Abs(chi2-140) > 4*math.Sqrt(280) {
		t.Errorf("χ² %.0f of 140 degrees of freedom", chi2)
	}
}

// TestRestingCell: without responses the course is the renewal process in closed
// form: firing rate λ(1+p(m−1)), hazard λ/(1−λ·(mean steps that an event takes)).
func TestRestingCell(t *testing.T) {
	f, m := lawOf(t, "")
	const p, rate = 0.3, 8.0 / stepsPerSecond
	c := newCourse(&f, slices.Repeat([]float64{p}, 2000), slices.Repeat([]float64{1}, 2000))
	h, err := c.hazards(&f, rate, nil)
	if err != nil {
		t.Fatal(err)
	}
	dead := float64(f.silence-1) + p*(m-1)*f.intervals.mean
	for k := range c.events {
		if math.Abs(c.spikes(k)-(1+p*(m-1))) > 1e-12 || math.Abs(c.seenEvents[k]-1) > 1e-12 || math.Abs(c.seenBursts[k]-p) > 1e-12 {
			t.Fatalf("step %d: %v spikes, %v events, %v bursts per event", k, c.spikes(k), c.seenEvents[k], c.seenBursts[k])
		}
		if math.Abs(h[k]-rate/(1-rate*dead)) > 1e-15 {
			t.Fatalf("step %d: hazard %v, want %v", k, h[k], rate/(1-rate*dead))
		}
	}
}

// TestConstantFiringRate: whatever the burst fraction does, events make up for it.
func TestConstantFiringRate(t *testing.T) {
	for _, preset := range []string{"", "overlapping"} {
		f, m := lawOf(t, preset)
		probability := make([]float64, 6000)
		for k := range probability {
			probability[k] = 0.2
			if k > 1000 && k < 3000 {
				probability[k] = 0.2 + 0.3*math.Sin(math.Pi*float64(k-1000)/2000)
			}
		}
		c := newCourse(&f, probability, nil)
		for k := range probability {
			if math.Abs(c.spikes(k)-(1+0.2*(m-1))) > 1e-12 {
				t.Fatalf("%s: step %d: firing rate %v", preset, k, c.spikes(k))
			}
		}
		// While the burst fraction is nearly constant at its height, so is F = E(1+p(m−1)).
		if want := (1 + 0.2*(m-1)) / (1 + 0.5*(m-1)); preset == "" && math.Abs(c.events[2000]-want) > 0.01 {
			t.Errorf("events fall to %v, want %v", c.events[2000], want)
		}
	}
}

// TestConstantFiringRateLeavesEvents: however fast bursts grow, however long they
// are, there are events left.
func TestConstantFiringRateLeavesEvents(t *testing.T) {
	f, _ := lawOf(t, "", "spikes_per_burst=20", "baseline_event_rate=0.5Hz")
	probability := slices.Repeat([]float64{0.1}, 5000)
	for k := 1000; k < 3000; k++ {
		probability[k] = 1
	}
	for k, e := range newCourse(&f, probability, nil).events {
		if e < 0 {
			t.Fatalf("step %d: %v events", k, e)
		}
	}
}

// TestSplitBursts: with long intervals an analysis sees, at rest, λ(1+p(m−1)(1−F))
// events, of which those of bursts go on within the threshold with probability F
// and the others with cF, F being the probability of an interval below the
// threshold.
func TestSplitBursts(t *testing.T) {
	f, m := lawOf(t, "overlapping")
	const p = 0.3
	c := newCourse(&f, slices.Repeat([]float64{p}, 100), slices.Repeat([]float64{1}, 100))
	within := f.intervals.within(f.threshold)
	if within < 0.7 || within > 0.9 {
		t.Fatalf("%v of the intervals within the threshold", within)
	}
	split := p * (m - 1) * (1 - within)
	if math.Abs(c.seenEvents[99]-(1+split)) > 1e-12 || math.Abs(c.seenBursts[99]-within*(p+f.goesOn*split)) > 1e-12 {
		t.Errorf("%v events, %v bursts", c.seenEvents[99], c.seenBursts[99])
	}
}

// counted is what an ISI rule finds in a train, written down anew: events and
// bursts, at the step of the first spike.
func counted(train []int64, threshold int64, event func(step int64, burst bool)) {
	for i := 0; i < len(train); {
		j := i
		for j+1 < len(train) && train[j+1]-train[j] <= threshold {
			j++
		}
		event(train[i], j > i)
		i = j + 1
	}
}

// TestSampler compares many trials with the course, bin by bin: events, bursts and
// spikes of each class, with and without split bursts. Bins of 10 ms hold hundreds
// of events, so that counts are normal.
func TestSampler(t *testing.T) {
	for _, preset := range []string{"", "overlapping"} {
		e := Experiment()
		v, err := e.Resolve(preset, []string{"rate_ratio=1"})
		if err != nil {
			t.Fatal(err)
		}
		f := newFiring(v)
		r := newResponses(v, newSessions(v)[3], miss)
		for k := range classes {
			c := r.course(&f, k)
			const rate = 9.0 / stepsPerSecond
			h, err := c.hazards(&f, rate, nil)
			if err != nil {
				t.Fatal(err)
			}
			d := newDrive(c.probability, h)
			const repeats = 10_000
			length := int64(r.length())
			var trials []trial
			for i := range int64(repeats) {
				trials = append(trials, trial{onset: 3000 + i*(length+2000)})
			}
			whole := trials[repeats-1].onset + length + 2000
			s := sampler{firing: &f, stream: rng.NewSource(7, rng.Protocol, drawSpikes).Stream(uint32(k)),
				hazard: rate / f.free(rate, r.baseline), probability: r.baseline}
			train := s.spikes(trials, func(trial) *drive { return &d }, whole, nil)
			compare(t, preset+" "+k.String(), train, c, int64(f.threshold), rate*repeats, length+2000)
		}
	}
}

// compare bins the train, relative to stimulations at 3000, 3000+period, … and
// wants counts that agree with what is expected of all trials together.
func compare(t *testing.T, name string, train []int64, c course, threshold int64, weight float64, period int64) {
	t.Helper()
	const width = 100
	bins := len(c.events) / width
	var got, want [3][]float64
	for i := range got {
		got[i], want[i] = make([]float64, bins), make([]float64, bins)
	}
	bin := func(step int64) int {
		if step < 3000 {
			return bins
		}
		return int((step - 3000) % period / width)
	}
	for _, at := range train {
		if b := bin(at); b < bins {
			got[2][b]++
		}
	}
	counted(train, threshold, func(at int64, burst bool) {
		b := bin(at)
		if b >= bins {
			return
		}
		got[0][b]++
		if burst {
			got[1][b]++
		}
	})
	for k := range bins * width {
		want[0][k/width] += weight * c.seenEvents[k]
		want[1][k/width] += weight * c.seenBursts[k]
		want[2][k/width] += weight * c.spikes(k)
	}
	for i, what := range []string{"events", "bursts", "spikes"} {
		chi2 := 0.0
		for b := range bins {
			z := (got[i][b] - want[i][b]) / math.Sqrt(want[i][b])
			chi2 += z * z
			// 4000 comparisons of this size: 5 standard deviations happen in 0.2 % of all
			// tests. Spikes of a burst come together, which doubles their variance.
			if math.Abs(z) > 5 && (what != "spikes" || math.Abs(z) > 5*math.Sqrt2) {
				t.Errorf("%s: %.0f %s in bin %d, want %.0f (%.1f sd)", name, got[i][b], what, b, want[i][b], z)
			}
		}
		// Refractoriness makes counts of events more regular than Poisson, never less.
		if limit := float64(bins) + 4*math.Sqrt(2*float64(bins)); what != "spikes" && chi2 > limit {
			t.Errorf("%s: %s: χ² %.0f of %d bins", name, what, chi2, bins)
		}
	}
}

// TestOneIntervalDecides: events are apart by the silence, and the intervals below
// the threshold are those of bursts.
func TestEventsAreApart(t *testing.T) {
	f, _ := lawOf(t, "")
	s := sampler{firing: &f, stream: rng.NewSource(3, rng.Protocol, drawSpikes).Stream(0), hazard: 0.01, probability: 0.5}
	train := s.spikes(nil, nil, 2_000_000, nil)
	for i := 1; i < len(train); i++ {
		if d := train[i] - train[i-1]; d > int64(f.threshold) && d < int64(f.silence) || d < int64(f.intervals.first) {
			t.Fatalf("an interval of %d steps", d)
		}
	}
	if train[0] < 0 || train[len(train)-1] >= 2_000_000 {
		t.Error("spikes outside of the recording")
	}
}
