package spikefile

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apical-sim/apical/analysis"
)

// Derivation says how a file of events or of demultiplexed rates was made from
// spikes. It is stored in the schema metadata under the keys source, burst_rule
// ("interval" or "accumulating"), burst_pre_silence_s, burst_cap_s (0 if there was
// no cap) and windows_s (a list of [from, to] in s); the criterion's ISI is
// burst_isi_s.
type Derivation struct {
	Source    string // name of the spike file
	Criterion analysis.Criterion
	Options   analysis.DetectorOptions
	Windows   []analysis.Window
}

// derived reports whether a table is one that analysis made.
func derived(format string) bool {
	return format == formatEvents || format == formatBursts
}

// derive returns meta with what d says of it, and the further metadata of d.
func (d Derivation) derive(meta Meta) (Meta, []pair, error) {
	if meta.StepsPerSecond <= 0 {
		return meta, nil, fmt.Errorf("spikefile: steps_per_second: %d, want > 0", meta.StepsPerSecond)
	}
	s := func(steps int64) float64 { return float64(steps) / float64(meta.StepsPerSecond) }
	windows := make([][2]float64, len(d.Windows))
	for i, w := range d.Windows {
		windows[i] = [2]float64{s(w.From), s(w.To)}
	}
	list, err := json.Marshal(windows)
	if err != nil {
		return meta, nil, fmt.Errorf("spikefile: windows: %w", err)
	}
	rule := "interval"
	if d.Options.Accumulating {
		rule = "accumulating"
	}
	meta.BurstISISeconds = s(d.Criterion.ISI)
	return meta, []pair{
		{"source", d.Source}, {"burst_rule", rule},
		{"burst_pre_silence_s", formatFloat(s(d.Criterion.PreSilence))},
		{"burst_cap_s", formatFloat(s(d.Options.Cap))},
		{"windows_s", string(list)},
	}, nil
}

// decodeDerivation reads what derive wrote.
func decodeDerivation(md arrow.Metadata, stepsPerSecond int64) (d Derivation, err error) {
	get := func(key string) string {
		if i := md.FindKey(key); i >= 0 {
			return md.Values()[i]
		}
		return ""
	}
	steps := func(key, text string) int64 {
		s, failed := strconv.ParseFloat(text, 64)
		if failed != nil || !(s >= 0) || s*float64(stepsPerSecond) >= 1<<62 {
			err = fmt.Errorf("metadata %s %q, want seconds >= 0", key, text)
			return 0
		}
		return int64(math.Round(s * float64(stepsPerSecond)))
	}
	d.Source = get("source")
	d.Criterion.ISI = steps("burst_isi_s", get("burst_isi_s"))
	d.Criterion.PreSilence = steps("burst_pre_silence_s", get("burst_pre_silence_s"))
	d.Options.Cap = steps("burst_cap_s", get("burst_cap_s"))
	switch rule := get("burst_rule"); rule {
	case "interval":
	case "accumulating":
		d.Options.Accumulating = true
	default:
		return d, fmt.Errorf("metadata burst_rule %q, want interval or accumulating", rule)
	}
	var windows [][2]json.Number
	if bad := json.Unmarshal([]byte(get("windows_s")), &windows); bad != nil {
		return d, fmt.Errorf("metadata windows_s: %v", bad)
	}
	for _, w := range windows {
		d.Windows = append(d.Windows, analysis.Window{From: steps("windows_s", w[0].String()), To: steps("windows_s", w[1].String())})
	}
	return d, err
}
