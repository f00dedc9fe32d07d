package spiketable_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/apical-sim/apical/io/spiketable"
)

// TestDoubts: what looks like another clock, another unit or another column is said,
// and refused where rates would be nonsense.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		name, content string
		opt           spiketable.Options
		note, refused string // a part of it, "" for none
	}{
		{"a clock that runs since 1970", "time,neuron\n1600000000.1,0\n1600000009.5,0\n", spiketable.Options{}, "", "nothing says when recording began: hardly at 0 s; give --from or --window"},
		{"its beginning given", "time,neuron\n1600000000.1,0\n1600000009.5,0\n", spiketable.Options{FromS: 1.6e9}, "taken as 1.6e+09 s to", ""},
		{"whole numbers far from 0", "time,neuron\n500000,0\n600000,0\n", spiketable.Options{}, "", "and the unit of the times with --unit"},
		{"near enough", "time,neuron\n4.5,0\n9.5,0\n", spiketable.Options{}, "taken as 0 s to", ""},
		{"one early spike", "time,neuron\n0.9,0\n", spiketable.Options{}, "taken as 0 s to", ""},
		{"whole numbers", "time,neuron\n5,0\n600000,0\n", spiketable.Options{}, "all times are whole numbers, taken for seconds", ""},
		{"whole numbers of a unit", "time_ms,neuron\n5,0\n600000,0\n", spiketable.Options{}, "taken as 0 s to", ""},
		{"unsorted spikes", "time,neuron\n0.1,-1\n0.2,3\n0.3,-1\n", spiketable.Options{}, "2 of 3 spikes have neurons below 0", ""},
		{"a column of something else", "time,neuron\n0.1,1.5\n0.2,3\n", spiketable.Options{}, "1.5 is taken for a name; is that the right column?", ""},
	} {
		s, err := spiketable.Open(text(t, c.content), c.opt)
		if c.refused != "" {
			var input *spiketable.InputError
			if !errors.As(err, &input) || !strings.Contains(err.Error(), c.refused) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want %q", c.name, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		notes := strings.Join(s.Warnings(), "\n")
		if !strings.Contains(notes, c.note) {
			t.Errorf("%s: %s\nwant %q", c.name, notes, c.note)
		}
		if strings.Contains(c.name, "of a unit") && strings.Contains(notes, "whole numbers, taken") {
			t.Errorf("%s: %s", c.name, notes)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
