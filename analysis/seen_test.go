package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// poissonCells are spikes of so many independent neurons, in steps of 0.1 ms.
func poissonCells(r *rand.Rand, neurons int, rate float64, seconds int64) (rec Recording, spikes []spike) {
	rec = Recording{StepsPerSecond: 10_000, Windows: []Window{{0, seconds * 10_000}}, Populations: []Population{{"pyr", neurons}}}
	for n := range uint32(neurons) {
		last := int64(-1)
		for t := r.ExpFloat64() / rate; t < float64(seconds); t += r.ExpFloat64() / rate {
			if step := int64(t * 10_000); step > last {
				spikes, last = append(spikes, spike{step, 0, n}), step
			}
		}
	}
	return rec, spikes
}

// binLevel is the mean over classified events of the level of their bin, and how
// many there are.
func binLevel(t *testing.T, src Source, c Criterion, g Groups, width int64, chance Chance) (mean, events float64) {
	t.Helper()
	r, err := NewRates(src, c, DetectorOptions{}, g, Bins{Width: width})
	if err != nil {
		t.Fatal(err)
	}
	var rates []Rate
	for r.Next() {
		for _, rate := range r.Rates() {
			if rate.Classified > 0 {
				rates = append(rates, rate)
			}
		}
	}
	levels, rec := r.Tally().Levels(chance), r.d.rec
	for _, rate := range rates {
		seen := levels[rate.Group].Seen(float64(rate.Spikes-1), g.List[rate.Group].Size, chance.InBin(rec.Seconds(rate.Recorded)))
		level, ok := levels[rate.Group].At(seen)
		if !ok || !(level >= 0 && level <= 1) {
			t.Fatalf("%+v: level %v, %v", rate, level, ok)
		}
		mean += level * float64(rate.Classified)
		events += float64(rate.Classified)
	}
	return mean / events, events
}

// TestLevelsOfBins: of Poisson cells the mean over events of the chance level of
// their bins is that of the rate, within 4 standard errors of a burst fraction of as
// many events. The level at the bin's own rate, in 20 ms by neuron, is 0.5.
func TestLevelsOfBins(t *testing.T) {
	const seed, neurons = 21, 50
	for _, rate := range []float64{1, 5, 20} {
		rec, spikes := poissonCells(rand.New(rand.NewPCG(seed, uint64(rate))), neurons, rate, 400)
		c := Criterion{ISI: 160}
		chance, err := NewChance(rec, c, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, want := chance.At(rate)
		for name, g := range map[string]Groups{"population": ByPopulation(rec), "neuron": ByNeuron(rec)} {
			for _, width := range []int64{200, 2000} {
				got, events := binLevel(t, sourceOf(rec, 1<<12, spikes), c, g, width, chance)
				if band := 4 * math.Sqrt(want*(1-want)/events); math.Abs(got-want) > band {
					t.Errorf("seed %d, %v Hz, by %s, bins of %d steps: mean level %.5f, want %.5f ± %.5f", seed, rate, name, width, got, want, band)
				}
			}
		}
	}
}

// TestLevelsOfKernels is the same for samples, by the weights of events,
// within 1 % more: a sum of weights is not quite a Poisson number.
func TestLevelsOfKernels(t *testing.T) {
	const seed, neurons = 22, 20
	for _, rate := range []float64{1, 5, 20} {
		rec, spikes := poissonCells(rand.New(rand.NewPCG(seed, uint64(rate))), neurons, rate, 200)
		c := Criterion{ISI: 160}
		chance, err := NewChance(rec, c, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, want := chance.At(rate)
		for name, g := range map[string]Groups{"population": ByPopulation(rec), "neuron": ByNeuron(rec)} {
			tally := NewTally(rec, g)
			tally.AddSpikes(sourceOf(rec, 1, spikes).spikes)
			levels := tally.Levels(chance)
			for _, k := range []Kernel{{Gaussian, 100}, {Exponential, 300}, {Alpha, 200}} {
				s, err := NewSmooth(sourceOf(rec, 1<<12, spikes), c, DetectorOptions{}, g, k, k.Width/2, AtFirst)
				if err != nil {
					t.Fatal(err)
				}
				e := chance.InKernel(k.Shape, rec.Seconds(k.Width))
				var sum, weight float64
				for s.Next() {
					for _, v := range s.Samples() {
						if v.Effective == 0 {
							continue
						}
						n := g.List[v.Group].Size
						level, _ := levels[v.Group].At(levels[v.Group].Seen((v.FiringRate-v.Own)*float64(n)*e.Seconds, n, e))
						sum += level * v.EventRate
						weight += v.EventRate
					}
				}
				events := rate * neurons * 200
				if got, band := sum/weight, 4*math.Sqrt(want*(1-want)/events); math.Abs(got-want) > band+0.01*want {
					t.Errorf("seed %d, %v Hz, by %s, %v: mean level %.5f, want %.5f ± %.5f", seed, rate, name, k, got, want, band)
				}
			}
		}
	}
}
