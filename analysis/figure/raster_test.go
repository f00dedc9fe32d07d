package figure

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image/png"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/apical-sim/apical/analysis"
)

// memory is a source of spikes that are given.
type memory struct {
	rec   analysis.Recording
	batch analysis.Batch
	size  int // spikes a batch
	at    int
}

func (m *memory) Recording() analysis.Recording { return m.rec }
func (m *memory) Next() bool                    { m.at++; return (m.at-1)*m.size < len(m.batch.Steps) }
func (m *memory) Err() error                    { return nil }
func (m *memory) Rewind() error                 { m.at = 0; return nil }
func (m *memory) Batch() analysis.Batch {
	from, to := (m.at-1)*m.size, min(m.at*m.size, len(m.batch.Steps))
	return analysis.Batch{Steps: m.batch.Steps[from:to], Neurons: m.batch.Neurons[from:to], Populations: m.batch.Populations[from:to]}
}

// poisson makes the spikes of two populations of the given sizes, of which each
// neuron spikes with a probability in every step.
func poisson(seed uint64, sizes [2]int, steps int64, probability float64) *memory {
	m := &memory{size: 1000, rec: analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: steps}},
		Populations: []analysis.Population{{Name: "some", Size: sizes[0]}, {Name: "others", Size: sizes[1]}}}}
	r := rand.New(rand.NewPCG(seed, 0))
	for step := range steps {
		for p, n := range sizes {
			for k := range n {
				if r.Float64() < probability {
					m.batch.Steps = append(m.batch.Steps, step)
					m.batch.Neurons = append(m.batch.Neurons, uint32(k))
					m.batch.Populations = append(m.batch.Populations, int16(p))
				}
			}
		}
	}
	return m
}

func read(t testing.TB, m *memory, opt analysis.DetectorOptions, o RasterOptions) *Raster {
	t.Helper()
	if err := m.Rewind(); err != nil {
		t.Fatal(err)
	}
	d, err := analysis.NewDetector(m, analysis.Criterion{ISI: 16}, opt)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRaster(m.rec, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(d); err != nil {
		t.Fatal(err)
	}
	return r
}

// marked is a spike and how it is shown.
type marked struct {
	population int
	rasterPoint
	mark mark
}

func (r *Raster) marked() (all []marked) {
	for p, row := range r.rows {
		for m, points := range row.points {
			for _, point := range points {
				all = append(all, marked{p, point, mark(m)})
			}
		}
	}
	slices.SortFunc(all, func(a, b marked) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.population, b.population), cmp.Compare(a.neuron, b.neuron))
	})
	return all
}

// TestRasterMarks compares with each spike judged by its neighbours alone: it is of
// a burst if either interval is at most 16 steps. Of the first 16 steps and the last
// nothing is asked, where the class may be unknown.
func TestRasterMarks(t *testing.T) {
	m := poisson(1, [2]int{7, 3}, 5000, 0.02)
	got := read(t, m, analysis.DetectorOptions{}, RasterOptions{}).marked()
	if len(got) != len(m.batch.Steps) {
		t.Fatalf("%d spikes shown of %d", len(got), len(m.batch.Steps))
	}
	last, neighbour := map[[2]int]int{}, make([]bool, len(got))
	for i, s := range got {
		key := [2]int{s.population, int(s.neuron)}
		if j, ok := last[key]; ok && s.step-got[j].step <= 16 {
			neighbour[i], neighbour[j] = true, true
		}
		last[key] = i
	}
	bursts := 0
	for i, s := range got {
		want := singletMark
		if neighbour[i] {
			want = burstMark
		}
		if s.mark != want && s.mark != unknownMark {
			t.Fatalf("%+v, want mark %d", s, want)
		}
		if s.mark == unknownMark && s.step >= 300 && s.step < 5000-300 {
			t.Errorf("%+v is unknown far from the edges", s)
		}
		if s.mark == burstMark {
			bursts++
		}
	}
	if bursts == 0 || bursts == len(got) {
		t.Errorf("%d bursts of %d spikes test nothing", bursts, len(got))
	}
}

// The spikes that a detector's cap leaves over are of no event, and shown as of the
// burst that they continue.
func TestRasterOfCappedEvents(t *testing.T) {
	m := &memory{size: 5, rec: analysis.Recording{StepsPerSecond: 1000, Windows: []analysis.Window{{From: 0, To: 1000}},
		Populations: []analysis.Population{{Name: "clock", Size: 1}}}}
	for step := int64(20); step < 980; step += 10 {
		if step < 500 || step > 600 {
			m.batch.Steps, m.batch.Neurons, m.batch.Populations = append(m.batch.Steps, step), append(m.batch.Neurons, 0), append(m.batch.Populations, 0)
		}
	}
	for _, s := range read(t, m, analysis.DetectorOptions{Cap: 100}, RasterOptions{}).marked() {
		if s.mark != burstMark {
			t.Errorf("step %d has mark %d, want that of bursts", s.step, s.mark)
		}
	}
	if got := len(read(t, m, analysis.DetectorOptions{Cap: 100}, RasterOptions{}).marked()); got != len(m.batch.Steps) {
		t.Errorf("%d spikes shown of %d", got, len(m.batch.Steps))
	}
}

