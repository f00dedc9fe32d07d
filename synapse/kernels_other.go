//go:build !amd64

package synapse

// There is no kernel here.

func (b *Block) deliverNear(group int, sources []uint32, factor []float32, onto []float32) {
	b.deliverNearPortable(group, sources, factor, onto)
}
