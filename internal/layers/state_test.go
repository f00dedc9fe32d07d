package layers

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// globalState returns what makes a package carry state of its own: an init
// function, or a package-level variable that is not a plain value set once. A
// variable passes if
//
//   - it has an initial value made of literals, operators, composite literals
//     (a table), and calls of errors.New, fmt.Errorf, regexp.MustCompile or
//     os.Getenv;
//   - it is no lock, pool or atomic;
//   - no code of the package assigns to it, to an element or to a field of it,
//     or takes its address.
func globalState(fset *token.FileSet, files []*ast.File) []string {
	var problems []string
	note := func(at token.Pos, format string, args ...any) {
		problems = append(problems, fset.Position(at).String()+": "+fmt.Sprintf(format, args...))
	}
	variables := map[string]*ast.ValueSpec{}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					note(d.Pos(), "func init: registration is explicit, in a table")
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR {
					continue
				}
				for _, s := range d.Specs {
					spec := s.(*ast.ValueSpec)
					if spec.Names[0].Name == "_" {
						continue // an assertion that a type implements an interface
					}
					for _, name := range spec.Names {
						variables[name.Name] = spec
					}
					if spec.Type != nil && synchronises(spec.Type) || !slices.ContainsFunc(spec.Values, func(ast.Expr) bool { return true }) {
						note(spec.Pos(), "var %s: has no value or is a lock; no state at package level", spec.Names[0].Name)
						continue
					}
					for _, v := range spec.Values {
						if !settled(v) {
							note(v.Pos(), "var %s: not a table, an error or a pattern; no state at package level", spec.Names[0].Name)
						}
					}
				}
			}
		}
	}
	for _, f := range files {
		for _, id := range written(f) {
			if spec, ok := variables[id.Name]; ok && (id.Obj == nil || id.Obj.Decl == spec) {
				note(id.Pos(), "%s is changed; no mutable state at package level", id.Name)
			}
		}
	}
	return problems
}

// settled tells whether an initial value is one that nothing changes later.
func settled(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.Ident, *ast.SelectorExpr, *ast.FuncLit:
		return true
	case *ast.ParenExpr:
		return settled(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.AND && settled(e.X)
	case *ast.BinaryExpr:
		return settled(e.X) && settled(e.Y)
	case *ast.CompositeLit:
		return e.Type == nil || !synchronises(e.Type)
	case *ast.CallExpr:
		called, ok := e.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		from, ok := called.X.(*ast.Ident)
		return ok && slices.Contains([]string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "os.Getenv"}, from.Name+"."+called.Sel.Name)
	}
	return false
}

// synchronises tells whether a type is one of sync or sync/atomic.
func synchronises(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if from, ok := s.X.(*ast.Ident); ok && (from.Name == "sync" || from.Name == "atomic") {
				found = true
			}
		}
		return !found
	})
	return found
}

// written returns the identifiers at the root of everything that a file
// assigns to, increments or takes the address of.
func written(f *ast.File) []*ast.Ident {
	var found []*ast.Ident
	add := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.ParenExpr:
				e = x.X
			case *ast.IndexExpr:
				e = x.X
			case *ast.SelectorExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.Ident:
				found = append(found, x)
				return
			default:
				return
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					add(e)
				}
			}
		case *ast.IncDecStmt:
			add(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				add(n.Key)
				add(n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				add(n.X)
			}
		}
		return true
	})
	return found
}

// selected returns the uses pkg.Name of an imported standard package.
func selected(f *ast.File, pkg string) []*ast.SelectorExpr {
	name := ""
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil && p == pkg {
			name = pkg
			if spec.Name != nil {
				name = spec.Name.Name
			}
		}
	}
	var found []*ast.SelectorExpr
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && name != "" {
			if from, ok := s.X.(*ast.Ident); ok && from.Name == name && from.Obj == nil {
				found = append(found, s)
			}
		}
		return true
	})
	return found
}

func TestGlobalStateRule(t *testing.T) {
	for _, c := range []struct {
		code string
		want string // part of the problem, "" for none
	}{
		{`var table = [...]int{1, 2}`, ""},
		{`var ErrX = errors.New("x")`, ""},
		{`var rule = regexp.MustCompile("x")`, ""},
		{`var on = cpu.X86.HasAVX2 && os.Getenv("X") != "off"`, ""},
		{`var _ fmt.Stringer = T{}`, ""},
		{`var table = []int{1}; func f(i int) int { table := []int{2}; table[i] = 3; return table[0] }`, ""},
		{`var table = []int{1}; func f() int { return table[0] }`, ""},
		{`var counter int`, "no value"},
		{`var mu sync.Mutex`, "no value or is a lock"},
		{`var pool = sync.Pool{}`, "not a table"},
		{`var cache = make(map[string]int)`, "not a table"},
		{`var shared = &T{}`, "not a table"},
		{`var source = rand.New(rand.NewPCG(1, 2))`, "not a table"},
		{`var cache = map[string]int{}; func f() { cache["x"] = 1 }`, "cache is changed"},
		{`var seed = 1; func f() { seed++ }`, "seed is changed"},
		{`var params = T{}; func f() { params.A.B = 2 }`, "params is changed"},
		{`var params = T{}; func f() *T { return &params }`, "params is changed"},
		{`var n = 0; func f() { for n = range 3 { } }`, "n is changed"},
		{`func init() {}`, "func init"},
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "x.go", "package x\n"+c.code, 0)
		if err != nil {
			t.Fatalf("%s: %v", c.code, err)
		}
		got := strings.Join(globalState(fset, []*ast.File{file}), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.code, got, c.want)
		}
	}
}
