package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"usher/hooks/audit"
)

// prefixPattern matches the start of an action key that is concatenated, which this test wouldn't find.
var prefixPattern = regexp.MustCompile(`^[a-z]+\.$`)

var actionPattern = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)+$`)

// actionsInSource returns every string literal that looks like an action key, in files that import the package.
func actionsInSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{"../../hooks", "../../views"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(path, "_templ.go") || path == "../../hooks/audit/events.go" {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil || !importsAudit(file) {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if text, _ := strconv.Unquote(literal.Value); prefixPattern.MatchString(text) {
						t.Errorf("%s concatenates an action key from %q: write it in full", path, text)
					}
					if text, err := strconv.Unquote(literal.Value); err == nil && actionPattern.MatchString(text) && !strings.HasPrefix(text, "usher.") { // keys of the store
						found[text] = path
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func importsAudit(file *ast.File) bool {
	if file.Name.Name == "audit" {
		return true
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"usher/hooks/audit"` {
			return true
		}
	}
	return false
}

func TestActionTexts_CoverEveryAction(t *testing.T) {
	written := actionsInSource(t)
	if len(written) < 20 || written["invitation.create"] == "" || written["account.signin"] == "" {
		t.Fatalf("got %d actions in the source, want at least 20: %v", len(written), written)
	}
	kinds := map[string]bool{}
	for _, kind := range audit.Kinds {
		kinds[kind.Key] = true
	}
	named := map[string]bool{}
	for _, text := range audit.ActionTexts {
		if named[text.Action] {
			t.Errorf("ActionTexts has %s twice", text.Action)
		}
		named[text.Action] = true
		if written[text.Action] == "" {
			t.Errorf("ActionTexts has %s; want only events that something writes", text.Action)
		}
		if text.Past == "" || text.Infinitive == "" || !kinds[text.Kind] {
			t.Errorf("%s lacks a text or a kind: %+v", text.Action, text)
		}
	}
	for action, path := range written {
		if !named[action] {
			t.Errorf("%s writes the action %s, which has no text: add it to ActionTexts", path, action)
		}
	}
}

