package mnist

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
)

// calibration is the preset with which the reference was measured.
func calibration() experiment.Preset {
	return experiment.Preset{Name: "calibration", Doc: "as the reference was measured: hidden layers of 100 units, 10 000 images, three epochs", Set: map[string]string{
		"depth": "1", "hidden": "100", "train_examples": "10000", "epochs": "3", "weight_gain": "1"}}
}

// row is a network of the calibration: what is set beside the preset, and what came out
// in an independent program, with one seed.
type row struct {
	name string
	set  map[string]string
	// errors are those of the test after epochs 1, 2, 3, %.
	errors [3]number
	// delta and symmetry are angles of hidden layers from the bottom up, degrees, means
	// over epoch 3.
	delta, symmetry []number
}

// number is a reference, and the standard deviation over seeds 1 to 5 of ours.
type number struct{ reference, sd float64 }

// tolerances are those of a difference of no interest: two points, five degrees.
const (
	tolerancePct = 2
	toleranceDeg = 5
)

// band bounds the mean of five seeds: the tolerance to each side, or where networks
// differ more between seeds, three standard errors of the difference between the
// reference, which is one seed, and that mean, 3 sd √(1 + 1/5). Where that is more than
// three times the tolerance, one seed cannot tell, and the band is open.
func (n number) band(tolerance float64) (low, high float64) {
	width := max(tolerance, 3*n.sd*math.Sqrt(1+1.0/5))
	if width > 3*tolerance {
		return math.Inf(-1), math.Inf(1)
	}
	return max(n.reference-width, 0), n.reference + width
}

// within expects the number of the calibration.
func (n number) within(path, doc, unit string, tolerance float64) experiment.Expectation {
	low, high := n.band(tolerance)
	return experiment.Expectation{Path: path, Doc: doc, Unit: unit, Reference: n.reference, Low: low, High: high, Source: source}.Over(5)
}

const source = "one seed of an independent program of the same equations (docs/experiments/mnist.md)"

// expect are the numbers of the calibration's network with these values, if there is
// one, and what is known of its angles without any reference.
func expect(v *experiment.Values) (all []experiment.Expectation) {
	for _, r := range rows() {
		if !r.matches(v) {
			continue
		}
		for k, n := range r.errors {
			all = append(all, n.within(fmt.Sprintf("epochs.%d.test.error_pct", k+1),
				fmt.Sprintf("test error after epoch %d", k+1), "%", tolerancePct))
		}
		for k, n := range r.delta {
			all = append(all, n.within(fmt.Sprintf("epochs.3.credit.layers.%d.delta_deg", k),
				fmt.Sprintf("signal of hidden layer %d to backpropagation", k+1), "°", toleranceDeg))
		}
		for k, n := range r.symmetry {
			all = append(all, n.within(fmt.Sprintf("epochs.3.credit.layers.%d.symmetry_deg", k),
				fmt.Sprintf("feedback to forward weights of hidden layer %d", k+1), "°", toleranceDeg))
		}
	}
	all = append(all, expectDeep(v)...)
	return append(all, byTheory(v)...)
}

// taughtPct is the greatest error of the calibration's networks with one hidden layer
// after epoch 3, without Kolen–Pollack's rates.
const taughtPct = 8.7

// byTheory are the angles that follow from the equations.
func byTheory(v *experiment.Values) (all []experiment.Expectation) {
	hidden, err := layers(v)
	depth, rule, feedback := len(hidden), v.String("rule"), v.String("feedback")
	if err != nil || depth == 0 || v.Int("angle_batches") == 0 || v.Int("epochs") == 0 {
		return nil
	}
	path := "last.credit.layers.0.delta_deg"
	below := func(most float64, why string) {
		all = append(all, experiment.Expectation{Path: path, Doc: "greatest angle of the lowest layer", Unit: "°", Reference: 0, Low: 0, High: most, Source: why})
	}
	tied := feedback == "tied" || feedback == "rule" && rule == "bp"
	switch {
	case tied && rule == "bp":
		below(1e-5, "the same products; acos of 1 rounded to 1 − 1e-16 is 1e-6 degrees")
	case tied && rule == "burstccn":
		below(0.1, "Q cancels Y, so what is left is the teacher's, to first order")
	case tied && rule == "burstprop":
		below(2, "dendrites in their linear range")
	case feedback == "zero" && rule != "node-perturbation":
		all = append(all, experiment.Expectation{Path: path, Doc: "angle of a layer that is told nothing", Unit: "°", Reference: 90, Low: 90, High: 90,
			Source: "a vector of length zero counts as 90°"})
		control := calibration().Set
		control["rule"], control["feedback"] = rule, feedback
		if equal(v, control) {
			all = append(all, experiment.Expectation{Path: "epochs.3.test.error_pct", Doc: "test error where hidden layers are told nothing", Unit: "%",
				Reference: math.NaN(), Low: 2 * taughtPct, High: 100, Source: "twice what the rules reach with feedback (docs/experiments/mnist.md)"}.Over(5))
		}
	}
	return all
}

// matches tells whether the values are those of the row.
func (r row) matches(v *experiment.Values) bool {
	want := calibration().Set
	maps.Copy(want, r.set)
	return equal(v, want)
}

// equal tells whether the values are the defaults but for those of set, wherever the
// data are.
func equal(v *experiment.Values, set map[string]string) bool {
	return !slices.ContainsFunc(params(), func(q experiment.Param) bool {
		text := q.DefaultText()
		if given, ok := set[q.Key]; ok {
			x, err := q.Parse(given)
			if err != nil {
				return true
			}
			text = q.Format(x)
		}
		return q.Key != "data" && v.Text(q.Key) != text
	})
}

// verifications are the networks of the calibration, and controls without feedback.
func verifications() (all []experiment.Verification) {
	sets := func(set map[string]string) (list []string) {
		for _, key := range slices.Sorted(maps.Keys(set)) {
			list = append(list, key+"="+set[key])
		}
		return list
	}
	for _, r := range rows() {
		all = append(all, experiment.Verification{Name: r.name, Preset: calibration().Name, Set: sets(r.set), Seeds: "1..5", Takes: "seconds"})
	}
	for _, rule := range []string{"bp", "burstprop", "burstccn"} {
		all = append(all, experiment.Verification{Name: rule + "-zero", Preset: calibration().Name,
			Set: []string{"rule=" + rule, "feedback=zero"}, Seeds: "1..5", Takes: "seconds"})
	}
	return append(all, verifyDeep()...)
}
