package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/apical-sim/apical/io/dataset"
	"github.com/spf13/cobra"
)

func (a *app) dataInspectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect NAME|DIR",
		Short: "Show what a data set holds, after reading all of it",
		Long: `Shows how many images of each class a data set has, the mean and the standard
deviation of its pixels, from 0 to 1, by which inputs are standardised, and its
first images. A class with less than a tenth of an equal share of the training images
is pointed out: a label may be damaged.`,
		Example: "  apical data inspect mnist",
		Args:    wantArgs(1, 1, "NAME|DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := dataset.Load(args[0])
			if err != nil {
				return dataError(err)
			}
			w := bufio.NewWriter(a.out)
			inspectData(w, d)
			return w.Flush()
		},
	}
}

// inspectData writes what is in a data set. Errors are those of Flush.
func inspectData(w *bufio.Writer, d *dataset.Data) {
	fmt.Fprintf(w, "%s\n%s\n%.1f MB of %s files\n\n", d.Path, describeData(d), float64(d.Bytes)/1e6, d.Format)
	countsTable(w, d)
	fewImages(w, &d.Train)
	fmt.Fprintln(w)
	momentsTable(w, d)
	if d.Train.Channels == 1 {
		fmt.Fprintln(w)
		pictures(w, &d.Train)
	}
}

// countsTable has a row a class.
func countsTable(w io.Writer, d *dataset.Data) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "class\ttraining\ttest\t\n")
	test := d.Test.ClassCounts()
	for class, n := range d.Train.ClassCounts() {
		fmt.Fprintf(t, "%d\t%d\t%d\t\n", class, n, test[class])
	}
	_ = t.Flush() // into a buffer
}

// fewImages points out classes with less than a tenth of an equal share of the images: a
// damaged label may make a class of its own.
func fewImages(w io.Writer, s *dataset.Set) {
	for class, n := range s.ClassCounts() {
		if 10*n*s.Classes < s.Count {
			fmt.Fprintf(w, "class %d has very few training images, %d of %d: see whether labels are right\n", class, n, s.Count)
		}
	}
}

// momentsTable has a row a channel.
func momentsTable(w io.Writer, d *dataset.Data) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "channel\tmean\tsd\ttest mean\ttest sd\t\n")
	test := d.Test.Moments()
	for c, m := range d.Train.Moments() {
		fmt.Fprintf(t, "%d\t%.4f\t%.4f\t%.4f\t%.4f\t\n", c, m.Mean, m.SD, test[c].Mean, test[c].SD)
	}
	_ = t.Flush() // into a buffer
}

// shades are five steps from 0 to 255.
var shades = [...]string{" ", "░", "▒", "▓", "█"}

// picturesWidth is the most columns that images take.
const picturesWidth = 78

// pictures draws the first images side by side. A character is about twice as high as
// wide, so it stands for two pixels, one above the other.
func pictures(w io.Writer, s *dataset.Set) {
	n := min((picturesWidth+2)/(s.Width+2), s.Count)
	for y := 0; n > 0 && y < s.Height; y += 2 {
		var line strings.Builder
		for i := range n {
			if i > 0 {
				line.WriteString("  ")
			}
			image := s.Image(i)
			for x := range s.Width {
				upper := int(image[y*s.Width+x])
				lower := upper
				if y+1 < s.Height {
					lower = int(image[(y+1)*s.Width+x])
				}
				line.WriteString(shades[(upper+lower)*len(shades)/(2*256)])
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
