package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox is eight calls of rng.Block with ascending counters. A 64-bit lane
// holds one 32-bit word in its lower half; what is in the upper half never
// reaches the lower one, so that a round needs no shuffles.
func philox(c *build.Context) {
	const multiplier0, multiplier1 = 0xD2511F53, 0xCD9E8D57
	const weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
	const rounds = 10

	constants := c.StaticGlobal("philoxConstants")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	// The lanes' counters, in the order that the final interleaving undoes.
	for _, v := range []uint64{0, 2, 1, 3, 4, 6, 5, 7, multiplier0, multiplier1, weyl0, weyl1} {
		c.AppendDatum(operand.U64(v))
	}

	c.Function("philoxAVX2")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.Doc("philoxAVX2 writes Block(key, {index+i, entity, tag}) for i from 0 to 7.")
	c.SignatureExpr("func(out *[32]uint32, key0, key1, entity, tag uint32, index uint64)")
	out := c.Load(c.Param("out"), c.GP64())
	quad := func(m operand.Mem) reg.VecVirtual {
		r := c.YMM()
		c.VPBROADCASTQ(m, r)
		return r
	}
	double := func(parameter string) reg.VecVirtual {
		x, r := c.XMM(), c.YMM()
		c.VMOVD(c.Load(c.Param(parameter), c.GP32()), x)
		c.VPBROADCASTD(x, r)
		return r
	}
	key := [2]reg.VecVirtual{double("key0"), double("key1")}
	multiplier := [2]reg.VecVirtual{quad(constants.Offset(64)), quad(constants.Offset(72))}
	weyl := [2]reg.VecVirtual{quad(constants.Offset(80)), quad(constants.Offset(88))}
	start, index := c.XMM(), c.YMM()
	c.VMOVQ(c.Load(c.Param("index"), c.GP64()), start)
	c.VPBROADCASTQ(start, index)
	var state [2][4]reg.VecVirtual // two times four blocks
	for half := range state {
		counter, high := c.YMM(), c.YMM()
		c.VPADDQ(constants.Offset(32*half), index, counter)
		c.VPSRLQ(operand.Imm(32), counter, high)
		state[half] = [4]reg.VecVirtual{counter, high, double("entity"), double("tag")}
	}
	for round := range rounds {
		for half := range state {
			s := &state[half]
			product0, product1 := c.YMM(), c.YMM()
			c.VPMULUDQ(multiplier[0], s[0], product0)
			c.VPMULUDQ(multiplier[1], s[2], product1)
			next0, next2 := c.YMM(), c.YMM()
			c.VPXOR(s[1], key[0], s[1])
			c.VPXOR(s[3], key[1], s[3])
			c.VPSRLQ(operand.Imm(32), product1, next0)
			c.VPSRLQ(operand.Imm(32), product0, next2)
			c.VPXOR(next0, s[1], next0)
			c.VPXOR(next2, s[3], next2)
			*s = [4]reg.VecVirtual{next0, product1, next2, product0}
		}
		if round < rounds-1 {
			c.VPADDD(weyl[0], key[0], key[0])
			c.VPADDD(weyl[1], key[1], key[1])
		}
	}
	for half, s := range state {
		for i := 0; i < 4; i += 2 {
			// The words of a pair side by side, in s[i].
			c.VPSLLQ(operand.Imm(32), s[i+1], s[i+1])
			c.VPBLENDD(operand.Imm(0xaa), s[i+1], s[i], s[i])
		}
		low, high := c.YMM(), c.YMM()
		c.VPUNPCKLQDQ(s[2], s[0], low)
		c.VPUNPCKHQDQ(s[2], s[0], high)
		c.VMOVDQU(low, operand.Mem{Base: out, Disp: 64 * half})
		c.VMOVDQU(high, operand.Mem{Base: out, Disp: 64*half + 32})
	}
	c.VZEROUPPER()
	c.RET()
}
