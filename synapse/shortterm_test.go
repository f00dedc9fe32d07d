package synapse

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

const dt = 0.1 // ms

// TestFactors compares the shares of four spikes 10 ms apart, from rest (x = 1,
// u = U), with those of the reference program of Payeur et al. 2021, given to
// four digits.
func TestFactors(t *testing.T) {
	facilitating := func(u float64) ShortTerm {
		p := Facilitating()
		p.U, p.InitialU = u, u
		return p
	}
	depressing := Depressing()
	depressing.InitialU = depressing.U
	for _, c := range []struct {
		p    ShortTerm
		want []float64
	}{
		{depressing, []float64{0.9000, 0.4499, 0.3964, 0.3943}},
		{facilitating(0.02), []float64{0.0200, 0.0371, 0.0508, 0.0613}},
		{facilitating(0.015), []float64{0.0150, 0.0280}},
		{facilitating(0.025), []float64{0.0250, 0.0460}},
	} {
		e := NewEfficacy(c.p, 1, dt)
		for k, want := range c.want {
			if got := e.Factors(int64(1000+100*k), []uint32{0}, nil)[0]; fmt.Sprintf("%.4f", got) != fmt.Sprintf("%.4f", want) {
				t.Errorf("U %v: factor %d is %.4f, want %.4f", c.p.U, k+1, got, want)
			}
		}
	}
}

// TestFactorsEqualEuler compares the closed form with forward Euler step by step
// over random trains, for both types and the extended rule.
func TestFactorsEqualEuler(t *testing.T) {
	extended := Facilitating()
	extended.Extended = true
	depressed := Depressing()
	depressed.Extended = true
	for k, p := range []ShortTerm{Depressing(), Facilitating(), extended, depressed} {
		const n = 3
		e := NewEfficacy(p, n, dt)
		source := rng.NewSource(1, rng.Protocol, uint32(k))
		var x, u [n]float64
		for i := range n {
			x[i], u[i] = 1, 0.01
		}
		jump := p.U
		if p.Extended {
			jump = 0.1
		}
		factors := make([]float32, 0, n)
		for step := range int64(50_000) {
			var spikes []uint32
			for i := range n {
				if rng.Unit(source.At(uint32(i), uint64(step))[0]) < []float64{0.02, 0.002, 0.0005}[i] {
					spikes = append(spikes, uint32(i))
				}
			}
			factors = e.Factors(step, spikes, factors[:0])
			for j, i := range spikes {
				if got, want := float64(factors[j]), x[i]*u[i]; math.Abs(got-want) > 1e-7 {
					t.Fatalf("%+v, step %d, source %d: factor %v, want %v", p, step, i, got, want)
				}
				x[i], u[i] = x[i]-u[i]*x[i], u[i]+jump*(1-u[i])
			}
			for i := range n {
				x[i] += dt / p.TauRecoveryMS * (1 - x[i])
				u[i] += dt / p.TauFacilitationMS * (p.U - u[i])
			}
		}
	}
}

func TestShortTermRejects(t *testing.T) {
	for _, p := range []ShortTerm{Depressing(), Facilitating()} {
		if err := p.Validate(dt); err != nil {
			t.Error(err)
		}
	}
	nan := math.NaN()
	for _, p := range []ShortTerm{
		{TauRecoveryMS: 0.1, TauFacilitationMS: -1, U: 1.1, InitialU: -0.1, Jump: 2},
		{TauRecoveryMS: nan, TauFacilitationMS: nan, U: nan, InitialU: nan, Jump: nan},
		{TauRecoveryMS: math.Inf(1), TauFacilitationMS: math.Inf(1), U: -1, InitialU: math.Inf(1), Jump: -1},
	} {
		wants(t, p.Validate(dt), "tau_recovery_ms", "tau_facilitation_ms", "u", "initial_u", "jump")
	}
}

// wants checks that an error names the fields, each with what would be right.
func wants(t *testing.T, err error, fields ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("accepted, want complaints of %v", fields)
		return
	}
	for _, f := range fields {
		if !strings.Contains("\n"+err.Error(), "\n"+f+": ") {
			t.Errorf("%q does not name %s", err, f)
		}
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if !strings.Contains(line, "want ") {
			t.Errorf("%q does not say what would be right", line)
		}
	}
}

func TestFactorsAllocateNothing(t *testing.T) {
	e, spikes, into := NewEfficacy(Depressing(), 10, dt), []uint32{1, 5, 9}, make([]float32, 0, 10)
	step := int64(0)
	if n := testing.AllocsPerRun(100, func() { into = e.Factors(step, spikes, into[:0]); step++ }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
