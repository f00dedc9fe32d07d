// Package information measures how much of known input signals is in the
// streams that demultiplexing takes out of spikes: event rate, burst rate, burst
// fraction and firing rate. It has spectra and coherence, lower bounds of mutual
// information, the gain of multiplexing over a rate code, virtual synapses with
// short-term plasticity that read recorded spikes, and mutual information of
// counts.
//
// # From spikes to bits
//
// Spikes become events ([analysis.Detector]), events become counts in bins of
// equal length ([Bins]), and counts become streams ([Bins.Rate], [Bins.Fraction]).
// Signals are averaged over the same bins ([Grid.Mean]). An [Estimator] turns
// series into spectra, a pair of spectra gives a [Coherence], and one output with
// the inputs it may carry gives a [Bound]. [Measure] does all of it.
//
// The bound is that of a linear decoder, the best of which leaves the part
// 1−γ² of an input's power unexplained at each frequency (γ²: magnitude-squared
// coherence). If the input is Gaussian,
//
//	I ≥ −∫₀^fc log₂(1−γ²(f)) df   bit/s
//
// (Rieke et al. 1997, "Spikes"; Borst & Theunissen 1999, doi 10.1038/14731). An
// input that is not Gaussian has less entropy than its power allows; the number
// is then a measure of linear prediction and no bound.
//
// Multiplexing with bursts: Naud & Sprekeler 2018 (doi 10.1073/pnas.1720995115);
// Williams et al. 2021 (doi 10.1038/s41598-021-95037-z).
package information
