package transmission

import (
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

const (
	voltage  = "v_soma"
	sample   = 10   // steps between two samples of the voltages: 1 ms
	binSteps = 1000 // bins of rates.arrow: 100 ms
	// settle is how long the cells, which all start at rest, take to part, steps.
	settle = 5000
	// The trace for the figure begins after settle; it keeps every second sample.
	traceSteps, traceEvery = 20_000, 2 * sample
)

// observer watches a simulation and adds up what the metrics are made of.
type observer struct {
	perSecond float64
	now       [len(kinds)][]float64 // the voltages of the receivers at the present sample
	n         float64               // samples so far
	mean      [][len(kinds)]float64 // of each receiver
	// product sums (v_a − mean)(v_b − mean) over samples and receivers, each
	// about its own mean.
	product [len(kinds)][len(kinds)]float64

	spikes, events, bursts int64
	cellSeconds            float64
	trace                  Trace
	classifier             *neuron.Classifier
}

// attach lets the observer watch a simulation from its beginning.
func (o *observer) attach(s *sim.Simulation, v *experiment.Values) error {
	o.perSecond = float64(s.StepsPerSecond())
	o.mean = make([][len(kinds)]float64, v.Int("receivers"))
	o.classifier = neuron.NewClassifier(neuron.DefaultPresynapticDetector(), sim.DefaultDtMS, 0, v.Int("neurons"))
	o.trace = Trace{FromS: settle / o.perSecond, IntervalS: traceEvery / o.perSecond,
		VoltageMV: map[string][]float64{}, Spikes: []Spike{}}
	for k := range kinds {
		o.now[k] = make([]float64, len(o.mean))
		err := s.RecordStates(sample, kinds[k].name, []string{voltage}, nil, func(x []sim.StateSample) error {
			for i := range x {
				o.now[k][i] = x[i].Value
			}
			if k == len(kinds)-1 && x[0].Step >= settle { // the last of its step
				o.take(x[0].Step)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	_, err := s.RecordSpikes(o, input)
	return err
}

// take adds the present sample, by Welford's rule.
func (o *observer) take(step int64) {
	o.n++
	for i := range o.mean {
		mean := &o.mean[i]
		var before [len(kinds)]float64
		for k := range kinds {
			before[k] = o.now[k][i] - mean[k]
			mean[k] += before[k] / o.n
		}
		for a := range kinds {
			for b := range kinds {
				o.product[a][b] += before[a] * (o.now[b][i] - mean[b])
			}
		}
	}
	if step < settle+traceSteps && (step-settle)%traceEvery == 0 {
		for k, kind := range kinds {
			o.trace.VoltageMV[kind.name] = append(o.trace.VoltageMV[kind.name], math.Round(o.now[k][0]*1e5)/1e5)
		}
	}
}

// count adds a bin of the input.
func (o *observer) count(b sim.RateBin) {
	if b.From < settle {
		return
	}
	o.spikes += b.Spikes
	o.events += b.Events
	o.bursts += b.Bursts
	o.cellSeconds += float64(b.To-b.From) / o.perSecond * float64(b.Neurons)
}

// Record implements sim.SpikeRecorder: it keeps the spikes of the trace, and what
// the detectors of the connections take them for.
func (o *observer) Record(step int64, _ int, neurons []uint32) error {
	events, bursts := o.classifier.Classify(step, neurons, nil, nil)
	if step < settle || step >= settle+traceSteps {
		return nil
	}
	for _, i := range neurons {
		s := Spike{TimeS: float64(step) / o.perSecond, Neuron: i, Signal: "spike"}
		for _, e := range events {
			if e == i {
				s.Signal = "event"
			}
		}
		for _, b := range bursts {
			if b == i {
				s.Signal = "burst"
			}
		}
		o.trace.Spikes = append(o.trace.Spikes, s)
	}
	return nil
}
