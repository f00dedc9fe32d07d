//go:build !amd64

package rng

// fill puts the block at s.index into the end of the buffer and returns its
// place there.
func (s *Stream) fill() uint32 { return s.fillBlock() }
