package main

import "testing"

func TestPrintable(t *testing.T) {
	for line, want := range map[string]string{
		`isi.arrow: "a\b", 16 ms – Größe`: `isi.arrow: "a\b", 16 ms – Größe`,
		"unit: \xff\xfet\x00":             `unit: \xff\xfet\x00`,
		"\x1b[31mred\t\r":                 `\x1b[31mred\t\r`,
		"a\ufffdb":                        "a\ufffdb",
		"":                                "",
	} {
		if got := printable(line); got != want {
			t.Errorf("printable(%q) = %q, want %q", line, got, want)
		}
	}
}
