package par

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// offer lets another goroutine, or another program, have the processor.
func offer() {
	runtime.Gosched()
	_, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
}

// processor returns the one that the calling thread runs on, −1 if that cannot be
// told.
func processor() int32 {
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return -1
	}
	return int32(cpu)
}

// leave moves the calling thread to any other processor that it may run on, and
// leaves it as free as it was. It is a favour, not a need: errors are of no
// consequence.
func leave(cpu int32) {
	// Otherwise another thread might be the one that gets its freedom back.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var allowed unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil || allowed.Count() < 2 {
		return
	}
	others := allowed
	others.Clear(int(cpu))
	if unix.SchedSetaffinity(0, &others) == nil {
		_ = unix.SchedSetaffinity(0, &allowed)
	}
}
