package dataset

import (
	"errors"
	"fmt"
	"io/fs"
)

// InputError reports a file or a directory that is no data set, or a name of none, on
// one line. A data set that is not there is an fs.ErrNotExist.
type InputError struct {
	Path   string
	Offset int64  // the byte of the unpacked content where it shows, or NoOffset
	Reason string // what is wrong, and what would be right
	Err    error  // the error underneath, if there is one
}

// NoOffset is the offset of what is wrong with a file or directory as a whole.
const NoOffset int64 = -1

// Error returns the path, the byte and the reason.
func (e *InputError) Error() string {
	switch {
	case e.Path == "":
		return e.Reason
	case e.Offset >= 0:
		return fmt.Sprintf("%s: byte %d: %s", e.Path, e.Offset, e.Reason)
	}
	return e.Path + ": " + e.Reason
}

// Unwrap returns the error underneath, or nil.
func (e *InputError) Unwrap() error { return e.Err }

// wrong is an InputError of a whole file or directory.
func wrong(path, format string, args ...any) error {
	return &InputError{Path: path, Offset: NoOffset, Reason: fmt.Sprintf(format, args...)}
}

// unreadable is an InputError for a file that the system does not let us read.
func unreadable(path string, err error) error {
	reason := err
	var p *fs.PathError
	if errors.As(err, &p) {
		reason = p.Err
	}
	return &InputError{Path: path, Offset: NoOffset, Reason: reason.Error(), Err: err}
}
