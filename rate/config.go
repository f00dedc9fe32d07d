package rate

import (
	"slices"

	"github.com/apical-sim/apical/internal/check"
)

// Config describes a network and how it learns.
type Config struct {
	// Input is the shape of an example; Classes is the number of output units, ≥ 2.
	Input   Shape
	Classes int
	// Hidden are the layers between, from the bottom up; there may be none.
	Hidden []Hidden
	// Activation is that of hidden units.
	Activation Activation
	// Loss is what the output is trained for.
	Loss Loss
	// Rule is how hidden layers are told, Feedback through which weights.
	Rule     Rule
	Feedback Feedback
	Learning Learning
	// WeightGain g sets the standard deviation of initial forward weights,
	// g √(2/(in + out)) (Glorot and Bengio 2010), > 0. Biases begin at 0.
	WeightGain float64
	// FeedbackSD is the standard deviation of initial feedback weights where they are
	// drawn, ≥ 0.
	FeedbackSD float64
	// Batch is the greatest number of examples that are learned from at once, ≥ 1.
	Batch int
	// Seed of all that is drawn.
	Seed uint64
	// Workers share the work, ≥ 1; they change no bit.
	Workers int
}

// Validate reports all that is wrong, each with its field.
func (c *Config) Validate() error {
	var l check.List
	c.validateShapes(&l)
	if c.Classes < 2 || c.Classes > 256 {
		l.Addf("classes", "%d, want 2 to 256", c.Classes)
	}
	if c.Activation != Sigmoid && c.Activation != ReLU {
		l.Addf("activation", "%q, want %s or %s", c.Activation, Sigmoid, ReLU)
	}
	if c.Loss != SquaredError && c.Loss != CrossEntropy {
		l.Addf("loss", "%q, want %s or %s", c.Loss, SquaredError, CrossEntropy)
	}
	if c.Rule == nil {
		l.Addf("rule", "is missing")
	} else {
		l.Merge("rule", c.Rule.Validate())
		if !slices.Contains(c.Rule.Feedbacks(), c.Feedback) {
			l.Addf("feedback", "%q, %s has %v", c.Feedback, c.Rule.Name(), c.Rule.Feedbacks())
		}
	}
	l.NotNegative("learning.hidden_rate", c.Learning.HiddenRate)
	l.NotNegative("learning.output_rate", c.Learning.OutputRate)
	below1(&l, "learning.momentum", c.Learning.Momentum)
	below1(&l, "learning.decay", c.Learning.Decay)
	l.Positive("weight_gain", c.WeightGain)
	l.NotNegative("feedback_sd", c.FeedbackSD)
	if c.Batch < 1 {
		l.Addf("batch", "%d, want at least 1", c.Batch)
	}
	if c.Workers < 1 {
		l.Addf("workers", "%d, want at least 1", c.Workers)
	}
	return l.Err()
}

// validateShapes goes up the layers as far as their shapes are known: to the first that
// does not fit.
func (c *Config) validateShapes(l *check.List) {
	units := int64(1)
	for _, n := range []int{c.Input.Channels, c.Input.Height, c.Input.Width} {
		units *= int64(n)
		if n < 1 || n > mostUnits || units > mostUnits {
			l.Addf("input", "%d × %d × %d units, want 1 to %d", c.Input.Channels, c.Input.Height, c.Input.Width, mostUnits)
			return
		}
	}
	if _, err := Shapes(c.Input, c.Hidden); err != nil {
		l.Addf("hidden", "%w", err)
	}
}

func below1(l *check.List, field string, v float64) {
	if !(v >= 0 && v < 1) {
		l.Addf(field, "%v, want 0 ≤ %s < 1", v, field)
	}
}
