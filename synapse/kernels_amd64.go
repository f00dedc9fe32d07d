package synapse

import "github.com/apical-sim/apical/internal/vec"

// deliverNear is deliverNearPortable, by the kernel where it may be used.
func (b *Block) deliverNear(group int, sources []uint32, factor []float32, onto []float32) {
	n := len(sources)
	if n == 0 || len(b.near) == 0 {
		return
	}
	if !vec.Enabled() {
		b.deliverNearPortable(group, sources, factor, onto)
		return
	}
	// The kernel checks nothing. Sources ascend; all targets are below Hi−Lo.
	groups := len(b.Delays)
	_ = b.start[b.RowOf(sources[n-1], group)+1]
	var f *float32
	if factor != nil {
		f = &factor[:n][0]
	}
	if b.weight == nil {
		deliverCommon(&onto[0], &b.near[0], &b.start[0], &sources[0], f, n, groups, group, b.common)
	} else {
		deliverOwn(&onto[0], &b.near[0], &b.start[0], &sources[0], f, n, groups, group, &b.weight[0])
	}
}
