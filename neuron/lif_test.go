package neuron

import (
	"math"
	"testing"
)

// TestLIFCurrentFrequency: from the reset V(k) = V_∞ + (V_r−V_∞)e^(−k dt/τ_m)
// exactly, so the interval is the refractory period and the first k with
// V(k) ≥ θ.
func TestLIFCurrentFrequency(t *testing.T) {
	p := DefaultLIFCurrent()
	for _, current := range []float64{376, 400, 500, 750, 2000} {
		c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
		hold(t, c, "soma", current)
		asymptote := -70 + current*10/250
		want := 20 + int64(math.Ceil(10/dt*math.Log((asymptote+70)/(asymptote+55))))
		for _, isi := range intervals(trains(c, 20_000, nil)) {
			if isi != want {
				t.Fatalf("%v pA: interval of %d steps, want %d", current, isi, want)
			}
		}
	}
	c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
	hold(t, c, "soma", 374) // below the rheobase of 15 mV·C/τ_m = 375 pA
	if n := len(trains(c, 20_000, nil)[0]); n != 0 {
		t.Errorf("%d spikes below the rheobase", n)
	}
}

// TestLIFCurrentSynapse: the voltage after one synaptic spike of I pA is
//
//	V(t)−E_L = I τ_x τ_m/(C (τ_m−τ_x)) (e^(−t/τ_m)−e^(−t/τ_x)),  or (I/C) t e^(−t/τ_m)
//
// at every step, however long: only rounding to float32 remains, 2⁻²⁴·70 mV a
// step and forgotten with τ_m (Rotter & Diesmann 1999).
func TestLIFCurrentSynapse(t *testing.T) {
	for _, tau := range []float64{0.5, 2, 9.9999, 10, 10.0001, 30} {
		p := DefaultLIFCurrent()
		p.TauExcMS, p.TauInhMS = tau, tau
		for name, sign := range map[string]float64{SomaExc: 1, SomaInh: -1} {
			c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
			v := column(t, c, "v_soma")
			receptor(t, c, name)[0] = 200
			for step := range int64(800) {
				c.Advance(step, 0, 1, nil)
				at := float64(step+1) * dt
				// e^(−t/τ_m)(1−e^(−y))/y·t with y → 0 for equal time constants.
				shape := at
				if y := at * (1/tau - 1/10.0); y != 0 {
					shape = at * -math.Expm1(-y) / y
				}
				want := -70 + sign*200/250*math.Exp(-at/10)*shape
				if math.Abs(float64(v[0])-want) > 4e-4 {
					t.Fatalf("%s, τ %v, %v ms: %v, want %v", name, tau, at, v[0], want)
				}
			}
		}
	}
}

// TestSynapticPropagator compares one step of 2 ms with 200 000 Euler steps,
// whose error is of the order of h/τ = 10⁻⁵/0.5.
func TestSynapticPropagator(t *testing.T) {
	const step, tauMembrane, capacitance, n = 2.0, 10.0, 250.0, 200_000
	for _, tau := range []float64{0.5, 2, 10, 50} {
		const h = step / n
		v, i := 0.0, 1.0
		for range n {
			v, i = v+h*(-v/tauMembrane+i/capacitance), i-h*i/tau
		}
		near(t, "P_x", synapticPropagator(step, tauMembrane, tau, capacitance)/v, 1, 5e-5)
	}
}

