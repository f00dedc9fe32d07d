package rng

import (
	"math"

	"github.com/apical-sim/apical/internal/vec"
)

// fill puts the block at s.index, and with AVX2 the seven after it as well, into
// the end of the buffer and returns the place of the first. With AVX2 eight
// blocks take less time than one without.
func (s *Stream) fill() uint32 {
	if !vec.Enabled() {
		return s.fillBlock()
	}
	philoxAVX2(&s.buffer, s.source.key[0], s.source.key[1], s.entity, s.source.tag, s.index)
	s.index += streamBlocks
	return 0
}

func takeGroup(places *[group]int32, base, n int32, first uint32, out *[group]uint32) uint32 {
	if vec.Enabled() {
		return takeAVX2(places, base, n, first, out)
	}
	return takeGroupPortable(places, base, n, first, out)
}

// addCounts is addCountsPortable, with AVX2 where it is available.
func (s Source) addCounts(c *Counts, step int64, first uint32, weight float32, g []float32) {
	if !vec.Enabled() {
		s.addCountsPortable(c, step, first, weight, g)
		return
	}
	// As the generator of the kernel numbers them.
	k := [28]uint32{
		20: uint32(step), uint32(step >> 32), first / CountGroup * 8, s.tag,
		uint32(c.least), math.Float32bits(weight), uint32(len(c.above)), uint32(c.usual),
	}
	key := s.key
	for i := range rounds {
		k[2*i], k[2*i+1] = key[0], key[1]
		key[0] += weyl0
		key[1] += weyl1
	}
	addCountsAVX2(&g[0], &c.above[0], &k, len(g))
}
