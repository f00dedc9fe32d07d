package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// take is one round of the loop of (*rng.Trials).take.
func take(c *build.Context) {
	c.Function("takeAVX2")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.Doc("takeAVX2 writes first+places[i]−base to out and returns how many of places[i]−base are below n.")
	c.SignatureExpr("func(places *[8]int32, base, n int32, first uint32, out *[8]uint32) uint32")
	spread := func(parameter string) reg.VecVirtual {
		x, r := c.XMM(), c.YMM()
		c.VMOVD(c.Load(c.Param(parameter), c.GP32()), x)
		c.VPBROADCASTD(x, r)
		return r
	}
	places := c.Load(c.Param("places"), c.GP64())
	out := c.Load(c.Param("out"), c.GP64())
	offsets, below := c.YMM(), spread("n")
	c.VMOVDQU(operand.Mem{Base: places}, offsets)
	c.VPSUBD(spread("base"), offsets, offsets)
	c.VPCMPGTD(offsets, below, below)
	c.VPADDD(spread("first"), offsets, offsets)
	c.VMOVDQU(offsets, operand.Mem{Base: out})
	count := c.GP32()
	c.VMOVMSKPS(below, count)
	c.POPCNTL(count, count)
	c.Store(count, c.ReturnIndex(0))
	c.VZEROUPPER()
	c.RET()
}
