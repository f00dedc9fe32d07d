package spikefile

import "encoding/binary"

// table is a table of a flatbuffer, the encoding of Arrow's messages. Reads
// out of range set bad and give zero. Files are walked with it before the
// Arrow library sees them, because that library allocates what a length field
// asks for, and a recursion or an allocation without bound cannot be
// recovered from.
type table struct {
	buf []byte
	pos int
	bad *bool
}

// rootTable returns the table that the buffer starts with.
func rootTable(buf []byte, bad *bool) table {
	t := table{buf: buf, bad: bad}
	t.pos = int(t.u32(0))
	return t
}

// in reports whether n bytes at p are inside the buffer, and notes it if not.
func (t table) in(p, n int) bool {
	if p < 0 || n < 0 || p > len(t.buf)-n {
		*t.bad = true
		return false
	}
	return true
}

func (t table) u16(p int) uint16 {
	if !t.in(p, 2) {
		return 0
	}
	return binary.LittleEndian.Uint16(t.buf[p:])
}

func (t table) u32(p int) uint32 {
	if !t.in(p, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(t.buf[p:])
}

func (t table) i64(p int) int64 {
	if !t.in(p, 8) {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(t.buf[p:]))
}

// slot returns the position of the i-th field, or 0 if it is absent. Like the
// library, it takes a field whose entry ends just past the vtable for present:
// the two must see the same lengths.
func (t table) slot(i int) int {
	vtable := t.pos - int(int32(t.u32(t.pos)))
	if 4+2*i >= int(t.u16(vtable)) || *t.bad {
		return 0
	}
	o := int(t.u16(vtable + 4 + 2*i))
	if o == 0 {
		return 0
	}
	return t.pos + o
}

// byteAt returns the i-th field, one byte wide, or def if it is absent.
func (t table) byteAt(i int, def byte) byte {
	if p := t.slot(i); p != 0 && t.in(p, 1) {
		return t.buf[p]
	}
	return def
}

// int64At returns the i-th field, 0 if it is absent.
func (t table) int64At(i int) int64 {
	if p := t.slot(i); p != 0 {
		return t.i64(p)
	}
	return 0
}

// tableAt returns the table that the i-th field refers to.
func (t table) tableAt(i int) (table, bool) {
	p := t.slot(i)
	if p == 0 {
		return t, false
	}
	return t.follow(p), !*t.bad
}

// follow returns the table that the reference at p points to.
func (t table) follow(p int) table {
	return table{buf: t.buf, pos: p + int(t.u32(p)), bad: t.bad}
}

// vectorAt returns position and length of the vector in the i-th field, whose
// elements take size bytes each. The elements are inside the buffer.
func (t table) vectorAt(i, size int) (pos, n int) {
	p := t.slot(i)
	if p == 0 {
		return 0, 0
	}
	p += int(t.u32(p))
	n = int(t.u32(p))
	if !t.in(p+4, 0) || n > (len(t.buf)-p-4)/size {
		*t.bad = true
		return 0, 0
	}
	return p + 4, n
}
