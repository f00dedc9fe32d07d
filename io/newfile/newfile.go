// Package newfile makes files that have their name only once they are complete and
// on the disk: a reader sees the old file, or the whole new one, or none.
//
// Until then a file has its name with a suffix. It is made only if nothing has that
// name yet, so that two programs do not write into one file and what a crashed one
// left is not lost; what cannot be completed is removed. Only regular files are
// replaced: not directories, pipes and devices, nor symbolic links, which would be
// replaced themselves while what they point to stayed as it is.
package newfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Suffix is added to the name of a file that is not complete, by those who have no
// suffix of their own.
const Suffix = ".new"

// RefusedError says why a file is not made. Nothing was written.
type RefusedError struct {
	// Path is what is in the way.
	Path string
	// Reason continues "Path ...".
	Reason string
	// Exists is set for a regular file that may not be replaced.
	Exists bool
}

func (e *RefusedError) Error() string { return e.Path + " " + e.Reason }

// Check refuses path if it is anything but a regular file; one that exists unless
// replace is set; one that is also an input, under whatever name, even then; and
// what is left of an earlier attempt. Inputs that do not exist are passed over, and
// so are empty names.
func Check(path string, replace bool, inputs ...string) error {
	info, err := regular(path)
	if err != nil {
		return err
	}
	for _, name := range inputs {
		other, err := os.Stat(name)
		if info != nil && name != "" && err == nil && os.SameFile(info, other) {
			return &RefusedError{Path: path, Reason: "is also what is read, want another name"}
		}
	}
	if info != nil && !replace {
		return &RefusedError{Path: path, Reason: "exists", Exists: true}
	}
	if _, err := os.Lstat(path + Suffix); err == nil {
		return left(path + Suffix)
	}
	return nil
}

// regular describes the file path, nil if there is none.
func regular(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &RefusedError{Path: path, Reason: "is a symbolic link, want the name of the file itself"}
	case info.IsDir():
		return nil, &RefusedError{Path: path, Reason: "is a directory, want the name of a file"}
	case !info.Mode().IsRegular():
		return nil, &RefusedError{Path: path, Reason: "is not a file that could be replaced"}
	}
	return info, nil
}

func left(path string) error {
	return &RefusedError{Path: path, Reason: "exists: an interrupted command left it, or another is writing it now; remove it if none is"}
}

// Write has a file written as path with the suffix, waits until the disk has it,
// and gives it the name path, replacing a regular file that has it. The permissions
// are those that the umask leaves. An error of write is returned as it is.
func Write(path, suffix string, write func(io.Writer) error) error {
	fresh := path + suffix
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return left(fresh)
	}
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(f, 1<<16)
	err = write(buffered)
	if err == nil {
		// A full disk may show no earlier.
		err = errors.Join(buffered.Flush(), f.Sync())
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(fresh) // err says what happened
		return err
	}
	return Publish(fresh, path)
}

// Publish renames fresh, which the caller has made and synced, to path, as Write
// does. If that fails, fresh is removed.
func Publish(fresh, path string) error {
	_, err := regular(path)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		_ = os.Remove(fresh) // err says what happened
		return err
	}
	// The name is durable only with its directory. Not every file system can sync
	// one, and the data are safe by now.
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}
