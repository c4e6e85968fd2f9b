package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"usher/hooks/audit"
)

var badCodePattern = regexp.MustCompile(`^bad_[a-z]+$`)

// codesInSource returns the codes of refusals: constants named Code…, literals passed to errs.Invalid, and every literal
// that starts with bad_.
func codesInSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasSuffix(path, "test"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == "../audit/reasons.go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, code := range codesOf(n) {
				found[code] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func codesOf(n ast.Node) (codes []string) {
	add := func(e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if code, err := strconv.Unquote(literal.Value); err == nil {
				codes = append(codes, code)
			}
		}
	}
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
				add(n.Values[i])
			}
		}
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = f.Sel.Name
		case *ast.Ident:
			name = f.Name
		}
		if name == "Invalid" && len(n.Args) == 3 {
			add(n.Args[1])
		}
	case *ast.BasicLit:
		if text, err := strconv.Unquote(n.Value); err == nil && badCodePattern.MatchString(text) {
			codes = append(codes, text)
		}
	}
	return codes
}

func TestReasons_CoverEveryCode(t *testing.T) {
	codes := codesInSource(t)
	if len(codes) < 70 || codes["past"] == "" || codes["bad_length"] == "" || codes["bad_entry"] == "" || codes["put_out_self"] == "" {
		t.Fatalf("got %d codes in the source, want at least 70: %v", len(codes), codes)
	}
	for code, path := range codes {
		if audit.Reasons[code] == "" {
			t.Errorf("%s refuses with the code %s, which has no text: add it to reasonTexts", path, code)
		}
	}
	for code, want := range audit.Reasons {
		if codes[code] == "" {
			t.Errorf("reasonTexts has %s; want only codes that something refuses with", code)
		}
		if got := (audit.Row{Result: code}).Reason(); got != want || !strings.HasSuffix(want, ".") {
			t.Errorf("%s: got %q, want %q with a full stop", code, got, want)
		}
	}
}
