package spikefile

import (
	"encoding/binary"
	"errors"
)

// verifier tests a flatbuffer as strictly as the verifier of the C++ library,
// which other readers use, and writes down its values in a form that can be
// compared. A reader that does not verify can take a broken buffer for sound.
type verifier struct {
	buf    []byte
	bad    bool
	values []byte // of all scalars, strings and lengths, in the order of the walk
	tables int    // walked so far
}

// maxTables bounds the walk, since a buffer can refer to a table many times.
const maxTables = 1 << 22

// need reports whether n bytes at p are inside the buffer, and p is a multiple
// of align.
func (v *verifier) need(p, n, align int) bool {
	if v.bad || p < 0 || n < 0 || p > len(v.buf)-n || p%align != 0 {
		v.bad = true
		return false
	}
	return true
}

// note writes down a value.
func (v *verifier) note(p []byte) { v.values = append(v.values, p...) }

// refer returns where the reference at p points to.
func (v *verifier) refer(p int) int {
	if !v.need(p, 4, 4) {
		return 0
	}
	o := binary.LittleEndian.Uint32(v.buf[p:])
	if o == 0 || o >= 1<<31 || !v.need(p+int(o), 1, 1) {
		v.bad = true
		return 0
	}
	return p + int(o)
}

// table is a table at pos whose vtable lies inside the buffer.
func (v *verifier) table(pos int) (vtable int) {
	v.tables++
	if v.tables > maxTables || !v.need(pos, 4, 4) {
		v.bad = true
		return 0
	}
	vtable = pos - int(int32(binary.LittleEndian.Uint32(v.buf[pos:])))
	if !v.need(vtable, 2, 2) {
		return 0
	}
	if size := int(binary.LittleEndian.Uint16(v.buf[vtable:])); size < 4 || size%2 != 0 || !v.need(vtable, size, 2) {
		v.bad = true
		return 0
	}
	return vtable
}

// slot returns the position of the i-th field of the table at pos, or 0 if it
// is absent.
func (v *verifier) slot(pos, vtable, i int) int {
	if v.bad || 4+2*i >= int(binary.LittleEndian.Uint16(v.buf[vtable:])) {
		return 0
	}
	o := int(binary.LittleEndian.Uint16(v.buf[vtable+4+2*i:]))
	if o == 0 {
		return 0
	}
	return pos + o
}

// vector tests a vector of elements of size bytes at p and returns where they
// begin and how many they are.
func (v *verifier) vector(p, size int) (at, n int) {
	if !v.need(p, 4, 4) {
		return 0, 0
	}
	count := binary.LittleEndian.Uint32(v.buf[p:])
	if int64(count)*int64(size) > int64(len(v.buf)) || !v.need(p+4, int(count)*size, 1) {
		v.bad = true
		return 0, 0
	}
	v.note(v.buf[p : p+4])
	return p + 4, int(count)
}

// A field of a shape is tested by what it holds.
type field func(v *verifier, p int)

// scalar is a number of size bytes.
func scalar(size int) field {
	return func(v *verifier, p int) {
		if v.need(p, size, size) {
			v.note(v.buf[p : p+size])
		}
	}
}

// text is a string, which ends in a zero byte.
func text(v *verifier, p int) {
	at, n := v.vector(v.refer(p), 1)
	if v.need(at+n, 1, 1) && v.buf[at+n] != 0 {
		v.bad = true
	}
	if !v.bad {
		v.note(v.buf[at : at+n])
	}
}

// structs is a vector of structs of size bytes.
func structs(size int) field {
	return func(v *verifier, p int) {
		if at, n := v.vector(v.refer(p), size); !v.bad {
			v.note(v.buf[at : at+n*size])
		}
	}
}

// shape is a table: its fields in the order of Arrow's .fbs files, nil for one
// that is not looked at.
type shape []field

// sub is a reference to a table.
func (s shape) sub(v *verifier, p int) { s.walk(v, v.refer(p)) }

// list is a vector of references to tables.
func (s shape) list(v *verifier, p int) {
	at, n := v.vector(v.refer(p), 4)
	for i := range n {
		if v.bad {
			return
		}
		s.sub(v, at+4*i)
	}
}

