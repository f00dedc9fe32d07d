package main

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"testing"
)

// pipe takes n writes and then has no reader any more.
type pipe struct {
	bytes.Buffer
	n   int
	err error
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.n--; p.n < 0 {
		return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: p.err}
	}
	return p.Buffer.Write(b)
}

// TestReaderThatGoesAway checks that results without a reader are no failure,
// and that other errors are.
func TestReaderThatGoesAway(t *testing.T) {
	p := &pipe{n: 1, err: syscall.EPIPE}
	w := &mayClose{w: p}
	for _, line := range []string{"one\n", "two\n", "three\n"} {
		if n, err := io.WriteString(w, line); n != len(line) || err != nil {
			t.Errorf("writing %q: %d, %v", line, n, err)
		}
	}
	if p.String() != "one\n" || p.n != -1 {
		t.Errorf("the pipe holds %q after %d refusals, want the first line and one", p.String(), -p.n)
	}
	if _, err := io.WriteString(&mayClose{w: &pipe{err: syscall.ENOSPC}}, "x"); err == nil {
		t.Error("a full disk was taken for a reader that went away")
	}
}
