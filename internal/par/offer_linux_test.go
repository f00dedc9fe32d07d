package par

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestLeaveLeavesThreadsFree moves threads about, while the collector takes
// goroutines off them: none keeps a narrower choice of processors than it had.
func TestLeaveLeavesThreadsFree(t *testing.T) {
	before := allowed(t)
	if len(before) != 1 {
		t.Skipf("threads begin with different choices: %v", before)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					leave(processor())
				}
			}
		})
	}
	for end := time.Now().Add(time.Second / 2); time.Now().Before(end); {
		runtime.GC()
	}
	close(done)
	wg.Wait()
	if after := allowed(t); len(after) != 1 || after[0] != before[0] {
		t.Errorf("threads may run on %v, before on %v", after, before)
	}
}

// allowed returns the different choices of processors of this program's threads.
func allowed(t *testing.T) (lists []string) {
	files, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(files) == 0 {
		t.Skip("no /proc")
	}
	seen := map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // the thread is gone
		}
		for _, line := range strings.Split(string(b), "\n") {
			if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok && !seen[list] {
				seen[list] = true
				lists = append(lists, list)
			}
		}
	}
	return lists
}
