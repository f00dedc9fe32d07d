package bridge

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
)

// stepS is the time step of the network of rates, s. Event rates and burst
// probabilities follow what drives them in one step, as in the coarse-grained model of
// Payeur et al. 2021, where the step is the time constant; 20 ms is about that of
// the neurons' membranes and of a burst.
const stepS = 0.02

// rateTauS is the time constant of the firing rate that keeps weights from vanishing
// (plasticity.BurstDependent), s, and initialRateHz where it starts.
const (
	rateTauS      = 30
	initialRateHz = 0.1
)

// network is the network of the experiment xor with a unit for each ensemble:
//
//	e = f(Σ w e_below / Σ e_below, Σ e_below)     of inputs: measured
//	p_output = ⟨P(I + I_teacher)⟩,  p_hidden = P(b_output),  b = p e
//	τ_avg dē/dt = e − ē, the same for b̄           p̄ = b̄/ē
//	dw/dt = η [(p − p̄) e + ⟨h⟩ (1 + p) e] Ẽ + η max(0, ν_min − ν) e_below
//	dẼ/dt = e_below − Ẽ/τ_pre,  30 s dν/dt = (1 + p) e − ν
//
// f and P are those of Transfer. Weights change only while there is a teacher. The
// averages ⟨⟩ are over the neurons of an ensemble, whose own estimates E of their event
// rate differ: of events at random, Ē/τ_avg is nearly Gamma distributed with
// mean ē and variance ē/(2 τ_avg). h = −(E − ν_max)/E above ν_max (plasticity.BurstDependent).
type network struct {
	v        *experiment.Values
	transfer *Transfer
	teacher  xor.Teacher

	w                [len(projections)]float64 // leak conductances
	events, bursts   [len(populations)]float64 // Hz
	eventsAverage    [len(populations)]float64 // Hz
	burstsAverage    [len(populations)]float64 // Hz
	firing           [len(populations)]float64 // ν, Hz
	trace            [len(populations)]float64 // Ẽ
	probability      [len(populations)]float64 // of a burst
	outputBursting   float64                   // burst probability of the output: as taught, or at rest
	tauAverage       float64                   // s
	tauPre           float64                   // s
	rateMin, rateMax float64                   // Hz
}

// ends of the plastic projections: populations by their index.
var ends = [len(projections)]struct{ from, to int }{{0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 4}, {3, 4}}

func newNetwork(v *experiment.Values, t *Transfer) *network {
	n := &network{v: v, transfer: t, teacher: xor.NewTeacher(v),
		tauAverage: v.Float("tau_avg"), tauPre: v.Float("tau_pre"), rateMin: v.Float("rate_min"), rateMax: v.Float("rate_max")}
	for i := range n.w {
		n.w[i] = v.Float("w_input_hidden")
		if i >= onto {
			n.w[i] = v.Float("w_hidden_output")
		}
	}
	for i := range n.firing {
		n.firing[i] = initialRateHz
	}
	n.silence()
	return n
}

// silence ends what the teacher does.
func (n *network) silence() {
	n.outputBursting = probability(n.transfer.OutputBursts.at(n.v.Float("output_dendrite_current")))
}

// teach sets the output's burst probability to the mean over neurons whose estimates
// of their event rate differ, each of which gets a current of its own.
func (n *network) teach(target bool) {
	const parts = 200 // of equal probability; the mean then has three digits
	base := n.v.Float("output_dendrite_current")
	d := n.estimates(4)
	sum := 0.0
	for i := range parts {
		hz := d.Quantile((float64(i) + 0.5) / parts)
		sum += probability(n.transfer.OutputBursts.at(base + n.teacher.Current(hz, target)))
	}
	n.outputBursting = sum / parts
}

// estimates is how the estimates of the event rate, Ē/τ_avg, are distributed among the
// neurons of a population (Hz).
func (n *network) estimates(population int) distuv.Gamma {
	rate := 2 * n.tauAverage
	return distuv.Gamma{Alpha: rate * n.eventsAverage[population], Beta: rate}
}

// excess is the mean of −(E − ν_max)/E over neurons, 0 for those below ν_max.
func (n *network) excess(population int) float64 {
	d := n.estimates(population)
	top := max(d.Mean(), n.rateMax) + 12*d.StdDev() // beyond is less than 1e-9 of it
	return quad.Fixed(func(hz float64) float64 { return -(hz - n.rateMax) / hz * d.Prob(hz) }, n.rateMax, top, 48, quad.Legendre{}, 0)
}

// probability bounds what a line through measured points gives.
func probability(p float64) float64 { return min(max(p, 0), 1) }

// step advances by stepS. Its right sides are those before the step.
func (n *network) step(inputs [2]bool, plastic bool) {
	e, b := n.events, n.bursts
	if plastic {
		n.learn()
	}
	for i := range e {
		n.eventsAverage[i] += stepS / n.tauAverage * (e[i] - n.eventsAverage[i])
		n.burstsAverage[i] += stepS / n.tauAverage * (b[i] - n.burstsAverage[i])
		n.firing[i] += stepS / rateTauS * (e[i] + b[i] - n.firing[i])
		n.trace[i] += stepS * (e[i] - n.trace[i]/n.tauPre)
	}
	for i, bit := range inputs {
		n.events[i] = n.transfer.InputHz[0]
		if bit {
			n.events[i] = n.transfer.InputHz[1]
		}
	}
	for i := 2; i < 4; i++ {
		n.events[i] = n.respond(n.transfer.Hidden, e, 0, n.w[i-2], n.w[i])
		n.probability[i] = probability(n.transfer.HiddenBursts[i-2].at(b[4]))
	}
	n.events[4] = n.respond(n.transfer.Output, e, 2, n.w[4], n.w[5])
	n.probability[4] = n.outputBursting
	for i := 2; i < len(n.bursts); i++ {
		n.bursts[i] = n.probability[i] * n.events[i]
	}
}

// respond is the event rate of a unit that receives from the populations first and
// first+1.
func (n *network) respond(f Surface, e [len(populations)]float64, first int, w1, w2 float64) float64 {
	sources := e[first] + e[first+1]
	if sources == 0 {
		return f.at(0, (w1+w2)/2)
	}
	return f.at(sources, (w1*e[first]+w2*e[first+1])/sources)
}

// learn changes weights for a step.
func (n *network) learn() {
	for to := 2; to < len(populations); to++ {
		if n.eventsAverage[to] <= 0 {
			continue
		}
		e, p := n.events[to], n.probability[to]
		expected := min(1, n.burstsAverage[to]/n.eventsAverage[to])
		signal := (p-expected)*e + n.excess(to)*(1+p)*e
		rescue := max(0, n.rateMin-n.firing[to])
		for k, x := range ends {
			if x.to != to {
				continue
			}
			eta := n.v.Float("eta_input_hidden")
			if k >= onto {
				eta = n.v.Float("eta_hidden_output")
			}
			w := n.w[k] + stepS*eta*(signal*n.trace[x.from]+rescue*n.events[x.from])
			n.w[k] = math.Min(math.Max(w, 0), 1)
		}
	}
}
