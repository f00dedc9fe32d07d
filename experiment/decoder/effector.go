package decoder

import "math"

// Lengths are in m, velocities in m/s, forces in N, and masses in kg.
const (
	reachM       = 0.07  // from the centre to a target
	startRadiusM = 0.005 // of where an effector starts
	armMassKg    = 1.0
	armForceMS   = 40.0 // time constant of the arm's force
)

// state of an effector in one trial: position, velocity and force, x and y of each.
type state [6]float64

// An effector is moved by two controls u. Step advances a state s in place, and back
// carries the gradient of the loss by the new state, in place, to that by the old one; it
// returns what it adds to the gradient by the controls.
type effector interface {
	step(s *state, u [2]float64)
	back(g *state) (u [2]float64)
}

// arm is a point mass with a muscle before it, by the old state throughout:
//
//	p ← p + Δt v      v ← v + Δt f/m      f ← exp(−Δt/τ) f + u
type arm struct{ dt, keep float64 }

// newArm takes the time step in ms.
func newArm(dtMS float64) arm { return arm{dt: dtMS / 1000, keep: math.Exp(-dtMS / armForceMS)} }

func (a arm) step(s *state, u [2]float64) {
	for k := range 2 {
		s[k] += float64(a.dt * s[2+k])
		s[2+k] += float64(a.dt / armMassKg * s[4+k])
		s[4+k] = float64(a.keep*s[4+k]) + u[k]
	}
}

func (a arm) back(g *state) (u [2]float64) {
	for k := range 2 {
		u[k] = g[4+k]
		g[4+k] = float64(a.keep*g[4+k]) + float64(a.dt/armMassKg*g[2+k])
		g[2+k] += float64(a.dt * g[k])
	}
	return u
}

// cursor goes as fast as the decoder says:
//
//	v ← u      p ← p + Δt v
type cursor struct{ dt float64 }

func (c cursor) step(s *state, u [2]float64) {
	for k := range 2 {
		s[2+k] = u[k]
		s[k] += float64(c.dt * u[k])
	}
}

func (c cursor) back(g *state) (u [2]float64) {
	for k := range 2 {
		u[k] = g[2+k] + float64(c.dt*g[k])
		g[2+k] = 0
	}
	return u
}

// The loss of a trial, in parts of what a good reach has.
const (
	positionScaleM   = 0.01
	velocityScaleMPS = 0.02
	forceScaleN      = 0.08
	velocityWeight   = 0.25 // γ_v
	forceWeight      = 0.05 // γ_f
	controlWeight    = 0.05 // λ, of the arm alone
)

// endWeights are what the squares of the components of a state count for.
func endWeights() state {
	p := 1 / (positionScaleM * positionScaleM)
	v := velocityWeight / (velocityScaleMPS * velocityScaleMPS)
	f := forceWeight / (forceScaleN * forceScaleN)
	return state{p, p, v, v, f, f}
}
