// Package detection simulates recordings of cortical cells in a detection task and
// asks of the analysis what was put into them.
//
// The task is that in which burst coding was studied in vivo: animals learn to
// report an electrical stimulation of their somatosensory cortex while single cells
// of it are recorded (Naud, Wang, Friedenberger, Payeur, Shin, Béïque, Richards,
// Drüke, Larkum, Doron, "Fast burst fraction transients convey information
// independent of the firing rate", bioRxiv, doi 10.1101/2022.10.07.511138). What
// that study reports in words is planted here: event rate and burst fraction
// respond independently, some cells only in their burst fraction while their firing
// rate stays as it is; misses are followed by bursts; and with training the response
// of the burst fraction comes earlier, until it falls together with that of the event
// rate and sharpens the firing rate. How large and how fast is set by parameters, not
// taken from the study.
//
// No cell is simulated but a point process of known statistics (see [course]), so
// that what an analysis ought to find is known exactly.
package detection

import (
	"context"
	"math"
	"runtime"

	"github.com/apical-sim/apical/experiment"
)

// Experiment returns the protocol.
func Experiment() *experiment.Experiment {
	return &experiment.Experiment{
		Name:  "detection",
		Title: "Recordings of a detection task with known event rates and burst fractions",
		Summary: "Cells are recorded while an animal learns to detect a stimulation whose intensity falls from session to " +
			"session. Their spikes come from a point process: events with a rate, each of which is a burst with a probability; " +
			"both respond to the stimulation, independently, or one of them, or none, and there are cells whose firing rate " +
			"stays constant while their burst fraction changes. Misses are followed by bursts. The recording is then " +
			"analysed without knowledge of any of this, and what is found is compared with what was planted. Files: " +
			"spikes.arrow, trials.csv (the same as trials.arrow), and apart from them truth.arrow.",
		Citation: "in the manner of Naud, Wang, Friedenberger, Payeur, Shin, Béïque, Richards, Drüke, Larkum, Doron (2022), bioRxiv, doi 10.1101/2022.10.07.511138",
		Params:   params(),
		Presets: []experiment.Preset{
			{Name: "null", Doc: "nothing responds to anything: what is found is found by chance", Set: map[string]string{
				"event_effect": "0", "burst_effect": "0", "error_effect": "0"}},
			{Name: "overlapping", Doc: "intervals within bursts exceed the threshold now and then, which splits bursts", Set: map[string]string{
				"burst_interval_max": "50ms"}},
			{Name: "quick", Doc: "a glance: 16 cells, 3 sessions", Set: map[string]string{"cells": "16", "sessions": "3"}},
		},
		Record: experiment.Recordable{Populations: []string{population}, Default: population},
		Files:  []string{trialsCSV, trialsArrow, truthName},
		Headline: []string{"effects", "classes.correct", "classes.firing_rate", "classes.burst_fraction", "training.event_error_s",
			"training.burst_error_s", "training.burst_shift_s", "training.sharpening", "errors.late", "decoding.constant_rate.gain", "decoding.all.gain"},
		Figure: experiment.FigureOf(figure),
		Expect: expect,
		Verify: []experiment.Verification{{Seeds: "1..5", Takes: "15 s on two cores"},
			{Name: "overlapping", Preset: "overlapping", Seeds: "1..5", Takes: "15 s on two cores"},
			{Name: "null", Preset: "null", Seeds: "1..20", Takes: "1 min on two cores"}},
		Check: check,
		Run:   run,
	}
}

