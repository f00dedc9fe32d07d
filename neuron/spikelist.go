package neuron

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/apical-sim/apical/internal/check"
)

// SpikeList is a population that replays given spikes. The cost of a step is
// that of a binary search, about 20 ns a range, and of the spikes themselves.
//
// Spike condition: neuron n spikes at step s if and only if (s, n) is listed.
type SpikeList struct {
	// Spikes ascend by step, and within a step by neuron, without repetition.
	// Steps are ≥ 0. The list is not copied: leave it as it is.
	Spikes []SpikeTime
}

// SpikeTime is one spike of a list.
type SpikeTime struct {
	Step   int64
	Neuron uint32
}

// Compare orders spikes as a SpikeList wants them; slices.SortFunc takes it.
func (s SpikeTime) Compare(other SpikeTime) int {
	return cmp.Or(cmp.Compare(s.Step, other.Step), cmp.Compare(s.Neuron, other.Neuron))
}

// DefaultSpikeList returns a source that is silent.
func DefaultSpikeList() SpikeList { return SpikeList{} }

// Validate implements Params. The first misplaced spike is named.
func (p SpikeList) Validate() error {
	var l check.List
	for i, s := range p.Spikes {
		field := fmt.Sprintf("spikes[%d]", i)
		if s.Step < 0 {
			l.Addf(field, "step %d, want >= 0", s.Step)
			break
		}
		if i > 0 && p.Spikes[i-1].Compare(s) >= 0 {
			l.Addf(field, "step %d, neuron %d, want more than step %d, neuron %d before it",
				s.Step, s.Neuron, p.Spikes[i-1].Step, p.Spikes[i-1].Neuron)
			break
		}
	}
	return l.Err()
}

// NewSpikeList returns the spikes given as two columns of one length, as
// spikefile.ReadTrain reads them from a file: neuron neurons[i] at steps[i]. It
// panics if the lengths differ.
func NewSpikeList(steps []int64, neurons []uint32) SpikeList {
	if len(steps) != len(neurons) {
		panic(fmt.Sprintf("neuron: %d steps for %d neurons", len(steps), len(neurons)))
	}
	list := SpikeList{Spikes: make([]SpikeTime, len(steps))}
	for i, step := range steps {
		list.Spikes[i] = SpikeTime{Step: step, Neuron: neurons[i]}
	}
	return list
}

// ValidateSize says whether a population of that size holds all neurons named.
func (p SpikeList) ValidateSize(size int) error {
	for i, s := range p.Spikes {
		if int64(s.Neuron) >= int64(size) {
			return fmt.Errorf("spikes[%d]: neuron %d, want less than the size %d", i, s.Neuron, size)
		}
	}
	return nil
}

// New implements Params. It panics if ValidateSize(env.Size) gives an error.
func (p SpikeList) New(env Env) Population {
	if err := p.ValidateSize(env.Size); err != nil {
		panic("neuron: " + err.Error())
	}
	return &spikeList{size: env.Size, spikes: p.Spikes}
}

type spikeList struct {
	size   int
	spikes []SpikeTime
}

func (p *spikeList) Size() int                   { return p.size }
func (p *spikeList) Receptors() []Receptor       { return nil }
func (p *spikeList) Compartments() []Compartment { return nil }
func (p *spikeList) State() []Column             { return nil }

// Advance implements Population. It keeps no position in the list, so that any
// range of neurons may be asked for any step.
func (p *spikeList) Advance(step int64, lo, hi int, spikes []uint32) []uint32 {
	from, _ := slices.BinarySearchFunc(p.spikes, SpikeTime{step, uint32(lo)}, SpikeTime.Compare)
	for _, s := range p.spikes[from:] {
		if s.Step != step || int(s.Neuron) >= hi {
			break
		}
		spikes = append(spikes, s.Neuron)
	}
	return spikes
}
