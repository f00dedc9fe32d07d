package rate

import (
	"math"

	"github.com/apical-sim/apical/internal/vec"
)

// Activation is how the event rate e of a unit depends on its input z.
type Activation string

// The activations.
const (
	// Sigmoid is e = 1/(1+exp(−z)), with h(e) = 1−e.
	Sigmoid Activation = "sigmoid"
	// ReLU is e = max(0, z), with h(e) = [e > 0]/(e + 1e-8).
	ReLU Activation = "relu"
	// Exponential is e = exp z, with h(e) = 1: of Continuous networks alone.
	Exponential Activation = "exponential"
	// Tanh is e = tanh z, of Recurrent networks alone, as is
	Tanh Activation = "tanh"
	// Linear, e = z.
	Linear Activation = "linear"
)

// reluFloor keeps the h of a rectified unit finite (Payeur et al. 2021).
const reluFloor = 1e-8

// rates turns inputs into event rates, in place.
func (a Activation) rates(z []float64) {
	switch a {
	case ReLU:
		for i, v := range z {
			if !(v > 0) {
				z[i] = 0
			}
		}
	case Exponential:
		for i, v := range z {
			z[i] = math.Exp(v)
		}
	case Tanh:
		// tanh z = 2σ(2z) − 1, to an ulp of 1: the sigmoid has a vector kernel, and the
		// same bits on every processor.
		for i := range z {
			z[i] *= 2
		}
		vec.Sigmoid64(z, z)
		for i, v := range z {
			z[i] = float64(2*v) - 1
		}
	case Linear:
	default:
		vec.Sigmoid64(z, z)
	}
}

// h gives h(e), by which burst rules multiply what a dendrite is told, of activations
// that their networks may have. The slope of the activation is e·h(e).
func (a Activation) h(e float64) float64 {
	switch {
	case a == Exponential:
		return 1
	case a == ReLU && e > 0:
		return 1 / (e + reluFloor)
	case a == ReLU:
		return 0
	}
	return 1 - e
}

// slope gives de/dz.
func (a Activation) slope(e float64) float64 {
	switch {
	case a == Exponential:
		return e
	case a == ReLU && e > 0:
		return 1
	case a == ReLU:
		return 0
	case a == Tanh:
		return 1 - float64(e*e)
	case a == Linear:
		return 1
	}
	return e * (1 - e)
}
