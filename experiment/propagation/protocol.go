package propagation

import (
	"context"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/recorder"
	"github.com/apical-sim/apical/experiment/spiking"
	"github.com/apical-sim/apical/sim"
)

// timing is the course of a run in steps.
type timing struct {
	bin                       int64
	baseline, stimulus, total int64 // when these begin, and the end
}

// steps returns the timing: baseline is the second half of the burn-in.
func steps(v *experiment.Values) timing {
	bin, burnIn := spiking.StepsOf(v, "bin"), spiking.StepsOf(v, "burn_in")
	return timing{
		bin: bin, baseline: burnIn - burnIn/(2*bin)*bin, stimulus: burnIn,
		total: spiking.StepsOf(v, "duration"),
	}
}

// rasterEnd is the step before which the figure's rasters end.
func (t timing) rasterEnd() int64 {
	return min(t.total, t.stimulus+rasterSeconds*spiking.StepsPerSecond)
}

// Bins that are needed before and after the sines begin: half of the former are
// the baseline, and correlations need a few.
const (
	minBurnInBins   = 2
	minStimulusBins = 4
)

// check refuses values that leave nothing to compare.
func check(v *experiment.Values) error {
	if err := spiking.WantSteps(v, "bin"); err != nil {
		return err
	}
	for _, key := range []string{"burn_in", "duration"} {
		if err := spiking.WantMultipleOf(v, key, "bin"); err != nil {
			return err
		}
	}
	t := steps(v)
	if t.stimulus < minBurnInBins*t.bin {
		return experiment.Inputf("burn_in: %s, want at least %d bins of %s", v.Text("burn_in"), minBurnInBins, v.Text("bin"))
	}
	if t.total < t.stimulus+minStimulusBins*t.bin {
		return experiment.Inputf("duration: %s, want at least %d bins of %s after the burn_in (%s)",
			v.Text("duration"), minStimulusBins, v.Text("bin"), v.Text("burn_in"))
	}
	if nyquist := 500 / v.Float("bin"); v.Float("sine_pyr1_soma_frequency") > nyquist || v.Float("sine_pyr2_dendrite_frequency") > nyquist {
		return experiment.Inputf("bin: %s, want at most half a period of either sine", v.Text("bin"))
	}
	return nil
}

// run runs one seed.
func run(ctx context.Context, r *experiment.Run) (err error) {
	network := Network(r.Values, r.Seed)
	s, err := spiking.Build(r, network)
	if err != nil {
		return err
	}
	t := steps(r.Values)
	var bins []sim.RateBin
	rec, err := recorder.Open(r, network, s, recorder.Options{
		RateBin: t.bin,
		OnRates: func(b []sim.RateBin) { bins = append(bins, b...) },
	})
	if err != nil {
		return err
	}
	defer func() { err = rec.End(err) }()
	pyramids := r.Values.Int("pyr_neurons")
	structure := newBurstStructure(pyramids, t.stimulus)
	rasters := newRasters(pyramids, t)
	if _, err := s.RecordSpikes(structure, pyr1); err != nil {
		return err
	}
	if _, err := s.RecordSpikes(rasters, pyr1, pyr2); err != nil {
		return err
	}
	for _, phase := range []struct {
		name string
		end  int64
	}{{"burn_in", t.stimulus}, {"stimulation", t.total}} {
		if err := rec.Phase(phase.name); err != nil {
			return err
		}
		err := spiking.Advance(ctx, s, phase.end-s.Step(), func() {
			r.Progress.Set(s.Seconds(), float64(t.total)/spiking.StepsPerSecond, phase.name)
		})
		if err != nil {
			return err
		}
	}
	if err := rec.Close(); err != nil {
		return err
	}
	m := measure(r.Values, t, bins, s.StepsPerSecond())
	m.Bursts = structure.summary()
	m.Raster = rasters.result(s.StepsPerSecond())
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
