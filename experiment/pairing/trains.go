package pairing

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/plasticity"
)

// Times of the protocols that are not parameters, s.
const (
	firstPairing  = 0.01 // of an epoch of the periodic protocol
	epochTail     = 1.0  // after the last interval of an epoch
	firstBout     = 0.1
	sjostromTail  = 1.0 // after the last bout and all of its mean intervals
	perSecond     = 1000
	preTrain      = 0 // which of the two streams of a realisation
	postTrain     = 1
	trainsOfAPair = 2
)

// steps is how long a realisation or an epoch lasts.
func (p *protocol) steps(x float64) int {
	var seconds float64
	v := p.v
	switch p.name {
	case periodic:
		seconds = float64(v.Int("pairings"))/x + epochTail + math.Abs(v.Float("delta"))/perSecond
	case sjostrom:
		pairings := float64(v.Int("bouts") * v.Int("pairings"))
		seconds = firstBout + (pairings-1)/x + v.Float("bout_interval")*float64(v.Int("bouts")-1) + sjostromTail
	default:
		seconds = v.Float("duration")
	}
	return int(math.Round(seconds * perSecond / p.dt))
}

// trains draws the trains of the realisation k at a place of the abscissa; rate is
// the event rate of burst_poisson.
func (p *protocol) trains(source rng.Source, rate, x float64, k int) (pre, post plasticity.Train) {
	stream := func(which int) *rng.Stream {
		s := source.Stream(uint32(trainsOfAPair*k + which))
		return &s
	}
	steps := p.steps(x)
	seconds := float64(steps) * p.dt / perSecond
	var a, b []float64
	switch p.name {
	case periodic:
		a, b = p.pairs(x)
	case poisson:
		a, b = until(seconds, p.poisson(stream(preTrain), x)), until(seconds, p.poisson(stream(postTrain), x))
	case burstPoisson:
		a, b = until(seconds, p.bursting(stream(preTrain), rate, x)), until(seconds, p.bursting(stream(postTrain), rate, x))
	case sjostrom:
		a = p.bouts(stream(preTrain), x)
		b = p.jittered(stream(postTrain), a)
	}
	window := p.v.Float("burst_window")
	return plasticity.NewTrain(a, window, p.dt, steps), plasticity.NewTrain(b, window, p.dt, steps)
}

// until collects times from intervals, s.
func until(seconds float64, interval func() float64) []float64 {
	var times []float64
	for at := interval(); at < seconds; at += interval() {
		times = append(times, at)
	}
	return times
}

func exponential(s *rng.Stream, mean float64) float64 { return -mean * math.Log(1-s.Float64()) }

// pairs are the spikes of an epoch of periodic pairings at f Hz.
func (p *protocol) pairs(f float64) (pre, post []float64) {
	delta := p.v.Float("delta") / perSecond
	for i := range p.v.Int("pairings") {
		at := firstPairing + float64(i)/f
		pre = append(pre, at+max(0, -delta))
		post = append(post, at+max(0, delta))
	}
	return pre, post
}

// poisson draws intervals of a Poisson train of rate r with a refractory time.
func (p *protocol) poisson(s *rng.Stream, r float64) func() float64 {
	refractory := p.v.Float("poisson_refractory") / perSecond
	return func() float64 { return refractory + exponential(s, 1/r-refractory) }
}

// bursting draws events a refractory time and an exponential interval apart. Each
// is followed with a probability by a second spike, and the next interval counts
// from that.
func (p *protocol) bursting(s *rng.Stream, rate, probability float64) func() float64 {
	refractory := p.v.Float("event_refractory") / perSecond
	least := p.v.Float("burst_interval_min") / perSecond
	spread := p.v.Float("burst_interval_max")/perSecond - least
	event := false
	return func() float64 {
		if event && s.Float64() < probability {
			event = false
			return least + spread*s.Float64()
		}
		event = true
		return refractory + exponential(s, 1/rate-refractory)
	}
}

// bouts are presynaptic spikes after Sjöström et al.: bouts that begin at equal
// distances, within each exponential intervals of mean 1/f. A slow bout may run
// into the next.
func (p *protocol) bouts(s *rng.Stream, f float64) []float64 {
	var times []float64
	for bout := range p.v.Int("bouts") {
		at := firstBout + float64(bout)*p.v.Float("bout_interval")
		for range p.v.Int("pairings") {
			times = append(times, at)
			at += exponential(s, 1/f)
		}
	}
	return times
}

// jittered moves each time by a normal deviate and keeps the order, as the
// reference program does.
func (p *protocol) jittered(s *rng.Stream, times []float64) []float64 {
	sd := p.v.Float("jitter") / perSecond
	if sd == 0 {
		return times
	}
	law := distuv.Normal{Sigma: sd, Src: s}
	moved := make([]float64, len(times))
	for i, at := range times {
		moved[i] = at + law.Rand()
	}
	return moved
}
