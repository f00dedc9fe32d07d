package spikefile

import (
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// footerReader reads the batches of a file where its footer says they are. Not
// every writer puts them one behind the other, as [recordStream] wants them.
type footerReader struct {
	r     *ipc.FileReader
	mem   *budget
	rec   arrow.Record
	batch int // the next
}

// newFooterReader checks what the footer of a file refers to, and reads its
// schema.
func newFooterReader(src source, mem memory.Allocator) (f *footerReader, err error) {
	footer, end, err := findFooter(src.r, src.size)
	if err != nil {
		return nil, err
	}
	if _, err := verifyFooter(footer); err != nil {
		return nil, err
	}
	var bad bool
	root := rootTable(footer, &bad)
	schema, ok := root.tableAt(1)
	if !ok {
		return nil, errors.New("the footer has no schema")
	}
	if err := checkSchemaTable(schema); err != nil {
		return nil, err
	}
	for slot, kind := range map[int]byte{2: kindDictionary, 3: kindBatch} {
		if err := checkBlocks(src.r, end, root, slot, kind); err != nil {
			return nil, err
		}
	}
	f = &footerReader{mem: newBudget(mem, src.size)}
	defer func() {
		if v := recover(); v != nil {
			f, err = nil, errors.New("the footer cannot be decoded")
		}
	}()
	f.r, err = ipc.NewFileReader(io.NewSectionReader(src.r, 0, src.size), ipc.WithAllocator(f.mem))
	return f, err
}

// checkBlocks tests the messages that a list of the footer refers to.
func checkBlocks(r io.ReaderAt, end int64, root table, slot int, kind byte) error {
	pos, n := root.vectorAt(slot, 24)
	var buf []byte
	for i := range n {
		p := pos + 24*i
		b := block{root.i64(p), int32(root.u32(p + 8)), root.i64(p + 16)}
		if *root.bad || b.pos < int64(len(opening)) || b.pos >= end {
			return errors.New("the footer refers to messages outside of the file")
		}
		f, err := readFrame(r, b.pos, end, buf)
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("no message at byte %d", b.pos)
		}
		if err == nil {
			err = f.verify()
		}
		if err == nil && (f.kind != kind || f.block() != b) {
			err = fmt.Errorf("the message at byte %d is not the one that the footer lists", b.pos)
		}
		if err == nil {
			err = checkBody(&f, r, nil)
		}
		if err != nil {
			return err
		}
		buf = f.meta
	}
	return nil
}

// next decodes the next batch that has rows; false at the end.
func (f *footerReader) next() (ok bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			ok, err = false, fmt.Errorf("batch %d cannot be decoded", f.batch)
			if f.mem.exceeded != nil {
				err = f.mem.exceeded
			}
		}
	}()
	for f.batch < f.r.NumRecords() {
		f.rec, err = f.r.Record(f.batch)
		f.batch++
		if err != nil || f.rec.NumRows() > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

func (f *footerReader) close() {
	defer func() { _ = recover() }() // as for recordStream
	_ = f.r.Close()
}
