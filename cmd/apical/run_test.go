package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
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
// and that other errors are, in the end.
func TestReaderThatGoesAway(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{{syscall.EPIPE, ""}, {syscall.ENOSPC, "standard output: " + syscall.ENOSPC.Error()}} {
		p := &pipe{n: 1, err: c.err}
		w := &results{w: p}
		for _, line := range []string{"one\n", "two\n", "three\n"} {
			if n, err := io.WriteString(w, line); n != len(line) || err != nil {
				t.Errorf("writing %q: %d, %v", line, n, err)
			}
		}
		if p.String() != "one\n" || p.n != -1 {
			t.Errorf("the pipe holds %q after %d refusals, want the first line and one", p.String(), -p.n)
		}
		got := ""
		if err := w.failed(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: failed with %q, want %q", c.err, got, c.want)
		}
	}
}

// TestFullStandardOutput runs commands whose results find no room: the run is
// done and says so in its manifest, and the command fails.
func TestFullStandardOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"run", "obedient", "--quiet", "--out", dir}, {"run", "--help"}, {"list"}, {"version"},
		{"repair", dir + "/spikes.arrow", "--out", dir + "/new.arrow"}, {"inspect", dir + "/spikes.arrow"},
	} {
		cmd := exec.Command("apical", args...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || stderr.String() != "apical: standard output: no space left on device\n" {
			t.Errorf("%v: %v, %q", args, err, &stderr)
		}
	}
	b, err := os.ReadFile(dir + "/manifest.json")
	if err != nil || !bytes.Contains(b, []byte(`"status": "done"`)) {
		t.Errorf("manifest %s, %v", b, err)
	}
}
