package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panelBytes is the width of a panel, eight float64.
const panelBytes = 64

// product is matmul.tilePortable for so many rows and panels: with 512 bits one
// register a panel, with 256 bits two.
func product(bits, rows, panels int) func(*build.Context) {
	return func(c *build.Context) {
		isa := map[int]string{256: "AVX2", 512: "AVX512"}[bits]
		k := begin(c, fmt.Sprintf("tile%dx%d%s", rows, panels, isa),
			"func(k int, a *float64, aRow, aStep int, b *float64, bPanel, bStep int, c *float64, cRow int, beta float64, keep int)",
			fmt.Sprintf("adds the products of k steps, 1 or more, to %d rows of %d panels of c, multiplied by beta before, "+
				"or set to 0 if keep is 0. Distances are in bytes.", rows, panels))
		register := func() reg.VecVirtual {
			if bits == 512 {
				return k.ZMM()
			}
			return k.YMM()
		}
		perPanel := panelBytes * 8 / bits
		columns := perPanel * panels // registers to a row of the tile
		steps := k.Load(k.Param("k"), k.GP64())
		a := k.strided("a", "aRow", rows)
		b := k.strided("b", "bPanel", panels)
		to := k.strided("c", "cRow", rows)
		aStep, bStep := k.Load(k.Param("aStep"), k.GP64()), k.Load(k.Param("bStep"), k.GP64())
		// place is where register j of a row begins, from the start of the row.
		place := func(j int) int { return j * bits / 8 }
		sums := make([][]reg.VecVirtual, rows)
		for i := range sums {
			for range columns {
				sums[i] = append(sums[i], register())
			}
		}
		each := func(do func(sum reg.VecVirtual, at operand.Mem)) {
			for i := range sums {
				for j, sum := range sums[i] {
					do(sum, to.at(i).Offset(place(j)))
				}
			}
		}
		keep := k.Load(k.Param("keep"), k.GP64())
		k.TESTQ(keep, keep)
		k.JZ(operand.LabelRef("zero"))
		beta := register()
		k.VBROADCASTSD(must(k.Param("beta").Resolve()).Addr, beta)
		each(func(sum reg.VecVirtual, at operand.Mem) { k.VMULPD(at, beta, sum) })
		k.JMP(operand.LabelRef("loop"))
		k.Label("zero")
		each(func(sum reg.VecVirtual, _ operand.Mem) {
			if bits == 512 {
				k.VPXORQ(sum, sum, sum) // VXORPD would need AVX512DQ
			} else {
				k.VXORPD(sum, sum, sum)
			}
		})
		k.Label("loop")
		row := make([]reg.VecVirtual, columns)
		for j := range row {
			row[j] = register()
			k.VMOVUPD(b.at(j/perPanel).Offset(place(j%perPanel)), row[j])
		}
		for i := range sums {
			x := register()
			k.VBROADCASTSD(a.at(i), x)
			for j, sum := range sums[i] {
				k.VFMADD231PD(row[j], x, sum)
			}
		}
		a.advance(aStep)
		b.advance(bStep)
		k.DECQ(steps)
		k.JNZ(operand.LabelRef("loop"))
		each(func(sum reg.VecVirtual, at operand.Mem) { k.VMOVUPD(sum, at) })
		k.VZEROUPPER()
		k.RET()
	}
}

// strided addresses up to six places that are equally far apart.
type strided struct {
	*kernel
	first, fourth, apart reg.Register
}

// strided loads the parameters of a *float64 and of the distance in bytes between
// the n places from there on.
func (k *kernel) strided(pointer, distance string, n int) strided {
	s := strided{kernel: k, first: k.Load(k.Param(pointer), k.GP64())}
	if n > 1 {
		s.apart = k.Load(k.Param(distance), k.GP64())
	}
	if n > 3 {
		s.fourth = k.GP64()
		k.LEAQ(operand.Mem{Base: s.apart, Index: s.apart, Scale: 2}, s.fourth)
		k.ADDQ(s.first, s.fourth)
	}
	return s
}

func (s strided) at(i int) operand.Mem {
	base := s.first
	if i >= 3 {
		base, i = s.fourth, i-3
	}
	if i == 0 {
		return operand.Mem{Base: base}
	}
	return operand.Mem{Base: base, Index: s.apart, Scale: uint8(i)}
}

// advance moves all places by a number of bytes.
func (s strided) advance(bytes operand.Op) {
	s.ADDQ(bytes, s.first)
	if s.fourth != nil {
		s.ADDQ(bytes, s.fourth)
	}
}

// transpose is matmul.transposePortable for eight rows.
func transpose(c *build.Context) {
	k := begin(c, "transposeAVX2", "func(to *float64, toRow int, from *float64, fromRow int, n int)",
		"writes n columns, a multiple of 4 above 0, of eight rows as n rows of eight. Distances between rows are in bytes.")
	from, to := k.strided("from", "fromRow", 4), k.strided("to", "toRow", 4)
	n := k.Load(k.Param("n"), k.GP64())
	lower := from // rows 4 to 7
	lower.first, lower.fourth = k.GP64(), k.GP64()
	k.LEAQ(operand.Mem{Base: from.first, Index: from.apart, Scale: 4}, lower.first)
	k.LEAQ(operand.Mem{Base: from.fourth, Index: from.apart, Scale: 4}, lower.fourth)
	four := k.GP64() // rows of to
	k.MOVQ(to.apart, four)
	k.SHLQ(operand.Imm(2), four)
	k.Label("loop")
	for half, rows := range []strided{from, lower} {
		var x, pairs [4]vector
		for i := range x {
			x[i], pairs[i] = k.YMM(), k.YMM()
			k.VMOVUPD(rows.at(i), x[i])
		}
		for i := range 2 {
			k.VUNPCKLPD(x[2*i+1], x[2*i], pairs[2*i])   // columns 0 and 2 of two rows
			k.VUNPCKHPD(x[2*i+1], x[2*i], pairs[2*i+1]) // columns 1 and 3
		}
		const low, high = 0x20, 0x31
		for column := range 4 {
			y := k.YMM()
			halves := operand.Imm([]uint64{low, high}[column/2])
			k.VPERM2F128(halves, pairs[2+column%2], pairs[column%2], y)
			k.VMOVUPD(y, to.at(column).Offset(32*half))
		}
	}
	from.advance(operand.Imm(32))
	lower.advance(operand.Imm(32))
	to.advance(four)
	k.SUBQ(operand.Imm(4), n)
	k.JG(operand.LabelRef("loop"))
	k.VZEROUPPER()
	k.RET()
}

// products lists the kernels of package matmul. A rest of rows is taken by 4, 2
// and 1, a rest of panels by 2 and 1.
func products() (functions []func(*build.Context)) {
	for _, rows := range []int{6, 4, 2, 1} {
		for _, panels := range []int{4, 2, 1} {
			functions = append(functions, product(512, rows, panels))
		}
		functions = append(functions, product(256, rows, 1))
	}
	return append(functions, transpose)
}
