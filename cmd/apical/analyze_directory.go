package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/newfile"
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

// Begin tests that all the files may be written, before the work is done, and that
// none of them is an input.
func (f *directoryFlags) Begin(inputs []string, files ...string) (d directory, err error) {
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
		if err := wantOutput("out", filepath.Join(d.path, name), f.force, inputs...); err != nil {
			return d, err
		}
	}
	return d, nil
}

// Table writes a table of results.
func (d directory) Table(name, kind string, meta spikefile.Meta, columns []spikefile.ResultColumn) error {
	path, err := d.place(name)
	if err != nil || path == "" {
		return err
	}
	fresh := path + newfile.Suffix
	if err := spikefile.WriteResults(fresh, kind, meta, columns, d.opt); err != nil {
		return fileError(fresh, err)
	}
	return fileError(path, newfile.Publish(fresh, path))
}

// JSON writes a value.
func (d directory) JSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	path, err := d.place(name)
	if err != nil || path == "" {
		return err
	}
	return writeBytes(path, append(b, '\n'))
}

// place makes the directory and is the path of a file in it, "" if nothing is to be
// written.
func (d directory) place(name string) (string, error) {
	if d.path == "" {
		return "", nil
	}
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return "", fileError(d.path, err)
	}
	return filepath.Join(d.path, name), nil
}
