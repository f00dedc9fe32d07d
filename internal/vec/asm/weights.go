package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// addWeights is (*plasticity.weights).addIncomingPortable, or addOutgoingPortable.
// Nothing in it is a vector: weights or traces lie apart. It saves the checks of
// bounds, so that more of them are under way at a time, and branches that nobody
// could predict.
func addWeights(outgoing bool) func(*build.Context) {
	return func(c *build.Context) {
		name, parameter := "addIncomingScalar", "rows, slots *uint32, trace *float64, scale float64, low, high float32, n int"
		doc := "adds scale·trace[row] to the weights in n slots, 1 or more, and keeps them within bounds."
		if outgoing {
			name, parameter = "addOutgoingScalar", "targets *uint32, trace *float64, scale float64, low, high float32, lo, n int"
			doc = "adds scale·trace[target−lo] to n weights, 1 or more, and keeps them within bounds."
		}
		k := begin(c, name, "func(weights *float32, "+parameter+")", doc)
		weights, trace := k.Load(k.Param("weights"), k.GP64()), k.Load(k.Param("trace"), k.GP64())
		scale, low, high := k.XMM(), k.XMM(), k.XMM()
		k.VMOVSD(must(k.Param("scale").Resolve()).Addr, scale)
		k.VMOVSS(must(k.Param("low").Resolve()).Addr, low)
		k.VMOVSS(must(k.Param("high").Resolve()).Addr, high)
		n := k.Load(k.Param("n"), k.GP64())
		var synapse func(i int)
		var advance func(count uint64)
		change := func(i int, indices reg.Register, at operand.Mem) {
			index, weight := k.GP64(), k.XMM()
			k.MOVL(operand.Mem{Base: indices, Disp: 4 * i}, index.As32())
			k.VMULSD(operand.Mem{Base: trace, Index: index, Scale: 8}, scale, weight)
			k.VCVTSD2SS(weight, weight, weight)
			k.VADDSS(at, weight, weight)
			k.VMAXSS(weight, low, weight)
			k.VMINSS(weight, high, weight)
			k.VMOVSS(weight, at)
		}
		if outgoing {
			targets, lo := k.Load(k.Param("targets"), k.GP64()), k.Load(k.Param("lo"), k.GP64())
			k.SHLQ(operand.Imm(3), lo)
			k.SUBQ(lo, trace)
			synapse = func(i int) { change(i, targets, operand.Mem{Base: weights, Disp: 4 * i}) }
			advance = func(count uint64) {
				k.ADDQ(operand.Imm(4*count), targets)
				k.ADDQ(operand.Imm(4*count), weights)
			}
		} else {
			rows, slots := k.Load(k.Param("rows"), k.GP64()), k.Load(k.Param("slots"), k.GP64())
			synapse = func(i int) {
				slot := k.GP64()
				k.MOVL(operand.Mem{Base: slots, Disp: 4 * i}, slot.As32())
				change(i, rows, operand.Mem{Base: weights, Index: slot, Scale: 4})
			}
			advance = func(count uint64) {
				k.ADDQ(operand.Imm(4*count), rows)
				k.ADDQ(operand.Imm(4*count), slots)
			}
		}
		k.SUBQ(operand.Imm(4), n)
		k.JLT(operand.LabelRef("few"))
		k.Label("four")
		for i := range 4 {
			synapse(i)
		}
		advance(4)
		k.SUBQ(operand.Imm(4), n)
		k.JGE(operand.LabelRef("four"))
		k.Label("few")
		k.ADDQ(operand.Imm(4), n)
		k.JZ(operand.LabelRef("done"))
		k.Label("one")
		synapse(0)
		advance(1)
		k.DECQ(n)
		k.JNZ(operand.LabelRef("one"))
		k.Label("done")
		k.VZEROUPPER()
		k.RET()
	}
}
