package depth

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/images"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Networks by "rule feedback depth".
	Networks map[string]*Network `json:"networks"`
	// Order is that in which they were asked for.
	Order []string `json:"order"`
	// GrowthDeg by "rule feedback" is what depth adds to the mean angle between signal and
	// backpropagation, degrees.
	GrowthDeg map[string]float64 `json:"growth_deg"`
	// LeftOut are the combinations of rule and feedback that there are not.
	LeftOut []string `json:"left_out"`
}

// Network is what became of one network.
type Network struct {
	Rule     string `json:"rule"`
	Feedback string `json:"feedback"`
	Depth    int    `json:"depth"`
	// Test and Train are those of the last epoch; Train is nil if there was none.
	Test  images.Score  `json:"test"`
	Train *images.Score `json:"train,omitempty"`
	// TestErrorPct is that of each epoch, beginning before any learning.
	TestErrorPct []float64 `json:"test_error_pct"`
	// Credit is that of the last epoch.
	Credit images.Credit `json:"credit"`
	// MeanDeltaDeg is the mean over hidden layers of the angle between signal and
	// backpropagation, MeanSymmetryDeg of that between feedback and forward weights,
	// degrees.
	MeanDeltaDeg    *float64 `json:"mean_delta_deg,omitempty"`
	MeanSymmetryDeg *float64 `json:"mean_symmetry_deg,omitempty"`
	// GreatestDeltaDeg is that of the layer whose signal is farthest off.
	GreatestDeltaDeg *float64 `json:"greatest_delta_deg,omitempty"`
	// Linearity is rate.Network.FeedbackCorrelation of each hidden layer from the bottom
	// up after the last epoch; of rules with bursts.
	Linearity []*float64 `json:"linearity,omitempty"`
}

func newNetwork(c cell, history []images.Epoch, linearity []float64) *Network {
	last := history[len(history)-1]
	n := &Network{Rule: c.config.Rule.Name(), Feedback: string(c.config.Feedback), Depth: c.depth,
		Test: last.Test, Train: last.Train, Credit: last.Credit}
	for _, e := range history {
		n.TestErrorPct = append(n.TestErrorPct, e.Test.ErrorPct)
	}
	n.MeanDeltaDeg, n.GreatestDeltaDeg = meanAndGreatest(last.Credit, func(l images.LayerCredit) *float64 { return l.DeltaDeg })
	n.MeanSymmetryDeg, _ = meanAndGreatest(last.Credit, func(l images.LayerCredit) *float64 { return l.SymmetryDeg })
	for _, x := range linearity {
		n.Linearity = append(n.Linearity, experiment.Finite(x))
	}
	return n
}

// meanAndGreatest are those of an angle of all hidden layers; nil if one has none.
func meanAndGreatest(c images.Credit, of func(images.LayerCredit) *float64) (mean, greatest *float64) {
	var sum, most float64
	for _, l := range c.Layers {
		x := of(l)
		if x == nil {
			return nil, nil
		}
		sum, most = sum+*x, max(most, *x)
	}
	if len(c.Layers) == 0 {
		return nil, nil
	}
	sum /= float64(len(c.Layers))
	return &sum, &most
}

func (n *Network) name() string { return fmt.Sprintf("%s %s %d", n.Rule, n.Feedback, n.Depth) }

func newMetrics(networks []*Network, leftOut []string) *Metrics {
	m := &Metrics{Networks: map[string]*Network{}, GrowthDeg: growth(networks), LeftOut: append([]string{}, leftOut...)}
	for _, n := range networks {
		m.Networks[n.name()] = n
		m.Order = append(m.Order, n.name())
	}
	return m
}

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	deepest := 0
	for _, n := range m.Networks {
		deepest = max(deepest, n.Depth)
	}
	fmt.Fprint(t, "rule\tfeedback\thidden layers\ttraining error %\ttest error %")
	if deepest > 0 {
		fmt.Fprint(t, "\tangle to backpropagation of hidden 1, 2, … (°)\tlinearity of its feedback")
	}
	fmt.Fprintln(t)
	for _, name := range m.Order {
		n := m.Networks[name]
		train := "-"
		if n.Train != nil {
			train = fmt.Sprintf("%.2f", n.Train.ErrorPct)
		}
		var angles []string
		for _, l := range n.Credit.Layers {
			if l.DeltaDeg != nil {
				angles = append(angles, fmt.Sprintf("%.1f", *l.DeltaDeg))
			}
		}
		var linear []string
		for _, x := range n.Linearity {
			if x != nil {
				linear = append(linear, fmt.Sprintf("%.3f", *x))
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%.2f\t%s\t%s\n", n.Rule, n.Feedback, n.Depth, train, n.Test.ErrorPct,
			strings.Join(angles, " "), strings.Join(linear, " "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(m.LeftOut) > 0 {
		_, err := fmt.Fprintf(w, "\nLeft out, since the rule has no such feedback: %s.\n", strings.Join(m.LeftOut, ", "))
		return err
	}
	return nil
}

// line is the networks of one rule and one feedback, by depth.
type line struct {
	label, rule, feedback string
	depths                []float64
	names                 []string
}

// lines groups the networks.
func (m *Metrics) lines() (all []line) {
	for _, name := range m.Order {
		n := m.Networks[name]
		label := n.Rule + ", " + n.Feedback
		i := slices.IndexFunc(all, func(l line) bool { return l.label == label })
		if i < 0 {
			i = len(all)
			all = append(all, line{label: label, rule: n.Rule, feedback: n.Feedback})
		}
		all[i].depths = append(all[i].depths, float64(n.Depth))
		all[i].names = append(all[i].names, name)
	}
	return all
}
