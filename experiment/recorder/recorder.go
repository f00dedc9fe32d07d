// Package recorder keeps what an experiment records: it connects a simulation
// to the spike, rate, weight and state files of a run's directory.
package recorder

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// Options says what is recorded besides spikes.
type Options struct {
	// FilePrefix begins the names of the files, where a run keeps several networks;
	// the experiment declares these names.
	FilePrefix string
	RateBin    int64 // steps, > 0
	// WeightInterval is the time between two summaries of the weights, steps, > 0
	// if a projection is plastic. Where none is, there is no file of weights.
	WeightInterval int64
	// OnRates, if not nil, sees every bin of every population as it ends.
	OnRates func([]sim.RateBin)
	// OnWeights, if not nil, sees every summary of every plastic projection.
	OnWeights func([]sim.WeightSummary)
	// States, if any, are sampled every StateInterval steps, from now on.
	States        []State
	StateInterval int64 // steps, > 0 if there are States
}

// State names a variable to sample.
type State struct {
	Population string
	Variable   string   // as the model calls it, e.g. v_soma
	Neurons    []uint32 // within the population; empty for all
}

// Recorder owns the open files of one run. Close must be called, also after an
// error.
type Recorder struct {
	run       *experiment.Run
	names     []string
	spikes    *spikefile.Writer
	rates     *spikefile.RatesWriter
	weights   *spikefile.WeightsWriter // nil unless a projection is plastic
	states    *spikefile.StatesWriter  // nil unless asked for
	recording *sim.SpikeRecording
	sim       *sim.Simulation
	file      string // name of the spike file
	// stretches end at the last call of Phase; since then, from step since on, the
	// spikes of current are recorded.
	stretches []experiment.Stretch
	since     int64
	current   []string
	closed    bool
}

