package api_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// stateFingerprint is everything that actions change, without the audit log.
func (w *fixture) stateFingerprint() string {
	w.t.Helper()
	var all []string
	for _, table := range []string{"teams", "memberships", "invitations", "imports", "tags", "rooms", "sessions", "participants", "series", "outbox", "recordings", "ownership_offers"} {
		var rows []struct {
			Row string `db:"row"`
		}
		columns := []string{}
		if err := w.App.DB().NewQuery("SELECT name FROM pragma_table_info('" + table + "')").Column(&columns); err != nil {
			w.t.Fatal(err)
		}
		// What the worker of the outbox notes isn't a change of an action.
		columns = slices.DeleteFunc(columns, func(c string) bool { return table == "outbox" && c != "id" })
		err := w.App.DB().NewQuery("SELECT " + strings.Join(quoteColumns(columns), " || '|' || ") + " row FROM " + table + " ORDER BY id").All(&rows)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, fmt.Sprint(table, rows))
	}
	return strings.Join(all, "\n")
}

func quoteColumns(columns []string) []string {
	all := make([]string, len(columns))
	for n, c := range columns {
		all[n] = "coalesce(`" + c + "`, '')"
	}
	return all
}

// countRefusals counts the entries of the team that tell of a refusal.
func (w *fixture) countRefusals() (n int) {
	w.t.Helper()
	err := w.App.DB().NewQuery("SELECT count(*) FROM audit WHERE team = '" + w.team.Id + "' AND result != 'ok'").Row(&n)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// attempt is one action by one way.
type attempt struct {
	method, path string
	body         object     // of a program
	form         url.Values // of a page
}

// TestRefusals_EveryActionOnEveryInterface tries each action as everyone who may not do it: it is refused, nothing changes, and
// one entry in the audit log records it. Everyone who can use the panel reads the same words everywhere.
func TestRefusals_EveryActionOnEveryInterface(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	member, second := w.accounts["member"], w.newMember("admin")
	pending, adminPending := w.newInvitation("organizer").ID, w.newInvitation("admin").ID
	room := w.newRoom("Stage")
	session := w.newSession(sessions.Form{Guests: []string{"gita@guest.example", "mina@halation.example"}})
	recording := hookstest.Recording(t, w.App, session, map[string]any{"shared": true})
	heir, invitee := w.accounts["organizer"].Id, w.participantID(session.Id, "gita@guest.example")
	planned := dayAt(3, 9).Format("2006-01-02T15:04:05Z")
	below, admin := []string{"guest", "member", "organizer"}, []string{"guest", "member", "organizer", "admin"}
	asked := []string{"guest", "member"} // on the list of the session, without leading it
	page := func(rest string) string { return "/admin/" + w.team.Slug() + rest }
	app := func(rest string) string { return "/app/" + w.team.Slug() + rest }
	many := func(kind string, ids ...string) *attempt {
		return &attempt{method: "POST", path: w.path("/users/%s", kind), body: object{"ids": ids}}
	}
	roleOf := func(id string, roles ...string) *attempt {
		return &attempt{method: "PUT", path: w.path("/members/%s/roles", id), body: object{"roles": append([]string{}, roles...)}}
	}

	for _, c := range []struct {
		name      string
		who       []string
		api, page *attempt
		many      *attempt
	}{
		{"invite", below, &attempt{method: "POST", path: w.path("/invitations"), body: object{"emails": []string{"x@y.example"}}},
			&attempt{path: page("/users/add"), form: url.Values{"list": {"x@y.example"}, "do": {"send"}}}, nil},
		{"invite an Admin", admin, &attempt{method: "POST", path: w.path("/invitations"), body: object{"emails": []string{"x@y.example"}, "roles": []string{"admin"}}},
			&attempt{path: page("/users/add"), form: url.Values{"list": {"x@y.example"}, "role": {"admin"}, "do": {"send"}}}, nil},
		{"resend", below, &attempt{method: "POST", path: "/api/invitations/" + pending + "/resend"}, &attempt{path: page("/users/" + pending + "/resend")}, many("resend", pending)},
		{"resend to an Admin", admin, &attempt{method: "POST", path: "/api/invitations/" + adminPending + "/resend"}, &attempt{path: page("/users/" + adminPending + "/resend")}, many("resend", adminPending)},
		{"revoke", below, &attempt{method: "POST", path: "/api/invitations/" + pending + "/revoke"}, &attempt{path: page("/users/" + pending + "/revoke")}, many("revoke", pending)},
		{"revoke an Admin's", admin, &attempt{method: "POST", path: "/api/invitations/" + adminPending + "/revoke"}, &attempt{path: page("/users/" + adminPending + "/revoke")}, many("revoke", adminPending)},
		{"correct", below, &attempt{method: "POST", path: "/api/invitations/" + pending + "/correct", body: object{"email": "x@y.example"}},
			&attempt{path: page("/users/" + pending + "/correct"), form: url.Values{"email": {"x@y.example"}}}, nil},
		{"raise to Organizer", below, roleOf(second.Id, "admin", "organizer"), &attempt{path: page("/users/" + second.Id + "/ask"), form: url.Values{"role": {"organizer"}}}, nil},
		{"raise to Admin", admin, roleOf(member.Id, "admin"), &attempt{path: page("/users/" + member.Id + "/ask"), form: url.Values{"role": {"admin"}}}, nil},
		{"raise an Admin", []string{"admin"}, roleOf(second.Id, "admin", "organizer"), &attempt{path: page("/users/" + second.Id + "/ask"), form: url.Values{"role": {"organizer"}}}, nil},
		{"lower an Admin", admin, roleOf(second.Id), &attempt{path: page("/users/" + second.Id + "/revoke-role"), form: url.Values{"role": {"admin"}}},
			&attempt{method: "POST", path: w.path("/users/revoke-role"), body: object{"role": "admin", "ids": []string{second.Id}}}},
		{"lower the Owner", admin, roleOf(w.accounts["owner"].Id), &attempt{path: page("/users/" + w.accounts["owner"].Id + "/revoke-role"), form: url.Values{"role": {"organizer"}}},
			&attempt{method: "POST", path: w.path("/users/revoke-role"), body: object{"role": "organizer", "ids": []string{w.accounts["owner"].Id}}}},
		{"restore a role", below, &attempt{method: "POST", path: w.path("/members/%s/roles/restore", heir), body: object{"roles": []string{"organizer"}}},
			&attempt{path: page("/users/" + heir + "/restore-role"), form: url.Values{"role": {"organizer"}}}, nil},
		{"restore an Admin's role", admin, &attempt{method: "POST", path: w.path("/members/%s/roles/restore", second.Id), body: object{"roles": []string{"admin"}}},
			&attempt{path: page("/users/" + second.Id + "/restore-role"), form: url.Values{"role": {"admin"}}}, nil},
		{"clear ended invitations", below, nil, nil, many("clear", second.Id)},
		{"remove", below, &attempt{method: "DELETE", path: w.path("/members/%s", second.Id)}, &attempt{path: page("/users/" + second.Id + "/remove")}, many("remove", second.Id)},
		{"remove an Admin", admin, &attempt{method: "DELETE", path: w.path("/members/%s", second.Id)}, &attempt{path: page("/users/" + second.Id + "/remove")}, many("remove", second.Id)},
		{"remove the Owner", admin, &attempt{method: "DELETE", path: w.path("/members/%s", w.accounts["owner"].Id)}, &attempt{path: page("/users/" + w.accounts["owner"].Id + "/remove")}, many("remove", w.accounts["owner"].Id)},
		{"tag", below, &attempt{method: "PUT", path: w.path("/users/%s/tags", member.Id), body: object{"tags": []string{"Kestrel"}}},
			&attempt{path: page("/users/" + member.Id + "/tags"), form: url.Values{"add": {"Kestrel"}}},
			&attempt{method: "POST", path: w.path("/users/tags"), body: object{"ids": []string{member.Id}, "add": []string{"Kestrel"}}}},
		{"create a room", below, &attempt{method: "POST", path: w.path("/rooms"), body: object{"name": "Suite"}}, &attempt{path: page("/rooms/new"), form: url.Values{"name": {"Suite"}}}, nil},
		{"edit a room", below, &attempt{method: "PATCH", path: w.path("/rooms/%s", room), body: object{"name": "Suite"}}, &attempt{path: page("/rooms/" + room + "/edit"), form: url.Values{"name": {"Suite"}}}, nil},
		{"archive a room", below, &attempt{method: "POST", path: w.path("/rooms/%s/archive", room)}, &attempt{path: page("/rooms/" + room + "/archive")}, nil},
		{"rotate a room's link", below, &attempt{method: "POST", path: w.path("/rooms/%s/rotate", room)}, &attempt{path: page("/rooms/" + room + "/rotate")}, nil},
		{"change the team", below, &attempt{method: "PATCH", path: w.path(""), body: object{"name": "New"}}, &attempt{path: page("/settings"), form: url.Values{"name": {"New"}}}, nil},
		{"change the logo", below, &attempt{method: "PATCH", path: w.path(""), body: object{"logo": ""}}, nil, nil},
		{"let Admins manage Admins", admin, &attempt{method: "PATCH", path: w.path(""), body: object{"admins_manage_admins": true}}, nil, nil},
		{"delete the team", admin, &attempt{method: "DELETE", path: w.path(""), body: object{"name": "Halation Post"}}, &attempt{path: page("/settings/delete"), form: url.Values{"name": {"Halation Post"}}}, nil},
		{"send a test email", below, &attempt{method: "POST", path: w.path("/test-email")}, &attempt{path: page("/settings/test-email")}, nil},
		{"import", below, &attempt{method: "POST", path: w.path("/imports"), body: object{"csv": "x@y.example"}}, nil, nil},
		{"stop an import", below, &attempt{method: "POST", path: w.path("/imports/abcdefghijklmno/stop")}, &attempt{path: page("/users/import/abcdefghijklmno/stop")}, nil},
		{"revoke an import", below, &attempt{method: "POST", path: w.path("/imports/abcdefghijklmno/revoke")}, &attempt{path: page("/users/import/abcdefghijklmno/revoke")}, nil},
		{"stop a bulk action", below, &attempt{method: "POST", path: w.path("/users/jobs/abcdefghijklmno/stop")}, &attempt{path: page("/users/jobs/abcdefghijklmno/stop")}, nil},
		{"schedule a session", []string{"guest", "member", "admin"}, &attempt{method: "POST", path: w.path("/sessions"), body: object{"title": "A", "starts": planned, "minutes": 30}},
			&attempt{path: app("/sessions/new"), form: url.Values{"title": {"A"}}}, nil},
		{"meet now", []string{"guest", "member", "admin"}, &attempt{method: "POST", path: w.path("/meet"), body: object{}}, &attempt{path: app("/meet")}, nil},
		{"change a session", asked, &attempt{method: "PATCH", path: "/api/sessions/" + session.Id, body: object{"title": "B"}},
			&attempt{path: app("/sessions/" + session.Id + "/edit"), form: url.Values{"title": {"B"}}}, nil},
		{"cancel a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/cancel"}, &attempt{path: app("/sessions/" + session.Id + "/cancel")}, nil},
		{"undo cancelling a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/undo-cancel"}, &attempt{path: app("/sessions/" + session.Id + "/undo-cancel")}, nil},
		{"invite to a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/participants", body: object{"guests": []string{"zed@out.example"}}},
			&attempt{path: app("/sessions/" + session.Id + "/people"), form: url.Values{"guests": {"zed@out.example"}}}, nil},
		{"start a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/start"}, &attempt{path: app("/sessions/" + session.Id + "/start")}, nil},
		{"end a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/end"}, &attempt{path: app("/sessions/" + session.Id + "/end")}, nil},
		{"extend a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/extend", body: object{"minutes": 15}}, nil, nil},
		{"start a recording", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/recording/start"}, nil, nil},
		{"stop a recording", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/recording/stop"}, nil, nil},
		{"rename a recording", asked, &attempt{method: "POST", path: w.path("/recordings/%s/rename", recording.Id), body: object{"title": "B"}}, nil, nil},
		{"share a recording", asked, &attempt{method: "POST", path: w.path("/recordings/%s/share", recording.Id)}, nil, nil},
		{"stop sharing a recording", asked, &attempt{method: "POST", path: w.path("/recordings/%s/unshare", recording.Id)}, nil, nil},
		{"move a recording to the trash", asked, &attempt{method: "POST", path: w.path("/recordings/%s/trash", recording.Id)}, nil, nil},
		{"restore a recording", asked, &attempt{method: "POST", path: w.path("/recordings/%s/restore", recording.Id)}, nil, nil},
		{"process a recording again", asked, &attempt{method: "POST", path: w.path("/recordings/%s/retry", recording.Id)}, nil, nil},
		{"delete a recording", asked, &attempt{method: "POST", path: w.path("/recordings/%s/delete", recording.Id)}, nil, nil},
		{"set the retention period", below, &attempt{method: "PUT", path: w.path("/recordings/retention"), body: object{"days": 30}}, nil, nil},
		{"see all recordings", below, &attempt{method: "GET", path: w.path("/recordings?all=true")}, nil, nil},
		{"duplicate a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/duplicate", body: object{"starts": planned}}, nil, nil},
		{"see all sessions", below, &attempt{method: "GET", path: w.path("/sessions?all=true")}, nil, nil},
		{"read the users", below, &attempt{method: "GET", path: w.path("/users")}, nil, nil},
		{"export the users", below, &attempt{method: "GET", path: w.path("/users.csv")}, nil, nil},
		{"read usage", below, &attempt{method: "GET", path: w.path("/usage")}, nil, nil},
		{"export usage", below, &attempt{method: "GET", path: w.path("/usage.csv")}, nil, nil},
		{"read the audit log", below, &attempt{method: "GET", path: w.path("/audit")}, nil, nil},
		{"export the audit log", below, &attempt{method: "GET", path: w.path("/audit.csv")}, nil, nil},
		{"restore a room", below, &attempt{method: "POST", path: w.path("/rooms/%s/restore", room)}, &attempt{path: page("/rooms/" + room + "/restore")}, nil},
		{"hand over sessions while removing", below, &attempt{method: "DELETE", path: w.path("/members/%s", second.Id), body: object{"handOver": heir}},
			&attempt{path: page("/users/" + second.Id + "/remove"), form: url.Values{"handOver": {heir}}},
			&attempt{method: "POST", path: w.path("/users/remove"), body: object{"ids": []string{second.Id}, "handOver": heir}}},
		{"hand over sessions while removing an Admin", admin, &attempt{method: "DELETE", path: w.path("/members/%s", second.Id), body: object{"handOver": heir}},
			&attempt{path: page("/users/" + second.Id + "/remove"), form: url.Values{"handOver": {heir}}},
			&attempt{method: "POST", path: w.path("/users/remove"), body: object{"ids": []string{second.Id}, "handOver": heir}}},
		{"hand over sessions while lowering", below, &attempt{method: "PUT", path: w.path("/members/%s/roles", heir), body: object{"roles": []string{}, "handOver": w.accounts["owner"].Id}},
			&attempt{path: page("/users/" + heir + "/revoke-role"), form: url.Values{"role": {"organizer"}, "handOver": {w.accounts["owner"].Id}}},
			&attempt{method: "POST", path: w.path("/users/revoke-role"), body: object{"role": "organizer", "ids": []string{heir}, "handOver": w.accounts["owner"].Id}}},
		{"take the Owner's sessions over", admin, &attempt{method: "DELETE", path: w.path("/members/%s", w.accounts["owner"].Id), body: object{"handOver": heir}},
			&attempt{path: page("/users/" + w.accounts["owner"].Id + "/remove"), form: url.Values{"handOver": {heir}}},
			&attempt{method: "POST", path: w.path("/users/remove"), body: object{"ids": []string{w.accounts["owner"].Id}, "handOver": heir}}},
		{"resend a session's invitation", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/participants/" + invitee + "/resend"},
			&attempt{path: app("/sessions/" + session.Id + "/people/" + invitee + "/resend")}, nil},
		{"copy a personal link", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/participants/" + invitee + "/link"},
			&attempt{path: app("/sessions/" + session.Id + "/people/" + invitee + "/link")}, nil},
		{"send a message to a session", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/message", body: object{"text": "Time is up."}}, nil, nil},
		{"report what happened", asked, &attempt{method: "POST", path: "/api/sessions/" + session.Id + "/events", body: object{"events": []object{{"id": "1", "type": "ended", "at": time.Now()}}}}, nil, nil},
		{"see who uses seats", below, &attempt{method: "GET", path: w.path("/seats")}, &attempt{method: "GET", path: page("/users")}, nil},
		{"see the licences", below, &attempt{method: "GET", path: w.path("/licences")}, &attempt{method: "GET", path: page("/licences")}, nil},
		{"see the plan and add-ons", below, &attempt{method: "GET", path: w.path("/billing")}, &attempt{method: "GET", path: page("/billing")}, nil},
		{"preview a change of the plan", below, &attempt{method: "POST", path: w.path("/billing/preview"), body: object{"plan": "business"}}, &attempt{method: "GET", path: page("/billing/review?plan=business")}, nil},
		{"change the plan", below, &attempt{method: "POST", path: w.path("/billing"), body: object{"plan": "business"}}, nil, nil},
		{"withdraw a change of the plan", below, &attempt{method: "POST", path: w.path("/billing/changes/abcdefghijklmno/withdraw")}, nil, nil},
		{"see how to get started", below, &attempt{method: "GET", path: w.path("/start")}, nil, nil},
		{"hide how to get started", below, &attempt{method: "POST", path: w.path("/start/hide")}, &attempt{path: page("/start/hide")}, nil},
		{"see the Owner and the offer", below, &attempt{method: "GET", path: w.path("/ownership")}, nil, nil},
		{"transfer the team", admin, &attempt{method: "POST", path: w.path("/ownership"), body: object{"user": second.Id, "password": "-"}},
			&attempt{path: page("/settings/owner"), form: url.Values{"user": {second.Id}, "password": {"-"}}}, nil},
		{"withdraw the transfer", admin, &attempt{method: "DELETE", path: w.path("/ownership")}, &attempt{path: page("/settings/owner/withdraw")}, nil},
		{"accept the team without an offer", admin, &attempt{method: "POST", path: w.path("/ownership/accept")}, &attempt{path: page("/settings/owner/accept")}, nil},
		{"decline the team without an offer", admin, &attempt{method: "POST", path: w.path("/ownership/decline")}, &attempt{path: page("/settings/owner/decline")}, nil},
		{"see a user", below, &attempt{method: "GET", path: w.path("/users/%s", member.Id)}, &attempt{method: "GET", path: page("/users/" + member.Id)}, nil},
		{"see the tags", below, &attempt{method: "GET", path: w.path("/tags")}, nil, nil},
		{"see a bulk action", below, &attempt{method: "GET", path: w.path("/users/jobs/abcdefghijklmno")}, &attempt{method: "GET", path: page("/users/jobs/abcdefghijklmno")}, nil},
		{"see the imports", below, &attempt{method: "GET", path: w.path("/imports")}, &attempt{method: "GET", path: page("/users/import")}, nil},
		{"see an import", below, &attempt{method: "GET", path: w.path("/imports/abcdefghijklmno")}, &attempt{method: "GET", path: page("/users/import/abcdefghijklmno")}, nil},
		{"read the report of an import", below, &attempt{method: "GET", path: w.path("/imports/abcdefghijklmno/report")}, &attempt{method: "GET", path: page("/users/import/abcdefghijklmno/report")}, nil},
		{"preview invitations", below, &attempt{method: "POST", path: w.path("/invitations/preview"), body: object{"emails": []string{"x@y.example"}}},
			&attempt{path: page("/users/preview"), form: url.Values{"list": {"x@y.example"}}}, nil},
		{"preview a removal with hand-over", below, nil, nil, &attempt{method: "POST", path: w.path("/users/preview"), body: object{"ids": []string{second.Id}, "handOver": heir}}},
		{"choose users", below, nil, &attempt{path: page("/users/selected"), form: url.Values{"id": {second.Id}}}, nil},
		{"verify the audit log", below, &attempt{method: "GET", path: w.path("/audit/verify")}, &attempt{method: "GET", path: page("/audit/verify")}, nil},
		{"see a test email", below, &attempt{method: "GET", path: w.path("/test-email/abcdefghijklmno")}, &attempt{method: "GET", path: page("/settings/test-email/abcdefghijklmno")}, nil},
		{"see the rooms' settings", below, nil, &attempt{method: "GET", path: page("/rooms")}, nil},
		{"see the settings", below, nil, &attempt{method: "GET", path: page("/settings")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, role := range c.who {
				said := map[string]bool{}
				for way, a := range map[string]*attempt{"page": c.page, "program": c.api, "many": c.many} {
					if a == nil {
						continue
					}
					w.App.Store().Remove("usher.limits.turned-away") // a minute later
					before, entries := w.stateFingerprint(), w.countRefusals()
					status, sentence := w.perform(way, role, a)
					if way != "page" || role == "admin" || strings.HasPrefix(a.path, "/app/") {
						said[sentence] = true
					}
					wrong := status != http.StatusForbidden && (way != "many" || role != "admin" || status != http.StatusOK)
					if wrong || sentence == "" || w.stateFingerprint() != before || w.countRefusals() != entries+1 {
						t.Errorf("%s as %s: %d %q, changed: %v, %d entries", way, role, status, sentence, w.stateFingerprint() != before, w.countRefusals()-entries)
					}
				}
				if len(said) > 1 && role == "admin" {
					t.Errorf("%s reads %d different sentences: %v", role, len(said), said)
				}
			}
			before := w.stateFingerprint()
			for way, a := range map[string]*attempt{"page": c.page, "program": c.api, "many": c.many} {
				if a == nil {
					continue
				}
				if status, _ := w.perform(way, "other", a); status != http.StatusNotFound {
					t.Errorf("%s as another team's: %d, want %v", way, status, http.StatusNotFound)
				}
			}
			if w.stateFingerprint() != before {
				t.Error("another team's changed something")
			}
		})
	}
	for _, r := range routes(t, "GET", "POST", "PUT", "PATCH", "DELETE") {
		if !w.wasTried(r) && !slices.Contains(openRoutes, r) && (strings.HasPrefix(r.path, "/api/teams/{team}") || strings.HasPrefix(r.path, "/api/sessions/") || strings.HasPrefix(r.path, "/api/invitations/{id}")) {
			t.Errorf("nobody is refused %s %s: add it to the table, or to those for everyone in the team", r.method, r.path)
		}
	}
}

