package analysis

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sliceSource gives spikes in batches of so many.
type sliceSource struct {
	rec    Recording
	spikes Batch
	size   int
	batch  Batch
}

func (s *sliceSource) Recording() Recording { return s.rec }
func (s *sliceSource) Batch() Batch         { return s.batch }
func (s *sliceSource) Err() error           { return nil }

func (s *sliceSource) Next() bool {
	n := min(s.size, len(s.spikes.Steps))
	s.batch, s.spikes = s.spikes.slice(0, n), s.spikes.slice(n, len(s.spikes.Steps))
	return n > 0
}

// spike is one of a neuron.
type spike struct {
	step       int64
	population int16
	neuron     uint32
}

// sourceOf orders spikes by step; within a step they stay as they are.
func sourceOf(rec Recording, size int, spikes []spike) *sliceSource {
	spikes = slices.Clone(spikes)
	slices.SortStableFunc(spikes, func(a, b spike) int { return cmp.Compare(a.step, b.step) })
	s := &sliceSource{rec: rec, size: size}
	for _, k := range spikes {
		s.spikes.Steps = append(s.spikes.Steps, k.step)
		s.spikes.Neurons = append(s.spikes.Neurons, k.neuron)
		s.spikes.Populations = append(s.spikes.Populations, k.population)
	}
	return s
}

// train1 makes spikes of the first neuron.
func train1(steps ...int64) (spikes []spike) {
	for _, s := range steps {
		spikes = append(spikes, spike{step: s})
	}
	return spikes
}

// one records a single neuron in windows, with 10 000 steps a second.
func one(windows ...Window) Recording {
	return Recording{StepsPerSecond: 10000, Windows: windows, Populations: []Population{{"pyr", 1}}}
}

// detect returns all events.
func detect(t testing.TB, src Source, c Criterion, opt DetectorOptions) []Event {
	t.Helper()
	d, err := NewDetector(src, c, opt)
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	for d.Next() {
		events = append(events, d.Events()...)
	}
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	return events
}

// naive tells the events of each neuron and window by looking at whole trains.
func naive(rec Recording, spikes []spike, c Criterion, limit int64) []Event {
	var events []Event
	for p, pop := range rec.Populations {
		for n := range pop.Size {
			for _, w := range rec.Windows {
				var train []int64
				for _, s := range spikes {
					if int(s.population) == p && int(s.neuron) == n && s.step >= w.From && s.step < w.To {
						train = append(train, s.step)
					}
				}
				slices.Sort(train)
				for i := 0; i < len(train); {
					first := i
					for i++; i < len(train) && train[i]-train[i-1] <= c.ISI; i++ {
					}
					events = append(events, naiveEvent(w, train, first, i, c, limit, int16(p), uint32(n)))
				}
			}
		}
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Population, b.Population), cmp.Compare(a.Neuron, b.Neuron))
	})
	return events
}

// naiveEvent is the event of the spikes [first, end) of a train.
func naiveEvent(w Window, train []int64, first, end int, c Criterion, limit int64, p int16, n uint32) Event {
	e := Event{Step: train[first], Second: -1, Neuron: n, Population: p, Followed: train[first]+c.ISI < w.To}
	for i := first; i < end && (i == first || e.Last-e.Step <= limit); i++ {
		e.Last = train[i]
		e.Spikes++
	}
	if e.Spikes > 1 {
		e.Second = train[first+1]
	}
	quiet, known, silenceKnown := true, true, true
	if first > 0 {
		quiet = train[first]-train[first-1] >= c.PreSilence
	} else {
		for unseen := w.From - 1; unseen >= w.From-c.ISI-c.PreSilence-1; unseen-- {
			known = known && train[0]-unseen > c.ISI
			silenceKnown = silenceKnown && train[0]-unseen >= c.PreSilence
		}
	}
	open := train[end-1]+c.ISI >= w.To
	switch {
	case e.Last-e.Step > limit:
		e.End = Capped
	case open:
		e.End = WindowEnd
	}
	switch {
	case !known:
		e.Class = LeftCensored
	case !silenceKnown:
		e.Class = SilenceCensored
	case !quiet:
		e.Class = Singlet
	case e.Spikes > 1:
		e.Class = Burst
	case open:
		e.Class = RightCensored
	}
	return e
}

