package views_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// markers are texts that no page holds by chance, each for one thing that only some readers can see.
var markers = map[string]string{
	"owner's address": "ownerella@halation.example", "owner's name": "Ownerella",
	"admin's address": "adminius@halation.example", "admin's name": "Adminius",
	"host's address": "hostilda@halation.example", "host's name": "Hostilda",
	"member's address": "memberto@halation.example", "member's name": "Memberto",
	"other guest's address": "guestine@kestrel.example", "other guest's name": "Guestine",
	"team's description": "About the team: zirkonium", "room's description": "About the room: palladium",
	"session's title": "Review of the rushes", "session's description": "About the session: osmium",
	"other session's title": "Budget in private", "other session's description": "Private: iridium",
	"room": "Projection booth",
	"plan": "Platinumplan", "admin seats": "7351", "organizer seats": "6427", "licences": "8642",
}

// What each viewer may read anywhere, unless the table says otherwise. A set includes the one before it.
var (
	inviteeReads = []string{"session's title", "session's description", "room", "host's name"}
	guestReads   = append([]string{"team's description"}, inviteeReads...)
	memberReads  = append([]string{"owner's address", "owner's name", "admin's address", "admin's name", "host's address", "room's description"}, guestReads...)
	adminReads   = append([]string{"member's address", "member's name", "other guest's address", "other guest's name", "other session's title",
		"other session's description", "plan", "admin seats", "organizer seats", "licences"}, memberReads...)
)

// fixture is a team with one of everything, and a viewer of every kind.
type fixture struct {
	*viewstest.Server
	t            *testing.T
	team         *teams.Team
	session      *sessions.Session // the guest, the invitee and the host are in it
	private      *sessions.Session // of the Admin and the other guest
	room         *rooms.Room
	archived     *rooms.Room
	accounts     map[string]*core.Record
	browsers     map[string]*viewstest.Browser
	personalLink string                // the invitee's own link
	recording    *recordings.Recording // of the session, shared with its participants
}

var viewers = []string{"nobody", "stranger", "guest", "invitee", "member", "admin"}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:1"
	d := &fixture{Server: viewstest.Serve(t, config), t: t, accounts: map[string]*core.Record{}, browsers: map[string]*viewstest.Browser{}}
	owner := hookstest.Account(t, d.App, "ownerella@halation.example")
	d.team = hookstest.Team(t, d.App, owner, "Halation Post", "unlimited")
	d.accounts = map[string]*core.Record{
		"stranger": hookstest.Account(t, d.App, "stranger@x.example"),
		"guest":    hookstest.Guest(t, d.App, d.team, "guest@x.example"),
		"invitee":  hookstest.Account(t, d.App, "invitee@x.example"),
		"member":   hookstest.Member(t, d.App, d.team, "plain@halation.example"),
		"admin":    hookstest.Member(t, d.App, d.team, "adminius@halation.example", "admin", "organizer"),
	}
	host := hookstest.Member(t, d.App, d.team, "hostilda@halation.example", "organizer")
	hookstest.Member(t, d.App, d.team, "memberto@halation.example")
	hookstest.Guest(t, d.App, d.team, "guestine@kestrel.example")
	d.setPlanAndDescription(owner)
	d.room, d.archived = d.newRoom(owner, "Projection booth"), d.newRoom(owner, "Old booth")
	if _, err := rooms.Archive(d.App, hookstest.Actor(t, d.App, owner, d.team), d.archived.Id); err != nil {
		t.Fatal(err)
	}
	soon := time.Now().Add(5 * time.Minute)
	d.session = hookstest.ScheduleSession(t, d.App, host, d.team, sessions.Form{Title: markers["session's title"], Description: markers["session's description"],
		Room: d.room.Id, Starts: soon, Guests: []string{"guest@x.example", "invitee@x.example", "guestine@kestrel.example"}})
	d.private = hookstest.ScheduleSession(t, d.App, d.accounts["admin"], d.team, sessions.Form{Title: markers["other session's title"],
		Description: markers["other session's description"], Starts: soon, Guests: []string{"guestine@kestrel.example"}})
	if _, err := runs.Start(d.App, hookstest.Actor(t, d.App, d.accounts["admin"], d.team), d.private.Id); err != nil {
		t.Fatal(err)
	}
	p, err := sessions.FindParticipantByEmail(d.App, d.session.Id, "invitee@x.example")
	if err != nil {
		t.Fatal(err)
	}
	code, err := sessions.PersonalCode(d.App, p)
	if err != nil {
		t.Fatal(err)
	}
	d.personalLink = "/s/" + code
	d.recording = hookstest.Recording(t, d.App, d.session, map[string]any{"shared": true, "room_name": markers["room"]})
	hookstest.WriteRecordingFile(t, d.App, d.recording.Id, recordings.ManifestName, []byte(`{"participants":[{"id":"a","name":"`+markers["host's name"]+`"}],"parts":[]}`))
	d.browsers["nobody"] = d.Anonymous()
	for who, account := range d.accounts {
		d.browsers[who] = d.As(account)
	}
	return d
}

