package neuron

import (
	"math"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// parameterRow is "| `name` | value unit | second value unit | …".
var parameterRow = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (.*)$")

// TestModelPages compares the parameter tables of docs/models with the defaults
// in the code: each field is listed, with its value and no other name, and each
// state variable is named. A page may leave to the pages it builds on what it
// shares with them.
func TestModelPages(t *testing.T) {
	for _, c := range []struct {
		pages   []string // the model's last
		columns []Params // one for each column of values
	}{
		{[]string{"two_compartment"}, []Params{DefaultTwoCompartment()}},
		{[]string{"two_compartment", "burst_poisson"}, []Params{DefaultBurstPoisson()}},
		{[]string{"two_compartment", "burst_poisson", "event_burst_poisson"}, []Params{DefaultEventBurstPoisson()}},
		{[]string{"adex"}, []Params{DefaultPV(), DefaultSOM()}},
		{[]string{"lif_cond"}, []Params{DefaultLIFCond(), VogelsAbbottLIFCond()}},
		{[]string{"lif_exp"}, []Params{DefaultLIFCurrent(), BrunelLIFCurrent()}},
		{[]string{"poisson"}, []Params{DefaultPoisson()}},
		{[]string{"spike_list"}, []Params{DefaultSpikeList()}},
	} {
		name := c.pages[len(c.pages)-1]
		text := ""
		rows := map[string][]string{}
		for _, page := range c.pages {
			content, err := os.ReadFile("../docs/models/" + page + ".md")
			if err != nil {
				t.Fatal(err)
			}
			text += string(content)
			for _, row := range parameterRow.FindAllStringSubmatch(string(content), -1) {
				rows[row[1]] = strings.Split(row[2], "|")
			}
		}
		if Kinds()[name] == nil {
			t.Errorf("%s is a page without a kind", name)
		}
		for k, p := range c.columns {
			eachFloat(reflect.TypeOf(p), nil, "", func(index []int, path string) {
				if len(rows[path]) <= k {
					t.Errorf("%s.md lacks %s", name, path)
					return
				}
				want := reflect.ValueOf(p).FieldByIndex(index).Float()
				number, _, _ := strings.Cut(strings.TrimSpace(rows[path][k]), " ")
				got, err := strconv.ParseFloat(number, 64)
				if err != nil || math.Abs(got-want) > 5e-4 {
					t.Errorf("%s.md: %s is %s, want %v", name, path, number, want)
				}
			})
			for _, column := range p.New(Env{Size: 1, Dt: dt}).State() {
				if !strings.Contains(text, "`"+column.Name+"`") {
					t.Errorf("%s.md lacks the state variable %s", name, column.Name)
				}
			}
		}
	}
}
