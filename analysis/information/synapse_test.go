package information

import (
	"fmt"
	"math"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/rng"
	"github.com/apical-sim/apical/synapse"
)

// spiking draws Poisson spikes of the windows of a recording, bursts among them.
func spiking(r analysis.Recording, seed uint64, probability float64) analysis.Batch {
	stream := rng.NewSource(seed, rng.Protocol, 0).Stream(0)
	var b analysis.Batch
	for _, w := range r.Windows {
		for step := w.From; step < w.To; step++ {
			for p, pop := range r.Populations {
				for n := range pop.Size {
					if stream.Float64() < probability {
						b.Steps, b.Neurons, b.Populations = append(b.Steps, step), append(b.Neurons, uint32(n)), append(b.Populations, int16(p))
					}
				}
			}
		}
	}
	return b
}

// depressing and facilitating with the time constants 0 that are exact here.
func pair() []Synapse {
	return []Synapse{
		{Name: "std", ShortTerm: synapse.ShortTerm{U: 0.5, InitialU: 0.5, TauRecoveryMS: 200}, TauMS: 8},
		{Name: "stf", ShortTerm: synapse.ShortTerm{U: 0.05, InitialU: 0.05, TauRecoveryMS: 0, TauFacilitationMS: 50}, TauMS: 0},
		{Name: "both", ShortTerm: synapse.Facilitating(), TauMS: 30},
	}
}

// The traces are those of a loop over all steps: Euler's for x and u, and the
// conductance integrated step by step.
func TestTracesEqualStepping(t *testing.T) {
	r := recorded()
	r.Windows = []analysis.Window{{From: 0, To: 1203}, {From: 2000, To: 2055}}
	batch := spiking(r, 1, 0.02)
	g := must[Grid](t)(NewGrid(analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 200, To: 1203}, {From: 2000, To: 2055}}}, 10))
	synapses := pair()
	bank := must[*Bank](t)(NewBank(g, r.Populations, synapses))
	third := len(batch.Steps) / 3 // batches may end within a step
	bank.Add(analysis.Batch{Steps: batch.Steps[:third], Neurons: batch.Neurons[:third], Populations: batch.Populations[:third]})
	bank.Add(analysis.Batch{Steps: batch.Steps[third:], Neurons: batch.Neurons[third:], Populations: batch.Populations[third:]})

	const dt, parts = 1.0, 400 // ms, and parts of a step for the integral of what decays
	for k, s := range synapses {
		for p, pop := range r.Populations {
			want := g.Series()
			x, u := make([]float64, pop.Size), make([]float64, pop.Size)
			for n := range x {
				x[n], u[n] = 1, s.InitialU
			}
			conductance, at := 0.0, 0
			for step := int64(0); step < 2055; step++ {
				stretch := g.find(step, 0)
				for _, w := range g.Stretches {
					if step == w.From {
						conductance = 0
					}
				}
				opened := 0.0
				for ; at < len(batch.Steps) && batch.Steps[at] == step; at++ {
					if n := batch.Neurons[at]; int(batch.Populations[at]) == p {
						opened += x[n] * u[n]
						x[n], u[n] = x[n]-u[n]*x[n], u[n]+s.U*(1-u[n])
					}
				}
				for n := range x {
					if s.TauRecoveryMS == 0 {
						x[n] = 1
					} else {
						x[n] += dt / s.TauRecoveryMS * (1 - x[n])
					}
					if s.TauFacilitationMS == 0 {
						u[n] = s.U
					} else {
						u[n] += dt / s.TauFacilitationMS * (s.U - u[n])
					}
				}
				flow := opened
				if s.TauMS > 0 {
					conductance += opened
					flow = 0
					for range parts { // the trapezoid rule
						next := conductance * math.Exp(-dt/parts/s.TauMS)
						flow += (conductance + next) / 2 / s.TauMS * dt / parts
						conductance = next
					}
				}
				if stretch >= 0 {
					want[stretch][(step-g.Stretches[stretch].From)/10] += flow / (float64(pop.Size) * 0.01)
				}
			}
			for i, stretch := range bank.Trace(k, p) {
				for j, got := range stretch {
					if math.Abs(got-want[i][j]) > 1e-5*(1+want[i][j]) {
						t.Fatalf("%s, %s, stretch %d, bin %d: %v, want %v", s.Name, pop.Name, i, j, got, want[i][j])
					}
				}
			}
		}
	}
}

