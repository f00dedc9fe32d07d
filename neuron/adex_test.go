package neuron

import (
	"math"
	"testing"
)

// TestInterneuronThresholds: V_T of spiking-model.md §1.4, from the rheobase.
func TestInterneuronThresholds(t *testing.T) {
	near(t, "PV", DefaultPV().ThresholdMV, -48.0, 1e-12)
	near(t, "SOM", DefaultSOM().ThresholdMV, -61.836, 5e-4)
}

// TestAdExRheobase: with the true exponential no current below the rheobase
// makes the cell fire again and again, and one a little above does.
func TestAdExRheobase(t *testing.T) {
	for _, c := range []struct {
		name     string
		params   AdEx
		rheobase float64
	}{{"PV", DefaultPV(), 200}, {"SOM", DefaultSOM(), 25}} {
		c.params.TrueExponential, c.params.InitialSDMV = true, 0
		for _, relative := range []float64{0.98, 1.04} {
			p := c.params.New(Env{Size: 1, Dt: dt, Seed: 1})
			hold(t, p, "soma", relative*c.rheobase)
			// Before adaptation has built up, a step of current may evoke a spike.
			train := trains(p, 50_000, nil)[0]
			if repeated := len(train) > 0 && train[len(train)-1] > 25_000; repeated != (relative > 1) {
				t.Errorf("%s: %d spikes in 5 s at %v of the rheobase", c.name, len(train), relative)
			}
		}
	}
}

// TestPower256 compares with (1+x/256)²⁵⁶ in float64; eight squarings of
// rounded numbers err by at most 256·2⁻²⁴ in relative terms, twice that with
// the rounding of the base.
func TestPower256(t *testing.T) {
	for x := -300.0; x < 60; x += 0.37 {
		want := math.Pow(max(0, 1+float64(float32(x))/256), 256)
		if got := float64(power256(float32(x))); math.Abs(got-want) > want*512*0x1p-24+1e-37 {
			t.Errorf("x = %v: %v, want %v", x, got, want)
		}
	}
}

// TestAdExStepByStep compares every step of both interneurons with the step of
// spiking-model.md §1.4 in float64, under synaptic input and injected current.
// Each step starts from the population's own state: an upstroke would multiply
// the rounding errors of its past.
func TestAdExStepByStep(t *testing.T) {
	trueHeld := DefaultSOM()
	trueHeld.TrueExponential, trueHeld.HoldAtReset = true, true
	for name, p := range map[string]AdEx{"PV": DefaultPV(), "SOM": DefaultSOM(), "true, held": trueHeld} {
		t.Run(name, func(t *testing.T) {
			p.InitialSDMV = 0
			c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
			v, w := column(t, c, "v_soma"), column(t, c, "w")
			gExc, gInh := receptor(t, c, SomaExc), receptor(t, c, SomaInh)
			hold(t, c, "soma", 150)
			ref := 0
			hold := -70.0 // trap T5
			if p.HoldAtReset {
				hold = p.ResetMV
			}
			spikes := 0
			for step := range int64(5000) {
				if step%53 == 0 {
					gExc[0] += 0.5
				}
				if step%71 == 0 {
					gInh[0] += 0.3
				}
				x, y := float64(v[0]), float64(w[0])
				gE, gI := float64(gExc[0]), float64(gInh[0])
				z := (x - p.ThresholdMV) / p.SlopeMV
				e := math.Exp(z)
				if !p.TrueExponential {
					e = math.Pow(1+z/256, 256)
				}
				tau := p.CapacitancePF / p.LeakNS
				next := x + dt/tau*((-70-x)+p.SlopeMV*e+gE*(0-x)+gI*(-80-x)-y)
				next = min(max(next, -80), 20)
				// Eight squarings of float32 err by 3e-5 of the exponential current.
				tolerance := 3e-5 * (1 + math.Abs(next-x))
				spike := false
				if ref == 0 {
					if next > 0 {
						spike, next, ref = true, p.ResetMV, int(math.Round(p.RefractoryMS/dt))
						y += p.AdaptationJumpPA / p.LeakNS
						spikes++
					}
				} else {
					ref--
					next = hold
				}
				y += dt / p.TauAdaptationMS * (p.AdaptationNS/p.LeakNS*(next+70) - y)
				gE *= math.Exp(-dt / 5)
				gI *= math.Exp(-dt / 10)
				x = next + dt*150/p.CapacitancePF
				if got := len(c.Advance(step, 0, 1, nil)) == 1; got != spike {
					t.Fatalf("step %d: spike %v, want %v", step, got, spike)
				}
				if math.Abs(float64(v[0])-x) > tolerance || math.Abs(float64(w[0])-y) > 1e-4 ||
					math.Abs(float64(gExc[0])-gE) > 1e-6 || math.Abs(float64(gInh[0])-gI) > 1e-6 {
					t.Fatalf("step %d: V %v, w %v, want %v, %v", step, v[0], w[0], x, y)
				}
			}
			if spikes < 5 {
				t.Errorf("only %d spikes: little tested", spikes)
			}
		})
	}
}

// BenchmarkAdEx advances cells at rest.
func BenchmarkAdEx(b *testing.B) {
	const n = 512
	for name, exponential := range map[string]bool{"power": false, "exponential": true} {
		b.Run(name, func(b *testing.B) {
			params := DefaultPV()
			params.TrueExponential = exponential
			p := params.New(Env{Size: n, Dt: dt, Seed: 1})
			spikes := make([]uint32, 0, n)
			for step := int64(0); b.Loop(); step++ {
				spikes = p.Advance(step, 0, n, spikes[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
		})
	}
}
