package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// passive is (*dendrite.Passive).advancePortable.
func passive(c *build.Context) {
	k := begin(c, "passiveAVX2",
		"func(v, w, gExc, gInh, exc, inject, driving, k *float32, n int)",
		"integrates n dendrites, a multiple of 8 above 0, by one step.")
	constants := k.broadcast("k", 8)
	leak, adaptation, follow, rest := constants[0], constants[1], constants[2], constants[3]
	revExc, revInh, decayExc, decayInh := constants[4], constants[5], constants[6], constants[7]
	v, w, gExc, gInh := k.array("v"), k.array("w"), k.array("gExc"), k.array("gInh")
	exc, inject, driving := k.array("exc"), k.array("inject"), k.array("driving")
	k.loop(func() {
		voltage, drive, adapt := k.load(v), k.load(driving), k.load(w)
		current := k.synapses(exc, gExc, gInh, drive, revExc, revInh, decayExc, decayInh)
		next := k.add(voltage, k.mul(k.add(k.sub(rest, voltage), current), leak))
		next = k.add(next, k.mul(adapt, adaptation))
		k.store(k.add(adapt, k.mul(k.sub(k.sub(next, rest), adapt), follow)), w)
		k.store(k.add(next, inject), v)
	})
}

// nmda is (*neuron.nmda).mixPortable.
func nmda(c *build.Context) {
	k := begin(c, "nmdaAVX2", "func(slow, soma, dendrite, gSoma, gDendrite, k *float32, n int)",
		"mixes the conductances of n neurons, a multiple of 8 above 0, and advances the slow ones by one step.")
	constants := k.broadcast("k", 3)
	ampa, slow, rate := constants[0], constants[1], constants[2]
	gNMDA := k.array("slow")
	pairs := [2][2]operand.Mem{
		{k.array("gSoma"), k.array("soma")},
		{k.array("gDendrite"), k.array("dendrite")},
	}
	k.loop(func() {
		g := k.load(gNMDA)
		for _, p := range pairs {
			fast := k.load(p[0])
			k.store(k.add(k.mul(fast, ampa), k.mul(g, slow)), p[1])
			g = k.sub(g, k.mul(g, rate))
			g = k.add(g, k.mul(fast, rate))
		}
		k.store(g, gNMDA)
	})
}

// synapses returns exc (E_E−V) + g_I (E_I−V), and then decays both conductances.
// exc may be the same array as gExc.
func (k *kernel) synapses(exc, gExc, gInh operand.Mem, drive, revExc, revInh, decayExc, decayInh vector) vector {
	inhibition := k.load(gInh)
	current := k.add(k.mul(k.sub(revExc, drive), exc), k.mul(k.sub(revInh, drive), inhibition))
	k.store(k.mul(decayExc, gExc), gExc)
	k.store(k.mul(inhibition, decayInh), gInh)
	return current
}

// soma is (*neuron.pyramid).advanceSomaPortable without activation.
func soma(c *build.Context) {
	somaKernel(begin(c, "somaAVX2",
		"func(v, w, theta, gExc, gInh, exc, inject, k *float32, above *uint64, n int)",
		"integrates n somata, a multiple of 64 above 0, by one step, and sets the bits of above."), false)
}

// somaPlateau is (*neuron.pyramid).advanceSomaPortable with activation.
func somaPlateau(c *build.Context) {
	somaKernel(begin(c, "somaPlateauAVX2",
		"func(v, w, theta, gExc, gInh, exc, inject, activation, k *float32, above *uint64, n int)",
		"is somaAVX2 with the current of the dendrites' plateaus."), true)
}

func somaKernel(k *kernel, plateau bool) {
	count := 10
	if plateau {
		count = 11
	}
	constants := k.broadcast("k", count)
	leak, adaptation, recovery, decayAdaptation := constants[0], constants[1], constants[2], constants[3]
	rest, threshold, revExc, revInh := constants[4], constants[5], constants[6], constants[7]
	decayExc, decayInh := constants[8], constants[9]
	v, w, theta, inject := k.array("v"), k.array("w"), k.array("theta"), k.array("inject")
	exc, gExc, gInh := k.array("exc"), k.array("gExc"), k.array("gInh")
	var activation operand.Mem
	if plateau {
		activation = k.array("activation")
	}
	k.blocks("above", func() vector {
		voltage, adapt := k.load(v), k.load(w)
		current := k.synapses(exc, gExc, gInh, voltage, revExc, revInh, decayExc, decayInh)
		next := k.add(voltage, k.mul(k.add(k.sub(rest, voltage), current), leak))
		next = k.add(next, k.mul(adapt, adaptation))
		if plateau {
			next = k.add(next, k.mul(constants[10], activation))
		}
		k.store(k.mul(adapt, decayAdaptation), w)
		moving := k.load(theta)
		moving = k.add(moving, k.mul(k.sub(threshold, moving), recovery))
		k.store(moving, theta)
		k.store(k.add(next, inject), v)
		return k.compare(andGreater, next, moving)
	})
}
