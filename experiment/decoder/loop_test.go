package decoder

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/apical-sim/apical/rate"
)

// tiny is a loop that can be looked at weight by weight. Its noise is large enough to
// matter.
func tiny() sizes {
	return sizes{units: 7, encoder: 5, readouts: 4, targets: 3, steps: 9, delay: 2, dtMS: 20, leak: 0.4, noise: 0.1}
}

// both gives a loop with an arm, and one with a cursor and any decoder.
func both(z sizes, seed uint64) map[string]*loop {
	l := newLoop(z, seed)
	d := matrix(2, z.units)
	for i := range d.Data {
		d.Data[i] = 0.05 * math.Sin(float64(7*i+1))
	}
	return map[string]*loop{"arm": l, "cursor": l.copyBCI(d)}
}

// Every element of the gradient of the closed loop is that of central differences,
// with feedback at once, late, and not within a trial.
func TestGradient(t *testing.T) {
	for _, delay := range []int{0, 2, 20} {
		z := tiny()
		z.delay = delay
		for name, l := range both(z, 3) {
			source := trialSource(1, trialsGradient)
			l.run(source, 0)
			l.back()
			for kind, x := range l.parameters() {
				g := slices.Clone(l.gradients()[kind])
				scale := 0.0
				for _, v := range g {
					scale = max(scale, math.Abs(v))
				}
				for i := range x {
					const h = 1e-6
					kept := x[i]
					x[i] = kept + h
					above := l.run(source, 0)
					x[i] = kept - h
					below := l.run(source, 0)
					x[i] = kept
					if d := (above - below) / (2 * h); math.Abs(d-g[i]) > 1e-6*scale {
						t.Errorf("%s, delay %d, kind %d, weight %d: gradient %v, differences %v", name, delay, kind, i, g[i], d)
					}
				}
			}
			if e := l.gradientError(5); !(e < 1e-6) {
				t.Errorf("%s, delay %d: error %v", name, delay, e)
			}
		}
	}
}

// A gradient that lacks a part, or has a wrong one, is not taken for right.
func TestGradientErrorSeesParts(t *testing.T) {
	for name, l := range both(tiny(), 3) {
		l.run(trialSource(5, trialsGradient), 0)
		l.back()
		var whole [3][]float64
		for kind, g := range l.gradients() {
			whole[kind] = slices.Clone(g)
		}
		if e := l.deviation(5, whole); !(e < 1e-6) {
			t.Errorf("%s: error %v of the right gradient", name, e)
		}
		for kind, g := range whole {
			for part, change := range map[string]func([]float64){
				"all lost":        func(g []float64) { clear(g) },
				"half lost":       func(g []float64) { clear(g[:len(g)/2]) },
				"other half lost": func(g []float64) { clear(g[len(g)/2:]) },
				"every third lost": func(g []float64) {
					for i := 0; i < len(g); i += 3 {
						g[i] = 0
					}
				},
				"reversed":         slices.Reverse[[]float64],
				"a hundredth more": func(g []float64) { floats.Scale(1.01, g) },
			} {
				wrong := whole
				wrong[kind] = slices.Clone(g)
				if change(wrong[kind]); slices.Equal(wrong[kind], g) {
					continue
				}
				if e := l.deviation(5, wrong); !(e > 1e-4) {
					t.Errorf("%s, kind %d, %s: error %v", name, kind, part, e)
				}
			}
		}
	}
}

// The gradient that reaches the encoder matters: without feedback it would be another.
func TestFeedbackCarriesGradient(t *testing.T) {
	gradients := map[int][]float64{}
	for _, delay := range []int{2, 20} {
		z := tiny()
		z.delay = delay
		l := both(z, 3)["cursor"]
		l.run(trialSource(1, trialsGradient), 0)
		l.back()
		gradients[delay] = slices.Clone(l.network.GW.Data)
	}
	if slices.Equal(gradients[2], gradients[20]) {
		t.Error("the gradient does not depend on what the network sees")
	}
}

