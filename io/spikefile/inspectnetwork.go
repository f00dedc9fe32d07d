package spikefile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// TensorInfo describes a tensor of a checkpoint.
type TensorInfo struct {
	Layer   string `json:"layer"`
	Name    string `json:"tensor"`
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
	// Changes tells whether the last change is kept with each weight.
	Changes bool `json:"last_change"`
}

// noteEpochs extends the range of epochs by those of a batch of curves.
func (info *Info) noteEpochs(rec arrow.Record) error {
	at := rec.Schema().FieldIndices("epoch")
	if len(at) != 1 {
		return errors.New("column epoch is missing")
	}
	col, ok := rec.Column(at[0]).(*array.Int64)
	if !ok || col.Len() == 0 || col.NullN() > 0 {
		return errors.New("a batch lacks its epochs")
	}
	if !info.HasEpochs {
		info.FirstEpoch, info.HasEpochs = col.Value(0), true
	}
	info.LastEpoch = col.Value(col.Len() - 1)
	return nil
}

// noteTensors takes what the metadata of a checkpoint tell of it.
func (info *Info) noteTensors(s *arrow.Schema) error {
	var epoch string
	if i := s.Metadata().FindKey("epoch"); i >= 0 {
		epoch = s.Metadata().Values()[i]
	}
	n, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("metadata epoch %q, want an integer ≥ 0", epoch)
	}
	info.FirstEpoch, info.LastEpoch, info.HasEpochs = n, n, true
	return decodeList(s, "tensors", &info.Tensors)
}

// writeNetwork prints what only files of networks of rates have.
func (info Info) writeNetwork(b *strings.Builder) {
	switch {
	case !info.HasEpochs:
		return
	case info.Kind == formatCheckpoint:
		fmt.Fprintf(b, "after epoch %d\n", info.LastEpoch)
	default:
		fmt.Fprintf(b, "epochs %d to %d\n", info.FirstEpoch, info.LastEpoch)
	}
	if len(info.Tensors) == 0 {
		return
	}
	b.WriteString("\ntensors\n")
	for _, t := range info.Tensors {
		fmt.Fprintf(b, "  %-20s %-20s %6d × %d", printable(t.Layer), printable(t.Name), t.Rows, t.Columns)
		if t.Changes {
			b.WriteString(", with last change")
		}
		b.WriteByte('\n')
	}
}
