// Package rate trains deep networks of ensemble rates by rules that steer plasticity
// with bursts, and by the rules that people compare them with.
//
// A unit stands for an ensemble of neurons: its event rate e travels forward, its
// burst rate b travels backward. A [Network] is a stack of layers; what a layer does
// with what it is told from above is its rule ([Rules]); through which weights it is
// told is the [Feedback]. Rule, feedback, depth, [Loss] and [Activation] are chosen
// independently of each other.
//
// A [Continuous] network runs in time, and learns from one example after the other
// without phases apart from the teacher's: what lies between a Network and the
// ensembles of spiking neurons that package sim simulates.
//
// A [Recurrent] network runs in time too, in steps, and hands gradients back through
// them to whoever closes the loop around it; [Adam] descends by them. It is for learning
// by gradients alone: no bursts.
//
// All numbers are float64: the angles that are measured go down to hundredths of a
// degree, and gradients are checked against finite differences. A batch is a matrix
// with one row an example; a weight matrix has one row a unit that it leads to.
// Products are those of internal/matmul, so that a network has the same bits for any
// number of workers.
//
// Sources: Payeur, Guerguiev, Zenke, Richards, Naud 2021, Burst-dependent synaptic
// plasticity can coordinate learning in hierarchical circuits
// (doi 10.1038/s41593-021-00857-x); Greedy, Zhu, Pemberton, Mellor, Costa 2022,
// Single-phase deep learning in cortico-cortical networks (NeurIPS).
package rate
