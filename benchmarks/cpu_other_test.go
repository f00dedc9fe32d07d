//go:build !unix

package benchmarks

import "time"

func processorTime() time.Duration { return 0 }
