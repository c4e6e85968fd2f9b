package views_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources calls each with every Go file and template of hooks and views, without tests and generated files.
func sources(t *testing.T, each func(path, name string, lines []string)) {
	t.Helper()
	count := 0
	for _, root := range []string{"../hooks", "."} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			name := entry.Name()
			isSource := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go")
			if !isSource || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
				return nil
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			count++
			each(filepath.ToSlash(path), name, strings.Split(string(content), "\n"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if count < 300 {
		t.Fatalf("read %d source files, want all of hooks and views", count)
	}
}

// pathLiteral matches the start of a page's path in quotes: "/app/…, "/signin".
var pathLiteral = regexp.MustCompile(
	"[\"`]/(app|admin|teams|invite|s|r|live|account|signin|signup|signout|reset|verify|email|events|logo|avatar|calendar)[\"`/?#]")

func TestPathLiterals_StandOnlyInPathsAndRoutes(t *testing.T) {
	found := 0
	sources(t, func(path, name string, lines []string) {
		if strings.HasPrefix(path, "viewstest/") {
			return
		}
		for n, line := range lines {
			if !pathLiteral.MatchString(line) {
				continue
			}
			if name == "paths.go" || name == "routes.go" {
				found++
				continue
			}
			t.Errorf("%s:%d writes a path out: %s\ngot a literal, want a function of hooks/paths or of the area's paths.go", path, n+1, strings.TrimSpace(line))
		}
	})
	if found < 20 {
		t.Errorf("found %d paths in the files that own them, want all", found)
	}
}

// fieldRead matches reading a field of a record by its name.
var fieldRead = regexp.MustCompile(`\.(Get(String|Int|Bool|Float|DateTime|StringSlice|Raw)|ExpandedOne|UnmarshalJSONField)\("`)

func TestRecordFields_AreReadByGetters(t *testing.T) {
	if !fieldRead.MatchString(`team.GetString("name")`) {
		t.Fatal("the pattern doesn't match a field read by its name")
	}
	sources(t, func(path, _ string, lines []string) {
		if strings.HasPrefix(path, "../") || strings.HasPrefix(path, "viewstest/") {
			return
		}
		for n, line := range lines {
			if fieldRead.MatchString(line) {
				t.Errorf("%s:%d reads a field by its name: %s\ngot a name, want a getter of the typed record", path, n+1, strings.TrimSpace(line))
			}
		}
	})
}

// renewal matches what gives a login without a second step.
var renewal = regexp.MustCompile(`\b(accounts\.StartLogin|web\.RenewLogin|web\.CompleteSignIn)\(`)

// TestLogins_StartBehindTheSecondStep holds which files start logins otherwise than by web.SignIn, which asks for the second step: for
// users who are signed in already, for accounts that have just been created, and with a passkey, which is both steps.
func TestLogins_StartBehindTheSecondStep(t *testing.T) {
	allowed := []string{"web/login.go", "account/address.go", "account/passkey.go", "account/profile.go", "account/second_step.go", "account/teams.go", "join/invitation.go"}
	found := map[string]bool{}
	sources(t, func(path, _ string, lines []string) {
		if strings.HasPrefix(path, "../") {
			return
		}
		for n, line := range lines {
			if renewal.MatchString(line) {
				found[path] = true
				if !slices.Contains(allowed, path) {
					t.Errorf("%s:%d starts a login without a second step: %s", path, n+1, strings.TrimSpace(line))
				}
			}
		}
	})
	if len(found) != len(allowed) {
		t.Errorf("got logins in %v, want them in %v", found, allowed)
	}
}
