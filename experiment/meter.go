package experiment

import "sync"

// Meter takes the progress of one seed. Its zero value is ready; a nil Meter
// ignores everything. Set costs a lock without contention, some 20 ns: call it
// a few times a model second, not every step.
type Meter struct {
	mu    sync.Mutex
	state meterState
}

// meterState is what a display reads.
type meterState struct {
	model, total float64 // s
	note         string
	finished     bool
}

// Set reports the model time reached and the model time of the whole run, in
// seconds, with a short note such as "epoch 12 of 500, cost 2.71".
func (m *Meter) Set(modelSeconds, totalModelSeconds float64, note string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.state.model, m.state.total, m.state.note = modelSeconds, totalModelSeconds, note
	m.mu.Unlock()
}

// ModelSeconds is the model time last reported, in seconds.
func (m *Meter) ModelSeconds() float64 { return m.read().model }

func (m *Meter) read() meterState {
	if m == nil {
		return meterState{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

func (m *Meter) finish() {
	m.mu.Lock()
	m.state.finished = true
	m.mu.Unlock()
}
