package rng

// Trials are independent trials of one entity, all with the success probability
// of the same Gaps, walked from success to success. It costs less than Next on
// a Stream and gives the same gaps, but draws them by the buffer. It is a value,
// as Stream is; take one from Source.Trials.
type Trials struct {
	stream Stream // where the Gaps has a table, its buffer holds distances
	carry  uint32 // trials without success before the next distance
}

// Trials returns the trials of one entity, from their beginning.
func (s Source) Trials(entity uint32) Trials { return Trials{stream: s.Stream(entity)} }

// First returns the number of failures before the first success. Call it once.
func (t *Trials) First(g *Gaps) int64 { return t.distance(g) - 1 }

// Collect appends to hits first plus each success below n, and returns where
// the next success lies beyond n. next is the first success.
func (t *Trials) Collect(g *Gaps, next, n int64, first uint32, hits []uint32) (int64, []uint32) {
	for next < n {
		hits = append(hits, first+uint32(next))
		if t.stream.at < streamWords && g.cells != nil {
			next += int64(t.stream.buffer[t.stream.at])
			t.stream.at++
		} else {
			next += t.distance(g)
		}
	}
	return next - n, hits
}

// Add adds weight to values[i] for each success i below len(values), and
// returns where the next success lies beyond. next is the first success.
func (t *Trials) Add(g *Gaps, next int64, weight float32, values []float32) int64 {
	for next < int64(len(values)) {
		values[next] += weight
		if t.stream.at < streamWords && g.cells != nil {
			next += int64(t.stream.buffer[t.stream.at])
			t.stream.at++
		} else {
			next += t.distance(g)
		}
	}
	return next - int64(len(values))
}

// distance returns how far the next success is from the last: the gap and one.
func (t *Trials) distance(g *Gaps) int64 {
	if g.cells == nil {
		gap := g.slow(&t.stream)
		return min(gap, Never-1) + 1
	}
	s := &t.stream
	for s.at >= streamWords {
		s.at = s.fill()
		t.carry = g.distances(s, t.carry)
	}
	d := s.buffer[s.at]
	s.at++
	return int64(d)
}

// distances turns the words of the buffer into distances, the first of which
// carry lengthens. Words beyond the table lengthen the distance that follows,
// and the result is what they leave for the next buffer.
func (g *Gaps) distances(s *Stream, carry uint32) uint32 {
	cells, shift, buffer := g.cells, g.shift%32, &s.buffer
	beyond := uint32(len(cells) - 1)
	var left uint32
	to := uint32(streamWords)
	for i := uint32(streamWords); i > s.at; i-- {
		u := buffer[(i-1)%streamWords]
		cell := &cells[u>>shift]
		k, above := uint32(cell.below), uint32(cell.above)
		if u > cell.last { // a conditional move: this is a coin toss
			k = above
		}
		switch {
		case k < beyond:
			to--
			buffer[to%streamWords] = k + 1
		case to < streamWords:
			buffer[to] += beyond
		default:
			left += beyond
		}
	}
	s.at = to
	if to < streamWords {
		s.buffer[to] += carry
		carry = 0
	}
	return left + carry
}
