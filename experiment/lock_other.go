//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package experiment

import (
	"errors"
	"os"
)

// tryLock says that this system has no locks on files that we use.
func tryLock(*os.File) (locked bool, err error) { return false, errors.ErrUnsupported }

func removeLocked(f *os.File, path string) {
	f.Close()
	_ = os.Remove(path)
}
