package rate

import (
	"fmt"
	"math"
	"strconv"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
)

// Network is a stack of layers that learns to classify. It is not safe for
// concurrent use; two networks are.
type Network struct {
	config    Config
	team      *matmul.Team
	layers    []Layer
	delta     Matrix
	x         Matrix // the input of the last Forward
	credit    func(classes []uint8)
	gradients *gradients // of Angles, nil before its first call
}

// What is drawn for a layer, each from a source of its own.
const (
	drawWeights uint32 = iota
	drawFeedback
	drawOwn   // of the rule
	drawKinds = 16
)

// New draws a network. Close it when done with it.
func New(c Config) (*Network, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &Network{config: c, team: matmul.NewTeam(c.Workers), delta: newMatrix(c.Batch, c.Classes)}
	below := c.Input
	for i := range len(c.Hidden) + 1 {
		var conn Connection
		if i < len(c.Hidden) {
			conn = c.Hidden[i].connection(below)
		} else {
			conn = Dense{From: below, To: Flat(c.Classes)}
		}
		below = conn.Out()
		u := newUnits(conn, &c, n.team, i == 0, i == len(c.Hidden))
		source := func(what uint32) rng.Source {
			return rng.NewSource(c.Seed, rng.Weights, uint32(i)*drawKinds+what)
		}
		in, out := conn.Fan()
		u.W.normal(source(drawWeights), c.WeightGain*math.Sqrt(2/float64(in+out)))
		if u.Y != nil && u.Y != u.W && c.Feedback != Zero {
			u.Y.normal(source(drawFeedback), c.FeedbackSD)
		}
		n.layers = append(n.layers, c.Rule.layer(u, source))
	}
	n.credit = n.feedBack
	if r, ok := c.Rule.(assigner); ok {
		n.credit = r.assigner(n)
	}
	return n, nil
}

// Close ends the network's workers.
func (n *Network) Close() { n.team.Close() }

// Layers are the hidden layers from the bottom up, and the output.
func (n *Network) Layers() []Layer { return n.layers }

// Names calls the layers hidden1, hidden2, … from the bottom up, and output.
func (n *Network) Names() []string {
	names := make([]string, len(n.layers))
	for i := range names {
		names[i] = "hidden" + strconv.Itoa(i+1)
	}
	names[len(names)-1] = "output"
	return names
}

// Forward gives the event rates of the output for a batch, examples × classes, valid
// until the next call. It panics if x has more rows than Config.Batch, or other
// columns than the input has units.
func (n *Network) Forward(x Matrix) Matrix {
	if x.Rows > n.config.Batch || x.Cols != n.config.Input.Units() {
		panic(fmt.Sprintf("rate: batch of %d × %d, want at most %d × %d",
			x.Rows, x.Cols, n.config.Batch, n.config.Input.Units()))
	}
	n.x = x
	for _, l := range n.layers {
		l.Forward(x)
		x = first(l.Unit().E, x.Rows)
	}
	return x
}

// Assign makes the signals of all layers for a batch and its classes, without
// changing a weight. It gives the loss, summed over examples, and how many of these
// are classified wrongly.
func (n *Network) Assign(x Matrix, classes []uint8) (loss float64, wrong int) {
	e := n.Forward(x)
	delta := first(n.delta, x.Rows)
	loss, wrong = n.config.Loss.delta(e, classes, delta)
	n.credit(classes)
	return loss, wrong
}

// feedBack tells the output what the teacher wants, and each layer what the one above
// makes of it.
func (n *Network) feedBack([]uint8) {
	top := len(n.layers) - 1
	n.layers[top].Teach(first(n.delta, n.x.Rows))
	for i := top - 1; i >= 0; i-- {
		n.layers[i].Feedback(n.layers[i+1])
	}
}

// assignPart is Assign of examples from to to of a measurement, for which it does not
// matter how many there are in a batch.
func (n *Network) assignPart(x Matrix, classes []uint8, from, to int) {
	for _, l := range n.layers {
		l.Unit().offset = from
	}
	n.Assign(span(x, from, to), classes[from:to])
	for _, l := range n.layers {
		l.Unit().offset = 0
	}
}

// Train learns from a batch, and gives what Assign gives.
func (n *Network) Train(x Matrix, classes []uint8) (loss float64, wrong int) {
	loss, wrong = n.Assign(x, classes)
	var below Layer
	for _, l := range n.layers {
		l.Update(x, below)
		x, below = first(l.Unit().E, x.Rows), l
	}
	return loss, wrong
}

// Test gives the loss, summed over examples, and how many are classified wrongly.
func (n *Network) Test(x Matrix, classes []uint8) (loss float64, wrong int) {
	e := n.Forward(x)
	return n.config.Loss.delta(e, classes, first(n.delta, x.Rows))
}