// openRoutes are the routes that everyone in the team may use, or that are about the caller alone.
var openRoutes = []route{
	{"GET", "/api/teams/{team}"}, {"GET", "/api/teams/{team}/feed"}, {"POST", "/api/teams/{team}/feed"},
	{"GET", "/api/teams/{team}/active"},
	{"GET", "/api/teams/{team}/rooms"}, {"GET", "/api/teams/{team}/rooms/{id}"}, {"GET", "/api/teams/{team}/recordings/{id}"},
	{"GET", "/api/sessions/{id}"}, {"POST", "/api/sessions/{id}/answer"},
	{"POST", "/api/invitations/{id}/accept"}, {"POST", "/api/invitations/{id}/decline"}, {"POST", "/api/invitations/{id}/undo-decline"},
}

// wasTried reports whether an attempt was made at the route.
func (w *fixture) wasTried(r route) bool {
	pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(r.path), "[^/]+") + "$")
	return slices.ContainsFunc(w.attempts, func(a *attempt) bool {
		path, _, _ := strings.Cut(a.path, "?")
		return a.method == r.method && pattern.MatchString(path)
	})
}

// participantID is the id of who is invited to the session under the address.
func (w *fixture) participantID(session, email string) string {
	w.t.Helper()
	r, err := w.App.FindFirstRecordByFilter("participants", "session = {:s} && email = {:e}", dbx.Params{"s": session, "e": email})
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Id
}

