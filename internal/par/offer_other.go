//go:build !linux

package par

import "runtime"

// offer lets another goroutine have the processor.
func offer() { runtime.Gosched() }

// processor says that it cannot be told.
func processor() int32 { return -1 }

func leave(int32) {}