func TestRow_Sentence(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	for _, s := range []struct {
		row    audit.Row
		want   string
		reason string
		notes  []audit.Note
	}{
		{row: audit.Row{ActorName: "Marta Oliveira", Action: "invitation.revoke", TargetName: "pavel@x.example", Result: "ok"},
			want: "Marta Oliveira revoked the invitation of pavel@x.example"},
		{row: audit.Row{ActorName: "Marta", Action: "invitation.create", TargetName: "p@x.example", Result: "ok", Detail: `{"roles":["admin","organizer"],"status":"invited"}`},
			want: "Marta invited p@x.example as Admin and Organizer"},
		{row: audit.Row{ActorName: "Marta", Action: "invitation.create", TargetName: "p@x.example", Result: "ok", Detail: `{"roles":[]}`},
			want: "Marta invited p@x.example as a member"},
		{row: audit.Row{ActorName: "Jonas", Action: "invitation.create", Result: "not_allowed", Detail: `{"roles":["admin"]}`},
			want: "Jonas tried to invite someone", reason: "Permission denied.", notes: []audit.Note{{Label: "Roles", Value: "admin"}}},
		{row: audit.Row{ActorName: "Jonas", Action: "member.revoke", TargetName: "Théo", Result: "ok", Detail: `{"roles":["organizer"]}`},
			want: "Jonas revoked the Organizer role of Théo"},
		{row: audit.Row{ActorName: "Jonas", Action: "member.revoke", TargetName: "Théo", Result: "ok", Detail: `{"roles":["admin","organizer"]}`},
			want: "Jonas revoked the Admin and Organizer roles of Théo"},
		{row: audit.Row{ActorName: "Clara Weiss", Action: "session.answer", TargetName: "Kestrel, final approval", Result: "ok", Detail: `{"answer":"yes"}`},
			want: "Clara Weiss accepted Kestrel, final approval"},
		{row: audit.Row{ActorName: "Clara Weiss", Action: "session.answer", TargetName: "Kestrel", Result: "session_ended", Detail: `{"answer":"maybe"}`},
			want: "Clara Weiss tried to reply “maybe” to Kestrel", reason: "The session had ended."},
		{row: audit.Row{ActorName: "Clara Weiss", Action: "session.answer", Result: "bad_answer"},
			want: "Clara Weiss tried to reply to a session", reason: "The reply was invalid, or the host tried to reply."},
		{row: audit.Row{ActorName: "Nadia", Action: "session.schedule", TargetName: "Kestrel", Result: "ok", Detail: `{"starts":"2026-11-19T08:30:00Z"}`},
			want: "Nadia scheduled Kestrel", notes: []audit.Note{{Label: "Starts", Value: "19 November 2026, 09:30"}}},
		{row: audit.Row{Action: "session.end", TargetName: "Kestrel", Result: "ok", Detail: `{"reason":"empty"}`},
			want: "Usher ended Kestrel", notes: []audit.Note{{Label: "Reason", Value: "Everyone had left"}}},
		{row: audit.Row{Action: "invitation.decline", TargetName: "p@x.example", Result: "ok"},
			want: "Someone with the link declined the invitation for p@x.example"},
		{row: audit.Row{ActorName: "command line", Action: "account.reset.request", Result: "too_many"},
			want: "The command line tried to request a password reset", reason: "Too many attempts, or too many at the same time."},
		{row: audit.Row{ActorName: "Marta", Action: "team.update", TargetName: "Halation {roles} {on}", Result: "ok",
			Detail: `{"name":"New","admins_manage_admins":true,"rows":1204000,"filter":{"b":"2","a":[1,2]},"none":null}`},
			want: "Marta changed the settings of Halation {roles} {on}",
			notes: []audit.Note{{Label: "Admins can manage other Admins", Value: "yes"}, {Label: "Filter", Value: "a 1, 2, b 2"},
				{Label: "Name", Value: "New"}, {Label: "Rows", Value: "1204000"}}},
		{row: audit.Row{ActorName: "Marta", Action: "import.done", Result: "ok", Detail: `{"invited":12,"import":"x"}`},
			want: "Marta finished importing a list", notes: []audit.Note{{Label: "Invited", Value: "12"}}},
		{row: audit.Row{Action: "meteor.strike", TargetName: "Earth", Result: "out_of_range", Detail: "not JSON"},
			want: "Usher tried to perform “meteor.strike” on Earth", reason: "Out of range."},
	} {
		if got := s.row.Sentence().String(); got != s.want {
			t.Errorf("got %q, want %q", got, s.want)
		}
		if got := s.row.Reason(); got != s.reason {
			t.Errorf("%s: got the reason %q, want %q", s.want, got, s.reason)
		}
		got := s.row.Notes(zone)
		if len(got) != len(s.notes) {
			t.Errorf("%s: got the notes %v, want %v", s.want, got, s.notes)
			continue
		}
		for n := range got {
			if got[n] != s.notes[n] {
				t.Errorf("%s: got the notes %v, want %v", s.want, got, s.notes)
			}
		}
	}
}

