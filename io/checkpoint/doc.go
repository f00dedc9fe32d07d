// Package checkpoint keeps what a network of rates has learned, so that training can
// go on after an epoch as if it had never stopped: with the same bits.
//
// A file is an Arrow table as those of io/spikefile are, so that any reader opens it.
// A row is an element of a tensor:
//
//	layer        dictionary<utf8>   hidden1, hidden2, … output
//	tensor       dictionary<utf8>   weights, biases, feedback, …
//	row          int64              unit, or channel, that it leads to
//	column       int64              unit that it comes from, or weight of a kernel
//	value        float64            exactly as in memory
//	last_change  float64            of the value, which momentum is made of; null where
//	                                the tensor keeps none
//
// Tensors follow each other whole, row by row. The schema metadata has, beside the keys
// of [spikefile.Meta]: epoch, the epochs that were completed; tensors, the shape of
// each in the order of the file; record, what the program that trains has kept for itself,
// in JSON; and state_sha256, the hash of seed, epoch, configuration, record and the values
// of each tensor with its last changes, which [Load] compares. In pandas the weights of a layer are
//
//	c = pandas.read_feather("checkpoint.arrow")
//	w = c[(c.layer == "hidden1") & (c.tensor == "weights")].pivot(index="row", columns="column", values="value")
//
// A file is written beside its name, which it gets when it is complete and on the disk,
// as the rename of one file replaces the checkpoint before: whenever a run is killed,
// there is one that is whole. One that was damaged later cannot be continued: `apical
// repair` gives back complete batches of it, to look at, and [Load] refuses these.
package checkpoint