// setPlanAndDescription gives the team a plan and a description that can be recognized.
func (d *fixture) setPlanAndDescription(owner *core.Record) {
	d.t.Helper()
	plan, err := d.App.FindFirstRecordByData("plans", "key", "unlimited")
	if err != nil {
		d.t.Fatal(err)
	}
	for column, value := range map[string]any{"name": "Platinumplan", "admin_seats": 7351, "organizer_seats": 6427, "licences": 8642} {
		plan.Set(column, value)
	}
	if err := d.App.Save(plan); err != nil {
		d.t.Fatal(err)
	}
	about := markers["team's description"]
	if _, err := teams.Update(d.App, hookstest.Actor(d.t, d.App, owner, d.team), teams.Profile{Description: &about}); err != nil {
		d.t.Fatal(err)
	}
	hookstest.Exec(d.t, d.App, "UPDATE teams SET admin_seats = 7351, organizer_seats = 6427, licences = 8642 WHERE id = {:id}", dbx.Params{"id": d.team.Id})
}

func (d *fixture) newRoom(owner *core.Record, name string) *rooms.Room {
	d.t.Helper()
	about := markers["room's description"]
	room, err := rooms.Create(d.App, hookstest.Actor(d.t, d.App, owner, d.team), rooms.Profile{Name: &name, Description: &about})
	if err != nil {
		d.t.Fatal(err)
	}
	return room
}

