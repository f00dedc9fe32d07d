package vec

import (
	"os"

	"golang.org/x/sys/cpu"
)

// enabled is decided once, when the program starts.
var enabled = cpu.X86.HasAVX2 && os.Getenv("APICAL_SIMD") != "off"

// Enabled reports whether kernels use AVX2: the processor has it, and the
// environment does not say APICAL_SIMD=off.
func Enabled() bool { return enabled }
