package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// wide names constants that are stored once for every lane, since a kernel with
// an exponential has no registers to keep them in.
type wide struct {
	base    operand.Mem
	offsets map[string]int
}

func (w wide) at(name string) operand.Mem {
	offset, ok := w.offsets[name]
	if !ok {
		panic("no constant " + name)
	}
	return w.base.Offset(offset)
}

// wideConstants emits the constants of vec.Exp and vec.Sigmoid; once a file,
// before its functions.
func wideConstants(c *build.Context) wide {
	w := wide{c.StaticGlobal("wideConstants"), map[string]int{}}
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	add := func(name string, v operand.Constant) {
		w.offsets[name] = 32 * len(w.offsets)
		for range 8 {
			c.AppendDatum(v)
		}
	}
	for _, k := range []struct {
		name  string
		value float32
	}{
		{"high", 88}, {"low", -87}, {"log2e", 1.44269504088896341}, {"rounder", 3 << 22},
		{"ln2High", 0.693359375}, {"ln2Low", -2.12194440e-4},
		{"exp0", 1.9875691500e-4}, {"exp1", 1.3981999507e-3}, {"exp2", 8.3334519073e-3},
		{"exp3", 4.1665795894e-2}, {"exp4", 1.6666665459e-1}, {"exp5", 5.0000001201e-1},
		{"one", 1}, {"1/256", 1.0 / 256},
	} {
		add(k.name, operand.F32(k.value))
	}
	add("bias", operand.U32(127<<23))
	add("sign", operand.U32(1<<31))
	return w
}

// atMost is "if x > limit { x = limit }": NaN stays.
func (k *kernel) atMost(x vector, limit vector) vector {
	r := k.YMM()
	k.VMINPS(x, limit, r)
	return r
}

// atLeast is "if x < limit { x = limit }".
func (k *kernel) atLeast(x vector, limit vector) vector {
	r := k.YMM()
	k.VMAXPS(x, limit, r)
	return r
}

// exp is vec.Exp.
func (k *kernel) exp(x vector, w wide) vector {
	x = k.atLeast(k.atMost(x, k.load(w.at("high"))), k.load(w.at("low")))
	shifted := k.add(k.mul(x, w.at("log2e")), w.at("rounder"))
	n := k.sub(shifted, w.at("rounder"))
	r := k.sub(x, k.mul(n, w.at("ln2High")))
	r = k.sub(r, k.mul(n, w.at("ln2Low")))
	y := k.add(k.mul(r, w.at("exp0")), w.at("exp1"))
	for _, coefficient := range []string{"exp2", "exp3", "exp4", "exp5"} {
		y = k.add(k.mul(y, r), w.at(coefficient))
	}
	y = k.add(k.mul(y, k.mul(r, r)), r)
	y = k.add(y, w.at("one"))
	scale := k.YMM()
	k.VPSLLD(operand.Imm(23), shifted, scale)
	k.VPADDD(w.at("bias"), scale, scale)
	return k.mul(y, scale)
}

// sigmoid is vec.Sigmoid.
func (k *kernel) sigmoid(x vector, w wide) vector {
	minus, r := k.YMM(), k.YMM()
	k.VXORPS(w.at("sign"), x, minus)
	k.VDIVPS(k.add(k.exp(minus, w), w.at("one")), k.load(w.at("one")), r)
	return r
}

// power256 is neuron.power256.
func (k *kernel) power256(x vector, w wide) vector {
	zero := k.YMM()
	k.VXORPS(zero, zero, zero)
	y := k.atLeast(k.add(k.mul(x, w.at("1/256")), w.at("one")), zero)
	for range 8 {
		y = k.mul(y, y)
	}
	return y
}
