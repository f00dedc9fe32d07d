// Package benchmarks measures apical from outside: a step of each neuron
// model, an event of each kind of synapse and rule, the writing of spikes, whole
// networks (package networks), how their costs grow with their size (drawn by
// command growth), and minibatches of deep rate networks. README.md says what each
// is and what was measured. Run it with
//
//	go test -run '^$' -bench . ./benchmarks
//
// Each benchmark reports what its users wait for: ns/update (one neuron, one
// step), ns/event (one synapse, one spike), events/s, model-s/s, CPU-s/model-s,
// and B/synapse. Command xorsecond is what .ci/guard counts the instructions of.
package benchmarks
