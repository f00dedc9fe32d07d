package csvtext

import (
	"reflect"
	"strings"
	"testing"
)

func TestDialects(t *testing.T) {
	want := [][]string{{"onset_s", "a b"}, {"1", "x"}}
	for _, text := range []string{
		"onset_s,a b\n1,x\n",
		"\xef\xbb\xbfonset_s;a b\r\n1; x\r\n",
		"# from a rig, 3 cells; 2, 4\n\n#\nonset_s\ta b\n# and so on\n1\tx",
		"\"onset_s\", a b\n1,\"x\"\n",
	} {
		got, err := NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	// The one that there is most of, not the first.
	got, err := NewReader(strings.NewReader("t (s, UTC);a;b\n")).Read()
	if err != nil || len(got) != 3 {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := NewReader(strings.NewReader("")).Read(); err == nil {
		t.Error("an empty file has a line")
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1\n":     "line 2: has another number of fields than the first",
		"a,b\n1,\"2\n": `line 2: extraneous or missing " in quoted-field`,
	} {
		_, err := NewReader(strings.NewReader(text)).ReadAll()
		if got := Plain(err); got == nil || got.Error() != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}
