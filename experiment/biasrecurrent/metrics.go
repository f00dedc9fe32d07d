package biasrecurrent

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
)

// What a network may learn.
const (
	learnsBias = "bias"
	learnsAll  = "all"
)

// Metrics is what a run measures; it becomes metrics.json.
type Metrics struct {
	// Networks by task and what learns, as "cosine bias".
	Networks map[string]*Network `json:"networks"`
	// Order is that in which they were asked for.
	Order []string `json:"order"`
	// BiasOverAllLog10 by task is of the loss of the network of which biases alone have
	// learned over that of the one of which everything has.
	BiasOverAllLog10 map[string]*float64 `json:"bias_over_all_log10"`
	// SwappedLoss by task is the loss on it with the biases that have learned the other; W is
	// the same. Nil where it is beyond numbers. SwappedLog10 is of it over the loss after.
	SwappedLoss  map[string]*float64 `json:"swapped_loss"`
	SwappedLog10 map[string]*float64 `json:"swapped_over_after_log10"`
}

// Network is what became of one network.
type Network struct {
	Task   string `json:"task"`
	Learns string `json:"learns"`
	// TargetPeriodSteps is that of the system to be learned.
	TargetPeriodSteps float64 `json:"target_period_steps"`
	// LearnedSteps is how many steps the loss is taken over.
	LearnedSteps int `json:"learned_steps"`
	// LossFallLog10 is of the loss before over the loss after; Learned says that it fell to
	// a tenth or less.
	LossFallLog10 *float64 `json:"loss_fall_log10"`
	Learned       bool     `json:"learned"`
	// Nearer says that of the mean Jacobian's eigenvalues the nearest to exp(2πi/P), with P
	// the target's period, is clearly nearer after than before (Spectrum.Distance); Balanced
	// that Stage.MeanModulus is clearly nearer to 1.
	Nearer   bool `json:"nearer"`
	Balanced bool `json:"balanced"`
	// WeightsSHA256 is of all bits of W before; WeightsUnchanged says that they are the same
	// after.
	WeightsSHA256    string `json:"weights_sha256"`
	WeightsUnchanged bool   `json:"weights_unchanged"`
	// Before is without learning. Midway is the first update at which the loss is half of
	// that, nil if there is none.
	Before *Stage `json:"before"`
	Midway *Stage `json:"midway,omitempty"`
	After  *Stage `json:"after"`
	// ShuffledLoss is that after with the learned biases in random order.
	// ShuffledLog10 is of it over the loss after.
	ShuffledLoss  *float64 `json:"shuffled_loss"`
	ShuffledLog10 *float64 `json:"shuffled_over_after_log10"`
	// OtherStartsPct is how many of other initial states end on the target's cycle.
	OtherStartsPct *float64 `json:"other_starts_pct,omitempty"`
	// Target is what was to be shown: of each step all outputs, as in Stage.Output.
	Target []float64 `json:"target"`
	Curve  []Point   `json:"curve"`
	// Bias is that of each unit after.
	Bias []float64 `json:"bias"`
}

func (n *Network) name() string { return n.Task + " " + n.Learns }

// Stage is a network at one time of its learning.
type Stage struct {
	Updates int     `json:"updates"`
	Loss    float64 `json:"loss"`
	// Output is that of the steps that are learned and of some more that the network runs
	// freely: of each step all outputs, null where one is beyond numbers.
	Output []*float64 `json:"output"`
	Free   Free       `json:"free"`
	// Orbit is of the mean of the Jacobians over the steps that are learned, FixedPoint of
	// that at a fixed point, nil where none was found. Floquet is of the last period of the
	// free run.
	Orbit      *Spectrum `json:"orbit"`
	FixedPoint *Spectrum `json:"fixed_point"`
	Floquet    *Floquet  `json:"floquet"`
	// MeanModulus is of the moduli of the leading eigenvalues of the first two.
	MeanModulus *float64 `json:"mean_modulus"`
}

// Point is a point of a learning curve. Modulus and period are those of the leading
// eigenvalue of the mean Jacobian.
type Point struct {
	Updates     int      `json:"updates"`
	Loss        float64  `json:"loss"`
	Modulus     *float64 `json:"modulus"`
	PeriodSteps *float64 `json:"period_steps"`
}