// With facilitation that is over at once and U = 1, a synapse that recovers slowly
// transmits all of the first spike of an event and nothing of the others.
func TestDepressionReadsEvents(t *testing.T) {
	r := recorded()
	s := Synapse{Name: "events", ShortTerm: synapse.ShortTerm{U: 1, InitialU: 1, TauRecoveryMS: 1}}
	g := must[Grid](t)(NewGrid(r, 10))
	bank := must[*Bank](t)(NewBank(g, r.Populations, []Synapse{s}))
	bank.Add(analysis.Batch{Steps: []int64{200, 400, 404, 408, 600}, Neurons: make([]uint32, 5), Populations: make([]int16, 5)})
	// Recovered within 4 steps of 1 ms by Euler: 1 − 0⁴ = 1; with τ 4 ms: 1 − (3/4)⁴.
	s.TauRecoveryMS = 4
	slow := must[*Bank](t)(NewBank(g, r.Populations, []Synapse{s}))
	slow.Add(analysis.Batch{Steps: []int64{200, 400, 404, 408, 600}, Neurons: make([]uint32, 5), Populations: make([]int16, 5)})
	total := func(b *Bank) float64 { return b.Trace(0, 0).sum() * 0.01 * 3 }
	within(t, "all spikes", total(bank), 5, 1e-6)
	within(t, "depressed", total(slow), 3+2*(1-math.Pow(0.75, 4)), 1e-6)
}

func TestSynapsesReject(t *testing.T) {
	for _, s := range pair() {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
	g := must[Grid](t)(NewGrid(recorded(), 10))
	bad := Synapse{Name: "bad", ShortTerm: synapse.ShortTerm{U: 2, TauRecoveryMS: 1}}
	wantError(t, second(NewBank(g, recorded().Populations, []Synapse{bad})), "synapse bad: u: 2, want")
	bad.U, bad.TauRecoveryMS = 1, -1
	wantError(t, bad.Validate(), "tau_recovery_ms: -1, want")
	bad.TauRecoveryMS, bad.TauMS = 1, math.NaN()
	wantError(t, bad.Validate(), "tau_ms: NaN, want")
}

func TestCombinations(t *testing.T) {
	all := Combinations(Synapse{TauMS: 5}, []float64{0.1, 0.5}, []float64{0, 100}, []float64{0, 50, 200})
	if len(all) != 12 || all[11].Name != "U=0.5,tau_f=100ms,tau_d=200ms" || all[11].InitialU != 0.5 || all[11].TauMS != 5 {
		t.Errorf("%d combinations, the last %+v", len(all), all[len(all)-1])
	}
}

func TestBankAllocatesNothing(t *testing.T) {
	r := recorded()
	batch := spiking(r, 2, 0.1)
	bank := must[*Bank](t)(NewBank(must[Grid](t)(NewGrid(r, 10)), r.Populations, pair()))
	bank.Add(batch) // what is left is the list of factors
	bins := NewBins(bank.grid, r.Populations)
	if n := testing.AllocsPerRun(5, func() { bank.Add(batch); bins.AddSpikes(batch) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// 10 million spikes of 10 000 neurons at 5 Hz, 0.1 ms a step.
func BenchmarkBank(b *testing.B) {
	const neurons, rate, seconds = 10_000, 5, 200
	r := analysis.Recording{StepsPerSecond: 10000, Windows: []analysis.Window{{From: 0, To: seconds * 10000}},
		Populations: []analysis.Population{{Name: "pyr", Size: neurons}}}
	stream := rng.NewSource(1, rng.Protocol, 0).Stream(0)
	var batch analysis.Batch
	for step := range int64(seconds * 10000) {
		for range neurons * rate / 10000 {
			batch.Steps, batch.Neurons = append(batch.Steps, step), append(batch.Neurons, stream.Below(neurons))
		}
	}
	batch.Populations = make([]int16, len(batch.Steps))
	g := must[Grid](b)(NewGrid(r, 50))
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprintf("synapses=%d", n), func(b *testing.B) {
			for b.Loop() {
				bank := must[*Bank](b)(NewBank(g, r.Populations, pair()[:n]))
				bank.Add(batch)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch.Steps)), "ns/spike")
		})
	}
}
