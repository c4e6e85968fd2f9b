package audit_test

import (
	"slices"
	"testing"
	"time"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// The history of a session has what happened to it and to its participants in it, and who ended it.
func TestList_OfSession_HasItsParticipants(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "pro")
	host := hookstest.Member(t, app, team, "theo@x.example", "organizer")
	session := hookstest.StartSession(t, app, host, team, sessions.Form{Title: "Kestrel", Guests: []string{"clara@x.example"}})
	hookstest.StartSession(t, app, host, team, sessions.Form{Title: "Another"})
	participant, err := sessions.FindParticipantByEmail(app, session.Id, "clara@x.example")
	if err != nil {
		t.Fatal(err)
	}
	actor := hookstest.Actor(t, app, owner, team)
	if err := audit.Write(app, audit.NewEntry(actor, "session.mute").WithTarget(participant.Id, "Clara")); err != nil {
		t.Fatal(err)
	}
	if err := runs.End(app, actor, session.Id); err != nil {
		t.Fatal(err)
	}
	all, err := audit.List(app, actor, audit.Query{Person: session.Id})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, row := range all.Rows {
		actions = append(actions, row.Action)
	}
	if want := []string{"session.end", "session.mute", "session.start", "session.schedule"}; !slices.Equal(actions, want) {
		t.Errorf("got %v, want %v", actions, want)
	}
	page, err := audit.List(app, actor, audit.Query{Person: session.Id, Size: 1})
	if err != nil || len(page.Rows) != 1 || page.Next == 0 {
		t.Fatalf("got %+v (error %v), want the first of several pages", page, err)
	}
	row := page.Rows[0]
	if got := row.Sentence().String(); got != "Marta ended Kestrel" {
		t.Errorf("got %q, want who ended it", got)
	}
	if notes := row.Notes(time.UTC); len(notes) != 1 || notes[0].Value != "Ended by an Admin" {
		t.Errorf("got %+v, want the reason", notes)
	}
	other := hookstest.Account(t, app, "other@x.example")
	foreign := hookstest.Actor(t, app, other, hookstest.Team(t, app, other, "Other", "pro"))
	if page, err := audit.List(app, foreign, audit.Query{Person: session.Id}); err != nil || len(page.Rows) != 0 {
		t.Errorf("another team got %+v (error %v), want nothing", page, err)
	}
}
