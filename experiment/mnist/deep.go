package mnist

import (
	"github.com/apical-sim/apical/experiment"
)

// deepBurstprop is burstprop at full length; its rates are the best of those tried
// (docs/experiments/mnist.md).
func deepBurstprop() experiment.Preset {
	return experiment.Preset{Name: "deep-burstprop", Doc: "burstprop, three hidden layers of 500 units, all images, 60 epochs", Set: map[string]string{
		"rule": "burstprop", "feedback": "kolen-pollack", "depth": "3", "hidden": "500", "epochs": "60",
		"rate_hidden": "0.3", "rate_output": "0.03", "momentum": "0", "feedback_sd": "0.3"}}
}

// deepBurstCCN is BurstCCN at full length, likewise.
func deepBurstCCN() experiment.Preset {
	return experiment.Preset{Name: "deep-burstccn", Doc: "BurstCCN, three hidden layers of 500 units, all images, 50 epochs", Set: map[string]string{
		"rule": "burstccn", "feedback": "kolen-pollack", "depth": "3", "hidden": "500", "epochs": "50",
		"rate_hidden": "0.3", "rate_output": "0.3", "momentum": "0.5", "feedback_sd": "0.5"}}
}

// deepErrorPct is the test error that networks without convolutions are held to in the
// literature on these rules.
const deepErrorPct = 2

// expectDeep is what the presets at full length have to reach.
func expectDeep(v *experiment.Values) []experiment.Expectation {
	for _, p := range []experiment.Preset{deepBurstprop(), deepBurstCCN()} {
		if equal(v, p.Set) {
			return []experiment.Expectation{{Path: "last.test.error_pct", Doc: "test error after the last epoch", Unit: "%",
				Reference: deepErrorPct, Low: 0, High: deepErrorPct, Source: "what networks of this kind are held to (docs/experiments/mnist.md)"}}
		}
	}
	return nil
}

// verifyDeep are the presets at full length.
func verifyDeep() []experiment.Verification {
	return []experiment.Verification{
		{Name: "deep-burstprop", Preset: deepBurstprop().Name, Seeds: "1", Takes: "10 min"},
		{Name: "deep-burstccn", Preset: deepBurstCCN().Name, Seeds: "1", Takes: "5 min"},
	}
}
