package main

import (
	"strings"
	"testing"
)

// TestDescribeFitsTheTerminal: of all experiments no line but those of parameters,
// whose names take what they need, names to record and commands is wider.
func TestDescribeFitsTheTerminal(t *testing.T) {
	for _, e := range experiments() {
		for _, columns := range []int{80, 100, 200} {
			var out strings.Builder
			if err := describe(&out, e, columns); err != nil {
				t.Fatal(err)
			}
			section := ""
			for line := range strings.SplitSeq(out.String(), "\n") {
				if line != "" && line[0] != ' ' {
					section, _, _ = strings.Cut(line, " ")
				}
				switch section {
				case "Recording", "Examples":
				case "Parameters":
					if columns == 200 && len(line) > columns {
						t.Errorf("%s, %d columns: %q", e.Name, columns, line)
					}
				default:
					if len(line) > columns {
						t.Errorf("%s, %d columns: %q", e.Name, columns, line)
					}
				}
			}
		}
	}
}

// TestExamplesChangeSomething: the assignment in the last example of describe is
// none that the experiment has anyway.
func TestExamplesChangeSomething(t *testing.T) {
	for _, e := range experiments() {
		set := change(e)
		v, err := e.Resolve("", []string{set})
		if err != nil || len(v.Changed()) != 1 {
			t.Errorf("%s: --set %s: %v", e.Name, set, err)
		}
	}
}
