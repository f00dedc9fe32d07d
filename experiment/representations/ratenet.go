package representations

import (
	"maps"
	"math"

	"github.com/apical-sim/apical/experiment/xor"
)

// transfer is the event rate of an ensemble as a function of what drives it,
// fitted to the spiking network (see calibrate):
//
//	D = Σ_j n_j (w_j − ρ w_inh) e_j      drive, leak conductances × Hz
//	φ = s ln(1 + exp(k D + b))           event rate without refractoriness, Hz
//	e = φ/(1 + τ φ)                      event rate, Hz
//
// with the in-degree n_j, the mean excitatory weight w_j, the inhibitory weight
// w_inh and the event rate e_j of source j.
type transfer struct {
	ScaleHz    float64 `json:"scale_hz"`    // s
	Gain       float64 `json:"gain"`        // k
	Bias       float64 `json:"bias"`        // b
	Inhibition float64 `json:"inhibition"`  // ρ
	DeadTimeS  float64 `json:"dead_time_s"` // τ
}

func (f transfer) rate(drive float64) float64 {
	x := f.Gain*drive + f.Bias
	free := f.ScaleHz * x
	if x < 30 { // beyond, the logarithm differs from x by less than a last bit
		free = f.ScaleHz * math.Log1p(math.Exp(x))
	}
	return free / (1 + f.DeadTimeS*free)
}

// slope is de/dD where the event rate is e: φ = e/(1 − τe), and with x = kD + b
// ds ln(1+exp x)/dx = s/(1+exp −x) = s (1 − exp(−φ/s)). A rate above what the
// function reaches has the slope of its end, 0.
func (f transfer) slope(e float64) float64 {
	alive := 1 - f.DeadTimeS*e // = 1/(1 + τφ)
	if alive <= 0 {
		return 0
	}
	return f.Gain * f.ScaleHz * -math.Expm1(-e/alive/f.ScaleHz) * alive * alive
}

// rateNet is the network of ensembles as a network of rates: one number an
// ensemble, one mean weight an edge.
type rateNet struct {
	a        *architecture
	transfer [layerCount]transfer
	inDegree [layerCount]float64 // of each edge
	inhibit  [layerCount]float64 // w_inh
	teacher  xor.Teacher
}

// weights are those of the edges of each layer, in their order.
type weights [layerCount][]float64

func (w weights) clone() (c weights) {
	for l := range w {
		c[l] = append([]float64{}, w[l]...)
	}
	return c
}

func (n *rateNet) zero() (w weights) {
	for l, layer := range n.a.layers {
		w[l] = make([]float64, len(layer))
	}
	return w
}

// rates are event rates by ensemble, Hz.
type rates map[string]float64

// forward gives the rates of all ensembles from those of the inputs.
func (n *rateNet) forward(w weights, inputs rates) rates {
	e := rates{}
	for _, name := range n.a.inputs {
		e[name] = inputs[name]
	}
	for l, layer := range n.a.layers {
		drive := rates{}
		for i, x := range layer {
			drive[x.to] += n.inDegree[l] * n.effective(l, w[l][i]) * e[x.from]
		}
		for to, d := range drive {
			e[to] = n.transfer[l].rate(d)
		}
	}
	return e
}

// effective is the weight of an edge less its inhibition.
func (n *rateNet) effective(l int, w float64) float64 {
	return w - n.transfer[l].Inhibition*n.inhibit[l]
}

// cost is that of the spiking network: the cross-entropy of the output's rate.
func (n *rateNet) cost(e rates, target bool) float64 {
	return n.teacher.Cost(e[output], target)
}

// outputError is −dC/de of the output, as if its rate were never off the range.
func (n *rateNet) outputError(e rates, target bool) float64 {
	y, span := n.teacher.Answer(e[output]), n.teacher.HighHz-n.teacher.LowHz
	if target {
		return 1 / y / span
	}
	return -1 / (1 - y) / span
}

// descent returns −dC/dw and, by ensemble, −dC/de at rates e, by backpropagation through the effective
// weights; or, with feedback, through the signs of the paths that bursts take,
// as in feedback alignment.
func (n *rateNet) descent(w weights, e rates, target, feedback bool) (d weights, signals rates) {
	d = n.zero()
	signal := rates{output: n.outputError(e, target)}
	signals = rates{}
	for l := layerCount - 1; l >= 0; l-- {
		maps.Copy(signals, signal)
		below := rates{}
		for i, x := range n.a.layers[l] {
			local := signal[x.to] * n.transfer[l].slope(e[x.to]) * n.inDegree[l]
			d[l][i] = local * e[x.from]
			below[x.from] += local * n.effective(l, w[l][i])
		}
		if feedback && l > 0 {
			below = rates{}
			for _, p := range n.a.feedback[l-1] {
				// A dendrite gets the burst rate: the sender's signal times its
				// event rate's slope.
				s := signal[p.from] * n.transfer[l].slope(e[p.from])
				if !p.positive {
					s = -s
				}
				below[p.to] += s
			}
		}
		signal = below
	}
	return d, signals
}

// angle between two vectors, degrees; 90 where one of them is zero.
func angle(a, b []float64) float64 {
	norm := math.Sqrt(dot(a, a) * dot(b, b))
	if norm == 0 {
		return 90
	}
	return degrees(math.Acos(min(max(dot(a, b)/norm, -1), 1)))
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func degrees(radians float64) float64 { return radians * 180 / math.Pi }
