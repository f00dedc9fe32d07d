package neuron

import "math"

// nmda is the slow excitatory conductance g_N, one a neuron, shared by soma and
// dendrite: in each compartment in turn, soma first, the current is driven by
// A_A g_E + A_N g_N and then g_N += (1−exp(−dt/τ_N))(g_E − g_N), in the
// reference program's order of evaluation. It relaxes twice a step therefore.
type nmda struct {
	g              []float32 // g_N, leak conductances
	soma, dendrite []float32 // A_A g_E + A_N g_N of each compartment
	k              nmdaConstants
}

// nmdaConstants are the coefficients of one step, in the order in which the
// kernel reads them.
type nmdaConstants struct {
	ampa, slow float32 // A_A, A_N
	rate       float32 // 1−exp(−dt/τ_N)
}

func newNMDA(k Kinetics, env Env) *nmda {
	n := Padded(env.Size)
	return &nmda{
		g: make([]float32, n), soma: make([]float32, n), dendrite: make([]float32, n),
		k: nmdaConstants{
			ampa: float32(1 - k.NMDAFraction), slow: float32(k.NMDAFraction),
			rate: float32(-math.Expm1(-env.Dt / k.TauNMDAMS)),
		},
	}
}

// mix computes the driving conductances of the neurons [lo, hi), whole blocks,
// and advances g_N by one step.
func (m *nmda) mix(lo, hi int, gSoma, gDendrite []float32) {
	if !m.mixVector(lo, hi, gSoma, gDendrite) {
		m.mixPortable(lo, hi, gSoma, gDendrite)
	}
}

func (m *nmda) mixPortable(lo, hi int, gSoma, gDendrite []float32) {
	k := m.k
	slow := m.g[lo:hi]
	n := len(slow)
	soma, dendrite := m.soma[lo:hi][:n], m.dendrite[lo:hi][:n]
	gSoma, gDendrite = gSoma[lo:hi][:n], gDendrite[lo:hi][:n]
	for i, g := range slow {
		soma[i] = float32(k.ampa*gSoma[i]) + float32(k.slow*g)
		g -= float32(k.rate * g)
		g += float32(k.rate * gSoma[i])
		dendrite[i] = float32(k.ampa*gDendrite[i]) + float32(k.slow*g)
		g -= float32(k.rate * g)
		g += float32(k.rate * gDendrite[i])
		slow[i] = g
	}
}
