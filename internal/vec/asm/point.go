package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// Predicates of VCMPPS, both false for NaN.
const (
	orGreater  = 0x1d // ≥
	andGreater = 0x1e // >
)

// compare returns the mask of a > b or a ≥ b.
func (k *kernel) compare(predicate uint64, a, b vector) vector {
	r := k.YMM()
	k.VCMPPS(operand.Imm(predicate), b, a, r)
	return r
}

// except returns the lanes of mask that are not in out.
func (k *kernel) except(mask, out vector) vector {
	r := k.YMM()
	k.VANDNPS(mask, out, r)
	return r
}

// adex is (*neuron.adex).advanceBlockPortable with (1+x/256)²⁵⁶, adexTrue the
// same with vec.Exp.
func adex(w wide, trueExp bool) func(*build.Context) {
	return func(c *build.Context) {
		name := "adexAVX2"
		if trueExp {
			name = "adexTrueAVX2"
		}
		k := begin(c, name,
			"func(v, w, gExc, gInh, inject, k *float32, left *int32, spiked *uint64, n int)",
			"integrates n neurons, a multiple of 64 above 0, by one step, and sets the bits of spiked. "+
				"k[17] is the refractory period, an int32.")
		constants := k.constants("k", 4)
		v, adaptation, gExc, gInh := k.array("v"), k.array("w"), k.array("gExc"), k.array("gInh")
		inject, left := k.array("inject"), k.array("left")
		k.blocks("spiked", func() vector {
			rest, slope, follow, step := constants(0), constants(1), constants(2), constants(3)
			voltage := k.load(v)
			x := k.mul(k.sub(voltage, constants(4)), constants(5))
			var spiking vector
			if trueExp {
				spiking = k.exp(x, w)
			} else {
				spiking = k.power256(x, w)
			}
			current := k.add(k.sub(rest, voltage), k.mul(spiking, slope))
			g := k.load(gExc)
			current = k.add(current, k.mul(k.sub(constants(6), voltage), g))
			k.store(k.mul(g, constants(8)), gExc)
			g = k.load(gInh)
			current = k.add(current, k.mul(k.sub(constants(7), voltage), g))
			k.store(k.mul(g, constants(9)), gInh)
			adapt := k.load(adaptation)
			current = k.sub(current, adapt)
			next := k.add(voltage, k.mul(current, step))
			next = k.atMost(k.atLeast(next, constants(10)), constants(11))
			refractory := k.countDown(left)
			spike := k.except(k.compare(andGreater, next, constants(12)), refractory)
			next = k.choose(refractory, constants(13), next)
			next = k.choose(spike, constants(14), next)
			adapt = k.choose(spike, k.add(adapt, constants(15)), adapt)
			k.store(k.choose(spike, constants(17), k.load(left)), left)
			target := k.mul(k.sub(next, rest), constants(16))
			k.store(k.add(adapt, k.mul(k.sub(target, adapt), follow)), adaptation)
			k.store(k.add(next, inject), v)
			return spike
		})
	}
}

// adexKernels shares the wide constants between both exponentials.
func adexKernels(c *build.Context) {
	w := wideConstants(c)
	adex(w, false)(c)
	adex(w, true)(c)
}

// lifCond is (*neuron.lifCond).advanceBlockPortable, without or with NMDA.
func lifCond(nmda bool) func(*build.Context) {
	return func(c *build.Context) {
		name, extra := "lifCondAVX2", ""
		if nmda {
			name, extra = "lifCondNMDAAVX2", ", slow"
		}
		k := begin(c, name,
			"func(v, offset, gExc, gInh, inject"+extra+", k *float32, left *int32, above *uint64, n int)",
			"integrates n neurons, a multiple of 64 above 0, by one step, and sets the bits of above.")
		constants := k.constants("k", 7)
		v, offset, gExc, gInh := k.array("v"), k.array("offset"), k.array("gExc"), k.array("gInh")
		inject, left := k.array("inject"), k.array("left")
		var slow operand.Mem
		if nmda {
			slow = k.array("slow")
		}
		k.blocks("above", func() vector {
			rest, leak := constants(0), constants(1)
			voltage, fast := k.load(v), k.load(gExc)
			exc := fast
			if nmda {
				g := k.load(slow)
				exc = k.add(k.mul(fast, constants(11)), k.mul(g, constants(12)))
				follow := constants(13)
				g = k.sub(g, k.mul(g, follow))
				k.store(k.add(g, k.mul(fast, follow)), slow)
			}
			current := k.mul(k.sub(constants(2), voltage), exc)
			k.store(k.mul(fast, constants(4)), gExc)
			g := k.load(gInh)
			current = k.add(current, k.mul(k.sub(constants(3), voltage), g))
			k.store(k.mul(g, constants(5)), gInh)
			next := k.add(voltage, k.mul(k.add(k.sub(rest, voltage), current), leak))
			next = k.atMost(k.atLeast(next, constants(7)), constants(8))
			raised := k.mul(k.load(offset), constants(6))
			k.store(raised, offset)
			refractory := k.countDown(left)
			over := k.compare(andGreater, next, k.add(constants(9), raised))
			next = k.choose(refractory, constants(10), next)
			k.store(k.add(next, inject), v)
			return k.except(over, refractory)
		})
	}
}

// lifCurrent is (*neuron.lifCurrent).advanceBlockPortable, without or with
// synapses that let the voltage jump.
func lifCurrent(jumping bool) func(*build.Context) {
	return func(c *build.Context) {
		name, extra := "lifCurrentAVX2", ""
		if jumping {
			name, extra = "lifCurrentJumpAVX2", ", jumps"
		}
		k := begin(c, name,
			"func(v, exc, inh, inject"+extra+", k *float32, left *int32, above *uint64, n int)",
			"integrates n neurons, a multiple of 64 above 0, by one step, and sets the bits of above.")
		constants := k.constants("k", 8)
		v, exc, inh := k.array("v"), k.array("exc"), k.array("inh")
		inject, left := k.array("inject"), k.array("left")
		var jumps operand.Mem
		if jumping {
			jumps = k.array("jumps")
		}
		k.blocks("above", func() vector {
			rest, membrane := constants(0), constants(1)
			excitation, inhibition := k.load(exc), k.load(inh)
			next := k.add(rest, k.mul(k.sub(k.load(v), rest), membrane))
			next = k.add(next, k.mul(excitation, constants(2)))
			next = k.sub(next, k.mul(inhibition, constants(3)))
			next = k.add(next, inject)
			k.store(k.mul(excitation, constants(4)), exc)
			k.store(k.mul(inhibition, constants(5)), inh)
			if jumping {
				next = k.add(next, jumps)
				zero := k.YMM()
				k.VXORPS(zero, zero, zero)
				k.store(zero, jumps)
			}
			refractory := k.countDown(left)
			k.store(k.choose(refractory, constants(7), next), v)
			return k.except(k.compare(orGreater, next, constants(6)), refractory)
		})
	}
}