func params() []experiment.Param {
	number, positive := experiment.NumberWithin, experiment.NumberAboveZero
	integer := func(key string, value, low, high int, doc string) experiment.Param {
		return experiment.Param{Key: key, Kind: experiment.Integer, Default: value, Min: float64(low), Max: float64(high), Doc: doc}
	}
	return []experiment.Param{
		integer("cells", 40, 1, 10_000, "recorded cells, all of them in every trial"),
		integer("sessions", 5, 1, 100, "of training"),
		integer("trials", 100, 2, 10_000, "in a session"),
		number("catch_fraction", "", 0.4, 0, 0.9, "probability of a trial without stimulation"),
		number("trial_interval", "s", 4, 1, 100, "least time between two stimulations"),
		number("trial_jitter", "s", 1, 0, 100, "what is added to it at most, uniformly"),

		positive("intensity_first", "uA", 160, 1e6, "stimulation in the first session; geometric in between"),
		positive("intensity_last", "uA", 5, 1e6, "stimulation in the last session"),
		positive("threshold_first", "uA", 160, 1e6, "intensity that is detected half of the time, in the first session"),
		positive("threshold_last", "uA", 2.5, 1e6, "the same in the last session"),
		number("psychometric_slope", "", 1, 0, 100, "how much an octave of intensity shifts the decision, standard deviations of its noise"),
		{Key: "false_alarm_rate", Kind: experiment.Number, Default: 0.15, Min: 0, Max: 1, OpenMin: true, OpenMax: true, Doc: "probability of an answer in a catch trial"},

		number("fraction_both", "", 0.25, 0, 1, "of the cells: event rate and burst fraction respond"),
		number("fraction_event_rate", "", 0.25, 0, 1, "of the cells: only the event rate responds"),
		number("fraction_burst_fraction", "", 0.25, 0, 1, "of the cells: only the burst fraction responds, at a constant firing rate"),

		positive("baseline_event_rate", "Hz", 5, 200, "geometric mean over cells"),
		number("rate_ratio", "", 3, 1, 100, "greatest baseline event rate over the least; log-uniform in between"),
		number("baseline_burst_fraction", "", 0.2, 0, 1, "probability that an event is a burst"),
		number("event_effect", "", 1, -1, 20, "what the response adds to the event rate at its height, in multiples of the baseline"),
		positive("event_latency", "ms", 30, 10_000, "from the stimulation to the beginning of the event-rate response"),
		number("event_duration", "ms", 150, 0, 10_000, "of the event-rate response at its full height"),
		number("burst_effect", "", 0.35, -1, 1, "what the response adds to the burst fraction at its height"),
		positive("burst_latency_first", "ms", 350, 10_000, "from the stimulation to the beginning of the burst-fraction response, in the first session"),
		positive("burst_latency_last", "ms", 30, 10_000, "the same in the last session"),
		number("burst_duration", "ms", 150, 0, 10_000, "of the burst-fraction response at its full height"),
		number("naive_effect", "", 0.6, 0, 1, "effects of the first session as a part of those of the last; linear in between"),
		number("miss_event_ratio", "", 0.8, 0, 10, "event-rate response of misses over that of hits"),
		number("miss_burst_ratio", "", 0.5, 0, 10, "burst-fraction response of misses over that of hits"),
		number("error_effect", "", 0.2, -1, 1, "what a miss adds to the burst fraction, later, of cells whose burst fraction responds"),
		positive("error_latency", "ms", 800, 10_000, "from the stimulation to the beginning of that"),
		number("error_duration", "ms", 250, 0, 10_000, "of it at its full height"),

		number("spikes_per_burst", "", 2.5, 2, 20, "mean number; what exceeds two is geometric"),
		positive("interval_shape", "", 1.5, 100, "shape of the gamma distribution of intervals within bursts"),
		positive("interval_mean", "ms", 10, 1000, "its mean, before intervals that are too short or too long are left out"),
		positive("burst_refractory", "ms", 2, 100, "least interval within a burst"),
		positive("burst_interval_max", "ms", 16, 100, "greatest interval within a burst; beyond burst_isi, bursts are split by the analysis"),
		positive("event_refractory", "ms", 20, 1000, "least interval between the last spike of an event and the next event, above burst_isi"),

		positive("burst_isi", "ms", 16, 1000, "analysis: longest interval that it takes for one within a burst"),
		positive("bin", "ms", 20, 1000, "analysis: bin of the courses in time; divides 1s and response_window"),
		positive("response_window", "ms", 600, 10_000, "analysis: after the stimulation, in which cells are tested and trials decoded"),
		{Key: "level", Kind: experiment.Number, Default: 0.05, Min: 0, Max: 1, OpenMin: true, OpenMax: true, Doc: "analysis: of significance, and false discovery rate of the cells called responsive"},
		integer("permutations", 1000, 1, 1_000_000, "analysis: of contrasts and of cells"),
		integer("decode_permutations", 200, 1, 1_000_000, "analysis: of what is decoded"),
	}
}

// newFiring returns the law of the spikes of all cells.
func newFiring(v *experiment.Values) firing {
	ms := func(key string) float64 { return v.Float(key) * stepsPerSecond / 1000 }
	whole := func(key string) int { return int(math.Round(ms(key))) }
	return firing{
		intervals: newIntervals(v.Float("interval_shape"), ms("interval_mean")/v.Float("interval_shape"),
			whole("burst_refractory"), whole("burst_interval_max")),
		// m = 1 + 1/(1−c)
		goesOn:    1 - 1/(v.Float("spikes_per_burst")-1),
		silence:   whole("event_refractory"),
		threshold: whole("burst_isi"),
	}
}