// perform makes the attempt, and returns the sentence that refuses it.
func (w *fixture) perform(way, role string, a *attempt) (int, string) {
	w.t.Helper()
	w.attempts = append(w.attempts, a)
	if way == "page" {
		if w.browsers == nil {
			w.browsers = map[string]*viewstest.Browser{}
		}
		if w.browsers[role] == nil {
			w.browsers[role] = w.As(w.accounts[role])
		}
		var reply viewstest.Reply
		if a.method == http.MethodGet {
			reply = w.browsers[role].Get(a.path)
		} else {
			reply = w.browsers[role].Post(a.path, a.form)
		}
		body := html.UnescapeString(reply.Body)
		for _, sentence := range refusalMessages {
			if strings.Contains(body, sentence) {
				return reply.Status, sentence
			}
		}
		for _, sentence := range []string{"The Admin Panel of", "The Admin Panel is for the Owner and Admins"} {
			if strings.Contains(body, sentence) {
				return reply.Status, sentence
			}
		}
		return reply.Status, ""
	}
	var body any
	if a.body != nil {
		body = a.body
	}
	status, answer := w.callAs(role, a.method, a.path, body)
	sentence, _ := answer["message"].(string)
	if results, ok := answer["results"].([]any); ok && len(results) == 1 {
		sentence, _ = results[0].(map[string]any)["message"].(string)
	}
	return status, sentence
}

