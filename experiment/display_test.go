package experiment

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fakeDisplay is a display over a buffer with a clock that is set by hand.
func fakeDisplay(terminal bool, columns int) (d *Display, out *bytes.Buffer, at func(time.Duration)) {
	out = &bytes.Buffer{}
	now := time.Unix(0, 0)
	d = NewDisplay(out, terminal, func() int { return columns })
	d.now = func() time.Time { return now }
	return d, out, func(t time.Duration) { now = time.Unix(0, 0).Add(t) }
}

func TestDisplayOnTerminal(t *testing.T) {
	d, out, at := fakeDisplay(true, 120)
	var m Meter
	d.begin("xor seed 1", []displayRow{{1, &m}})
	at(100 * time.Millisecond)
	d.tick() // too early to judge
	m.Set(161, 16070, "burn-in\n\x1b[2J")
	at(time.Second)
	d.tick()
	m.Set(8035, 16070, "epoch 250 of 500, cost 2.01")
	at(287 * time.Second)
	d.tick()
	if _, err := d.Wrap(out).Write([]byte("result\n")); err != nil {
		t.Fatal(err)
	}
	m.Set(16070, 16070, "epoch 500 of 500, cost 0.91")
	m.finish()
	at(574 * time.Second)
	d.tick()
	d.end(true)
	want := "\rxor seed 1  [....................]  1 %  161 of 16070 s  161x real time  ETA 1:39  burn-in  [2J\x1b[K" +
		"\rxor seed 1  [##########..........] 50 %  8035 of 16070 s  28x real time  ETA 4:47  epoch 250 of 500, cost 2.01\x1b[K" +
		"\r\x1b[Kresult\n" +
		"\rxor seed 1  [####################]100 %  16070 of 16070 s  28x real time  ETA 0.0 s\x1b[K" +
		"\r\x1b[Kxor seed 1: 16070 s in 9:34, 28x real time\n"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDisplayInLog(t *testing.T) {
	d, out, at := fakeDisplay(false, 0)
	var a, b Meter
	d.begin("xor seeds 1,2", []displayRow{{1, &a}, {2, &b}})
	for i := 0; i <= 100; i++ {
		at(time.Duration(i) * time.Second)
		a.Set(float64(i), 100, "epoch 3")
		if i >= 50 {
			a.finish()
			b.Set(float64(i-50)*2, 100, "epoch 4")
		}
		if i != 62 { // a tenth that passes between two looks is not made up for
			d.tick()
		}
	}
	b.finish()
	d.end(true)
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	want := []string{
		"xor seeds 1,2: 1 %, 0 of 2 done, 1.0x real time, ETA 3:18, seed 1: epoch 3",
		"xor seeds 1,2: 10 %, 0 of 2 done, 1.0x real time, ETA 3:00, seed 1: epoch 3",
		"xor seeds 1,2: 20 %, 0 of 2 done, 1.0x real time, ETA 2:40, seed 1: epoch 3",
	}
	if len(lines) < 4 || !slices.Equal(lines[:3], want) {
		t.Fatalf("got\n%s\nwant first\n%s", out, strings.Join(want, "\n"))
	}
	if n := len(lines); n > 11 || !strings.HasPrefix(lines[n-1], "xor seeds 1,2: ") || strings.Contains(out.String(), "\r") {
		t.Errorf("want at most the first line, nine tenths and the end, got\n%s", out)
	}
}

func TestDisplayIsSilentForShortRuns(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		d, out, at := fakeDisplay(terminal, 80)
		var m Meter
		d.begin("xor seed 1", []displayRow{{1, &m}})
		for i := 1; i <= 10; i++ {
			at(time.Duration(i) * 100 * time.Millisecond)
			m.Set(float64(i), 10, "")
			d.tick()
		}
		m.finish()
		d.end(true)
		if out.Len() > 0 {
			t.Errorf("terminal %v: a run of one second shows %q", terminal, out)
		}
	}
}

