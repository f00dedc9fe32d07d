package rate

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func modes() []Perturbed { return []Perturbed{AllUnits, OneLayer, OneUnit} }

// Noise in the input of a unit is, for one example, noise in its bias. So d is what a
// network says whose biases are changed by hand; and with one unit at a time that is
// the finite difference of the loss, times (ξ/sd)².
func TestPerturbationIsOfBiases(t *testing.T) {
	for _, mode := range modes() {
		for _, loss := range []Loss{SquaredError, CrossEntropy} {
			for _, activation := range []Activation{Sigmoid, ReLU} {
				t.Run(fmt.Sprint(mode, loss, activation), func(t *testing.T) {
					rule := DefaultNodePerturbation()
					rule.Perturbed = mode
					c := exampleConfig(rule)
					c.Loss, c.Activation = loss, activation
					perturbed := newNetwork(t, c)
					c.Rule, c.Feedback = DefaultBackprop(), Tied
					n := newNetwork(t, c) // of the same weights
					x, classes := examples(1, 5, 3)
					perturbed.Assign(x, classes)
					clean, _ := n.Assign(x, classes)
					for k, l := range perturbed.Layers() {
						p := l.(*perturbedLayer)
						for j, xi := range row(p.noise, 0) {
							change := disturbed(n, perturbed, mode, k, j, x, classes) - clean
							// L is rounded to 1e-16, its change divided by sd.
							if want := -change * xi / 1e-6; math.Abs(p.D.Data[j]-want) > 1e-11 {
								t.Fatalf("layer %d unit %d: d = %v, want %v", k, j, p.D.Data[j], want)
							}
							// The difference quotient differs from the derivative by ξ L″/2.
							// L″ of one unit is below 10 in this network.
							gradient := n.Layers()[k].Unit().D.Data[j]
							if mode == OneUnit && math.Abs(-change/xi-gradient) > 10*math.Abs(xi)/2 {
								t.Errorf("layer %d unit %d: quotient %v, derivative %v", k, j, -change/xi, gradient)
							}
						}
					}
				})
			}
		}
	}
}

// disturbed gives the loss with the noise of perturbed in the biases of n that are
// disturbed together with that of unit j of layer k.
func disturbed(n, perturbed *Network, mode Perturbed, k, j int, x Matrix, classes []uint8) float64 {
	var undo []func()
	for l := range n.Layers() {
		bias := n.Layers()[l].Unit().C.W.Data
		before := slices.Clone(bias)
		undo = append(undo, func() { copy(bias, before) })
		for i, xi := range row(perturbed.Layers()[l].(*perturbedLayer).noise, 0) {
			if mode == AllUnits || l == k && (mode == OneLayer || i == j) {
				bias[i] += xi
			}
		}
	}
	loss, _ := n.Test(x, classes)
	for _, f := range undo {
		f()
	}
	return loss
}

// Of normal noise, d has the mean g = −∂L/∂z and the variance g² + Σ g² over the units
// that are disturbed together: E (g·ξ)² ξ² / sd⁴ = Σ g² + 2 g², less the mean's square.
// So the mean of n draws lies within 5 standard errors √(variance/n) of g, which a unit
// of 16 misses by chance once in 10⁵; and the errors are not all smaller than that.
func TestPerturbationConvergesToTheGradient(t *testing.T) {
	for _, mode := range modes() {
		for _, draws := range []int{500, 50_000} {
			t.Run(fmt.Sprint(mode, draws), func(t *testing.T) {
				const batch = 500 // copies of one example, each with its own noise
				rule := DefaultNodePerturbation()
				rule.Perturbed = mode
				c := exampleConfig(rule)
				c.Batch, c.Learning = batch, Learning{}
				n := newNetwork(t, c)
				c.Rule, c.Feedback = DefaultBackprop(), Tied
				gradient := newNetwork(t, c)
				one, class := examples(1, 5, 3)
				x, classes := newMatrix(batch, 5), slices.Repeat(class, batch)
				for i := range batch {
					copy(row(x, i), one.Data)
				}
				gradient.Assign(one, class)
				sums := make([][]float64, len(n.Layers()))
				for range draws / batch {
					n.Train(x, classes)
					for k, l := range n.Layers() {
						u := l.Unit()
						if sums[k] == nil {
							sums[k] = make([]float64, u.D.Cols)
						}
						for i := range batch {
							for j, d := range row(u.D, i) {
								sums[k][j] += d
							}
						}
					}
				}
				var all float64
				layers := make([]float64, len(sums))
				for k, l := range gradient.Layers() {
					for _, g := range row(l.Unit().D, 0) {
						layers[k] += g * g
						all += g * g
					}
				}
				var squares float64
				for k, l := range gradient.Layers() {
					for j, g := range row(l.Unit().D, 0) {
						together := map[Perturbed]float64{AllUnits: all, OneLayer: layers[k], OneUnit: g * g}[mode]
						z := (sums[k][j]/float64(draws) - g) / math.Sqrt((together+g*g)/float64(draws))
						if math.Abs(z) > 5 {
							t.Errorf("layer %d unit %d: mean %v, want %v: %.1f standard errors apart", k, j, sums[k][j]/float64(draws), g, z)
						}
						squares += z * z
					}
				}
				// χ² of 16 degrees of freedom is below 2.9 once in 10⁴ cases.
				if squares < 2.9 {
					t.Errorf("squared standard errors sum to %.2f of 16 units: draws are not independent", squares)
				}
			})
		}
	}
}

// Noise belongs to a step: measuring between two steps does not change the training,
// and no two steps, layers, examples or units share it.
func TestNoiseBelongsToItsStep(t *testing.T) {
	n := newNetwork(t, exampleConfig(DefaultNodePerturbation()))
	x, classes := examples(4, 5, 3)
	n.Assign(x, classes)
	before := state(n)
	n.Assign(x, classes)
	sameState(t, "once more", state(n), before)
	seen := map[float64]bool{}
	for range 3 {
		n.Train(x, classes)
		for k, l := range n.Layers() {
			for _, xi := range l.(*perturbedLayer).noise.Data {
				if seen[xi] {
					t.Fatalf("layer %d: noise of %v twice", k, xi)
				}
				seen[xi] = true
			}
		}
	}
}

func TestPerturbingAllocatesNothing(t *testing.T) {
	for _, mode := range modes() {
		rule := DefaultNodePerturbation()
		rule.Perturbed = mode
		n := newNetwork(t, exampleConfig(rule))
		x, classes := examples(4, 5, 3)
		if a := testing.AllocsPerRun(5, func() { n.Train(x, classes) }); a > 0 {
			t.Errorf("%s: %v allocations for a batch, want none", mode, a)
		}
	}
}
