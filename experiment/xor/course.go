package xor

import "github.com/apical-sim/apical/sim"

// Course is four examples shown one after the other, in bins of a twentieth of an
// example. Burst probability is the burst rate over the event rate.
type Course struct {
	// Inputs are the examples in the order shown.
	Inputs []string `json:"inputs"`
	BinS   float64  `json:"bin_s"`
	// EventRateHz and BurstRateHz by population, per neuron, a value a bin.
	EventRateHz map[string][]float64 `json:"event_rate_hz"`
	BurstRateHz map[string][]float64 `json:"burst_rate_hz"`
}

// Window is a course within the training.
type Window struct {
	// Epoch counts from 1.
	Epoch int `json:"epoch"`
	Course
	// TeacherPA is the current into the output's dendrites, mean over neurons and
	// the bin, pA.
	TeacherPA []float64 `json:"teacher_pa"`
}

// windowEpoch is the epoch, from 1, whose course the publication shows; a shorter
// training shows its last whole epoch.
const windowEpoch = 100

// Contrast is how the bursts of an example's learning part differ from those of
// its prediction. Only bins that lie within a part count, and the prediction
// leaves out the first fifth of the example: nil where nothing is left.
type Contrast struct {
	Input string `json:"input"`
	// By population, %.
	PredictionPct map[string]*float64 `json:"prediction_burst_probability_pct"`
	LearningPct   map[string]*float64 `json:"learning_burst_probability_pct"`
	// ChangePct is the second less the first, percentage points.
	ChangePct map[string]*float64 `json:"burst_probability_change_pct"`
}

// add appends an example, whose bins are those of a population in order.
func (c *Course) add(e example, bins []sim.RateBin, stepsPerSecond int64) {
	if c.EventRateHz == nil {
		c.EventRateHz, c.BurstRateHz = map[string][]float64{}, map[string][]float64{}
	}
	c.Inputs = append(c.Inputs, e.name)
	for _, b := range bins {
		name := populationNames[b.Population]
		c.BinS = float64(b.To-b.From) / float64(stepsPerSecond)
		c.EventRateHz[name] = append(c.EventRateHz[name], b.EventRateHz(stepsPerSecond))
		bursts := float64(b.Bursts) / (c.BinS * float64(b.Neurons))
		c.BurstRateHz[name] = append(c.BurstRateHz[name], bursts)
	}
}

// teach appends the teacher of an example of the given steps, who gives current
// (pA) in the last learn of them.
func (w *Window) teach(current float64, steps, learn int64) {
	bin := steps / BinsPerExample
	for k := range int64(BinsPerExample) {
		taught := min(max((k+1)*bin-(steps-learn), 0), bin)
		w.TeacherPA = append(w.TeacherPA, current*float64(taught)/float64(bin))
	}
}

// contrast compares the two parts of an example.
func contrast(e example, bins []sim.RateBin, steps, learn int64) Contrast {
	prediction := count(bins, settledBins*(steps/BinsPerExample), steps-learn)
	learning := count(bins, steps-learn, steps)
	c := Contrast{Input: e.name, PredictionPct: prediction.burstProbability(), LearningPct: learning.burstProbability(),
		ChangePct: map[string]*float64{}}
	for _, name := range populationNames {
		c.ChangePct[name] = nil
		if before, after := c.PredictionPct[name], c.LearningPct[name]; before != nil && after != nil {
			change := *after - *before
			c.ChangePct[name] = &change
		}
	}
	return c
}
