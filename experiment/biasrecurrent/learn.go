package biasrecurrent

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/internal/matmul"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/rate"
)

// protocol is what a network goes through.
type protocol struct {
	settings
	steps, freeSteps, otherStarts int
	updates                       int
	biasRate, weightRate          float64
}

func newProtocol(v *experiment.Values, seed uint64) protocol {
	return protocol{
		settings: settings{units: v.Int("units"), activation: rate.Activation(v.String("activation")), leak: v.Float("leak"),
			gain: v.Float("gain"), readoutGain: v.Float("readout_gain"), biasSD: v.Float("bias_sd"),
			startSD: v.Float("start_sd"), seed: seed},
		steps: v.Int("steps"), freeSteps: v.Int("free_steps"), otherStarts: v.Int("other_starts"), updates: v.Int("updates"),
		biasRate: v.Float("rate_bias"), weightRate: v.Float("rate_weights"),
	}
}

// learner is a network that learns a target, and what is seen of it.
type learner struct {
	protocol
	target  target   // with the free steps
	network *network // that learns
	probe   *network // shares its weights, and is run without disturbing what is learned from
	result  *Network
}

func newLearner(p protocol, g target, full bool) *learner {
	l := &learner{protocol: p, target: g, network: newNetwork(p.settings, g.outputs, p.steps, full),
		probe: newNetwork(p.settings, g.outputs, p.steps, false)}
	l.probe.W, l.probe.B = l.network.W, l.network.B
	l.result = &Network{Task: g.name, Learns: learnsBias, TargetPeriodSteps: g.period, LearnedSteps: p.steps}
	if full {
		l.result.Learns = learnsAll
	}
	return l
}

// close ends what its networks compute with.
func (l *learner) close() {
	l.network.close()
	l.probe.close()
}

// curvePoints is about how many points a learning curve has.
const curvePoints = 40

// points are the updates after which a curve has a point: 0, and then equally far apart
// on a logarithmic axis, as far as whole numbers are.
func points(updates int) []int {
	all := []int{0}
	for k := range curvePoints {
		all = append(all, int(math.Round(math.Pow(float64(updates), float64(k)/(curvePoints-1)))))
	}
	return slices.Compact(all)
}

// run learns, and measures before, midway and after.
func (l *learner) run(ctx context.Context, progress func(updates int)) error {
	n, g, r := l.network, l.target.upTo(l.steps), l.result
	bias, weights := rate.NewAdam(l.biasRate, len(n.B)), rate.NewAdam(l.weightRate, len(n.GW.Data))
	r.WeightsSHA256 = digest(n.W.Data)
	at := points(l.updates)
	for u := 0; u <= l.updates; u++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		loss := n.loss(g)
		if !finite([]float64{loss}) {
			return fmt.Errorf("%s: the loss is %v after %d updates; a smaller gain, rate_bias or rate_weights may help", r.name(), loss, u)
		}
		progress(u)
		if slices.Contains(at, u) {
			r.Curve = append(r.Curve, l.point(u, loss))
		}
		var err error
		switch {
		case u == 0:
			r.Before, err = l.stage(ctx, u, loss)
		case r.Midway == nil && loss <= r.Before.Loss/2:
			r.Midway, err = l.stage(ctx, u, loss)
		}
		if err != nil {
			return err
		}
		if u == l.updates {
			if r.After, err = l.stage(ctx, u, loss); err != nil {
				return err
			}
			break
		}
		n.back(g)
		// The rates fall to 0 as half a cosine: the oscillation ends where it has settled.
		fall := (1 + math.Cos(math.Pi*float64(u)/float64(l.updates))) / 2
		bias.Rate, weights.Rate = l.biasRate*fall, l.weightRate*fall
		bias.Step(n.B, n.GB)
		if r.Learns == learnsAll {
			weights.Step(n.W.Data, n.GW.Data)
		}
	}
	r.WeightsUnchanged = digest(n.W.Data) == r.WeightsSHA256
	return l.controls(ctx)
}

// controls are what the network does from other initial states, and with its learned
// biases dealt out to other units.
func (l *learner) controls(ctx context.Context) error {
	n, r := l.network, l.result
	if l.otherStarts > 0 {
		part, err := l.attracted(ctx)
		if err != nil {
			return err
		}
		r.OtherStartsPct = &part
	}
	r.Target = slices.Clone(l.target.upTo(l.shown()).values)
	r.Bias = slices.Clone(n.B)
	r.ShuffledLoss = l.lossWith(l.shuffled(n.B))
	r.compare()
	return nil
}

