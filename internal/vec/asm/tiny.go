package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// clearTiny is vec.clearTinyPortable.
func clearTiny(c *build.Context) {
	k := begin(c, "clearTinyAVX2", "func(x *float32, tiny float32, n int)",
		"sets to 0 what lies between −tiny and tiny of n values, a multiple of 8 above 0.")
	x, tiny, magnitude := k.array("x"), k.YMM(), k.YMM()
	k.VBROADCASTSS(must(k.Param("tiny").Resolve()).Addr, tiny)
	k.VPCMPEQD(magnitude, magnitude, magnitude)
	k.VPSRLD(operand.Imm(1), magnitude, magnitude) // all bits but the sign
	k.loop(func() {
		const notBelow = 0x15 // true for NaN
		value, kept := k.load(x), k.YMM()
		k.VANDPS(value, magnitude, kept)
		k.VCMPPS(operand.Imm(notBelow), tiny, kept, kept)
		k.VANDPS(value, kept, kept)
		k.store(kept, x)
	})
}
