package biasrecurrent

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/rate"
)

// TestVanDerPolPeriod holds period and amplitude to published numbers: for μ = 1 the
// period 6.66328686 and the amplitude 2.00861986, for μ = 5 the period 11.61223067
// (Andersen and Geer 1982, doi 10.1137/0142047, from their series); and for a small μ
// to the expansion 2π (1 + μ²/16 − 5 μ⁴/3072), whose next term is of the order μ⁶.
func TestVanDerPolPeriod(t *testing.T) {
	period, start, greatest := oscillator{1}.cycle()
	if math.Abs(period-6.66328686) > 1e-7 || math.Abs(greatest[0]-2.00861986) > 1e-5 || math.Abs(start[0]) > 1e-12 || start[1] <= 0 {
		t.Errorf("μ = 1: period %.9f, amplitude %.9f, start %v", period, greatest[0], start)
	}
	if period, _, _ := (oscillator{5}).cycle(); math.Abs(period-11.61223067) > 1e-6 {
		t.Errorf("μ = 5: period %.9f", period)
	}
	const mu = 0.1
	want := 2 * math.Pi * (1 + mu*mu/16 - 5*mu*mu*mu*mu/3072)
	if period, _, _ := (oscillator{mu}).cycle(); math.Abs(period-want) > 1e-6 {
		t.Errorf("μ = 0.1: period %.9f, want %.9f", period, want)
	}
}

// TestTargets: samples lie on the cycle, at phases that advance by one step.
func TestTargets(t *testing.T) {
	for _, g := range []target{cosine(25, 300), vanDerPol(1, 0.2, 300), vanDerPol(3, 0.11, 300)} {
		want := make([]float64, g.outputs)
		origin := 0.0
		if g.name == "cosine" {
			origin = 0.25 // begins at the top
		}
		for step := 1; step <= 300; step++ {
			_, phase := math.Modf(origin + float64(step)/g.period)
			g.cycle(phase, want)
			for i, w := range want {
				// Between its points the cycle is taken as straight.
				if got := g.at(step)[i]; math.Abs(got-w) > 5e-4 || math.Abs(got) > 1+1e-9 {
					t.Fatalf("%s, step %d, output %d: %v, on the cycle %v", g.name, step, i, got, w)
				}
			}
		}
	}
}

// rotation is a network of four units near 0, where tanh is linear: its W turns two of
// them by an angle, and scales these by a factor and the others by half of it.
func rotation(factor, angle float64, steps int) *network {
	n := newNetwork(settings{units: 4, activation: rate.Tanh, leak: 1, gain: 1, readoutGain: 1, startSD: 1e-9, seed: 1}, 1, steps, false)
	c, s := factor*math.Cos(angle), factor*math.Sin(angle)
	copy(n.W.Data, []float64{c, -s, 0, 0, s, c, 0, 0, 0, 0, factor / 2, 0, 0, 0, 0, -factor / 2})
	return n
}

// TestSpectrum compares Jacobians near 0 with the rotation that they are.
func TestSpectrum(t *testing.T) {
	const factor, angle = 0.97, 2 * math.Pi / 25
	n := rotation(factor, angle, 60)
	n.Start(n.start)
	for range 60 {
		n.advance()
	}
	f := n.floquet(35, 25)
	if want := math.Pow(factor, 25); math.Abs(f.Modulus-want) > 1e-9 || math.Abs(f.SecondModulus-want/0x1p25) > 1e-9 {
		t.Errorf("multipliers %+v, want %v and 2⁻²⁵ of it", f, want)
	}
	for name, s := range map[string]*Spectrum{"mean": spectrum(n.meanJacobian(60), 25), "fixed point": spectrum(n.fixedPoint(n.meanRates(60)), 25)} {
		if math.Abs(s.Modulus-factor) > 1e-12 || math.Abs(s.PhaseRad-angle) > 1e-12 || math.Abs(*s.PeriodSteps-25) > 1e-9 || math.Abs(s.Distance-0.03) > 1e-12 {
			t.Errorf("%s: %+v, want %v turning by %v", name, s, factor, angle)
		}
	}
}

