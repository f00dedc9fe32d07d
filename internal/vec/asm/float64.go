package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// momentum is vec.momentumPortable.
func momentum(c *build.Context) {
	k := begin(c, "momentumAVX2", "func(w, v *float64, keep float64, n int)",
		"sets w = keep·w + v for n values, a multiple of 4 above 0.")
	w, v, keep := k.array("w"), k.array("v"), k.YMM()
	k.VBROADCASTSD(must(k.Param("keep").Resolve()).Addr, keep)
	k.loop64(func() {
		x := k.YMM()
		k.VMULPD(w, keep, x)
		k.VADDPD(v, x, x)
		k.VMOVUPD(x, w)
	})
}

// sigmoid64 is vec.sigmoid64Portable.
func sigmoid64(c *build.Context) {
	constants := wide{c.StaticGlobal("sigmoid64Constants"), map[string]int{}}
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	add := func(name string, v operand.Constant) {
		constants.offsets[name] = 32 * len(constants.offsets)
		for range 4 {
			c.AppendDatum(v)
		}
	}
	const high = 0x1.62e42feep-1
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"reach", 708}, {"−reach", -708}, {"log2e", math.Log2E}, {"rounder", 3 << 51},
		{"ln2High", high}, {"ln2Low", math.Ln2 - high}, {"one", 1},
		{"1/13!", 1.0 / 6227020800}, {"1/12!", 1.0 / 479001600}, {"1/11!", 1.0 / 39916800}, {"1/10!", 1.0 / 3628800},
		{"1/9!", 1.0 / 362880}, {"1/8!", 1.0 / 40320}, {"1/7!", 1.0 / 5040}, {"1/6!", 1.0 / 720},
		{"1/5!", 1.0 / 120}, {"1/4!", 1.0 / 24}, {"1/3!", 1.0 / 6}, {"1/2!", 1.0 / 2},
	} {
		add(v.name, operand.F64(v.value))
	}
	add("bias", operand.U64(1023<<52))
	add("sign", operand.U64(1<<63))

	k := begin(c, "sigmoid64AVX2", "func(dst, x *float64, n int)",
		"sets dst = 1/(1+e^−x) for n values, a multiple of 4 above 0.")
	dst, from := k.array("dst"), k.array("x")
	k.loop64(func() {
		x, shifted, n, product := k.YMM(), k.YMM(), k.YMM(), k.YMM()
		k.VMOVUPD(from, x)
		k.VXORPD(constants.at("sign"), x, x)
		limit := k.YMM()
		k.VMOVUPD(constants.at("reach"), limit)
		k.VMINPD(x, limit, x) // NaN stays, as in atMost
		k.VMOVUPD(constants.at("−reach"), limit)
		k.VMAXPD(x, limit, x)
		k.VMULPD(constants.at("log2e"), x, shifted)
		k.VADDPD(constants.at("rounder"), shifted, shifted)
		k.VSUBPD(constants.at("rounder"), shifted, n)
		k.VMULPD(constants.at("ln2High"), n, product)
		k.VSUBPD(product, x, x)
		k.VMULPD(constants.at("ln2Low"), n, product)
		k.VSUBPD(product, x, x)
		y := k.YMM()
		k.VMULPD(constants.at("1/13!"), x, y)
		k.VADDPD(constants.at("1/12!"), y, y)
		for _, coefficient := range []string{"1/11!", "1/10!", "1/9!", "1/8!", "1/7!", "1/6!", "1/5!", "1/4!", "1/3!", "1/2!"} {
			k.VMULPD(x, y, y)
			k.VADDPD(constants.at(coefficient), y, y)
		}
		square := k.YMM()
		k.VMULPD(x, x, square)
		k.VMULPD(square, y, y)
		k.VADDPD(x, y, y)
		k.VADDPD(constants.at("one"), y, y)
		k.VPSLLQ(operand.Imm(52), shifted, shifted)
		k.VPADDQ(constants.at("bias"), shifted, shifted)
		k.VMULPD(shifted, y, y)
		k.VADDPD(constants.at("one"), y, y)
		one := k.YMM()
		k.VMOVUPD(constants.at("one"), one)
		k.VDIVPD(y, one, y)
		k.VMOVUPD(y, dst)
	})
}
