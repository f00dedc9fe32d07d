package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// deliver is (*synapse.Block).deliverNearPortable. Nothing in it is a vector:
// sums onto one target keep their order. It saves the checks of bounds, and
// asks for a whole row while the one before is under way: rows are mostly in no
// cache, and shorter than what a processor needs to foresee them.
func deliver(own bool) func(*build.Context) {
	return func(c *build.Context) {
		name, parameter, doc := "deliverCommon", "weight float32", "adds weight"
		if own {
			name, parameter, doc = "deliverOwn", "weight *float32", "adds the weight of each slot"
		}
		k := begin(c, name,
			"func(onto *float32, target *uint16, start, source *uint32, factor *float32, count, groups, group int, "+parameter+")",
			doc+", times the factor of its source where there are factors, to onto of each target of count sources, 1 or more.")
		onto, target := k.Load(k.Param("onto"), k.GP64()), k.Load(k.Param("target"), k.GP64())
		start, source := k.Load(k.Param("start"), k.GP64()), k.Load(k.Param("source"), k.GP64())
		factor, count := k.Load(k.Param("factor"), k.GP64()), k.Load(k.Param("count"), k.GP64())
		groups, group := k.Load(k.Param("groups"), k.GP64()), k.Load(k.Param("group"), k.GP64())
		weights, common, one := k.GP64(), k.XMM(), k.XMM()
		if own {
			k.Load(k.Param("weight"), weights)
			bits := k.GP32()
			k.MOVL(operand.U32(0x3f800000), bits)
			k.VMOVD(bits, one)
		} else {
			k.VMOVSS(must(k.Param("weight").Resolve()).Addr, common)
		}
		row, left := k.GP64(), k.GP64()
		first := func() { // row ← the first slot of *source, in the delay group
			k.MOVL(operand.Mem{Base: source}, row.As32())
			k.IMULQ(groups, row)
			k.ADDQ(group, row)
		}
		first()
		k.Label("row")
		from := k.GP64()
		k.MOVL(operand.Mem{Base: start, Index: row, Scale: 4}, from.As32())
		k.MOVL(operand.Mem{Base: start, Index: row, Scale: 4, Disp: 4}, left.As32())
		k.SUBQ(from, left)
		place := k.GP64()
		k.LEAQ(operand.Mem{Base: target, Index: from, Scale: 2}, place)
		weight := k.GP64()
		if own {
			k.LEAQ(operand.Mem{Base: weights, Index: from, Scale: 4}, weight)
		}
		scale := k.XMM()
		if own {
			k.VMOVAPS(one, scale)
		} else {
			k.VMOVAPS(common, scale)
		}
		k.TESTQ(factor, factor)
		k.JZ(operand.LabelRef("unscaled"))
		k.VMULSS(operand.Mem{Base: factor}, scale, scale)
		k.ADDQ(operand.Imm(4), factor)
		k.Label("unscaled")
		k.ADDQ(operand.Imm(4), source)
		k.DECQ(count)
		k.JZ(operand.LabelRef("last"))
		first()
		// All of the next row, up to aheadLines of it.
		next, more := k.GP64(), k.GP64()
		k.MOVL(operand.Mem{Base: start, Index: row, Scale: 4}, next.As32())
		k.MOVL(operand.Mem{Base: start, Index: row, Scale: 4, Disp: 4}, more.As32())
		k.SUBQ(next, more)
		k.CMPQ(more, operand.U32(aheadLines*32))
		k.JBE(operand.LabelRef("ahead"))
		k.MOVQ(operand.U32(aheadLines*32), more)
		k.Label("ahead")
		k.PREFETCHT0(operand.Mem{Base: target, Index: next, Scale: 2})
		if own {
			k.PREFETCHT0(operand.Mem{Base: weights, Index: next, Scale: 4})
			k.PREFETCHT0(operand.Mem{Base: weights, Index: next, Scale: 4, Disp: 64})
		}
		k.ADDQ(operand.Imm(32), next)
		k.SUBQ(operand.Imm(32), more)
		k.JG(operand.LabelRef("ahead"))
		k.Label("last")
		event := func(i int) {
			t, sum := k.GP64(), k.XMM()
			k.MOVWLZX(operand.Mem{Base: place, Disp: 2 * i}, t.As32())
			m := operand.Mem{Base: onto, Index: t, Scale: 4}
			if own {
				k.VMULSS(operand.Mem{Base: weight, Disp: 4 * i}, scale, sum)
				k.VADDSS(m, sum, sum)
			} else {
				k.VADDSS(m, scale, sum)
			}
			k.VMOVSS(sum, m)
		}
		advance := func(n uint64) {
			k.ADDQ(operand.Imm(2*n), place)
			if own {
				k.ADDQ(operand.Imm(4*n), weight)
			}
		}
		k.SUBQ(operand.Imm(4), left)
		k.JLT(operand.LabelRef("few"))
		k.Label("four")
		for i := range 4 {
			event(i)
		}
		advance(4)
		k.SUBQ(operand.Imm(4), left)
		k.JGE(operand.LabelRef("four"))
		k.Label("few")
		k.ADDQ(operand.Imm(4), left)
		k.JZ(operand.LabelRef("done"))
		k.Label("one")
		event(0)
		advance(1)
		k.DECQ(left)
		k.JNZ(operand.LabelRef("one"))
		k.Label("done")
		k.TESTQ(count, count)
		k.JNZ(operand.LabelRef("row"))
		k.VZEROUPPER()
		k.RET()
	}
}

// aheadLines bounds what is asked for of a row in advance: 64 bytes each, 32
// targets.
const aheadLines = 40

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
