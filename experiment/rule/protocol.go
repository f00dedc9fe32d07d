package rule

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/sim"
)

// The phases, in order: the burn-in and the six segments.
var phaseNames = [...]string{"burn_in", "baseline", "raised", "restored", "lowered", "restored_again", "input_current"}

// phase is a stretch of time in which nothing is changed from outside.
type phase struct {
	name    string
	bins    int64
	d       float64 // strength of the dendritic drive, in units of d0
	inputPA float64 // into the dendrites of the input
	plastic bool
}

// timeline returns the phases. The burn-in is rounded up to whole bins.
func timeline(v *experiment.Values) []phase {
	bin := spiking.StepsOf(v, "bin")
	base := v.Float("d_baseline")
	phases := make([]phase, len(phaseNames))
	for i, name := range phaseNames {
		phases[i] = phase{name: name, bins: spiking.StepsOf(v, "segment") / bin, d: base, plastic: true}
	}
	phases[0].bins, phases[0].plastic = (spiking.Steps(v.Float("burn_in")*v.Milliseconds("tau_avg"))+bin-1)/bin, false
	phases[2].d = v.Float("d_raised")
	phases[4].d = v.Float("d_lowered")
	phases[6].inputPA = v.Float("input_dendrite_current")
	return phases
}

// check refuses values that do not fit each other.
func check(v *experiment.Values) error {
	if err := spiking.WantSteps(v, "bin"); err != nil {
		return err
	}
	if err := spiking.WantMultipleOf(v, "segment", "bin"); err != nil {
		return err
	}
	if v.Float("rate_max") <= v.Float("rate_min") {
		return experiment.Inputf("rate_max: %s, want more than rate_min (%s)", v.Text("rate_max"), v.Text("rate_min"))
	}
	for _, k := range [][2]string{{"drive_in_degree", "drive_units"}, {"noise_in_degree_exc", "noise_units"}, {"noise_in_degree_inh", "noise_units"}} {
		if degree, units := k[0], k[1]; v.Float(degree) > float64(v.Int(units)) {
			return experiment.Inputf("%s: %s, want at most %s (%d)", degree, v.Text(degree), units, v.Int(units))
		}
	}
	if v.Int("estimate_neurons") > v.Int("neurons") {
		return experiment.Inputf("estimate_neurons: %d, want at most neurons (%d)", v.Int("estimate_neurons"), v.Int("neurons"))
	}
	return nil
}

// protocol is one run under way.
type protocol struct {
	run    *experiment.Run
	v      *experiment.Values
	sim    *sim.Simulation
	rec    *recorder.Recorder
	total  float64       // model seconds of the whole run
	rates  []sim.RateBin // of the bin that ended last, by population
	weight float64       // mean of the plastic synapses, as last seen; NaN without any
	least  float64       // of all that was seen; +Inf without any
	traces []float64     // scratch: an estimate of the output cells
	result Metrics
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) (err error) {
	network := Network(r.Values, r.Seed)
	s, err := spiking.Build(r, network)
	if err != nil {
		return err
	}
	p := &protocol{run: r, v: r.Values, sim: s, weight: math.NaN(), least: math.Inf(1)}
	bin := spiking.StepsOf(p.v, "bin")
	p.rec, err = recorder.Open(r, network, s, recorder.Options{
		RateBin: bin, WeightInterval: bin,
		OnRates: func(bins []sim.RateBin) { p.rates = append(p.rates[:0], bins...) },
		OnWeights: func(w []sim.WeightSummary) {
			if w[0].Synapses > 0 { // of the only plastic projection
				p.weight, p.least = w[0].Mean, min(p.least, w[0].Min)
			}
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = p.rec.End(err) }()
	if err := p.all(ctx); err != nil {
		return err
	}
	if err := p.rec.Close(); err != nil {
		return err
	}
	p.result.settle(p.v)
	if err := r.Metrics(p.result); err != nil {
		return err
	}
	return p.result.print(r.Out)
}

// all runs the phases.
func (p *protocol) all(ctx context.Context) error {
	phases := timeline(p.v)
	for _, ph := range phases {
		p.total += float64(ph.bins) * p.v.Float("bin")
	}
	p.result.InitialWeight = experiment.Finite(p.weight)
	start := p.weight // what the weights were in the beginning
	for i, ph := range phases {
		if err := p.rec.Phase(ph.name); err != nil {
			return err
		}
		err := errors.Join(
			p.sim.SetWeight(driving, ph.d*p.v.Float("d0")),
			p.sim.SetCurrent(inputDendrite, sim.Constant(ph.inputPA)),
			p.sim.SetPlastic(ph.plastic),
		)
		if err != nil {
			return err
		}
		note := ph.name
		if i > 0 {
			note = fmt.Sprintf("segment %d of %d, d = %g", i, len(phases)-1, ph.d)
		}
		sum := newPhaseSum(ph, p.sim.Seconds(), p.weight, start)
		for range ph.bins {
			if err := p.bin(ctx, note); err != nil {
				return err
			}
			estimate, err := p.estimate()
			if err != nil {
				return err
			}
			sum.add(p.rates, estimate, p.weight)
			p.result.Course.add(p.sim.Seconds(), p.sim.StepsPerSecond(), p.rates, estimate, 100*(p.weight/start-1))
		}
		slow, err := p.slowCells()
		if err != nil {
			return err
		}
		p.result.Phases = append(p.result.Phases, sum.phase(p.sim.Seconds(), p.sim.StepsPerSecond(), slow))
	}
	p.result.LeastWeight = experiment.Finite(p.least)
	return nil
}

// bin advances by a bin.
func (p *protocol) bin(ctx context.Context, note string) error {
	return spiking.Advance(ctx, p.sim, spiking.StepsOf(p.v, "bin"), func() {
		p.run.Progress.Set(p.sim.Seconds(), p.total, note)
	})
}

// estimate is what the rule believes of some output cells, in the mean.
type estimate struct{ eventHz, burstHz float64 }

// burstProbability is P̄ as the paper plots it: the mean of B̄ over that of Ē. NaN
// before the first event.
func (e estimate) burstProbability() float64 { return e.burstHz / e.eventHz }

// estimate reads the running estimates of the first output cells.
func (p *protocol) estimate() (e estimate, err error) {
	if e.eventHz, err = p.mean("event_rate"); err == nil {
		e.burstHz, err = p.mean("burst_rate")
	}
	return e, err
}

func (p *protocol) mean(variable string) (mean float64, err error) {
	p.traces, err = p.sim.PostTrace(plastic, variable, p.traces[:0])
	if err != nil {
		return 0, err
	}
	cells := p.v.Int("estimate_neurons")
	for _, hz := range p.traces[:cells] {
		mean += hz
	}
	return mean / float64(cells), nil
}

// slowCells is how many of the output cells the homeostasis takes for silent, %.
func (p *protocol) slowCells() (percent float64, err error) {
	if p.traces, err = p.sim.PostTrace(plastic, "slow_rate", p.traces[:0]); err != nil {
		return 0, err
	}
	slow := 0
	for _, hz := range p.traces {
		if hz < p.v.Float("rate_min") {
			slow++
		}
	}
	return 100 * float64(slow) / float64(len(p.traces)), nil
}
