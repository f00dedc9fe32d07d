package neuron

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apical-sim/apical/internal/rng"
)

// contract runs a model through what every population promises. negative names
// the fields of the parameters for which −1 is legal or bounded by another
// field.
func contract(t *testing.T, p Params, negative ...string) {
	t.Helper()
	t.Run("defaults are valid", func(t *testing.T) {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
	})
	t.Run("bad fields are named", func(t *testing.T) { rejectsBadFields(t, p, negative) })
	for _, size := range []int{1, 63, 64, 65, 1000} {
		t.Run(fmt.Sprintf("size %d", size), func(t *testing.T) {
			isIndependentOfDivision(t, p, size)
		})
	}
	t.Run("extreme input", func(t *testing.T) { staysFinite(t, p, 65) })
	t.Run("no allocation", func(t *testing.T) { allocatesNothing(t, p) })
}

// stimulus drives the receptors with random spikes of 500 Hz and the
// compartments with a current that differs between neurons: the same for every
// population of a kind. Padding is driven, too.
type stimulus struct {
	receptors []Receptor
	rasters   []*Raster
	gaps      *rng.Gaps
	room      []uint32
}

func newStimulus(p Population) stimulus {
	s := stimulus{receptors: p.Receptors(), gaps: rng.NewGaps(0.05), room: make([]uint32, 0, Padded(p.Size()))}
	for r := range s.receptors {
		s.rasters = append(s.rasters,
			NewRaster(rng.NewSource(99, rng.Protocol, uint32(r)), Padded(p.Size())))
	}
	for _, c := range p.Compartments() {
		for i := range c.Inject {
			c.Inject[i] = float32(c.PerPicoampere * 600 * float64((i+6)%7) / 6)
		}
	}
	return s
}

func (s stimulus) apply() {
	weights := map[string]float32{"leak": 0.4, "pA": 60, "mV": 1}
	for r, receptor := range s.receptors {
		s.rasters[r].Add(s.gaps, 0, len(receptor.G), weights[receptor.Unit], receptor.G, s.room)
	}
}

// pieces divides [0, size) at multiples of Block in different ways.
func pieces(size int) [][][2]int {
	whole := [][2]int{{0, size}}
	var single, uneven [][2]int
	for lo := 0; lo < size; lo += Block {
		single = append(single, [2]int{lo, min(lo+Block, size)})
	}
	for lo, n := 0, 1; lo < size; lo, n = lo+n*Block, n+1 {
		uneven = append(uneven, [2]int{lo, min(lo+n*Block, size)})
	}
	return [][][2]int{whole, single, uneven}
}

func isIndependentOfDivision(t *testing.T, p Params, size int) {
	t.Helper()
	steps := int64(600)
	if size < 100 {
		steps = 3000
	}
	var want []uint32
	var state []Column
	for d, division := range pieces(size) {
		population := p.New(Env{Size: size, Dt: 0.1, Seed: 7, Object: 3})
		if population.Size() != size {
			t.Fatalf("size %d, want %d", population.Size(), size)
		}
		var all []uint32
		stimulus := newStimulus(population)
		for step := range steps {
			stimulus.apply()
			// Backwards, since workers come in any order.
			parts := make([][]uint32, len(division))
			for k := len(division) - 1; k >= 0; k-- {
				parts[k] = population.Advance(step, division[k][0], division[k][1], nil)
			}
			spikes := slices.Concat(parts...)
			if !slices.IsSorted(spikes) || len(slices.Compact(slices.Clone(spikes))) != len(spikes) {
				t.Fatalf("division %d, step %d: %v does not ascend", d, step, spikes)
			}
			if n := len(spikes); n > 0 && int(spikes[n-1]) >= size {
				t.Fatalf("division %d, step %d: neuron %d of %d spiked", d, step, spikes[n-1], size)
			}
			all = append(append(all, spikes...), math.MaxUint32)
		}
		if d == 0 {
			want, state = all, population.State()
			if int64(len(want)) == steps {
				t.Error("no spikes: nothing tested")
			}
			continue
		}
		if !slices.Equal(all, want) {
			t.Errorf("division %d: other spikes than undivided", d)
		}
		for c, column := range population.State() {
			for i, v := range column.Values {
				if math.Float32bits(v) != math.Float32bits(state[c].Values[i]) {
					t.Fatalf("division %d: %s[%d] = %v, want %v", d, column.Name, i, v, state[c].Values[i])
				}
			}
		}
	}
}

