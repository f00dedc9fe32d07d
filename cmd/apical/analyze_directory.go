package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/pflag"
)

// directoryFlags name the directory of a command that makes several files.
type directoryFlags struct {
	out, codec string
	force      bool
}

// Register declares the flags. files says what is written.
func (f *directoryFlags) Register(flags *pflag.FlagSet, files string) {
	onceVar(flags, &f.out, "out", "", "write "+files+" to the directory `DIR`")
	onceVar(flags, &f.codec, "codec", "lz4", "compression of Arrow files, `CODEC` lz4, zstd or none")
	flags.BoolVar(&f.force, "force", false, "replace files of these names in the directory")
}

// directory is where a command writes, once it has something to write. With no
// path it takes everything and writes nothing.
type directory struct {
	path string
	opt  spikefile.Options
}

// Begin tests that all the files may be written, before the work is done.
func (f *directoryFlags) Begin(files ...string) (d directory, err error) {
	if d.opt.Codec, err = spikefile.ParseCodec(f.codec); err != nil {
		return d, experiment.Inputf("codec: %s", strings.TrimPrefix(err.Error(), "spikefile: "))
	}
	d.path = f.out
	if d.path == "" {
		return d, nil
	}
	if _, err := os.Lstat(filepath.Join(d.path, "manifest.json")); err == nil {
		return d, experiment.Inputf("out: %s is the directory of a run, whose files its manifest lists; want another", d.path)
	}
	for _, name := range files {
		name = filepath.Join(d.path, name)
		info, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return d, fileError(d.path, err)
		case !info.Mode().IsRegular():
			return d, experiment.Inputf("out: %s is not a file that could be replaced", name)
		case !f.force:
			return d, experiment.Inputf("out: %s exists, want a new directory, or --force to replace it", name)
		}
	}
	return d, nil
}

// Table writes a table of results.
func (d directory) Table(name, kind string, meta spikefile.Meta, columns []spikefile.ResultColumn) error {
	return d.replace(name, func(fresh string) error {
		return spikefile.WriteResults(fresh, kind, meta, columns, d.opt)
	})
}

// JSON writes a value.
func (d directory) JSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return d.replace(name, func(fresh string) error { return os.WriteFile(fresh, append(b, '\n'), 0o666) })
}

// replace has a file written beside its name, which it gets once it is complete.
func (d directory) replace(name string, write func(path string) error) error {
	if d.path == "" {
		return nil
	}
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return fileError(d.path, err)
	}
	name = filepath.Join(d.path, name)
	fresh := name + ".new"
	if err := write(fresh); err != nil {
		return fileError(fresh, err)
	}
	return fileError(name, os.Rename(fresh, name))
}
