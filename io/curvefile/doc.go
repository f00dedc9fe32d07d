// Package curvefile writes and reads learning curves: how well a network of rates
// classifies, and how well credit is assigned in it, epoch by epoch.
//
// A file is an Arrow table as those of io/spikefile are, with the same rules: it is
// NAME.partial until it is complete, `apical repair` makes a complete file of one that
// was cut short, and the same run gives the same bytes. It is one tidy table. A row is
// an epoch, a split of the data and a layer:
//
//	epoch  int64                 epochs of training before the measurement; 0 is the start
//	split  dictionary<utf8>      whose examples were shown: train, test
//	layer  dictionary<utf8>      hidden1, hidden2, … output; or layers together:
//	                             hidden (those that are hidden), network (all)
//
// and has a column for each [Measure], null where the measure is not defined or was
// not taken. So in pandas
//
//	c = pandas.read_feather("curves.arrow")
//	c[(c.layer == "network") & (c.split == "test")].plot("epoch", "error_pct")
//	c.pivot_table(index="epoch", columns="layer", values="delta_deg", observed=True).plot()
//
// and in R
//
//	c <- arrow::read_feather("curves.arrow")
//	ggplot(subset(c, !is.na(delta_deg)), aes(epoch, delta_deg, colour = layer)) + geom_line()
//
// Numbers have no checksum: what is damaged so that it is no table any more, or one of
// other layers, splits or epochs, is refused by [Read], but not a number that became
// another. The hashes of the files of a run, by which copies can be compared, are in its
// manifest.
package curvefile
