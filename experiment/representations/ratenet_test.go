package representations

import (
	"math"
	"testing"
)

// made is a rate network with the transfer functions of a calibration, rounded.
func made() (*rateNet, weights) {
	v := Experiment().Defaults()
	n := newRateNet(v, layout())
	n.transfer = [layerCount]transfer{
		{ScaleHz: 5, Gain: 0.03, Bias: -0.5, Inhibition: 0.9, DeadTimeS: 0.001},
		{ScaleHz: 2, Gain: 0.02, Bias: 1, Inhibition: 0.8, DeadTimeS: 0.02},
		{ScaleHz: 3, Gain: 0.01, Bias: 1, Inhibition: 0.7, DeadTimeS: 0.03},
	}
	w := n.zero()
	for l := range w {
		for i := range w[l] {
			w[l][i] = 0.24 + 0.01*float64(i%3)
		}
	}
	return n, w
}

func inputs(n *rateNet, e example) rates {
	r := rates{}
	for k, bit := range e.bits {
		r[n.a.inputs[k]] = map[bool]float64{false: 2, true: 8}[bit]
	}
	return r
}

// Backpropagation is compared with differences of the cost: with steps of 1e-5
// their error of second order is below 1e-6 of the gradient.
func TestDescentIsTheGradient(t *testing.T) {
	n, w := made()
	for _, e := range n.a.examples {
		cost := func(w weights) float64 { return n.cost(n.forward(w, inputs(n, e)), e.target) }
		got, _ := n.descent(w, n.forward(w, inputs(n, e)), e.target, false)
		for l := range w {
			for i := range w[l] {
				const step = 1e-5
				up, down := w.clone(), w.clone()
				up[l][i] += step
				down[l][i] -= step
				want := -(cost(up) - cost(down)) / (2 * step)
				if !(math.Abs(got[l][i]-want) <= 1e-5*math.Abs(want)+1e-8) {
					t.Errorf("%s: −dC/dw of %s is %g, differences give %g", e.name, n.a.layers[l][i].name(), got[l][i], want)
				}
			}
		}
	}
}

// Feedback alignment differs from backpropagation only below the output, and sends
// signals of the signs of its paths.
func TestAlignmentFollowsTheSignsOfItsPaths(t *testing.T) {
	n, w := made()
	for _, e := range n.a.examples {
		r := n.forward(w, inputs(n, e))
		back, _ := n.descent(w, r, e.target, false)
		aligned, signals := n.descent(w, r, e.target, true)
		if angle(back[layerCount-1], aligned[layerCount-1]) > 1e-5 {
			t.Errorf("%s: the output's own changes differ", e.name)
		}
		for _, paths := range n.a.feedback {
			for _, p := range paths {
				if p.positive != (signals[p.from]*signals[p.to] > 0) {
					t.Errorf("%s: signals %g to %g along %s, positive: %v", e.name, signals[p.from], signals[p.to], p.name(), p.positive)
				}
			}
		}
	}
}

func TestSlopeIsThatOfTheRate(t *testing.T) {
	n, _ := made()
	for _, f := range n.transfer {
		for _, drive := range []float64{-100, 0, 30, 200, 2000} {
			const step = 1e-3
			want := (f.rate(drive+step) - f.rate(drive-step)) / (2 * step)
			if got := f.slope(f.rate(drive)); math.Abs(got-want) > 1e-6*want+1e-12 {
				t.Errorf("slope at drive %g: %g, differences give %g", drive, got, want)
			}
		}
	}
}

// A transfer function is found again from what it gives.
func TestFitFindsTheFunction(t *testing.T) {
	n, _ := made()
	for _, want := range n.transfer {
		var samples []sample
		for k := range 60 {
			s := sample{exc: 40 + 3*float64(k), inh: 60 + 40*math.Sin(float64(k))}
			s.rate = want.rate(s.exc - want.Inhibition*s.inh)
			samples = append(samples, s)
		}
		got, err := fitTransfer(samples)
		// The optimizer stops where the deviation no longer falls by 1e-10 or so of
		// its square: far below what 1 s of 150 neurons can tell, 0.1 Hz.
		if err != nil || got.RMSHz > 0.02 {
			t.Errorf("fit of %+v: %+v, %v", want, got, err)
		}
	}
}

func TestAngle(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 0}, []float64{3, 0}, 0}, {[]float64{1, 0}, []float64{0, 2}, 90},
		{[]float64{1, 1}, []float64{-2, -2}, 180}, {[]float64{1, 0}, []float64{1, 1}, 45}, {[]float64{0, 0}, []float64{1, 1}, 90},
	} {
		if got := angle(c.a, c.b); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("angle of %v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// In two dimensions 5 % of directions are within 9° of a given one; in three the
// cap of angle α is (1 − cos α)/2 of the sphere.
func TestChance(t *testing.T) {
	for n, want := range map[int]float64{2: 9, 3: degrees(math.Acos(0.9))} {
		if got := chanceDeg(n); math.Abs(got-want) > 1e-6 {
			t.Errorf("chance in %d dimensions: %v, want %v", n, got, want)
		}
	}
}
