//go:build !amd64

package rng

func (s Source) fill(words *[streamWords]uint32, entity uint32, index uint64) uint32 {
	return s.fillBlock(words, entity, index)
}

func takeGroup(places *[group]int32, base, n int32, first uint32, out *[group]uint32) uint32 {
	return takeGroupPortable(places, base, n, first, out)
}

func (s Source) addCounts(c *Counts, step int64, first uint32, weight float32, g []float32) {
	s.addCountsPortable(c, step, first, weight, g)
}

func addTiles(tiles []tile, at uint64, _ bool, weight float32, onto []float32) {
	addTilesPortable(tiles, at, weight, onto)
}
