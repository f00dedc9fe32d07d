package biasrecurrent

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// settings describe the networks of a run before they learn.
type settings struct {
	units      int
	activation rate.Activation
	leak       float64
	// W has a standard deviation of gain/√units, the readout one of readoutGain/√units.
	gain, readoutGain float64
	// biasSD is that of b before learning; r_0 is the activation of numbers of startSD.
	biasSD, startSD float64
	seed            uint64
}

// What is drawn of the weights. All networks of a seed have the same W, and the first
// outputs of all have the same readout.
const (
	drawRecurrent uint32 = iota
	drawReadout
	drawBias
)

// network is a recurrent network of one trial with a readout that never learns,
//
//	y_t = V r_t
type network struct {
	*rate.Recurrent
	v     rate.Matrix // outputs × units
	start rate.Matrix // r_0
	y     []float64   // of one step
	e     rate.Matrix // ∂L/∂r of one step
	team  *matmul.Team
}

// newNetwork draws a network with room for so many steps; full says that W learns
// beside b.
func newNetwork(s settings, outputs, steps int, full bool) *network {
	team := matmul.NewTeam(1)
	n := &network{
		Recurrent: rate.NewRecurrent(rate.RecurrentConfig{Units: s.units, Leak: s.leak, Activation: s.activation,
			Steps: steps, Rows: 1, LearnW: full, LearnB: true}, team),
		team: team,
		v:    zeros(outputs, s.units), start: s.starts(1, 0), y: make([]float64, outputs), e: zeros(1, s.units),
	}
	sd := 1 / math.Sqrt(float64(s.units))
	source := func(what uint32) rng.Source { return rng.NewSource(s.seed, rng.Weights, what) }
	normal(n.W.Data, s.gain*sd, source(drawRecurrent))
	normal(n.v.Data, s.readoutGain*sd, source(drawReadout))
	normal(n.B, s.biasSD, source(drawBias))
	return n
}

// close ends what the network computes with.
func (n *network) close() { n.team.Close() }

// starts draws initial states: φ of normal numbers, a row for each state. Group 0 is
// that which is learned from, others have states of their own.
func (s settings) starts(rows int, group uint32) rate.Matrix {
	m := zeros(rows, s.units)
	normal(m.Data, s.startSD, rng.NewSource(s.seed, rng.InitialState, group))
	for i, x := range m.Data {
		if s.activation == rate.ReLU {
			m.Data[i] = max(0, x)
		} else {
			m.Data[i] = math.Tanh(x)
		}
	}
	return m
}

func zeros(rows, cols int) rate.Matrix {
	return rate.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

func normal(dst []float64, sd float64, source rng.Source) {
	stream := source.Stream(0)
	law := distuv.Normal{Sigma: sd, Src: &stream}
	for i := range dst {
		dst[i] = law.Rand()
	}
}

// advance is one step without input or noise.
func (n *network) advance() []float64 { return n.Step(rate.Matrix{}, rate.Matrix{}).Data }

// read returns y for these rates, until the next call.
func (n *network) read(r []float64) []float64 {
	for i := range n.y {
		v := n.readout(i)[:len(r)]
		sum := 0.0
		for j, x := range r {
			sum += float64(v[j] * x)
		}
		n.y[i] = sum
	}
	return n.y
}

// readout is the row of V for one output.
func (n *network) readout(i int) []float64 { return n.v.Data[i*n.v.Stride:][:n.v.Cols] }

// loss runs the network from its start and returns the mean over steps and outputs of
// (y − target)².
func (n *network) loss(g target) float64 {
	n.Start(n.start)
	sum := 0.0
	for t := range g.steps() {
		y := n.read(n.advance())
		for i, want := range g.at(t + 1) {
			d := y[i] - want
			sum += float64(d * d)
		}
	}
	return sum / float64(len(g.values))
}

// back sets GB, and GW where W learns, to the gradients of the loss just computed.
func (n *network) back(g target) {
	scale := 2 / float64(len(g.values))
	e := n.e.Data
	clear(e)
	for t := g.steps(); t >= 1; t-- {
		y := n.read(n.Rates(t).Data)
		for i, want := range g.at(t) {
			d, v := scale*(y[i]-want), n.readout(i)[:len(e)]
			for j := range e {
				e[j] += float64(d * v[j])
			}
		}
		state, _ := n.Back(t-1, n.e)
		copy(e, state.Data)
	}
	n.Gradients()
}

// digest is the SHA-256 of numbers, all their bits.
func digest(data []float64) string {
	h := sha256.New()
	var b [8]byte
	for _, x := range data {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
