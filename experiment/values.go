package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Values are the settled values of an experiment's parameters. They do not
// change once resolved and may be read from any goroutine. Looking up a key
// that is not declared, or by another kind, panics: that is a mistake in the
// experiment, not in its input.
type Values struct {
	experiment string // its name
	params     []Param
	values     map[string]any
	preset     string
}

// Defaults gives every parameter its default. It panics if a default does not
// fit its kind; Validate reports that as an error.
func (e *Experiment) Defaults() *Values {
	v := &Values{experiment: e.Name, params: e.Params, values: make(map[string]any, len(e.Params))}
	for i := range e.Params {
		d, err := e.Params[i].defaultValue()
		if err != nil {
			panic(fmt.Sprintf("experiment: %s: %s: default: %v", e.Name, e.Params[i].Key, err))
		}
		v.values[e.Params[i].Key] = d
	}
	return v
}

// Resolve settles the values: defaults, then the preset ("" is none), then
// assignments "key=value" as --set takes them, then the experiment's Check.
// Its error is an *InputError with every problem there is.
func (e *Experiment) Resolve(preset string, sets []string) (*Values, error) {
	v := e.Defaults()
	var p problems
	if preset != "" {
		s, err := e.Preset(preset)
		if err != nil {
			p.add(err)
		} else {
			v.preset = preset
			v.apply(s.assignments(), &p)
		}
	}
	v.apply(sets, &p)
	if len(p) == 0 && e.Check != nil {
		if err := e.Check(v); err != nil {
			p.add(err)
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return v, nil
}

// assignments writes the preset as --set would, sorted by key.
func (s Preset) assignments() []string {
	sets := make([]string, 0, len(s.Set))
	for k, text := range s.Set {
		sets = append(sets, k+"="+text)
	}
	slices.Sort(sets)
	return sets
}

// apply sets the values, adding a problem for each assignment that is wrong.
func (v *Values) apply(sets []string, p *problems) {
	given := map[string]string{}
	for _, set := range sets {
		key, text, ok := strings.Cut(set, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			p.addf("%q is not key=value", set)
			continue
		}
		i := slices.IndexFunc(v.params, func(q Param) bool { return q.Key == key })
		if i < 0 {
			p.addf("%s: unknown parameter%s; 'apical describe %s' lists them", key, DidYouMean(key, v.keys()), v.experiment)
			continue
		}
		if first, twice := given[key]; twice {
			p.addf("%s: set twice, to %s and to %s", key, first, text)
			continue
		}
		given[key] = text
		x, err := v.params[i].Parse(text)
		if err != nil {
			p.addf("%s: %v", key, err)
			continue
		}
		v.values[key] = x
	}
}

func (v *Values) keys() []string {
	keys := make([]string, len(v.params))
	for i := range v.params {
		keys[i] = v.params[i].Key
	}
	return keys
}

// Float gives a Number in the unit of its Param.
func (v *Values) Float(key string) float64 { return lookup[float64](v, key) }

// Int gives an Integer.
func (v *Values) Int(key string) int { return lookup[int](v, key) }

// Number gives an Optional in the unit of its Param; ok is false if it is none.
func (v *Values) Number(key string) (x float64, ok bool) {
	if v.param(key).Kind != Optional {
		panic(fmt.Sprintf("experiment: parameter %q is a %s, looked up as a %s", key, v.param(key).Kind, Optional))
	}
	x, ok = v.values[key].(float64)
	return x, ok
}

// Has tells whether a key is declared, for what serves several experiments.
func (v *Values) Has(key string) bool {
	_, ok := v.values[key]
	return ok
}

// Words gives a copy of Words.
func (v *Values) Words(key string) []string { return slices.Clone(lookup[[]string](v, key)) }

// String gives a Choice or a Text.
func (v *Values) String(key string) string { return lookup[string](v, key) }

// Bool gives a Bool.
func (v *Values) Bool(key string) bool { return lookup[bool](v, key) }

// Floats gives a copy of a List in the unit of its Param.
func (v *Values) Floats(key string) []float64 { return slices.Clone(lookup[[]float64](v, key)) }

func lookup[T any](v *Values, key string) T {
	x, ok := v.values[key]
	if !ok {
		panic(fmt.Sprintf("experiment: parameter %q is not declared", key))
	}
	t, ok := x.(T)
	if !ok {
		panic(fmt.Sprintf("experiment: parameter %q is a %T, looked up as a %T", key, x, t))
	}
	return t
}

// Milliseconds gives a Number whose unit is one of time, in ms.
func (v *Values) Milliseconds(key string) float64 {
	unit := v.param(key).Unit
	s, _ := unit.scale()
	if s.dimension != "time" {
		panic(fmt.Sprintf("experiment: parameter %q is in %q, looked up as a time", key, unit))
	}
	return v.Float(key) * s.times * math.Pow10(s.exp10+3)
}

// Text gives a value as --set would take it, with its unit: "2s".
func (v *Values) Text(key string) string { return v.param(key).Format(v.values[key]) }

func (v *Values) param(key string) *Param {
	for i := range v.params {
		if v.params[i].Key == key {
			return &v.params[i]
		}
	}
	panic(fmt.Sprintf("experiment: parameter %q is not declared", key))
}

// Preset is the name of the preset the values come from, "" if none.
func (v *Values) Preset() string { return v.preset }

// Changed lists the keys whose value is not the default, in the order of
// declaration.
func (v *Values) Changed() []string {
	var keys []string
	for i := range v.params {
		q := &v.params[i]
		if d, err := q.defaultValue(); err != nil || !reflect.DeepEqual(d, v.values[q.Key]) {
			keys = append(keys, q.Key)
		}
	}
	return keys
}

// jsonValue is a value with its unit in the manifest.
type jsonValue struct {
	Value any  `json:"value"`
	Unit  Unit `json:"unit,omitempty"`
}

// MarshalJSON writes {"key": {"value": 2, "unit": "s"}, ...} with sorted keys:
// the same values give the same bytes.
func (v *Values) MarshalJSON() ([]byte, error) {
	m := make(map[string]jsonValue, len(v.params))
	for i := range v.params {
		q := &v.params[i]
		m[q.Key] = jsonValue{Value: v.values[q.Key], Unit: q.Unit}
	}
	return json.Marshal(m)
}

// Hash is the SHA-256 of the canonical JSON in hexadecimal.
func (v *Values) Hash() string {
	b, err := v.MarshalJSON()
	if err != nil {
		panic("experiment: " + err.Error()) // values are finite numbers and strings
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Ascending checks that a List has at least one number, and that all are whole and ascend.
func (v *Values) Ascending(key string) error {
	all := v.Floats(key)
	if len(all) == 0 {
		return Inputf("%s: none, want at least one", key)
	}
	for i, x := range all {
		if x != math.Trunc(x) || i > 0 && x <= all[i-1] {
			return Inputf("%s: %g, want whole numbers that ascend", key, x)
		}
	}
	return nil
}

// OnlyChanged reports whether no values but those named differ from the defaults.
func (v *Values) OnlyChanged(keys ...string) bool {
	return !slices.ContainsFunc(v.Changed(), func(key string) bool { return !slices.Contains(keys, key) })
}
