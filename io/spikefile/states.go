package spikefile

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Variable is a state variable that is sampled, such as {"v_s", "mV"}.
type Variable struct {
	Name string `json:"name"` // not empty, unique in a file
	Unit string `json:"unit"` // "1" if it has none
}

// StateRow is one sample of one variable of one neuron.
type StateRow struct {
	TimeS      float64 // s, not decreasing
	Population int     // index into Meta.Populations
	Neuron     uint32  // within its population
	Variable   int     // index into the list given to CreateStates
	Value      float64 // in the variable's unit
}

// StatesWriter writes a states file: one row a sample. It is not safe for
// concurrent use. Close must be called.
type StatesWriter struct {
	*rowTable
	populations []Population
	variables   int
}

// CreateStates starts the states file path, with the rules of [Create].
// variables lists all sampled variables, at most 32767; their units are in the
// schema metadata under "variables". The columns are t_s, population, neuron,
// variable and value.
func CreateStates(path string, meta Meta, variables []Variable, opt Options) (*StatesWriter, error) {
	return createStates(path, meta, variables, opt, nil, memory.DefaultAllocator)
}

func createStates(path string, meta Meta, variables []Variable, opt Options, dst io.Writer, mem memory.Allocator) (*StatesWriter, error) {
	names := variableNames(variables)
	for i, v := range variables {
		if !utf8.ValidString(v.Unit) {
			return nil, fmt.Errorf("spikefile: variables[%d] %q: unit %q is not UTF-8", i, v.Name, v.Unit)
		}
	}
	if err := checkNames("variables", names); err != nil {
		return nil, err
	}
	list, err := json.Marshal(variables)
	if err != nil {
		return nil, fmt.Errorf("spikefile: variables: %w", err)
	}
	t, err := createTable(path, formatStates, meta, opt, stateFields(), map[int][]string{1: meta.populationNames(), 3: names},
		[]pair{{"variables", string(list)}}, dst, mem)
	if err != nil {
		return nil, err
	}
	return &StatesWriter{rowTable: t, populations: meta.Populations, variables: len(variables)}, nil
}

// variableNames returns the names in file order.
func variableNames(variables []Variable) []string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.Name
	}
	return names
}

// stateFields returns the columns of a states file.
func stateFields() []arrow.Field {
	return []arrow.Field{
		secondsField("t_s", "time since simulation start"),
		{Name: "population", Type: nameIndex()},
		{Name: "neuron", Type: arrow.PrimitiveTypes.Uint32,
			Metadata: arrow.NewMetadata([]string{"index_base", "scope"}, []string{"0", "population-local"})},
		{Name: "variable", Type: nameIndex()},
		{Name: "value", Type: arrow.PrimitiveTypes.Float64,
			Metadata: arrow.NewMetadata([]string{"unit"}, []string{"by variable, see the schema metadata"})},
	}
}

// Append adds a row. A row that is out of range is rejected and leaves the
// file as it was. Values that are NaN are stored as they are.
func (w *StatesWriter) Append(r StateRow) error {
	if r.Variable < 0 || r.Variable >= w.variables {
		return fmt.Errorf("spikefile: t_s %v: variable %d, want 0 to %d", r.TimeS, r.Variable, w.variables-1)
	}
	size := int64(math.MaxUint32)
	if r.Population >= 0 && r.Population < len(w.populations) {
		size = int64(w.populations[r.Population].Size)
	}
	if int64(r.Neuron) >= size {
		return fmt.Errorf("spikefile: t_s %v: neuron %d of population %d, want below its size %d", r.TimeS, r.Neuron, r.Population, size)
	}
	if err := w.begin(r.TimeS, "population", r.Population, len(w.populations)); err != nil {
		return err
	}
	c := w.cols
	c[0].f64 = append(c[0].f64, r.TimeS)
	c[1].i16 = append(c[1].i16, int16(r.Population))
	c[2].u32 = append(c[2].u32, r.Neuron)
	c[3].i16 = append(c[3].i16, int16(r.Variable))
	c[4].f64 = append(c[4].f64, r.Value)
	return w.end()
}

// ReadStates returns the rows of the states file path and its variables. It
// fails as [Open] does.
func ReadStates(path string) (meta Meta, variables []Variable, rows []StateRow, err error) {
	c, err := readTable(path, formatStates, func(b *tableBatch) {
		for i := range b.n {
			rows = append(rows, StateRow{
				TimeS: b.f64[0][i], Population: int(b.i16[1][i]), Neuron: b.u32[2][i],
				Variable: int(b.i16[3][i]), Value: b.f64[4][i],
			})
		}
	})
	return c.meta, c.variables, rows, err
}
