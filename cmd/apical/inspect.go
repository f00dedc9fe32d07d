package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/newfile"
	"github.com/apical-sim/apical/io/spikefile"
	"github.com/spf13/cobra"
)

func (a *app) inspectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Show what an Arrow file holds, after reading all of it",
		Long: `Shows the rows, times, populations, columns and metadata of Arrow files that a
run left. All rows are decoded, and the structure is tested as other readers of
Arrow files test it. A changed value that is still possible is found only where
the codec has checksums, which is in zstd.`,
		Example: `  apical inspect runs/xor-seed1/spikes.arrow
  apical inspect runs/xor-seed1/*.arrow`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var failed []error
			for i, path := range args {
				if err := cmd.Context().Err(); err != nil {
					return err
				}
				info, err := inspectFile(path)
				if err != nil {
					failed = append(failed, err)
					continue
				}
				if i > 0 {
					fmt.Fprintln(a.out)
				}
				if err := info.WriteText(a.out); err != nil {
					return err
				}
			}
			return errors.Join(failed...)
		},
	}
}

func inspectFile(path string) (spikefile.Info, error) {
	if err := wantFile(path); err != nil {
		return spikefile.Info{}, err
	}
	info, err := spikefile.Inspect(path)
	return info, fileError(path, err)
}

// wantFile refuses what is no regular file or cannot be opened: reading a pipe
// or a device would wait or never end.
func wantFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fileError(path, err)
	case info.IsDir():
		return experiment.Inputf("%s: is a directory, want a file, such as %s", path, filepath.Join(path, "spikes.arrow"))
	case !info.Mode().IsRegular():
		return experiment.Inputf("%s: is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return fileError(path, err)
	}
	return f.Close()
}

// fileError makes a line of an error about a file that the user named: wrong
// input if it is missing, forbidden or damaged, else a failure.
func fileError(path string, err error) error {
	var corrupt *spikefile.CorruptError
	var p *fs.PathError
	var refused *newfile.RefusedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &corrupt):
		return experiment.Inputf("%v", corrupt)
	case errors.As(err, &refused):
		return experiment.Inputf("%v", refused)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		if errors.As(err, &p) {
			err = p.Err
		}
		return experiment.Inputf("%s: %v", path, err)
	}
	line := strings.TrimPrefix(err.Error(), "spikefile: ")
	if errors.Is(err, fs.ErrExist) {
		return experiment.Inputf("%s: %s", path, line)
	}
	return fmt.Errorf("%s: %s", path, line)
}
