package representations

import (
	"context"
	"math"

	"gonum.org/v1/gonum/optimize"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/experiment/xor"
	"github.com/apical-sim/apical/sim"
)

// weightFactors multiply plastic weights while transfer functions are measured:
// those of edges from the first, third ... source of a layer, and those from the
// others. Learning, too, raises some and lowers others.
var weightFactors = [...][2]float64{{1, 1}, {0.9, 0.9}, {1.1, 1.1}, {0.85, 1.15}, {1.15, 0.85}, {0.7, 1.3}, {1.3, 0.7}}

// sample is what an ensemble did under a drive.
type sample struct {
	exc, inh float64 // Σ n_j w_j e_j and Σ n_j w_inh e_j
	rate     float64 // Hz
}

// count adds up what populations emitted.
type count []sim.RateBin

func (c count) add(bins []sim.RateBin) {
	for _, b := range bins {
		s := &c[b.Population]
		s.Neurons = b.Neurons
		s.To += b.To - b.From
		s.Events += b.Events
		s.Bursts += b.Bursts
	}
}

// calibrate measures the transfer functions: a copy of the network without
// plasticity shows every example with the weights of all layers multiplied by
// each of the factors; each layer's function is fitted to the rates of its
// ensembles, given those of their sources.
func calibrate(ctx context.Context, v *experiment.Values, seed uint64, workers int) (n *rateNet, fit map[string]Transfer, err error) {
	a := layout()
	n = newRateNet(v, a)
	network := Network(v, seed)
	for i := range network.Projections {
		network.Projections[i].Rule = nil
	}
	s, err := network.Build(sim.Options{Workers: workers})
	if err != nil {
		return nil, nil, err
	}
	seen := make(count, len(network.Populations))
	if err := s.RecordRates(s.Steps(0.1), func(b []sim.RateBin) error { seen.add(b); return nil }); err != nil {
		return nil, nil, err
	}
	settle, measure := s.Steps(0.3), s.Steps(v.Float("calibration"))
	var samples [layerCount][]sample
	for _, f := range weightFactors {
		for l, layer := range a.layers {
			for i, e := range layer {
				if err := s.SetWeight(e.name(), factor(layer, i, f)*initialWeight(v, a, l, e)); err != nil {
					return nil, nil, err
				}
			}
		}
		for _, e := range a.examples {
			if err := show(s, v, a, e); err != nil {
				return nil, nil, err
			}
			if err := s.Run(ctx, settle); err != nil {
				return nil, nil, err
			}
			clear(seen)
			if err := s.Run(ctx, measure); err != nil {
				return nil, nil, err
			}
			hz := rates{}
			for i, p := range network.Populations {
				hz[p.Name] = seen[i].EventRateHz(s.StepsPerSecond())
			}
			for l, layer := range a.layers {
				at := map[string]*sample{}
				for i, x := range layer {
					if at[x.to] == nil {
						at[x.to] = &sample{rate: hz[x.to]}
					}
					at[x.to].exc += n.inDegree[l] * factor(layer, i, f) * initialWeight(v, a, l, x) * hz[x.from]
					at[x.to].inh += n.inDegree[l] * n.inhibit[l] * hz[x.from]
				}
				for _, x := range a.populations() {
					if at[x] != nil {
						samples[l] = append(samples[l], *at[x])
					}
				}
			}
		}
	}
	fit = map[string]Transfer{}
	for l := range samples {
		t, err := fitTransfer(samples[l])
		if err != nil {
			return nil, nil, err
		}
		n.transfer[l], fit[layerNames[l]] = t.transfer, t
	}
	return n, fit, nil
}

// factor is that of an edge: the edges of a layer are grouped by their source.
func factor(layer []edge, i int, f [2]float64) float64 {
	targets := len(layer) / sources(layer, layer[0].to)
	return f[i/targets%2]
}

func newRateNet(v *experiment.Values, a *architecture) *rateNet {
	n := &rateNet{a: a, teacher: xor.NewTeacher(v)}
	for l, layer := range a.layers {
		n.inDegree[l] = min(v.Float("in_degree")/float64(sources(layer, layer[0].to)), float64(v.Int("neurons")))
		n.inhibit[l] = v.Float("w_" + layerNames[l] + "_inh")
	}
	return n
}

// Transfer is a transfer function and how well it describes what was measured.
type Transfer struct {
	transfer
	Samples   int     `json:"samples"`
	RMSHz     float64 `json:"rms_hz"`
	Explained float64 `json:"explained_variance"`
}

// fitTransfer finds the transfer function with the least squared deviation. Scale,
// gain and dead time are kept positive by their logarithms.
func fitTransfer(samples []sample) (Transfer, error) {
	at := func(x []float64) transfer {
		return transfer{ScaleHz: math.Exp(x[0]), Gain: math.Exp(x[1]), Bias: x[2], Inhibition: x[3], DeadTimeS: math.Exp(x[4])}
	}
	loss := func(x []float64) (sum float64) {
		f := at(x)
		for _, s := range samples {
			d := f.rate(s.exc-f.Inhibition*s.inh) - s.rate
			sum += d * d
		}
		return sum / float64(len(samples))
	}
	// Events of 2 to 5 Hz over drives of tens of leak conductances × Hz; the two
	// synaptic charges are alike (decay 5 and 10 ms, driving forces near 58 and 22 mV);
	// an event is followed by 20 ms of refractoriness.
	best, err := optimize.Minimize(optimize.Problem{Func: loss}, []float64{math.Log(4), math.Log(0.02), 0, 0.8, math.Log(0.02)}, nil, &optimize.NelderMead{})
	if err != nil {
		return Transfer{}, err
	}
	var mean, variance float64
	for _, s := range samples {
		mean += s.rate / float64(len(samples))
	}
	for _, s := range samples {
		variance += (s.rate - mean) * (s.rate - mean) / float64(len(samples))
	}
	return Transfer{transfer: at(best.X), Samples: len(samples), RMSHz: math.Sqrt(best.F), Explained: 1 - best.F/variance}, nil
}

// show sets the inputs to an example.
func show(s *sim.Simulation, v *experiment.Values, a *architecture, e example) error {
	for k, bit := range e.bits {
		level := sim.Constant(v.Float("input_low"))
		if bit {
			level = sim.Constant(v.Float("input_high"))
		}
		if err := s.SetCurrent(a.inputs[k], level); err != nil {
			return err
		}
	}
	return nil
}