// walk tests the table at pos.
func (s shape) walk(v *verifier, pos int) {
	vtable := v.table(pos)
	for i, f := range s {
		if v.bad {
			return
		}
		p := v.slot(pos, vtable, i)
		if p == 0 {
			v.note([]byte{0})
			continue
		}
		v.note([]byte{1})
		if f != nil {
			f(v, p)
		}
	}
}

// The tables of Schema.fbs, Message.fbs and File.fbs. Columns of columns are
// refused elsewhere, so fields have no children here.
var (
	keyValueShape = shape{text, text}
	integerShape  = shape{scalar(4), scalar(1)}
	encodingShape = shape{scalar(8), integerShape.sub, scalar(1), scalar(2)}
	// typeShapes by the number of the type.
	typeShapes = map[byte]shape{
		1: {}, 2: integerShape, 3: {scalar(2)}, 4: {}, 5: {}, 6: {},
		7: {scalar(4), scalar(4), scalar(4)}, 8: {scalar(2)}, 9: {scalar(2), scalar(4)}, 10: {scalar(2), text},
		11: {scalar(2)}, 15: {scalar(4)}, 18: {scalar(2)}, 19: {}, 20: {},
	}
	schemaShape      = shape{scalar(2), columnShape, keyValueShape.list, structs(8)}
	compressionShape = shape{scalar(1), scalar(1)}
	batchShape       = shape{scalar(8), structs(16), structs(16), compressionShape.sub, structs(8)}
	dictionaryShape  = shape{scalar(8), batchShape.sub, scalar(1)}
)

// columnShape is a vector of the columns of a schema, whose type is a union:
// what it is stands in the field before.
func columnShape(v *verifier, p int) {
	at, n := v.vector(v.refer(p), 4)
	for i := range n {
		if v.bad {
			return
		}
		pos := v.refer(at + 4*i)
		kind := v.slot(pos, v.table(pos), 2)
		var t shape
		if kind != 0 && v.need(kind, 1, 1) {
			t = typeShapes[v.buf[kind]]
		}
		shape{text, scalar(1), scalar(1), t.sub, encodingShape.sub, structs(4), keyValueShape.list}.walk(v, pos)
	}
}

// errMetadata is what a message whose metadata no reader accepts is rejected with.
var errMetadata = errors.New("invalid metadata")

// verifyMessage tests the metadata of a message of the given kind and returns
// the values of its header.
func verifyMessage(meta []byte, kind byte) ([]byte, error) {
	head := map[byte]shape{kindSchema: schemaShape, kindDictionary: dictionaryShape, kindBatch: batchShape}[kind]
	v := &verifier{buf: meta}
	var version, values []byte
	shape{
		func(v *verifier, p int) { scalar(2)(v, p); version = v.values },
		scalar(1),
		func(v *verifier, p int) { v.values = nil; head.sub(v, p); values = v.values },
		scalar(8), keyValueShape.list,
	}.walk(v, v.refer(0))
	if v.bad || values == nil || !knownVersion(version) {
		return nil, errMetadata
	}
	return values, nil
}

// verifyFooter tests a footer and returns the values of its schema.
func verifyFooter(footer []byte) ([]byte, error) {
	v := &verifier{buf: footer}
	var version, values []byte
	shape{
		func(v *verifier, p int) { scalar(2)(v, p); version = v.values },
		func(v *verifier, p int) { v.values = nil; schemaShape.sub(v, p); values = v.values },
		structs(24), structs(24), keyValueShape.list,
	}.walk(v, v.refer(0))
	if v.bad || values == nil || !knownVersion(version) {
		return nil, errors.New("the footer is invalid")
	}
	return values, nil
}

// knownVersion reports whether the noted version of the metadata is one that
// readers still know: 4 or 5, counted from 0. It follows the mark of presence.
func knownVersion(noted []byte) bool {
	return len(noted) == 3 && noted[2] == 0 && (noted[1] == 3 || noted[1] == 4)
}
