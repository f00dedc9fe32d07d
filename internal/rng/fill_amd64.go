package rng

import (
	"math"

	"github.com/apical-sim/apical/internal/vec"
)

// fill is fillBlock, with AVX2 for the block with the index and the seven after
// it: eight blocks take less time than one without.
func (s Source) fill(words *[streamWords]uint32, entity uint32, index uint64) uint32 {
	if !vec.Enabled() {
		return s.fillBlock(words, entity, index)
	}
	philoxAVX2(words, s.key[0], s.key[1], entity, s.tag, index)
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

// addTiles is addTilesPortable, with AVX2 where it is available; few says that
// hardly any block has two units that succeed.
func addTiles(tiles []tile, at uint64, few bool, weight float32, onto []float32) {
	if !vec.Enabled() || len(tiles) == 0 {
		addTilesPortable(tiles, at, weight, onto)
		return
	}
	onto = onto[:len(tiles)*GridBlock] // checks the bounds, which assembly does not
	units := &tiles[0].steps[at%GridBlock]
	if few {
		addFewAVX2(&onto[0], units, weight, len(tiles))
	} else {
		addTilesAVX2(&onto[0], units, weight, len(tiles))
	}
}
