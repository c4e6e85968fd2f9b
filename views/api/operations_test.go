package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"usher/views/api"
)

func TestOperations_DescribeEveryMountedRoute(t *testing.T) {
	described := map[route]int{}
	ids := map[string]bool{}
	for _, op := range api.OperationRows() {
		described[route{op.Method, op.Path}]++
		if ids[op.ID] || op.ID == "" {
			t.Errorf("%s %s: the id %q is empty or used twice", op.Method, op.Path, op.ID)
		}
		ids[op.ID] = true
		if !regexp.MustCompile(`^[A-Z].*[^.]$`).MatchString(op.Summary) {
			t.Errorf("%s: got the summary %q, want one that begins with a capital and has no period", op.ID, op.Summary)
		}
	}
	mounted := routes(t, "GET", "POST", "PUT", "PATCH", "DELETE")
	if len(mounted) < 70 {
		t.Fatalf("only %d routes are found: %v, want at least 70", len(mounted), mounted)
	}
	for _, r := range mounted {
		if described[r] != 1 {
			t.Errorf("%s %s has %d rows in operations, want 1", r.method, r.path, described[r])
		}
		delete(described, r)
	}
	for r := range described {
		t.Errorf("%s %s is described, but not mounted", r.method, r.path)
	}
}

// TestOperations_RequestTypes_AreThoseOfTheHandlers compares the type in each row with the one that the handler passes to
// decodeBody, itself or through another function of the package.
func TestOperations_RequestTypes_AreThoseOfTheHandlers(t *testing.T) {
	functions, handlers := parseHandlers(t)
	for _, op := range api.OperationRows() {
		handler := handlers[route{op.Method, op.Path}]
		var want []string
		if op.RequestType != "" {
			want = []string{op.RequestType}
		}
		if got := decodedTypes(functions, handler, map[string]bool{}); !slices.Equal(got, want) {
			t.Errorf("%s %s: %s decodes %v, but operations has %v, want %v", op.Method, op.Path, handler, got, want, want)
		}
	}
}

func parseHandlers(t *testing.T) (functions map[string]*ast.FuncDecl, handlers map[route]string) {
	t.Helper()
	functions, handlers = map[string]*ast.FuncDecl{}, map[route]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil {
					functions[n.Name.Name] = n
				}
			case *ast.CallExpr:
				verb, _ := n.Fun.(*ast.SelectorExpr)
				if verb == nil || len(n.Args) != 2 {
					return true
				}
				group, _ := verb.X.(*ast.Ident)
				path, _ := n.Args[0].(*ast.BasicLit)
				if group == nil || path == nil {
					return true
				}
				name := types.ExprString(n.Args[1])
				name, _, _ = strings.Cut(name, "(") // of a function that makes the handler
				handlers[route{verb.Sel.Name, routePrefixes[group.Name] + strings.Trim(path.Value, `"`)}] = name
			}
			return true
		})
	}
	return functions, handlers
}

func decodedTypes(functions map[string]*ast.FuncDecl, name string, seen map[string]bool) (found []string) {
	function := functions[name]
	if function == nil || seen[name] {
		return nil
	}
	seen[name] = true
	variables := map[string]string{}
	ast.Inspect(function.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if n.Type != nil {
				variables[n.Names[0].Name] = types.ExprString(n.Type)
			}
		case *ast.CallExpr:
			called, ok := n.Fun.(*ast.Ident)
			switch {
			case !ok:
			case called.Name == "decodeBody":
				found = append(found, variables[strings.TrimPrefix(types.ExprString(n.Args[1]), "&")])
			default:
				found = append(found, decodedTypes(functions, called.Name, seen)...)
			}
		}
		return true
	})
	return found
}

func TestOperations_Codes_AreKnown(t *testing.T) {
	known := api.ErrorCodes()
	for _, op := range api.OperationRows() {
		for _, code := range op.Codes {
			if !slices.Contains(known, code) {
				t.Errorf("%s: no error has the code %s, want it to contain %v", op.ID, code, code)
			}
		}
	}
}

// TestErrorCodes_ContainThoseOfThisPackage holds that a code that a handler refuses with has a meaning.
func TestErrorCodes_ContainThoseOfThisPackage(t *testing.T) {
	functions, _ := parseHandlers(t)
	known, found := api.ErrorCodes(), 0
	for name, function := range functions {
		ast.Inspect(function, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || types.ExprString(call.Fun) != "errs.Invalid" {
				return true
			}
			if code, ok := call.Args[1].(*ast.BasicLit); ok {
				found++
				if !slices.Contains(known, strings.Trim(code.Value, `"`)) {
					t.Errorf("%s refuses with %s, which the document doesn't list", name, code.Value)
				}
			}
			return true
		})
	}
	if found < 3 {
		t.Errorf("only %d codes are found, want at least 3", found)
	}
}

func TestFields_AreDescribed(t *testing.T) {
	undescribed, unused := api.FieldDocFaults()
	if len(undescribed)+len(unused) > 0 {
		t.Errorf("fields without a row in fieldDocs: %v\nrows without a field: %v, want at most 0", undescribed, unused)
	}
}
