package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// seedDirName is the directory of a seed among several.
func seedDirName(seed uint64) string { return fmt.Sprintf("seed-%d", seed) }

// parseSeedDir is the reverse of seedDirName.
func parseSeedDir(name string) (seed uint64, ok bool) {
	text, ok := strings.CutPrefix(name, "seed-")
	seed, err := strconv.ParseUint(text, 10, 64)
	return seed, ok && err == nil && seedDirName(seed) == name
}

// prepareDir makes p.Dir and locks it until release is called, or refuses it
// with an *InputError: a file, not writable, in use, or holding a run that
// Force does not allow to replace. With Force it removes the files of the run
// that is replaced: in Dir itself, and in the seed-N directories of the seeds of
// p. All other files stay, those of other seeds too. It removes nothing unless
// all can be removed. With Resume it removes all of these but checkpoints, which
// must be those of runs with the same values.
func (p *Plan) prepareDir() (release func(), err error) {
	dir := p.Dir
	if err := os.MkdirAll(dir, 0o777); err != nil {
		if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
			return nil, Inputf("out: %s is a file, want a directory", dir)
		}
		return nil, Inputf("out: %s cannot be made: %v", dir, cause(err))
	}
	release, err = lockDir(dir)
	if err != nil {
		return nil, err
	}
	if err = p.clearDir(); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// clearDir is the part of prepareDir that needs the lock.
func (p *Plan) clearDir() error {
	e, dir := p.Experiment, p.Dir
	top, seeds, err := heldFiles(e, dir)
	if err != nil {
		return Inputf("out: %s cannot be read: %v", dir, cause(err))
	}
	held := slices.Clone(top)
	p.otherSeeds = nil
	for _, seed := range slices.Sorted(maps.Keys(seeds)) {
		if p.PerSeed && slices.Contains(p.Seeds, seed) {
			top = append(top, seeds[seed]...)
		} else if len(seeds[seed]) > 0 {
			p.otherSeeds = append(p.otherSeeds, seed)
		}
		held = append(held, seeds[seed]...)
	}
	if p.Resume {
		if err := p.resumable(); err != nil {
			return err
		}
		top = slices.DeleteFunc(top, func(name string) bool { return filepath.Base(name) == e.Checkpoint })
	} else if len(held) > 0 && !p.Force {
		names := strings.Join(held[:min(3, len(held))], ", ")
		if len(held) > 3 {
			names += fmt.Sprintf(" and %d more", len(held)-3)
		}
		resume := ""
		if e.Checkpoint != "" {
			resume = ", or --resume to continue it"
		}
		return Inputf("out: %s already holds a run (%s), want another --out, or --force to replace it%s", dir, names, resume)
	}
	if !p.PerSeed && len(p.otherSeeds) > 0 {
		return Inputf("out: %s holds the seeds %s of --seeds, which one --seed does not replace, want another --out",
			dir, cut(FormatSeeds(p.otherSeeds), 60))
	}
	if p.PerSeed {
		for _, seed := range p.Seeds {
			path := p.seedDir(seed)
			if _, err := os.Lstat(path); err != nil {
				continue
			}
			if info, err := os.Stat(path); err != nil || !info.IsDir() {
				return Inputf("out: %s is not a directory, want it out of the way", path)
			}
		}
	}
	return removeHeld(e, dir, top)
}

// heldFiles lists the files that mark dir as a run's, relative to dir: those a
// run of e writes and every Arrow file. Those in seed-N directories are listed
// by their seed.
func heldFiles(e *Experiment, dir string) (top []string, seeds map[uint64][]string, err error) {
	list := func(sub string) (held []string, entries []os.DirEntry, err error) {
		entries, err = os.ReadDir(filepath.Join(dir, sub))
		for _, entry := range entries {
			name := entry.Name()
			if e.ownsFile(name) || strings.HasSuffix(strings.TrimSuffix(name, partialSuffix), ".arrow") {
				held = append(held, filepath.Join(sub, name))
			}
		}
		return held, entries, err
	}
	top, entries, err := list("")
	if err != nil {
		return nil, nil, err
	}
	seeds = map[uint64][]string{}
	for _, entry := range entries {
		seed, ok := parseSeedDir(entry.Name())
		if !ok {
			continue
		}
		// Stat and not entry: a link to a directory is one.
		if info, err := os.Stat(filepath.Join(dir, entry.Name())); err != nil || !info.IsDir() {
			continue
		}
		if seeds[seed], _, err = list(entry.Name()); err != nil {
			return nil, nil, err
		}
	}
	return top, seeds, nil
}

// removeHeld removes what e owns among the held files, and seed-N directories
// that this empties. It moves them aside first, and back if one refuses, so
// that it removes all or nothing. This also shows whether dir is writable.
func removeHeld(e *Experiment, dir string, held []string) error {
	held = slices.DeleteFunc(slices.Clone(held), func(name string) bool { return !e.ownsFile(filepath.Base(name)) })
	for _, name := range held {
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if err != nil {
			return Inputf("out: %s: %v", path, cause(err))
		}
		if info.IsDir() {
			return Inputf("out: %s is a directory, want it out of the way", path)
		}
	}
	aside, err := os.MkdirTemp(dir, ".apical-*")
	if err != nil {
		return Inputf("out: %s is not writable: %v", dir, cause(err))
	}
	place := func(i int) string { return filepath.Join(aside, strconv.Itoa(i)) }
	emptied := map[string]bool{}
	for i, name := range held {
		if err := os.Rename(filepath.Join(dir, name), place(i)); err != nil {
			for j := range i {
				err = errors.Join(err, os.Rename(place(j), filepath.Join(dir, held[j])))
			}
			_ = os.Remove(aside) // stays if something could not be moved back
			return Inputf("out: %s cannot be replaced: %v", filepath.Join(dir, name), cause(err))
		}
		if sub := filepath.Dir(name); sub != "." {
			emptied[sub] = true
		}
	}
	if err := os.RemoveAll(aside); err != nil {
		return Inputf("out: %s: %v", aside, cause(err))
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
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
