package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/apical-sim/apical/internal/panel"
)

// grid counts spikes by pixel column and by neuron, or row of neurons.
type grid struct {
	columns, rows int
	from, steps   int64
	low, neurons  int
	counts        [3][]uint32 // by mark, row by row from the lowest neuron
}

func newGrid(columns, rows int, from, to int64, low, high int) grid {
	g := grid{columns: columns, rows: rows, from: from, steps: to - from, low: low, neurons: high - low}
	for m := range g.counts {
		g.counts[m] = make([]uint32, columns*rows)
	}
	return g
}

func (g *grid) add(step int64, neuron int, m mark) {
	column := int(float64(step-g.from) / float64(g.steps) * float64(g.columns))
	row := (neuron - g.low) * g.rows / g.neurons
	g.counts[m][row*g.columns+min(column, g.columns-1)]++
}

// most is the greatest number of spikes in a pixel.
func (g *grid) most() uint32 {
	most := uint32(0)
	for i := range g.counts[0] {
		most = max(most, g.counts[0][i]+g.counts[1][i]+g.counts[2][i])
	}
	return most
}

// The colours of a dense raster: index 0 is paper, then one row of opacities for
// each mixture of singlets and bursts, then one for unknown marks. Few enough for
// a byte a pixel, and finer than can be told apart.
const (
	opacities = 16
	mixtures  = 9
)

func densePalette() color.Palette {
	palette := color.Palette{color.NRGBA{255, 255, 255, 0}}
	for k := range mixtures + 1 {
		c := panel.Grey
		if k < mixtures {
			c = mix(singletMark.colour(), burstMark.colour(), float64(k)/(mixtures-1))
		}
		for o := range opacities {
			palette = append(palette, c.RGBA(uint8(255*(o+1)/opacities)))
		}
	}
	return palette
}

// opacity of a pixel with n spikes, from 0 to 1.
func opacity(n, most uint32) float64 {
	return (1 + math.Log(float64(n))) / (1 + math.Log(float64(most)))
}

// mix blends two colours in linear light, approximated by a gamma of 2, as the eye
// does from afar.
func mix(a, b panel.Colour, part float64) (c panel.Colour) {
	for shift := 0; shift <= 16; shift += 8 {
		x, y := float64(a>>shift&0xFF), float64(b>>shift&0xFF)
		c |= panel.Colour(math.Round(math.Sqrt((1-part)*x*x+part*y*y))) << shift
	}
	return c
}

// paint makes a picture of the counts, as high as a data area of that height.
func (g *grid) paint(height vg.Length, most uint32) *image.Paletted {
	_, pixels := panel.DataPixels(0, height)
	picture := image.NewPaletted(image.Rect(0, 0, g.columns, pixels), densePalette())
	for y := range pixels {
		row := (pixels - 1 - y) * g.rows / pixels
		line := picture.Pix[y*picture.Stride:][:g.columns]
		if y > 0 && row == (pixels-y)*g.rows/pixels {
			copy(line, picture.Pix[(y-1)*picture.Stride:])
			continue
		}
		singlets := g.counts[singletMark][row*g.columns:][:g.columns]
		bursts := g.counts[burstMark][row*g.columns:][:g.columns]
		unknown := g.counts[unknownMark][row*g.columns:][:g.columns]
		for x := range line {
			known := singlets[x] + bursts[x]
			if known+unknown[x] == 0 {
				continue
			}
			mixture := mixtures
			if known > 0 {
				mixture = int(math.Round(float64(bursts[x]) / float64(known) * (mixtures - 1)))
			}
			line[x] = uint8(1 + mixture*opacities + int(math.Ceil(opacity(known+unknown[x], most)*opacities-1e-9)) - 1)
		}
	}
	return picture
}

// picture fills a data area with an image, pixel on pixel in PNG.
type picture struct{ image.Image }

// Plot implements plot.Plotter.
func (m picture) Plot(c draw.Canvas, _ *plot.Plot) {
	size := m.Bounds().Size()
	pixel := panel.Pixel()
	whole := func(l vg.Length) vg.Length { return vg.Length(math.Round(float64(l/pixel))) * pixel }
	corner := vg.Point{X: whole(c.Min.X), Y: whole(c.Min.Y)}
	c.DrawImage(vg.Rectangle{Min: corner, Max: vg.Point{
		X: corner.X + vg.Length(size.X)*pixel,
		Y: corner.Y + vg.Length(size.Y)*pixel,
	}}, m.Image)
}

// shade marks a stretch of time, in s, from the bottom to the top of a panel.
type shade struct{ from, until float64 }

// shadeColour is a light grey.
const shadeColour panel.Colour = 0xE4E4E4

// Plot implements plot.Plotter.
func (s shade) Plot(c draw.Canvas, p *plot.Plot) {
	left, right := c.X(p.X.Norm(s.from)), c.X(p.X.Norm(s.until))
	c.FillPolygon(shadeColour.RGBA(255), []vg.Point{
		{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y},
	})
}

// spikeLines draws a short upright line for each spike, all in one path.
type spikeLines struct {
	points    []rasterPoint
	colour    panel.Colour
	perSecond float64
}

// Plot implements plot.Plotter.
func (s spikeLines) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	half := max(0.4*(y(1)-y(0)), vg.Points(0.6))
	c.SetLineStyle(draw.LineStyle{Color: s.colour.RGBA(255), Width: vg.Points(0.7)})
	var path vg.Path
	for _, point := range s.points {
		at := vg.Point{X: x(float64(point.step) / s.perSecond), Y: y(float64(point.neuron))}
		path.Move(vg.Point{X: at.X, Y: at.Y - half})
		path.Line(vg.Point{X: at.X, Y: at.Y + half})
	}
	if len(path) > 0 {
		c.Stroke(path)
	}
}

// swatch is a filled box in a legend.
type swatch struct{ colour panel.Colour }

// Thumbnail implements plot.Thumbnailer.
func (s swatch) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(s.colour.RGBA(255), []vg.Point{
		{X: c.Min.X, Y: c.Min.Y}, {X: c.Max.X, Y: c.Min.Y}, {X: c.Max.X, Y: c.Max.Y}, {X: c.Min.X, Y: c.Max.Y},
	})
}

// ramp shows the opacities of 1 to most spikes in a legend.
type ramp struct{ most uint32 }

// Thumbnail implements plot.Thumbnailer. Each shade covers all to its right, so
// that no seams are seen between them.
func (r ramp) Thumbnail(c *draw.Canvas) {
	const shades = 16
	least := opacity(1, r.most)
	for i := range shades {
		left := c.Min.X + vg.Length(i)*(c.Max.X-c.Min.X)/shades
		dark := least + (1-least)*float64(i)/(shades-1)
		c.FillPolygon(color.Gray{uint8(255 - (255-0x50)*dark)}, []vg.Point{
			{X: left, Y: c.Min.Y}, {X: c.Max.X, Y: c.Min.Y}, {X: c.Max.X, Y: c.Max.Y}, {X: left, Y: c.Max.Y},
		})
	}
}
