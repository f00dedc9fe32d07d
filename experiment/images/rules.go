package images

import (
	"slices"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/rate"
)

// ruleNamed gives a rule with its own parameters.
func ruleNamed(name string) (r rate.Rule, ok bool) {
	for _, r := range rate.Rules() {
		if r.Name() == name {
			return r, true
		}
	}
	return nil, false
}

// asBrought is a network as a rule brings it, without layers and data. Backpropagation
// through tied weights has the gain of the baseline in burstprop's program, without
// which deep and wide networks stall; with other weights it would drown what feedback
// alignment adds. Feedback weights are those of burstprop's program for MNIST, and for
// other rules those of BurstCCN's notebook.
func asBrought(rule rate.Rule, feedback rate.Feedback) rate.Config {
	c := rate.Config{Rule: rule, Feedback: feedback, Learning: rule.Learning(), WeightGain: 1, FeedbackSD: 0.5}
	switch rule.(type) {
	case rate.Backprop:
		if feedback == rate.Tied {
			c.WeightGain = 3.6
		}
	case rate.Burstprop:
		c.FeedbackSD = 1
	}
	return c
}

// adjust changes each number of LearningParams that a configuration has: change gets
// its key and where it is, nil if the rule has no such number.
func adjust(c *rate.Config, change func(key string, x *float64)) {
	numbers := map[string]*float64{
		"rate_hidden": &c.Learning.HiddenRate, "rate_output": &c.Learning.OutputRate,
		"momentum": &c.Learning.Momentum, "decay": &c.Learning.Decay,
		"weight_gain": &c.WeightGain, "feedback_sd": &c.FeedbackSD,
	}
	put := func() {}
	switch r := c.Rule.(type) {
	case rate.Burstprop:
		numbers["p0"], numbers["rate_z"], numbers["width_z"] = &r.P0, &r.RateZ, &r.WidthZ
		put = func() {
			r.Recurrent = r.RateZ != 0 || r.WidthZ != 0
			c.Rule = r
		}
	case rate.BurstCCN:
		numbers["p0"], numbers["error_scale"] = &r.P0, &r.ErrorScale
		numbers["rate_q"], numbers["rate_y"], numbers["cancelling_sd"] = &r.RateQ, &r.RateY, &r.DeviationQ
		numbers["follow_share"], numbers["follow_momentum"] = &r.FollowShare, &r.FollowMomentum
		put = func() { c.Rule = r }
	case rate.NodePerturbation:
		numbers["perturbation_sd"] = &r.SD
		put = func() { c.Rule = r }
	}
	for _, q := range LearningParams() {
		change(q.Key, numbers[q.Key])
	}
	put()
}

// Config is a network as a rule and a feedback bring it, with what the values of
// LearningParams and NetworkParams say. Input, hidden layers, seed and workers are
// left out. Its error is an *experiment.InputError.
func Config(v *experiment.Values, ruleName, feedback string) (rate.Config, error) {
	rule, ok := ruleNamed(ruleName)
	if !ok {
		return rate.Config{}, experiment.Inputf("rule: %q, want one of %s", ruleName, strings.Join(RuleNames(), ", "))
	}
	modes := rule.Feedbacks()
	if feedback == ruleWord {
		feedback = string(modes[0])
	}
	if !slices.Contains(modes, rate.Feedback(feedback)) {
		return rate.Config{}, experiment.Inputf("feedback: %s has no %s, want one of %s", ruleName, feedback, join(modes))
	}
	c := asBrought(rule, rate.Feedback(feedback))
	c.Activation, c.Loss, c.Batch = rate.Activation(v.String("activation")), rate.Loss(v.String("loss")), v.Int("batch")
	var strange []string
	adjust(&c, func(key string, x *float64) {
		if !v.Has(key) {
			return
		}
		value, given := v.Number(key)
		switch {
		case !given:
		case x == nil:
			strange = append(strange, key)
		default:
			*x = value
		}
	})
	if len(strange) > 0 {
		return c, experiment.Inputf("%s: %s has no such number; the table of 'apical describe' says which rule has", strings.Join(strange, ", "), ruleName)
	}
	if err := c.Rule.Validate(); err != nil {
		return c, experiment.Inputf("%s: %v", ruleName, err)
	}
	return c, nil
}

// Numbers are what a configuration has of LearningParams, by their keys.
func Numbers(c rate.Config) map[string]float64 {
	all := map[string]float64{}
	adjust(&c, func(key string, x *float64) {
		if x != nil {
			all[key] = *x
		}
	})
	return all
}

// RulesTable is what each rule brings, for describe: a row a parameter.
func RulesTable() experiment.Table {
	rules := rate.Rules()
	t := experiment.Table{Title: "What the word " + ruleWord + " stands for", Columns: []string{"KEY"}}
	modes, over := []string{"feedback"}, []string{"rates are of the"}
	var numbers []map[string]float64
	for _, r := range rules {
		t.Columns = append(t.Columns, strings.ToUpper(r.Name()))
		modes = append(modes, string(r.Feedbacks()[0]))
		over = append(over, map[bool]string{false: "sum", true: "mean"}[r.Learning().Mean])
		numbers = append(numbers, Numbers(asBrought(r, r.Feedbacks()[0])))
	}
	t.Rows = append(t.Rows, modes, over)
	for _, q := range LearningParams() {
		row := []string{q.Key}
		for i := range rules {
			if x, ok := numbers[i][q.Key]; ok {
				row = append(row, strconv.FormatFloat(x, 'g', -1, 64))
			} else {
				row = append(row, "-")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// FeedbackTable is the modes that each rule has, for describe.
func FeedbackTable() experiment.Table {
	t := experiment.Table{Title: "Rules, and the feedback that each has", Columns: []string{"RULE", "FEEDBACK", "MEANING"}}
	for _, r := range rate.Rules() {
		t.Rows = append(t.Rows, []string{r.Name(), join(r.Feedbacks()), r.Doc()})
	}
	return t
}

func join(modes []rate.Feedback) string {
	words := make([]string, len(modes))
	for i, f := range modes {
		words[i] = string(f)
	}
	return strings.Join(words, ", ")
}

// Has tells whether a rule has a mode of feedback.
func Has(rule, feedback string) bool {
	r, ok := ruleNamed(rule)
	return ok && slices.Contains(r.Feedbacks(), rate.Feedback(feedback))
}
