package sim_test

import (
	"math"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
)

// capacitor is a cell that adds up its current: LIFCond with a membrane time
// constant of 3·10⁵ years, so that the leak is below a float32's precision, and
// a threshold out of reach. 1 pA adds dt/C = 0.0005 mV a step.
func capacitor() neuron.LIFCond {
	p := neuron.VogelsAbbottLIFCond() // C = 200 pF
	p.TauMS, p.RestMV, p.ResetMV, p.InitialMeanMV = 1e16, 0, 0, 0
	p.ThresholdMV, p.FloorMV, p.CeilingMV = 1e6, -1e6, 1e6
	return p
}

// injected returns the current of each step in pA, from the differences of the
// voltage of one neuron.
func injected(t *testing.T, s *sim.Simulation, neuron uint32, runs func()) []float64 {
	t.Helper()
	var v []float64
	must(t, s.RecordStates(1, "c", []string{"v_soma"}, []uint32{neuron}, func(x []sim.StateSample) error {
		v = append(v, x[0].Value)
		return nil
	}))
	runs()
	pA := make([]float64, len(v)-1)
	for i := range pA {
		pA[i] = (v[i+1] - v[i]) / 0.0005
	}
	return pA
}

func wantCurrents(t *testing.T, what string, got []float64, want func(step int) float64) {
	t.Helper()
	for i, g := range got {
		// Voltages of some 10 mV are known to 2⁻²⁰ mV, 0.002 pA.
		if w := want(i); math.Abs(g-w) > 0.01 {
			t.Errorf("%s: %v pA in step %d, want %v", what, g, i, w)
			return
		}
	}
}

func TestWaveforms(t *testing.T) {
	each := make(sim.Each, 100)
	each[70] = 55
	for _, c := range []struct {
		name      string
		waveforms []sim.Waveform
		want      func(step int) float64
	}{
		{"constant", []sim.Waveform{sim.Constant(-40)}, func(int) float64 { return -40 }},
		{"each", []sim.Waveform{each}, func(int) float64 { return 55 }},
		{"pointer to each", []sim.Waveform{&each}, func(int) float64 { return 55 }},
		// Absolute time, a shifted zero of the phase, nothing before its start.
		{"sine", []sim.Waveform{sim.Sine{AmplitudePA: 100, FrequencyHz: 40, StartMS: 2, FromMS: 1}}, func(i int) float64 {
			if i < 10 {
				return 0
			}
			return 100 * math.Sin(2*math.Pi*0.040*(0.1*float64(i)-2))
		}},
		// 0.3 ms is step 3, although 3·0.1 > 0.3 in floating point.
		{"steps", []sim.Waveform{sim.Steps{TimesMS: []float64{0.3, 0.7, 0.7, 20}, PA: []float64{10, 500, -20, 0}}}, func(i int) float64 {
			switch {
			case i < 3:
				return 0
			case i < 7:
				return 10
			case i < 200:
				return -20
			}
			return 0
		}},
		{"sum", []sim.Waveform{sim.Constant(7), sim.Steps{TimesMS: []float64{1}, PA: []float64{10}}, each, sim.Constant(1)}, func(i int) float64 {
			if i < 10 {
				return 63
			}
			return 73
		}},
	} {
		n := sim.Network{Populations: []sim.Population{{Name: "c", Size: 100, Model: capacitor()}}}
		for i, w := range c.waveforms {
			n.Currents = append(n.Currents, sim.Current{Name: string(rune('a' + i)), To: "c", Compartment: "soma", Waveform: w})
		}
		s := build(t, n, 2)
		got := injected(t, s, 70, func() { run(t, s, 150); run(t, s, 150) })
		wantCurrents(t, c.name, got, c.want)
	}
}

// TestCurrentChanges replaces a waveform between runs, by one that varies and
// back.
func TestCurrentChanges(t *testing.T) {
	n := sim.Network{
		Populations: []sim.Population{{Name: "c", Size: 1, Model: capacitor()}},
		Currents:    []sim.Current{{Name: "i", To: "c", Compartment: "soma", Waveform: sim.Constant(10)}},
	}
	s := build(t, n, 1)
	got := injected(t, s, 0, func() {
		run(t, s, 50)
		must(t, s.SetCurrent("i", sim.Steps{TimesMS: []float64{0, 8}, PA: []float64{20, 30}}))
		run(t, s, 50)
		must(t, s.SetCurrent("i", sim.Each{-5}))
		run(t, s, 50)
	})
	wantCurrents(t, "changes", got, func(i int) float64 {
		switch {
		case i < 50:
			return 10
		case i < 80:
			return 20
		case i < 100:
			return 30
		}
		return -5
	})
	for name, w := range map[string]sim.Waveform{"nobody": sim.Constant(1), "i": sim.Each{1, 2}} {
		if s.SetCurrent(name, w) == nil {
			t.Errorf("current %q took %v", name, w)
		}
	}
	if s.SetCurrent("i", nil) == nil {
		t.Error("a current without a waveform was accepted")
	}
}

// TestCurrentActsOnTheNextTest injects at once what lifts every cell above its
// threshold: the reference program adds current after the test, so that the
// spike comes one step later (specification, section 0, consequence a).
func TestCurrentActsOnTheNextTest(t *testing.T) {
	for name, p := range map[string]neuron.Params{
		"burst poisson": neuron.DefaultBurstPoisson(), "two compartments": neuron.DefaultTwoCompartment(),
		"adex": neuron.DefaultPV(), "lif": neuron.VogelsAbbottLIFCond(),
	} {
		n := sim.Network{
			Populations: []sim.Population{{Name: "c", Size: 3, Model: p}},
			// 100 mV a step at 370 pF, and more at less.
			Currents: []sim.Current{{Name: "i", To: "c", Compartment: "soma", Waveform: sim.Steps{TimesMS: []float64{0.5}, PA: []float64{370e3}}}},
		}
		s := build(t, n, 1)
		var r raster
		_, err := s.RecordSpikes(&r)
		must(t, err)
		run(t, s, 10)
		if len(r.spikes) == 0 || r.spikes[0].step != 6 {
			t.Errorf("%s: spikes %v, want the first in step 6", name, r.spikes)
		}
	}
}
