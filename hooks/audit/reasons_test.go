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

// codesInSource are the codes that the program refuses with: the constants Code…, what is written out in a call of
// Refuse, and every text of the shape bad_….
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
	text := func(e ast.Expr) {
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
				text(n.Values[i])
			}
		}
	case *ast.CallExpr:
		called := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			called = f.Sel.Name
		case *ast.Ident:
			called = f.Name
		}
		if called == "Invalid" && len(n.Args) == 3 {
			text(n.Args[1])
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
		t.Fatalf("too few codes are found in the source: %v", codes)
	}
	for code, path := range codes {
		if audit.Reasons[code] == "" {
			t.Errorf("%s refuses with the code %s, which has no words: add it to reasons", path, code)
		}
	}
	for code, words := range audit.Reasons {
		if codes[code] == "" {
			t.Errorf("nothing refuses with the code %s", code)
		}
		if got := (audit.Row{Result: code}).Reason(); got != words || !strings.HasSuffix(words, ".") {
			t.Errorf("%s: %q", code, got)
		}
	}
}
