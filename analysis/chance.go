package analysis

import (
	"fmt"
	"math"
	"slices"
)

// Chance is the burst fraction that a firing rate alone brings about: spikes
// that have nothing to do with each other, but for a dead time D after each,
// follow one another within the threshold the more often the more there are.
// For a Poisson process of rate r with dead time D,
//
//	r' = 1/(1/r − D)                  rate once the dead time is over
//	ER0 = r·exp(−r'·(ISI − D))        event rate
//	BF0 = 1 − exp(−r'·(ISI − D))      burst fraction
//
// and, where a burst needs a silence P > ISI before it, BF0·exp(−r'·(P − ISI)).
// The rule is that of intervals; of the accumulating one there is no closed form.
type Chance struct {
	isi, silence, dead float64 // s
}

// NewChance returns the chance level of a criterion and a dead time in s,
// 0 <= dead < ISI.
func NewChance(rec Recording, c Criterion, dead float64) (Chance, error) {
	isi := rec.Seconds(c.ISI)
	if !(dead >= 0 && dead < isi) {
		return Chance{}, fmt.Errorf("dead time: %g ms, want 0 to below the longest interval of a burst, %g ms", 1000*dead, 1000*isi)
	}
	return Chance{isi: isi, silence: max(isi, rec.Seconds(c.PreSilence)), dead: dead}, nil
}

// At returns event rate and burst fraction of a neuron that fires at rate, in
// Hz, >= 0. A rate of 1/D or more, which the dead time forbids, is one endless
// burst: 0 and 1.
func (c Chance) At(rate float64) (eventRate, burstFraction float64) {
	if rate <= 0 {
		return 0, 0
	}
	gap := 1/rate - c.dead
	if gap <= 0 {
		return 0, 1
	}
	x := (c.isi - c.dead) / gap
	return rate * math.Exp(-x), -math.Expm1(-x) * math.Exp(-(c.silence-c.isi)/gap)
}

// Mixture is the chance level of neurons of different rates. Those that fire
// more give more events, each of which is more often a burst by chance, so that
// the level of a population lies above that of its mean rate. It is the mean of
// the neurons' own levels, weighted by their events,
//
//	BF0 = Σ ER0(r_i)·BF0(r_i) / Σ ER0(r_i).
//
// As the population's rate changes, all r_i are taken to change in proportion.
type Mixture struct {
	chance Chance
	mean   float64  // Hz
	parts  []weight // neurons of equal, or nearly equal rates
}

type weight struct{ rate, neurons float64 }

// mixtureParts bounds the cost of a level: neurons of neighbouring rates are put
// together where there are more rates than that.
const mixtureParts = 256

// Mix returns the level of neurons that emitted so many spikes each in a
// recording of the given length in s, > 0.
func (c Chance) Mix(spikes []int64, seconds float64) Mixture {
	sorted := slices.Clone(spikes)
	slices.Sort(sorted)
	distinct := 1
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	m := Mixture{chance: c}
	var all int64
	for _, k := range sorted {
		all += k
	}
	// Where there are too many rates, a part has at least so many spikes: then
	// those that fire most, and count most, stay apart.
	least := int64(0)
	if distinct > mixtureParts {
		least = (all + mixtureParts - 1) / mixtureParts
	}
	begin, sum := 0, int64(0)
	for i, k := range sorted {
		sum += k
		if i+1 < len(sorted) && (sum < least || sorted[i+1] == k) {
			continue
		}
		if n := float64(i + 1 - begin); sum > 0 {
			m.parts = append(m.parts, weight{float64(sum) / n / seconds, n})
		}
		begin, sum = i+1, 0
	}
	if len(sorted) > 0 {
		m.mean = float64(all) / float64(len(sorted)) / seconds
	}
	return m
}

// At returns the level while the neurons fire at rate on average, in Hz; ok is
// false if it is 0, or if none of them ever fired.
func (m Mixture) At(rate float64) (burstFraction float64, ok bool) {
	if !(rate > 0) || m.mean == 0 {
		return math.NaN(), false
	}
	var events, bursts, fastest float64
	for _, p := range m.parts {
		e, b := m.chance.At(p.rate * rate / m.mean)
		events += p.neurons * e
		bursts += p.neurons * e * b
		fastest = max(fastest, b)
	}
	if events == 0 { // all beyond what the dead time allows
		return fastest, true
	}
	return bursts / events, true
}
