package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/apical-sim/apical/analysis/figure"
	"github.com/apical-sim/apical/experiment"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) plotCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plot",
		Short: "Draw spikes, rates, intervals and weights",
		Long: `Draws what a spike file or a table holds, as PNG and as SVG. --out NAME writes
NAME.png and NAME.svg; --out NAME.png or NAME.svg writes that one alone.

Bursts are told on the whole recording; --from and --until choose what of it is
drawn. For how long a file was recorded that does not say so itself, --window does.`,
		Example: `  apical plot raster runs/xor-quick-seed1/spikes.arrow --until 4s --out raster
  apical plot weights runs/xor-quick-seed1/weights.arrow --out weights.svg`,
		Args:             cobra.ArbitraryArgs,
		PersistentPreRun: outliveReaders,
		RunE:             orHelp,
	}
	cmd.AddCommand(a.plotRasterCommand(), a.plotRatesCommand(), a.plotISICommand(), a.plotCoherenceCommand(),
		a.plotContrastCommand(), a.plotWeightsCommand())
	return cmd
}

// figureFlags are the flags that all figures have.
type figureFlags struct {
	out, width, height string
	force              bool
}

func (f *figureFlags) register(flags *pflag.FlagSet, height string) {
	onceVar(flags, &f.out, "out", "", "`NAME` of the figure: NAME.png and NAME.svg, or one of them if NAME ends so")
	onceVar(flags, &f.width, "width", "18", "width of the figure in `CM`, 6 to 100")
	onceVar(flags, &f.height, "height", height, "height of each panel in `CM`, 1 to 100 (default by what it shows)")
	flags.BoolVar(&f.force, "force", false, "replace existing files")
}

// size reads the lengths.
func (f *figureFlags) size() (s figure.Size, err error) {
	wrong := &experiment.InputError{}
	for _, side := range []struct {
		name, text string
		value      *float64
	}{{"width", f.width, &s.WidthCM}, {"height", f.height, &s.HeightCM}} {
		if side.text == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSuffix(side.text, "cm"), 64)
		if err != nil || v == 0 {
			wrong.Problems = append(wrong.Problems, fmt.Sprintf("%s: %q, want a number of cm such as 12", side.name, side.text))
			continue
		}
		*side.value = v
	}
	if len(wrong.Problems) > 0 {
		return s, wrong
	}
	if err := s.Validate(); err != nil {
		return s, experiment.Inputf("%v", err)
	}
	return s, nil
}

// files are the names that --out asks for; "" stands for a format that it does
// not. Files that exist are refused unless --force is given, and
// inputs even then.
func (f *figureFlags) files(inputs ...string) (png, svg string, err error) {
	switch ext := strings.ToLower(filepath.Ext(f.out)); {
	case f.out == "":
		return "", "", experiment.Inputf("out: is missing, want the name of the figure, such as --out raster")
	case ext == ".png":
		png = f.out
	case ext == ".svg":
		svg = f.out
	default:
		png, svg = f.out+".png", f.out+".svg"
	}
	for _, name := range []string{png, svg} {
		if err := wantOutput("out", name, f.force, inputs...); err != nil {
			return "", "", err
		}
	}
	return png, svg, nil
}

// draw writes the figure that the function draws.
func (f *figureFlags) draw(figure func(png, svg io.Writer) error) error {
	pngName, svgName, err := f.files()
	if err != nil {
		return err
	}
	var png, svg bytes.Buffer
	writers := [2]io.Writer{&png, &svg}
	if pngName == "" {
		writers[0] = nil
	}
	if svgName == "" {
		writers[1] = nil
	}
	if err := figure(writers[0], writers[1]); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		b    []byte
	}{{pngName, png.Bytes()}, {svgName, svg.Bytes()}} {
		if file.name == "" {
			continue
		}
		if err := writeBytes(file.name, file.b); err != nil {
			return err
		}
	}
	return nil
}
