package sessions_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// handOver removes the organizer and hands their sessions over to the Owner.
func (p *mailFixture) handOver() {
	p.fixture.Helper()
	_, err := members.Remove(p.app, p.actor("admin"), p.users["organizer"].Id, members.Handover{To: p.users["owner"].Id})
	must(p.fixture.T, err)
}

const removedAndTaken = "You're no longer in Halation Post > organizer@x.example; "

func TestHandOver_EmailsEachInviteeOnce(t *testing.T) {
	p := newMailFixture(t)
	one := p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "admin@x.example", "owner@x.example"}})
	p.deliver()
	before := p.reload(one.Id).GetInt("sequence")
	p.handOver()
	sent := p.wantEmails("handed over", "New host: One > zed@out.example; "+removedAndTaken+"You're now the host of One > owner@x.example")
	email := emailTo(t, sent, "zed@out.example")
	wantText(t, email, "Owner now hosts this session instead of Organizer.", "Host: Owner", "You're still invited, and your link stays the same.", "/s/")
	stored := p.reload(one.Id)
	if got := stored.GetInt("sequence"); got <= before {
		t.Errorf("SEQUENCE %d, want more than %d", got, before)
	}
	for _, want := range []string{"METHOD:REQUEST", "UID:" + stored.GetString("uid"), "SEQUENCE:1"} {
		if !strings.Contains(email.Files[0].Content, want) {
			t.Errorf("no %s in %s, want it to contain %q", want, email.Files[0].Content, want)
		}
	}
	p.wantEmails("again", "")
}

func TestHandOver_SeveralSessions_SendOneEmailPerInvitee(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.newSession(sessions.Form{Title: "Weekly", Starts: daysFromNow(2, 9), Rule: "FREQ=WEEKLY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.handOver()
	sent := p.wantEmails("handed over", "New host of 4 sessions: Owner > zed@out.example; New host: Weekly > kim@out.example; "+
		"You're no longer in Halation Post > organizer@x.example; You're now the host of 4 sessions > owner@x.example")
	email := emailTo(t, sent, "zed@out.example")
	wantText(t, email, "4 sessions have a new host", "Owner now hosts these sessions instead of Organizer.", "\n\nOne: ", "\n\nWeekly: ", ", and 2 sessions after it in this series")
	if len(email.Files) != 2 || strings.Count(email.Files[0].Content, "BEGIN:VEVENT") != 1 || !strings.Contains(email.Files[1].Content, "RRULE:FREQ=WEEKLY;COUNT=3") {
		t.Errorf("%d files, want one of the session and one of the series: %+v", len(email.Files), email.Files)
	}
	series := emailTo(t, sent, "kim@out.example")
	wantText(t, series, "Owner now hosts this series of sessions instead of Organizer.")
}

func TestHandOver_InvitationQueued_IsOnlyEmail(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.handOver()
	sent := p.wantEmails("handed over", "Invitation: One > zed@out.example; "+removedAndTaken+"You're now the host of One > owner@x.example")
	wantText(t, emailTo(t, sent, "zed@out.example"), "Host: Owner")
}

func TestHandOver_OutdatedEmail_IsDropped(t *testing.T) {
	for name, c := range map[string]struct {
		undo   func(p *mailFixture, s *sessions.Session)
		reason string
	}{
		"cancelled": {func(p *mailFixture, s *sessions.Session) {
			must(p.fixture.T, sessions.Cancel(p.app, p.actor("owner"), s.Id, sessions.ScopeSession))
		}, mail.ReasonSessionCancelled},
		"handed on": {func(p *mailFixture, s *sessions.Session) {
			host := hookstest.Member(p.fixture.T, p.app, p.team, "next@x.example", "organizer")
			again := p.reload(s.Id)
			again.Set("host", host.Id)
			must(p.fixture.T, p.app.Save(again))
		}, mail.ReasonOtherHost},
		"over": {func(p *mailFixture, s *sessions.Session) {
			hookstest.Exec(p.fixture.T, p.app, "UPDATE sessions SET starts = {:then}, ends = {:then}", dbx.Params{"then": record.FormatTime(daysFromNow(-2, 9))})
		}, mail.ReasonSessionEnded},
		"no longer invited": {func(p *mailFixture, s *sessions.Session) {
			hookstest.Exec(p.fixture.T, p.app, "UPDATE participants SET state = 'out' WHERE email = 'zed@out.example'", nil)
		}, mail.ReasonNotInvited},
		"changed": {func(p *mailFixture, s *sessions.Session) {
			form, err := sessions.FormOf(p.app, p.reload(s.Id))
			must(p.fixture.T, err)
			form.Title = "Renamed"
			must(p.fixture.T, sessions.Change(p.app, p.actor("owner"), s.Id, form, sessions.ScopeSession))
		}, mail.ReasonReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			p := newMailFixture(t)
			s := p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
			p.deliver()
			p.handOver()
			c.undo(p, s)
			worker := mail.NewWorker(p.app)
			worker.MinInterval = 0
			worker.Deliver(context.Background())
			if got := p.dropReasons(mail.KindSessionNewHost); !slices.Equal(got, []string{c.reason}) {
				t.Errorf("dropped for %v, want %s", got, c.reason)
			}
		})
	}
}

func TestHandOver_PastSession_SendsNoEmail(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	hookstest.Exec(t, p.app, "UPDATE sessions SET starts = {:then}, ends = {:then}", dbx.Params{"then": record.FormatTime(daysFromNow(-2, 9))})
	p.handOver()
	if n := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"kind": mail.KindSessionNewHost}); n != 0 {
		t.Errorf("%d emails about the new host of a session that is over, want 0", n)
	}
}
