// Package spiketable opens spike files as sources of package analysis.
//
// A [Table] gives the spikes in the order of time, batch by batch, restricted to
// the populations and the recorded windows that [Options] choose. It can be read
// more than once: see [Table.Rewind].
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
