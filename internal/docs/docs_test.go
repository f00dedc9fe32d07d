// Package docs holds the documents to what they say: the README's code is the
// compiled example, its commands are there, and its links lead somewhere. It
// consists of tests.
package docs

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// blocks returns the fenced blocks of a language.
func blocks(text, language string) []string {
	var found []string
	rule := regexp.MustCompile("(?ms)^```" + regexp.QuoteMeta(language) + "\n(.*?)^```$")
	for _, m := range rule.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// example returns the body of func Example of a file as a document shows it, and the
// lines that it prints.
func example(t *testing.T, file string) (body, output string) {
	t.Helper()
	_, body, found := strings.Cut(read(t, file), "func Example() {\n")
	body, output, ends := strings.Cut(body, "\t// Output:")
	if !found || !ends {
		t.Fatalf("%s: no func Example with an output", file)
	}
	output, _, _ = strings.Cut(output, "\n}")
	output = regexp.MustCompile(`(?m)^\s*(?:// )?`).ReplaceAllString(output, "")
	return regexp.MustCompile(`(?m)^\t`).ReplaceAllString(body, ""), output
}

// The README shows the body of the example in package sim, which the compiler
// and go test know.
func TestReadmeShowsTheExample(t *testing.T) {
	want, printed := example(t, "sim/example_test.go")
	readme := read(t, "README.md")
	code := blocks(readme, "go")
	if len(code) != 1 || code[0] != want {
		t.Errorf("README.md shows\n%s\nwant the body of the example in sim/example_test.go:\n%s", strings.Join(code, "\n---\n"), want)
	}
	if !strings.Contains(readme, "`"+printed+"`") {
		t.Errorf("README.md does not show what the example prints: `%s`", printed)
	}
}

// The guide to analysis shows the example of io/spiketable, what it prints, and the
// spikes that it reads. The examples in other languages are run by .ci/documents.py.
func TestGuideShowsTheExample(t *testing.T) {
	want, printed := example(t, "io/spiketable/example_test.go")
	guide := read(t, "docs/analysis.md")
	if code := blocks(guide, "go"); len(code) != 1 || code[0] != want {
		t.Errorf("docs/analysis.md shows\n%s\nwant the body of the example in io/spiketable/example_test.go:\n%s", strings.Join(code, "\n---\n"), want)
	}
	if !slices.Contains(blocks(guide, "text"), printed+"\n") {
		t.Errorf("docs/analysis.md does not show what the example prints:\n%s", printed)
	}
	if spikes := read(t, "io/spiketable/testdata/ten-spikes.csv"); !strings.Contains(guide, "<<END\n"+spikes+"END\n") {
		t.Errorf("docs/analysis.md does not have the spikes of the example:\n%s", spikes)
	}
}

// The two commands that a newcomer types.
func TestReadmeCommands(t *testing.T) {
	commands := blocks(read(t, "README.md"), "sh")
	for _, want := range []string{"go run ./cmd/apical run xor --preset quick\n", "go test ./...\n"} {
		n := 0
		for _, c := range commands {
			if c == want {
				n++
			}
		}
		if n != 1 {
			t.Errorf("README.md has the command %q %d times, want once", want, n)
		}
	}
}

var (
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// Equations and code hold brackets that are no links.
	verbatim = regexp.MustCompile("(?ms)^```.*?^```$|^    .*?$|\\$\\$.*?\\$\\$|`[^`\n]*`|\\$[^$\n]*\\$")
)

// Relative links and pictures lead to files.
func TestLinks(t *testing.T) {
	var pages []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// runs/ is what experiments leave, and hidden folders are not ours.
		if d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "runs") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) == ".md" {
			pages = append(pages, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(verbatim.ReplaceAllString(string(text), ""), -1) {
			to, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: link %q: %v", page, m[1], err)
				continue
			}
			if to.Scheme != "" || to.Path == "" {
				continue // elsewhere, or within the page
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))); err != nil {
				t.Errorf("%s: link %q leads nowhere", page, m[1])
			}
		}
	}
}
