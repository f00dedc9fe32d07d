// Package rng draws reproducible random numbers from counters instead of from
// a shared sequence.
//
// Every draw is a pure function of (seed, purpose, object, entity, index), by
// the Philox4x32-10 block function of Salmon et al. 2011 ("Parallel random
// numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405). Which goroutine
// asks, and in which order, therefore never changes a number: this is what
// makes a run bit-identical for any number of workers.
package rng

import "math/bits"

const (
	multiplier0 = 0xD2511F53
	multiplier1 = 0xCD9E8D57
	weyl0       = 0x9E3779B9
	weyl1       = 0xBB67AE85
	rounds      = 10
)

// Block is the Philox4x32-10 function: 128 random bits for a 64-bit key and a
// 128-bit counter. It costs about 25 ns and allocates nothing.
func Block(key [2]uint32, counter [4]uint32) [4]uint32 {
	k0, k1 := key[0], key[1]
	c0, c1, c2, c3 := counter[0], counter[1], counter[2], counter[3]
	for range rounds {
		p0 := uint64(multiplier0) * uint64(c0)
		p1 := uint64(multiplier1) * uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0 += weyl0
		k1 += weyl1
	}
	return [4]uint32{c0, c1, c2, c3}
}

// Purpose separates the uses of randomness within one seed, so that a change
// to one use leaves the numbers of all others as they were.
type Purpose uint8

// The purposes. Their values are part of what a seed means: add at the end.
const (
	Connectivity Purpose = iota + 1
	Weights
	Delays
	InitialState
	PoissonSource
	PoissonInput
	BurstDraw
	Protocol
	Resampling
	Surrogate
	NullSample
	Perturbation
)

// Source names one use of randomness by one object of a network: all streams
// of that object are taken from it.
type Source struct {
	key [2]uint32
	tag uint32
}

// NewSource returns the randomness of one object (a population, a projection;
// its index in the network, below 2²⁴) for one purpose. Two sources that
// differ in any argument never share a block.
func NewSource(seed uint64, purpose Purpose, object uint32) Source {
	if object >= 1<<24 {
		panic("rng: object index needs to be below 2^24")
	}
	return Source{
		key: [2]uint32{uint32(seed), uint32(seed >> 32)},
		tag: uint32(purpose)<<24 | object,
	}
}

// At returns the 128 bits with the given index for one entity (a neuron, a
// target): for draws that belong to a moment, such as a step.
func (s Source) At(entity uint32, index uint64) [4]uint32 {
	return Block(s.key, [4]uint32{uint32(index), uint32(index >> 32), entity, s.tag})
}

// Stream returns the sequence of numbers of one entity, from its beginning: the
// words of At(entity, 0), At(entity, 1), …
func (s Source) Stream(entity uint32) Stream {
	return Stream{source: s, entity: entity, at: streamWords}
}

const (
	streamBlocks = 8
	streamWords  = 4 * streamBlocks
)

// Stream is a sequence of draws of one entity. It is a value of 160 bytes: copy
// it to fork it. The zero Stream is not usable; take one from Source.Stream.
type Stream struct {
	source Source
	entity uint32
	index  uint64 // of the block after the buffer
	at     uint32 // the next word of buffer; its words before at are used or void
	buffer [streamWords]uint32
}

// Uint32 returns 32 uniform bits.
func (s *Stream) Uint32() uint32 {
	if s.at >= streamWords {
		return s.refill()
	}
	u := s.buffer[s.at]
	s.at++
	return u
}

// refill is Uint32 with nothing left in the buffer; apart, so that Uint32 is
// small enough to be inlined.
//
//go:noinline
func (s *Stream) refill() uint32 {
	at := s.fill()
	s.at = at + 1
	return s.buffer[at]
}

// fill puts the next words into the end of the buffer, and returns the place of
// the first.
func (s *Stream) fill() uint32 {
	at := s.source.fill(&s.buffer, s.entity, s.index)
	s.index += uint64(streamWords-at) / 4
	return at
}

// fillBlock puts the block with an index into the end of words, and returns the
// place of its first word.
func (s Source) fillBlock(words *[streamWords]uint32, entity uint32, index uint64) uint32 {
	*(*[4]uint32)(words[streamWords-4:]) = s.At(entity, index)
	return streamWords - 4
}

// Uint64 returns 64 uniform bits; with it a *Stream is a math/rand/v2 Source,
// which gonum's distuv accepts.
func (s *Stream) Uint64() uint64 {
	return uint64(s.Uint32())<<32 | uint64(s.Uint32())
}

// Float64 returns a number uniform on [0, 1), in steps of 2⁻⁵³.
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Below returns a number uniform on {0, …, n−1}, without bias (Lemire 2019,
// doi 10.1145/3230636). It panics if n is 0.
func (s *Stream) Below(n uint32) uint32 {
	if n == 0 {
		panic("rng: Below(0)")
	}
	hi, lo := bits.Mul32(s.Uint32(), n)
	if lo < n {
		for threshold := -n % n; lo < threshold; {
			hi, lo = bits.Mul32(s.Uint32(), n)
		}
	}
	return hi
}

// Shuffle puts what x holds, fewer than 2³², in a random order, each as likely (Fisher and
// Yates).
func Shuffle[T any](s *Stream, x []T) {
	for i := len(x) - 1; i > 0; i-- {
		j := s.Below(uint32(i + 1))
		x[i], x[j] = x[j], x[i]
	}
}

// Unit turns 32 random bits into a number uniform on [0, 1), in steps of 2⁻³².
func Unit(bits uint32) float64 { return float64(bits) * 0x1p-32 }