// One trial, unit by unit, from the equations.
func TestLoopFromEquations(t *testing.T) {
	z := tiny()
	for name, l := range both(z, 4) {
		got := l.run(trialSource(2, trialsTest), 7)
		d := newDraws(z)
		d.draw(trialSource(2, trialsTest), 7)
		loss, effort := 0.0, 0.0
		for i := range z.targets {
			theta := 2 * math.Pi * float64(i) / float64(z.targets)
			p, v, f := [][2]float64{d.start[i]}, [2]float64{}, [2]float64{}
			r := slices.Clone(row(d.rates, i))
			context := [2]float64{1, 0}
			if name == "cursor" {
				context = [2]float64{0, 1}
			}
			for step := range z.steps {
				seen := p[max(step-z.delay, 0)]
				in := []float64{math.Cos(theta), math.Sin(theta), context[0], context[1], seen[0] / 0.07, seen[1] / 0.07}
				e := make([]float64, z.encoder)
				for j := range e {
					e[j] = max(0, product(l.encode, j, in)+l.shift[j])
				}
				next := make([]float64, z.units)
				for j := range next {
					input := product(l.network.W, j, r) + product(l.network.U, j, e) + l.network.B[j]
					next[j] = max(0, (1-z.leak)*r[j]+z.leak*input+d.noise.Data[(step*z.targets+i)*z.units+j])
				}
				r = next
				u := [2]float64{product(l.readout, 0, r), product(l.readout, 1, r)}
				now := p[step]
				if name == "arm" {
					effort += (u[0]*u[0] + u[1]*u[1]) / (0.08 * 0.08)
					now = [2]float64{now[0] + 0.02*v[0], now[1] + 0.02*v[1]}
					v = [2]float64{v[0] + 0.02*f[0], v[1] + 0.02*f[1]}
					f = [2]float64{math.Exp(-0.5)*f[0] + u[0], math.Exp(-0.5)*f[1] + u[1]}
				} else {
					v = u
					now = [2]float64{now[0] + 0.02*v[0], now[1] + 0.02*v[1]}
				}
				p = append(p, now)
			}
			end := p[z.steps]
			loss += math.Pow((end[0]-0.07*math.Cos(theta))/0.01, 2) + math.Pow((end[1]-0.07*math.Sin(theta))/0.01, 2)
			loss += 0.25*(v[0]*v[0]+v[1]*v[1])/(0.02*0.02) + 0.05*(f[0]*f[0]+f[1]*f[1])/(0.08*0.08)
			s := l.states[z.steps*z.targets+i]
			for k, want := range []float64{end[0], end[1], v[0], v[1], f[0], f[1]} {
				if math.Abs(s[k]-want) > 1e-12*max(1, math.Abs(want)) {
					t.Errorf("%s, target %d: component %d is %v, want %v", name, i, k, s[k], want)
				}
			}
		}
		want := loss/float64(6*z.targets) + 0.05*effort/float64(2*z.targets*z.steps)
		if math.Abs(got-want) > 1e-12*want {
			t.Errorf("%s: loss %v, want %v", name, got, want)
		}
	}
}

func product(m rate.Matrix, i int, x []float64) (sum float64) {
	for j, w := range row(m, i) {
		sum += w * x[j]
	}
	return sum
}

// A constant control has closed forms: force as a geometric series, and a cursor that
// goes straight.
func TestEffectors(t *testing.T) {
	const dt, u, steps = 0.01, 0.3, 25
	a, s := newArm(1000*dt), state{}
	keep := math.Exp(-dt / 0.04)
	p, v := 0.0, 0.0
	for n := range steps {
		f := u * (1 - math.Pow(keep, float64(n))) / (1 - keep) // before the step
		p, v = p+dt*v, v+dt*f
		a.step(&s, [2]float64{u, -u})
	}
	f := u * (1 - math.Pow(keep, steps)) / (1 - keep)
	for k, want := range []float64{p, -p, v, -v, f, -f} {
		if math.Abs(s[k]-want) > 1e-14 {
			t.Errorf("arm, component %d: %v, want %v", k, s[k], want)
		}
	}
	c := cursor{dt}
	s = state{0.01, 0.02}
	for range steps {
		c.step(&s, [2]float64{0.1, -0.2})
	}
	for k, want := range []float64{0.01 + 0.1*dt*steps, 0.02 - 0.2*dt*steps, 0.1, -0.2} {
		if math.Abs(s[k]-want) > 1e-14 {
			t.Errorf("cursor, component %d: %v, want %v", k, s[k], want)
		}
	}
}

