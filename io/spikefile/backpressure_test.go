package spikefile

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

type gate struct {
	open   chan struct{}
	closed atomic.Bool
	err    error
}

func (g *gate) Write(p []byte) (int, error) {
	if g.closed.Load() {
		<-g.open
		if g.err != nil {
			return 0, g.err
		}
	}
	return len(p), nil
}

func TestBackPressure(t *testing.T) {
	for _, broken := range []error{nil, errors.New("unplugged")} {
		g := &gate{open: make(chan struct{}), err: broken}
		w, err := create("spikes.arrow", testMeta(), Options{BatchRows: 4}, g, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		g.closed.Store(true)
		ended := make(chan error)
		go func() {
			var err error
			for s := int64(0); s < 100 && err == nil; s++ {
				err = w.Record(s, 0, []uint32{1, 2, 3, 4})
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			t.Fatalf("Record did not wait: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		if n := w.Rows(); n > 4*spikeBuffers {
			t.Errorf("%d rows are in memory, want at most %d", n, 4*spikeBuffers)
		}
		close(g.open)
		if err := <-ended; !errors.Is(err, broken) {
			t.Errorf("Record: %v, want %v", err, broken)
		}
		if err := w.Close(); !errors.Is(err, broken) {
			t.Errorf("Close: %v, want %v", err, broken)
		}
	}
}
