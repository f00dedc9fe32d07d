package images

import (
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// MaxDepth is the greatest number of hidden layers.
const MaxDepth = 8

// ruleWord stands for what the rule brings.
const ruleWord = "rule"

// RuleNames are those of all rules, FeedbackNames the modes that any of them has, in
// the order of the rules.
func RuleNames() (names []string) {
	for _, r := range rate.Rules() {
		names = append(names, r.Name())
	}
	return names
}

// FeedbackNames: see RuleNames.
func FeedbackNames() (names []string) {
	for _, r := range rate.Rules() {
		for _, f := range r.Feedbacks() {
			if !slices.Contains(names, string(f)) {
				names = append(names, string(f))
			}
		}
	}
	return names
}

// RuleParams say by which rule a network learns: rule and feedback.
func RuleParams() []experiment.Param {
	return []experiment.Param{
		{Key: "rule", Kind: experiment.Choice, Flag: true, Default: "burstprop", Choices: RuleNames(), Doc: "learning rule"},
		{Key: "feedback", Kind: experiment.Choice, Flag: true, Default: ruleWord, Choices: append([]string{ruleWord}, FeedbackNames()...),
			Doc: "through which weights a layer is told what the one above does; rule: the rule's first below"},
	}
}

// LearningParams are what a rule brings and what may be said otherwise. Each is an
// Optional: without a value it is the rule's.
func LearningParams() []experiment.Param {
	optional := func(key string, low, high float64, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Optional, Empty: ruleWord, Min: low, Max: high, Doc: doc}
	}
	below := func(q experiment.Param) experiment.Param { q.OpenMax = true; return q }
	above := func(q experiment.Param) experiment.Param { q.OpenMin = true; return q }
	return []experiment.Param{
		optional("rate_hidden", 0, 1e3, "learning rate of hidden layers, for the sum or the mean over a minibatch as the rule has it"),
		optional("rate_output", 0, 1e3, "learning rate of the output layer, likewise"),
		below(optional("momentum", 0, 1, "part of the last change that is added to the next")),
		below(optional("decay", 0, 1, "part of each weight that a minibatch takes away, not multiplied by the rates")),
		above(optional("weight_gain", 0, 100, "standard deviation of initial forward weights, in units of √(2/(in + out)); the rule bp has 1 with feedback that is not tied")),
		optional("feedback_sd", 0, 100, "standard deviation of initial feedback weights, where they are drawn"),
		below(above(optional("p0", 0, 1, "burst probability without teacher: of the output (burstprop, at most 0.5), of all units (burstccn)"))),
		optional("rate_z", 0, 1, "learning rate of the recurrent input of dendrites, which keeps them in their linear range; 0 and width_z 0 for none (burstprop)"),
		optional("width_z", 0, 10, "initial weights of the recurrent input are between this and its negative (burstprop)"),
		above(optional("error_scale", 0, 1e3, "by how much the teacher changes burst probabilities; divided out of what is learned (burstccn)")),
		optional("rate_q", 0, 1e3, "learning rate of cancelling weights with feedback learned-q (burstccn)"),
		optional("rate_y", 0, 1e3, "learning rate of feedback weights with feedback learned-y (burstccn)"),
		optional("cancelling_sd", 0, 100, "standard deviation of initial cancelling weights; 0 has them begin as p0 times the feedback weights (burstccn)"),
		optional("follow_share", 0, 10, "part of the changes of forward weights that feedback weights receive with kolen-pollack; 0 gives them the very changes (burstccn)"),
		below(optional("follow_momentum", 0, 1, "momentum of feedback weights with kolen-pollack, where follow_share is not 0 (burstccn)")),
		above(optional("perturbation_sd", 0, 1, "standard deviation of the noise, in units of a unit's input, at least 1e-6 (node-perturbation)")),
	}
}

// NetworkParams are what all rules share.
func NetworkParams() []experiment.Param {
	return []experiment.Param{
		{Key: "activation", Kind: experiment.Choice, Default: string(rate.Sigmoid), Choices: []string{string(rate.Sigmoid), string(rate.ReLU)}, Doc: "event rate of a hidden unit by its input"},
		{Key: "loss", Kind: experiment.Choice, Default: string(rate.SquaredError), Choices: []string{string(rate.SquaredError), string(rate.CrossEntropy)},
			Doc: "what the output is trained for; its units are sigmoid, or softmax with cross-entropy"},
		{Key: "batch", Kind: experiment.Integer, Default: 32, Min: 1, Max: 1e4, Doc: "examples of a minibatch"},
		{Key: "rest_epochs", Kind: experiment.Integer, Default: 0, Min: 0, Max: 1e4, Doc: "epochs without teacher before the first, in which feedback alone learns to cancel (burstccn with learned-q or learned-y)"},
	}
}

// DataParams say what is learned from, for how long, and how credit is measured.
func DataParams(name string, epochs int) []experiment.Param {
	return append(ExampleParams(name, epochs, 0, 0), []experiment.Param{
		{Key: "angle_batches", Kind: experiment.Integer, Default: 20, Min: 0, Max: 1e6, Doc: "minibatches of each epoch, evenly spaced, that angles are taken from"},
		{Key: "path_examples", Kind: experiment.Integer, Default: 4, Min: 0, Max: 1e4, Doc: "test examples on which the linearity of the feedback path is measured after each epoch, each with 250 perturbations or more; 0 for none"},
		{Key: "error_examples", Kind: experiment.Integer, Default: 256, Min: 0, Max: 1e4, Doc: "test examples over which the dimensions of errors are taken after each epoch; 0 for none"},
	}...)
}

// ExampleParams say what is learned from, how much of it, and for how long.
func ExampleParams(name string, epochs, train, test int) []experiment.Param {
	return []experiment.Param{
		{Key: "epochs", Kind: experiment.Integer, Flag: true, Grows: true, Default: epochs, Min: 0, Max: 1e5, Doc: "how often every training example is shown"},
		{Key: "data", Kind: experiment.Text, Flag: true, Default: name, Doc: "data set: a name that 'apical data list' shows, or a directory"},
		{Key: "train_examples", Kind: experiment.Integer, Default: train, Min: 0, Max: 1e7, Doc: "how many training examples are used, the first of the file; 0 for all"},
		{Key: "test_examples", Kind: experiment.Integer, Default: test, Min: 0, Max: 1e7, Doc: "how many test examples are used, the first of the file; 0 for all"},
	}
}
