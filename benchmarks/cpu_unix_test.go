//go:build unix

package benchmarks

import (
	"syscall"
	"time"
)

// processorTime is what the process has used of all processors; it means more
// than the clock where a machine is shared.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
