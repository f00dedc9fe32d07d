package experiment

// Nearest gives the candidate with the smallest edit distance to word, the
// first of equals, if it is near enough to be a slip of the finger: at most
// one edit for up to four letters, two up to eight, a third of the length
// beyond. ok is false otherwise.
func Nearest(word string, candidates []string) (nearest string, ok bool) {
	limit := 1
	if n := len(word); n > 8 {
		limit = n / 3
	} else if n > 4 {
		limit = 2
	}
	for _, c := range candidates {
		if d := editDistance(word, c); d <= limit && d < len(c) {
			nearest, ok, limit = c, true, d-1
		}
	}
	return nearest, ok
}

// DidYouMean is `, did you mean "c"?` for the nearest candidate, "" if none is
// near.
func DidYouMean(word string, candidates []string) string {
	if c, ok := Nearest(word, candidates); ok {
		return `, did you mean "` + c + `"?`
	}
	return ""
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment) between a and b, in bytes. Words
// beyond 64 bytes are cut, which bounds the work.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	before := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
