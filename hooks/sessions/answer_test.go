package sessions_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestAnswer(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	paul := hookstest.Member(t, app, team, "paul@halation.example")
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 1 WHERE owner", nil)
	session := hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Guests: []string{paul.Email(), "gus@lantern.example"}})
	me, err := sessions.FindParticipantFor(app, session.Id, paul)
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "yes", sessions.Answer(app, me.Id, sessions.Yes, "192.0.2.1"), "")
	hookstest.AssertCode(t, "no", sessions.Answer(app, me.Id, sessions.No, "192.0.2.1"), "")
	if again, _ := sessions.FindParticipant(app, me.Id); again.Answer() != sessions.No {
		t.Errorf("answered %q, want %v", again.Answer(), sessions.No)
	}
	entries := hookstest.Count(t, app, "audit")
	hookstest.AssertCode(t, "the same again", sessions.Answer(app, me.Id, sessions.No, "192.0.2.1"), "")
	if n := hookstest.Count(t, app, "audit"); n != entries {
		t.Error("an unchanged answer was recorded in the audit log")
	}
	hookstest.AssertCode(t, "another word", sessions.Answer(app, me.Id, "perhaps", ""), "bad_answer")
	host, err := sessions.FindParticipantFor(app, session.Id, owner)
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "the host", sessions.Answer(app, host.Id, sessions.Yes, ""), "bad_answer")
	if err := sessions.Answer(app, "nobody000000000", sessions.Yes, ""); err != errs.ErrNotFound {
		t.Error(err)
	}
	hookstest.Exec(t, app, "UPDATE participants SET state = 'out' WHERE id = '"+me.Id+"'", nil)
	hookstest.AssertCode(t, "who is out", sessions.Answer(app, me.Id, sessions.Yes, ""), errs.CodeNotAllowed)
	hookstest.Exec(t, app, "UPDATE participants SET state = 'invited'", nil)
	for _, status := range []string{sessions.Cancelled, sessions.Ended} {
		hookstest.Exec(t, app, "UPDATE sessions SET status = '"+status+"'", nil)
		hookstest.AssertCode(t, status, sessions.Answer(app, me.Id, sessions.Yes, ""), sessions.CodeEnded)
	}
}

func TestFindParticipantFor_UnverifiedAddress_IsNotFound(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 1 WHERE owner", nil)
	gus := hookstest.Guest(t, app, team, "gus@lantern.example")
	session := hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Guests: []string{"gus@lantern.example"}})
	hookstest.Exec(t, app, "UPDATE participants SET user = ''", nil)
	if _, err := sessions.FindParticipantFor(app, session.Id, gus); err != nil {
		t.Error("confirmed:", err)
	}
	gus.SetVerified(false)
	if _, err := sessions.FindParticipantFor(app, session.Id, gus); err != errs.ErrNotFound {
		t.Error("not confirmed:", err)
	}
}

func TestFindParticipantFor_NewOwnerOfAddress_IsNotParticipant(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	paul := hookstest.Member(t, app, team, "paul@halation.example")
	session := hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Guests: []string{paul.Email()}})
	hookstest.Exec(t, app, "UPDATE sessions SET status = 'running', media = 'm'", nil)
	paul.SetEmail("paul@elsewhere.example")
	if err := app.Save(paul); err != nil {
		t.Fatal(err)
	}
	heir := hookstest.Member(t, app, team, "paul@halation.example")
	for what, c := range map[string]struct {
		account *core.Record
		n       int
	}{"who was asked": {paul, 1}, "who has the address now": {heir, 0}} {
		actor := hookstest.Actor(t, app, c.account, team)
		page, err := sessions.ListForUser(app, actor, sessions.Query{Show: sessions.ShowRunning, Size: 10})
		if err != nil || len(page.Rows) != c.n {
			t.Errorf("%s lists %+v, %v, want %v", what, page.Rows, err, c.n)
		}
		if n, err := sessions.CountRunning(app, actor); n != c.n || err != nil {
			t.Errorf("%s may go to %d, %v, want %v", what, n, err, c.n)
		}
		_, asked := sessions.FindParticipantFor(app, session.Id, c.account)
		_, found := sessions.FindVisible(app, actor, session.Id)
		if want := map[int]error{0: errs.ErrNotFound}[c.n]; asked != want || found != want {
			t.Errorf("%s: asked %v, found %v, want %v and %v", what, asked, found, want, want)
		}
	}
}

func TestListForUser(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 1 WHERE owner", nil)
	paul := hookstest.Member(t, app, team, "paul@halation.example")
	other := hookstest.Member(t, app, team, "other@halation.example")
	base := time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	for n := range 5 {
		hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Title: string(rune('A' + n)), Starts: base.Add(time.Duration(n) * time.Hour), Guests: []string{paul.Email()}})
	}
	hookstest.Exec(t, app, "UPDATE sessions SET status = 'running', media = 'm' WHERE title = 'B'", nil)
	hookstest.Exec(t, app, "UPDATE sessions SET status = 'cancelled' WHERE title = 'C'", nil)
	hookstest.Exec(t, app, "UPDATE participants SET state = 'out' WHERE email = 'paul@halation.example' AND session = (SELECT id FROM sessions WHERE title = 'E')", nil)
	titles := func(rows []sessions.Row) string {
		text := ""
		for _, row := range rows {
			text += row.Title
		}
		return text
	}
	mine := func(query sessions.Query) sessions.Page {
		t.Helper()
		page, err := sessions.ListForUser(app, hookstest.Actor(t, app, paul, team), query)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	for show, want := range map[string]string{sessions.ShowUpcoming: "AD", sessions.ShowRunning: "B", sessions.ShowPast: ""} {
		if got := titles(mine(sessions.Query{Show: show, Size: 10}).Rows); got != want {
			t.Errorf("%s: got %s, want %s", show, got, want)
		}
	}
	if got := mine(sessions.Query{Show: sessions.ShowUpcoming, Hosting: true, Size: 10}); len(got.Rows) != 0 {
		t.Error("hosts", titles(got.Rows))
	}
	first := mine(sessions.Query{Show: sessions.ShowUpcoming, Size: 1})
	if titles(first.Rows) != "A" || first.Back || !first.Next {
		t.Errorf("got %+v", first)
	}
	second := mine(sessions.Query{Show: sessions.ShowUpcoming, Size: 1, After: first.Rows[0].ID})
	if titles(second.Rows) != "D" || !second.Back || second.Next {
		t.Errorf("got %+v", second)
	}
	if back := mine(sessions.Query{Show: sessions.ShowUpcoming, Size: 1, Before: second.Rows[0].ID}); titles(back.Rows) != "A" || back.Back || !back.Next {
		t.Errorf("got %+v", back)
	}
	counts, err := sessions.CountForUser(app, hookstest.Actor(t, app, paul, team), false)
	if err != nil || counts != (sessions.Counts{Upcoming: 2, CancelledAhead: 1, Running: 1}) {
		t.Error(counts, err)
	}
	rows, err := sessions.ListRowsInRange(app, hookstest.Actor(t, app, paul, team), base, base.Add(24*time.Hour))
	if err != nil || titles(rows) != "ABCD" || !rows[0].NeedsAnswer(paul.Id) || rows[2].NeedsAnswer(paul.Id) {
		t.Error(titles(rows), err)
	}
	if n, err := sessions.CountRunning(app, hookstest.Actor(t, app, paul, team)); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := sessions.CountRunning(app, hookstest.Actor(t, app, other, team)); n != 0 || err != nil {
		t.Error(n, err)
	}
}