func TestDisplayFitsTheTerminal(t *testing.T) {
	s := snapshot{label: "xor seeds 1..5", elapsed: 100 * time.Second, fraction: 0.43, model: 6906, total: 16070,
		seeds: 1, note: "époque 215 of 500, cost 2.01 and more"}
	for columns := -1; columns < 140; columns++ {
		line := s.line(columns)
		if n := utf8.RuneCountInString(line); n > max(columns, 0) {
			t.Fatalf("%d columns: %d runes: %q", columns, n, line)
		}
	}
	for _, c := range []struct {
		seeds, columns int
		note, want     string
	}{
		{1, 140, "époque 215 of 500, cost 2.01", "xor seeds 1..5  [########............] 43 %  6906 of 16070 s  69x real time  ETA 2:13  époque 215 of 500, cost 2.01"},
		{1, 100, "époque 215 of 500, cost 2.01", "xor seeds 1..5  [########............] 43 %  69x real time  ETA 2:13  époque 215 of 500, cost 2.01"},
		{1, 79, "époque 215 of 500, cost 2.01", "xor seeds 1..5  [####......] 43 %  69x  ETA 2:13  époque 215 of 500, cost 2.01"},
		{1, 79, "", "xor seeds 1..5  [########............] 43 %  69x real time  ETA 2:13"},
		{5, 79, "seed 1: époque 215 of 500, cost 2.01", "xor seeds 1..5  [##....] 43 %  69x  ETA 2:13  seed 1: époque 215/500, cost 2.01"},
		{5, 70, "seed 1: époque 215 of 500, cost 2.01", "xor seeds 1..5  [##....] 43 %  69x  ETA 2:13  …oque 215/500, cost 2.01"},
		{1, 57, "époque 215 of 500, cost 2.01", "xor seeds 1..5  [##....] 43 %  69x  ETA 2:13  …cost 2.01"},
		{1, 50, "époque 215 of 500, cost 2.01", "xor seeds 1..5  [##....] 43 %  69x  ETA 2:13"},
		{1, 40, "époque 215 of 500, cost 2.01", "xor seeds 1..5  43 %  ETA 2:13  69x"},
		{1, 10, "", "xor seeds…"},
	} {
		s.seeds, s.note = c.seeds, c.note
		if got := s.line(c.columns); got != c.want {
			t.Errorf("%d columns: %q, want %q", c.columns, got, c.want)
		}
	}
}

// What has no model time is counted in units of its own.
func TestDisplayCounts(t *testing.T) {
	one, two := &Meter{}, &Meter{}
	one.Count(3, 20, "epochs", "loss 0.031")
	two.Count(1.5, 20, "epochs", "loss 0.1")
	if one.ModelSeconds() != 0 {
		t.Error("epochs are no model seconds")
	}
	many := &Meter{}
	many.Count(345511, 1e6, "updates", "cosine")
	now := time.Unix(100, 0)
	for _, c := range []struct {
		rows []displayRow
		want string
	}{
		{[]displayRow{{1, one}}, "x: 15 %, 3.0 of 20 epochs, 0.3 epochs/s, ETA 57 s, loss 0.031"},
		{[]displayRow{{1, one}, {2, two}}, "x: 11 %, 0 of 2 done, 0.45 epochs/s, ETA 1:19, seed 1: 3.0 of 20 epochs, loss 0.031"},
		{[]displayRow{{1, many}}, "x: 34 %, 345511 of 1000000 updates, 3.5e+04 updates/s, ETA 19 s, cosine"},
	} {
		d := &Display{label: "x", rows: c.rows, start: now, now: func() time.Time { return now.Add(10 * time.Second) }}
		if got := d.read().logLine(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 s", 1234 * time.Millisecond: "1.2 s", 59 * time.Second: "59 s", 59600 * time.Millisecond: "1:00",
		327 * time.Second: "5:27", 3912 * time.Second: "1:05:12",
	} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestNilMeterAndDisplayAreSilent(t *testing.T) {
	var m *Meter
	m.Set(1, 2, "x")
	if m.ModelSeconds() != 0 {
		t.Error("a nil meter has a time")
	}
	var d *Display
	d.begin("", nil)
	d.tick()
	d.end(true)
	if d.Wrap(&bytes.Buffer{}) == nil {
		t.Error("a nil display must give the writer back")
	}
}

func TestMeterDoesNotAllocate(t *testing.T) {
	var m Meter
	if n := testing.AllocsPerRun(100, func() { m.Set(1, 2, "epoch") }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}
