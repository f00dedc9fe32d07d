package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Status says how a run ended.
type Status string

// The states of a run.
const (
	Running     Status = "running" // or killed before it could say otherwise
	Done        Status = "done"
	Interrupted Status = "interrupted"
	Failed      Status = "failed"
	NotStarted  Status = "not started" // never in a manifest
)

// Manifest is manifest.json: what ran, with what, and what it left. It is the
// only file of a run that holds wall-clock time.
type Manifest struct {
	Format        string `json:"format"` // "apical.run"
	FormatVersion int    `json:"format_version"`

	Experiment string `json:"experiment"`
	Preset     string `json:"preset,omitempty"`
	Seed       uint64 `json:"seed"`
	// Values holds every value with its unit; Changed the keys that are not
	// at their default; ConfigSHA256 is the hash of the compact Values.
	Values       json.RawMessage `json:"values"`
	Changed      []string        `json:"changed"`
	ConfigSHA256 string          `json:"config_sha256"`
	Record       string          `json:"record"`
	Codec        string          `json:"codec"`
	Workers      int             `json:"workers"`
	Build        Build           `json:"build"`

	Status Status `json:"status"`
	Error  string `json:"error,omitempty"`
	// Started and Ended are UTC; Ended is missing while it runs.
	Started      time.Time        `json:"started"`
	Ended        *time.Time       `json:"ended,omitempty"`
	WallSeconds  float64          `json:"wall_s"`
	ModelSeconds float64          `json:"model_s"`
	Counts       map[string]int64 `json:"counts,omitempty"`
	// Recorded says of each spike file when its spikes were recorded. What is not
	// in it is not known: between two stretches there may have been spikes.
	Recorded map[string][]Stretch `json:"recorded,omitempty"`
	Files    []ManifestFile       `json:"files,omitempty"`
}

// ManifestFile is an output file as it was when the run ended. One that ends
// in ".partial" is not complete.
type ManifestFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// newManifest describes r as it starts.
func newManifest(r *Run, started time.Time) (*Manifest, error) {
	values, err := r.Values.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return &Manifest{
		Format: "apical.run", FormatVersion: 1,
		Experiment: r.Experiment.Name, Preset: r.Values.Preset(), Seed: r.Seed,
		Values: values, Changed: append([]string{}, r.Values.Changed()...),
		ConfigSHA256: r.Values.Hash(),
		Record:       r.Record.Text(), Codec: r.Codec, Workers: r.Workers,
		Build: ReadBuild(), Status: Running, Started: started.UTC(),
	}, nil
}

// finish fills in the end of the run, with the hashes of its files.
func (m *Manifest) finish(r *Run, status Status, runErr error, ended time.Time) error {
	utc := ended.UTC()
	m.Status, m.Ended = status, &utc
	m.WallSeconds = ended.Sub(m.Started).Seconds()
	m.ModelSeconds = r.Progress.ModelSeconds()
	m.Counts, m.Recorded, m.Workers = r.Counts(), r.Recorded(), r.Workers
	if runErr != nil && status == Failed {
		m.Error = brief(runErr)
	}
	entries, err := os.ReadDir(r.Dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if !entry.Type().IsRegular() || !r.Experiment.ownsFile(name) ||
			slices.Contains([]string{manifestName, summaryName, manifestName + partialSuffix}, name) {
			continue
		}
		f, err := HashFile(r.Dir, name)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, f)
	}
	return nil
}

// brief writes an error for the manifest: its lines without the advice that may
// follow a semicolon, each once, and no more than fit beside the rest of it on a
// full disk.
func brief(err error) string {
	lines := distinctLines(err)
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, "; ")
	}
	lines = slices.Compact(lines)
	if more := len(lines) - 3; more > 0 {
		lines = append(lines[:3], fmt.Sprintf("and %d more", more))
	}
	return cut(strings.Join(lines, "; "), 500)
}

// distinctLines are the lines of an error without repetitions: writing and
// closing a file say the same.
func distinctLines(err error) []string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// write puts the manifest into dir, whole or not at all.
func (m *Manifest) write(dir string) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, manifestName), b)
}

// rewrite is write for a manifest that is there already. If no new file can be
// made, because the disk is full, it goes into the blocks of the old one,
// without indentation, and if need be without files, counts and recorded times. If that is too
// long as well the old one stays.
func (m *Manifest) rewrite(dir string) error {
	err := m.write(dir)
	if err == nil {
		return nil
	}
	short := *m
	short.Files, short.Counts, short.Recorded = nil, nil, nil
	for _, form := range []*Manifest{m, &short} {
		b, encodeErr := json.Marshal(form)
		if encodeErr == nil && overwrite(filepath.Join(dir, manifestName), append(b, '\n')) == nil {
			return nil
		}
	}
	return err
}

func (m *Manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// overwrite replaces the content of a file in place by something that is not
// longer, or leaves it as it is. The new content is first filled up with blanks
// to the old length, so that the file holds valid JSON throughout.
func overwrite(path string, b []byte) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(b) > len(old) {
		return fmt.Errorf("%s: %d bytes do not fit into %d", filepath.Base(path), len(b), len(old))
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	filled := append(bytes.Clone(b), bytes.Repeat([]byte{' '}, len(old)-len(b))...)
	_, err = f.WriteAt(filled, 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		_ = f.Truncate(int64(len(b))) // blanks at the end do no harm
	} else {
		_, undoErr := f.WriteAt(old, 0)
		err = errors.Join(err, undoErr)
	}
	return errors.Join(err, f.Close())
}

// HashFile describes a file as it is now.
func HashFile(dir, name string) (ManifestFile, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return ManifestFile{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return ManifestFile{}, err
	}
	return ManifestFile{Name: name, Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}
