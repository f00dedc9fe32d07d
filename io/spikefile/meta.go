package spikefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
)

const (
	defaultStepsPerSecond = 10000 // dt = 0.1 ms
	defaultBurstISI       = 0.016 // s
	formatVersion         = 1
	// maxConfigBytes bounds the configuration copied into each file: it is
	// stored twice, in the schema and in the footer.
	maxConfigBytes = 1 << 20
)

// The kinds of table, the values of the metadata key "format".
const (
	formatSpikes  = "apical.spikes"
	formatRates   = "apical.rates"
	formatWeights = "apical.weights"
	formatStates  = "apical.states"
	formatEvents  = "apical.events"
	formatBursts  = "apical.burst_rates"

	// Those of networks of rates, which know neither steps nor populations.
	formatCurves     = "apical.curves"
	formatCheckpoint = "apical.checkpoint"
)

// timeless tells the tables that have no steps and no populations.
func timeless(format string) bool { return format == formatCurves || format == formatCheckpoint }

// sortedByTime tells the tables of a simulation, which grow with its time, from
// tables of results, which have an order of their own.
func sortedByTime(format string) bool {
	switch format {
	case formatSpikes, formatRates, formatWeights, formatStates:
		return true
	}
	return false
}

// results reports whether a table is one of results, as [WriteResults] makes them.
func results(format string) bool { return !sortedByTime(format) && !derived(format) }

// Population names a group of neurons and says how many there are.
type Population struct {
	Name string // not empty, unique in a file
	Size int    // neurons, 0 to 4294967295
}

// Meta describes the run that a file comes from. It is stored as strings in
// the file's schema metadata, in this order of keys: format, format_version,
// generator, version, vcs.revision, seed, rng, dt_s, steps_per_second,
// t_start_s, burst_isi_s, burst_tie, sorting, populations, config_sha256,
// config, then those of Extra in ascending order. A rates file, whose bursts
// are counted already, has detector in place of burst_tie. A file that analysis
// made has no seed, rng and t_start_s but the keys of [Derivation]; one of
// results may have source, and has burst_isi_s only if that was set. Curves and
// checkpoints of networks of rates have no times and no populations.
type Meta struct {
	Version  string // the program's version
	Revision string // the source revision it was built from
	Seed     uint64 // the run's seed
	// StepsPerSecond is 1/dt, > 0; 0 means 10000 (dt = 0.1 ms).
	StepsPerSecond int64
	// StartStep is the step at which recording begins, >= 0, in units of dt. A
	// run resumed from saved state sets it.
	StartStep int64
	// BurstISISeconds is the longest interval between two spikes of a burst,
	// inclusive, in s, > 0; 0 means 0.016, and that there is no one threshold in a
	// table of results.
	BurstISISeconds float64
	// Source names the spike file that a table of results is about, under the key of
	// [Derivation.Source]; empty means that it is not stored.
	Source string
	// Detector describes what told the events and bursts of a rates file, as in
	// "accumulating, window 16 ms, lag 0 ms". Only rates files have it; empty
	// means that it is not stored.
	Detector string
	// NeuronIDs are, by population and neuron, what the spike file of others that a
	// file of events, or of rates by neuron, comes from calls its neurons. The file
	// then has the column neuron_id, null where that is the number of the neuron or
	// there is none. They are not read back.
	NeuronIDs [][]string
	// Populations in file order; at most 32767.
	Populations []Population
	// Config is the run's configuration as canonical JSON. It is compacted and
	// hashed; above 1 MiB only the hash is stored.
	Config json.RawMessage
	// ConfigSHA256 is the hash stored with the file, in hexadecimal. Reading
	// fills it in; writing computes it from Config, and copies it only when
	// Config is empty.
	ConfigSHA256 string
	// Extra holds further keys. None may be one of those above.
	Extra map[string]string
}

// populationEntry is the form of a population in the metadata. FirstID is the
// population's first neuron in a numbering over all populations.
type populationEntry struct {
	Name    string `json:"name"`
	FirstID int64  `json:"first_id"`
	Size    int    `json:"size"`
}

// reservedKey reports whether k is a metadata key that Extra must not use.
func reservedKey(k string) bool {
	switch k {
	case "format", "format_version", "generator", "version", "vcs.revision", "seed", "rng",
		"dt_s", "steps_per_second", "t_start_s", "burst_isi_s", "burst_tie", "detector", "sorting",
		"populations", "config_sha256", "config", "projections", "variables",
		"source", "burst_rule", "burst_pre_silence_s", "burst_cap_s", "windows_s",
		"grouping", "groups", "estimate", "burst_placement", "confidence", "dead_time_s":
		return true
	}
	return false
}

