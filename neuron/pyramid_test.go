package neuron

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// column returns a state variable of a population.
func column(t testing.TB, p Population, name string) []float32 {
	t.Helper()
	for _, c := range p.State() {
		if c.Name == name {
			return c.Values
		}
	}
	t.Fatalf("no state variable %s", name)
	return nil
}

// receptor returns the input of that name.
func receptor(t testing.TB, p Population, name string) []float32 {
	t.Helper()
	for _, r := range p.Receptors() {
		if r.Name == name {
			return r.G
		}
	}
	t.Fatalf("no receptor %s", name)
	return nil
}

// hold injects a constant current in pA into a compartment of every neuron.
func hold(t testing.TB, p Population, compartment string, current float64) {
	t.Helper()
	for _, c := range p.Compartments() {
		if c.Name == compartment {
			for i := range c.Inject {
				c.Inject[i] = float32(current * c.PerPicoampere)
			}
			return
		}
	}
	t.Fatalf("no compartment %s", compartment)
}

// near fails unless got is within tolerance of want.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, tolerance)
	}
}

// census counts events, bursts and spikes, as the reference's monitor does.
type census struct {
	classifier             *Classifier
	events, bursts, spikes int
	eventList, burstList   []uint32
}

func newCensus(n int) *census { return &census{classifier: NewClassifier(DefaultDetector(), dt, 0, n)} }

func (c *census) add(step int64, spikes []uint32, count bool) {
	c.eventList, c.burstList = c.classifier.Classify(step, spikes, c.eventList[:0], c.burstList[:0])
	if count {
		c.events += len(c.eventList)
		c.bursts += len(c.burstList)
		c.spikes += len(spikes)
	}
}

// noise is one excitatory and one inhibitory Poisson unit for each neuron and
// compartment, as in spiking-model.md §5.3 and §5.4.
type noise struct {
	gaps    *rng.Gaps
	rasters []*Raster
	weights []float32
	g       [][]float32
}

func (n *noise) add(t testing.TB, p Population, name string, weight float32) {
	n.rasters = append(n.rasters, NewRaster(rng.NewSource(5, rng.PoissonInput, uint32(len(n.rasters))), p.Size()))
	n.weights = append(n.weights, weight)
	n.g = append(n.g, receptor(t, p, name))
}

func (n *noise) apply(size int) {
	for k, r := range n.rasters {
		r.Add(n.gaps, 0, size, n.weights[k], n.g[k], make([]uint32, 0, size))
	}
}

// inputNoise is that of the input cells of the XOR network.
func inputNoise(t testing.TB, p Population) *noise {
	n := &noise{gaps: rng.NewGaps(500 * dt / 1000)}
	n.add(t, p, SomaExc, 0.35)
	n.add(t, p, SomaInh, 0.35)
	n.add(t, p, DendriteExc, 0.05)
	n.add(t, p, DendriteInh, 0.05)
	return n
}

// TestPyramidsRelax compares sub-threshold courses with the closed forms of the
// Euler recursion x_n = x_∞ + (x_0−x_∞)(1−dt/τ)ⁿ, with dendrites too weak to
// matter. Rounding to float32 adds up to about n·2⁻²⁴·70 mV.
func TestPyramidsRelax(t *testing.T) {
	two := DefaultTwoCompartment()
	two.PlateauPA, two.Dendrite.PlateauPA, two.Soma.InitialMeanMV, two.Soma.InitialSDMV = 0, 0, -60, 0
	burst := DefaultBurstPoisson()
	burst.Soma = two.Soma
	event := DefaultEventBurstPoisson()
	event.Soma, event.EventVoltageMV = two.Soma, 1000
	for name, p := range map[string]Params{"two_compartment": two, "burst_poisson": burst, "event_burst_poisson": event} {
		t.Run(name, func(t *testing.T) {
			c := p.New(Env{Size: 70, Dt: dt, Seed: 1})
			v, w, theta := column(t, c, "v_soma"), column(t, c, "w_soma"), column(t, c, "threshold")
			vd, wd := column(t, c, "v_dendrite"), column(t, c, "w_dendrite")
			near(t, "w_d at the start, §1.1", float64(wd[0]), 0.1, 1e-7)
			hold(t, c, "soma", 50)
			theta[69] = -40 // θ_0 + 10
			const steps = 400
			x, y := -70.0, 0.1 // V_d and w_d in float64
			for step := range int64(steps) {
				if s := c.Advance(step, 0, 70, nil); len(s) > 0 {
					t.Fatalf("spikes %v", s)
				}
				x += dt/7*(-70-x) + dt*(-13.0)/170*y
				y += dt / 30 * (x + 70 - y)
			}
			n := float64(steps)
			// I is added after the decay: x_∞ = E_L + I τ/C.
			asymptote := -70 + 50*16.0/370
			near(t, "V_s", float64(v[69]), asymptote+(-60-asymptote)*math.Pow(1-dt/16, n), 1e-3)
			near(t, "θ", float64(theta[69]), -50+10*math.Pow(1-dt/27, n), 1e-3)
			near(t, "w_s", float64(w[69]), 0, 0)
			near(t, "V_d", float64(vd[69]), x, 1e-3)
			near(t, "w_d", float64(wd[69]), y, 1e-4)
		})
	}
}