// What is shown is a part of the whole, classified as in the whole; the grid counts
// the same spikes as the lines show.
func TestRasterParts(t *testing.T) {
	m := poisson(2, [2]int{12, 300}, 3000, 0.01)
	whole := read(t, m, analysis.DetectorOptions{}, RasterOptions{VectorSpikes: 1 << 30})
	for _, o := range []RasterOptions{
		{FromS: 1, UntilS: 1.5}, {Neurons: 5}, {FirstNeuron: 8, Neurons: 100}, {Populations: 1}, {FirstNeuron: 20},
	} {
		o.VectorSpikes = 1 << 30
		var want []marked
		var counts [3]uint32
		for _, s := range whole.marked() {
			seconds, neuron := float64(s.step)/1000, int(s.neuron)
			if (o.UntilS == 0 || seconds >= o.FromS && seconds < o.UntilS) && neuron >= o.FirstNeuron &&
				(o.Neurons == 0 || neuron < o.FirstNeuron+o.Neurons) && (o.Populations == 0 || s.population < o.Populations) {
				want = append(want, s)
				counts[s.mark]++
			}
		}
		got := read(t, m, analysis.DetectorOptions{}, o)
		if !slices.Equal(got.marked(), want) || len(want) == 0 {
			t.Errorf("%+v: %d spikes, want %d", o, len(got.marked()), len(want))
		}
		var sum [3]uint32
		for _, row := range got.rows {
			for mark, counts := range row.grid.counts {
				for _, n := range counts {
					sum[mark] += n
				}
			}
		}
		if sum != counts {
			t.Errorf("%+v: %v spikes in the grid, want %v", o, sum, counts)
		}
	}
}

func TestRasterOptions(t *testing.T) {
	rec := poisson(1, [2]int{2, 3}, 100, 0).rec
	for _, c := range []struct {
		o    RasterOptions
		want string
	}{
		{RasterOptions{FromS: 0.1}, "time: from 0.1 s until 0.1 s, want from before until"},
		{RasterOptions{FirstNeuron: 3}, "neurons: none from 3 on, want a number below the size of a population"},
		{RasterOptions{Neurons: -1}, "neurons: -1 from 0 on, want none below 0"},
		{RasterOptions{Size: Size{WidthCM: 2}}, "width: 2 cm, want 6 to 100"},
	} {
		if _, err := NewRaster(rec, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestDensePixels: opacity grows with the number of spikes, up to the full colour at
// the most, and the mixture goes from one colour to the other.
func TestDensePixels(t *testing.T) {
	g := newGrid(6, 1, 0, 6, 0, 1)
	for column, n := range []int{0, 1, 3, 10} {
		for range n {
			g.add(int64(column), 0, singletMark)
		}
	}
	for range 10 {
		g.add(4, 0, burstMark)
	}
	for range 5 {
		g.add(5, 0, burstMark)
		g.add(5, 0, singletMark)
	}
	picture := g.paint(1, g.most())
	alpha := func(x int) uint32 { _, _, _, a := picture.At(x, 0).RGBA(); return a >> 8 }
	if !(alpha(0) == 0 && 0 < alpha(1) && alpha(1) < alpha(2) && alpha(2) < alpha(3) && alpha(3) == 255) {
		t.Errorf("opacities of 0, 1, 3 and 10 spikes: %d %d %d %d", alpha(0), alpha(1), alpha(2), alpha(3))
	}
	for x, want := range map[int]string{3: "0072b2", 4: "d55e00", 5: "97687e"} { // linear light, gamma 2
		r, gr, b, _ := picture.At(x, 0).RGBA()
		if got := fmt.Sprintf("%02x%02x%02x", r>>8, gr>>8, b>>8); got != want {
			t.Errorf("column %d is %s, want %s", x, got, want)
		}
	}
}

var embedded = regexp.MustCompile(`xlink:href="data:image/png;base64,([^"]*)"`)

// Above the limit SVG holds a picture, one pixel of the PNG a pixel of it.
func TestDrawRaster(t *testing.T) {
	m := poisson(3, [2]int{5, 400}, 2000, 0.02)
	for _, limit := range []int{1 << 30, -1} {
		var pngs, svgs [2]bytes.Buffer
		for i := range 2 {
			if err := read(t, m, analysis.DetectorOptions{}, RasterOptions{VectorSpikes: limit}).Draw(&pngs[i], &svgs[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(pngs[0].Bytes(), pngs[1].Bytes()) || !bytes.Equal(svgs[0].Bytes(), svgs[1].Bytes()) {
			t.Error("the same spikes, other bytes")
		}
		wellFormed(t, svgs[0].Bytes())
		pictures := embedded.FindAllSubmatch(svgs[0].Bytes(), -1)
		if dense := limit < 0; dense && len(pictures) != 2 || !dense && len(pictures) != 0 {
			t.Errorf("limit %d: %d pictures in the SVG", limit, len(pictures))
		}
		for _, p := range pictures {
			raw, err := base64.StdEncoding.DecodeString(string(p[1]))
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			// 18 cm less margins of 25 mm and 4 cm, at 150 pixels an inch.
			if s := picture.Bounds().Size(); s.X != 915 || s.Y != 236 {
				t.Errorf("picture of %v, want 915 x 236", s)
			}
		}
		whole, err := png.Decode(&pngs[0])
		if err != nil {
			t.Fatal(err)
		}
		if s := whole.Bounds().Size(); s.X != 1063 || s.Y < 2*236 {
			t.Errorf("PNG of %v", s)
		}
	}
}

// BenchmarkRaster tells events and counts pixels of a million spikes.
func BenchmarkRaster(b *testing.B) {
	m := poisson(4, [2]int{500, 1500}, 50000, 0.01)
	m.size = 65536
	for b.Loop() {
		read(b, m, analysis.DetectorOptions{}, RasterOptions{})
	}
	b.ReportMetric(float64(len(m.batch.Steps))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mspikes/s")
}
