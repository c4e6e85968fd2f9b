package sessions_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// handOver removes the organizer and hands their sessions over to the Owner.
func (p *post) handOver() {
	p.studio.Helper()
	_, err := sessions.Remove(p.app, p.actor("admin"), p.by["organizer"].Id, p.by["owner"].Id)
	must(p.studio.T, err)
}

const removedAndTaken = "You are no longer in Halation Post > organizer@x.example; "

func TestHandOver_EmailsEachInviteeOnce(t *testing.T) {
	p := openPost(t)
	one := p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "admin@x.example", "owner@x.example"}})
	p.deliver()
	before := p.stored(one.Id).GetInt("sequence")
	p.handOver()
	sent := p.sends("handed over", "New host: One > zed@out.example; "+removedAndTaken+"You host One now > owner@x.example")
	email := to(t, sent, "zed@out.example")
	contains(t, email, "Owner now hosts this session instead of Organizer.", "Host: Owner.", "You're still invited, and your link stays the same.", "/s/")
	stored := p.stored(one.Id)
	if got := stored.GetInt("sequence"); got <= before {
		t.Errorf("SEQUENCE %d, want more than %d", got, before)
	}
	for _, want := range []string{"METHOD:REQUEST", "UID:" + stored.GetString("uid"), "SEQUENCE:1"} {
		if !strings.Contains(email.Files[0].Content, want) {
			t.Errorf("no %s in %s", want, email.Files[0].Content)
		}
	}
	p.sends("again", "")
}

func TestHandOver_SeveralSessions_AreOneEmailToEachInvitee(t *testing.T) {
	p := openPost(t)
	p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.session(sessions.Form{Title: "Weekly", Starts: soon(2, 9), Rule: "FREQ=WEEKLY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.handOver()
	sent := p.sends("handed over", "New host of 4 sessions: Owner > zed@out.example; New host: Weekly > kim@out.example; "+
		"You are no longer in Halation Post > organizer@x.example; You host 4 more sessions > owner@x.example")
	email := to(t, sent, "zed@out.example")
	contains(t, email, "4 sessions have a new host", "Owner now hosts these sessions instead of Organizer.", "\n\nOne: ", "\n\nWeekly: ", ", and 2 sessions after it in the series")
	if len(email.Files) != 2 || strings.Count(email.Files[0].Content, "BEGIN:VEVENT") != 1 || !strings.Contains(email.Files[1].Content, "RRULE:FREQ=WEEKLY;COUNT=3") {
		t.Errorf("%d files, want one of the session and one of the series: %+v", len(email.Files), email.Files)
	}
	series := to(t, sent, "kim@out.example")
	contains(t, series, "Owner now hosts this series of sessions instead of Organizer.")
}

func TestHandOver_InvitationStillWaits_IsTheOnlyEmail(t *testing.T) {
	p := openPost(t)
	p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.handOver()
	sent := p.sends("handed over", "Invitation: One > zed@out.example; "+removedAndTaken+"You host One now > owner@x.example")
	contains(t, to(t, sent, "zed@out.example"), "Host: Owner.")
}

func TestHandOver_EmailThatNoLongerHolds_IsDropped(t *testing.T) {
	for name, c := range map[string]struct {
		undo   func(p *post, s *sessions.Session)
		reason string
	}{
		"cancelled": {func(p *post, s *sessions.Session) {
			must(p.studio.T, sessions.Cancel(p.app, p.actor("owner"), s.Id, sessions.This))
		}, mail.ReasonSessionCancelled},
		"handed on": {func(p *post, s *sessions.Session) {
			host := hookstest.Member(p.studio.T, p.app, p.team, "next@x.example", "organizer")
			again := p.stored(s.Id)
			again.Set("host", host.Id)
			must(p.studio.T, p.app.Save(again))
		}, mail.ReasonOtherHost},
		"over": {func(p *post, s *sessions.Session) {
			hookstest.Exec(p.studio.T, p.app, "UPDATE sessions SET starts = {:then}, ends = {:then}", dbx.Params{"then": record.Stamp(soon(-2, 9))})
		}, mail.ReasonSessionEnded},
		"no longer invited": {func(p *post, s *sessions.Session) {
			hookstest.Exec(p.studio.T, p.app, "UPDATE participants SET state = 'out' WHERE email = 'zed@out.example'", nil)
		}, mail.ReasonNotInvited},
		"changed": {func(p *post, s *sessions.Session) {
			form, err := sessions.FormOf(p.app, p.stored(s.Id))
			must(p.studio.T, err)
			form.Title = "Renamed"
			must(p.studio.T, sessions.Change(p.app, p.actor("owner"), s.Id, form, sessions.This))
		}, mail.ReasonReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPost(t)
			s := p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
			p.deliver()
			p.handOver()
			c.undo(p, s)
			worker := mail.NewWorker(p.app)
			worker.Pace = 0
			worker.Deliver(context.Background())
			if got := p.reasons(mail.KindSessionNewHost); !slices.Equal(got, []string{c.reason}) {
				t.Errorf("dropped for %v, want %s", got, c.reason)
			}
		})
	}
}

func TestHandOver_SessionWhoseTimeIsOver_SendsNoEmail(t *testing.T) {
	p := openPost(t)
	p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	hookstest.Exec(t, p.app, "UPDATE sessions SET starts = {:then}, ends = {:then}", dbx.Params{"then": record.Stamp(soon(-2, 9))})
	p.handOver()
	if n := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"kind": mail.KindSessionNewHost}); n != 0 {
		t.Errorf("%d emails about the new host of a session that is over", n)
	}
}