// randomSpikes has ties at the threshold and around it, triplets, silent neurons,
// and spikes at the edges of windows.
func randomSpikes(r *rand.Rand, rec Recording, c Criterion) (spikes []spike) {
	for p, pop := range rec.Populations {
		for n := range pop.Size {
			if r.IntN(5) == 0 {
				continue // silent
			}
			for _, w := range rec.Windows {
				gaps := []int64{1, 2, c.ISI - 1, c.ISI, c.ISI + 1, c.PreSilence - 1, c.PreSilence, c.PreSilence + 1, 3 * c.ISI}
				at := w.From + r.Int64N(2*c.ISI)
				if r.IntN(2) == 0 {
					at = w.To - 1 - r.Int64N(5*c.ISI)
				}
				for at = max(at, w.From); at < w.To; at += max(1, gaps[r.IntN(len(gaps))]) {
					spikes = append(spikes, spike{at, int16(p), uint32(n)})
				}
			}
		}
	}
	r.Shuffle(len(spikes), func(i, k int) { spikes[i], spikes[k] = spikes[k], spikes[i] })
	return spikes
}

// randomCase draws a recording and its spikes.
func randomCase(r *rand.Rand) (Recording, Criterion, []spike) {
	c := Criterion{ISI: 1 + r.Int64N(12), PreSilence: r.Int64N(30)}
	rec := Recording{StepsPerSecond: 1000, Populations: []Population{{"pyr", 1 + r.IntN(6)}, {"som", 1 + r.IntN(3)}}}
	at := r.Int64N(3)
	for range 1 + r.IntN(4) {
		w := Window{From: at, To: at + 1 + r.Int64N(120)}
		rec.Windows = append(rec.Windows, w)
		at = w.To + 1 + r.Int64N(40)
	}
	return rec, c, randomSpikes(r, rec, c)
}

func TestDetectorAgreesWithWholeTrains(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	classes, ends := map[Class]int{}, map[End]int{}
	for i := range 3000 {
		rec, c, spikes := randomCase(r)
		opt := DetectorOptions{}
		limit := int64(1 << 60)
		if r.IntN(2) == 0 {
			opt.Cap = 1 + r.Int64N(40)
			limit = opt.Cap
		}
		want := naive(rec, spikes, c, limit)
		got := detect(t, sourceOf(rec, 1+r.IntN(50), spikes), c, opt)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, case %d: %+v %+v %+v\ngot  %+v\nwant %+v", seed, i, rec, c, opt, got, want)
		}
		for _, e := range got {
			classes[e.Class]++
			ends[e.End]++
		}
	}
	for _, name := range []any{classes[Singlet], classes[Burst], classes[LeftCensored], classes[RightCensored], classes[SilenceCensored], ends[Silence], ends[WindowEnd], ends[Capped]} {
		if name.(int) < 1000 {
			t.Errorf("classes %v, ends %v: want 1000 cases of each", classes, ends)
		}
	}
}

// TestDetectorTies: an interval of exactly the threshold is within a burst,
// whenever it happens. In floating-point seconds most of these pairs would be
// apart.
func TestDetectorTies(t *testing.T) {
	apart := 0
	for start := int64(1000); start < 21000; start++ {
		if float64(start+160)/10000-float64(start)/10000 > 0.016 {
			apart++
		}
		for interval, want := range map[int64]Class{159: Burst, 160: Burst, 161: Singlet} {
			events := detect(t, sourceOf(one(Window{0, 1 << 40}), 10, train1(start, start+interval)), Criterion{ISI: 160}, DetectorOptions{})
			if events[0].Class != want || len(events) != map[Class]int{Burst: 1, Singlet: 2}[want] {
				t.Fatalf("interval %d from step %d: %+v", interval, start, events)
			}
		}
	}
	if apart < 5000 {
		t.Errorf("floating-point seconds tear %d of 20000 pairs apart: this test does not test what it should", apart)
	}
}