// markersIn lists the markers that an answer holds, in its body or its headers.
func markersIn(r viewstest.Reply) []string {
	text := html.UnescapeString(r.Body)
	for _, values := range r.Header {
		text += "\n" + strings.Join(values, "\n")
	}
	var found []string
	for name, marker := range markers {
		if strings.Contains(text, marker) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// pageAccess is a page, with what each viewer may read there beyond nothing, and who must read all of it.
type pageAccess struct {
	route    string // package and path, as the route is registered
	path     string
	allowed  map[string][]string
	required map[string][]string
}

func (d *fixture) pages() []pageAccess {
	team := map[string][]string{"guest": guestReads, "member": memberReads, "admin": adminReads}
	app, admin, api := "/app/"+d.team.Slug(), "/admin/"+d.team.Slug(), "/api/teams/"+d.team.Id
	only := []string{"session's title"}
	link := map[string][]string{"nobody": only, "stranger": only, "guest": guestReads, "invitee": append([]string{"team's description"}, inviteeReads...),
		"member": {"session's title", "host's name", "host's address"}, "admin": {"session's title", "host's name", "host's address"}}
	personal := map[string][]string{"nobody": link["invitee"], "invitee": link["invitee"], "stranger": only, "guest": only,
		"member": link["member"], "admin": link["admin"]}
	room := func(name string) map[string][]string {
		named := []string{name}
		return map[string][]string{"nobody": named, "stranger": named, "guest": append([]string{"room's description"}, guestReads...), "invitee": {"session's title", "session's description", "room", "host's name", "room's description"},
			"member": append([]string{"session's title"}, memberReads...), "admin": adminReads}
	}
	panel := map[string][]string{"member": {"owner's name"}, "admin": adminReads} // a refused member learns whom to ask
	nothing := map[string][]string{}
	own := map[string][]string{"admin": {"admin's address", "admin's name"}}
	return []pageAccess{
		{"account /{$}", "/", nothing, nil},
		{"account /admin", "/admin", team, nil},
		{"account /signin", "/signin", nothing, nil},
		{"account /signin/code", "/signin/code", nothing, nil},
		{"account /signin/passkey", "/signin/passkey", nothing, nil},
		{"account /signin/with/{provider}", "/signin/with/oidc", nothing, nil},
		{"account /signin/with/{provider}/callback", "/signin/with/oidc/callback?state=x&code=x", nothing, nil},
		{"account /signin/two-factors", "/signin/two-factors", nothing, nil},
		{"account /signup", "/signup", nothing, nil},
		{"account /verify/{token}", "/verify/nonsense", nothing, nil},
		{"account /reset", "/reset", nothing, nil},
		{"account /reset/{token}", "/reset/nonsense", nothing, nil},
		{"account /email/{token}", "/email/nonsense", nothing, nil},
		{"help /help", "/help", nothing, nil},
		{"help /help/support", "/help/support", own, own},
		{"help /help/{reader}", "/help/admins", nothing, nil},
		{"account /logo/{team}/{hash}", "/logo/" + d.team.Slug() + "/x.png", nothing, nil},
		{"account /avatar/{user}/{hash}", "/avatar/" + d.accounts["admin"].Id + "/x.png", nothing, nil},
		{"account /account", "/account", own, own},
		{"account /account", "/account/picture", own, nil},
		{"account /account/passkeys", "/account/passkeys", own, nil},
		{"account /account/passkeys/add", "/account/passkeys/add", nothing, nil},
		{"account /account/passkeys/{id}", "/account/passkeys/aaaaaaaaaaaaaaa", own, nil},
		{"account /account/identities/{provider}", "/account/identities/oidc", own, nil},
		{"account /account/identities/{provider}/disconnect", "/account/identities/oidc/disconnect", own, nil},
		{"account /account/two-factors", "/account/two-factors", own, nil},
		{"account /account/two-factors", "/account/two-factors/setup", own, nil},
		{"account /account/devices/{id}", "/account/devices/aaaaaaaaaaaaaaa", own, nil},
		{"account /account/delete", "/account/delete", own, nil},
		{"account /teams/invitations/{id}/decline", "/teams/invitations/aaaaaaaaaaaaaaa/decline", nothing, nil},
		{"account /teams", "/teams", map[string][]string{"invitee": {"session's title", "host's name", "session's description", "room"},
			"member": {"owner's address", "owner's name"}, "admin": {"admin's address", "admin's name"}}, map[string][]string{"member": {"owner's name"}, "invitee": {"session's title"}}},
		{"join /s/{code}", "/s/" + d.session.Code(), link, map[string][]string{"nobody": only, "stranger": only, "guest": guestReads, "invitee": link["invitee"], "member": link["member"]}},
		{"join /s/{code}", d.personalLink, personal, map[string][]string{"nobody": personal["nobody"], "stranger": only}},
		{"join /s/{code}", "/s/" + d.private.Code(), map[string][]string{"nobody": {"other session's title"}, "stranger": {"other session's title"}, "guest": {"other session's title"},
			"invitee": {"other session's title"}, "member": {"other session's title", "admin's name", "admin's address"}, "admin": adminReads}, nil},
		{"join /s/{code}/", "/s/" + d.session.Code() + "/join", nothing, nil},
		{"join /s/{code}/next", "/s/" + d.session.Code() + "/next", nothing, nil},
		{"join /s/{code}/events", "/s/nonsense/events", nothing, nil}, // it streams that something changed, never what
		{"join /s/{code}/calendar.ics", "/s/" + d.session.Code() + "/calendar.ics", map[string][]string{"guest": inviteeReads, "invitee": inviteeReads}, map[string][]string{"guest": inviteeReads}},
		{"join /r/{slug}", "/r/" + d.room.Slug(), room("room"), map[string][]string{"stranger": {"room"}}},
		{"join /r/{slug}", "/r/" + d.archived.Slug(), map[string][]string{"member": memberReads, "admin": adminReads}, nil},
		{"join /r/{slug}/account", "/r/" + d.room.Slug() + "/account", nothing, nil},
		{"join /r/{slug}/events", "/r/nonsense/events", nothing, nil},
		{"join /invite/{token}", "/invite/usi_nonsense", nothing, nil},
		{"join /invite/{token}/decline", "/invite/usi_nonsense/decline", nothing, nil},
		{"app ", app, team, map[string][]string{"guest": {"session's title", "team's description"}, "member": {"owner's address"}}},
		{"app /find", app + "/find?q=o", team, nil},
		{"app /find", app + "/find?q=Own", team, nil},
		{"app /rooms", app + "/rooms", map[string][]string{"member": append([]string{"session's title"}, memberReads...), "admin": adminReads}, map[string][]string{"member": {"room"}}},
		{"app /meet", app + "/meet", nothing, nil}, // leads to Home
		{"app /calendar", app + "/calendar", team, nil},
		{"app /calendar/{secret}", "/calendar/nonsense.ics", nothing, nil},
		{"app /sessions", app + "/sessions", team, map[string][]string{"guest": {"session's title"}}},
		{"app /sessions/new", app + "/sessions/new", team, nil},
		{"app /people", app + "/people?q=o", map[string][]string{"member": {"owner's name", "admin's name"}, "admin": adminReads}, nil}, // a refused member learns whom to ask,
		{"app /sessions/{id}", app + "/sessions/" + d.session.Id, team, map[string][]string{"guest": inviteeReads}},
		{"app /sessions/{id}", app + "/sessions/" + d.private.Id, map[string][]string{"admin": adminReads}, map[string][]string{"admin": {"other session's title"}}},
		{"app /sessions/{id}/chat.txt", app + "/sessions/" + d.session.Id + "/chat.txt", map[string][]string{"admin": {"session's title"}}, nil},
		{"app /sessions/{id}/edit", app + "/sessions/" + d.session.Id + "/edit", map[string][]string{"guest": {"host's name"}, "admin": adminReads}, nil},
		{"app /sessions/{id}/cancel", app + "/sessions/" + d.session.Id + "/cancel", map[string][]string{"guest": {"host's name"}, "admin": adminReads}, nil},
		{"app /sessions/{id}/end", app + "/sessions/" + d.session.Id + "/end", nothing, nil},                                               // leads to the details
		{"app /sessions/{id}/people/{participant}/link", app + "/sessions/" + d.session.Id + "/people/aaaaaaaaaaaaaaa/link", nothing, nil}, // leads to the details
		{"recordings /recordings", app + "/recordings", team, map[string][]string{"guest": {"session's title", "host's name", "room"}}},
		{"recordings /recordings/{id}", app + "/recordings/" + d.recording.Id, map[string][]string{"guest": guestReads, "admin": adminReads}, map[string][]string{"guest": {"session's title", "host's name"}}},
		{"recordings /recordings/{id}/rename", app + "/recordings/" + d.recording.Id + "/rename", map[string][]string{"admin": adminReads}, nil},
		{"recordings /recordings/{id}/trash", app + "/recordings/" + d.recording.Id + "/trash", map[string][]string{"admin": adminReads}, nil},
		{"recordings /recordings/{id}/delete", app + "/recordings/" + d.recording.Id + "/delete", map[string][]string{"admin": adminReads}, nil},
		{"recordings /files/{name}", app + "/recordings/" + d.recording.Id + "/files/manifest.json", nothing, nil},
		{"recordings /download", app + "/recordings/" + d.recording.Id + "/download", map[string][]string{"guest": {"session's title", "host's name"}, "admin": adminReads}, nil},
		{"panel ", admin, panel, nil},
		{"panel /users", admin + "/users", panel, map[string][]string{"admin": {"member's address", "other guest's address"}}},
		{"panel /users/add", admin + "/users/add", panel, nil},
		{"panel /users/sample.csv", admin + "/users/sample.csv", panel, nil},
		{"panel /users/export", admin + "/users/export", panel, map[string][]string{"admin": {"member's address"}}},
		{"panel /users/permissions", admin + "/users/permissions", panel, nil},
		{"panel /users/selected", admin + "/users/selected", panel, nil},
		{"panel /users/import", admin + "/users/import", panel, nil},
		{"panel /users/import/{id}", admin + "/users/import/aaaaaaaaaaaaaaa", panel, nil},
		{"panel /users/import/{id}/stop", admin + "/users/import/aaaaaaaaaaaaaaa/stop", panel, nil},
		{"panel /users/import/{id}/revoke", admin + "/users/import/aaaaaaaaaaaaaaa/revoke", panel, nil},
		{"panel /users/import/{id}/report", admin + "/users/import/aaaaaaaaaaaaaaa/report", panel, nil},
		{"panel /users/jobs/{id}", admin + "/users/jobs/aaaaaaaaaaaaaaa", panel, nil},
		{"panel /users/{id}", admin + "/users/" + d.accounts["guest"].Id, panel, nil},
		{"panel /users/{id}/{action}", admin + "/users/" + d.accounts["guest"].Id + "/remove", panel, nil},
		{"panel /rooms", admin + "/rooms", panel, map[string][]string{"admin": {"room"}}},
		{"panel /rooms/new", admin + "/rooms/new", panel, nil},
		{"panel /rooms/{id}", admin + "/rooms/" + d.room.Id, panel, map[string][]string{"admin": {"room"}}},
		{"panel /rooms/{id}/edit", admin + "/rooms/" + d.room.Id + "/edit", panel, nil},
		{"panel /rooms/{id}/archive", admin + "/rooms/" + d.room.Id + "/archive", panel, nil},
		{"panel /rooms/{id}/rotate", admin + "/rooms/" + d.room.Id + "/rotate", panel, nil},
		{"panel /licences", admin + "/licences", panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /find", admin + "/find?q=o", panel, nil},
		{"panel /audit", admin + "/audit", panel, nil},
		{"panel /audit/verify", admin + "/audit/verify", panel, nil},
		{"panel /audit/export", admin + "/audit/export", panel, nil},
		{"panel /settings", admin + "/settings", panel, nil},
		{"panel /billing", admin + "/billing", panel, map[string][]string{"admin": {"plan"}}},
		{"panel /billing/review", admin + "/billing/review?plan=business", panel, map[string][]string{"admin": {"plan"}}},
		{"panel /billing/history.csv", admin + "/billing/history.csv", panel, nil},
		{"panel /billing/pay", admin + "/billing/pay", panel, nil},
		{"panel /billing/paid", admin + "/billing/paid", panel, nil},
		{"panel /billing/portal", admin + "/billing/portal", panel, nil},
		{"panel /settings/delete", admin + "/settings/delete", panel, nil},
		{"panel /settings/owner", admin + "/settings/owner", panel, nil},
		{"panel /settings/recordings", admin + "/settings/recordings", panel, nil},
		{"panel /settings/test-email/{email}", admin + "/settings/test-email/aaaaaaaaaaaaaaa", panel, nil},
		{"panel /active", admin + "/active", panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /active/{id}", admin + "/active/" + d.private.Id, panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /active/{id}/end", admin + "/active/" + d.private.Id + "/end", panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /usage", admin + "/usage", panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /usage/export", admin + "/usage/export", panel, map[string][]string{"admin": {"other session's title"}}},
		{"panel /usage/{id}", admin + "/usage/" + d.private.Id, panel, map[string][]string{"admin": {"other session's title"}}},
		{"recordings /recordings", admin + "/recordings", panel, map[string][]string{"admin": {"session's title"}}},
		{"recordings /recordings/{id}", admin + "/recordings/" + d.recording.Id, panel, map[string][]string{"admin": {"session's title"}}},
		{"live ", "/live/" + d.session.Id, map[string][]string{"guest": inviteeReads, "admin": adminReads}, nil},
		{"live /", "/live/" + d.session.Id + "/mute", map[string][]string{"guest": inviteeReads, "admin": adminReads}, nil},
		{"live /state", "/live/" + d.session.Id + "/state", map[string][]string{"guest": inviteeReads, "admin": adminReads}, nil},
		{"live /chat", "/live/" + d.session.Id + "/chat", map[string][]string{"guest": inviteeReads, "admin": adminReads}, nil},
		{"web /events", "/events?team=nonsense", nothing, nil},
		{"api /api/docs", "/api/docs", nothing, nil},
		{"api /api/openapi.json", "/api/openapi.json", nothing, nil},
		{"api /teams", "/api/teams", nothing, nil},
		{"api /invitations", "/api/invitations", nothing, nil},
		{"api /devices", "/api/account/devices", nothing, nil},
		{"api /test-email/{id}", "/api/teams/" + d.team.Slug() + "/test-email/aaaaaaaaaaaaaaa", panel, nil},
		{"api ", api, team, map[string][]string{"guest": {"team's description"}}},
		{"api /feed", api + "/feed", nothing, nil},
		{"api /sessions", api + "/sessions", team, map[string][]string{"guest": {"session's title"}}},
		{"api ", "/api/sessions/" + d.session.Id, team, map[string][]string{"guest": {"session's title", "session's description", "host's name"}}},
		{"api ", "/api/sessions/" + d.private.Id, map[string][]string{"admin": adminReads}, nil},
		{"api ", api + "/rooms", map[string][]string{"member": memberReads, "admin": adminReads}, map[string][]string{"member": {"room"}}},
		{"api /{id}", api + "/rooms/" + d.room.Id, map[string][]string{"member": memberReads, "admin": adminReads}, nil},
		{"api /recordings", api + "/recordings", team, map[string][]string{"guest": {"session's title"}}},
		{"api /recordings/{id}", api + "/recordings/" + d.recording.Id, map[string][]string{"guest": guestReads, "admin": adminReads}, map[string][]string{"guest": {"session's title"}}},
		{"api /active", api + "/active", map[string][]string{"admin": adminReads}, nil},
		{"api /seats", api + "/seats", panel, map[string][]string{"admin": {"admin seats", "organizer seats", "licences"}}},
		{"api /billing", api + "/billing", panel, map[string][]string{"admin": {"plan"}}},
		{"api /start", api + "/start", panel, nil},
		{"api /ownership", api + "/ownership", panel, nil},
		{"api /licences", api + "/licences", panel, map[string][]string{"admin": {"admin seats", "organizer seats", "licences", "owner's address", "host's name"}}},
		{"api /users", api + "/users", panel, map[string][]string{"admin": {"member's address", "other guest's address"}}},
		{"api /users/{id}", api + "/users/" + d.accounts["guest"].Id, panel, nil},
		{"api /users.csv", api + "/users.csv", panel, nil},
		{"api /usage", api + "/usage", panel, nil},
		{"api /usage.csv", api + "/usage.csv", panel, nil},
		{"api /audit", api + "/audit", panel, nil},
		{"api /audit.csv", api + "/audit.csv", panel, nil},
		{"api /audit/verify", api + "/audit/verify", panel, nil},
		{"api /tags", api + "/tags", panel, nil},
		{"api /imports", api + "/imports", panel, nil},
		{"api /imports/{id}", api + "/imports/aaaaaaaaaaaaaaa", panel, nil},
		{"api /users/jobs/{id}", api + "/users/jobs/aaaaaaaaaaaaaaa", panel, nil},
		{"api /imports/{id}/report", api + "/imports/aaaaaaaaaaaaaaa/report", panel, nil},
	}
}

func TestDisclosure_Pages(t *testing.T) {
	d := newFixture(t)
	// The Admin's own name and address, and what the Admin hosts, are everywhere where the Admin is signed in.
	self := map[string][]string{"admin": adminReads[:0:0]}
	self["admin"] = append(self["admin"], "admin's address", "admin's name")
	for _, p := range d.pages() {
		for _, who := range viewers {
			reply := d.browsers[who].Get(p.path)
			if strings.HasPrefix(p.path, "/api/") {
				reply = d.callAPI(who, p.path)
			}
			found := markersIn(reply)
			for _, marker := range found {
				if !slices.Contains(p.allowed[who], marker) && !slices.Contains(self[who], marker) {
					t.Errorf("%s reads the %s on %s (%d)", who, marker, p.path, reply.Status)
				}
			}
			for _, marker := range p.required[who] {
				if !slices.Contains(found, marker) {
					t.Errorf("%s doesn't read the %s on %s (%d), want it to contain %v", who, marker, p.path, reply.Status, marker)
				}
			}
		}
	}
}

// callAPI sends the request of a program with the token of the viewer.
func (d *fixture) callAPI(who, path string) viewstest.Reply {
	d.t.Helper()
	request, err := newGetRequest(d.URL + path)
	if err != nil {
		d.t.Fatal(err)
	}
	if account := d.accounts[who]; account != nil {
		request.Header.Set("Authorization", d.Token(account))
	}
	return d.Anonymous().Send(request)
}

var getRoute = regexp.MustCompile(`\.GET\("([^"]*)"`)

// TestDisclosure_CoversEveryRoute fails when a page is registered that the table above doesn't hold.
func TestDisclosure_CoversEveryRoute(t *testing.T) {
	known := map[string]bool{}
	for _, p := range newFixture(t).pages() {
		known[p.route] = true
	}
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		area := filepath.Base(filepath.Dir(file))
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range getRoute.FindAllStringSubmatch(string(source), -1) {
			seen++
			if !known[area+" "+m[1]] {
				t.Errorf("the table holds no page %q", area+" "+m[1])
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d pages were found in the source, want at least 80", seen)
	}
}

func TestDisclosure_Collections(t *testing.T) {
	d := newFixture(t)
	collections, err := d.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	may := map[string]map[string][]string{
		"teams":       {"guest": {"team's description"}, "member": {"team's description"}, "admin": adminReads},
		"rooms":       {"member": {"room", "room's description"}, "admin": adminReads},
		"sessions":    {"guest": inviteeReads, "admin": adminReads},
		"users":       {"admin": {"admin's address", "admin's name"}},
		"memberships": {"guest": {"team's description"}, "member": {"team's description"}, "admin": adminReads},
		"invitations": {"admin": adminReads}, "tags": {"admin": adminReads}, "imports": {"admin": adminReads},
	}
	relations := "team,team.plan,user,host,room,session,series,inviter,team.memberships_via_team.user,team.rooms_via_team,team.sessions_via_team,participants_via_session.user"
	for _, c := range collections {
		for _, who := range viewers {
			for _, query := range []string{"perPage=500", "perPage=500&fields=*,expand.*&expand=" + url.QueryEscape(relations)} {
				allowed := may[c.Name][who]
				if strings.Contains(query, "expand") && c.Name != "users" { // what stands in another collection is under the rule of that one
					for _, name := range []string{"teams", "rooms", "sessions"} {
						allowed = append(slices.Clone(allowed), may[name][who]...)
					}
					allowed = append(allowed, may["users"][who]...)
				}
				for _, marker := range markersIn(d.callAPI(who, "/api/collections/"+c.Name+"/records?"+query)) {
					if !slices.Contains(allowed, marker) {
						t.Errorf("%s reads the %s in %s?%s, want it to contain %v", who, marker, c.Name, query, marker)
					}
				}
			}
		}
	}
	for field, marker := range map[string]string{"admin_seats": "admin seats", "organizer_seats": "organizer seats", "licences": "licences"} {
		if found := markersIn(d.callAPI("admin", "/api/collections/teams/records")); !slices.Contains(found, marker) {
			t.Errorf("an Admin doesn't read the %s, want it to contain %v", marker, marker)
		}
		for _, who := range []string{"guest", "member"} {
			for _, collection := range []struct{ name, path string }{{"teams", field}, {"memberships", "team." + field}, {"sessions", "team." + field}} {
				filter := "/api/collections/" + collection.name + "/records?filter=" + url.QueryEscape(collection.path+">1000")
				if r := d.callAPI(who, filter); r.Status == 200 && !strings.Contains(r.Body, `"totalItems":0`) {
					t.Errorf("%s can tell the %s by a filter: %s", who, marker, r.Body)
				}
			}
		}
	}
}

func newGetRequest(address string) (*http.Request, error) {
	return http.NewRequest(http.MethodGet, address, nil)
}
