package neuron

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/dendrite"
	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/rng"
)

// Soma holds the parameters that the somata of the pyramidal models share.
type Soma struct {
	RestMV          float64 // E_L, also the reset and the dendrite's rest, mV; −70
	TauMS           float64 // τ_s, ms, > 0; 16
	CapacitancePF   float64 // C_s, pF, > 0; 370
	AdaptationPA    float64 // b, pA per unit of w_s; −200
	TauAdaptationMS float64 // τ_ws, ms, > 0; 100
	ThresholdMV     float64 // θ_0, mV; −50
	ThresholdJumpMV float64 // Δθ per event, mV; 2
	TauThresholdMS  float64 // τ_θ, ms, > 0; 27
	InitialMeanMV   float64 // of V_s, mV; −70
	InitialSDMV     float64 // of V_s, mV, ≥ 0; 5 (0 starts all alike)
}

// Kinetics holds the synapses of the pyramidal models, soma and dendrite alike.
type Kinetics struct {
	Conductances
	// DendriticDrivingForce takes E−V_d as the driving force of the dendrite's
	// synapses. The reference program takes E−V_s; that is the default.
	DendriticDrivingForce bool
	// NMDAFraction A_N of the excitatory conductance is slow: the excitatory
	// current is ((1−A_N) g_E + A_N g_N)(E_E−V). 0 to 1; 0. One g_N serves both
	// compartments and follows g_E of each in turn, as in the reference program.
	NMDAFraction float64
	TauNMDAMS    float64 // ms, > 0; 100
}

// DefaultSoma returns the values of Payeur et al. 2021.
func DefaultSoma() Soma {
	return Soma{
		RestMV: -70, TauMS: 16, CapacitancePF: 370, AdaptationPA: -200, TauAdaptationMS: 100,
		ThresholdMV: -50, ThresholdJumpMV: 2, TauThresholdMS: 27, InitialMeanMV: -70, InitialSDMV: 5,
	}
}

// DefaultKinetics returns the values of Payeur et al. 2021.
func DefaultKinetics() Kinetics {
	return Kinetics{Conductances: DefaultConductances(), TauNMDAMS: 100}
}

// Validate returns the fields that are out of range.
func (p Soma) Validate() error {
	var l check.List
	l.Finite("rest_mv", p.RestMV)
	l.Positive("tau_ms", p.TauMS)
	l.Positive("capacitance_pf", p.CapacitancePF)
	l.Finite("adaptation_pa", p.AdaptationPA)
	l.Positive("tau_adaptation_ms", p.TauAdaptationMS)
	l.Finite("threshold_mv", p.ThresholdMV)
	l.NotNegative("threshold_jump_mv", p.ThresholdJumpMV)
	l.Positive("tau_threshold_ms", p.TauThresholdMS)
	l.Finite("initial_mean_mv", p.InitialMeanMV)
	l.NotNegative("initial_sd_mv", p.InitialSDMV)
	return l.Err()
}

// Validate returns the fields that are out of range.
func (p Kinetics) Validate() error {
	var l check.List
	p.Conductances.inspect(&l)
	l.Within("nmda_fraction", p.NMDAFraction, 0, 1)
	l.Positive("tau_nmda_ms", p.TauNMDAMS)
	return l.Err()
}

// initialAdaptation is w_d at the start, mV, as in the reference program.
const initialAdaptation = 0.1

// surround tells the dendrite about the cell that it belongs to.
func (p Kinetics) surround(soma Soma, env Env) dendrite.Surround {
	return dendrite.Surround{
		RestMV:   soma.RestMV,
		RevExcMV: p.RevExcMV, RevInhMV: p.RevInhMV,
		TauExcMS: p.TauExcMS, TauInhMS: p.TauInhMS,
		InitialAdaptationMV: initialAdaptation,
		Dt:                  env.Dt,
		Length:              Padded(env.Size),
	}
}

// pyramid is the somatic state of the two-compartment models, and what they do
// alike: the somatic step, the reset, and the names of inputs and variables.
type pyramid struct {
	size  int
	v     []float32 // V_s, mV
	w     []float32 // w_s, spikes
	theta []float32 // θ, mV
	gExc  []float32 // leak conductances
	gInh  []float32
	// exc drives the excitatory current: gExc, or its mixture with NMDA.
	exc    []float32
	inject []float32 // mV per step

	apical          *dendrite.Passive
	driving         []float32 // voltage in the dendrite's driving force
	nmda            *nmda     // nil where A_N is 0
	k               somaConstants
	somaCurrent     float64 // dt/C_s, mV per pA and step
	dendriteCurrent float64 // dt/C_d
	jump            float32 // Δθ, mV
	fading
}

// somaConstants are the coefficients of one Euler step, in the order in which
// kernels read them.
type somaConstants struct {
	leak               float32 // dt/τ_s
	adaptation         float32 // dt b/C_s
	recover            float32 // dt/τ_θ
	decayAdaptation    float32 // exp(−dt/τ_ws)
	rest, threshold    float32 // mV
	revExc, revInh     float32 // mV
	decayExc, decayInh float32 // exp(−dt/τ)
	plateau            float32 // dt G_s/C_s, mV; two-compartment cell only
}