// staysFinite holds every input at an extreme for 100 ms, and then removes it:
// conductances of 60 leak conductances (legal up to τ/dt, 70 for the
// dendrite), ±100 nA, 100 nA of synaptic current, jumps of 1 V.
func staysFinite(t *testing.T, p Params, size int) {
	t.Helper()
	extreme := map[string]float32{"leak": 60, "pA": 1e5, "mV": 1000}
	for pattern := range 16 {
		population := p.New(Env{Size: size, Dt: 0.1, Seed: 7})
		for step := range int64(1200) {
			held := step < 1000
			for r, receptor := range population.Receptors() {
				if held && pattern>>(r%2)&1 == 1 {
					for i := range receptor.G {
						receptor.G[i] = extreme[receptor.Unit] / 2 // two may share a compartment
					}
				}
			}
			for _, c := range population.Compartments() {
				current := [...]float64{0, 1e5, -1e5, 0}[pattern>>2]
				if !held {
					current = 0
				}
				for i := range c.Inject {
					c.Inject[i] = float32(current * c.PerPicoampere)
				}
			}
			for _, n := range population.Advance(step, 0, size, nil) {
				if int(n) >= size {
					t.Fatalf("pattern %d, step %d: neuron %d of %d spiked", pattern, step, n, size)
				}
			}
		}
		for _, column := range population.State() {
			if len(column.Values) != Padded(size) {
				t.Fatalf("%s has %d values, want %d", column.Name, len(column.Values), Padded(size))
			}
			for i, v := range column.Values {
				if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("pattern %d: %s[%d] = %v", pattern, column.Name, i, v)
				}
			}
		}
	}
}