// Open creates the files in the run's directory and attaches them to the
// simulation. Spikes are recorded from the first call of Phase on.
func Open(run *experiment.Run, network sim.Network, s *sim.Simulation, opt Options) (*Recorder, error) {
	r := &Recorder{run: run, sim: s, file: opt.FilePrefix + "spikes.arrow"}
	codec, err := spikefile.ParseCodec(run.Codec)
	if err != nil {
		return nil, err
	}
	store := spikefile.Options{Codec: codec}
	m := run.Meta()
	meta := spikefile.Meta{
		Version: m.Version, Revision: m.Revision, Seed: m.Seed,
		StepsPerSecond: s.StepsPerSecond(), Config: m.Config, Extra: m.Extra,
	}
	for _, p := range network.Populations {
		meta.Populations = append(meta.Populations, spikefile.Population{Name: p.Name, Size: p.Size})
		r.names = append(r.names, p.Name)
	}
	if r.spikes, err = spikefile.Create(run.Path(r.file), meta, store); err != nil {
		return nil, err
	}
	counted := meta
	counted.Detector = detectors(network)
	if r.rates, err = spikefile.CreateRates(run.Path(opt.FilePrefix+"rates.arrow"), counted, store); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if slices.ContainsFunc(network.Projections, func(p sim.Projection) bool { return p.Rule != nil }) {
		var projections []string
		for _, p := range network.Projections {
			projections = append(projections, p.Name)
		}
		if r.weights, err = spikefile.CreateWeights(run.Path(opt.FilePrefix+"weights.arrow"), meta, projections, store); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if err := r.openStates(s, opt, meta, store); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err := r.attach(s, opt); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// detectors describes what tells the events and bursts that are counted: once,
// or for each population where they differ.
func detectors(network sim.Network) string {
	var each []string
	same := true
	var first neuron.Detector
	for i, p := range network.Populations {
		d := p.Detector
		if d == (neuron.Detector{}) {
			d = neuron.DefaultDetector()
		}
		if i == 0 {
			first = d
		}
		same = same && d == first
		each = append(each, fmt.Sprintf("%s: %s", p.Name, d))
	}
	if same {
		return first.String()
	}
	return strings.Join(each, "; ")
}

func (r *Recorder) attach(s *sim.Simulation, opt Options) error {
	perSecond := float64(s.StepsPerSecond())
	err := s.RecordRates(opt.RateBin, func(bins []sim.RateBin) error {
		for _, b := range bins {
			err := r.rates.Append(spikefile.RateRow{
				TimeS: float64(b.From) / perSecond, BinS: float64(b.To-b.From) / perSecond,
				Population: b.Population, NNeurons: b.Neurons,
				NEvents: b.Events, NBursts: b.Bursts, NSpikes: b.Spikes,
			})
			if err != nil {
				return fmt.Errorf("recording rates: %w", err)
			}
		}
		if opt.OnRates != nil {
			opt.OnRates(bins)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.weights != nil {
		if err := r.attachWeights(s, opt); err != nil {
			return err
		}
	}
	r.recording, err = s.RecordSpikes(r.spikes)
	if err == nil {
		r.recording.Set(false)
	}
	return err
}

func (r *Recorder) attachWeights(s *sim.Simulation, opt Options) error {
	perSecond := float64(s.StepsPerSecond())
	return s.RecordWeights(opt.WeightInterval, func(summaries []sim.WeightSummary) error {
		for _, w := range summaries {
			err := r.weights.Append(spikefile.WeightRow{
				TimeS: float64(w.Step) / perSecond, Projection: w.Projection,
				Mean: w.Mean, SD: w.SD, Min: w.Min, Max: w.Max, NSynapses: w.Synapses,
			})
			if err != nil {
				return fmt.Errorf("recording weights: %w", err)
			}
		}
		if opt.OnWeights != nil {
			opt.OnWeights(summaries)
		}
		return nil
	})
}

// Phase begins a stretch of time that belongs to all the phases named; from
// now on the spikes of the populations are recorded that the run's selection
// wants in it. What was recorded before is made durable.
func (r *Recorder) Phase(phases ...string) error {
	var wanted []string
	for _, name := range r.names {
		if r.run.Record.Wants(name, phases...) {
			wanted = append(wanted, name)
		}
	}
	r.recording.Set(len(wanted) > 0)
	if len(wanted) > 0 {
		if err := r.recording.Select(wanted...); err != nil {
			return err
		}
	}
	r.endStretch()
	r.current = wanted
	errs := []error{r.spikes.Flush(), r.rates.Flush()}
	if r.weights != nil {
		errs = append(errs, r.weights.Flush())
	}
	if r.states != nil {
		errs = append(errs, r.states.Flush())
	}
	return errors.Join(errs...)
}

// endStretch notes what was recorded since the last call. Stretches that follow
// each other without a gap become one if their populations are the same.
func (r *Recorder) endStretch() {
	from, until := r.since, r.sim.Step()
	r.since = until
	if len(r.current) == 0 || from == until {
		return
	}
	perSecond := float64(r.sim.StepsPerSecond())
	next := experiment.Stretch{FromS: float64(from) / perSecond, UntilS: float64(until) / perSecond}
	if len(r.current) < len(r.names) {
		next.Populations = r.current
	}
	if n := len(r.stretches); n > 0 {
		last := &r.stretches[n-1]
		if last.UntilS == next.FromS && slices.Equal(last.Populations, next.Populations) {
			last.UntilS = next.UntilS
			return
		}
	}
	r.stretches = append(r.stretches, next)
}

// End closes the files after a run that ended with err, and adds to it what
// closing complains of, unless err says it already: a writer that failed in the
// run fails again when it is closed.
func (r *Recorder) End(err error) error {
	closing := r.Close()
	if closing == nil {
		return err
	}
	for _, e := range closing.(interface{ Unwrap() []error }).Unwrap() {
		if !errors.Is(err, e) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Close completes the files, counts their rows in the manifest and says there
// when spikes were recorded. A second call does nothing.
func (r *Recorder) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	var errs []error
	if r.spikes != nil {
		r.run.Count("spikes_recorded", r.spikes.Rows())
		r.endStretch()
		r.run.SetRecorded(r.file, r.stretches)
		errs = append(errs, r.spikes.Close())
	}
	if r.rates != nil {
		errs = append(errs, r.rates.Close())
	}
	if r.weights != nil {
		errs = append(errs, r.weights.Close())
	}
	if r.states != nil {
		errs = append(errs, r.states.Close())
	}
	return errors.Join(slices.DeleteFunc(errs, func(e error) bool { return e == nil })...)
}
