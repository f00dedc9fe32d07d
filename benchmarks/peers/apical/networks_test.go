//go:build unix

package main

import (
	"reflect"
	"testing"

	"github.com/apical-sim/apical/benchmarks/networks"
)

// TestNetworks: what the peers are given are the networks of the benchmarks.
func TestNetworks(t *testing.T) {
	for name, benchmark := range map[string]string{"coba": "coba", "brunel": "brunel_12500", "plastic": "brunel_plastic"} {
		got, err := read("../networks.json", name, "")
		if err != nil {
			t.Fatal(err)
		}
		if want := networks.All()[benchmark](0); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, got, want)
		}
	}
	if _, err := read("../networks.json", "xor", ""); err == nil {
		t.Error("no error for a network that is not there")
	}
}
