package experiment

import (
	"slices"
	"testing"
)

// Each kind reads what it writes, and refuses what is not of it with one line.
func TestWordsTextsAndOptionals(t *testing.T) {
	words := &Param{Key: "rules", Kind: Words, Default: []string{"bp"}, Choices: []string{"bp", "burstprop"}, Doc: "rules"}
	text := &Param{Key: "data", Kind: Text, Default: "mnist", Doc: "data"}
	optional := &Param{Key: "tau", Kind: Optional, Unit: "s", Empty: "published", Min: 0, OpenMin: true, Max: 5, Doc: "tau"}
	for _, c := range []struct {
		q          *Param
		text, want string
	}{
		{words, "burstprop, bp", "burstprop,bp"},
		{words, "bp,bp", `"bp" is there twice`},
		{words, "bp,burstpro", `"burstpro", did you mean "burstprop"?, want one of bp, burstprop`},
		{words, "", `"", want one of bp, burstprop`},
		{text, " a b/c ", "a b/c"},
		{text, " ", "is empty"},
		{text, "a\nb", `"a\nb" is more than one line`},
		{optional, "published", "published"},
		{optional, "2000ms", "2s"},
		{optional, "7s", "7s is out of range, want > 0s and <= 5s"},
		{optional, "2", "2 has no unit, want a time such as 2s (us, ms, s, min), or published"},
	} {
		v, err := c.q.Parse(c.text)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = c.q.Format(v)
		}
		if got != c.want {
			t.Errorf("%s=%q: %s, want %s", c.q.Key, c.text, got, c.want)
		}
		if again, err := c.q.Parse(got); err == nil && c.q.Format(again) != c.want {
			t.Errorf("%s=%q does not read back: %v", c.q.Key, got, again)
		}
	}
	e := sample()
	e.Params = append(e.Params, *words, *text, *optional)
	if err := e.Validate(); err != nil {
		t.Fatal(err)
	}
	v := e.Defaults()
	if x, ok := v.Number("tau"); ok || len(v.Changed()) != 0 {
		t.Errorf("tau is %v by default, want none; changed %v", x, v.Changed())
	}
	v, err := e.Resolve("", []string{"tau=2s", "rules=burstprop,bp", "data=x"})
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := v.Number("tau"); !ok || x != 2 || !slices.Equal(v.Words("rules"), []string{"burstprop", "bp"}) || v.String("data") != "x" {
		t.Errorf("tau %v, rules %v, data %q", x, v.Words("rules"), v.String("data"))
	}
	if got := v.Changed(); !slices.Equal(got, []string{"rules", "data", "tau"}) {
		t.Errorf("changed %v", got)
	}
}

func TestDeclarationsOfWordsAndOptionals(t *testing.T) {
	for name, q := range map[string]Param{
		"words without choices":   {Key: "x", Kind: Words, Default: []string{}, Doc: "x"},
		"words that are none":     {Key: "x", Kind: Words, Default: []string{"b"}, Choices: []string{"a"}, Doc: "x"},
		"optional without a word": {Key: "x", Kind: Optional, Min: 0, Max: 1, Doc: "x"},
		"optional of no range":    {Key: "x", Kind: Optional, Empty: "none", Doc: "x"},
		"text with a unit":        {Key: "x", Kind: Text, Unit: "s", Default: "a", Doc: "x"},
		"a word that grows":       {Key: "x", Kind: Choice, Grows: true, Default: "a", Choices: []string{"a"}, Doc: "x"},
	} {
		var p problems
		if q.validate(&p); len(p) != 1 {
			t.Errorf("%s: %v, want one problem", name, p)
		}
	}
}
