package hooks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
)

// Every kind of email says when it is still worth sending, even if that is always.
func TestEmailKinds_HaveCondition(t *testing.T) {
	app := hookstest.NewApp(t)
	kinds := emailKinds(t)
	if len(kinds) < 19 {
		t.Fatalf("found only %d kinds: %v, want at least 19", len(kinds), kinds)
	}
	for _, kind := range kinds {
		if !mail.HasCondition(app, kind) {
			t.Errorf("emails of kind %q have no condition: register one with mail.SendWhile", kind)
		}
	}
	if mail.HasCondition(app, "unknown") {
		t.Error("an unknown kind has a condition, so this test can't fail")
	}
}

// emailKinds returns the constants of package mail whose names begin with Kind.
func emailKinds(t *testing.T) (kinds []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "mail/message.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, "Kind") {
			kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, kind)
		}
		return true
	})
	return kinds
}
