package neuron

import (
	"maps"
	"reflect"
	"slices"
	"testing"
)

// line is the size of a cache line, bytes.
const line = 64

// TestBlocksShareNoLine looks at the addresses of all arrays of each model: what
// belongs to a block of neurons begins and ends with a cache line. Two workers
// that write to one line in every step are several times slower than one.
func TestBlocksShareNoLine(t *testing.T) {
	kinds := Kinds()
	nmda := DefaultTwoCompartment()
	nmda.Synapses.NMDAFraction = 0.5
	kinds["two_compartment NMDA"] = nmda
	kinds["lif_exp Brunel"] = BrunelLIFCurrent()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if name == "poisson" {
			continue // the positions in its raster share lines
		}
		for _, blocks := range []int{1, 2, 3, 5, 7, 8, 11, 16, 29, 157} {
			p := kinds[name].New(Env{Size: blocks*Block - 12, Dt: 0.1, Seed: 1})
			arrays := 0
			eachSlice(reflect.ValueOf(p), name, func(s reflect.Value, path string) {
				if s.Len() == 0 {
					return
				}
				arrays++
				bytes := s.Len() * int(s.Type().Elem().Size())
				if bytes%(blocks*line) != 0 || s.Pointer()%line != 0 {
					t.Errorf("%s: %d bytes at %#x for %d blocks", path, bytes, s.Pointer(), blocks)
				}
			})
			if arrays < 5 && name != "spike_list" {
				t.Errorf("%s has %d arrays: nothing tested", name, arrays)
			}
		}
	}
}

// eachSlice calls visit for every slice that is reached from v.
func eachSlice(v reflect.Value, path string, visit func(reflect.Value, string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachSlice(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachSlice(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Slice {
			visit(v, path)
		}
	}
}