func newPyramid(s Soma, syn Kinetics, env Env, d *dendrite.Passive) pyramid {
	n := Padded(env.Size)
	p := pyramid{
		size:   env.Size,
		v:      initialVoltages(s.RestMV, s.InitialMeanMV, s.InitialSDMV, env),
		w:      make([]float32, n),
		theta:  make([]float32, n),
		gExc:   make([]float32, n),
		gInh:   make([]float32, n),
		inject: make([]float32, n),
		apical: d,
		k: somaConstants{
			leak:            float32(env.Dt / s.TauMS),
			adaptation:      float32(env.Dt * s.AdaptationPA / s.CapacitancePF),
			recover:         float32(env.Dt / s.TauThresholdMS),
			decayAdaptation: float32(math.Exp(-env.Dt / s.TauAdaptationMS)),
			rest:            float32(s.RestMV),
			threshold:       float32(s.ThresholdMV),
			revExc:          float32(syn.RevExcMV),
			revInh:          float32(syn.RevInhMV),
			decayExc:        float32(math.Exp(-env.Dt / syn.TauExcMS)),
			decayInh:        float32(math.Exp(-env.Dt / syn.TauInhMS)),
		},
		somaCurrent: env.Dt / s.CapacitancePF,
		jump:        float32(s.ThresholdJumpMV),
	}
	for i := range p.theta {
		p.theta[i] = p.k.threshold
	}
	p.exc = p.gExc
	if syn.NMDAFraction > 0 {
		p.nmda = newNMDA(syn, env)
		p.exc, d.Exc = p.nmda.soma, p.nmda.dendrite
	}
	p.fading = fading{p.v, p.w, p.gExc, p.gInh, d.V, d.W, d.GExc, d.GInh}
	if p.nmda != nil {
		p.fading = append(p.fading, p.nmda.g)
	}
	p.driving = p.v
	if syn.DendriticDrivingForce {
		p.driving = d.V
	}
	return p
}

// initialVoltages draws N(mean, sd²) for each neuron; padding rests.
func initialVoltages(rest, mean, sd float64, env Env) []float32 {
	v := make([]float32, Padded(env.Size))
	stream := rng.NewSource(env.Seed, rng.InitialState, env.Object).Stream(0)
	normal := distuv.Normal{Mu: mean, Sigma: sd, Src: &stream}
	for i := range v {
		v[i] = float32(rest)
		if i < env.Size {
			v[i] = float32(normal.Rand())
		}
	}
	return v
}

// advanceSoma integrates the somata of the blocks from start on by one step and
// marks those above threshold: bit i of above[b] is neuron i of block b.
// activation is the plateau's share S of each dendrite before the step, nil
// where the dendrite does not drive the soma.
func (p *pyramid) advanceSoma(start int, above []uint64, activation []float32) {
	if !p.advanceSomaVector(start, above, activation) {
		p.advanceSomaPortable(start, above, activation)
	}
}

// advanceSomaPortable is the step in plain Go. Products are rounded before they
// are added, so that every processor gives the same bits.
func (p *pyramid) advanceSomaPortable(lo int, above []uint64, activation []float32) {
	k := p.k
	hi := lo + len(above)*Block
	v := p.v[lo:hi]
	n := len(v)
	w, theta, inject := p.w[lo:hi][:n], p.theta[lo:hi][:n], p.inject[lo:hi][:n]
	gE, gI, exc := p.gExc[lo:hi][:n], p.gInh[lo:hi][:n], p.exc[lo:hi][:n]
	for start := 0; start < n; start += Block {
		var mask uint64
		for i := start; i < start+Block; i++ {
			current := float32(exc[i]*(k.revExc-v[i])) + float32(gI[i]*(k.revInh-v[i]))
			gE[i] *= k.decayExc
			gI[i] *= k.decayInh
			next := v[i] + float32(k.leak*((k.rest-v[i])+current)) + float32(k.adaptation*w[i])
			if activation != nil {
				next += float32(k.plateau * activation[lo+i])
			}
			w[i] *= k.decayAdaptation
			theta[i] += float32(k.recover * (k.threshold - theta[i]))
			if next > theta[i] {
				mask |= 1 << (i - start)
			}
			v[i] = next + inject[i]
		}
		above[start/Block] = mask
	}
}

// reset is what an event does to the soma of neuron i.
func (p *pyramid) reset(i int) {
	p.v[i] = p.k.rest + p.inject[i]
	p.theta[i] += p.jump
	p.w[i]++
}

// mixNMDA prepares the excitatory conductances where NMDA takes part.
func (p *pyramid) mixNMDA(lo, hi int) {
	if p.nmda != nil {
		p.nmda.mix(lo, hi, p.gExc, p.apical.GExc)
	}
}

// Size implements Population.
func (p *pyramid) Size() int { return p.size }

// Receptors implements Population.
func (p *pyramid) Receptors() []Receptor {
	return []Receptor{
		{SomaExc, "leak", p.gExc}, {SomaInh, "leak", p.gInh},
		{DendriteExc, "leak", p.apical.GExc}, {DendriteInh, "leak", p.apical.GInh},
	}
}

// Compartments implements Population.
func (p *pyramid) Compartments() []Compartment {
	return []Compartment{
		{"soma", p.somaCurrent, p.inject},
		{"dendrite", p.dendriteCurrent, p.apical.Inject},
	}
}

// State implements Population.
func (p *pyramid) State() []Column {
	return []Column{
		{"v_soma", "mV", p.v}, {"v_dendrite", "mV", p.apical.V},
		{"w_soma", "1", p.w}, {"w_dendrite", "mV", p.apical.W}, {"threshold", "mV", p.theta},
		{"g_soma_exc", "1", p.gExc}, {"g_soma_inh", "1", p.gInh},
		{"g_dendrite_exc", "1", p.apical.GExc}, {"g_dendrite_inh", "1", p.apical.GInh},
	}
}
