package analysis

import "math"

// Exposure is the time by which the spikes beside an event are divided.
type Exposure struct {
	// Seconds is the length of a bin, or of that which is as noisy as a kernel:
	// 1/∫ w², which is 2·T·sqrt(π) of a Gaussian, 2 T of an exponential, 4 T of alpha.
	Seconds float64
	// Hidden is how much of it, on average over where an event lies, is the time of
	// the event's own neuron in which it cannot have spiked: the threshold before,
	// without which it were no event, and the dead time behind.
	Hidden float64
}

// InBin is the exposure of a bin of which so many seconds were recorded, > 0.
func (c Chance) InBin(seconds float64) Exposure {
	within := func(x float64) float64 { // mean of min(x, u), u uniform in the bin
		if x >= seconds {
			return seconds / 2
		}
		return x - x*x/(2*seconds)
	}
	return Exposure{seconds, within(c.isi) + within(c.dead)}
}

// InKernel is the exposure of a kernel whose width is in s.
func (c Chance) InKernel(shape KernelShape, width float64) Exposure {
	// length is 1/R(0), and part(x) the integral of R from 0 to x, of the kernel's
	// autocorrelation R(u) = ∫ w(t) w(t+u) dt.
	length := 2 * width
	part := func(x float64) float64 { return -math.Expm1(-x/width) / 2 }
	switch shape {
	case Gaussian:
		length = 2 * width * math.Sqrt(math.Pi)
		part = func(x float64) float64 { return math.Erf(x/(2*width)) / 2 }
	case Alpha:
		length = 4 * width
		part = func(x float64) float64 { return (2 - math.Exp(-x/width)*(x/width+2)) / 4 }
	}
	return Exposure{length, length * (part(c.isi) + part(c.dead))}
}

// Seen is the rate in Hz at which [Mixture.At] gives the chance level beside the
// burst fraction of a bin, or of a sample of a kernel. The rate of the bin itself
// will not do: a bin that has an event has at least its spike, so that what events
// see is too high, by 1/(N·T) on average, which in short bins is all there is.
// Others is the number of spikes of the group in the bin beside one event, n − 1
// >= 0, and neurons the size N of the group. For a kernel it is
//
//	(FR − Own)·N·Seconds
//
// with Own of the [Sample].
//
// Of Poisson spikes of rate r the others that an event sees are a Poisson number K
// too (Mecke's formula), of the mean r·A with A = N·Seconds − Hidden. Since a level
// is no straight line in the rate, and K may be 0 or 1 at most, the estimate leans
// on the rate r0 of the group in the whole recording with the weight of one spike
// (a prior of unit information; Kass and Wasserman 1995, doi
// 10.1080/01621459.1995.10476592):
//
//	B = A + 1/r0
//	exp(−Seen·ISI) = exp(−ISI/B)·(1 − ISI/B)^K
//
// Seen goes to K/A where there are many spikes. If r = r0 the mean of
// 1 − exp(−Seen·ISI) over events is 1 − exp(−r·ISI) exactly, because that of v^K is
// exp(−r·A·(1 − v)); but for Hidden, which varies within the bin around its mean.
func (m Mixture) Seen(others float64, neurons int, e Exposure) float64 {
	if m.mean == 0 {
		return 0
	}
	// Where the recording's rate reaches 1/ISI, factors would turn negative.
	const most = 0.99
	isi := m.chance.isi
	x := min(isi/(float64(neurons)*e.Seconds-e.Hidden+1/m.mean), most)
	return (x - max(0, others)*math.Log1p(-x)) / isi
}
