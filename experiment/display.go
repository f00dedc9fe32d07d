package experiment

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Display shows the progress of a plan on a terminal as one redrawn line, and
// elsewhere as a line after two seconds and at every 10 %. A run that is over
// within two seconds shows nothing. A nil Display is silent.
type Display struct {
	w        io.Writer
	terminal bool
	columns  func() int
	now      func() time.Time

	mu     sync.Mutex
	label  string
	rows   []displayRow
	start  time.Time
	shown  bool // something was shown, so the end is shown too
	drawn  bool // a line stands on the terminal
	decile int  // last tenth written to a log
}

type displayRow struct {
	seed  uint64
	meter *Meter
}

// NewDisplay makes a display. w is the standard error; columns tells the width
// of a terminal at any time and is not called otherwise.
func NewDisplay(w io.Writer, terminal bool, columns func() int) *Display {
	return &Display{w: w, terminal: terminal, columns: columns, now: time.Now}
}

// worthShowing is the length of a run below which no progress is shown, and
// judgeAfter the time it is watched before its length is estimated.
const (
	worthShowing = 2 * time.Second
	judgeAfter   = 300 * time.Millisecond
	redrawEvery  = 150 * time.Millisecond
)

// begin starts the clock for these seeds.
func (d *Display) begin(label string, rows []displayRow) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.label, d.rows, d.start = label, rows, d.now()
	d.shown, d.drawn, d.decile = false, false, 0
}

// tick shows what is new.
func (d *Display) tick() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.read()
	if !d.shown && !s.worthShowing() {
		return
	}
	if d.terminal {
		d.shown, d.drawn = true, true
		fmt.Fprintf(d.w, "\r%s\x1b[K", s.line(d.columns()-1))
		return
	}
	// The first line tells the length of the run as soon as that is known.
	first := !d.shown && s.elapsed >= worthShowing && s.fraction > 0
	if decile := int(s.fraction * 10); (first || decile > d.decile) && decile < 10 {
		d.shown, d.decile = true, decile
		fmt.Fprintln(d.w, s.logLine())
	}
}

// end removes the line from the terminal and, if the run went well and was
// long enough to show, says how long it took.
func (d *Display) end(ok bool) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	if s := d.read(); ok && d.shown {
		fmt.Fprintf(d.w, "%s: %s in %s, %s\n", d.label, s.amount(), clock(s.elapsed), s.speed())
	}
}

func (d *Display) erase() {
	if d.drawn {
		fmt.Fprint(d.w, "\r\x1b[K")
		d.drawn = false
	}
}

// Wrap gives a writer that takes the progress line away before it writes, for
// results that go to the same terminal.
func (d *Display) Wrap(w io.Writer) io.Writer {
	if d == nil {
		return w
	}
	return displayWriter{d, w}
}

type displayWriter struct {
	d *Display
	w io.Writer
}

func (w displayWriter) Write(b []byte) (int, error) {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	w.d.erase()
	return w.w.Write(b)
}

// snapshot is the state of all seeds at one time.
type snapshot struct {
	label        string
	elapsed      time.Duration
	fraction     float64
	model, total float64 // summed over seeds
	unit         string  // what is counted, "" for seconds
	seeds, done  int
	note         string
}

func (d *Display) read() snapshot {
	s := snapshot{label: d.label, elapsed: d.now().Sub(d.start), seeds: len(d.rows)}
	for _, row := range d.rows {
		m := row.meter.read()
		s.model += m.model
		s.total += m.total
		if m.unit != "" {
			s.unit = m.unit
		}
		f := 0.0
		if m.total > 0 {
			f = min(1, max(0, m.model/m.total))
		}
		if m.finished {
			f = 1
			s.done++
		} else if s.note == "" && m.note != "" {
			s.note = oneLine(m.note)
			if s.seeds > 1 {
				if m.unit != "" {
					s.note = counted(m.model, m.total, m.unit) + ", " + s.note
				}
				s.note = fmt.Sprintf("seed %d: %s", row.seed, s.note)
			}
		}
		s.fraction += f / float64(len(d.rows))
	}
	if s.done < s.seeds {
		s.fraction = min(s.fraction, 0.999)
	}
	return s
}

// worthShowing estimates the length of the whole run.
func (s snapshot) worthShowing() bool {
	if s.elapsed < judgeAfter {
		return false
	}
	return s.elapsed >= worthShowing ||
		(s.fraction > 0 && float64(s.elapsed) > s.fraction*float64(worthShowing))
}

