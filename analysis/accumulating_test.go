package analysis

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
)

// TestAccumulatingAgreesWithClassifier: the events and bursts of the accumulating
// rule are those that a simulation tells by it while it runs.
func TestAccumulatingAgreesWithClassifier(t *testing.T) {
	const seed, neurons, steps = 11, 40, 200_000
	r := rand.New(rand.NewPCG(seed, 0))
	rec := Recording{StepsPerSecond: 10_000, Windows: []Window{{0, steps}}, Populations: []Population{{"pyr", neurons}}}
	classifier := neuron.NewClassifier(neuron.DefaultDetector(), 0.1, 0, neurons)
	type at struct {
		step   int64
		neuron uint32
	}
	var spikes []spike
	var events, bursts []at
	for step := int64(200); step < steps; step++ {
		var now, e, b []uint32
		for n := range uint32(neurons) {
			if r.Float64() < float64(1+n)/10_000 { // 1 to 40 Hz
				now = append(now, n)
				spikes = append(spikes, spike{step, 0, n})
			}
		}
		e, b = classifier.Classify(step, now, e, b)
		for _, n := range e {
			events = append(events, at{step, n})
		}
		for _, n := range b {
			bursts = append(bursts, at{step, n})
		}
	}
	var gotEvents, gotBursts []at
	for _, e := range detect(t, sourceOf(rec, 100, spikes), Criterion{ISI: 160}, DetectorOptions{Accumulating: true}) {
		gotEvents = append(gotEvents, at{e.Step, e.Neuron})
		if e.Class == Burst {
			gotBursts = append(gotBursts, at{e.Second, e.Neuron})
		}
	}
	slices.SortFunc(gotBursts, func(a, b at) int {
		if a.step != b.step {
			return int(a.step - b.step)
		}
		return int(a.neuron) - int(b.neuron)
	})
	if len(events) < 9_000 || !slices.Equal(gotEvents, events) || !slices.Equal(gotBursts, bursts) {
		t.Errorf("seed %d: %d events and %d bursts, want %d and %d, all the same", seed, len(gotEvents), len(gotBursts), len(events), len(bursts))
	}
}

// TestAccumulatingRegularFiring: one endless event for periods below
// 16 ms·ln(1+e) = 21.0 ms, each spike an event above.
func TestAccumulatingRegularFiring(t *testing.T) {
	for period, last := range map[int64]bool{161: false, 210: false, 211: true, 300: true} {
		var steps []int64
		for i := range int64(60) {
			steps = append(steps, 200+i*period)
		}
		events := detect(t, sourceOf(one(Window{0, 1 << 40}), 7, train1(steps...)), Criterion{ISI: 160}, DetectorOptions{Accumulating: true})
		if isEvent := events[len(events)-1].Step == steps[59]; isEvent != last {
			t.Errorf("period %d: the last spike is an event: %v, want %v", period, isEvent, last)
		}
	}
}
