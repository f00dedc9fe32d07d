package report_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/analysis/report"
)

// recording is a source of spikes that are given, of populations with a neuron
// each.
type recording struct {
	rec  analysis.Recording
	b    analysis.Batch
	read bool
}

func (r *recording) Recording() analysis.Recording { return r.rec }
func (r *recording) Next() bool                    { next := !r.read; r.read = true; return next && len(r.b.Steps) > 0 }
func (r *recording) Batch() analysis.Batch         { return r.b }
func (r *recording) Err() error                    { return nil }
func (r *recording) Rewind() error                 { r.read = false; return nil }

// record makes a recording at 1 kHz of spikes by population and neuron.
func record(steps int64, populations []analysis.Population, trains map[[2]int][]int64) *recording {
	r := &recording{rec: analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: steps}}, Populations: populations}}
	for step := range steps {
		for p, population := range populations {
			for n := range population.Size {
				if _, ok := slices.BinarySearch(trains[[2]int{p, n}], step); ok {
					r.b.Steps, r.b.Neurons, r.b.Populations = append(r.b.Steps, step), append(r.b.Neurons, uint32(n)), append(r.b.Populations, int16(p))
				}
			}
		}
	}
	return r
}

// every gives spikes at multiples of a period, with others so many steps later.
func every(period, from, to int64, later ...int64) (train []int64) {
	for step := from; step < to; step += period {
		train = append(train, step)
		for _, d := range later {
			train = append(train, step+d)
		}
	}
	return train
}

func poisson(seed uint64, rate float64, steps int64) (train []int64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for step := range steps {
		if r.Float64() < rate/1000 {
			train = append(train, step)
		}
	}
	return train
}

var options = report.Options{Criterion: analysis.Criterion{ISI: 16}, Detector: analysis.DetectorOptions{Cap: 1000}}

func describe(t *testing.T, r *recording) *report.Report {
	t.Helper()
	sections, warnings, err := report.Describe(r, options)
	if err != nil {
		t.Fatal(err)
	}
	return &report.Report{Title: "A recording", Sections: sections, Warnings: warnings}
}

