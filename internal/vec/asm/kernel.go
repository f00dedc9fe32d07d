package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector is a register of eight float32.
type vector = reg.VecVirtual

// kernel is a loop over arrays of float32, eight values at a time. Operations
// return fresh registers; each rounds once, like the Go expression beside which
// it is written. There is no fused multiply-add among them on purpose.
type kernel struct {
	*build.Context
	offset reg.GPVirtual // bytes into the arrays
}

// begin opens the function name(signature).
func begin(c *build.Context, name, signature, doc string) *kernel {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.Doc(name + " " + doc)
	c.SignatureExpr(signature)
	return &kernel{Context: c}
}

// broadcast loads the constants k[0], k[1], …, each into all lanes.
func (k *kernel) broadcast(parameter string, n int) []vector {
	base := k.Load(k.Param(parameter), k.GP64()).(reg.GPVirtual)
	constants := make([]vector, n)
	for i := range constants {
		constants[i] = k.YMM()
		k.VBROADCASTSS(operand.Mem{Base: base, Disp: 4 * i}, constants[i])
	}
	return constants
}

// array returns the eight values at the loop's position in a *float32
// parameter; call it before loop, and use the result inside.
func (k *kernel) array(parameter string) operand.Mem {
	base := k.Load(k.Param(parameter), k.GP64()).(reg.GPVirtual)
	if k.offset == nil {
		k.offset = k.GP64()
	}
	return operand.Mem{Base: base, Index: k.offset, Scale: 1}
}

// blocks is loop for blocks of 64 neurons. body returns a mask of its eight
// neurons; those of a block become one word of the *uint64 parameter. Written
// byte by byte, a word could not be read before all writes so far have reached
// the cache, which takes long where another worker has the line.
func (k *kernel) blocks(parameter string, body func() vector) {
	to := k.Load(k.Param(parameter), k.GP64())
	end := k.Load(k.Param("n"), k.GP64())
	k.SHLQ(operand.Imm(2), end)
	k.XORQ(k.offset, k.offset)
	word := k.GP64()
	k.XORQ(word, word)
	k.Label("loop")
	marked, bits := body(), k.GP64()
	k.VMOVMSKPS(marked, bits.As32())
	k.SHLQ(operand.Imm(56), bits)
	k.SHRQ(operand.Imm(8), word)
	k.ORQ(bits, word)
	k.ADDQ(operand.Imm(32), k.offset)
	k.TESTQ(operand.U32(255), k.offset)
	k.JNE(operand.LabelRef("loop"))
	k.MOVQ(word, operand.Mem{Base: to})
	k.ADDQ(operand.Imm(8), to)
	k.CMPQ(k.offset, end)
	k.JLT(operand.LabelRef("loop"))
	k.VZEROUPPER()
	k.RET()
}

// loop runs body for the n values (a multiple of eight, above 0), and returns.
func (k *kernel) loop(body func()) { k.vectors(2, body) }

// loop64 is loop for float64, four at a time.
func (k *kernel) loop64(body func()) { k.vectors(3, body) }

// vectors runs body for n values of 2^shift bytes each.
func (k *kernel) vectors(shift uint64, body func()) {
	end := k.Load(k.Param("n"), k.GP64())
	k.SHLQ(operand.Imm(shift), end)
	k.XORQ(k.offset, k.offset)
	k.Label("loop")
	body()
	k.ADDQ(operand.Imm(32), k.offset)
	k.CMPQ(k.offset, end)
	k.JLT(operand.LabelRef("loop"))
	k.VZEROUPPER()
	k.RET()
}

func (k *kernel) load(m operand.Mem) vector {
	v := k.YMM()
	k.VMOVUPS(m, v)
	return v
}

func (k *kernel) store(v vector, m operand.Mem) { k.VMOVUPS(v, m) }

// add returns a+b; b may be memory, as in sub and mul.
func (k *kernel) add(a vector, b operand.Op) vector {
	r := k.YMM()
	k.VADDPS(b, a, r)
	return r
}

// sub returns a−b.
func (k *kernel) sub(a vector, b operand.Op) vector {
	r := k.YMM()
	k.VSUBPS(b, a, r)
	return r
}

// mul returns a·b.
func (k *kernel) mul(a vector, b operand.Op) vector {
	r := k.YMM()
	k.VMULPS(b, a, r)
	return r
}

// constants is broadcast for kernels with many constants: the first few stay in
// registers, the others are loaded wherever they are used.
func (k *kernel) constants(parameter string, kept int) func(i int) vector {
	base := k.Load(k.Param(parameter), k.GP64()).(reg.GPVirtual)
	at := func(i int) vector {
		r := k.YMM()
		k.VBROADCASTSS(operand.Mem{Base: base, Disp: 4 * i}, r)
		return r
	}
	registers := make([]vector, kept)
	for i := range registers {
		registers[i] = at(i)
	}
	return func(i int) vector {
		if i < kept {
			return registers[i]
		}
		return at(i)
	}
}

// choose returns yes where the sign bit of mask is set, and no elsewhere.
func (k *kernel) choose(mask, yes, no vector) vector {
	r := k.YMM()
	k.VBLENDVPS(mask, yes, no, r)
	return r
}

// countDown takes 1 from each int32 above 0, and returns which these were.
func (k *kernel) countDown(m operand.Mem) vector {
	left, zero, running := k.load(m), k.YMM(), k.YMM()
	k.VPXOR(zero, zero, zero)
	k.VPCMPGTD(zero, left, running)
	k.VPADDD(running, left, left)
	k.store(left, m)
	return running
}
