package experiment

import (
	"slices"
	"strings"
	"testing"
)

func TestLists(t *testing.T) {
	q := &Param{Key: "rates", Kind: List, Unit: "Hz", Default: []float64{}, Empty: "published", Min: 0, OpenMin: true, Max: 1e4, Doc: "rates"}
	for text, want := range map[string]string{
		"5Hz":                       "5Hz",
		" 5 Hz , 0.01kHz":           "5Hz,10Hz",
		"published":                 "published",
		"1Hz..50Hz/3":               "1Hz,25.5Hz,50Hz",
		"1Hz..2kHz/1000":            "1Hz..2000Hz/1000",
		"1Hz,2Hz,3Hz,4Hz":           "1Hz..4Hz/4",
		"4Hz,4Hz,4Hz,4Hz":           "4Hz,4Hz,4Hz,4Hz",
		"1Hz, 10Hz..20Hz/2 ":        "1Hz,10Hz,20Hz",
		"":                          "is empty, want numbers > 0Hz and <= 10000Hz, or published",
		"5":                         "5 has no unit, want a rate such as 5Hz (Hz, kHz)",
		"5Hz,":                      "is empty, want a rate such as 2Hz (Hz, kHz)",
		"5Hz,0Hz":                   "0Hz is out of range, want > 0Hz and <= 10000Hz",
		"1Hz..5Hz":                  `"1Hz..5Hz" does not say how many numbers, want such as 1Hz..5Hz/5`,
		"5Hz..1Hz/3":                `"5Hz..1Hz/3": does not ascend`,
		"1Hz..5Hz/1":                `"1Hz..5Hz/1": 1 numbers, want 2 to 1000`,
		"1Hz..5Hz/x":                `"1Hz..5Hz/x": "x" is not a whole number`,
		"1Hz..5Hz/600,1Hz..5Hz/600": "more than 1000 numbers",
		"1s":                        `unit "s" is not a rate, want Hz, kHz`,
	} {
		v, err := q.Parse(text)
		var got string
		if err != nil {
			got = err.Error()
		} else {
			got = q.Format(v)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if again, err := q.Parse(got); err == nil && q.Format(again) != want {
			t.Errorf("%q does not read back: %v", got, again)
		}
	}
}

// TestListsAreCopies: who changes a list changes neither the values nor the
// description.
func TestListsAreCopies(t *testing.T) {
	e := sample()
	v := e.Defaults()
	v.Floats("rates")[0] = 7
	if got := v.Floats("rates"); !slices.Equal(got, []float64{5, 10}) {
		t.Errorf("rates %v", got)
	}
	if len(v.Changed()) != 0 {
		t.Errorf("changed: %v", v.Changed())
	}
	w, err := e.Resolve("", []string{"rates=5Hz"})
	if err != nil || strings.Join(w.Changed(), " ") != "rates" || w.Text("rates") != "5Hz" {
		t.Errorf("changed: %v, %v", w.Changed(), err)
	}
}

func TestSpaced(t *testing.T) {
	if got := Spaced(0, 0.45, 10); got[0] != 0 || got[9] != 0.45 || len(got) != 10 {
		t.Errorf("%v", got)
	}
}
