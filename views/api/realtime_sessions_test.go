package api_test

import (
	"slices"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/sessions"
)

// TestRealtime_OwnSessionsOnly has a member who is removed from a session, a guest who stays, and another team.
func TestRealtime_OwnSessionsOnly(t *testing.T) {
	w := newFixture(t)
	all := []string{"rooms/*", "sessions/*", "series/*", "participants/*", "attendances/*", "session_reports/*", "room_links/*", "team_slugs/*", "feeds/*", "imports/*", "departures/*"}
	mina, gita, otto := w.subscribe("member", all...), w.subscribe("guest", all...), w.subscribe("other", all...)
	guests := []string{"mina@halation.example", "gita@guest.example"}
	session := w.newSession(sessions.Form{Guests: guests, Room: w.newRoom("Stage")})
	w.newSession(sessions.Form{Title: "Secret", Guests: []string{"secret@out.example"}, Starts: dayAt(3, 9)})
	host, member := w.accounts["organizer"], w.accounts["member"]
	by, err := sessions.FindParticipantFor(w.App, session.Id, host)
	if err != nil {
		t.Fatal(err)
	}
	target, err := sessions.FindParticipantFor(w.App, session.Id, member)
	if err != nil {
		t.Fatal(err)
	}
	if err := join.Kick(w.App, by, target.Id, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	title := "Without Mina"
	status, body := w.callAs("organizer", "PATCH", "/api/sessions/"+session.Id, object{"title": title})
	requireOK(t, status, body)
	w.newSession(sessions.Form{Title: "Last", Guests: guests, Starts: dayAt(5, 9)})
	hookstest.ScheduleSession(t, w.App, w.accounts["other"], w.otherTeam, sessions.Form{Title: "Theirs"})

	for role, c := range map[string]struct {
		messages    <-chan realtimeMessage
		titles      []string // that he hears of
		collections []string
		changed     bool // hears of the new title
	}{
		"member": {mina, []string{"Last"}, []string{"rooms", "sessions"}, false},
		"guest":  {gita, []string{title, "Last"}, []string{"sessions"}, true},
		"other":  {otto, []string{"Theirs"}, []string{"sessions"}, false},
	} {
		changed := false
		for _, m := range waitForRecords(t, c.messages, "title", c.titles...) {
			name, _ := m.record["collectionName"].(string)
			if !slices.Contains(c.collections, name) || m.record["title"] == "Secret" || role == "other" && m.record["team"] != w.otherTeam.Id {
				t.Errorf("%s hears %s %s %s", role, m.topic, m.action, toJSON(m.record))
			}
			for _, field := range []string{"media", "elsewhere", "token_hash", "passed"} {
				if _, ok := m.record[field]; ok {
					t.Errorf("%s hears %s of %s", role, field, m.topic)
				}
			}
			changed = changed || m.record["title"] == title
		}
		if changed != c.changed {
			t.Errorf("%s hears of the new title: %v, want %v", role, changed, c.changed)
		}
	}
	if seen := w.listValues("member", "sessions", "title", ""); !slices.Equal(seen, []string{"Last"}) {
		t.Errorf("who is put out of one reads %v", seen)
	}
}
