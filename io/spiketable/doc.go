// Package spiketable opens spike files as sources of package analysis: those of
// apical, and anybody's tables with a column of times and one of neurons.
//
// A [Table] gives the spikes in the order of time, batch by batch, restricted to
// the populations and the recorded windows that [Options] choose. It can be read
// more than once: see [Table.Rewind]. What had to be assumed, rounded or left out
// is counted in [Table.Warnings]; what cannot be used is an error that names the
// row and the value.
//
// # Files
//
//	spikes.arrow of apical   says itself all that a recording is
//	Arrow IPC files          also known as Feather V2; streams kept in a file too
//	Parquet                  flat columns; not encrypted
//	text                     between commas, semicolons, tabs or blanks; a header is
//	                         optional, lines that begin with # are comments
//
// The first bytes tell which it is, not the name. Columns are guessed from their
// names, and so is the unit of times.
//
// # Times
//
// Times become whole steps, the nearest, with halves away from 0. Integers are
// converted exactly. A time counts as rounded if it is more than a thousandth of a
// step from one, which seconds that were made of steps never are, in whichever way
// they were made. Of two spikes of a neuron in one step one is left out.
//
// # Neurons
//
// Neurons and populations are integers or names. The neurons of a population are
// numbered from 0: by their own number if its size is given and all are below it,
// else in the order of their numbers or names, which [Table.Names] keeps. Without
// a size those that never spiked are unknown.
//
// # Cost
//
// A file of apical is read once, or twice if nothing says for how long was
// recorded. Any other is read once by [Open], to learn what is in it, and once
// more for the spikes; it takes memory for one batch and for what neurons are
// called. A file that is not in the order of time, such as one by neuron, is sorted
// in memory, at 16 bytes a spike, up to Options.MaxSorted spikes.
//
// # How long was recorded
//
// Spikes alone do not tell for how long was recorded, and a rate divides by that
// time. In this order, the first that is known counts: Options.Windows; what the
// manifest.json beside a file says, which apical writes into the directory of a
// run; from the beginning to one step beyond the last spike, with a warning.
// Options.FromS and UntilS cut what is known of the manifest, and replace what
// nothing is known of. Spikes outside of the windows are left out.
//
// A recording has one list of windows for all its populations. Populations that
// were recorded at different times cannot be read together, since rates of some
// would be too low by the time in which they were not recorded; one that was
// never recorded is left out, with a warning.
package spiketable
