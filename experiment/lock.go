package experiment

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockName is the file that is locked in a directory while a run writes to it.
// It says who runs. The lock belongs to the process and not to the file: one
// that a killed run left locks nothing, and the next run takes it over.
const lockName = ".apical.lock"

// lockDir locks dir for this process, or refuses with an *InputError that names
// the run that has it. Where files cannot be locked there is no lock.
func lockDir(dir string) (release func(), err error) {
	path := filepath.Join(dir, lockName)
	for range 100 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, Inputf("out: %s is not writable: %v", dir, cause(err))
		}
		locked, err := tryLock(f)
		if err != nil {
			f.Close() // this file system has no locks
			_ = os.Remove(path)
			return func() {}, nil
		}
		if !locked {
			who, _ := io.ReadAll(io.LimitReader(f, 200))
			f.Close()
			return nil, Inputf("out: %s is in use by a run (%s), want another --out", dir, strings.TrimSpace(string(who)))
		}
		if !isFile(f, path) {
			f.Close() // the run before removed it after we opened it
			continue
		}
		// For people only: that it may not be written loses nothing.
		_ = f.Truncate(0)
		_, _ = fmt.Fprintf(f, "process %d, started %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
		return func() { removeLocked(f, path) }, nil
	}
	return nil, Inputf("out: %s: %v", dir, errors.New("the lock keeps changing hands"))
}

// isFile reports that the open file is the one that stands at path.
func isFile(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(open, there)
}
