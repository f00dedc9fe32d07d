package rng

import "github.com/apical-sim/apical/internal/vec"

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
