package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	manifestName  = "manifest.json"
	metricsName   = "metrics.json"
	summaryName   = "summary.json"
	partialSuffix = ".partial"
)

// StandardFiles lists the data files any experiment may leave in its
// directory. A file that is not complete carries ".partial" after its name.
func StandardFiles() []string {
	return []string{metricsName, "spikes.arrow", "events.arrow", "rates.arrow",
		"populations.arrow", "weights.arrow", "states.arrow"}
}

// outputNames are the data files this experiment may write.
func (e *Experiment) outputNames() []string {
	return slices.Concat(StandardFiles(), e.Files, e.figureNames())
}

// ownsFile reports whether a run of this experiment writes a file of that
// name, complete or partial.
func (e *Experiment) ownsFile(name string) bool {
	name = strings.TrimSuffix(name, partialSuffix)
	return name == manifestName || name == summaryName || slices.Contains(e.outputNames(), name)
}

var seedDirRule = regexp.MustCompile(`^seed-[0-9]+$`)

func seedDirName(seed uint64) string { return fmt.Sprintf("seed-%d", seed) }

// prepareDir makes dir, or refuses it with an *InputError: a file, not
// writable, or holding a run that force does not allow to replace. With force
// it removes the files that runs of e write, in dir and in its seed-N
// directories, and nothing else.
func prepareDir(e *Experiment, dir string, force bool) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
			return Inputf("out: %s is a file, want a directory", dir)
		}
		return Inputf("out: %s cannot be made: %v", dir, cause(err))
	}
	held, err := heldFiles(e, dir)
	if err != nil {
		return Inputf("out: %s cannot be read: %v", dir, cause(err))
	}
	if len(held) > 0 && !force {
		names := strings.Join(held[:min(3, len(held))], ", ")
		if len(held) > 3 {
			names += fmt.Sprintf(" and %d more", len(held)-3)
		}
		return Inputf("out: %s already holds a run (%s), want another --out, or --force to replace it", dir, names)
	}
	probe, err := os.CreateTemp(dir, ".apical-*")
	if err != nil {
		return Inputf("out: %s is not writable: %v", dir, cause(err))
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return Inputf("out: %s: %v", dir, cause(err))
	}
	return removeHeld(e, dir, held)
}

// heldFiles lists the files that mark dir as a run's, relative to dir: those a
// run of e writes and every Arrow file, there and in seed-N directories.
func heldFiles(e *Experiment, dir string) ([]string, error) {
	var held []string
	list := func(sub string) ([]os.DirEntry, error) {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		for _, entry := range entries {
			name := entry.Name()
			if e.ownsFile(name) || strings.HasSuffix(strings.TrimSuffix(name, partialSuffix), ".arrow") {
				held = append(held, filepath.Join(sub, name))
			}
		}
		return entries, err
	}
	entries, err := list("")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.IsDir() && seedDirRule.MatchString(entry.Name()) {
			if _, err := list(entry.Name()); err != nil {
				return nil, err
			}
		}
	}
	return held, nil
}

// removeHeld removes what e owns among the held files, and seed-N directories
// that this empties.
func removeHeld(e *Experiment, dir string, held []string) error {
	emptied := map[string]bool{}
	for _, name := range held {
		if !e.ownsFile(filepath.Base(name)) {
			continue
		}
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if err != nil {
			return Inputf("out: %s: %v", path, cause(err))
		}
		if info.IsDir() {
			return Inputf("out: %s is a directory, want it out of the way", path)
		}
		if err := os.Remove(path); err != nil {
			return Inputf("out: %s cannot be replaced: %v", path, cause(err))
		}
		if sub := filepath.Dir(name); sub != "." {
			emptied[sub] = true
		}
	}
	for sub := range emptied {
		// Fails, as it should, on a directory that still holds something.
		_ = os.Remove(filepath.Join(dir, sub))
	}
	return nil
}

// cause drops operation and path from a file error: the line names them.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
