// Package layers holds the structure of docs/architecture.md: which package
// imports which, what a package below the files may touch, and what no source
// file may hold. It consists of tests.
package layers

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/apical-sim/apical"

// layers gives each package its layer, as docs/architecture.md lists them. A
// name ending in "/..." stands for all packages below it.
var layers = map[string]int{
	"internal/check":   0,
	"internal/csvtext": 0,
	"internal/matmul":  0,
	"internal/panel":   0,
	"internal/par":     0,
	"internal/rng":     0,
	"internal/vec":     0,

	"dendrite": 1,
	"synapse":  1,

	"neuron":     2,
	"plasticity": 2,

	"sim":      3,
	"rate":     3,
	"analysis": 3,

	"io/...":       4,
	"analysis/...": 4,

	"analysis/figure": 5,
	"analysis/report": 5,

	"experiment":     5,
	"experiment/...": 5,

	"benchmarks/networks": 6,
	"cmd/...":             6,

	"benchmarks":     7,
	"benchmarks/...": 7,
}

// fileLayer is the first layer that may open files; Arrow stays within io/.
const fileLayer = 4

// Lines of a file that is not generated. Tests may be longer, since a table of
// cases reads better in one piece.
const (
	maxLines     = 400
	maxTestLines = 500
)

// goPackage is what is used of the output of go list, and the parsed files.
type goPackage struct {
	ImportPath, Dir, Name                    string
	GoFiles, IgnoredGoFiles                  []string
	TestGoFiles, XTestGoFiles                []string
	Imports, TestImports, XTestImports, Deps []string

	sources []source // whatever their build constraints
}

// short is the path within the module.
func (p goPackage) short() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// source is one parsed file.
type source struct {
	name string // base name
	text []byte
	file *ast.File
}

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

func list(t *testing.T, fset *token.FileSet) []goPackage {
	t.Helper()
	look(t)
	fields := "-json=ImportPath,Dir,Name,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps"
	cmd := exec.Command("go", "list", fields, "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p goPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.sources = parse(t, fset, p)
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages, want the whole module", len(packages))
	}
	return packages
}

// look opens every folder, so that go test knows that a cached result is void
// once a file has come or gone: it does not see what go list opens.
func look(t *testing.T) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "runs") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parse reads all files of a package.
func parse(t *testing.T, fset *token.FileSet, p goPackage) []source {
	t.Helper()
	var all []source
	for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(fset, path.Join(p.short(), name), text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{name, text, file})
	}
	return all
}

// layerOf returns the layer of a package of this module.
func layerOf(short string) (layer int, ok bool) {
	if layer, ok = layers[short]; ok {
		return layer, true
	}
	for dir := path.Dir(short); dir != "."; dir = path.Dir(dir) {
		if layer, ok = layers[dir+"/..."]; ok {
			return layer, true
		}
	}
	return 0, false
}

// sideways tells whether a package may import another of its own layer: within
// internal/, io/, analysis/ and experiment/ only, where the compiler excludes cycles.
func sideways(from, to string) bool {
	top := func(s string) string { first, _, _ := strings.Cut(s, "/"); return first }
	return top(from) == top(to) && slices.Contains([]string{"internal", "io", "analysis", "experiment"}, top(from))
}

// imports returns what the files that are not tests import.
func imports(files []source) map[string]bool {
	found := map[string]bool{}
	for _, s := range files {
		if s.test() {
			continue
		}
		for _, spec := range s.file.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				found[p] = true
			}
		}
	}
	return found
}

func TestArchitecture(t *testing.T) {
	fset := token.NewFileSet()
	packages := list(t, fset)
	for name, rule := range map[string]func(*testing.T, *token.FileSet, []goPackage){
		"imports go down":           importsGoDown,
		"neuron and plasticity":     neuronsAndPlasticityAreStrangers,
		"files and Arrow above":     filesAndArrowStayAbove,
		"names":                     namesAndPlaces,
		"file length":               fileLength,
		"no state at package level": noGlobalState,
	} {
		t.Run(name, func(t *testing.T) { rule(t, fset, packages) })
	}
}

