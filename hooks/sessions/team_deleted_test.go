package sessions_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// deletions are the ways to delete a team.
var deletions = map[string]func(p *mailFixture) error{
	"by the Owner": func(p *mailFixture) error { return teams.Delete(p.app, p.actor("owner"), "Halation Post") },
	"by the dashboard": func(p *mailFixture) error {
		return p.app.Delete(hookstest.FindRecord(p.fixture.T, p.app, "teams", p.team.Id))
	},
}

func TestTeamDelete_CancelsSessionsAndEmailsInvitees(t *testing.T) {
	for name, way := range deletions {
		p := newMailFixture(t)
		tokyo := p.users["member"]
		tokyo.Set("timezone", "Asia/Tokyo")
		must(t, p.app.Save(tokyo))
		one := p.newSession(sessions.Form{Title: "One", Starts: daysFromNow(3, 10), Guests: []string{"Zed <zed@out.example>", "member@x.example", "kim@out.example"}})
		p.newSession(sessions.Form{Title: "Off", Guests: []string{"zed@out.example"}})
		daily := p.newSession(sessions.Form{Title: "Daily", Starts: daysFromNow(1, 9), Rule: "FREQ=DAILY;COUNT=4", Guests: []string{"zed@out.example"}})
		past := p.newSession(sessions.Form{Title: "Past", Starts: daysFromNow(1, 12), Guests: []string{"zed@out.example"}})
		p.deliver()
		hookstest.Exec(t, p.app, "UPDATE sessions SET starts = '2026-01-01 10:00:00.000Z', ends = '2026-01-01 11:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": past.Id})
		out, err := sessions.FindParticipantByEmail(p.app, one.Id, "kim@out.example")
		must(t, err)
		out.Set("state", sessions.StateRemoved)
		must(t, p.app.Save(out))
		p.newSession(sessions.Form{Title: "New", Guests: []string{"zed@out.example"}}) // no email about it was sent yet
		off, err := p.app.FindFirstRecordByData("sessions", "title", "Off")
		must(t, err)
		must(t, sessions.Cancel(p.app, p.actor("organizer"), off.Id, sessions.ScopeSession)) // the emails wait
		must(t, way(p))
		admins := ""
		if strings.Contains(name, "Owner") {
			admins = "Halation Post was deleted > admin@x.example; "
		}
		sent := p.wantEmails(name, "Cancelled: Daily > organizer@x.example; Cancelled: Daily > zed@out.example; Cancelled: New > organizer@x.example; Cancelled: Off > zed@out.example; "+
			"Cancelled: One > member@x.example; Cancelled: One > organizer@x.example; Cancelled: One > zed@out.example"+strings.TrimSuffix("; "+admins, "; "))
		for _, email := range sent {
			if strings.HasPrefix(email.Subject, "Halation") {
				continue
			}
			if len(email.Files) != 1 || !strings.Contains(email.Files[0].Type, "method=CANCEL") || strings.Contains(email.Text, "/s/") {
				t.Errorf("got %+v, want 1, it with %q and it without %q", email, "method=CANCEL", "/s/")
			}
			file := unfold(email.Files[0].Content)
			if !strings.Contains(file, "mailto:"+email.To) || !strings.Contains(file, "METHOD:CANCEL\r\n") || !strings.Contains(file, "STATUS:CANCELLED\r\n") || strings.Contains(file, "SEQUENCE:0\r\n") {
				t.Errorf("%s: %s", email.To, file)
			}
			switch {
			case strings.HasPrefix(email.Subject, "Cancelled: One") && !strings.Contains(file, "UID:"+one.Id+"@usher.test\r\n"),
				strings.HasPrefix(email.Subject, "Cancelled: Daily") && !(strings.Contains(file, "UID:"+daily.SeriesID()+"@usher.test\r\n") && strings.Contains(file, "RRULE:FREQ=DAILY;COUNT=4\r\n") && strings.Contains(email.Text, "Halation Post cancelled all upcoming sessions of this series.")),
				email.To == tokyo.Email() && !strings.Contains(email.Text, daysFromNow(3, 19).Format("Monday 2 January 2006, 15:04")):
				t.Errorf("%s: %s\n%s", email.Subject, email.Text, file)
			}
		}
		p.wantEmails("again", "")
		if n := hookstest.Count(t, p.app, "outbox", dbx.NewExp("team != ''")) + hookstest.Count(t, p.app, "participants"); n != 0 {
			t.Errorf("%s: %d rows stay, want 0", name, n)
		}
	}
}

// TestTeamDelete_Refused_SendsNoEmail covers a running session, too: the team can't be deleted until it is ended (R12).
func TestTeamDelete_Refused_SendsNoEmail(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Guests: []string{"zed@out.example"}})
	p.setRunning(p.newSession(sessions.Form{Title: "On air", Starts: time.Now()}))
	p.deliver()
	hookstest.AssertCode(t, "a wrong name", teams.Delete(p.app, p.actor("owner"), "Halation"), "wrong_name")
	hookstest.AssertCode(t, "an Admin", teams.Delete(p.app, p.actor("admin"), "Halation Post"), "not_allowed")
	for name, way := range deletions {
		hookstest.AssertCode(t, name, way(p), runs.CodeRunning)
	}
	p.wantEmails("refused", "")
}

// TestTeamDelete_Concurrent_EmailsOnce deletes the team twice concurrently: each invitee gets one email.
func TestTeamDelete_Concurrent_EmailsOnce(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Guests: []string{"zed@out.example"}})
	p.deliver()
	actor := p.actor("owner")
	hookstest.SlowWrites(p.app, "sessions", "teams")
	hookstest.Race(3, func(int) error { return teams.Delete(p.app, actor, "Halation Post") })
	worker := mail.NewWorker(p.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	n := 0
	for _, email := range p.Emails() {
		if email.To == "zed@out.example" && strings.HasPrefix(email.Subject, "Cancelled") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("got %d cancellations, want 1", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
