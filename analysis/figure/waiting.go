package figure

// waiting keeps the spikes of each neuron that no event has claimed, in their
// order: lists in one array, whose places are used again.
type waiting struct {
	head, tail []int32 // by neuron, -1 for none
	places     []place
	free       int32
}

type place struct {
	step int64
	next int32
}

func newWaiting(neurons int) waiting {
	w := waiting{head: make([]int32, neurons), tail: make([]int32, neurons), free: -1}
	for i := range w.head {
		w.head[i] = -1
	}
	return w
}

func (w *waiting) push(neuron int, step int64) {
	at := w.free
	if at >= 0 {
		w.free = w.places[at].next
	} else {
		at = int32(len(w.places))
		w.places = append(w.places, place{})
	}
	w.places[at] = place{step, -1}
	if w.head[neuron] < 0 {
		w.head[neuron] = at
	} else {
		w.places[w.tail[neuron]].next = at
	}
	w.tail[neuron] = at
}

func (w *waiting) pop(neuron int) (step int64, ok bool) {
	at := w.head[neuron]
	if at < 0 {
		return 0, false
	}
	p := &w.places[at]
	step, w.head[neuron] = p.step, p.next
	p.next, w.free = w.free, at
	return step, true
}
