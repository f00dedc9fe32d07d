package spiketable

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/io/spikefile"
)

// apicalFile is a spikes.arrow that apical wrote.
type apicalFile struct {
	path string
	meta spikefile.Meta
	size int64 // bytes
}

// writtenByApical reports that an Arrow file is a complete spikes.arrow of
// apical. Another of its tables is an error.
func writtenByApical(path string) (bool, error) {
	r, err := spikefile.OpenRecords(path)
	if err != nil {
		return false, err
	}
	format, stream := r.Format(), r.Stream()
	if err := r.Close(); err != nil {
		return false, err
	}
	if format != spikeTable && strings.HasPrefix(format, "apical.") {
		return false, inputf(path, "holds %s, want spikes", strings.TrimPrefix(format, "apical."))
	}
	return format == spikeTable && !stream, nil
}

const (
	// Format is the metadata key "format" of a spike table that was exported from a
	// source. It has the keys steps_per_second, populations (a list of objects with
	// name and size) and windows_s (a list of [from, until]).
	Format = "spiketable"
	// spikeTable is that of a spikes.arrow.
	spikeTable = "apical.spikes"
)

// openApical reads what the file says of itself.
func openApical(path string, opt Options) (*apicalFile, error) {
	if flag := opt.ofFile(); flag != "" {
		return nil, inputf(path, "--%s is for files of others, and this one is of apical and says it itself", flag)
	}
	r, err := spikefile.Open(path)
	if err != nil {
		return nil, err
	}
	if n := r.Meta().StepsPerSecond; opt.StepsPerSecond > 0 && opt.StepsPerSecond != n {
		return nil, errors.Join(inputf(path, "has %d steps a second, not %d", n, opt.StepsPerSecond), r.Close())
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &apicalFile{path, r.Meta(), info.Size()}, r.Close()
}

func (f *apicalFile) stretches(note func(string, ...any)) ([]stretch, bool) {
	return recordedStretches(f.path, f.size, f.recording(), note)
}

func (f *apicalFile) recording() analysis.Recording {
	r := analysis.Recording{StepsPerSecond: f.meta.StepsPerSecond}
	for _, p := range f.meta.Populations {
		r.Populations = append(r.Populations, analysis.Population{Name: p.Name, Size: p.Size})
	}
	return r
}

func (f *apicalFile) names(int) []string { return nil }

func (f *apicalFile) span() (w analysis.Window, first int64, err error) {
	w.From, first = f.meta.StartStep, -1
	w.To = w.From
	s, err := f.open()
	if err != nil {
		return w, 0, err
	}
	defer s.close()
	for {
		b, ok, err := s.next()
		if !ok {
			return w, first, err
		}
		if first < 0 {
			first = b.Steps[0]
		}
		w.To = b.Steps[len(b.Steps)-1] + 1
	}
}

func (f *apicalFile) open() (stream, error) {
	r, err := spikefile.Open(f.path)
	if err != nil {
		return nil, err
	}
	return &apicalStream{path: f.path, r: r, step: -1}, nil
}

// apicalStream reads the spikes of a spikes.arrow.
type apicalStream struct {
	path string
	r    *spikefile.Reader
	// The last spike, by which rows must ascend: what writes such a file orders
	// them by step, population and neuron.
	step int64
	key  uint64 // population and neuron
}

func (s *apicalStream) next() (analysis.Batch, bool, error) {
	if !s.r.Next() {
		return analysis.Batch{}, false, s.r.Err()
	}
	steps, neurons, populations, _ := s.r.Batch()
	step, key := s.step, s.key
	if steps[0] < 0 {
		return analysis.Batch{}, false, inputf(s.path, "step %d, want none below 0", steps[0])
	}
	for i, now := range steps {
		k := uint64(populations[i])<<32 | uint64(neurons[i])
		if now == step && k <= key {
			return analysis.Batch{}, false, s.disordered(i)
		}
		step, key = now, k
	}
	s.step, s.key = step, key
	return analysis.Batch{Steps: steps, Neurons: neurons, Populations: populations}, true, nil
}

// disordered reports row i of the batch, which does not follow the one before.
func (s *apicalStream) disordered(i int) error {
	steps, neurons, populations, _ := s.r.Batch()
	name := s.r.Meta().Populations[populations[i]].Name
	return &InputError{Path: s.path, Err: spikefile.ErrDamaged, Reason: fmt.Sprintf(
		"step %d: neuron %d of %q comes twice or out of order, want the spikes of a step ascending by population and neuron",
		steps[i], neurons[i], name)}
}

func (s *apicalStream) close() error { return s.r.Close() }
