//go:build unix

package main

import (
	"bufio"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSecondSignalStopsAtOnce interrupts a run that does not listen, twice.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	// testscript.Main has put apical on the path.
	cmd := exec.Command("apical", "run", "obedient", "--set", "deaf=true", "--set", "end=interrupt", "--out", t.TempDir()+"/run")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(15*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "apical: SIGINT, closing files") {
		t.Fatalf("first line %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("ended with %v, want exit code 130", err)
	}
}
