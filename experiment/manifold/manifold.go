// Package manifold asks why activity within a neural manifold is easier to learn than
// activity outside it, with a linear network whose gradient is exact: after Payeur,
// Orsborn, Lajoie 2023, "Neural manifolds and learning regimes in neural-interface
// tasks", bioRxiv 2023.03.11.532146, and its brain-computer interface of Sadtler et al.
// 2014 (doi 10.1038/nature13665).
//
// A network learns to reach six targets with a decoder. Its activity then lies close to
// the space of a few modes, the manifold. Two perturbations of the decoder, one that
// permutes the modes (within the manifold) and one that permutes the neurons (outside),
// are matched in difficulty, and the network learns each by gradient descent.
package manifold

import (
	"context"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat/combin"

	"github.com/apical-sim/apical/experiment"
)

// Citation of the publication.
const Citation = "Payeur, Orsborn, Lajoie (2023), Neural manifolds and learning regimes in neural-interface tasks, bioRxiv 2023.03.11.532146"

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "manifold",
		Title: "Learning within and outside a neural manifold, from lazy and rich starts",
		Summary: "A linear network with noise reaches six targets with a decoder of its modes. Its decoder is then perturbed, within the " +
			"manifold (the modes permuted) or outside (the neurons permuted), with losses before learning that match as well as the candidates allow, and the network " +
			"learns each by the exact gradient, from a start with large recurrent weights (lazy) and one with small (rich). Half times, " +
			"overlap with the manifold of before, participation ratio, principal angles; then, from the lazy start, a sweep of learning " +
			"rates, with the spectral radius as judge of stability, and perturbations that come in stages.",
		Citation: Citation,
		Params:   Params(true),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "two learning rates and a tenth of the candidates, in a second", Set: map[string]string{
				"rates": "0.01,0.05", "outside_candidates": "1000"}},
			{Name: "scaled", Doc: "inputs twice as strong", Set: map[string]string{"input_scale": "2"}},
		},
		Headline: []string{"lazy.within.half_time_steps", "lazy.outside.half_time_steps", "rich.within.half_time_steps",
			"rich.outside.half_time_steps", "lazy.log2_outside_over_within", "rich.log2_outside_over_within", "stability"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..30", Takes: "1 min on two cores"}},
		Check:  Check,
		Run:    Run,
	}
}

// Params are those of the protocol; with rich, those of the rich start too.
func Params(rich bool) []experiment.Param {
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	all := []experiment.Param{
		{Key: "units", Kind: experiment.Integer, Default: 100, Min: 8, Max: 500, Doc: "units of the network, N"},
		{Key: "targets", Kind: experiment.Integer, Default: 6, Min: 3, Max: 100, Doc: "targets on the unit circle, K, each with an input of its own"},
		{Key: "modes", Kind: experiment.Integer, Default: 6, Min: 2, Max: 8, Doc: "dimensions of the manifold, M: all M! permutations of them are tried"},
		positive("noise", "", 1e-2, 1e3, "variance of the private noise, s²"),
		number("input_noise", "", 0, 0, 1e3, "variance of the noise of each input"),
		positive("input_scale", "", 1, 100, "factor of the inputs"),
		number("lazy_exponent", "", 0.55, 0.5, 3, "recurrent weights of the lazy start have the standard deviation N^-a; 0.5 is the border of stability"),
		positive("readout", "", 0.2*math.Sqrt(8), 1e3, "Frobenius norm of the decoder before the manifold is known; 0.2 sqrt(800/N) in the publication"),
		positive("initial_rate", "", 0.01, 10, "learning rate of the training before the perturbation"),
		{Key: "initial_steps", Kind: experiment.Integer, Default: 500, Min: 1, Max: 1_000_000, Doc: "steps of this training"},
		{Key: "outside_candidates", Kind: experiment.Integer, Default: 10_000, Min: 1, Max: 1_000_000, Doc: "permutations of the neurons that are drawn, of which one is taken"},
		{Key: "rates", Kind: experiment.List, Default: []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05}, Min: 0, OpenMin: true, Max: 10, Doc: "learning rates of the sweep"},
		{Key: "sweep_steps", Kind: experiment.Integer, Default: 1000, Min: 1, Max: 1_000_000, Doc: "steps of learning at each rate of the sweep"},
		number("stage_low", "", lowLoss, 0, 1, "part of its first loss at which a stage of incremental training ends"),
		{Key: "stage_steps", Kind: experiment.Integer, Default: 500, Min: 1, Max: 1_000_000, Doc: "most steps of each of the six stages of incremental training"},
		positive("rate", "", 0.001, 10, "learning rate of the comparison of within and outside"),
		{Key: "steps", Kind: experiment.Integer, Default: 2000, Min: 1, Max: 1_000_000, Doc: "steps of this comparison"},
	}
	if rich {
		all = append(all, number("rich_exponent", "", 1, 0.5, 3, "as lazy_exponent, of the rich start"))
	}
	return all
}

// Check judges sizes together.
func Check(v *experiment.Values) error {
	if v.Int("modes") > v.Int("units") || v.Int("targets") > v.Int("units") {
		return experiment.Inputf("units: %d, want at least the %d modes and %d targets", v.Int("units"), v.Int("modes"), v.Int("targets"))
	}
	return nil
}

// config is that of a start.
func config(v *experiment.Values, exponent string, seed uint64) Config {
	return Config{Units: v.Int("units"), Inputs: v.Int("targets"), Modes: v.Int("modes"), Exponent: v.Float(exponent),
		Noise: v.Float("noise"), InputNoise: v.Float("input_noise"), InputScale: v.Float("input_scale"), Readout: v.Float("readout"),
		InitialRate: v.Float("initial_rate"), InitialSteps: v.Int("initial_steps"), Outside: v.Int("outside_candidates"), Seed: seed}
}

// Run runs one seed: of values without rich_exponent the lazy start alone.
func Run(ctx context.Context, r *experiment.Run) error {
	v := r.Values
	r.Workers = 1
	starts := []string{"lazy_exponent"}
	if v.Has("rich_exponent") {
		starts = append(starts, "rich_exponent")
	}
	rates := v.Floats("rates")
	perturbations := combin.NumPermutations(v.Int("modes"), v.Int("modes"))
	total := len(starts)*(v.Int("initial_steps")+perturbations+v.Int("outside_candidates")+2*v.Int("steps")) +
		len(rates)*(2*v.Int("sweep_steps")+2*len(fractions)*v.Int("stage_steps"))
	done, note := 0, ""
	watch := func() error {
		done++
		r.Progress.Count(float64(done), float64(total), "steps and candidates", note)
		return ctx.Err()
	}
	var m Metrics
	for i, key := range starts {
		note = strings.TrimSuffix(key, "_exponent") + " start"
		s, err := NewStart(config(v, key, r.Seed), watch)
		if err == nil {
			c := &m.Lazy
			if i > 0 {
				c = &m.Rich
			}
			*c, err = s.compare(v.Float("rate"), v.Int("steps"), watch)
		}
		if err := ctx.Err(); err != nil {
			return err // as it is, so that an interruption is known as one
		}
		if err != nil {
			return fmt.Errorf("%s %g: %w", key, v.Float(key), err)
		}
		if i > 0 {
			continue
		}
		note = "sweep of learning rates"
		if m.Sweep, err = s.sweep(rates, v.Int("sweep_steps"), v.Int("stage_steps"), v.Float("stage_low"), watch); err != nil {
			return err
		}
		m.Stability = newStability(m.Sweep)
	}
	m.settle()
	if err := r.Metrics(&m); err != nil {
		return err
	}
	return m.print(r.Out)
}