func page(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNumbers counts by hand: a doublet every 100 ms, and a singlet.
func TestNumbers(t *testing.T) {
	r := describe(t, record(10000, []analysis.Population{{Name: "pairs", Size: 2}, {Name: "singles", Size: 1}}, map[[2]int][]int64{
		{0, 1}: every(100, 50, 10000, 8), {1, 0}: every(100, 50, 10000)}))
	var rows []string
	for _, row := range r.Sections[0].Tables[0].Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, strings.TrimSpace(c.Text+" "+c.Detail))
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	want := []string{ // 100 events of one of two neurons in 10 s
		"pairs | 2 1 silent | 200 | 10 | 5 | 5 | 1.000 0.963 to 1.000 | 0.274 | 2 | 8",
		"singles | 1 | 100 | 10 | 10 | 0 | 0.000 0.000 to 0.037 | 0.148 | – | –",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	if got, want := r.Sections[0].Text[0], "3 neurons, 10 s of recording, 300 spikes, 200 events of which 100 are known to be bursts."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var ids []string
	for _, s := range r.Sections {
		ids = append(ids, s.ID)
	}
	if want := []string{"recording", "raster", "rates", "intervals", "threshold"}; !slices.Equal(ids, want) {
		t.Errorf("sections %v, want %v", ids, want)
	}
}

func TestWarnings(t *testing.T) {
	one := []analysis.Population{{Name: "x", Size: 1}}
	for _, c := range []struct {
		name string
		r    *recording
		want string // "" for none at all
	}{
		{"bursts and singlets", record(60000, one, map[[2]int][]int64{{0, 0}: append(every(400, 50, 30000, 6), every(300, 30050, 60000)...)}), ""},
		{"silence", record(1000, one, nil), "x: no neuron spiked."},
		{"few", record(10000, one, map[[2]int][]int64{{0, 0}: every(500, 50, 10000, 6)}), "x: only 20 events"},
		{"no class", record(20, one, map[[2]int][]int64{{0, 0}: {10}}), "x: of no event is it known"},
		{"silent neurons", record(60000, []analysis.Population{{Name: "x", Size: 3}}, map[[2]int][]int64{{0, 0}: every(300, 50, 60000, 6)}), "x: 2 of 3 neurons are silent."},
		{"chain", record(60000, one, map[[2]int][]int64{{0, 0}: every(10, 50, 60000)}), "lasted longer than 1 s and were cut there"},
		{"long bursts", record(60000, one, map[[2]int][]int64{{0, 0}: every(1000, 50, 60000, every(10, 10, 500)...)}), "long chains of spikes, 50 spikes a burst"},
		{"chance", record(200000, one, map[[2]int][]int64{{0, 0}: poisson(1, 20, 200000)}), "is not told from chance"},
		{"one mode", record(200000, one, map[[2]int][]int64{{0, 0}: poisson(1, 20, 200000)}), "show no valley"},
		{"edges", record(2000, []analysis.Population{{Name: "x", Size: 200}}, first(200)), "lie so close to an edge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := describe(t, c.r).Warnings
			if c.want == "" && len(got) > 0 || c.want != "" && !slices.ContainsFunc(got, func(w string) bool { return strings.Contains(w, c.want) }) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// first gives each of n neurons a spike at the very beginning and two later.
func first(n int) map[[2]int][]int64 {
	trains := map[[2]int][]int64{}
	for k := range n {
		trains[[2]int{0, k}] = []int64{3, 500, 1000}
	}
	return trains
}

var (
	reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	element   = regexp.MustCompile(`<\s*(script|iframe|object|embed|form|base|video|audio|style[^>]+src)`)
)

// A page holds all that it shows, and names do not become more than text.
func TestPage(t *testing.T) {
	hostile := `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}` + "\x00\xff"
	r := describe(t, record(5000, []analysis.Population{{Name: hostile, Size: 3}, {Name: "'); alert(3); ('", Size: 1}}, map[[2]int][]int64{
		{0, 0}: every(100, 50, 5000, 8), {1, 0}: every(70, 50, 5000)}))
	weights, err := report.Weights([]figure.Weights{{Projection: hostile, TimeS: []float64{0, 1}, Mean: []float64{1, 2}, SD: []float64{0, 1}, Min: []float64{1, 0}, Max: []float64{1, 4}, Synapses: 9}})
	if err != nil {
		t.Fatal(err)
	}
	r.Title, r.Lead, r.Sections = hostile, hostile, append(r.Sections, weights)
	r.Warnings = append(r.Warnings, hostile)
	got := page(t, r)
	if m := element.FindString(got); m != "" {
		t.Errorf("the page has an element %q", m)
	}
	if n := strings.Count(got, "<img "); n != 6 { // two of spikes, rates, intervals, sweep, weights
		t.Errorf("%d pictures, want 6", n)
	}
	if strings.Contains(got, "onerror=alert(2)>") {
		t.Error("a name became an attribute")
	}
	if !strings.Contains(got, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("the name is not shown as it is")
	}
	for _, m := range reference.FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(m[1], "data:") && !strings.HasPrefix(m[1], "#") {
			t.Errorf("refers to %.60q", m[1])
		}
	}
	if !strings.Contains(got, `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`) {
		t.Error("no policy")
	}
	if again := page(t, r); again != got {
		t.Error("the same report, other bytes")
	}
}

// Many populations: the tables hold all, figures the first, and both say so.
func TestManyPopulations(t *testing.T) {
	var populations []analysis.Population
	trains := map[[2]int][]int64{}
	for i := range 20 {
		populations = append(populations, analysis.Population{Name: fmt.Sprintf("p%d", i), Size: 1})
		trains[[2]int{i, 0}] = every(200, 50, 3000, 7)
	}
	r := describe(t, record(3000, populations, trains))
	if n := len(r.Sections[0].Tables[0].Rows); n != 20 {
		t.Errorf("%d populations in the table, want 20", n)
	}
	if got := r.Sections[1].Figures[0]; !strings.Contains(got.Caption, "first 12 of 20") || !strings.Contains(string(got.SVG), "p11,") || strings.Contains(string(got.SVG), "p12,") {
		t.Errorf("the figure shows others than it says: %s", got.Caption)
	}
}

// A recording with a gap says so, and nothing is drawn there.
func TestWindows(t *testing.T) {
	r := record(10000, []analysis.Population{{Name: "x", Size: 1}}, map[[2]int][]int64{{0, 0}: append(every(200, 50, 3000, 7), every(200, 7050, 10000, 7)...)})
	r.rec.Windows = []analysis.Window{{From: 0, To: 3000}, {From: 7000, To: 10000}}
	got := describe(t, r)
	if !strings.Contains(got.Sections[0].Text[0], "It was recorded in 2 stretches of time from 0 s to 10 s") {
		t.Errorf("%q", got.Sections[0].Text[0])
	}
	if !strings.Contains(string(got.Sections[1].Figures[0].SVG), "not recorded") {
		t.Error("the gap is not marked")
	}
}