// TestTwoCompartmentStepByStep follows a cell that bursts through the steps of
// spiking-model.md §1.1 in float64.
func TestTwoCompartmentStepByStep(t *testing.T) {
	for _, nmda := range []float64{0, 0.5} {
		for _, own := range []bool{false, true} {
			p := DefaultTwoCompartment()
			p.Synapses.NMDAFraction, p.Synapses.DendriticDrivingForce = nmda, own
			p.Soma.InitialSDMV = 0
			c := p.New(Env{Size: 1, Dt: dt, Seed: 1})
			names := []string{"v_soma", "v_dendrite", "w_soma", "w_dendrite", "threshold",
				"g_soma_exc", "g_soma_inh", "g_dendrite_exc", "g_dendrite_inh"}
			hold(t, c, "soma", 700)
			hold(t, c, "dendrite", 400)
			var r reference
			r.reset(nmda, own)
			spikes := 0
			for step := range int64(3000) {
				if step%97 == 0 {
					for i, name := range names[5:] {
						weight := 0.1 * float64(i+1)
						receptor(t, c, name[2:])[0] += float32(weight)
						*r.state()[5+i] += weight
					}
				}
				spiked := len(c.Advance(step, 0, 1, nil)) == 1
				if spiked != r.step(700, 400) {
					t.Fatalf("step %d: spike %v", step, spiked)
				}
				if spiked {
					spikes++
				}
				for i, name := range names {
					want := *r.state()[i]
					// Rounding to float32, which each spike forgets in V_s.
					if got := float64(column(t, c, name)[0]); math.Abs(got-want) > 2e-3*(1+math.Abs(want)/70) {
						t.Fatalf("NMDA %v, own %v, step %d: %s = %v, want %v", nmda, own, step, name, got, want)
					}
				}
			}
			if spikes < 5 {
				t.Errorf("only %d spikes: little tested", spikes)
			}
		}
	}
}

// reference is the exact step of spiking-model.md §1.1, written down again.
type reference struct {
	vs, vd, ws, wd, theta, gEs, gIs, gEd, gId, gN float64
	k                                             int
	nmda                                          float64
	own                                           bool
}

func (r *reference) reset(nmda float64, own bool) {
	*r = reference{vs: -70, vd: -70, wd: 0.1, theta: -50, nmda: nmda, own: own}
}

func (r *reference) state() []*float64 {
	return []*float64{&r.vs, &r.vd, &r.ws, &r.wd, &r.theta, &r.gEs, &r.gIs, &r.gEd, &r.gId}
}

func (r *reference) step(iSoma, iDendrite float64) (spiked bool) {
	m := 1 - math.Exp(-dt/100)
	force := r.vs
	if r.own {
		force = r.vd
	}
	jEs := ((1-r.nmda)*r.gEs + r.nmda*r.gN) * (0 - r.vs)
	r.gN -= m * r.gN
	r.gN += m * r.gEs
	r.gEs *= math.Exp(-dt / 5)
	jIs := r.gIs * (-80 - r.vs)
	r.gIs *= math.Exp(-dt / 10)
	jEd := ((1-r.nmda)*r.gEd + r.nmda*r.gN) * (0 - force)
	r.gN -= m * r.gN
	r.gN += m * r.gEd
	r.gEd *= math.Exp(-dt / 5)
	jId := r.gId * (-80 - force)
	r.gId *= math.Exp(-dt / 10)
	s := 1 / (1 + math.Exp(-(r.vd+38)/6))
	vs := r.vs + dt/16*(-70-r.vs) + dt*(-200.0)/370*r.ws + dt*1300/370*s + dt/16*(jEs+jIs)
	vd := r.vd + dt/7*(-70-r.vd) + dt*(-13.0)/170*r.wd + dt*1200/170*s + dt/7*(jEd+jId)
	if r.k > 0 {
		vd += dt * 2600 / 170
		r.k--
	}
	r.ws *= math.Exp(-dt / 100)
	r.wd += dt / 30 * (vd + 70 - r.wd)
	r.theta += dt / 27 * (-50 - r.theta)
	if vs > r.theta {
		spiked = true
		vs = -70
		r.theta += 2
		r.ws++
		r.k = 20
	}
	r.vs, r.vd = vs+dt*iSoma/370, vd+dt*iDendrite/170
	return spiked
}