// refusalMessages are what pages say to who may be there, without the right to the action.
var refusalMessages = []string{
	"The Owner can't be removed or lose the Owner role.", "Only the Owner can manage Admins in this team. Ask the Owner to do it.", "Only the Owner can invite Admins in this team.",
	"Only the Owner can offer an Admin a role in this team.", "Only the Owner can delete the team.", "Only the Owner can transfer the team.", "Ownership of this team wasn't offered to you.",
	"You need the Organizer role to host sessions in this team. Make yourself an Organizer in your details, under Users in the Admin Panel.",
	"You need the Organizer role to host sessions in this team. Ask ", "You're a guest of this team, and guests can't host sessions.",
	"The host, the Owner and Admins can change this session.", "Only the host and co-hosts can start this session.",
	"The host, co-hosts, the Owner and Admins can do this.", "Only the host, co-hosts, the Owner and Admins can end this session.",
}

// TestPanelRefusals_EachUserAndArea_LogsOneEntryAMinute asks for pages and over the API, many times.
func TestPanelRefusals_EachUserAndArea_LogsOneEntryAMinute(t *testing.T) {
	w := newFixture(t)
	page := "/admin/" + w.team.Slug()
	mina, gita := w.As(w.accounts["member"]), w.As(w.accounts["guest"])
	for n, ask := range []func() int{
		func() int { return mina.Get(page + "/users").Status },
		func() int { return gita.Get(page + "/audit").Status },
		func() int { status, _ := w.callAs("member", "GET", w.path("/users"), nil); return status },
		func() int { status, _ := w.callAs("organizer", "GET", w.path("/audit"), nil); return status },
	} {
		for range 3 {
			if status := ask(); status != http.StatusForbidden {
				t.Errorf("request %d: got %d, want 403", n+1, status)
			}
			if got := w.countRefusals(); got != n+1 {
				t.Errorf("got %d entries after request %d was repeated, want %d", got, n+1, n+1)
			}
		}
	}
	if status := mina.Post(page+"/settings", url.Values{"name": {"New"}}).Status; status != http.StatusForbidden || w.countRefusals() != 4 {
		t.Errorf("another page of the panel: got %d and %d entries, want 403 and 4", status, w.countRefusals())
	}
}
