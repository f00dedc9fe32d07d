package spikefile

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain lets the test binary be the process that TestKilled kills.
func TestMain(m *testing.M) {
	if path := os.Getenv("SPIKEFILE_TEST_WRITE"); path != "" {
		writeForever(path)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever records until it is killed. It says so once 1000 steps of four
// spikes are flushed.
func writeForever(path string) {
	w, err := Create(path, testMeta(), Options{BatchRows: 512})
	for s := int64(0); err == nil; s++ {
		if err = w.Record(s, 0, []uint32{1, 2, 3, 4}); err == nil && s == 999 {
			if err = w.Flush(); err == nil {
				_, err = os.Stdout.WriteString("flushed\n")
			}
		}
	}
}

// TestKilled kills a process in the middle of its writing and recovers what it
// left, under the name that it would have had.
func TestKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "spikes.arrow")
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "SPIKEFILE_TEST_WRITE="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if killErr := cmd.Process.Kill(); err != nil || killErr != nil {
		t.Fatal(line, err, killErr)
	}
	_ = cmd.Wait() // says that it was killed
	rep, err := Repair(partialName(path), path)
	if err != nil || rep.Rows < 4000 || rep.Complete {
		t.Fatalf("Repair: %+v, %v, want at least the 4000 rows that were flushed", rep, err)
	}
	rows := readSpikes(t, path)
	for i, r := range rows {
		if want := (row{int64(i / 4), 0, uint32(i%4 + 1)}); r != want {
			t.Fatalf("row %d is %+v, want %+v", i, r, want)
		}
	}
	if int64(len(rows)) != rep.Rows {
		t.Errorf("%d rows, the report says %d", len(rows), rep.Rows)
	}
}
