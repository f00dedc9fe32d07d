package figure

import (
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"

	"github.com/apical-sim/apical/analysis"
	"github.com/apical-sim/apical/internal/panel"
)

// DefaultVectorSpikes is how many spikes a raster draws as lines, unless told
// otherwise. An SVG file takes about 20 bytes for each.
const DefaultVectorSpikes = 20000

// RasterOptions chooses what a raster shows. The zero value shows everything.
type RasterOptions struct {
	Size
	// FromS and UntilS bound the time shown, in s; UntilS 0 stands for the end of the
	// recording. What is a burst is decided before anything is left out.
	FromS, UntilS float64
	// FirstNeuron and Neurons choose the neurons shown of each population, counted
	// from 0; Neurons 0 stands for all that follow.
	FirstNeuron, Neurons int
	// Populations is how many populations are shown, from the first on; 0 stands for
	// all.
	Populations int
	// VectorSpikes is the number of spikes up to which each is drawn as a line; 0
	// stands for DefaultVectorSpikes, and below 0 none is.
	VectorSpikes int
}

// Raster collects the spikes of a recording and the events that they form, in one
// pass and in a memory that does not depend on their number.
//
// Up to RasterOptions.VectorSpikes spikes are drawn as lines, one row a neuron.
// Above that, lines would cover each other and hide how many there are. Then spikes
// are counted, by pixel column and by neuron (or by pixel row, where a population
// has more neurons than its panel has pixels), and a pixel is painted the more
// opaque the more spikes n it holds,
//
//	opacity = (1 + ln n) / (1 + ln most),
//
// with the most that any pixel of the figure holds, in the mixture of the two
// colours, in linear light, that its burst spikes and singlets give. The picture
// lies below axes drawn as lines, also in SVG.
type Raster struct {
	recording analysis.Recording
	options   RasterOptions
	from, to  int64 // steps shown
	first     []int // index in pending of the first neuron of each population
	rows      []*rasterRow
	pending   waiting
	vector    int // spikes that may still be kept as such
	dense     bool
	classes   [3]bool // which marks occur
}

// mark is how a spike is shown.
type mark uint8

const (
	singletMark mark = iota
	burstMark
	unknownMark // of an event whose class the edge of the recording hides
)

// rasterRow is a population.
type rasterRow struct {
	low, high int // neurons shown, [low, high)
	points    [3][]rasterPoint
	grid      grid
}

type rasterPoint struct {
	step   int64
	neuron uint32
}

// NewRaster returns an empty raster of a recording. Options that leave nothing to
// show are an error.
func NewRaster(recording analysis.Recording, o RasterOptions) (*Raster, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	windows := recording.Windows
	r := &Raster{recording: recording, options: o, vector: o.VectorSpikes}
	if r.vector == 0 {
		r.vector = DefaultVectorSpikes
	}
	r.from, r.to = windows[0].From, windows[len(windows)-1].To
	if o.FromS != 0 {
		r.from = recording.Steps(o.FromS)
	}
	if o.UntilS != 0 {
		r.to = recording.Steps(o.UntilS)
	}
	if r.from >= r.to {
		return nil, fmt.Errorf("time: from %g s until %g s, want from before until", recording.Seconds(r.from), recording.Seconds(r.to))
	}
	if o.FirstNeuron < 0 || o.Neurons < 0 {
		return nil, fmt.Errorf("neurons: %d from %d on, want none below 0", o.Neurons, o.FirstNeuron)
	}
	shown, total := 0, 0
	for i, p := range recording.Populations {
		row := &rasterRow{low: min(o.FirstNeuron, p.Size), high: p.Size}
		if o.Populations > 0 && i >= o.Populations {
			row.high = row.low
		} else if o.Neurons > 0 {
			row.high = min(p.Size, row.low+o.Neurons)
		}
		r.rows, r.first = append(r.rows, row), append(r.first, total)
		shown += row.high - row.low
		total += p.Size
	}
	if shown == 0 {
		return nil, fmt.Errorf("neurons: none from %d on, want a number below the size of a population", o.FirstNeuron)
	}
	r.pending = newWaiting(total)
	width, height := r.measures()
	columns, pixels := panel.DataPixels(width, height)
	for _, row := range r.rows {
		row.grid = newGrid(columns, min(pixels, row.high-row.low), r.from, r.to, row.low, row.high)
	}
	return r, nil
}

// measures are the width of the figure and the height of a panel.
func (r *Raster) measures() (width, height vg.Length) {
	otherwise := 5.0
	if n := r.shown(); n > 1 {
		otherwise = max(2, min(4, 16/float64(n)))
	}
	return r.options.or(defaultWidth, otherwise)
}

// shown is how many populations have neurons to show.
func (r *Raster) shown() (n int) {
	for _, row := range r.rows {
		if row.low < row.high {
			n++
		}
	}
	return n
}

// Read adds all spikes and events of a detector.
func (r *Raster) Read(d *analysis.Detector) error {
	for d.Next() {
		r.Spikes(d.Batch())
		for _, e := range d.Events() {
			r.Event(e)
		}
	}
	for p, population := range r.recording.Populations {
		for n := range population.Size { // of an event that exceeded the detector's cap
			for step, ok := r.pending.pop(r.first[p] + n); ok; step, ok = r.pending.pop(r.first[p] + n) {
				r.show(r.rows[p], step, uint32(n), burstMark)
			}
		}
	}
	return d.Err()
}

