// Package biasrecurrent teaches recurrent networks with random weights that never
// change to oscillate, by their biases alone: the recurrent part of Williams, Payeur,
// Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie 2025, "Expressivity of neural networks
// with random weights and learned biases", ICLR, arXiv:2407.00957.
//
//	r_{t+1} = φ((1−α) r_t + α (W r_t + b))      y_t = V r_t
//
// W and V are random and stay as they are; b learns by backpropagation through time.
package biasrecurrent

import (
	"context"
	"runtime"
	"sync"

	"github.com/sourcegraph/conc/pool"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "bias-recurrent",
		Title: "Recurrent networks of random weights learn to oscillate by their biases",
		Summary: "Networks r' = φ(W r + b) whose recurrent weights and readout are random and never change learn a cosine, and the " +
			"limit cycle of the van der Pol oscillator, by backpropagation through time into their biases alone (Adam); beside them " +
			"networks of which everything but the readout learns, from the same weights. The initial state r_0 is drawn once a seed, as " +
			"φ of normal numbers, and is the same in all updates. Before learning, midway (where the loss is half of that before) and after, " +
			"eigenvalues are taken of the mean Jacobian over the learned steps, of that at the fixed point, and of the " +
			"product over a period (Floquet multipliers), and the network runs freely beyond what it has learned.",
		Citation: "Williams, Payeur, Ryoo, Jiralerspong, Perich, Mazzucato, Lajoie (2025), ICLR, arXiv:2407.00957",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "quick", Doc: "a cosine, in 500 updates", Set: map[string]string{"tasks": "cosine", "updates": "500"}},
			{Name: "relu", Doc: "rectified units", Set: map[string]string{"activation": "relu", "gain": "1.2", "rate_bias": "0.003"}},
		},
		Headline: headline,
		Figure:   experiment.FigureOf(figure),
		Expect:   expect,
		Verify: []experiment.Verification{
			{Name: "tanh", Seeds: "1..5", Takes: "1 min on two cores"},
			{Name: "relu", Preset: "relu", Seeds: "1..5", Takes: "1 min on two cores"},
		},
		Check: check,
		Run:   run,
	}
}

func params() []experiment.Param {
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	return []experiment.Param{
		{Key: "tasks", Kind: experiment.Words, Default: []string{"cosine", "vanderpol"}, Choices: []string{"cosine", "vanderpol"}, Doc: "what is learned"},
		{Key: "learns", Kind: experiment.Words, Default: []string{learnsBias, learnsAll}, Choices: []string{learnsBias, learnsAll}, Doc: "biases alone, or recurrent weights too"},
		{Key: "units", Kind: experiment.Integer, Default: 200, Min: 2, Max: 2000, Doc: "recurrent units"},
		{Key: "activation", Kind: experiment.Choice, Default: "tanh", Choices: []string{"tanh", "relu"}, Doc: "φ"},
		positive("leak", "", 1, 1, "α, the time step over the time constant of a unit"),
		number("gain", "", 1, 0, 10, "standard deviation of recurrent weights, over 1/√units"),
		positive("readout_gain", "", 1, 100, "standard deviation of the readout's weights, over 1/√units"),
		number("bias_sd", "", 0, 0, 10, "standard deviation of biases before learning"),
		number("start_sd", "", 1, 0, 10, "standard deviation of what the initial state is φ of"),
		number("period", "", 25, 4, 1000, "of the cosine, steps"),
		number("mu", "", 1, 0.1, 5, "μ of the van der Pol oscillator: 0.1 is nearly a sine, 5 has jumps"),
		number("vanderpol_step", "", 0.2, 0.01, 1, "time of the oscillator that a step of the network stands for; small oscillations have the period 2π"),
		{Key: "steps", Kind: experiment.Integer, Default: 100, Min: 4, Max: 5000, Doc: "that are learned, from the initial state on"},
		{Key: "free_steps", Kind: experiment.Integer, Default: 1000, Min: 10, Max: 100_000, Doc: "that the network goes on for, to see what it has learned"},
		{Key: "other_starts", Kind: experiment.Integer, Default: 20, Min: 0, Max: 1000, Doc: "other initial states from which it is looked whether the cycle attracts"},
		{Key: "updates", Kind: experiment.Integer, Default: 3000, Min: 1, Max: 1_000_000, Doc: "of Adam, each of one run"},
		positive("rate_bias", "", 0.01, 1, "learning rate of biases; it falls to 0 as half a cosine"),
		positive("rate_weights", "", 1e-4, 1, "that of recurrent weights, where they learn: by default a unit, of 200 inputs of order 1/2, is changed as much as by its bias"),
	}
}

// targets makes what is to be learned, with the free steps.
func targets(v *experiment.Values) (all []target) {
	steps := v.Int("steps") + v.Int("free_steps")
	for _, task := range v.Words("tasks") {
		if task == "cosine" {
			all = append(all, cosine(v.Float("period"), steps))
		} else {
			all = append(all, vanDerPol(v.Float("mu"), v.Float("vanderpol_step"), steps))
		}
	}
	return all
}

func check(v *experiment.Values) error {
	for _, g := range targets(v) {
		if p := g.period; float64(v.Int("steps")) < p {
			return experiment.Inputf("steps: %d, want a period of the %s, %.4g steps, or more", v.Int("steps"), g.name, p)
		} else if float64(v.Int("free_steps")) < freeCycles*p {
			return experiment.Inputf("free_steps: %d, want %d periods of the %s, %.4g steps, or more", v.Int("free_steps"), freeCycles, g.name, freeCycles*p)
		}
	}
	return nil
}

// freeCycles is the least number of periods of a free run: in its last half there have
// to be lastCycles whole ones.
const freeCycles = 2 * (lastCycles + 2)

// run has the networks learn side by side, each by one worker.
func run(ctx context.Context, r *experiment.Run) error {
	var all []*learner
	p := newProtocol(r.Values, r.Seed)
	for _, g := range targets(r.Values) {
		for _, learns := range r.Values.Words("learns") {
			all = append(all, newLearner(p, g, learns == learnsAll))
		}
	}
	for _, l := range all {
		defer l.close()
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	var mu sync.Mutex
	done := make([]int, len(all))
	side := pool.New().WithErrors().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(r.Workers)
	for i, l := range all {
		name := l.result.name()
		side.Go(func(ctx context.Context) error {
			return l.run(ctx, func(updates int) {
				mu.Lock()
				defer mu.Unlock()
				done[i] = updates
				sum := 0
				for _, n := range done {
					sum += n
				}
				r.Progress.Count(float64(sum), float64(len(all)*p.updates), "updates", name)
			})
		})
	}
	if err := side.Wait(); err != nil {
		return err
	}
	m := newMetrics(all)
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