// TestCycleBetweenModuli: a rotation that grows by ρ = 1 + g, of tanh units, swings with
// an amplitude A of inputs at which the gain of the swing, 1 − A²/4 + A⁴/12, makes up for
// ρ. The mean slope, 1 − A²/2 + A⁴/4, then gives the mean Jacobian the modulus
// 1 − g + 4/3 g². The fixed point has ρ; both turn by the angle of W.
func TestCycleBetweenModuli(t *testing.T) {
	for _, growth := range []float64{0.02, 0.06} {
		const angle = 1.0 // far from any small multiple of 2π: the orbit goes through all phases
		n := rotation(1+growth, angle, 2000)
		copy(n.start.Data, []float64{0.1, 0, 0, 0})
		for range 2 { // from the start to the cycle, and on it
			n.Start(n.start)
			for range 2000 {
				n.advance()
			}
			copy(n.start.Data, n.Rates(2000).Data)
		}
		mean := spectrum(n.meanJacobian(2000), 2*math.Pi/angle)
		fixed := spectrum(n.fixedPoint(n.meanRates(2000)), 2*math.Pi/angle)
		// Left out are terms of g³, and of g² the third harmonic, a fraction of the others.
		if math.Abs(mean.Modulus-(1-growth+growth*growth*4/3)) > growth*growth/2 || math.Abs(fixed.Modulus-(1+growth)) > 1e-9 {
			t.Errorf("growth %v: mean Jacobian %v, fixed point %v", growth, mean.Modulus, fixed.Modulus)
		}
		if math.Abs(mean.PhaseRad-angle) > 1e-3 || math.Abs(fixed.PhaseRad-angle) > 1e-9 {
			t.Errorf("growth %v: phases %v and %v, want %v", growth, mean.PhaseRad, fixed.PhaseRad, angle)
		}
	}
}

// TestFixedPoint looks for one where the map leaves it: of units r = tanh(w r + b)
// near r = 0, where w = 2 repels.
func TestFixedPoint(t *testing.T) {
	n := rotation(2, 0, 4)
	copy(n.B, []float64{0, -0.2, 0.1, 0.3})
	n.Start(n.start)
	n.advance()
	j := n.fixedPoint(n.meanRates(1))
	if j == nil {
		t.Fatal("none was found")
	}
	for i, b := range n.B {
		r, w := n.Rates(0).Data[i], []float64{2, 2, 1, -1}[i]
		if math.Abs(r-math.Tanh(w*r+b)) > 1e-11 || math.Abs(j.At(i, i)-w*(1-r*r)) > 1e-9 {
			t.Errorf("unit %d: %v is no fixed point, or its slope not %v", i, r, j.At(i, i))
		}
	}
}

// TestJudge makes outputs of which all is known: 0.9 of the target for the steps that are
// learned, and then 0.8 of it with a period of 25.2 steps.
func TestJudge(t *testing.T) {
	g := cosine(25, 1100)
	y := make([]float64, 1100)
	for i := range y {
		if i < 100 {
			y[i] = 0.9 * g.values[i]
		} else {
			y[i] = 0.8 * math.Sin(2*math.Pi*float64(i)/25.2)
		}
	}
	f := g.judge(y, 100)
	// Crossings on straight lines between samples are off by (2π/25)²/12 of a step at most.
	if math.Abs(*f.PeriodSteps-25.2) > 0.001 || math.Abs(*f.PeriodErrorPct-0.8) > 0.01 {
		t.Errorf("period %v, off by %v %%", *f.PeriodSteps, *f.PeriodErrorPct)
	}
	if math.Abs(*f.AmplitudeRatio-0.8) > 0.01 || math.Abs(*f.CycleErrorPct-20) > 0.5 || !f.Persists {
		t.Errorf("%+v, want 0.8 of the cycle", f)
	}
	if f.HorizonSteps <= 100 || f.HorizonSteps > 110 {
		t.Errorf("horizon %d, want soon after step 100", f.HorizonSteps)
	}
	for i := range y {
		y[i] = math.Exp(-float64(i) / 100)
	}
	if f := g.judge(y, 100); f.PeriodSteps != nil || f.Persists {
		t.Errorf("a decay oscillates: %+v", f)
	}
	for i := range y {
		y[i] = g.values[i] * math.Exp(-float64(i)/100)
	}
	if f := g.judge(y, 100); f.PeriodSteps != nil || f.Persists {
		t.Errorf("what has died out oscillates: %+v", f)
	}
}
