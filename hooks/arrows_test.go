package hooks_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// domainPackages is what a view may ask of: every room of hooks that keeps something true for people.
const domainPackages = "accounts actors addresslist administrators attendances audit bulk calendar capacity changes entry invitations limits live mail members people pictures plans record rooms seats sessions settings spreadsheet tags teams"

// allowedImports says which of our packages a package may import directly, in tests not counted.
// Names without a folder are rooms of hooks.
var allowedImports = map[string]string{
	".":             "hooks live live/embedded operate settings views pb_migrations",
	"pb_migrations": "",
	"static":        "",

	// What everything stands on.
	"record":          "",
	"settings":        "",
	"spreadsheet":     "",
	"limits":          "",
	"actors":          "limits record",
	"pictures":        "record",
	"audit":           "actors limits record spreadsheet",
	"administrators":  "actors audit record",
	"changes":         "",
	"jobs":            "",
	"people":          "record",
	"mail":            "record settings",
	"mail/resendtest": "",

	// The domains, one way: bulk, tags and invitations, sessions, members, seats, plans, teams.
	"accounts":    "actors audit limits mail pictures record settings",
	"addresslist": "accounts record",
	"teams":       "actors audit limits mail pictures record settings",
	"plans":       "record",
	"seats":       "people plans record",
	"capacity":    "accounts actors mail plans record seats settings teams",
	"members":     "accounts actors audit limits mail people plans record settings spreadsheet teams",
	"invitations": "accounts actors addresslist audit changes limits mail members people record seats sessions settings spreadsheet teams",
	"tags":        "accounts actors audit members people record",
	"bulk":        "actors audit invitations members record sessions tags",

	// Sessions: where, when and who; how they run; who gets in; who was there.
	"calendar":      "",
	"live":          "record settings",
	"live/embedded": "live",
	"live/livetest": "live live/embedded",
	"rooms":         "actors audit plans record settings teams",
	"sessions":      "accounts actors addresslist audit calendar jobs limits live mail members plans record rooms seats settings teams",
	"entry":         "accounts actors audit limits live mail members record rooms sessions settings teams",
	"attendances":   "actors audit changes entry jobs live record sessions",

	"hooks":     domainPackages,
	"operate":   domainPackages,
	"hookstest": "hooks pb_migrations " + domainPackages,

	"views":             "entry live operate static views/account views/api views/join views/member views/panel views/stage views/web hooks settings",
	"views/web":         "accounts actors administrators audit changes limits live record settings views/ui",
	"views/ui":          "record static",
	"views/frame":       domainPackages + " static views/ui views/web",
	"views/find":        domainPackages + " views/ui views/web",
	"views/account":     domainPackages + " views/frame views/ui views/web",
	"views/panel":       domainPackages + " views/find views/frame views/ui views/web",
	"views/member":      domainPackages + " views/find views/frame views/ui views/web",
	"views/join":        domainPackages + " static views/frame views/ui views/web",
	"views/stage":       domainPackages + " static views/frame views/ui views/web",
	"views/api":         domainPackages + " views/web",
	"views/viewstest":   "hookstest settings views",
	"views/browsertest": "",
}

// exclusiveImports are the packages that alone may import what is of others.
var exclusiveImports = map[string]string{
	"github.com/resend/":   "mail",
	"github.com/livekit/":  "live live/embedded live/livetest",
	"github.com/pion/":     "live/livetest",
	"github.com/mileusna/": "accounts",
	"github.com/chromedp/": "", // tests alone
}

type listedPackage struct {
	ImportPath string
	Imports    []string
}

// listPackages lists the packages of this module, by the name that the table has for them.
func listPackages(t *testing.T) map[string][]string {
	t.Helper()
	command := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "usher/...")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[shortPath(p.ImportPath)] = p.Imports
	}
}

func shortPath(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "usher"), "/")
	if path == "" {
		return "."
	}
	return strings.TrimPrefix(path, "hooks/")
}

func TestImports_AreAllowed(t *testing.T) {
	all := listPackages(t)
	if len(all) < 20 {
		t.Fatalf("%d packages", len(all))
	}
	for name, imports := range all {
		line, known := allowedImports[name]
		if !known {
			t.Errorf("%s has no line in the table", name)
		}
		allowed := strings.Fields(line)
		for _, path := range imports {
			if ours := path == "usher" || strings.HasPrefix(path, "usher/"); ours && !slices.Contains(allowed, shortPath(path)) {
				t.Errorf("%s imports %s", name, shortPath(path))
			}
			for prefix, owner := range exclusiveImports {
				if strings.HasPrefix(path, prefix) && !slices.Contains(strings.Fields(owner), name) {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
	for name := range allowedImports {
		if _, there := all[name]; !there {
			t.Errorf("the table has a line for %s, which is no package", name)
		}
	}
}

func TestAllowedImports_HaveNoCycle(t *testing.T) {
	done := map[string]bool{}
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if slices.Contains(path, name) {
			t.Fatalf("a circle: %v", append(path, name))
		}
		if done[name] {
			return
		}
		for _, next := range strings.Fields(allowedImports[name]) {
			visit(next, append(path, name))
		}
		done[name] = true
	}
	for name := range allowedImports {
		visit(name, nil)
	}
	for name, line := range allowedImports {
		inHooks := name != "." && !strings.HasPrefix(name, "views")
		if inHooks && strings.Contains(line, "views") {
			t.Errorf("%s may import views: nothing in hooks does", name)
		}
	}
}
