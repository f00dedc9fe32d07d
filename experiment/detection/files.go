package detection

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"github.com/apical-sim/apical/experiment"
	"github.com/apical-sim/apical/io/newfile"
	"github.com/apical-sim/apical/io/spikefile"
)

// Names of the files beyond the standard ones.
const (
	trialsCSV   = "trials.csv"
	trialsArrow = "trials.arrow"
	truthName   = "truth.arrow"
)

// write leaves the recording in the run's directory: the spikes and the trials as a
// laboratory would, and apart from them what was planted in each cell.
func (r *recording) write(run *experiment.Run) error {
	codec, err := spikefile.ParseCodec(run.Codec)
	if err != nil {
		return err
	}
	m := run.Meta()
	meta := spikefile.Meta{Version: m.Version, Revision: m.Revision, Seed: m.Seed, StepsPerSecond: stepsPerSecond,
		BurstISISeconds: float64(r.firing.threshold) / stepsPerSecond, Config: m.Config, Extra: m.Extra,
		Populations: []spikefile.Population{{Name: population, Size: len(r.cells)}}}
	opt := spikefile.Options{Codec: codec}
	if err := r.writeSpikes(run, meta, opt); err != nil {
		return err
	}
	if err := spikefile.WriteResults(run.Path(trialsArrow), "trials", meta, r.trialColumns(), opt); err != nil {
		return err
	}
	if err := spikefile.WriteResults(run.Path(truthName), "truth", meta, r.truthColumns(), opt); err != nil {
		return err
	}
	return r.writeCSV(run.Path(trialsCSV))
}

// writeSpikes writes spikes.arrow, without spikes if nobody wants them.
func (r *recording) writeSpikes(run *experiment.Run, meta spikefile.Meta, opt spikefile.Options) error {
	const name = "spikes.arrow"
	w, err := spikefile.Create(run.Path(name), meta, opt)
	if err != nil {
		return err
	}
	if run.Record.Wants(population) {
		var stretches []experiment.Stretch
		for _, s := range r.windows {
			stretches = append(stretches, experiment.Stretch{FromS: float64(s.From) / stepsPerSecond, UntilS: float64(s.To) / stepsPerSecond})
		}
		run.SetRecorded(name, stretches)
		neuron := make([]uint32, 1)
		for _, s := range r.spikes {
			neuron[0] = s.neuron
			if err := w.Record(s.step, 0, neuron); err != nil {
				break // Close returns it
			}
		}
	}
	run.Count("spikes_recorded", w.Rows())
	return w.Close()
}

// trialColumns is what is known of the trials: a row each.
func (r *recording) trialColumns() []spikefile.ResultColumn {
	onset := spikefile.ResultColumn{Name: "onset_s", Unit: "s", What: "of the stimulation, or where it would have been", Numbers: []float64{}}
	stimulus := spikefile.ResultColumn{Name: "stimulus_ua", Unit: "uA", What: "intensity, 0 in a catch trial", Numbers: []float64{}}
	kind := spikefile.ResultColumn{Name: "condition", Names: []string{stimulated, catch}, Index: []int16{}}
	ends := spikefile.ResultColumn{Name: "outcome", Names: []string{}, Index: []int16{}}
	for o := hit; o <= falseAlarm; o++ {
		ends.Names = append(ends.Names, o.String())
	}
	number := spikefile.ResultColumn{Name: "session", Unit: "1", What: "from 1", Counts: []int64{}}
	for _, t := range r.trials {
		onset.Numbers = append(onset.Numbers, float64(t.onset)/stepsPerSecond)
		stimulus.Numbers = append(stimulus.Numbers, t.microamps)
		kind.Index = append(kind.Index, int16(slices.Index(kind.Names, t.condition())))
		ends.Index = append(ends.Index, int16(t.outcome))
		number.Counts = append(number.Counts, int64(t.session)+1)
	}
	return []spikefile.ResultColumn{onset, stimulus, kind, ends, number}
}

// truthColumns is what was planted in the cells: a row each.
func (r *recording) truthColumns() []spikefile.ResultColumn {
	neuron := spikefile.ResultColumn{Name: "neuron", Unit: "1", What: "index within its population, from 0", Counts: []int64{}}
	planted := spikefile.ResultColumn{Name: "class", What: "what responds to the stimulation", Names: []string{}, Index: []int16{}}
	for k := range classes {
		planted.Names = append(planted.Names, k.String())
	}
	rate := spikefile.ResultColumn{Name: "baseline_event_rate_hz", Unit: "Hz", Numbers: []float64{}}
	for i, c := range r.cells {
		neuron.Counts = append(neuron.Counts, int64(i))
		planted.Index = append(planted.Index, int16(c.class))
		rate.Numbers = append(rate.Numbers, c.rate*stepsPerSecond)
	}
	return []spikefile.ResultColumn{neuron, planted, rate}
}

// writeCSV writes the trials as text, beside its final name, and renames it.
func (r *recording) writeCSV(path string) error {
	rows := [][]string{{"onset_s", "stimulus_ua", "condition", "outcome", "session"}}
	for _, t := range r.trials {
		rows = append(rows, []string{
			strconv.FormatFloat(float64(t.onset)/stepsPerSecond, 'f', -1, 64),
			strconv.FormatFloat(t.microamps, 'f', -1, 64), t.condition(), t.outcome.String(), strconv.Itoa(t.session + 1)})
	}
	return newfile.Write(path, ".partial", func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
}
