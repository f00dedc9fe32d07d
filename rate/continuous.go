package rate

import (
	"math"
	"slices"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Scheme is how a time-continuous network tells what a teacher adds to its bursts.
type Scheme string

// The schemes.
const (
	// MovingAverage compares the burst probability of a unit with its own of the
	// time before (Payeur et al. 2021): prediction and teaching take turns.
	MovingAverage Scheme = "burstprop"
	// Cancelling feeds back bursts less the events that are to be expected with them,
	// so that without a teacher apical dendrites are told nothing (Greedy et al. 2022,
	// BurstCCN, with Q = p0 Y).
	Cancelling Scheme = "burstccn"
)

// ContinuousConfig describes a Continuous network. Times are in model units: what
// matters are their quotients.
type ContinuousConfig struct {
	// Input and Classes are the units of the input, ≥ 1, and of the output, 2 to 256;
	// Hidden those of the layers between, from the bottom up, at least one layer.
	Input, Classes int
	Hidden         []int
	// Scheme is the rule, and with it the output: a softmax with MovingAverage,
	// sigmoid units with Cancelling.
	Scheme Scheme
	// Activation is that of hidden units, Exponential or Sigmoid.
	Activation Activation
	// Feedback is Random or Tied.
	Feedback Feedback
	// WeightGain g sets the standard deviation of initial weights, g √(2/(in + out)),
	// FeedbackGain that of Random feedback weights in the same way; > 0.
	WeightGain, FeedbackGain float64
	// Step is the time step of Euler's method, > 0; prediction and teaching are whole
	// numbers of steps, at least one.
	Step float64
	// Prediction is how long an example is shown, and Teaching how long it then is
	// shown with its target.
	Prediction, Teaching float64
	// TauSoma, TauDendrite ≥ Step are the time constants of z and u; TauAverage ≥ Step
	// that of the moving averages; TauWeight > 0 of the weights.
	TauSoma, TauDendrite, TauAverage, TauWeight float64
	// DendriticSlope β multiplies what apical dendrites of hidden units are told, ≥ 0.
	DendriticSlope float64
	// Homeostasis λ ≥ 0 weakens the inputs of hidden units whose event rate is above
	// MaxRate > 0 (MovingAverage alone).
	Homeostasis, MaxRate float64
	// Seed of the initial weights.
	Seed uint64
}

// DefaultContinuous is the network of Payeur et al. 2021 (coarse-grained model,
// Extended Data Figure 4), for images of 784 pixels between 0 and 1.
func DefaultContinuous() ContinuousConfig {
	return ContinuousConfig{
		Input: 784, Hidden: []int{200}, Classes: 10,
		Scheme: MovingAverage, Activation: Exponential, Feedback: Random,
		WeightGain: 1, FeedbackGain: 0.1,
		Step: 0.1, Prediction: 5, Teaching: 0.5,
		TauSoma: 0.1, TauDendrite: 0.1, TauAverage: 5, TauWeight: 100,
		DendriticSlope: 1, Homeostasis: 0.05, MaxRate: 5,
	}
}

// DefaultCancelling is the time-continuous network of Greedy et al. 2022, with the
// times of DefaultContinuous.
func DefaultCancelling() ContinuousConfig {
	c := DefaultContinuous()
	c.Scheme, c.Activation, c.DendriticSlope, c.Homeostasis = Cancelling, Sigmoid, 4, 0
	return c
}

// Validate reports all that is wrong, each with its field.
func (c *ContinuousConfig) Validate() error {
	var l check.List
	if c.Input < 1 {
		l.Addf("input", "%d, want at least one unit", c.Input)
	}
	if c.Classes < 2 || c.Classes > 256 {
		l.Addf("classes", "%d, want 2 to 256", c.Classes)
	}
	if len(c.Hidden) == 0 {
		l.Addf("hidden", "is empty, want at least one layer")
	}
	for _, n := range c.Hidden {
		if n < 1 {
			l.Addf("hidden", "%d units, want at least one", n)
		}
	}
	if c.Scheme != MovingAverage && c.Scheme != Cancelling {
		l.Addf("scheme", "%q, want %s or %s", c.Scheme, MovingAverage, Cancelling)
	}
	if c.Activation != Exponential && c.Activation != Sigmoid {
		l.Addf("activation", "%q, want %s or %s", c.Activation, Exponential, Sigmoid)
	}
	if c.Feedback != Random && c.Feedback != Tied {
		l.Addf("feedback", "%q, want %s or %s", c.Feedback, Random, Tied)
	}
	l.Positive("weight_gain", c.WeightGain)
	l.Positive("feedback_gain", c.FeedbackGain)
	l.Positive("step", c.Step)
	for _, t := range []struct {
		field string
		v     float64
	}{{"prediction", c.Prediction}, {"teaching", c.Teaching}} {
		// Decimal fractions such as 0.1 have no exact float64.
		if n := math.Round(t.v / c.Step); !(n >= 1) || n > math.MaxInt32 || math.Abs(t.v/c.Step-n) > 1e-9*n {
			l.Addf(t.field, "%v, want a multiple of the step, %v", t.v, c.Step)
		}
	}
	for _, t := range []struct {
		field string
		v     float64
	}{{"tau_soma", c.TauSoma}, {"tau_dendrite", c.TauDendrite}, {"tau_average", c.TauAverage}} {
		if !(t.v >= c.Step) || math.IsInf(t.v, 0) {
			l.Addf(t.field, "%v, want at least the step, %v", t.v, c.Step)
		}
	}
	l.Positive("tau_weight", c.TauWeight)
	l.NotNegative("dendritic_slope", c.DendriticSlope)
	l.NotNegative("homeostasis", c.Homeostasis)
	l.Positive("max_rate", c.MaxRate)
	return l.Err()
}

// Steps gives the steps of prediction and of teaching.
func (c *ContinuousConfig) Steps() (prediction, teaching int) {
	return int(math.Round(c.Prediction / c.Step)), int(math.Round(c.Teaching / c.Step))
}

// Continuous is a network of ensembles in continuous time, which learns from one
// example after the other without being reset between them: the coarse-grained model
// of Payeur et al. 2021 (doi 10.1038/s41593-021-00857-x, Methods and Extended Data
// Figure 4). For layers l, e0 being the input:
//
//	τ_z dz/dt = −z + W e_below + c          e = exp z, h = 1  or  e = σ(z), h = 1 − e
//	τ_u du/dt = −u + β h (Yᵀ b_above)       p = σ(u), b = p e
//	τ_avg dē/dt = e − ē, the same for b̄     p̄ = b̄/ē
//
// The output is a softmax of z. Its burst probability is p0 = 1/2, and while it is
// taught with the target t, 1 for the example's class and 0 for the others,
//
//	p = p0 [1 + tanh((t − ē)/(ē + 1e-8))]
//
// Weights change while there is a teacher alone:
//
//	τ_W dW/dt = [(p − p̄) e − λ H] e_belowᵀ,  H = (1 − e_max/e) where e > e_max, else 0
//	τ_W dc/dt = (p − p̄) e
//
// with H for hidden layers alone. With the Cancelling scheme (Greedy et al. 2022) the
// output is sigmoid, a hidden dendrite gets Yᵀ (b − p0 e), p0 stands for p̄, and the
// teacher of an output is p = p0 [1 + (t − e)(1 − e)] with t = 0.99 or 0.01.
//
// Numerics: explicit Euler steps. All right sides, the teacher's too, are those before the
// step; then e, p and b follow z and u, the latter kept within ±20. With τ_z = Step a
// layer is where its input wants it one step later. The teacher's word takes a step to
// each layer, and another to its weights: Teaching has to last longer than that. e in H is
// that before the step, too, where the authors' program takes it after. Products that
// gonum adds up (W e, averages) are fused on arm64: bits are those of one architecture.
//
// Cost: an input that does not change is multiplied by its weights once an example,
// and of their changes, all of the form g e0ᵀ, the sum is applied at its end: within
// the example W e0 changes by g (e0·e0). What has come to rest is not computed again.
// Neither approximates anything. It uses one goroutine, and allocates nothing after
// NewContinuous.
type Continuous struct {
	config ContinuousConfig
	layers []*ContinuousLayer

	x        []float64 // the input shown
	active   []int     // its inputs that are not 0
	power    float64   // its squares, summed
	due      bool      // the first layer's weights have not got their changes yet
	teaching bool
	class    int
	next     []float64 // scratch: burst probability of the output in the next step

	advance steps
}

// steps are Step over the time constants.
type steps struct{ soma, dendrite, average, weight float64 }

// NewContinuous draws a network, at rest: z, u and the averages are 0.
func NewContinuous(c ContinuousConfig) (*Continuous, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.Hidden = slices.Clone(c.Hidden)
	n := &Continuous{config: c, active: make([]int, 0, c.Input), next: make([]float64, c.Classes),
		advance: steps{c.Step / c.TauSoma, c.Step / c.TauDendrite, c.Step / c.TauAverage, c.Step / c.TauWeight}}
	in := c.Input
	for i, units := range append(slices.Clone(c.Hidden), c.Classes) {
		l := newContinuousLayer(in, units, i == 0, i == len(c.Hidden))
		source := func(what uint32) rng.Source {
			return rng.NewSource(c.Seed, rng.Weights, uint32(i)*drawKinds+what)
		}
		sd := math.Sqrt(2 / float64(in+units))
		l.draw(source(drawWeights), c.WeightGain*sd)
		switch {
		case i > 0 && c.Feedback == Tied:
			l.y = l.w
		case i > 0:
			y := newTensor("feedback", units, in, false)
			y.normal(source(drawFeedback), c.FeedbackGain*sd)
			l.y = y.W
		}
		n.layers = append(n.layers, l)
		in = units
	}
	return n, nil
}

// Layers are the hidden layers from the bottom up, and the output.
func (n *Continuous) Layers() []*ContinuousLayer { return n.layers }

// Learn shows an example for the time of prediction, then with its class for the time
// of teaching. It panics if x has not Input numbers, or class is none.
func (n *Continuous) Learn(x []float64, class int) {
	n.Show(x)
	prediction, teaching := n.config.Steps()
	for range prediction {
		n.Step()
	}
	n.Teach(class)
	for range teaching {
		n.Step()
	}
	n.Rest()
}