// lossWith is the loss with other biases.
func (l *learner) lossWith(b []float64) *float64 {
	n := l.network
	was := slices.Clone(n.B)
	copy(n.B, b)
	loss := n.loss(l.target.upTo(l.steps))
	copy(n.B, was)
	return experiment.Finite(loss)
}

// shuffled is b in a random order.
func (l *learner) shuffled(b []float64) []float64 {
	b = slices.Clone(b)
	stream := rng.NewSource(l.seed, rng.Resampling, 0).Stream(0)
	rng.Shuffle(&stream, b)
	return b
}

// startsAtOnce is how many other initial states are run side by side: of these the
// outputs of all steps are in memory, of the rates those of one step.
const startsAtOnce = 32

// attracted is how many of the other initial states end on the target's cycle, percent.
func (l *learner) attracted(ctx context.Context) (float64, error) {
	team := matmul.NewTeam(1)
	defer team.Close()
	starts := l.starts(l.otherStarts, 1)
	all := rate.NewRecurrent(rate.RecurrentConfig{Units: l.units, Leak: l.leak, Activation: l.activation,
		Steps: 1, Rows: min(startsAtOnce, starts.Rows)}, team)
	all.W, all.B = l.network.W, l.network.B
	persist := 0
	for from := 0; from < starts.Rows; from += startsAtOnce {
		r := starts
		r.Rows = min(startsAtOnce, starts.Rows-from)
		r.Data = starts.Data[from*starts.Stride:][:r.Rows*r.Stride]
		y := make([][]float64, r.Rows)
		for range l.steps + l.freeSteps {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			all.Start(r)
			r = all.Step(rate.Matrix{}, rate.Matrix{})
			for i := range y {
				y[i] = append(y[i], l.network.read(r.Data[i*r.Stride:][:r.Cols])...)
			}
		}
		for i := range y {
			if l.target.judge(y[i], l.steps).Persists {
				persist++
			}
		}
	}
	return 100 * float64(persist) / float64(l.otherStarts), nil
}

// trace runs the probe over all steps and returns its outputs. It has room for as many
// as are learned, which is a period or more, and goes on from where it has come to; the
// last of these stretches is whole and stays.
func (l *learner) trace() (y []float64) {
	total := l.steps + l.freeSteps
	at := l.network.start
	for done := 0; done < total; {
		stretch := l.steps
		if done == 0 && total%l.steps != 0 {
			stretch = total % l.steps
		}
		l.probe.Start(at)
		for range stretch {
			y = append(y, l.probe.read(l.probe.advance())...)
		}
		at = l.probe.Rates(stretch)
		done += stretch
	}
	return y
}

// point is a point of the learning curve.
func (l *learner) point(update int, loss float64) Point {
	p := Point{Updates: update, Loss: loss}
	if all := eigenvalues(l.network.meanJacobian(l.steps)); len(all) > 0 {
		s := leading(all)
		p.Modulus, p.PeriodSteps = &s.Modulus, s.PeriodSteps
	}
	return p
}

// stage measures the network as it is, after a run of the steps that are learned.
func (l *learner) stage(ctx context.Context, update int, loss float64) (*Stage, error) {
	y := l.trace()
	s := &Stage{Updates: update, Loss: loss, Free: l.target.judge(y, l.steps)}
	for _, x := range y[:l.shown()*l.target.outputs] {
		s.Output = append(s.Output, experiment.Finite(x))
	}
	period := int(math.Round(l.target.period))
	// Eigenvalues of many units take long.
	for _, measure := range []func(){
		func() { s.Floquet = l.probe.floquet(l.steps-period, period) },
		func() { s.Orbit = spectrum(l.network.meanJacobian(l.steps), l.target.period) },
		func() {
			if j := l.probe.fixedPoint(l.network.meanRates(l.steps)); j != nil {
				s.FixedPoint = spectrum(j, l.target.period)
			}
		},
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		measure()
	}
	if s.Orbit != nil && s.FixedPoint != nil {
		s.MeanModulus = experiment.Finite((s.Orbit.Modulus + s.FixedPoint.Modulus) / 2)
	}
	return s, nil
}

// shown is how many steps metrics.json and the figure have: those that are learned, and
// shownCycles periods of the free run.
func (l *learner) shown() int {
	return l.steps + min(int(math.Ceil(shownCycles*l.target.period)), l.freeSteps)
}

const shownCycles = 4
