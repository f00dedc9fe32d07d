package analysis

import (
	"fmt"
	"math"
)

// Trains holds all spikes of a recording in memory, neuron by neuron: 8 bytes a
// spike, and up to 35 while they are loaded.
type Trains struct {
	recording Recording
	first     []int   // number of each population's first neuron
	start     []int64 // where each neuron's spikes begin in steps, and their number
	steps     []int64
}

// LoadTrains reads all of a source.
func LoadTrains(source Source) (*Trains, error) {
	recording := source.Recording()
	if err := recording.Validate(); err != nil {
		return nil, err
	}
	first, total := firstNeurons(recording)
	t := &Trains{recording: recording, first: first}
	if uint64(total) > math.MaxUint32 {
		return nil, fmt.Errorf("%d neurons, want at most %d in memory", total, uint32(math.MaxUint32))
	}
	t.start = make([]int64, total+1)
	var steps []int64
	var neurons []uint32
	window := 0
	var err error
	for source.Next() {
		b := source.Batch()
		for i, step := range b.Steps {
			if window, err = windowOf(recording.Windows, window, step); err != nil {
				return nil, err
			}
			n := t.first[b.Populations[i]] + int(b.Neurons[i])
			t.start[n+1]++
			neurons = append(neurons, uint32(n))
		}
		steps = append(steps, b.Steps...)
	}
	if err := source.Err(); err != nil {
		return nil, err
	}
	for n := range total {
		t.start[n+1] += t.start[n]
	}
	t.steps = make([]int64, len(steps))
	next := append([]int64(nil), t.start...)
	for i, n := range neurons {
		t.steps[next[n]] = steps[i]
		next[n]++
	}
	return t, nil
}

// Recording is that of the source.
func (t *Trains) Recording() Recording { return t.recording }

// Train returns the spikes of a neuron of a population, in steps, ascending. They
// must not be changed.
func (t *Trains) Train(population, neuron int) []int64 { return t.train(t.first[population] + neuron) }

// train returns the spikes of a neuron in the numbering over all.
func (t *Trains) train(n int) []int64 { return t.steps[t.start[n]:t.start[n+1]] }

// neurons is how many there are in all populations.
func (t *Trains) neurons() int { return len(t.start) - 1 }

// population returns the numbers of the neurons of population p: from, and up to
// but not including to.
func (t *Trains) population(p int) (from, to int) {
	return t.first[p], t.first[p] + t.recording.Populations[p].Size
}

// perWindow cuts the spikes of a neuron at the edges of windows, and calls visit
// for each window that has any.
func perWindow(train []int64, windows []Window, visit func(Window, []int64)) {
	for _, w := range windows {
		n := 0
		for n < len(train) && train[n] < w.To {
			n++
		}
		if n > 0 {
			visit(w, train[:n])
		}
		train = train[n:]
	}
}
