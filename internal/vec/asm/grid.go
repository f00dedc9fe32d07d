package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gridTile is the size of a tile of package rng, bytes: from the units that
// succeed in one block to those of the next.
const gridTile = 64*8 + 64

// gridLoop makes a kernel that calls each for every block.
func gridLoop(c *build.Context, name, doc string, prepare func(k *kernel, onto, units operand.Mem) (each func())) {
	k := begin(c, name, "func(onto *float32, units *uint64, weight float32, n int)", doc)
	onto, units := k.Load(k.Param("onto"), k.GP64()), k.Load(k.Param("units"), k.GP64())
	n := k.Load(k.Param("n"), k.GP64())
	each := prepare(k, operand.Mem{Base: onto}, operand.Mem{Base: units})
	k.Label("block")
	each()
	k.Label("next")
	k.ADDQ(operand.U32(64*4), onto)
	k.ADDQ(operand.U32(gridTile), units)
	k.DECQ(n)
	k.JNZ(operand.LabelRef("block"))
	k.VZEROUPPER()
	k.RET()
}

// grid is addTilesPortable of package rng, but that it goes through all units.
func grid(c *build.Context) {
	shifts := c.StaticGlobal("gridShifts")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range uint32(32) {
		c.AppendDatum(operand.U32(31 - i)) // what brings bit i to the sign
	}
	gridLoop(c, "addTilesAVX2", "adds weight to onto where bits of units are set, for n blocks of 64, 1 or more; "+
		"the units of blocks lie a tile apart.", func(k *kernel, onto, units operand.Mem) func() {
		weight := k.YMM()
		k.VBROADCASTSS(must(k.Param("weight").Resolve()).Addr, weight)
		var shift [4]reg.VecVirtual
		for i := range shift {
			shift[i] = k.load(shifts.Offset(32 * i))
		}
		return func() {
			for half := range 2 {
				bits := k.YMM()
				k.VPBROADCASTD(units.Offset(4*half), bits)
				for i := range shift {
					m := onto.Offset(128*half + 32*i)
					hit, old := k.YMM(), k.load(m)
					k.VPSLLVD(shift[i], bits, hit)
					k.store(k.choose(hit, k.add(old, weight), old), m)
				}
			}
		}
	})
}

// gridFew is addTilesPortable where hardly any block has two units that succeed.
// One of each block gets weight, or −0 where none succeeds, which changes nothing;
// this saves a branch that cannot be foreseen.
func gridFew(c *build.Context) {
	gridLoop(c, "addFewAVX2", "is addTilesAVX2 for few bits.", func(k *kernel, onto, units operand.Mem) func() {
		weight, nothing := k.GP32(), k.GP32()
		k.MOVL(must(k.Param("weight").Resolve()).Addr, weight)
		k.MOVL(operand.U32(1<<31), nothing)
		left, rest, unit, addend, sum := k.GP64(), k.GP64(), k.GP64(), k.GP32(), k.XMM()
		one := func() { // leaves the flags of left
			k.VMOVD(addend, sum)
			m := onto.Idx(unit, 4)
			k.VADDSS(m, sum, sum)
			k.VMOVSS(sum, m)
			k.LEAQ(operand.Mem{Base: left, Disp: -1}, rest)
			k.ANDQ(rest, left)
		}
		return func() {
			k.MOVQ(units, left)
			k.MOVL(weight, addend)
			// Without a bit any unit will do. Processors that do not know TZCNT take it
			// for BSF, whose flags differ.
			k.TZCNTQ(left, unit)
			k.ANDL(operand.Imm(63), unit.As32())
			k.TESTQ(left, left)
			k.CMOVLEQ(nothing, addend)
			one()
			k.JZ(operand.LabelRef("next"))
			k.Label("more")
			k.TZCNTQ(left, unit)
			one()
			k.JNZ(operand.LabelRef("more"))
		}
	})
}
