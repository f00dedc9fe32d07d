package biasrecurrent

import "math"

// target is what a network is to show: a trajectory of an autonomous system, sampled
// once a step, each of its variables scaled to at most 1.
type target struct {
	name string
	// outputs is how many variables there are; values has them step by step, those of step
	// 1 first, outputs numbers a step.
	outputs int
	values  []float64
	// period is that of the system, steps.
	period float64
	// cycle sets the variables at a phase from 0 to 1 of the periodic orbit, which begins
	// where the first of them rises through 0.
	cycle func(phase float64, values []float64)
}

// at gives the variables at a step, from 1.
func (g target) at(step int) []float64 { return g.values[(step-1)*g.outputs : step*g.outputs] }

// variance is the mean square of the variables over all steps: the loss of a network
// whose outputs stay 0.
func (g target) variance() float64 {
	sum := 0.0
	for _, v := range g.values {
		sum += float64(v * v)
	}
	return sum / float64(len(g.values))
}

// upTo is the target of the first steps alone.
func (g target) upTo(steps int) target {
	g.values = g.values[:steps*g.outputs]
	return g
}

// steps is how many there are.
func (g target) steps() int { return len(g.values) / g.outputs }

// cosine is cos(2π t/period) at t = 1, 2, …, steps.
func cosine(period float64, steps int) target {
	g := target{name: "cosine", outputs: 1, period: period, values: make([]float64, steps),
		cycle: func(phase float64, values []float64) { values[0] = math.Sin(2 * math.Pi * phase) }}
	for t := range g.values {
		g.values[t] = math.Cos(2 * math.Pi * float64(t+1) / period)
	}
	return g
}

// oscillator is the system of van der Pol,
//
//	dx/dt = v      dv/dt = μ (1 − x²) v − x
//
// with time in units in which small oscillations have the period 2π.
type oscillator struct{ mu float64 }

func (o oscillator) slope(s [2]float64) [2]float64 {
	return [2]float64{s[1], float64(o.mu*(1-float64(s[0]*s[0]))*s[1]) - s[0]}
}

// advance takes one step of the classical method of Runge and Kutta, of order 4.
func (o oscillator) advance(s [2]float64, h float64) [2]float64 {
	along := func(k [2]float64, h float64) [2]float64 {
		return [2]float64{s[0] + float64(h*k[0]), s[1] + float64(h*k[1])}
	}
	k1 := o.slope(s)
	k2 := o.slope(along(k1, h/2))
	k3 := o.slope(along(k2, h/2))
	k4 := o.slope(along(k3, h))
	for i := range s {
		s[i] += float64(h / 6 * (k1[i] + float64(2*k2[i]) + float64(2*k3[i]) + k4[i]))
	}
	return s
}

const (
	// substep is the integrator's step, units of time at most: the period is then good to
	// 1e-9 for μ up to 5 (TestVanDerPolPeriod).
	substep = 0.002
	// settling is the time after which a trajectory from near the cycle is on it: for μ = 0.1
	// what is left has shrunk by exp(−0.1 · 300).
	settling = 300.0
)

// cycle returns the period of the limit cycle, units of time, its state where x rises
// through 0, and the greatest |x| and |v| on it.
func (o oscillator) cycle() (period float64, start, greatest [2]float64) {
	s := [2]float64{2, 0}
	for range int(settling / substep) {
		s = o.advance(s, substep)
	}
	s, _ = o.rise(s, nil)
	start = s
	_, period = o.rise(s, func(s [2]float64) {
		for i := range s {
			greatest[i] = max(greatest[i], math.Abs(s[i]))
		}
	})
	return period, start, greatest
}

// rise advances a state to where x next rises through 0, and returns the time that it
// took. The last step is shortened by Newton's method, since dx/dt = v.
func (o oscillator) rise(s [2]float64, visit func([2]float64)) (at [2]float64, took float64) {
	for {
		next := o.advance(s, substep)
		if s[0] < 0 && next[0] >= 0 {
			h := substep * s[0] / (s[0] - next[0])
			for range 5 {
				at = o.advance(s, h)
				h -= at[0] / at[1]
			}
			at = o.advance(s, h)
			at[0] = 0 // not a rounding error below, from which it would rise again
			return at, took + h
		}
		if visit != nil {
			visit(next)
		}
		s, took = next, took+substep
	}
}

// vanDerPol samples the limit cycle, from where x rises through 0, every dt units of
// time; x and v are divided by their greatest absolute values.
func vanDerPol(mu, dt float64, steps int) target {
	o := oscillator{mu}
	period, start, greatest := o.cycle()
	sample := func(count int, dt float64) []float64 {
		s, n := start, int(math.Ceil(dt/substep))
		values := make([]float64, 0, 2*count)
		for range count {
			for range n {
				s = o.advance(s, dt/float64(n))
			}
			values = append(values, s[0]/greatest[0], s[1]/greatest[1])
		}
		return values
	}
	orbit := append([]float64{0, start[1] / greatest[1]}, sample(orbitPoints, period/orbitPoints)...)
	return target{name: "vanderpol", outputs: 2, period: period / dt, values: sample(steps, dt),
		cycle: func(phase float64, values []float64) {
			x := float64(phase * orbitPoints)
			k := min(int(x), orbitPoints-1)
			for i := range values {
				a, b := orbit[2*k+i], orbit[2*k+2+i]
				values[i] = a + float64((b-a)*(x-float64(k)))
			}
		}}
}

// orbitPoints is how many pieces the limit cycle is divided in, between which it is
// taken as straight: good to (2π/1000)²/8 = 5e-6 of a sine.
const orbitPoints = 1000
