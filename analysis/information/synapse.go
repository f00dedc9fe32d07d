package information

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/synapse"
)

// Synapse is a virtual synapse with short-term plasticity, which recorded spikes
// drive as if one were made by each cell of a population onto one cell. A
// depressing one transmits the first spike of an event and little after it, and so
// reads the event rate; a facilitating one transmits mostly later spikes and so
// reads bursts (Naud & Sprekeler 2018, doi 10.1073/pnas.1720995115; Lisman 1997,
// doi 10.1016/S0166-2236(96)10070-9).
type Synapse struct {
	Name string
	// ShortTerm has the equations. Here a time constant may be 0: what relaxes with it
	// is at rest again by the next step.
	synapse.ShortTerm
	// TauMS is the time constant of the conductance that a spike opens, ms, >= 0; 0
	// for one that is over at once.
	TauMS float64
}

// Validate says in one line which fields are out of range.
func (s Synapse) Validate() error {
	p := s.ShortTerm
	for _, tau := range []*float64{&p.TauRecoveryMS, &p.TauFacilitationMS} {
		if *tau == 0 {
			*tau = 1
		}
	}
	if err := p.Validate(0); err != nil {
		return fmt.Errorf("synapse %s: %s", s.Name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if !(s.TauMS >= 0) || math.IsInf(s.TauMS, 1) {
		return fmt.Errorf("synapse %s: tau_ms: %v, want a finite number >= 0", s.Name, s.TauMS)
	}
	return nil
}

// Bank runs several synapses over one recording. Each spike costs two exponentials
// a synapse, and nothing is allocated for it. A synapse takes 24 bytes a neuron and
// 16 bytes a bin and population.
type Bank struct {
	grid        Grid
	synapses    []Synapse
	populations []analysis.Population
	state       []*bankState // synapse after synapse, each with all populations
	factors     []float32
	near        int
}

// bankState is one synapse that the cells of one population make.
type bankState struct {
	efficacy *synapse.Efficacy
	release  []float64 // share of a conductance that is left so many steps later, up to a bin
	opened   Series    // sum of shares transmitted in a bin
	left     Series    // what of them is left at the end of the bin
}

// NewBank returns rested synapses. Their traces lie on the bins of g; spikes before
// them and between change the synapses too.
func NewBank(g Grid, populations []analysis.Population, synapses []Synapse) (*Bank, error) {
	b := &Bank{grid: g, synapses: synapses, populations: populations}
	dt := 1000 / float64(g.StepsPerSecond)
	for _, s := range synapses {
		if err := s.Validate(); err != nil {
			return nil, err
		}
		// The next number above a step relaxes within a step, all but 2⁻⁵³.
		p := s.ShortTerm
		p.TauRecoveryMS = max(p.TauRecoveryMS, math.Nextafter(dt, math.Inf(1)))
		p.TauFacilitationMS = max(p.TauFacilitationMS, math.Nextafter(dt, math.Inf(1)))
		release := s.release(g.Bin, dt)
		for _, q := range populations {
			b.state = append(b.state, &bankState{efficacy: synapse.NewEfficacy(p, q.Size, dt),
				release: release, opened: g.Series(), left: g.Series()})
		}
	}
	return b, nil
}

// Memory is about what a bank takes for each of its synapses, in bytes.
func Memory(g Grid, populations []analysis.Population) int64 {
	var bins, neurons int64
	for _, n := range g.Bins() {
		bins += int64(n)
	}
	for _, p := range populations {
		neurons += int64(p.Size)
	}
	return 24*neurons + 16*bins*int64(len(populations)) + 8*g.Bin
}

// release tabulates exp(−k dt/τ) for k = 0, …, steps.
func (s Synapse) release(steps int64, dt float64) []float64 {
	table := make([]float64, steps+1)
	for k := range table {
		if s.TauMS > 0 {
			table[k] = math.Exp(-float64(k) * dt / s.TauMS)
		}
	}
	return table
}

// Add transmits a batch of spikes, which follow those of the batch before.
func (b *Bank) Add(batch analysis.Batch) {
	for from := 0; from < len(batch.Steps); {
		step, population := batch.Steps[from], batch.Populations[from]
		to := from + 1
		for to < len(batch.Steps) && batch.Steps[to] == step && batch.Populations[to] == population {
			to++
		}
		stretch, bin, before := b.grid.find(step, b.near), 0, int64(0)
		if stretch >= 0 {
			b.near = stretch
			offset := step - b.grid.Stretches[stretch].From
			bin = int(offset / b.grid.Bin)
			before = b.grid.Bin - (offset - int64(bin)*b.grid.Bin) // steps to the end of the bin
		}
		for k := range b.synapses {
			s := b.state[k*len(b.populations)+int(population)]
			b.factors = s.efficacy.Factors(step, batch.Neurons[from:to], b.factors[:0])
			if stretch < 0 {
				continue
			}
			sum := 0.0
			for _, f := range b.factors {
				sum += float64(f)
			}
			s.opened[stretch][bin] += sum
			s.left[stretch][bin] += sum * s.release[before]
		}
		from = to
	}
}

// Trace is the mean over each bin of what a cell gets through one synapse from the
// cells of a population, per cell,
//
//	g(t) = (1/N) Σ_k r_k exp(−(t−t_k)/τ)/τ,
//
// r_k the share of its weight that spike k transmits. It is in Hz: the rate of
// spikes, each as far as it is transmitted. A stretch begins without conductance.
func (b *Bank) Trace(synapse, population int) Series {
	s := b.state[synapse*len(b.populations)+population]
	keep := s.release[b.grid.Bin]
	scale := 1 / (float64(b.populations[population].Size) * b.grid.BinSeconds())
	into := b.grid.Series()
	for i, opened := range s.opened {
		carried := 0.0
		for j, sum := range opened {
			into[i][j] = (carried*(1-keep) + sum - s.left[i][j]) * scale
			carried = carried*keep + s.left[i][j]
		}
	}
	return into
}

// Combinations returns a synapse like s for each combination of U, and time
// constants of facilitation and of depression in ms; InitialU is U. The names say
// which it is.
func Combinations(s Synapse, u, facilitationMS, depressionMS []float64) []Synapse {
	var all []Synapse
	for _, a := range u {
		for _, f := range facilitationMS {
			for _, d := range depressionMS {
				one := s
				one.U, one.InitialU, one.TauFacilitationMS, one.TauRecoveryMS = a, a, f, d
				one.Name = fmt.Sprintf("U=%g,tau_f=%gms,tau_d=%gms", a, f, d)
				all = append(all, one)
			}
		}
	}
	return all
}

// Reading is how well a synapse, or the quotient of two, reads signals.
type Reading struct {
	Synapse Synapse
	// Divisor is the synapse whose trace that of Synapse is divided by, nil for none.
	Divisor *Synapse
	// Coherence is the mean γ² of its trace with each of the signals over the band.
	Coherence []float64
}

// Name says which synapses it is of.
func (r Reading) Name() string {
	if r.Divisor == nil {
		return r.Synapse.Name
	}
	return r.Synapse.Name + " / " + r.Divisor.Name
}

// Selectivity is the coherence with the target less the greatest with another
// signal, if there is one.
func (r Reading) Selectivity(target int) float64 {
	other := 0.0
	for i, c := range r.Coherence {
		if i != target {
			other = max(other, c)
		}
	}
	return r.Coherence[target] - other
}

// Read compares the traces of a population through all synapses of the bank with
// signals averaged over the same bins.
func (b *Bank) Read(population int, signals []Series, opt Options) ([]Reading, error) {
	if err := opt.Band.Validate(opt.Estimator); err != nil {
		return nil, err
	}
	inputs := opt.spectra(signals)
	var all []Reading
	for k, s := range b.synapses {
		all = append(all, Reading{Synapse: s, Coherence: opt.coherences(inputs, b.Trace(k, population))})
	}
	return all, nil
}

// ReadQuotients does what Read does for the quotients of all traces by all others,
// smoothed as Options.WidthS says; see [Ratio].
func (b *Bank) ReadQuotients(population int, signals []Series, opt Options) ([]Reading, error) {
	if err := opt.Band.Validate(opt.Estimator); err != nil {
		return nil, err
	}
	inputs := opt.spectra(signals)
	var all []Reading
	for k, s := range b.synapses {
		over := b.Trace(k, population)
		for j := range b.synapses {
			if j == k {
				continue
			}
			r, _ := Ratio(over, b.Trace(j, population), opt.WidthS/b.grid.BinSeconds())
			all = append(all, Reading{Synapse: s, Divisor: &b.synapses[j], Coherence: opt.coherences(inputs, r)})
		}
	}
	return all, nil
}

// coherences are those of a series with each input, means over the band.
func (o Options) coherences(inputs []*Spectrum, s Series) []float64 {
	spectrum := o.Estimator.Spectrum(s)
	var all []float64
	for _, x := range inputs {
		all = append(all, Coherent(x, spectrum).Mean(o.Band))
	}
	return all
}

// Rank returns readings in the order of their selectivity for one of the signals,
// the best first.
func Rank(readings []Reading, target int) []Reading {
	ranked := slices.Clone(readings)
	slices.SortStableFunc(ranked, func(a, b Reading) int {
		return cmp.Compare(b.Selectivity(target), a.Selectivity(target))
	})
	return ranked
}
