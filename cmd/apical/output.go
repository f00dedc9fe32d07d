package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/newfile"
)

// wantOutput refuses the name of a file that a command must not make: that of one
// that exists, unless it may be replaced, and whatever --force says that of an
// input, of anything but a file, and of what the manifest beside it lists. "" is
// free.
func wantOutput(flag, name string, force bool, inputs ...string) error {
	if name == "" {
		return nil
	}
	if err := ofRun(name); err != nil {
		return experiment.Inputf("%s: %v", flag, err)
	}
	err := newfile.Check(name, force, inputs...)
	var refused *newfile.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Exists:
		return experiment.Inputf("%s: %v, want another name, or --force to replace it", flag, err)
	case errors.As(err, &refused):
		return experiment.Inputf("%s: %v", flag, err)
	}
	return fileError(name, err)
}

// ofRun is an error if the manifest beside a file lists it, or is it. A file that
// is no manifest of a run lists nothing.
func ofRun(name string) error {
	dir, base := filepath.Split(filepath.Clean(name))
	if _, err := os.Lstat(filepath.Join(dir, "manifest.json")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	m, err := readManifest(filepath.Clean(dir))
	if err != nil {
		return nil
	}
	listed := slices.ContainsFunc(m.Files, func(f experiment.ManifestFile) bool { return f.Name == base })
	if listed || base == "manifest.json" {
		return &newfile.RefusedError{Path: name, Reason: "is a file of a run, which its manifest lists; want another name"}
	}
	return nil
}

// writeBeside writes a file beside its name, which it gets when it is complete.
// Nothing is left of one that is not.
func writeBeside(path string, write func(io.Writer) error) error {
	var writing error
	err := newfile.Write(path, newfile.Suffix, func(w io.Writer) error {
		writing = write(w)
		return writing
	})
	if writing != nil {
		return writing
	}
	return fileError(path, err)
}

// writeBytes is writeBeside for content that is there already.
func writeBytes(path string, b []byte) error {
	return writeBeside(path, func(w io.Writer) error { _, err := w.Write(b); return err })
}
