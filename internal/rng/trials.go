package rng

import "math"

// Trials are independent trials of one entity, all with the success probability
// of the same Gaps, walked from success to success. They succeed where the gaps
// of the entity's Stream say, but cost less, because up to 32 successes are
// placed at a time. Trials is a value, as Stream is; take one from
// Source.Trials.
type Trials struct {
	stream Stream
	// Where the Gaps has a table, places counts trials from an origin, base is where the walk
	// has come to, span where the origin of the next places will lie. Behind the
	// last place there are at least group times nowhere.
	base, span int32
	at         uint32 // the first place at or after base
	places     [streamWords + group]int32
}

const (
	group   = 8 // places looked at together
	nowhere = math.MaxInt32 / 2
)

// Trials returns the trials of one entity, from their beginning.
func (s Source) Trials(entity uint32) Trials {
	t := Trials{stream: s.Stream(entity)}
	for i := range group {
		t.places[i] = nowhere
	}
	return t
}

// Collect walks n trials, below 2³⁰, and appends first plus the place of each
// success among them to hits. It is for a Gaps that is not Sparse.
func (t *Trials) Collect(g *Gaps, n, first uint32, hits []uint32) []uint32 {
	for {
		hits = t.take(int32(n), first, hits)
		if t.places[t.at] != nowhere {
			break
		}
		t.place(g)
	}
	t.base += int32(n)
	return hits
}

// take appends the successes among the next n trials that have places already.
// How many there are cannot be foreseen; a group is therefore written whole,
// and the length says what of it counts.
func (t *Trials) take(n int32, first uint32, hits []uint32) []uint32 {
	base, at := t.base, t.at
	for {
		if cap(hits)-len(hits) < group {
			for ; t.places[at]-base < n; at++ {
				hits = append(hits, first+uint32(t.places[at]-base))
			}
			break
		}
		places := (*[group]int32)(t.places[at : at+group])
		out := (*[group]uint32)(hits[len(hits) : len(hits)+group])
		count := takeGroup(places, base, n, first, out)
		at += count
		hits = hits[:len(hits)+int(count)]
		if count < group {
			break
		}
	}
	t.at = at
	return hits
}

// takeGroupPortable writes first+places[i]−base to out and returns how many of
// places[i]−base are below n. They ascend, so these are the first ones.
func takeGroupPortable(places *[group]int32, base, n int32, first uint32, out *[group]uint32) (count uint32) {
	for i := range group {
		offset := places[i] - base
		out[i] = first + uint32(offset)
		count += uint32(offset-n) >> 31 // 1 if offset < n
	}
	return count
}

// place draws the next successes.
func (t *Trials) place(g *Gaps) {
	s := &t.stream
	s.at = s.fill()
	t.base -= t.span
	cells, shift := g.cells, g.shift%32
	beyond := uint32(len(cells) - 1)
	var trial, count uint32
	for _, u := range s.buffer[s.at:] {
		cell := &cells[u>>shift]
		k, above := uint32(cell.below), uint32(cell.above)
		if u > cell.last { // a conditional move: this is a coin toss
			k = above
		}
		trial += k
		t.places[count%streamWords] = int32(trial)
		inside := (k - beyond) >> 31 // 0 if the gap is longer than the table
		trial += inside
		count += inside
	}
	s.at = streamWords
	t.span = int32(trial)
	for i := range uint32(group) {
		t.places[count+i] = nowhere
	}
	t.at = 0
}

// CollectSparse is Collect for a Gaps that is Sparse. next is the number of
// failures before the next success, negative at the beginning; the result is
// what it is n trials later. Where next is at least n there is no need to call.
func (t *Trials) CollectSparse(g *Gaps, next int64, n, first uint32, hits []uint32) (int64, []uint32) {
	if next < 0 {
		next = g.Next(&t.stream)
	}
	for ; next < int64(n); next += 1 + g.Next(&t.stream) {
		hits = append(hits, first+uint32(next))
	}
	return next - int64(n), hits
}