func TestEvent_Text(t *testing.T) {
	invited := audit.Row{Actor: "m", ActorName: "Marta", Action: "invitation.create", TargetName: "t@x.example", Result: "ok", Detail: `{"roles":["admin"]}`}
	removed := audit.Row{Actor: "m", ActorName: "Marta", Action: "member.remove", TargetName: "Théo", Result: "ok"}
	declined := audit.Row{Action: "invitation.decline", TargetName: "t@x.example", Result: "ok"}
	ended := audit.Row{ActorName: "mail provider", Action: "invitation.undeliverable", TargetName: "t@x.example", Result: "ok"}
	refused := removed
	refused.Result = "not_allowed"
	for want, event := range map[string]audit.Event{
		"Invited as Admin by Marta":                                 {Row: invited, IsTarget: true},
		"Invited t@x.example as Admin":                              {Row: invited, IsActor: true},
		"Removed from the team by Marta":                            {Row: removed, IsTarget: true},
		"Removed Théo from the team":                                {Row: removed, IsActor: true},
		"Removed from the team":                                     {Row: removed, IsActor: true, IsTarget: true},
		"Declined the invitation":                                   {Row: declined, IsTarget: true},
		"Invitation closed because the email couldn't be delivered": {Row: ended, IsTarget: true},
		"Marta tried to remove Théo from the team":                  {Row: refused, IsTarget: true},
		"Tried to remove Théo from the team":                        {Row: refused, IsActor: true},
		"Signed in":                                                 {Row: audit.Row{ActorName: "Théo", Action: "account.signin", Result: "ok"}, IsActor: true, IsTarget: true},
	} {
		if got := event.Text(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Every event that carries a time shows it as a date in the reader's zone: as the actions write it, and as the change of a record by
// a server administrator holds it.
func TestRow_Notes_ShowTimesInTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ action, detail, want string }{
		{"session.schedule", `{"starts":"2026-12-07T14:00:00Z"}`, "Starts: 7 December 2026, 14:00"},
		{"session.schedule", `{"starts":"2026-07-07T14:00:00Z"}`, "Starts: 7 July 2026, 15:00"},
		{"session.change", `{"starts":"2026-07-07T23:30:00Z"}`, "Starts: 8 July 2026, 00:30"},
		{"session.change", `{"starts":"2026-07-07 14:00:00.000Z → 2026-12-07 14:00:00.000Z"}`, "Starts: 7 July 2026, 15:00 → 7 December 2026, 14:00"},
		{"session.change", `{"ended":"none → 2026-07-07 14:00:00.000Z"}`, "Ended: none → 7 July 2026, 15:00"},
		{"invitation.update", `{"expires":"2026-07-07 14:00:00.000Z → 2026-07-08 14:00:00.123Z"}`, "Expires: 7 July 2026, 15:00 → 8 July 2026, 15:00"},
		{"invitation.revoke", `{"answered":"none → 2026-07-07 14:00:00.000Z"}`, "Answered: none → 7 July 2026, 15:00"},
		{"account.login.change", `{"seen":"2026-07-07 14:00:00.000Z → 2026-07-07 16:00:00.000Z"}`, "Seen: 7 July 2026, 15:00 → 7 July 2026, 17:00"},
		{"account.change", `{"until":"2026-07-07T14:00:00+02:00"}`, "Until: 7 July 2026, 13:00"},
		{"data.update", `{"joined":"2026-07-07 14:00:00.000Z → none"}`, "Joined: 7 July 2026, 15:00 → none"},
		{"audit.export", `{"from":"2026-07-06T23:00:00Z"}`, "From: 7 July 2026, 00:00"},
		{"audit.export", `{"until":"2026-12-07T00:00:00Z"}`, "Until: 7 December 2026, 00:00"},
		{"users.export", `{"search":"2026-12-07"}`, "Search: 2026-12-07"},
	} {
		notes := audit.Row{Action: s.action, Result: "ok", Detail: s.detail}.Notes(zone)
		if len(notes) != 1 || notes[0].Label+": "+notes[0].Value != s.want {
			t.Errorf("%s %s: got %v, want %q", s.action, s.detail, notes, s.want)
		}
	}
}

var stampLayout = regexp.MustCompile(`\.With\("[a-z_]+", [^\n]*\.Format\(([^)]*)\)`)

// Actions write times in RFC 3339, which Notes shows in the reader's zone.
func TestActions_WriteTimesInRFC3339(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../../hooks", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range stampLayout.FindAllStringSubmatch(string(source), -1) {
			if found++; m[1] != "time.RFC3339" {
				t.Errorf("%s writes a time as %s, want time.RFC3339", path, m[1])
			}
		}
		return err
	})
	if err != nil || found < 2 {
		t.Fatalf("found %d times (%v), want at least 2", found, err)
	}
}
