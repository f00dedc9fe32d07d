package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// outliveReaders makes writing to a reader that has gone away, such as head, an
// error, which results takes, and not the end of the process before its files are
// complete.
func outliveReaders(*cobra.Command, []string) { signal.Ignore(syscall.SIGPIPE) }

// results is the standard output. After a write that fails it takes everything
// and writes nothing, since what matters is in files by then and should be
// finished; failed says so at the end. A reader that goes away, such as head, is
// no failure.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(b []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.w.Write(b)
	}
	return len(b), nil
}

// failed is the error of the first write that failed.
func (r *results) failed() error {
	if r.err == nil || errors.Is(r.err, syscall.EPIPE) {
		return nil
	}
	err := r.err
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("standard output: %w", err)
}
