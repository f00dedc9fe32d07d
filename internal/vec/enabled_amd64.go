package vec

import (
	"os"

	"golang.org/x/sys/cpu"
)

// What may be used is decided once, when the program starts: what the processor
// has, up to what the environment says.
var (
	enabled = cpu.X86.HasAVX2 && os.Getenv("APICAL_SIMD") != "off"
	fma     = enabled && cpu.X86.HasFMA
	avx512  = fma && cpu.X86.HasAVX512F && os.Getenv("APICAL_SIMD") != "avx2"
)

// Enabled reports whether kernels use AVX2: the processor has it, and the
// environment does not say APICAL_SIMD=off.
func Enabled() bool { return enabled }

// FMA reports whether kernels of fused multiply-adds use AVX2: where Enabled, if
// the processor has the instructions.
func FMA() bool { return fma }

// AVX512 reports whether kernels that exist for AVX-512 F use it: where FMA, if the
// processor has it and the environment does not say APICAL_SIMD=avx2.
func AVX512() bool { return avx512 }