func importsGoDown(t *testing.T, _ *token.FileSet, packages []goPackage) {
	for _, p := range packages {
		files := p.sources
		if !slices.ContainsFunc(files, func(s source) bool { return !s.test() }) {
			continue // tests of the whole module, such as this one
		}
		layer, ok := layerOf(p.short())
		if !ok {
			t.Errorf("%s: has no layer; give it one in docs/architecture.md and here", p.short())
			continue
		}
		for imported := range imports(files) {
			if imported != module && !strings.HasPrefix(imported, module+"/") {
				continue
			}
			to := strings.TrimPrefix(imported, module+"/")
			below, ok := layerOf(to)
			if !ok {
				t.Errorf("%s imports %s, which has no layer", p.short(), to)
			} else if below > layer || below == layer && !sideways(p.short(), to) {
				t.Errorf("%s (layer %d) imports %s (layer %d): imports go down only", p.short(), layer, to, below)
			}
		}
	}
}

// Neurons and plasticity meet in sim alone, and so in their tests too.
func neuronsAndPlasticityAreStrangers(t *testing.T, _ *token.FileSet, packages []goPackage) {
	strangers := map[string]string{"neuron": "plasticity", "plasticity": "neuron"}
	for _, p := range packages {
		other, ok := strangers[p.short()]
		if !ok {
			continue
		}
		for _, i := range slices.Concat(p.Deps, p.Imports, p.TestImports, p.XTestImports) {
			if i == module+"/"+other {
				t.Errorf("%s imports %s, if only through others", p.short(), other)
			}
		}
	}
}

func filesAndArrowStayAbove(t *testing.T, fset *token.FileSet, packages []goPackage) {
	for _, p := range packages {
		files := p.sources
		found := imports(files)
		if !strings.HasPrefix(p.short(), "io/") {
			for i := range found {
				if strings.HasPrefix(i, "github.com/apache/arrow") {
					t.Errorf("%s imports %s: Arrow is used by the packages of io/ alone", p.short(), i)
				}
			}
		}
		if layer, ok := layerOf(p.short()); !ok || layer >= fileLayer {
			continue
		}
		for _, forbidden := range []string{"io/fs", "io/ioutil", "syscall", "embed"} {
			if found[forbidden] {
				t.Errorf("%s imports %s: below layer %d nobody opens files", p.short(), forbidden, fileLayer)
			}
		}
		for _, s := range files {
			if s.test() {
				continue
			}
			// Reading the environment is all that package os is for down here.
			for _, used := range selected(s.file, "os") {
				if used.Sel.Name != "Getenv" {
					t.Errorf("%s: os.%s: below layer %d nobody opens files", fset.Position(used.Pos()), used.Sel.Name, fileLayer)
				}
			}
		}
	}
}

func namesAndPlaces(t *testing.T, _ *token.FileSet, packages []goPackage) {
	bad := []string{"util", "utils", "common", "helper", "helpers", "misc"}
	for _, p := range packages {
		if slices.Contains(bad, p.Name) || slices.Contains(bad, path.Base(p.ImportPath)) {
			t.Errorf("%s: a package is named after what it holds, not %q", p.short(), p.Name)
		}
		if p.short() == "io" {
			t.Errorf("io/ holds a Go package, which shadows the standard io")
		}
	}
}

func fileLength(t *testing.T, _ *token.FileSet, packages []goPackage) {
	for _, p := range packages {
		for _, s := range p.sources {
			most := maxLines
			if s.test() {
				most = maxTestLines
			}
			if lines := strings.Count(string(s.text), "\n"); lines > most && !ast.IsGenerated(s.file) {
				t.Errorf("%s/%s: %d lines, want at most %d", p.short(), s.name, lines, most)
			}
		}
	}
}

func noGlobalState(t *testing.T, fset *token.FileSet, packages []goPackage) {
	for _, p := range packages {
		var code []*ast.File
		for _, s := range p.sources {
			if !s.test() {
				code = append(code, s.file)
			}
		}
		for _, problem := range globalState(fset, code) {
			t.Error(problem)
		}
	}
}
