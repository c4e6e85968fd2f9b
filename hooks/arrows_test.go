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

const (
	// tools are the libraries, which know nothing about the domain.
	tools = " tools/calendar tools/csvfile tools/dates tools/disk tools/errs tools/images tools/jobs tools/ratelimit tools/settings tools/singleuse tools/text"

	// domainPackages are the packages of hooks that a view may import.
	domainPackages = "accounts active actors addresslist administrators attendances audit backup billing bulk capacity chat events identities invitations join licences live mail members onboarding passkeys paths people plans record recordings rooms runs seats sessions support tags teams twofactors usage" + tools
)

// allowedImports lists, for each package, which of our packages it may import directly; tests aren't included. Names
// without a folder are packages of hooks.
var allowedImports = map[string]string{
	".":             "billing billing/stripe commands database hooks live live/embedded tools/settings views pb_migrations",
	"pb_migrations": "database",
	"static":        "",

	// Libraries.
	"tools/calendar":  "",
	"tools/csvfile":   "",
	"tools/dates":     "",
	"tools/disk":      "",
	"tools/errs":      "",
	"tools/images":    "tools/errs tools/text",
	"tools/jobs":      "",
	"tools/ratelimit": "tools/text",
	"tools/settings":  "",
	"tools/singleuse": "",
	"tools/text":      "tools/errs",
	"tools/webm":      "",

	// Foundations of every domain.
	"record":          "tools/errs tools/text",
	"database":        "record tools/text",
	"actors":          "record" + tools,
	"audit":           "actors record" + tools,
	"administrators":  "actors audit record" + tools,
	"events":          "",
	"paths":           "",
	"people":          "actors audit record" + tools,
	"mail":            "record" + tools,
	"mail/resendtest": "",
	"emails":          "mail" + tools,

	// The domains, in one direction: bulk, invitations, tags and sessions, members, seats, plans, teams.
	"accounts":    "actors audit emails mail paths record" + tools,
	"twofactors":  "accounts actors audit emails mail paths record" + tools,
	"addresslist": "accounts" + tools,
	"teams":       "actors audit emails mail paths record" + tools,
	"plans":       "record" + tools,
	"seats":       "people plans record" + tools,
	"capacity":    "accounts actors emails mail paths plans record seats teams" + tools,
	"members":     "accounts actors audit emails mail paths people plans record teams" + tools,
	"invitations": "accounts actors addresslist audit emails events mail members paths people record seats sessions tags teams" + tools,
	"identities":  "accounts actors audit emails invitations mail paths record sessions" + tools,
	"passkeys":    "accounts actors audit emails mail paths record" + tools,
	"tags":        "accounts actors audit members people record" + tools,
	"bulk":        "actors audit events invitations mail members record sessions tags" + tools,

	// Sessions: scheduling and participants, running, admission, attendance.
	"live":           tools,
	"live/embedded":  "live",
	"live/livetest":  "live live/embedded",
	"live/recorder":  "tools/webm",
	"rooms":          "actors audit paths plans record teams" + tools,
	"sessions":       "accounts actors addresslist audit emails live mail members paths plans record rooms teams" + tools,
	"runs":           "actors audit live plans record sessions teams" + tools,
	"licences":       "actors plans record runs seats sessions teams" + tools,
	"join":           "accounts actors audit live mail members paths plans record rooms runs sessions teams" + tools,
	"chat":           "actors join live record sessions" + tools,
	"recordings":     "accounts actors audit emails events live live/recorder mail members paths plans record rooms runs sessions teams" + tools,
	"recordings/mp4": "events live/recorder plans recordings" + tools,
	"attendances":    "actors audit events join live record runs sessions" + tools,
	"usage":          "actors attendances audit plans record runs sessions teams" + tools,

	"support":    "accounts audit emails mail" + tools,
	"onboarding": "actors record" + tools,

	"billing": "accounts actors audit emails mail paths plans record recordings seats teams" + tools,

	"backup": "database emails mail record recordings" + tools,

	"metrics":            "backup live mail" + tools,
	"doctor":             "backup live mail" + tools,
	"billing/stripe":     "billing tools/settings",
	"billing/stripetest": "billing",

	"active": "accounts actors audit events live record sessions" + tools,

	"hooks":                domainPackages + " recordings/mp4",
	"commands":             domainPackages + " commands/samplemedia database doctor emails",
	"commands/samplemedia": "",
	"hookstest":            "database hooks pb_migrations " + domainPackages,
	"hookstest/s3test":     "",

	"views":             "commands join live metrics static views/account views/api views/app views/help views/join views/live views/panel views/web",
	"views/web":         "accounts actors administrators audit events live paths record views/ui" + tools,
	"views/ui":          "static tools/text",
	"views/layout":      domainPackages + " static views/answers views/ui views/web",
	"views/answers":     "members sessions tools/text",
	"views/help":        domainPackages + " static views/answers views/layout views/ui views/web",
	"views/search":      domainPackages + " views/ui views/web",
	"views/account":     domainPackages + " views/answers views/layout views/ui views/web",
	"views/player":      "live/recorder static views/ui",
	"views/panel":       domainPackages + " views/answers views/recordings views/search views/layout views/ui views/web",
	"views/app":         domainPackages + " views/answers views/recordings views/search views/layout views/ui views/web",
	"views/recordings":  domainPackages + " views/layout views/player views/ui views/web",
	"views/join":        domainPackages + " static views/layout views/ui views/web",
	"views/live":        domainPackages + " static views/layout views/ui views/web",
	"views/api":         domainPackages + " static views/layout views/ui views/web",
	"views/viewstest":   "hookstest tools/settings views",
	"views/browsertest": "",
}