// Spikes adds spikes. They are shown once an event has claimed them.
func (r *Raster) Spikes(b analysis.Batch) {
	populations, neurons := b.Populations[:len(b.Steps)], b.Neurons[:len(b.Steps)]
	for i, step := range b.Steps {
		r.pending.push(r.first[populations[i]]+int(neurons[i]), step)
	}
}

// Event shows the spikes of an event, which must have been added before. Spikes of
// its neuron that are earlier and that no event has claimed continue an event
// which exceeded the detector's cap, and are shown as of a burst.
func (r *Raster) Event(e analysis.Event) {
	m := unknownMark
	switch e.Class {
	case analysis.Singlet:
		m = singletMark
	case analysis.Burst:
		m = burstMark
	}
	neuron, row := r.first[e.Population]+int(e.Neuron), r.rows[e.Population]
	for left := e.Spikes; left > 0; {
		step, ok := r.pending.pop(neuron)
		switch {
		case !ok:
			return
		case step < e.Step:
			r.show(row, step, e.Neuron, burstMark)
		default:
			r.show(row, step, e.Neuron, m)
			left--
		}
	}
}

// show shows a spike, if it is of those to be shown.
func (r *Raster) show(row *rasterRow, step int64, neuron uint32, m mark) {
	if int(neuron) < row.low || int(neuron) >= row.high || step < r.from || step >= r.to {
		return
	}
	r.classes[m] = true
	row.grid.add(step, int(neuron), m)
	if r.dense {
		return
	}
	if r.vector--; r.vector < 0 {
		r.dense = true
		for _, row := range r.rows {
			row.points = [3][]rasterPoint{}
		}
		return
	}
	row.points[m] = append(row.points[m], rasterPoint{step, neuron})
}

// colours of the marks.
func (m mark) colour() panel.Colour {
	return [...]panel.Colour{panel.Blue, panel.Vermilion, panel.Grey}[m]
}

func (m mark) label() string {
	return [...]string{"singlet", "burst", "unknown (edge of the recording)"}[m]
}

// Draw draws what was collected, populations below each other.
func (r *Raster) Draw(png, svg io.Writer) error { return r.DrawWith(nil, png, svg) }

// DrawWith draws, below the spikes of each population, its rates: those of all
// populations in their order, as [RatesOf] gives them.
func (r *Raster) DrawWith(rates []Rates, png, svg io.Writer) error {
	width, height := r.measures()
	most := uint32(1)
	for _, row := range r.rows {
		most = max(most, row.grid.most())
	}
	var rows []*panel.Row
	for i, row := range r.rows {
		if row.low == row.high {
			continue
		}
		rows = append(rows, r.row(i, height, most))
		if i < len(rates) {
			rows = append(rows, rates[i].strips(r.recording.Seconds(r.from), r.recording.Seconds(r.to))...)
		}
	}
	for m, there := range r.classes {
		if there {
			rows[0].Key(mark(m).label(), swatch{mark(m).colour()})
		}
	}
	if r.dense && most > 1 {
		rows[0].Key(fmt.Sprintf("1 to %d spikes a pixel", most), ramp{most})
	}
	if len(r.gaps()) > 0 {
		rows[0].Key("not recorded", swatch{shadeColour})
	}
	last := rows[len(rows)-1]
	timeAxis(last, last.Plot.X.Min, last.Plot.X.Max, "time (s)")
	return panel.Stack(rows, width, png, svg)
}

// gaps are the stretches of the time shown in which nothing was recorded, in s.
func (r *Raster) gaps() (gaps [][2]float64) {
	from := r.from
	for _, w := range r.recording.Windows {
		if w.To <= from {
			continue
		}
		if until := min(w.From, r.to); until > from {
			gaps = append(gaps, [2]float64{r.recording.Seconds(from), r.recording.Seconds(until)})
		}
		if from = w.To; from >= r.to {
			return gaps
		}
	}
	return append(gaps, [2]float64{r.recording.Seconds(from), r.recording.Seconds(r.to)})
}

// row is the panel of a population.
func (r *Raster) row(i int, height vg.Length, most uint32) *panel.Row {
	row, population := r.rows[i], r.recording.Populations[i]
	title := fmt.Sprintf("%s, %d neurons", clip(population.Name), population.Size)
	switch n := row.high - row.low; {
	case population.Size == 1:
		title = clip(population.Name) + ", 1 neuron"
	case n < population.Size:
		title = fmt.Sprintf("%s, neurons %d to %d of %d", clip(population.Name), row.low, row.high-1, population.Size)
	}
	p := panel.NewRow(title, "", "neuron", height)
	timeAxis(p, r.recording.Seconds(r.from), r.recording.Seconds(r.to), "")
	p.Plot.Y.Min, p.Plot.Y.Max = float64(row.low)-0.5, float64(row.high)-0.5
	p.Plot.Y.Tick.Marker = panel.WholeTicks{}
	for _, gap := range r.gaps() {
		p.Plot.Add(shade{gap[0], gap[1]})
	}
	if r.dense {
		p.Plot.Add(picture{row.grid.paint(height, most)})
		return p
	}
	for m, points := range row.points {
		p.Plot.Add(spikeLines{points: points, colour: mark(m).colour(), perSecond: float64(r.recording.StepsPerSecond)})
	}
	return p
}
