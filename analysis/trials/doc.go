// Package trials compares what neurons do around the onsets of trials: event
// rate, burst rate, burst fraction and firing rate by condition, and how sure the
// differences are.
//
//	detector, err := analysis.NewDetector(source, criterion, analysis.DetectorOptions{})
//	aligned, err := trials.Align(detector, trials.Design{From: -2000, To: 5000, Bin: 200}, list)
//	sums, err := aligned.Sum(aligned.Population(0))
//	contrast, err := sums.Contrast(ctx, trials.ContrastOptions{A: "hit", B: "miss", Permutations: trials.Resampling{Seed: 1, Draws: 1000}})
//
// Events are told apart on whole trains and then cut into trials. A burst counts
// in the bin of its first spike, where its event does, so that the burst fraction
// of a bin is at most 1. It is a ratio of sums over neurons and trials, and has no
// value (NaN) where there is no event.
//
// Everything random comes from a seed, by the draw's number: results have the
// same bits for any number of goroutines and any order of the trials that are
// given. Permutations exchange conditions within strata only; where there are few
// ways to do so, all are taken, and p values are exact.
package trials
