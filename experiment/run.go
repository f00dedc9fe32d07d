package experiment

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/apical-sim/apical/io/newfile"
)

// Run is what one seed of an experiment gets. The exported fields are set by
// the plan and only read by the experiment.
type Run struct {
	// Experiment is what runs, Values its settled parameters.
	Experiment *Experiment
	Values     *Values
	// Seed is in 0 .. 2^63-1.
	Seed uint64
	// Workers is the number of goroutines that advance the network; 0 leaves
	// the choice to the experiment, which then sets it. It must not change a bit
	// of any data file.
	Workers int
	// Resume says that Dir may hold the checkpoint of a run with the same values, but
	// for those that grow, and that this run goes on where that one ended. Its files
	// must come out as if it had never been interrupted.
	Resume bool
	// Dir is the output directory of this seed; it exists.
	Dir string
	// Record says whose spikes are kept, Codec how Arrow files are
	// compressed: "lz4", "zstd" or "none".
	Record Selection
	Codec  string
	// Out takes results for people; it never mixes with the progress line.
	Out io.Writer
	// Progress takes model time; nil is silent.
	Progress *Meter

	mu       sync.Mutex
	counts   map[string]int64
	recorded map[string][]Stretch
}

// Stretch is a time in which spikes were recorded, from FromS up to, but not
// including, UntilS; both in s and whole numbers of steps.
type Stretch struct {
	FromS  float64 `json:"from_s"`
	UntilS float64 `json:"until_s"`
	// Populations are those whose spikes were recorded, nil for all of the file.
	Populations []string `json:"populations,omitempty"`
}

// NewRun makes a Run with one worker, the default recording, LZ4, silent
// output and no manifest: what tests of an experiment need. dir must exist.
func (e *Experiment) NewRun(v *Values, seed uint64, dir string) (*Run, error) {
	s, err := e.Record.Parse("")
	if err != nil {
		return nil, err
	}
	return &Run{Experiment: e, Values: v, Seed: seed, Workers: 1, Dir: dir,
		Record: s, Codec: "lz4", Out: io.Discard, Progress: &Meter{}}, nil
}

// Path places an output file in the run's directory. It panics if name is
// neither one of StandardFiles nor declared in Experiment.Files.
func (r *Run) Path(name string) string {
	if !slices.Contains(r.Experiment.outputNames(), name) {
		panic(fmt.Sprintf("experiment: %s does not declare the file %q", r.Experiment.Name, name))
	}
	return filepath.Join(r.Dir, name)
}

// Metrics writes v as metrics.json: indented, map keys sorted, written beside
// its final name and renamed. What the experiment expects, and whether it came
// out, is added as "expected". v must hold no wall-clock time and no worker
// count, so that one seed gives the same bytes everywhere. NaN and infinities
// are errors.
func (r *Run) Metrics(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("metrics.json: %w", err)
	}
	if b, err = r.withOutcomes(b); err != nil {
		return fmt.Errorf("metrics.json: %w", err)
	}
	return writeFile(filepath.Join(r.Dir, metricsName), append(b, '\n'))
}

// Count adds n to a number of the manifest, such as "spikes". It may be called
// from any goroutine.
func (r *Run) Count(name string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[string]int64{}
	}
	r.counts[name] += n
}

// Counts gives a copy of what Count has added up.
func (r *Run) Counts() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.counts)
}

// SetRecorded notes for the manifest when the spikes of a file were recorded:
// stretches that ascend and do not overlap, none if nothing was. It may be called
// from any goroutine.
func (r *Run) SetRecorded(file string, stretches []Stretch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recorded == nil {
		r.recorded = map[string][]Stretch{}
	}
	r.recorded[file] = append([]Stretch{}, stretches...)
}

// Adopt takes over what a run within r, which leaves its files in the directory
// of r, has counted and recorded.
func (r *Run) Adopt(within *Run) {
	for name, n := range within.Counts() {
		r.Count(name, n)
	}
	for file, stretches := range within.Recorded() {
		r.SetRecorded(file, stretches)
	}
}

// Recorded gives a copy of what SetRecorded has noted of each file.
func (r *Run) Recorded() map[string][]Stretch {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.recorded)
}

// Meta is what a data file says about the run it comes from. It holds neither
// wall-clock time nor worker count, so that the same seed gives the same bytes.
type Meta struct {
	Version, Revision string
	Seed              uint64
	// Config is the canonical JSON of the values; its SHA-256 is the
	// config_sha256 of the manifest.
	Config json.RawMessage
	// Extra holds "experiment" and "preset".
	Extra map[string]string
}

// Meta describes the run for the metadata of its data files.
func (r *Run) Meta() Meta {
	config, err := r.Values.MarshalJSON()
	if err != nil {
		panic("experiment: " + err.Error()) // values are finite numbers and strings
	}
	b := ReadBuild()
	return Meta{Version: b.Version, Revision: b.Revision, Seed: r.Seed, Config: config,
		Extra: map[string]string{"experiment": r.Experiment.Name, "preset": r.Values.Preset()}}
}

// writeFile writes beside the final name, waits until the disk has it, and
// renames, so that a reader sees the old file or the whole new one.
func writeFile(path string, b []byte) error {
	return newfile.Write(path, partialSuffix, func(w io.Writer) error { _, err := w.Write(b); return err })
}
