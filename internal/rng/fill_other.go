//go:build !amd64

package rng

// fill puts the block at s.index into the end of the buffer and returns its
// place there.
func (s *Stream) fill() uint32 { return s.fillBlock() }

func takeGroup(places *[group]int32, base, n int32, first uint32, out *[group]uint32) uint32 {
	return takeGroupPortable(places, base, n, first, out)
}

func (s Source) addCounts(c *Counts, step int64, first uint32, weight float32, g []float32) {
	s.addCountsPortable(c, step, first, weight, g)
}
