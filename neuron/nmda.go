package neuron

import "math"

// nmda is the slow excitatory conductance g_N, one a neuron, shared by soma and
// dendrite: in each compartment in turn, soma first, the current is driven by
// A_A g_E + A_N g_N and then g_N += (1−exp(−dt/τ_N))(g_E − g_N), in the
// reference program's order of evaluation. It relaxes twice a step therefore.
type nmda struct {
	g              []float32 // g_N, leak conductances
	soma, dendrite []float32 // A_A g_E + A_N g_N of each compartment
	ampa, slow     float32   // A_A, A_N
	rate           float32   // 1−exp(−dt/τ_N)
}

func newNMDA(k Kinetics, env Env) *nmda {
	n := Padded(env.Size)
	return &nmda{
		g: make([]float32, n), soma: make([]float32, n), dendrite: make([]float32, n),
		ampa: float32(1 - k.NMDAFraction), slow: float32(k.NMDAFraction),
		rate: float32(-math.Expm1(-env.Dt / k.TauNMDAMS)),
	}
}

// mix computes the driving conductances of the neurons [lo, hi) and advances
// g_N by one step.
func (m *nmda) mix(lo, hi int, gSoma, gDendrite []float32) {
	for i := lo; i < hi; i++ {
		g := m.g[i]
		m.soma[i] = float32(m.ampa*gSoma[i]) + float32(m.slow*g)
		g -= float32(m.rate * g)
		g += float32(m.rate * gSoma[i])
		m.dendrite[i] = float32(m.ampa*gDendrite[i]) + float32(m.slow*g)
		g -= float32(m.rate * g)
		g += float32(m.rate * gDendrite[i])
		m.g[i] = g
	}
}