func allocatesNothing(t *testing.T, p Params) {
	t.Helper()
	const size = 1000
	population := p.New(Env{Size: size, Dt: 0.1, Seed: 7})
	newStimulus(population).apply() // the currents stay
	receptors := population.Receptors()
	spikes := make([]uint32, 0, size)
	excess := map[string]float32{"leak": 0.1, "pA": 50, "mV": 1}
	step, total := int64(0), 0
	if n := testing.AllocsPerRun(1000, func() {
		for _, r := range receptors {
			for i := range r.G[:Block] { // a few neurons suffice
				r.G[i] += excess[r.Unit]
			}
		}
		spikes = population.Advance(step, 0, size, spikes[:0])
		total += len(spikes)
		step++
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
	if total == 0 {
		t.Error("no spikes: nothing tested")
	}
}

// rejectsBadFields sets every number of the parameters, one at a time, to
// values that cannot be meant, and wants the field named.
func rejectsBadFields(t *testing.T, p Params, negative []string) {
	t.Helper()
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1}
	seen := map[string]bool{}
	original := reflect.ValueOf(p)
	eachFloat(original.Type(), nil, "", func(index []int, path string) {
		seen[path] = true
		for _, x := range bad {
			if x == -1 && slices.Contains(negative, path) {
				continue
			}
			changed := reflect.New(original.Type()).Elem()
			changed.Set(original)
			changed.FieldByIndex(index).SetFloat(x)
			err := changed.Interface().(Params).Validate()
			if err == nil {
				t.Errorf("%s = %v is accepted", path, x)
			} else if !strings.Contains("\n"+err.Error(), "\n"+path+": ") {
				t.Errorf("%s = %v: %q does not name the field", path, x, err)
			} else if !strings.Contains(err.Error(), "want ") {
				t.Errorf("%s = %v: %q does not say what would be right", path, x, err)
			}
		}
	})
	for _, path := range negative {
		if !seen[path] {
			t.Errorf("there is no field %s", path)
		}
	}
}

// eachFloat calls visit for every float64 field of a struct, with its index and
// the path that Validate uses; fields of embedded structs belong to the outer.
func eachFloat(s reflect.Type, index []int, prefix string, visit func([]int, string)) {
	for i := range s.NumField() {
		field := s.Field(i)
		at := append(slices.Clone(index), i)
		switch {
		case field.Type.Kind() == reflect.Float64:
			visit(at, prefix+fieldKey(field.Name))
		case field.Type.Kind() == reflect.Struct && field.Anonymous:
			eachFloat(field.Type, at, prefix, visit)
		case field.Type.Kind() == reflect.Struct:
			eachFloat(field.Type, at, prefix+fieldKey(field.Name)+".", visit)
		}
	}
}

var (
	unitSuffix = regexp.MustCompile(`(MS|MV|PA|PF|NS|Hz)$`)
	wordBorder = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`)
)

// fieldKey turns TauNMDAMS into tau_nmda_ms.
func fieldKey(name string) string {
	name = unitSuffix.ReplaceAllString(name, "_${1}")
	name = wordBorder.ReplaceAllString(name, "${1}${3}_${2}${4}")
	return strings.ToLower(name)
}

func TestContract(t *testing.T) {
	soma := []string{"soma.rest_mv", "soma.adaptation_pa", "soma.threshold_mv", "soma.initial_mean_mv"}
	pyramid := append(soma, "dendrite.adaptation_ns", "dendrite.half_activation_mv",
		"synapses.rev_exc_mv", "synapses.rev_inh_mv")
	active := append(slices.Clone(pyramid), "dendrite.plateau_pa", "dendrite.kick_pa", "plateau_pa")
	adex := []string{"rest_mv", "reset_mv", "threshold_mv", "spike_mv", "floor_mv", "ceiling_mv",
		"adaptation_ns", "adaptation_jump_pa", "initial_mean_mv", "synapses.rev_exc_mv", "synapses.rev_inh_mv"}
	lif := []string{"rest_mv", "reset_mv", "threshold_mv", "initial_mean_mv"}
	lifCond := append(slices.Clone(lif), "floor_mv", "ceiling_mv", "synapses.rev_exc_mv", "synapses.rev_inh_mv")

	nmda, textbook := DefaultTwoCompartment(), DefaultTwoCompartment()
	nmda.Synapses.NMDAFraction = 0.5
	textbook.Synapses.DendriticDrivingForce = true
	trueExponential := DefaultSOM()
	trueExponential.TrueExponential, trueExponential.HoldAtReset = true, true
	var list SpikeList
	for step := range int64(1000) {
		list.Spikes = append(list.Spikes, SpikeTime{Step: step, Neuron: 0})
	}

	for _, c := range []struct {
		name     string
		params   Params
		negative []string
	}{
		{"two_compartment", DefaultTwoCompartment(), active},
		{"two_compartment NMDA", nmda, active},
		{"two_compartment own driving force", textbook, active},
		{"burst_poisson", DefaultBurstPoisson(), pyramid},
		{"event_burst_poisson", DefaultEventBurstPoisson(), append(slices.Clone(pyramid), "event_voltage_mv")},
		{"adex PV", DefaultPV(), adex},
		{"adex SOM", DefaultSOM(), adex},
		{"adex true exponential", trueExponential, adex},
		{"lif_cond", DefaultLIFCond(), lifCond},
		{"lif_cond Vogels-Abbott", VogelsAbbottLIFCond(), lifCond},
		{"lif_exp", DefaultLIFCurrent(), lif},
		{"lif_exp Brunel", BrunelLIFCurrent(), lif},
		{"poisson", Poisson{RateHz: 200}, nil},
		{"spike_list", list, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract(t, c.params, c.negative...)
		})
	}
}

func TestKindsAreValid(t *testing.T) {
	for name, p := range Kinds() {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