// TestDetectorEdges has one case a side of each edge.
func TestDetectorEdges(t *testing.T) {
	w := Window{1000, 2000}
	for _, c := range []struct {
		name   string
		steps  []int64
		silent int64
		want   string
	}{
		{"the threshold from the start is not enough", []int64{1159, 1500}, 0, "left_censored/silence/followed singlet/silence/followed"},
		{"a spike before would be apart", []int64{1160, 1500}, 0, "singlet/silence/followed singlet/silence/followed"},
		{"a burst that may have begun before", []int64{1010, 1020, 1180}, 0, "left_censored/silence/followed"},
		{"too short a silence is known", []int64{1160, 1500, 1510}, 400, "silence_censored/silence/followed singlet/silence/followed"},
		{"silence of exactly what is asked", []int64{1399, 1799, 1809}, 400, "singlet/silence/followed burst/silence/followed"},
		{"too early to know the silence", []int64{1398, 1799, 1809}, 400, "silence_censored/silence/followed burst/silence/followed"},
		{"the last to be followed", []int64{1839}, 0, "singlet/silence/followed"},
		{"one step too late", []int64{1840}, 0, "right_censored/window_end/"},
		{"a burst is seen, but not followed", []int64{1840, 1841}, 0, "burst/window_end/"},
		{"followed, cut later", []int64{1839, 1840}, 0, "burst/window_end/followed"},
		{"cut, but no burst in any case", []int64{1500, 1840}, 400, "singlet/silence/followed singlet/window_end/"},
	} {
		var got []string
		for _, e := range detect(t, sourceOf(one(w), 3, train1(c.steps...)), Criterion{ISI: 160, PreSilence: c.silent}, DetectorOptions{}) {
			got = append(got, fmt.Sprintf("%v/%v/%s", e.Class, e.End, map[bool]string{true: "followed"}[e.Followed]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// TestDetectorPerNeuron: two neurons that fire in turn are no burst, although
// their merged train would be one.
func TestDetectorPerNeuron(t *testing.T) {
	rec := one(Window{0, 100000})
	rec.Populations = []Population{{"a", 2}, {"b", 1}}
	events := detect(t, sourceOf(rec, 4, []spike{{1000, 0, 0}, {1050, 0, 1}, {1100, 1, 0}}), Criterion{ISI: 160}, DetectorOptions{})
	for _, e := range events {
		if e.Class != Singlet {
			t.Errorf("%+v, want three singlets", events)
		}
	}
}

// TestDetectorEndlessEvent: a neuron that fires regularly at 100 Hz, beside a
// thousand that fire at 1 Hz. With a cap, the queue stays short.
func TestDetectorEndlessEvent(t *testing.T) {
	rec := one(Window{0, 600_000})
	rec.Populations = []Population{{"tonic", 1}, {"pyr", 1000}}
	var spikes []spike
	r := rand.New(rand.NewPCG(3, 0))
	for s := int64(200); s < 600_000; s += 100 {
		spikes = append(spikes, spike{s, 0, 0})
	}
	for n := range uint32(1000) {
		for s := int64(500) + r.Int64N(10000); s < 600_000; s += 5000 + r.Int64N(10000) {
			spikes = append(spikes, spike{s, 1, n})
		}
	}
	for _, limit := range []int64{0, 10_000} {
		d, err := NewDetector(sourceOf(rec, 100, spikes), Criterion{ISI: 160}, DetectorOptions{Cap: limit})
		if err != nil {
			t.Fatal(err)
		}
		longest, last, given, capped := int64(0), int64(-1), 0, 0
		for d.Next() {
			longest = max(longest, d.queue.tail-d.queue.head)
			for _, e := range d.Events() {
				if e.Step < last {
					t.Fatalf("step %d after %d", e.Step, last)
				}
				last = e.Step
				given++
				if e.End == Capped {
					capped++
					if e.Spikes != 102 || e.Last-e.Step != 10_100 { // the first interval beyond 1 s is the 101st
						t.Errorf("%+v", e)
					}
				}
			}
			if d.Settled() <= last && len(d.Events()) > 0 {
				t.Fatalf("settled before %d, gave %d", d.Settled(), last)
			}
		}
		if d.Err() != nil || given < 50_000 {
			t.Fatalf("%d events, %v", given, d.Err())
		}
		// Events begin at 1000 Hz, and wait for at most the cap and the threshold.
		if limit > 0 && (longest > 1500 || capped != 1) || limit == 0 && longest < 50_000 {
			t.Errorf("cap %d: %d events waited, %d capped", limit, longest, capped)
		}
	}
}

// TestDetectorRefuses what no source gives.
func TestDetectorRefuses(t *testing.T) {
	rec := one(Window{10, 20}, Window{30, 40})
	for want, steps := range map[string][]int64{
		"step 12 follows step 15":                      {15, 12},
		"neuron 0 of \"pyr\" has two spikes":           {15, 15},
		"step 25: a spike outside the recorded window": {15, 25},
		"step 5: a spike outside the recorded window":  {5},
		"step 40: a spike outside the recorded window": {35, 40},
	} {
		s := sourceOf(rec, 8, train1(steps...))
		copy(s.spikes.Steps, steps)
		d, err := NewDetector(s, Criterion{ISI: 2}, DetectorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for d.Next() {
		}
		if d.Err() == nil || !strings.Contains(d.Err().Error(), want) || d.Next() {
			t.Errorf("%v: %v, want %s", steps, d.Err(), want)
		}
	}
	for _, s := range []spike{{12, 1, 0}, {12, -1, 0}, {12, 0, 1}} {
		d, err := NewDetector(sourceOf(rec, 8, []spike{s}), Criterion{ISI: 2}, DetectorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if d.Next() || d.Err() == nil || !strings.Contains(d.Err().Error(), "is not in the recording") {
			t.Errorf("%+v: %v", s, d.Err())
		}
	}
	for want, c := range map[string]Criterion{"longest interval of a burst: 0 steps, want at least one": {}, "silence before a burst: -1 steps, want >= 0": {ISI: 1, PreSilence: -1}} {
		if _, err := NewDetector(sourceOf(rec, 8, nil), c, DetectorOptions{}); err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
}
