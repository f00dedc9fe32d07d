package spikefile

import (
	"errors"
	"fmt"
)

// The kinds of damage that reading can meet; match them with errors.Is.
var (
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("empty file")
	// ErrNotArrow: the file does not begin like an Arrow file or stream.
	ErrNotArrow = errors.New("not an Arrow file")
	// ErrStream: the file is an Arrow stream, which has no footer.
	ErrStream = errors.New("an Arrow stream, not an Arrow file")
	// ErrTruncated: the end of the file is missing, as after a killed run.
	ErrTruncated = errors.New("truncated file")
	// ErrSchema: the file is sound but holds another kind of table, lacks a
	// column or has one of the wrong type.
	ErrSchema = errors.New("wrong schema")
	// ErrDamaged: the bytes contradict each other.
	ErrDamaged = errors.New("damaged file")
)

// CorruptError reports a file that cannot be read as it is.
type CorruptError struct {
	Path   string // the file
	Reason string // what is wrong, on one line
	Remedy string // what to do about it, on one line; may be empty
	Kind   error  // one of ErrEmpty, ErrNotArrow, ErrStream, ErrTruncated, ErrSchema, ErrDamaged
}

// Error returns one line: the file, what is wrong, what to do.
func (e *CorruptError) Error() string {
	s := e.Path + ": " + e.Reason
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Unwrap returns the kind, so that errors.Is(err, ErrTruncated) works.
func (e *CorruptError) Unwrap() error { return e.Kind }

// repairRemedy tells how to salvage the file at path.
func repairRemedy(path string) string {
	return fmt.Sprintf("recover its complete batches with: apical repair %s --out FILE", path)
}

// damaged returns a CorruptError of kind ErrDamaged, or of the kind that err
// already carries.
func damaged(path, where string, err error) error {
	var c *CorruptError
	if errors.As(err, &c) {
		return err
	}
	kind := ErrDamaged
	if errors.Is(err, ErrTruncated) {
		kind = ErrTruncated
	}
	reason := err.Error()
	if where != "" {
		reason = where + ": " + reason
	}
	return &CorruptError{Path: path, Reason: reason, Remedy: repairRemedy(path), Kind: kind}
}

// errContent is what rows are rejected with over which the Arrow library
// panics: their columns contradict each other.
var errContent = errors.New("the columns of a batch contradict each other")

// caught turns a value recovered from a panic of the Arrow library into an
// error. What the library says then is no help.
func caught(any) error { return errContent }
