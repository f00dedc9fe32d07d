package rate

import (
	"slices"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"
)

// Perturbed says which units are disturbed together.
type Perturbed string

// What is disturbed together. The more it is, the fewer forward passes are needed, and
// the more the noise of others disguises a unit's own effect.
const (
	// AllUnits disturbs all units at once: one more forward pass a batch.
	AllUnits Perturbed = "all"
	// OneLayer disturbs the layers one after the other: a pass for each, from it upward.
	OneLayer Perturbed = "layer"
	// OneUnit disturbs the units one after the other: a pass for each.
	OneUnit Perturbed = "unit"
)

// NodePerturbation credits units by what a little noise in their inputs does to the loss
// L: no feedback weights, no derivatives (Werfel, Xie, Seung 2005,
// doi 10.1162/089976605774320539; a baseline of Payeur et al. 2021). For each example
//
//	d = −(L(z+ξ) − L(z)) ξ / sd²,   ξ normal of mean 0 and standard deviation sd
//
// in hidden layers and output alike. But for terms of the order of sd², its mean is
// −∂L/∂z, and its variance the sum of (∂L/∂z)² over all units that are disturbed
// together, the unit's own counted twice.
type NodePerturbation struct {
	// SD is the standard deviation of the noise, in units of the input z, 1e-6 to 1:
	// below, changes of L drown in its rounding.
	SD float64
	// Perturbed are the units that are disturbed together.
	Perturbed Perturbed
}

// leastSD keeps the changes of a loss near 1, which are of the order of SD, far above
// its rounding, 1e-16.
const leastSD = 1e-6

// DefaultNodePerturbation has the published standard deviation.
func DefaultNodePerturbation() NodePerturbation {
	return NodePerturbation{SD: 1e-3, Perturbed: AllUnits}
}

// Name implements Rule.
func (NodePerturbation) Name() string { return "node-perturbation" }

// Doc implements Rule.
func (NodePerturbation) Doc() string {
	return "noise in the inputs of units, and what it does to the loss; no feedback"
}

// Validate implements Rule.
func (r NodePerturbation) Validate() error {
	var l check.List
	l.Within("sd", r.SD, leastSD, 1)
	if all := []Perturbed{AllUnits, OneLayer, OneUnit}; !slices.Contains(all, r.Perturbed) {
		l.Addf("perturbed", "%q, want one of %v", r.Perturbed, all)
	}
	return l.Err()
}

// Feedbacks implements Rule.
func (NodePerturbation) Feedbacks() []Feedback { return []Feedback{None} }

// Learning implements Rule. No rates are published; of 0.003, 0.01, 0.03 and 0.1 this
// one has learned most from ten epochs of 10 000 images of MNIST with 100 hidden units.
func (NodePerturbation) Learning() Learning {
	return Learning{HiddenRate: 0.03, OutputRate: 0.03, Mean: true}
}

func (r NodePerturbation) layer(u *Units, source func(uint32) rng.Source) Layer {
	batch, n := u.E.Rows, u.E.Cols
	l := &perturbedLayer{
		Units: u, sd: r.SD, source: source(drawOwn), step: newTensor("step", 1, 1, false),
		z: newMatrix(batch, n), noise: newMatrix(batch, n), disturbed: newMatrix(batch, n),
	}
	l.draw = l.drawNoise
	return l
}

func (r NodePerturbation) assigner(n *Network) func([]uint8) {
	batch := n.config.Batch
	p := &perturbation{
		rule: r, loss: n.config.Loss, team: n.team,
		clean: make([]float64, batch), relief: make([]float64, batch),
	}
	for _, l := range n.layers {
		p.layers = append(p.layers, l.(*perturbedLayer))
	}
	return p.assign
}

// perturbation is how a network's losses with and without noise are compared.
type perturbation struct {
	rule   NodePerturbation
	loss   Loss
	team   *matmul.Team
	layers []*perturbedLayer
	// clean is the loss of each example without noise, relief how much of it the noise
	// has taken away, divided by its variance.
	clean, relief []float64
}

