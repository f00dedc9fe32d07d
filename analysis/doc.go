// Package analysis separates the two messages of a spike train: when events
// happen, and which of them are bursts (demultiplexing; Naud & Sprekeler 2018,
// doi 10.1073/pnas.1720995115; Payeur et al. 2021, doi 10.1038/s41593-021-00857-x).
//
// It knows neither the simulator nor any file. What it takes is a [Source]: the
// spikes of a [Recording], in the order of time, batch by batch, so that a
// recording need not fit into memory. Package io/spiketable opens files as
// sources.
//
// Time is a whole number of steps, as everywhere in apical, because a threshold
// compared in floating-point seconds decides ties by the rounding of the two
// times: of intervals of exactly 160 steps of 0.1 ms, about half would exceed
// 0.016 s.
package analysis
