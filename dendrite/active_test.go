package dendrite

import (
	"math"
	"strings"
	"testing"
)

// quiet returns one block of active dendrites with dt 0.1 ms, at rest at −70 mV,
// without adaptation.
func quiet(t *testing.T, change func(*ActiveParams)) *Active {
	t.Helper()
	p := DefaultActive()
	p.AdaptationNS = 0
	change(&p)
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return NewActive(p, Surround{
		RestMV: -70, RevInhMV: -80, TauExcMS: 5, TauInhMS: 10, Dt: 0.1, Length: 64,
	})
}

// TestKickBox: a spike adds 2600 pA·0.1 ms/170 pF = 1.529 mV in each of the 20
// steps that follow, less the leak; a second spike starts the box again and
// adds nothing to it (spiking-model.md §1.1, trap T7).
func TestKickBox(t *testing.T) {
	d := quiet(t, func(p *ActiveParams) { p.PlateauPA = 0 })
	want := [2]float64{-70, -70}
	left := [2]int{}
	peak := 0.0
	for step := range 200 {
		if step == 10 {
			d.Kick(0)
			d.Kick(1)
			left = [2]int{20, 20}
		}
		if step == 25 {
			d.Kick(1)
			left[1] = 20
		}
		d.Advance(0, 64, d.V)
		for i := range want {
			want[i] += 0.1 / 7 * (-70 - want[i])
			if left[i] > 0 {
				left[i]--
				want[i] += 0.1 * 2600 / 170
			}
			if math.Abs(float64(d.V[i])-want[i]) > 1e-3 {
				t.Fatalf("step %d, dendrite %d: %v, want %v", step, i, d.V[i], want[i])
			}
		}
		peak = max(peak, float64(d.V[0])+70)
		if math.Abs(float64(d.V[2])+70) > 1e-4 {
			t.Fatalf("step %d: a dendrite without a spike is at %v", step, d.V[2])
		}
	}
	// Closed form after n steps: (ζτ/C)(1−(1−dt/τ)²⁰) = 26.8 mV.
	if closed := 2600.0 * 7 / 170 * (1 - math.Pow(1-0.1/7, 20)); math.Abs(peak-closed) > 1e-3 {
		t.Errorf("peak %v mV above rest, want %v", peak, closed)
	}
}

// TestPlateau: full activation lifts the dendrite by G_d τ_d/C_d = 49.4 mV, and
// Activation is that of the voltage before the step.
func TestPlateau(t *testing.T) {
	d := quiet(t, func(p *ActiveParams) { p.HalfActivationMV = -1000 })
	for range 2000 {
		d.Advance(0, 64, d.V)
	}
	if lift := float64(d.V[5]) + 70; math.Abs(lift-1200.0*7/170) > 1e-3 {
		t.Errorf("lifted by %v mV, want %v", lift, 1200.0*7/170)
	}
	d = quiet(t, func(*ActiveParams) {})
	for step := range 500 {
		d.V[3] = -70 + float32(step)/5
		before := float64(d.V[3])
		d.Advance(0, 64, d.V)
		if s := 1 / (1 + math.Exp(-(before+38)/6)); math.Abs(float64(d.Activation[3])-s) > 1e-6 {
			t.Fatalf("activation at %v mV: %v, want %v", before, d.Activation[3], s)
		}
	}
}

// TestAdaptationFollowsNewVoltage: w_d' = w_d + (dt/τ)(V_d'−E_L−w_d), with the
// injected current entering afterwards.
func TestAdaptationFollowsNewVoltage(t *testing.T) {
	d := quiet(t, func(p *ActiveParams) { p.PlateauPA, p.AdaptationNS = 0, -13 })
	v, w := -70.0, 0.0
	for step := range 1000 {
		d.Inject[7] = 0.1 * 100 / 170
		d.Advance(0, 64, d.V)
		v += 0.1/7*(-70-v) + 0.1*(-13.0)/170*w
		w += 0.1 / 30 * (v + 70 - w)
		v += 0.1 * 100 / 170
		if math.Abs(float64(d.V[7])-v) > 1e-3 || math.Abs(float64(d.W[7])-w) > 1e-3 {
			t.Fatalf("step %d: V %v, w %v, want %v, %v", step, d.V[7], d.W[7], v, w)
		}
	}
}

func TestValidateNamesFields(t *testing.T) {
	p := DefaultActive()
	p.TauMS, p.SlopeMV, p.KickMS, p.PlateauPA = 0, -1, -2, math.NaN()
	err := p.Validate()
	for _, want := range []string{
		"tau_ms: 0, want > 0", "slope_mv: -1, want > 0", "kick_ms: -2, want >= 0",
		"plateau_pa: NaN, want a finite number",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