// assign sets D of all layers.
func (p *perturbation) assign(classes []uint8) {
	top := p.layers[len(p.layers)-1]
	for i, class := range classes {
		p.clean[i] = p.loss.of(row(top.E, i), int(class))
	}
	for _, l := range p.layers {
		p.team.Each(l.Examples, grain, l.draw)
	}
	switch p.rule.Perturbed {
	case AllUnits:
		for k, l := range p.layers {
			if k == 0 {
				l.begin()
			} else {
				below := p.layers[k-1]
				l.inputs(below.ofBatch(below.disturbed), l.ofBatch(l.disturbed))
			}
			l.disturb(0, l.noise.Cols)
			l.rates(l.ofBatch(l.disturbed))
		}
		p.compare(classes)
		for _, l := range p.layers {
			l.credit(p.relief, 0, l.noise.Cols)
		}
	case OneLayer:
		for k, l := range p.layers {
			p.only(k, 0, l.noise.Cols, classes)
		}
	case OneUnit:
		for k, l := range p.layers {
			for j := range l.noise.Cols {
				p.only(k, j, j+1, classes)
			}
		}
	}
}

// only disturbs and credits units lo to hi of one layer.
func (p *perturbation) only(layer, lo, hi int, classes []uint8) {
	l := p.layers[layer]
	l.begin()
	l.disturb(lo, hi)
	l.rates(l.ofBatch(l.disturbed))
	for k := layer + 1; k < len(p.layers); k++ {
		below, l := p.layers[k-1], p.layers[k]
		l.inputs(below.ofBatch(below.disturbed), l.ofBatch(l.disturbed))
		l.rates(l.ofBatch(l.disturbed))
	}
	p.compare(classes)
	l.credit(p.relief, lo, hi)
}

// compare sets what the noise has made of the loss of each example.
func (p *perturbation) compare(classes []uint8) {
	top := p.layers[len(p.layers)-1]
	for i, class := range classes {
		p.relief[i] = (p.clean[i] - p.loss.of(row(top.disturbed, i), int(class))) / (p.rule.SD * p.rule.SD)
	}
}

type perturbedLayer struct {
	*Units
	sd     float64
	source rng.Source
	// step counts the updates: the noise is a function of seed, layer, step, example
	// and unit, so that to assign credit twice gives the same.
	step *Tensor
	// z are the inputs, noise is ξ, disturbed the event rates with noise here or below.
	z, noise, disturbed Matrix

	draw func(lo, hi int) // of examples
}

// Forward keeps the inputs.
func (l *perturbedLayer) Forward(x Matrix) {
	l.Examples = x.Rows
	z, e := l.ofBatch(l.z), l.ofBatch(l.E)
	l.inputs(x, z)
	copy(e.Data, z.Data)
	l.rates(e)
}

// Teach gives no credit: the loss is all that such layers are told.
func (l *perturbedLayer) Teach(Matrix) { clear(l.D.Data) }

// Feedback gives no credit, since there is none.
func (l *perturbedLayer) Feedback(Layer) { clear(l.D.Data) }

func (l *perturbedLayer) Update(x Matrix, _ Layer) {
	l.learn(x)
	l.step.W.Data[0]++
}

func (l *perturbedLayer) Tensors() []*Tensor { return append(l.Units.Tensors(), l.step) }

// ofBatch gives the rows in use.
func (l *perturbedLayer) ofBatch(m Matrix) Matrix { return first(m, l.Examples) }

// begin sets the inputs before noise, where nothing below is disturbed.
func (l *perturbedLayer) begin() { copy(l.ofBatch(l.disturbed).Data, l.z.Data) }

// disturb adds the noise of units lo to hi to inputs.
func (l *perturbedLayer) disturb(lo, hi int) {
	for i := range l.Examples {
		floats.Add(row(l.disturbed, i)[lo:hi], row(l.noise, i)[lo:hi])
	}
}

// credit sets d = −(L(z+ξ) − L(z)) ξ / sd² of units lo to hi.
func (l *perturbedLayer) credit(relief []float64, lo, hi int) {
	for i := range l.Examples {
		floats.ScaleTo(row(l.D, i)[lo:hi], relief[i], row(l.noise, i)[lo:hi])
	}
}

// drawNoise draws ξ of examples lo to hi, two units from each 128 bits.
func (l *perturbedLayer) drawNoise(lo, hi int) {
	step := uint64(l.step.W.Data[0])
	pairs := (l.noise.Cols + 1) / 2
	for i := lo; i < hi; i++ {
		noise := row(l.noise, i)
		for pair := range pairs {
			words := l.source.At(uint32((l.offset+i)*pairs+pair), step)
			noise[2*pair] = l.normal(words[0], words[1])
			if 2*pair+1 < len(noise) {
				noise[2*pair+1] = l.normal(words[2], words[3])
			}
		}
	}
}

// normal gives the quantile at the middle of one of 2⁵² equal parts.
func (l *perturbedLayer) normal(high, low uint32) float64 {
	part := (uint64(high)<<32 | uint64(low)) >> 12
	return l.sd * mathext.NormalQuantile((float64(part)+0.5)*0x1p-52)
}