// TestLIFCurrentDelta: jumps arrive whole, at the end of the step, and are lost
// during the refractory period (iaf_psc_delta of NEST).
func TestLIFCurrentDelta(t *testing.T) {
	c := BrunelLIFCurrent().New(Env{Size: 1, Dt: dt, Seed: 1})
	v, jump := column(t, c, "v_soma"), receptor(t, c, SomaDelta)
	advance := func(step int64) bool { return len(c.Advance(step, 0, 1, nil)) == 1 }
	jump[0] = 5
	if advance(0) || v[0] != 5 || jump[0] != 0 {
		t.Errorf("V %v, input %v, want 5 and 0", v[0], jump[0])
	}
	jump[0] = -1
	if advance(1) || math.Abs(float64(v[0])-(5*math.Exp(-dt/20)-1)) > 1e-6 {
		t.Errorf("V %v after a jump of −1 mV", v[0])
	}
	jump[0] = 30
	if !advance(2) || v[0] != 10 {
		t.Errorf("V %v, want a spike and the reset of 10", v[0])
	}
	for step := int64(3); step < 23; step++ { // 2 ms
		jump[0] = 30
		if advance(step) || v[0] != 10 || jump[0] != 0 {
			t.Fatalf("step %d: V %v while refractory", step, v[0])
		}
	}
	jump[0] = 30
	if !advance(23) {
		t.Error("no spike after the refractory period")
	}
	if n := len(DefaultLIFCurrent().New(Env{Size: 1, Dt: dt}).Receptors()); n != 2 {
		t.Errorf("%d receptors without delta synapses, want 2", n)
	}
}

// TestLIFCondStepByStep compares every step of the receiver of supplementary
// figure 11 (spiking-model.md §1.6) and of the COBA neuron with float64, from
// the population's own state.
func TestLIFCondStepByStep(t *testing.T) {
	for name, p := range map[string]LIFCond{"receiver": DefaultLIFCond(), "COBA": VogelsAbbottLIFCond()} {
		t.Run(name, func(t *testing.T) {
			c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
			v, offset := column(t, c, "v_soma"), column(t, c, "threshold_offset")
			gExc, gInh := receptor(t, c, SomaExc), receptor(t, c, SomaInh)
			hold(t, c, "soma", 20)
			slow := []float32{0}
			if p.NMDAFraction > 0 {
				slow = column(t, c, "g_soma_nmda")
			}
			ref, spikes := 0, 0
			for step := range int64(5000) {
				if step%37 == 0 {
					gExc[0] += 0.4
				}
				if step%111 == 0 {
					gInh[0] += 0.3
				}
				x, theta, gN := float64(v[0]), float64(offset[0]), float64(slow[0])
				gE, gI := float64(gExc[0]), float64(gInh[0])
				exc := (1-p.NMDAFraction)*gE + p.NMDAFraction*gN
				next := x + dt/20*(p.RestMV-x+exc*(0-x)+gI*(-80-x))
				next = min(max(next, -80), 0)
				gN += (1 - math.Exp(-dt/100)) * (gE - gN)
				gE *= math.Exp(-dt / 5)
				gI *= math.Exp(-dt / 10)
				theta *= math.Exp(-dt / 5)
				spike := false
				if ref > 0 {
					ref--
					next = p.ResetMV
				} else if next > -50+theta {
					spike, next, theta = true, p.ResetMV, p.ThresholdOffsetMV
					ref = int(math.Round(p.RefractoryMS / dt))
					spikes++
				}
				x = next + dt*20/200
				if got := len(c.Advance(step, 0, 1, nil)) == 1; got != spike {
					t.Fatalf("step %d: spike %v, want %v", step, got, spike)
				}
				if math.Abs(float64(v[0])-x) > 3e-5 || math.Abs(float64(offset[0])-theta) > 3e-5 ||
					p.NMDAFraction > 0 && math.Abs(float64(slow[0])-gN) > 1e-6 {
					t.Fatalf("step %d: V %v, ϑ %v, want %v, %v", step, v[0], offset[0], x, theta)
				}
			}
			if spikes < 5 {
				t.Errorf("only %d spikes: little tested", spikes)
			}
		})
	}
}

// BenchmarkLIF advances cells at rest.
func BenchmarkLIF(b *testing.B) {
	const n = 512
	for name, params := range map[string]Params{
		"cond NMDA": DefaultLIFCond(), "cond": VogelsAbbottLIFCond(),
		"exp": DefaultLIFCurrent(), "delta": BrunelLIFCurrent(),
	} {
		b.Run(name, func(b *testing.B) {
			p := params.New(Env{Size: n, Dt: dt, Seed: 1})
			spikes := make([]uint32, 0, n)
			for step := int64(0); b.Loop(); step++ {
				spikes = p.Advance(step, 0, n, spikes[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
		})
	}
}
