package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Places in the constants that addCounts of package rng gathers.
const (
	countKeys       = 0
	countStep       = 20
	countEntity     = 22
	countTag        = 23
	countLeast      = 24
	countWeight     = 25
	countThresholds = 26
	countUsual      = 27
)

// counts is (rng.Source).addCountsPortable: eight blocks of Philox, laid out as
// in philox, make 32 numbers, each of which is compared with the whole table.
func counts(c *build.Context) {
	const multiplier0, multiplier1 = 0xD2511F53, 0xCD9E8D57
	const rounds = 10
	constants := c.StaticGlobal("countsConstants")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for v := range uint64(4) {
		c.AppendDatum(operand.U64(v))
	}
	for _, v := range []uint64{multiplier0, multiplier1, 1<<63 | 1<<31, 8, 4} {
		for range 4 {
			c.AppendDatum(operand.U64(v))
		}
	}
	multiplier := [2]operand.Mem{constants.Offset(32), constants.Offset(64)}
	sign, group, half := constants.Offset(96), constants.Offset(128), constants.Offset(160)

	k := begin(c, "addCountsAVX2", "func(into *float32, above *int32, k *[28]uint32, n int)",
		"adds the weighted counts of n units, a multiple of 32 above 0, to into.")
	above := k.Load(k.Param("above"), k.GP64())
	base := k.Load(k.Param("k"), k.GP64()).(reg.GPVirtual)
	constant := func(i int) reg.VecVirtual {
		r := k.YMM()
		k.VPBROADCASTD(operand.Mem{Base: base, Disp: 4 * i}, r)
		return r
	}
	g := k.Load(k.Param("into"), k.GP64())
	left := k.Load(k.Param("n"), k.GP64())
	thresholds := k.GP64()
	k.MOVL(operand.Mem{Base: base, Disp: 4 * countThresholds}, thresholds.As32())
	usual := k.GP64()
	k.MOVL(operand.Mem{Base: base, Disp: 4 * countUsual}, usual.As32())
	entity := constant(countEntity)
	k.VPADDD(constants, entity, entity)

	k.Label("group")
	var state [2][4]reg.VecVirtual // two times four blocks
	for i := range state {
		blocks := k.YMM()
		if i == 0 {
			k.VMOVDQA(entity, blocks)
		} else {
			k.VPADDD(half, entity, blocks)
		}
		state[i] = [4]reg.VecVirtual{constant(countStep), constant(countStep + 1), blocks, constant(countTag)}
	}
	k.VPADDD(group, entity, entity)
	for round := range rounds {
		key := [2]reg.VecVirtual{constant(countKeys + 2*round), constant(countKeys + 2*round + 1)}
		for i := range state {
			s := &state[i]
			product0, product1 := k.YMM(), k.YMM()
			k.VPMULUDQ(multiplier[0], s[0], product0)
			k.VPMULUDQ(multiplier[1], s[2], product1)
			next0, next2 := k.YMM(), k.YMM()
			k.VPXOR(s[1], key[0], s[1])
			k.VPXOR(s[3], key[1], s[3])
			k.VPSRLQ(operand.Imm(32), product1, next0)
			k.VPSRLQ(operand.Imm(32), product0, next2)
			k.VPXOR(next0, s[1], next0)
			k.VPXOR(next2, s[3], next2)
			*s = [4]reg.VecVirtual{next0, product1, next2, product0}
		}
	}
	var draws, count []reg.VecVirtual
	for _, s := range state {
		for i := 0; i < 4; i += 2 {
			// The words of a pair side by side.
			u := k.YMM()
			k.VPSLLQ(operand.Imm(32), s[i+1], s[i+1])
			k.VPBLENDD(operand.Imm(0xaa), s[i+1], s[i], u)
			k.VPXOR(sign, u, u)
			draws = append(draws, u)
		}
	}
	for range draws {
		count = append(count, constant(countLeast))
	}
	at := k.GP64()
	k.XORQ(at, at)
	// add counts the draws above threshold at, and returns where they are if asked.
	add := func(where bool) (any reg.VecVirtual) {
		threshold := k.YMM()
		k.VPBROADCASTD(operand.Mem{Base: above, Index: at, Scale: 4}, threshold)
		for i, u := range draws {
			more := k.YMM()
			k.VPCMPGTD(threshold, u, more)
			k.VPSUBD(more, count[i], count[i])
			if i == 0 {
				any = more
			} else if where {
				k.VPOR(more, any, any)
			}
		}
		k.INCQ(at)
		return any
	}
	k.Label("threshold")
	add(false)
	k.CMPQ(at, usual)
	k.JLT(operand.LabelRef("threshold"))
	k.CMPQ(at, thresholds)
	k.JGE(operand.LabelRef("counted"))
	// Hardly ever does one of the draws lie further up.
	k.Label("rare")
	some := add(true)
	k.VPTEST(some, some)
	k.JZ(operand.LabelRef("counted"))
	k.CMPQ(at, thresholds)
	k.JLT(operand.LabelRef("rare"))
	k.Label("counted")
	weight := constant(countWeight)
	for i, n := range count {
		k.VCVTDQ2PS(n, n)
		m := operand.Mem{Base: g, Disp: 32 * i}
		k.store(k.add(k.mul(n, weight), m), m)
	}
	k.ADDQ(operand.Imm(128), g)
	k.SUBQ(operand.Imm(32), left)
	k.JNE(operand.LabelRef("group"))
	k.VZEROUPPER()
	k.RET()
}