// What is drawn depends on seed, purpose and number alone, and has the laws that it
// should: starts within the square, of variance 0.005²/2; rates on [0, 1); noise σ√α.
func TestDraws(t *testing.T) {
	z := tiny()
	z.targets, z.units, z.steps = 200, 100, 10
	a, b := newDraws(z), newDraws(z)
	a.draw(trialSource(1, trialsBCI), 3)
	b.draw(trialSource(1, trialsBCI), 3)
	if a.sum != b.sum || !slices.Equal(a.noise.Data, b.noise.Data) {
		t.Error("one number, two trials")
	}
	for what, other := range map[string]func(){
		"number":  func() { b.draw(trialSource(1, trialsBCI), 4) },
		"purpose": func() { b.draw(trialSource(1, trialsAdapt), 3) },
		"seed":    func() { b.draw(trialSource(2, trialsBCI), 3) },
	} {
		if other(); slices.Equal(a.noise.Data, b.noise.Data) {
			t.Errorf("another %s has the same trials", what)
		}
	}
	mean := func(n int, of func(i int) float64) (sum float64) {
		for i := range n {
			sum += of(i) / float64(n)
		}
		return sum
	}
	for _, x := range []struct {
		name              string
		got, want, spread float64 // of the mean, four standard deviations
	}{
		{"start", mean(400, func(i int) float64 { v := a.start[i/2][i%2]; return v * v }), 0.005 * 0.005 / 2, 4 * 0.005 * 0.005 / math.Sqrt(8*400)},
		{"rates", mean(20_000, func(i int) float64 { return a.rates.Data[i] }), 0.5, 4 / math.Sqrt(12*20_000)},
		{"noise", mean(200_000, func(i int) float64 { v := a.noise.Data[i]; return v * v }), 0.1 * 0.1 * 0.4, 4 * 0.004 * math.Sqrt(2.0/200_000)},
	} {
		if math.Abs(x.got-x.want) > x.spread {
			t.Errorf("%s: %v, want %v ± %v", x.name, x.got, x.want, x.spread)
		}
	}
}

// An epoch of learning allocates nothing.
func TestEpochDoesNotAllocate(t *testing.T) {
	for name, l := range both(tiny(), 1) {
		l.learnAt(1e-3)
		source, e := trialSource(1, trialsArm), uint32(0)
		l.epoch(source, e)
		if n := testing.AllocsPerRun(20, func() { e++; l.epoch(source, e) }); n > 0 {
			t.Errorf("%s: %v allocations an epoch", name, n)
		}
	}
}

func BenchmarkEpoch(b *testing.B) {
	z := sizes{units: 50, encoder: 30, readouts: 10, targets: 8, steps: 50, delay: 5, dtMS: 20, leak: 0.4, noise: 5e-3}
	big := sizes{units: 100, encoder: 100, readouts: 10, targets: 8, steps: 100, delay: 10, dtMS: 10, leak: 0.2, noise: 5e-3}
	for _, z := range []sizes{z, big} {
		b.Run(fmt.Sprintf("units=%d", z.units), func(b *testing.B) {
			l := newLoop(z, 1)
			l.learnAt(5e-4)
			source, e := trialSource(1, trialsArm), uint32(0)
			for b.Loop() {
				l.epoch(source, e)
				e++
			}
		})
	}
}