// over is log10(a/b); nil if a is, or if it is beyond numbers.
func over(a *float64, b float64) *float64 {
	if a == nil {
		return nil
	}
	return experiment.Finite(math.Log10(*a) - math.Log10(b))
}

// clearly is the part that a distance falls to at least: rounding alone brings an
// eigenvalue nearer in every other seed.
const clearly = 0.9

// compare sets what is said of the loss and of the eigenvalues before and after.
func (n *Network) compare() {
	before, after := n.Before, n.After
	n.LossFallLog10 = over(&before.Loss, after.Loss)
	n.Learned = after.Loss <= before.Loss/10
	n.ShuffledLog10 = over(n.ShuffledLoss, after.Loss)
	if before.Orbit != nil && after.Orbit != nil {
		n.Nearer = after.Orbit.Distance <= clearly*before.Orbit.Distance
	}
	if b, a := before.MeanModulus, after.MeanModulus; b != nil && a != nil {
		n.Balanced = math.Abs(*a-1) <= clearly*math.Abs(*b-1)
	}
}

// newMetrics compares the networks of learners that have run.
func newMetrics(all []*learner) *Metrics {
	m := &Metrics{Networks: map[string]*Network{}, BiasOverAllLog10: map[string]*float64{},
		SwappedLoss: map[string]*float64{}, SwappedLog10: map[string]*float64{}}
	for _, l := range all {
		m.Networks[l.result.name()] = l.result
		m.Order = append(m.Order, l.result.name())
	}
	for _, l := range all {
		if l.result.Learns != learnsBias {
			continue
		}
		if other := m.Networks[l.target.name+" "+learnsAll]; other != nil {
			m.BiasOverAllLog10[l.target.name] = over(&l.result.After.Loss, other.After.Loss)
		}
		for _, other := range all {
			if other.result.Learns == learnsBias && other.target.name != l.target.name {
				swapped := l.lossWith(other.result.Bias)
				m.SwappedLoss[l.target.name] = swapped
				m.SwappedLog10[l.target.name] = over(swapped, l.result.After.Loss)
			}
		}
	}
	return m
}

// namedStage is a stage and what it is called.
type namedStage struct {
	name string
	*Stage
}

// stages are the three, of which the second may be nil.
func (n *Network) stages() [3]namedStage {
	return [3]namedStage{{"before", n.Before}, {"midway", n.Midway}, {"after", n.After}}
}

// targetNames are the names of the outputs.
func (n *Network) targetNames() []string {
	if n.Task == "vanderpol" {
		return []string{"x", "v"}
	}
	return []string{"y"}
}

// print writes the results for people.
func (m *Metrics) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "target\tlearns\tstage\tloss\tmean Jacobian\tfixed point\tmultipliers\tfree period\toff its cycle")
	for _, name := range m.Order {
		n := m.Networks[name]
		for _, s := range n.stages() {
			if s.Stage == nil {
				continue
			}
			fmt.Fprintf(t, "%s\t%s\t%s (%d)\t%.3g\t%s\t%s\t%s\t%s\t%s\n", n.Task, n.Learns, s.name, s.Updates, s.Loss,
				s.Orbit.words(), s.FixedPoint.words(), s.Floquet.words(), number(s.Free.PeriodSteps, "%.2f"), number(s.Free.CycleErrorPct, "%.3g %%"))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range m.Order {
		for _, s := range m.Networks[name].stages() {
			if s.Stage == nil || s.Free.RanAwayStep == nil {
				continue
			}
			if _, err := fmt.Fprintf(w, "%s, %s: the network ran away, beyond %g times the target at step %d; a smaller gain may help.\n",
				name, s.name, float64(runaway), *s.Free.RanAwayStep); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintln(w, "\nMean Jacobian and fixed point: modulus and period (steps) of the leading eigenvalue.")
	return err
}

func (s *Spectrum) words() string {
	if s == nil {
		return "-"
	}
	return fmt.Sprintf("%s, %s", modulus(s.Modulus), number(s.PeriodSteps, "%.2f"))
}

func (f *Floquet) words() string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%s, %s", modulus(f.Modulus), modulus(f.SecondModulus))
}

// modulus is short for those of networks that run away, too.
func modulus(x float64) string {
	if x < 1000 {
		return fmt.Sprintf("%.3f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

func number(x *float64, format string) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf(format, *x)
}
