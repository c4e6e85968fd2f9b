package api_test

import (
	"slices"
	"testing"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// TestProgramsHearOfTheirOwnSessionsAlone has a member who is put out of one, a guest who stays, and another team.
func TestProgramsHearOfTheirOwnSessionsAlone(t *testing.T) {
	w := newWorld(t)
	all := []string{"rooms/*", "sessions/*", "series/*", "participants/*", "attendances/*", "session_reports/*", "room_links/*", "feeds/*", "imports/*", "departures/*"}
	mina, gita, otto := w.subscribe("member", all...), w.subscribe("guest", all...), w.subscribe("other", all...)
	guests := []string{"mina@halation.example", "gita@guest.example"}
	session := w.session(sessions.Form{Guests: guests, Room: w.room("Stage")})
	w.session(sessions.Form{Title: "Secret", Guests: []string{"secret@out.example"}, Starts: on(3, 9)})
	host, member := w.people["organizer"], w.people["member"]
	by, err := sessions.ParticipantOf(w.App, session.Id, host)
	if err != nil {
		t.Fatal(err)
	}
	target, err := sessions.ParticipantOf(w.App, session.Id, member)
	if err != nil {
		t.Fatal(err)
	}
	if err := entry.PutOut(w.App, by, target.Id, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	title := "Without Mina"
	status, body := w.as("organizer", "PATCH", "/api/sessions/"+session.Id, object{"title": title})
	done(t, status, body)
	w.session(sessions.Form{Title: "Last", Guests: guests, Starts: on(5, 9)})
	hookstest.Session(t, w.App, w.people["other"], w.other, sessions.Form{Title: "Theirs"})

	for role, c := range map[string]struct {
		messages    <-chan heard
		titles      []string // that he hears of
		collections []string
		changed     bool // hears of the new title
	}{
		"member": {mina, []string{"Last"}, []string{"rooms", "sessions"}, false},
		"guest":  {gita, []string{title, "Last"}, []string{"sessions"}, true},
		"other":  {otto, []string{"Theirs"}, []string{"sessions"}, false},
	} {
		changed := false
		for _, m := range until(t, c.messages, "title", c.titles...) {
			name, _ := m.record["collectionName"].(string)
			if !slices.Contains(c.collections, name) || m.record["title"] == "Secret" || role == "other" && m.record["team"] != w.other.Id {
				t.Errorf("%s hears %s %s %s", role, m.topic, m.action, text(m.record))
			}
			for _, field := range []string{"media", "elsewhere", "token_hash", "passed"} {
				if _, ok := m.record[field]; ok {
					t.Errorf("%s hears %s of %s", role, field, m.topic)
				}
			}
			changed = changed || m.record["title"] == title
		}
		if changed != c.changed {
			t.Errorf("%s hears of the new title: %v", role, changed)
		}
	}
	if seen := w.items("member", "sessions", "title", ""); !slices.Equal(seen, []string{"Last"}) {
		t.Errorf("who is put out of one reads %v", seen)
	}
}
