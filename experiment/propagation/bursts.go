package propagation

import (
	"fmt"
	"strings"

	"github.com/apical-sim/apical/sim"
)

// offlineWindow is the longest interval within a burst by the rule of off-line
// analysis, steps: 16 ms.
const offlineWindow = int64(16 / sim.DefaultDtMS)

// BurstStructure is what the bursts of pyr1 during stimulation look like, by the
// rule of off-line analysis: spikes at most 16 ms apart belong together. Nil
// where there was no burst.
type BurstStructure struct {
	Bursts         int64    `json:"bursts"`
	SpikesPerBurst *float64 `json:"spikes_per_burst"`
	ISIMeanMS      *float64 `json:"isi_mean_ms"`
	ISIMedianMS    *float64 `json:"isi_median_ms"`
}

// burstStructure gathers it from spikes as they come. Those before from do not
// exist for it, as in the analysis of a raster that begins there.
type burstStructure struct {
	from   int64
	last   []int64 // of each neuron, -1 before its first
	inside []bool  // the last spike had another within the window before it
	bursts int64
	isi    [offlineWindow + 1]int64 // intervals within bursts, by length
}

func newBurstStructure(neurons int, from int64) *burstStructure {
	s := &burstStructure{from: from, last: make([]int64, neurons), inside: make([]bool, neurons)}
	for i := range s.last {
		s.last[i] = -1
	}
	return s
}

// Record implements sim.SpikeRecorder.
func (s *burstStructure) Record(step int64, _ int, neurons []uint32) error {
	if step < s.from {
		return nil
	}
	for _, i := range neurons {
		interval := step - s.last[i]
		together := s.last[i] >= 0 && interval <= offlineWindow
		if together {
			s.isi[interval]++
			if !s.inside[i] {
				s.bursts++
			}
		}
		s.last[i], s.inside[i] = step, together
	}
	return nil
}

func (s *burstStructure) summary() BurstStructure {
	var count, sum int64
	for interval, n := range s.isi {
		count += n
		sum += n * int64(interval)
	}
	if count == 0 {
		return BurstStructure{}
	}
	perBurst := 1 + float64(count)/float64(s.bursts)
	mean := sim.DefaultDtMS * float64(sum) / float64(count)
	median := sim.DefaultDtMS * (float64(s.ranked((count-1)/2)) + float64(s.ranked(count/2))) / 2
	return BurstStructure{Bursts: s.bursts, SpikesPerBurst: &perBurst, ISIMeanMS: &mean, ISIMedianMS: &median}
}

// ranked returns the interval, steps, that has so many before it in order.
func (s *burstStructure) ranked(rank int64) int {
	interval := 0
	for below := s.isi[0]; below <= rank; below += s.isi[interval] {
		interval++
	}
	return interval
}

// What the rasters of the figure show.
const (
	rasterNeurons = 25
	rasterSeconds = 2
)

// Raster holds what some neurons did in the first seconds of the stimulation, by
// the rule of off-line analysis.
type Raster struct {
	Neurons     int                    `json:"neurons"`
	FromS       float64                `json:"from_s"`
	ToS         float64                `json:"to_s"`
	Populations map[string]RasterMarks `json:"populations"`
}

// RasterMarks lists spikes as "step:neuron", separated by spaces: those that open
// a singlet or a burst, and those that continue a burst.
type RasterMarks struct {
	Events string `json:"events"`
	Bursts string `json:"bursts"`
}

// rasters gathers them from the spikes of pyr1 and pyr2 as they come.
type rasters struct {
	neurons  uint32
	from, to int64 // steps
	// By index of the population in the network.
	last  [2][rasterNeurons]int64 // spike of each neuron
	marks [2]struct{ events, bursts strings.Builder }
}

func newRasters(neurons int, t timing) *rasters {
	r := &rasters{neurons: uint32(min(neurons, rasterNeurons)), from: t.stimulus, to: t.rasterEnd()}
	for p := range r.last {
		for i := range r.last[p] {
			r.last[p][i] = -1 - offlineWindow
		}
	}
	return r
}

// Record implements sim.SpikeRecorder.
func (r *rasters) Record(step int64, population int, neurons []uint32) error {
	if step >= r.to {
		return nil
	}
	for _, i := range neurons {
		if i >= r.neurons {
			break // they ascend
		}
		to := &r.marks[population].events
		if step-r.last[population][i] <= offlineWindow {
			to = &r.marks[population].bursts
		}
		if r.last[population][i] = step; step >= r.from {
			fmt.Fprintf(to, " %d:%d", step, i)
		}
	}
	return nil
}

func (r *rasters) result(stepsPerSecond int64) Raster {
	out := Raster{
		Neurons: int(r.neurons), FromS: float64(r.from) / float64(stepsPerSecond),
		ToS: float64(r.to) / float64(stepsPerSecond), Populations: map[string]RasterMarks{},
	}
	for p, name := range []string{pyr1, pyr2} {
		m := &r.marks[p]
		out.Populations[name] = RasterMarks{
			Events: strings.TrimPrefix(m.events.String(), " "), Bursts: strings.TrimPrefix(m.bursts.String(), " "),
		}
	}
	return out
}