// exclusiveImports maps external packages to the only package that may import them.
var exclusiveImports = map[string]string{
	"github.com/resend/":   "mail",
	"github.com/stripe/":   "billing/stripe",
	"github.com/livekit/":  "live live/embedded live/livetest live/recorder",
	"github.com/pion/":     "live/livetest live/recorder",
	"github.com/at-wat/":   "tools/webm",
	"github.com/gorilla/":  "live/recorder",
	"github.com/mileusna/": "accounts",
	"github.com/chromedp/": "", // only tests

	"github.com/prometheus/":      "metrics",
	"github.com/emersion/":        "", // only tests
	"github.com/santhosh-tekuri/": "", // only tests
	"github.com/oauth2-proxy/":    "", // only tests
	"github.com/descope/":         "", // only tests
	"github.com/go-webauthn/":     "passkeys",
}

type listedPackage struct {
	ImportPath string
	Imports    []string
}

// listPackages returns the packages of this module by their names in the table.
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
		t.Fatalf("found only %d packages, want at least 20", len(all))
	}
	for name, imports := range all {
		line, known := allowedImports[name]
		if !known {
			t.Errorf("allowedImports has no entry for %s", name)
		}
		allowed := strings.Fields(line)
		for _, path := range imports {
			if ours := path == "usher" || strings.HasPrefix(path, "usher/"); ours && !slices.Contains(allowed, shortPath(path)) {
				t.Errorf("%s must not import %s", name, shortPath(path))
			}
			for prefix, owner := range exclusiveImports {
				if strings.HasPrefix(path, prefix) && !slices.Contains(strings.Fields(owner), name) {
					t.Errorf("%s must not import %s", name, path)
				}
			}
		}
	}
	for name := range allowedImports {
		if _, there := all[name]; !there {
			t.Errorf("allowedImports has an entry for %s, which doesn't exist", name)
		}
	}
}

func TestAllowedImports_HaveNoCycle(t *testing.T) {
	done := map[string]bool{}
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if slices.Contains(path, name) {
			t.Fatalf("import cycle: %v, want no %v", append(path, name), name)
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
			t.Errorf("%s must not import views", name)
		}
	}
}
