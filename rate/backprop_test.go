package rate

import (
	"fmt"
	"math"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// exampleConfig is a small network with two hidden layers.
func exampleConfig(rule Rule) Config {
	return Config{Input: Flat(5), Classes: 3, Hidden: []Hidden{{Units: 7}, {Units: 6}}, Activation: Sigmoid,
		Loss: SquaredError, Rule: rule, Feedback: rule.Feedbacks()[0], Learning: rule.Learning(),
		WeightGain: 1, FeedbackSD: 0.5, Batch: 4, Seed: 3, Workers: 1}
}

// examples draws a batch of rates between -1 and 1, and classes.
func examples(n, units, classes int) (Matrix, []uint8) {
	x, c := newMatrix(n, units), make([]uint8, n)
	stream := rng.NewSource(5, rng.Protocol, 0).Stream(0)
	for i := range x.Data {
		x.Data[i] = 2*stream.Float64() - 1
	}
	for i := range c {
		c[i] = uint8(stream.Below(uint32(classes)))
	}
	return x, c
}

// newNetwork fails the test if c does not describe a network.
func newNetwork(t *testing.T, c Config) *Network {
	t.Helper()
	n, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// D of backpropagation is −∂L/∂z, so Σ d xᵀ is −∂L/∂W.
func TestBackpropIsTheGradient(t *testing.T) {
	for _, loss := range []Loss{SquaredError, CrossEntropy} {
		for _, activation := range []Activation{Sigmoid, ReLU} {
			t.Run(fmt.Sprint(loss, activation), func(t *testing.T) {
				c := exampleConfig(DefaultBackprop())
				c.Loss, c.Activation = loss, activation
				checkGradient(t, c)
			})
		}
	}
}

// checkGradient compares Σ d xᵀ with −∂L/∂W by central differences, whose error is of
// the order of the square of the step.
func checkGradient(t *testing.T, c Config) {
	t.Helper()
	const step, tolerance = 1e-5, 1e-8
	n := newNetwork(t, c)
	x, classes := examples(c.Batch, c.Input.Units(), c.Classes)
	for k := range n.Layers() {
		u := n.Layers()[k].Unit()
		n.Assign(x, classes)
		below := x
		if k > 0 {
			below = first(n.Layers()[k-1].Unit().E, x.Rows)
		}
		g := newMatrix(u.W.W.Rows, u.W.W.Cols)
		u.Conn.Outer(n.team, first(u.D, x.Rows), below, 0, g)
		for i := range u.W.W.Data {
			w := u.W.W.Data[i]
			u.W.W.Data[i] = w + step
			above, _ := n.Test(x, classes)
			u.W.W.Data[i] = w - step
			under, _ := n.Test(x, classes)
			u.W.W.Data[i] = w
			if want := -(above - under) / (2 * step); math.Abs(g.Data[i]-want) > tolerance {
				t.Fatalf("layer %d weight %d: Σ d xᵀ = %v, −∂L/∂w = %v", k, i, g.Data[i], want)
			}
		}
	}
}

// Kolen and Pollack 1994: W and Y change alike, so their difference decays alone.
func TestKolenPollackDecay(t *testing.T) {
	c := exampleConfig(DefaultBackprop())
	c.Feedback, c.Learning.Decay, c.Learning.Momentum = KolenPollack, 0.01, 0.5
	n := newNetwork(t, c)
	x, classes := examples(4, 5, 3)
	u := n.Layers()[1].Unit()
	before := u.Y.W.Data[3] - u.W.W.Data[3]
	const steps = 50
	for range steps {
		n.Train(x, classes)
	}
	want := before * math.Pow(1-c.Learning.Decay, steps)
	if got := u.Y.W.Data[3] - u.W.W.Data[3]; math.Abs(got-want) > 1e-12 {
		t.Errorf("Y − W = %v after %d steps, want %v", got, steps, want)
	}
}

func TestTrainingDoesNotAllocate(t *testing.T) {
	n := newNetwork(t, exampleConfig(DefaultBackprop()))
	x, classes := examples(4, 5, 3)
	n.Train(x, classes)
	if a := testing.AllocsPerRun(20, func() { n.Train(x, classes) }); a > 0 {
		t.Errorf("%v allocations for a batch, want none", a)
	}
}
