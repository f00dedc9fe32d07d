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
	model, total float64 // s, or units
	unit         string  // what is counted instead of model seconds, in the plural
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

// Count reports what is done of a run that has no model time, and all there is to
// do, in units of which unit is the plural, such as "epochs".
func (m *Meter) Count(done, total float64, unit, note string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.state.model, m.state.total, m.state.unit, m.state.note = done, total, unit, note
	m.mu.Unlock()
}

// ModelSeconds is the model time last reported, in seconds; 0 where something else
// is counted.
func (m *Meter) ModelSeconds() float64 {
	s := m.read()
	if s.unit != "" {
		return 0
	}
	return s.model
}

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
