package experiment

import "slices"

const (
	manifestName  = "manifest.json"
	metricsName   = "metrics.json"
	summaryName   = "summary.json"
	partialSuffix = ".partial"
)

// StandardFiles lists the data files any experiment may leave in its
// directory. A file that is not complete carries ".partial" after its name.
func StandardFiles() []string {
	return []string{metricsName, "spikes.arrow", "events.arrow", "rates.arrow",
		"populations.arrow", "weights.arrow", "states.arrow"}
}

// outputNames are the data files this experiment may write.
func (e *Experiment) outputNames() []string {
	return slices.Concat(StandardFiles(), e.Files)
}
