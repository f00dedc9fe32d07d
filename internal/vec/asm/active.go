package main

import "github.com/mmcloughlin/avo/build"

// active is (*dendrite.Active).advancePortable.
func active(c *build.Context) {
	w := wideConstants(c)
	k := begin(c, "activeAVX2",
		"func(v, w, gExc, gInh, exc, inject, driving, activation *float32, kicks *int32, k, a *float32, n int)",
		"integrates n dendrites with plateaus, a multiple of 8 above 0, by one step.")
	constants, active := k.constants("k", 8), k.constants("a", 0)
	v, adaptation, gExc, gInh := k.array("v"), k.array("w"), k.array("gExc"), k.array("gInh")
	exc, inject, driving := k.array("exc"), k.array("inject"), k.array("driving")
	activation, kicks := k.array("activation"), k.array("kicks")
	k.loop(func() {
		leak, coupling, follow, rest := constants(0), constants(1), constants(2), constants(3)
		voltage := k.load(v)
		share := k.sigmoid(k.mul(k.sub(voltage, active(2)), active(3)), w)
		k.store(share, activation)
		current := k.synapses(exc, gExc, gInh, k.load(driving), constants(4), constants(5), constants(6), constants(7))
		next := k.add(voltage, k.mul(k.add(k.sub(rest, voltage), current), leak))
		adapt := k.load(adaptation)
		next = k.add(next, k.mul(adapt, coupling))
		next = k.add(next, k.mul(share, active(0)))
		kicked := k.countDown(kicks)
		next = k.choose(kicked, k.add(next, active(1)), next)
		k.store(k.add(adapt, k.mul(k.sub(k.sub(next, rest), adapt), follow)), adaptation)
		k.store(k.add(next, inject), v)
	})
}
