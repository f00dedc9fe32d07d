package neuron

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSpikeListReplaysRanges(t *testing.T) {
	list := SpikeList{Spikes: []SpikeTime{{2, 0}, {2, 63}, {2, 64}, {2, 129}, {3, 64}, {1 << 40, 5}}}
	if err := list.Validate(); err != nil {
		t.Fatal(err)
	}
	p := list.New(Env{Size: 130, Dt: dt})
	for _, c := range []struct {
		step   int64
		lo, hi int
		want   []uint32
	}{
		{0, 0, 130, nil}, {2, 0, 130, []uint32{0, 63, 64, 129}}, {2, 0, 64, []uint32{0, 63}},
		{2, 64, 128, []uint32{64}}, {2, 128, 130, []uint32{129}}, {3, 0, 130, []uint32{64}},
		{3, 128, 130, nil}, {1 << 40, 0, 64, []uint32{5}}, {4, 0, 130, nil}, {1<<40 + 1, 0, 130, nil},
	} {
		if got := p.Advance(c.step, c.lo, c.hi, nil); !slices.Equal(got, c.want) {
			t.Errorf("step %d, [%d, %d): %v, want %v", c.step, c.lo, c.hi, got, c.want)
		}
	}
}

func TestSpikeListValidate(t *testing.T) {
	for want, spikes := range map[string][]SpikeTime{
		"spikes[0]: step -1, want >= 0":                                          {{-1, 0}},
		"spikes[1]: step 4, neuron 9, want more than step 5, neuron 1 before it": {{5, 1}, {4, 9}},
		"spikes[2]: step 5, neuron 1, want more than step 5, neuron 1 before it": {{1, 1}, {5, 1}, {5, 1}},
		"spikes[1]: step 5, neuron 0, want more than step 5, neuron 1 before it": {{5, 1}, {5, 0}},
	} {
		if err := (SpikeList{Spikes: spikes}).Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	list := SpikeList{Spikes: []SpikeTime{{0, 3}, {1, 7}}}
	if err := list.ValidateSize(8); err != nil {
		t.Error(err)
	}
	const want = "spikes[1]: neuron 7, want less than the size 7"
	if err := list.ValidateSize(7); err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), want) {
			t.Errorf("panic %v", r)
		}
	}()
	list.New(Env{Size: 7, Dt: dt})
}
