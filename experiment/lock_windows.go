package experiment

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks f until it is closed; locked is false if someone else has it.
// What is locked is a byte far behind the end: the text stays readable.
func tryLock(f *os.File) (locked bool, err error) {
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}

// removeLocked closes the file first, since an open one cannot be removed. One
// that another run has opened in between stays.
func removeLocked(f *os.File, path string) {
	f.Close()
	_ = os.Remove(path)
}