// check refuses values that do not go together.
func check(v *experiment.Values) error {
	for _, key := range []string{"burst_refractory", "burst_interval_max", "event_refractory", "burst_isi", "bin", "response_window"} {
		if n := v.Float(key) * stepsPerSecond / 1000; math.Abs(n-math.Round(n)) > 1e-9*n {
			return experiment.Inputf("%s: %s, want a multiple of 0.1ms", key, v.Text(key))
		}
	}
	if v.Float("burst_interval_max") <= v.Float("burst_refractory") {
		return experiment.Inputf("burst_interval_max: %s, want more than burst_refractory (%s)", v.Text("burst_interval_max"), v.Text("burst_refractory"))
	}
	if v.Float("event_refractory") <= v.Float("burst_isi") {
		return experiment.Inputf("event_refractory: %s, want more than burst_isi (%s): else two events are taken for a burst",
			v.Text("event_refractory"), v.Text("burst_isi"))
	}
	if bin := steps(v.Float("bin") / 1000); steps(lead)%bin != 0 || steps(v.Float("response_window")/1000)%bin != 0 {
		return experiment.Inputf("bin: %s, want one that divides %gs and response_window (%s)", v.Text("bin"), lead, v.Text("response_window"))
	}
	if v.Float("response_window")/1000 > v.Float("trial_interval")-lead {
		return experiment.Inputf("response_window: %s, want it within the trial: at most %gs", v.Text("response_window"), v.Float("trial_interval")-lead)
	}
	if sum := v.Float("fraction_both") + v.Float("fraction_event_rate") + v.Float("fraction_burst_fraction"); sum > 1+1e-9 {
		return experiment.Inputf("fraction_both, fraction_event_rate and fraction_burst_fraction: %g together, want at most 1", sum)
	}
	f := newFiring(v)
	sessions := newSessions(v)
	for _, s := range sessions {
		for _, o := range []outcome{hit, miss} {
			if err := checkResponses(v, &f, newResponses(v, s, o)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkResponses refuses responses that do not fit into a trial, burst fractions
// that are none, and event rates that leave no time.
func checkResponses(v *experiment.Values, f *firing, r responses) error {
	if need := lead + float64(r.length())/stepsPerSecond; need > v.Float("trial_interval") {
		return experiment.Inputf("trial_interval: %s, want at least %gs: %gs before the stimulation, the responses, and %gs after",
			v.Text("trial_interval"), math.Ceil(need*1000)/1000, lead, settle)
	}
	least, most := r.baseline, r.baseline
	for i := range r.length() {
		t := float64(i) / stepsPerSecond
		p := r.baseline + r.burstStep*r.bursts.at(t) + r.errorStep*r.errors.at(t)
		least, most = min(least, p), max(most, p)
	}
	if least < 0 || most > 1 {
		return experiment.Inputf("baseline_burst_fraction, burst_effect, error_effect: burst fractions of %.3g to %.3g, want 0 to 1", least, most)
	}
	// A mean load of 0.9 leaves room for what the load does while it changes.
	rate := v.Float("baseline_event_rate") * math.Sqrt(v.Float("rate_ratio")) / stepsPerSecond * (1 + max(r.gain, 0))
	if free := f.free(rate, most); free < 0.1 {
		return experiment.Inputf("baseline_event_rate: %s, which responses and rate_ratio make %.3g Hz, want less: events and their silences take %.2g s of each second",
			v.Text("baseline_event_rate"), rate*stepsPerSecond, 1-free)
	}
	return nil
}

// run draws a recording, writes it and analyses it.
func run(ctx context.Context, r *experiment.Run) error {
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	recording, err := newRecording(ctx, r.Values, r.Seed, r.Workers)
	if err != nil {
		return err
	}
	if err := recording.write(r); err != nil {
		return err
	}
	length := float64(recording.windows[len(recording.windows)-1].To) / stepsPerSecond
	r.Progress.Set(length, length, "recorded, analysing")
	m, err := newMeasurement(recording, r.Values, r.Seed).measure(ctx)
	if err != nil {
		return err
	}
	if err := r.Metrics(m); err != nil {
		return err
	}
	return m.print(r.Out)
}
