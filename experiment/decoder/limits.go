package decoder

import (
	"math"

	"github.com/apical-sim/apical/experiment"
)

// Bounds of sizes.
const (
	// fewestSteps of a trial: a control of the first moves the arm in the third.
	fewestSteps = 3
	mostSteps   = 100_000
	// mostBytes of a run's arrays, some part of which are held at once.
	mostBytes = 4e9
)

// fits refuses sizes whose arrays would not fit into common memory.
func (p *protocol) fits() error {
	count := func(factors ...int) float64 {
		product := 8.0 // bytes
		for _, f := range factors {
			product *= float64(f)
		}
		return product
	}
	z := p.sizes
	loops := 2 + len(p.intensities) // with the arm, before learning, and of each intensity
	var all, most float64
	change := ""
	for _, x := range []struct {
		bytes  float64
		change string
	}{
		// Weights, their transpose, gradients and Adam's two means.
		{count(loops, 5, z.units, z.units+z.encoder), "units, encoder_units"},
		// Rates, their gradients and noise; inputs and their copy; the effector's states.
		{count(loops, z.steps, z.targets, 3*z.units+2*z.encoder+10), "units, encoder_units, targets or duration, or lengthen time_step"},
		// The rates of test trials, and the copy that their covariance is computed from.
		{count(2, loops-1, p.batches, z.steps, z.targets, z.units), "test_trials, units, targets or duration, or lengthen time_step"},
		{count(loops-1, p.repeats, z.targets, z.readouts, z.steps/p.binSize), "repeats, readouts, targets or duration, or lengthen bin"},
		{count(1+len(p.intensities), max(p.armEpochs, p.bciEpochs)), "arm_epochs, bci_epochs"},
	} {
		all += x.bytes
		if x.bytes > most {
			most, change = x.bytes, x.change
		}
	}
	if all > mostBytes {
		return experiment.Inputf("sizes: arrays of %.3g GB, want at most %g GB: lower %s", math.Ceil(all/1e8)/10, mostBytes/1e9, change)
	}
	return nil
}