// speed is model time over wall time, or how fast it counts.
func (s snapshot) speed() string {
	x := 0.0
	if s.elapsed > 0 {
		x = s.model / s.elapsed.Seconds()
	}
	if s.unit != "" {
		return fmt.Sprintf("%.2g %s/s", x, s.unit)
	}
	switch {
	case x >= 10:
		return fmt.Sprintf("%.0fx real time", x)
	case x >= 1:
		return fmt.Sprintf("%.1fx real time", x)
	}
	return fmt.Sprintf("%.2fx real time", x)
}

// amount is what was done.
func (s snapshot) amount() string {
	if s.unit != "" {
		if s.model >= manyUnits {
			return fmt.Sprintf("%.0f %s", s.model, s.unit)
		}
		return fmt.Sprintf("%g %s", s.model, s.unit)
	}
	return modelTime(s.model, s.model) + " s"
}

// eta is the time left if the rest runs as fast as the past; "?" if unknown.
func (s snapshot) eta() string {
	if s.fraction <= 0 {
		return "ETA ?"
	}
	left := float64(s.elapsed) * (1 - s.fraction) / s.fraction
	if left > float64(1000*time.Hour) {
		return "ETA ?"
	}
	return "ETA " + clock(time.Duration(left))
}

// where is the model time of one seed, or how many of several are done.
func (s snapshot) where() string {
	if s.seeds > 1 {
		return fmt.Sprintf("%d of %d done", s.done, s.seeds)
	}
	if s.unit != "" {
		return counted(s.model, s.total, s.unit)
	}
	return modelTime(s.model, s.total) + " of " + modelTime(s.total, s.total) + " s"
}

const manyUnits = 1000

// counted is what is done of what there is to do. Of many units a part of one says nothing.
func counted(done, total float64, unit string) string {
	if total >= manyUnits {
		return fmt.Sprintf("%.0f of %.0f %s", math.Floor(done), total, unit)
	}
	return fmt.Sprintf("%.1f of %g %s", done, total, unit)
}

// line fits the progress into the columns of a terminal. The model time goes
// first, then words become short and so does the bar, then the note loses its
// beginning: its end is what changes. Only then the note goes, and the bar.
func (s snapshot) line(columns int) string {
	speed, short := "  "+s.speed(), "  "+strings.TrimSuffix(s.speed(), " real time")
	eta, note := "  "+s.eta(), strings.ReplaceAll(s.note, " of ", "/")
	least := s.head(6) + short + eta
	for _, form := range []struct{ head, note string }{
		{s.head(20) + "  " + s.where() + speed + eta, s.note},
		{s.head(20) + speed + eta, s.note},
		{s.head(10) + short + eta, s.note},
		{s.head(10) + short + eta, note},
		{least, note},
		{least, cutFront(note, columns-2-utf8.RuneCountInString(least))},
		{least, ""},
	} {
		if form.note != "" {
			form.head += "  " + form.note
		} else if s.note != "" && form.head != least {
			continue
		}
		if utf8.RuneCountInString(form.head) <= columns {
			return form.head
		}
	}
	return cut(s.label+" "+s.percent()+eta+short, columns)
}

// head is the label with a bar of so many columns and the percentage.
func (s snapshot) head(bar int) string {
	full := int(s.fraction * float64(bar))
	return s.label + "  [" + strings.Repeat("#", full) + strings.Repeat(".", bar-full) + "]" + s.percent()
}

func (s snapshot) percent() string { return fmt.Sprintf("%3.0f %%", math.Floor(s.fraction*100)) }

// logLine is the line for a log file.
func (s snapshot) logLine() string {
	line := fmt.Sprintf("%s: %.0f %%, %s, %s, %s", s.label, math.Floor(s.fraction*100), s.where(), s.speed(), s.eta())
	if s.note != "" {
		line += ", " + s.note
	}
	return line
}

// cut shortens s to so many columns, one rune a column.
func cut(s string, columns int) string {
	if utf8.RuneCountInString(s) <= columns {
		return s
	}
	if columns < 1 {
		return ""
	}
	return strings.TrimRight(string([]rune(s)[:columns-1]), " ") + "…"
}

// cutFront shortens s to so many columns from its beginning; "" if less than a
// word is left.
func cutFront(s string, columns int) string {
	runes := []rune(s)
	switch {
	case len(runes) <= columns:
		return s
	case columns < 10:
		return ""
	}
	return "…" + strings.TrimLeft(string(runes[len(runes)-columns+1:]), " ,")
}

// oneLine keeps control characters off the terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// modelTime writes seconds with as many digits as the whole run deserves.
func modelTime(t, total float64) string {
	switch {
	case total < 10:
		return fmt.Sprintf("%.2f", t)
	case total < 100:
		return fmt.Sprintf("%.1f", t)
	}
	return fmt.Sprintf("%.0f", t)
}

// clock writes a duration as "45 s", "5:27" or "1:05:12".
func clock(d time.Duration) string {
	s := int64(math.Round(d.Seconds()))
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
