package export

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// streamSink writes an Arrow stream, without compression, which not every reader
// of streams undoes.
type streamSink struct{ w *ipc.Writer }

func newStream(w io.Writer, s *arrow.Schema) streamSink {
	return streamSink{ipc.NewWriter(w, ipc.WithSchema(s))}
}

func (s streamSink) write(rec arrow.Record) error { return s.w.Write(rec) }
func (s streamSink) close() error                 { return s.w.Close() }
