// Package spikefile writes, reads, repairs and describes the columnar files
// that a simulation leaves behind: spikes, population rates, weight summaries
// and sampled states.
//
// # Byte layout
//
// Every table is one Arrow IPC file (also known as Feather V2), so that pandas,
// Polars, R and DuckDB read it without this package:
//
//	"ARROW1\0\0"                 8 bytes
//	schema message               column names, types, units, run metadata
//	dictionary message(s)        every population name, written up front
//	record batch, 0 rows         forces the three parts above onto the disk when
//	                             the file is created
//	record batch, <= BatchRows   repeated; each is complete in itself
//	FF FF FF FF 00 00 00 00      end of stream, so that a reader which skips the
//	                             first 8 bytes can read the file as a stream
//	footer                       offsets of all batches
//	footer length                4 bytes, little endian
//	"ARROW1"                     6 bytes; a file without them is incomplete
//
// A writer works on NAME.partial and renames it to NAME only after the footer
// is on the disk and the file's structure has been read back. A file that has
// its final name is therefore complete. A file that lost its end, to a killed
// process or a full disk, keeps every batch that was finished, and [Repair]
// writes those into a complete file.
//
// The end-of-stream mark is written here because the Arrow library of this
// version leaves it out; the read-back exists because that library drops the
// errors of its own compressors.
//
// # The spike table
//
//	time_s      float64                   step/steps_per_second, unit s
//	step        int64                     unit dt
//	neuron      uint32                    index within its population, from 0
//	population  dictionary<int16, utf8>   names in the order of [Meta.Populations]
//
// Rows are ordered by step, then population, then neuron. Seconds are always
// step divided by steps per second, never step times dt, which would give
// 0.19990000000000002 where 0.1999 is meant. The schema metadata names the
// run: see [Meta]. No column and no key holds a wall-clock time or a number of
// workers: the same records, flushed at the same places, give the same bytes.
// Flushing ends a batch early, so the places of [Writer.Flush] are part of the
// bytes while the rows read back are the same.
//
// # Cost
//
// [Writer.Record] copies into a column buffer and allocates nothing; encoding
// and writing happen on one goroutine per [Writer], over three recycled buffers
// of BatchRows rows (22 bytes a row, 4.3 MB by default), however long the run.
// When the disk is slower than the simulation, Record waits. The ZSTD codec
// keeps about 20 MB of encoder state for each open file; LZ4 nearly none.
package spikefile
