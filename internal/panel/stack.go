package panel

import (
	"bytes"
	"io"
	"math"

	imagefont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Margins beside the data areas of a stack. They do not depend on what the axes
// show, so that figures of one width can be laid below each other: time runs alike.
const (
	leftMargin  = 19 * vg.Millimeter
	rightMargin = 6 * vg.Millimeter
	rowGap      = 2.5 * vg.Millimeter
)

// Row is a panel of a stack.
type Row struct {
	// Title stands above the data, Keys behind it; neither ever covers data.
	Title string
	Keys  []Key
	Plot  *plot.Plot
	// Height of the data area.
	Height vg.Length
}

// Key is an entry of a legend.
type Key struct {
	Label string
	Looks []plot.Thumbnailer
}

// NewRow returns a row with an empty panel. Axes are named with their unit; an empty
// name and ticks to go with it make room for a panel below that shares the axis.
func NewRow(title, x, y string, height vg.Length) *Row {
	p := New("", x, y)
	for _, s := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		s.Font.Variant, s.Font.Size = "Sans", 9
	}
	p.X.Padding, p.Y.Padding = 0, 0
	p.X.Tick.Marker, p.Y.Tick.Marker = RoundTicks{}, RoundTicks{}
	return &Row{Title: title, Plot: p, Height: height}
}

// Key adds an entry to the legend.
func (r *Row) Key(label string, looks ...plot.Thumbnailer) {
	r.Keys = append(r.Keys, Key{label, looks})
}

// DataPixels is the size in pixels of a data area in a stack of that width, as PNG.
func DataPixels(width, height vg.Length) (columns, rows int) {
	pixels := func(l vg.Length) int { return int(math.Round(float64(l / vg.Inch * dpi))) }
	return pixels(width - leftMargin - rightMargin), pixels(height)
}

// Stack draws rows below each other, as PNG and as SVG; a nil writer leaves that
// one out. The data areas of all rows begin and end at the same places.
func Stack(rows []*Row, width vg.Length, png, svg io.Writer) error {
	placed := make([]placedRow, len(rows))
	height := rowGap
	for i, r := range rows {
		placed[i] = r.measure(width)
		height += placed[i].header + r.Height + placed[i].axis + rowGap
	}
	drawAll := func(canvas vg.CanvasSizer) {
		c := draw.New(canvas)
		c.SetColor(Colour(0xFFFFFF).RGBA(255))
		c.Fill(c.Rectangle.Path())
		top := c.Max.Y - rowGap
		for _, p := range placed {
			p.draw(c, top)
			top -= p.header + p.row.Height + p.axis + rowGap
		}
	}
	if png != nil {
		canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
		drawAll(canvas)
		if err := writePNG(canvas.Image(), png); err != nil {
			return err
		}
	}
	if svg == nil {
		return nil
	}
	canvas := vgsvg.New(width, height)
	drawAll(canvas)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return err
	}
	_, err := svg.Write(portable(b.Bytes()))
	return err
}

// portable mends two things in what vgsvg writes. Its pictures are PNG but say that
// they are JPEG. And Liberation Sans is not on every machine, but the fonts that it
// was made to be as wide as are.
func portable(svg []byte) []byte {
	svg = bytes.ReplaceAll(svg, []byte(`xlink:href="data:image/jpg;base64,`), []byte(`xlink:href="data:image/png;base64,`))
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

// placedRow is a row with its measures.
type placedRow struct {
	row          *Row
	lines        [][]int // indices of keys, by line of the header
	header, axis vg.Length
	line         vg.Length // height of a line of the header
	left, right  vg.Length // what the axes need beside the data area
	above        vg.Length // what the axes need above it
}

// legendStyle is that of titles and keys.
func legendStyle(bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: 9}
	if bold {
		f.Weight = imagefont.WeightBold
	}
	return text.Style{Color: Black.RGBA(255), Font: f, Handler: plot.DefaultTextHandler}
}

const (
	thumbWidth = 5 * vg.Millimeter
	thumbGap   = 1.2 * vg.Millimeter
	keyGap     = 4 * vg.Millimeter
)

func keyWidth(label string) vg.Length {
	return thumbWidth + thumbGap + legendStyle(false).Width(label)*1.15 + keyGap
}

// titleWidth leaves room for a font that is wider, which a viewer of an SVG file
// may have instead.
func titleWidth(title string) vg.Length { return legendStyle(true).Width(title)*1.25 + keyGap }

func (r *Row) measure(width vg.Length) placedRow {
	m := placedRow{row: r, line: legendStyle(true).FontExtents().Height * 1.15}
	data := width - leftMargin - rightMargin
	used := vg.Length(0)
	m.lines = [][]int{nil}
	if r.Title != "" {
		used = titleWidth(r.Title)
	}
	for i, k := range r.Keys {
		w := keyWidth(k.Label)
		if used > 0 && used+w-keyGap > data {
			m.lines, used = append(m.lines, nil), 0
		}
		last := len(m.lines) - 1
		m.lines[last] = append(m.lines[last], i)
		used += w
	}
	if r.Title != "" || len(r.Keys) > 0 {
		m.header = vg.Length(len(m.lines))*m.line + vg.Millimeter
	}
	trial := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: width, Y: r.Height + 3*vg.Centimeter}}}
	inner := r.Plot.DataCanvas(trial)
	m.axis, m.left = inner.Min.Y, inner.Min.X
	m.right, m.above = trial.Max.X-inner.Max.X, trial.Max.Y-inner.Max.Y
	return m
}

// draw draws the row below top.
func (m placedRow) draw(c draw.Canvas, top vg.Length) {
	left, right := c.Min.X+leftMargin, c.Max.X-rightMargin
	baseline := top
	for n, line := range m.lines {
		baseline -= m.line
		x := left
		if n == 0 && m.row.Title != "" {
			c.FillText(legendStyle(true), vg.Point{X: x, Y: baseline + m.line/4}, m.row.Title)
			x += titleWidth(m.row.Title)
		}
		for _, i := range line {
			k := m.row.Keys[i]
			icon := c
			icon.Rectangle = vg.Rectangle{
				Min: vg.Point{X: x, Y: baseline + m.line*0.2},
				Max: vg.Point{X: x + thumbWidth, Y: baseline + m.line*0.85},
			}
			for _, look := range k.Looks {
				look.Thumbnail(&icon)
			}
			c.FillText(legendStyle(false), vg.Point{X: x + thumbWidth + thumbGap, Y: baseline + m.line/4}, k.Label)
			x += keyWidth(k.Label)
		}
	}
	data := vg.Rectangle{
		Min: vg.Point{X: left, Y: top - m.header - m.row.Height},
		Max: vg.Point{X: right, Y: top - m.header},
	}
	around := c
	around.Rectangle = vg.Rectangle{
		Min: vg.Point{X: data.Min.X - m.left, Y: data.Min.Y - m.axis},
		Max: vg.Point{X: data.Max.X + m.right, Y: data.Max.Y + m.above},
	}
	m.row.Plot.BackgroundColor = nil // the page is white already, and rows may reach over each other
	m.row.Plot.Draw(around)
}

// Pixel is the side of a pixel of the PNG.
func Pixel() vg.Length { return vg.Inch / dpi }