// validate fills the defaults of a format and reports every problem at once.
func (m Meta) validate(format string) (Meta, error) {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("spikefile: "+format, a...)) }
	if m.StepsPerSecond == 0 {
		m.StepsPerSecond = defaultStepsPerSecond
	}
	if m.StepsPerSecond < 0 {
		bad("steps_per_second: %d, want > 0", m.StepsPerSecond)
	}
	if m.StartStep < 0 {
		bad("start_step: %d, want >= 0", m.StartStep)
	}
	if m.BurstISISeconds == 0 && !results(format) {
		m.BurstISISeconds = defaultBurstISI
	}
	if !(m.BurstISISeconds >= 0) || math.IsInf(m.BurstISISeconds, 1) {
		bad("burst_isi_s: %v, want > 0", m.BurstISISeconds)
	}
	if err := checkNames("populations", m.populationNames()); err != nil {
		errs = append(errs, err)
	}
	for i, p := range m.Populations {
		if p.Size < 0 || int64(p.Size) > math.MaxUint32 {
			bad("populations[%d] %q: size %d, want 0 to %d", i, p.Name, p.Size, uint32(math.MaxUint32))
		}
	}
	if len(m.Config) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, m.Config); err != nil {
			bad("config: %w", err)
		}
		m.Config = compact.Bytes()
		sum := sha256.Sum256(m.Config)
		m.ConfigSHA256 = hex.EncodeToString(sum[:])
	}
	for _, s := range []string{m.Version, m.Revision, m.Detector, m.ConfigSHA256, m.Source} {
		if !utf8.ValidString(s) {
			bad("metadata %q is not UTF-8", s)
		}
	}
	for k, v := range m.Extra {
		switch {
		case k == "" || !utf8.ValidString(k) || !utf8.ValidString(v):
			bad("extra metadata %q: %q, want UTF-8 and a key that is not empty", k, v)
		case reservedKey(k):
			bad("extra metadata: key %q belongs to the format", k)
		}
	}
	return m, errors.Join(errs...)
}

// ConfigHash is the hash that a file with this Config stores.
func (m Meta) ConfigHash() (string, error) {
	m, err := Meta{Config: m.Config, ConfigSHA256: m.ConfigSHA256}.validate(formatSpikes)
	return m.ConfigSHA256, err
}

// neuronIDField is the column of NeuronIDs.
func neuronIDField() arrow.Field {
	return arrow.Field{Name: "neuron_id", Type: arrow.BinaryTypes.String, Nullable: true,
		Metadata: arrow.NewMetadata([]string{"what", "null"}, []string{"name in the file that was read", "it is the number, or there is none"})}
}

// neuronID is one of NeuronIDs, empty if there is none.
func (m Meta) neuronID(population int, neuron int64) string {
	if population >= len(m.NeuronIDs) || neuron < 0 || neuron >= int64(len(m.NeuronIDs[population])) {
		return ""
	}
	return m.NeuronIDs[population][neuron]
}

// checkNames rejects names that cannot make up a dictionary: empty, repeated,
// not UTF-8, or more than an int16 index reaches.
func checkNames(what string, names []string) error {
	if len(names) > math.MaxInt16 {
		return fmt.Errorf("spikefile: %d %s, want at most %d", len(names), what, math.MaxInt16)
	}
	seen := make(map[string]bool, len(names))
	for i, n := range names {
		switch {
		case n == "" || !utf8.ValidString(n):
			return fmt.Errorf("spikefile: %s[%d]: name %q, want UTF-8 that is not empty", what, i, n)
		case seen[n]:
			return fmt.Errorf("spikefile: %s[%d]: name %q is used twice", what, i, n)
		}
		seen[n] = true
	}
	return nil
}

// populationNames returns the names in file order.
func (m Meta) populationNames() []string {
	names := make([]string, len(m.Populations))
	for i, p := range m.Populations {
		names[i] = p.Name
	}
	return names
}

// pair is a key of the schema metadata with its value.
type pair struct{ key, value string }

// encode returns the schema metadata of a validated Meta. The pairs of more
// follow the format's own and precede those of Extra.
func (m Meta) encode(format string, more ...pair) (arrow.Metadata, error) {
	entries := make([]populationEntry, len(m.Populations))
	var first int64
	for i, p := range m.Populations {
		entries[i] = populationEntry{Name: p.Name, FirstID: first, Size: p.Size}
		first += int64(p.Size)
	}
	populations, err := json.Marshal(entries)
	if err != nil {
		return arrow.Metadata{}, fmt.Errorf("spikefile: populations: %w", err)
	}
	pairs := []pair{
		{"format", format},
		{"format_version", strconv.Itoa(formatVersion)},
		{"generator", "apical"},
		{"version", m.Version},
		{"vcs.revision", m.Revision},
	}
	if !derived(format) {
		pairs = append(pairs, pair{"seed", strconv.FormatUint(m.Seed, 10)}, pair{"rng", "philox4x32-10"})
	}
	if !timeless(format) {
		pairs = append(pairs, pair{"dt_s", formatFloat(1 / float64(m.StepsPerSecond))},
			pair{"steps_per_second", strconv.FormatInt(m.StepsPerSecond, 10)})
	}
	if !derived(format) && !timeless(format) {
		pairs = append(pairs, pair{"t_start_s", formatFloat(float64(m.StartStep) / float64(m.StepsPerSecond))})
	}
	if m.BurstISISeconds > 0 {
		pairs = append(pairs, pair{"burst_isi_s", formatFloat(m.BurstISISeconds)})
	}
	// Whether an interval of exactly burst_isi_s is within a burst is for those
	// to know who look for bursts in spikes.
	switch {
	case format == formatRates && m.Detector != "":
		pairs = append(pairs, pair{"detector", m.Detector})
	case format != formatRates && m.BurstISISeconds > 0:
		pairs = append(pairs, pair{"burst_tie", "le"})
	}
	if results(format) && m.Source != "" {
		pairs = append(pairs, pair{"source", m.Source})
	}
	if sortedByTime(format) {
		pairs = append(pairs, pair{"sorting", "by_time"})
	}
	if !timeless(format) {
		pairs = append(pairs, pair{"populations", string(populations)})
	}
	if m.ConfigSHA256 != "" {
		pairs = append(pairs, pair{"config_sha256", m.ConfigSHA256})
	}
	if len(m.Config) > 0 && len(m.Config) <= maxConfigBytes {
		pairs = append(pairs, pair{"config", string(m.Config)})
	}
	pairs = append(pairs, more...)
	extra := make([]string, 0, len(m.Extra))
	for k := range m.Extra {
		extra = append(extra, k)
	}
	slices.Sort(extra)
	for _, k := range extra {
		pairs = append(pairs, pair{k, m.Extra[k]})
	}
	keys, values := make([]string, len(pairs)), make([]string, len(pairs))
	for i, p := range pairs {
		keys[i], values[i] = p.key, p.value
	}
	return arrow.NewMetadata(keys, values), nil
}

// formatFloat writes v with the fewest digits that read back as v.
func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// decodeMeta reads the schema metadata of a file of the given format.
func decodeMeta(md arrow.Metadata, format string) (Meta, error) {
	var m Meta
	get := func(key string) string {
		if i := md.FindKey(key); i >= 0 {
			return md.Values()[i]
		}
		return ""
	}
	if got := get("format"); got != format {
		if got == "" {
			return m, fmt.Errorf("no apical table: the schema metadata has no format, want %s", format)
		}
		return m, fmt.Errorf("the table is %q, want %q", got, format)
	}
	if v := get("format_version"); v != strconv.Itoa(formatVersion) {
		return m, fmt.Errorf("format_version %q, this program reads %d", v, formatVersion)
	}
	var err error
	m.Version, m.Revision, m.ConfigSHA256 = get("version"), get("vcs.revision"), get("config_sha256")
	m.Detector = get("detector")
	if m.Seed, err = strconv.ParseUint(get("seed"), 10, 64); err != nil && !derived(format) {
		return m, fmt.Errorf("metadata seed %q, want an unsigned integer", get("seed"))
	}
	if m.StepsPerSecond, err = strconv.ParseInt(get("steps_per_second"), 10, 64); err != nil || m.StepsPerSecond <= 0 {
		return m, fmt.Errorf("metadata steps_per_second %q, want an integer > 0", get("steps_per_second"))
	}
	start, err := strconv.ParseFloat(get("t_start_s"), 64)
	if derived(format) {
		start, err = 0, nil
	}
	if err != nil || !(start >= 0) || start*float64(m.StepsPerSecond) >= 1<<62 {
		return m, fmt.Errorf("metadata t_start_s %q, want seconds >= 0", get("t_start_s"))
	}
	m.StartStep = int64(math.Round(start * float64(m.StepsPerSecond)))
	if m.BurstISISeconds, err = strconv.ParseFloat(get("burst_isi_s"), 64); err != nil || !(m.BurstISISeconds > 0) {
		return m, fmt.Errorf("metadata burst_isi_s %q, want seconds > 0", get("burst_isi_s"))
	}
	var entries []populationEntry
	if err := json.Unmarshal([]byte(get("populations")), &entries); err != nil {
		return m, fmt.Errorf("metadata populations: %v", err)
	}
	for _, e := range entries {
		if e.Size < 0 || int64(e.Size) > math.MaxUint32 {
			return m, fmt.Errorf("metadata populations: %q has size %d, want 0 to %d", e.Name, e.Size, uint32(math.MaxUint32))
		}
		m.Populations = append(m.Populations, Population{Name: e.Name, Size: e.Size})
	}
	if c := get("config"); c != "" {
		m.Config = json.RawMessage(c)
	}
	for i, k := range md.Keys() {
		if !reservedKey(k) {
			if m.Extra == nil {
				m.Extra = map[string]string{}
			}
			m.Extra[k] = md.Values()[i]
		}
	}
	return m, nil
}
