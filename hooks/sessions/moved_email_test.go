package sessions_test

import (
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
)

const (
	replyAgain = "If you already replied, please reply again for the new time."
	startTime  = "Mon 2 Jan 2006, 15:04"
)

func TestEmails_MovedSession_AsksAgainAndSaysWhatChanged(t *testing.T) {
	p := newMailFixture(t)
	was := daysFromNow(3, 10)
	session := p.newSession(sessions.Form{Title: "Dailies", Starts: was, Zone: "UTC", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	answers := func() (said string) {
		for _, address := range []string{"zed@out.example", "kim@out.example"} {
			one, err := sessions.FindParticipantByEmail(p.app, session.Id, address)
			if err != nil {
				t.Fatal(err)
			}
			said += "[" + one.Answer() + "]"
		}
		return said
	}
	for address, answer := range map[string]string{"zed@out.example": sessions.Yes, "kim@out.example": sessions.Maybe} {
		one, err := sessions.FindParticipantByEmail(p.app, session.Id, address)
		if err != nil {
			t.Fatal(err)
		}
		if err := sessions.Answer(p.app, one.Id, answer, ""); err != nil {
			t.Fatal(err)
		}
	}
	change := func(with func(*sessions.Form)) string {
		t.Helper()
		form, err := sessions.FormOf(p.app, p.reload(session.Id))
		if err != nil {
			t.Fatal(err)
		}
		with(&form)
		if err := sessions.Change(p.app, p.actor("organizer"), session.Id, form, sessions.ScopeSession); err != nil {
			t.Fatal(err)
		}
		sent, _ := p.deliver()
		email := emailTo(t, sent, "zed@out.example")
		if email.ReplyTo != "organizer@x.example" {
			t.Errorf("replies go to %q, want the host", email.ReplyTo)
		}
		return email.Text
	}
	text := change(func(f *sessions.Form) { f.Title, f.Description = "Review", "Bring notes." })
	if !strings.Contains(text, "Title: Review (was Dailies)") || strings.Contains(text, replyAgain) || answers() != "[yes][maybe]" {
		t.Errorf("another title: answers %s, %s", answers(), text)
	}
	now := was.Add(25 * time.Hour)
	text = change(func(f *sessions.Form) { f.Starts = now })
	if want := "Start: " + now.Format(startTime) + " (was " + was.Format(startTime) + ")"; !strings.Contains(text, want) || !strings.Contains(text, replyAgain) {
		t.Errorf("another time: %s, want %q and %q", text, want, replyAgain)
	}
	if answers() != "[][]" {
		t.Errorf("answers after the move: %s, want none", answers())
	}
}

func TestEmails_MovedSeries_AskAgain(t *testing.T) {
	p := newMailFixture(t)
	first := p.newSession(sessions.Form{Title: "Dailies", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	all, _ := sessions.ListInSeries(p.app, first.SeriesID())
	p.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Starts, f.Guests = daysFromNow(2, 15), []string{"kim@out.example"} })
	p.deliver()
	for _, test := range []struct {
		name   string
		change []func(*sessions.Form)
		asked  map[string]bool // by recipient
	}{
		{"another title", []func(*sessions.Form){func(f *sessions.Form) { f.Title = "Rushes" }},
			map[string]bool{"zed@out.example": false, "kim@out.example": false}},
		{"an hour later", []func(*sessions.Form){func(f *sessions.Form) { f.Starts = f.Starts.Add(time.Hour) }},
			map[string]bool{"zed@out.example": true, "kim@out.example": false}}, // Kim's session keeps its time
		{"another title, then an hour later", []func(*sessions.Form){func(f *sessions.Form) { f.Title = "Dailies" }, func(f *sessions.Form) { f.Starts = f.Starts.Add(time.Hour) }},
			map[string]bool{"zed@out.example": true, "kim@out.example": false}},
		{"an hour earlier, then another title", []func(*sessions.Form){func(f *sessions.Form) { f.Starts = f.Starts.Add(-time.Hour) }, func(f *sessions.Form) { f.Title = "Rushes" }},
			map[string]bool{"zed@out.example": true, "kim@out.example": false}},
	} {
		for _, change := range test.change {
			p.change(t, all[0], sessions.ScopeSeries, change)
		}
		sent, _ := p.deliver()
		for address, want := range test.asked {
			if text := emailTo(t, sent, address).Text; strings.Contains(text, replyAgain) != want {
				t.Errorf("%s, to %s: got %s, want %q: %v", test.name, address, text, replyAgain, want)
			}
		}
	}
}

func TestEmails_MovedWhileRenameWaits_AskAgain(t *testing.T) {
	p := newMailFixture(t)
	first := p.newSession(sessions.Form{Title: "Dailies", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	all, _ := sessions.ListInSeries(p.app, first.SeriesID())
	p.deliver()
	p.change(t, all[0], sessions.ScopeSeries, func(f *sessions.Form) { f.Title = "Rushes" })
	p.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(2, 15) })
	sent := p.wantEmails("renamed, then one moved", "Changed: Rushes > zed@out.example")
	if text := emailTo(t, sent, "zed@out.example").Text; !strings.Contains(text, replyAgain) {
		t.Errorf("got %s, want %q", text, replyAgain)
	}
	p.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(2, 16) })
	p.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(2, 15) })
	sent = p.wantEmails("moved there and back", "Changed: Rushes > zed@out.example")
	if text := emailTo(t, sent, "zed@out.example").Text; !strings.Contains(text, replyAgain) || strings.Contains(text, "(was ") {
		t.Errorf("moved there and back: got %s, want %q and no change", text, replyAgain)
	}
	p.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(2, 18) })
	p.change(t, all[0], sessions.ScopeSeries, func(f *sessions.Form) { f.Title = "Dailies" })
	sent = p.wantEmails("one moved, then all renamed", "Changed: Dailies > zed@out.example")
	if text := emailTo(t, sent, "zed@out.example").Text; !strings.Contains(text, replyAgain) {
		t.Errorf("one moved, then all renamed: got %s, want %q", text, replyAgain)
	}
}

func TestEmails_MovedTwice_CompareWithWhatArrived(t *testing.T) {
	for name, failed := range map[string]bool{"before the email was tried": false, "after it failed": true} {
		t.Run(name, func(t *testing.T) {
			p := newMailFixture(t)
			was, now := daysFromNow(3, 10), daysFromNow(3, 14)
			session := p.newSession(sessions.Form{Title: "Dailies", Starts: was, Zone: "UTC", Guests: []string{"zed@out.example"}})
			p.deliver()
			p.change(t, session, sessions.ScopeSession, func(f *sessions.Form) { f.Starts, f.Title = daysFromNow(3, 12), "Rushes" })
			if failed {
				p.FailNext(resendtest.Status(503))
				p.wantEmails("the provider is down", "")
			}
			p.change(t, session, sessions.ScopeSession, func(f *sessions.Form) { f.Starts = now })
			sent, _ := p.deliver()
			text := emailTo(t, sent, "zed@out.example").Text
			for _, want := range []string{"Start: " + now.Format(startTime) + " (was " + was.Format(startTime) + ")", "Title: Rushes (was Dailies)", replyAgain} {
				if !strings.Contains(text, want) {
					t.Errorf("got %s, want %q", text, want)
				}
			}
		})
	}
}

func TestResend_WhileChangeWaits_SaysWhatChanged(t *testing.T) {
	was, now := daysFromNow(3, 10), daysFromNow(3, 14)
	move := func(f *sessions.Form) { f.Starts = now }
	later := func(p *mailFixture) { // the outbox is older than resendInterval
		hookstest.Exec(p, p.app, "UPDATE outbox SET created = datetime(created, '-2 minutes') || '.000Z'", nil)
	}
	fixture := func(t *testing.T, rule string) (*mailFixture, []*sessions.Session, func(n int)) {
		p := newMailFixture(t)
		first := p.newSession(sessions.Form{Title: "Dailies", Starts: was, Zone: "UTC", Rule: rule, Guests: []string{"zed@out.example"}})
		all := []*sessions.Session{first}
		if rule != "" {
			var err error
			if all, err = sessions.ListInSeries(p.app, first.SeriesID()); err != nil {
				t.Fatal(err)
			}
		}
		p.deliver()
		return p, all, func(n int) {
			t.Helper()
			later(p)
			zed, err := sessions.FindParticipantByEmail(p.app, all[n].Id, "zed@out.example")
			if err != nil {
				t.Fatal(err)
			}
			hookstest.AssertCode(t, "resend", sessions.Resend(p.app, p.actor("owner"), all[n].Id, zed.Id), "")
		}
	}
	want := func(p *mailFixture, what, subjects string, sentences ...string) {
		t.Helper()
		sent := p.wantEmails(what, subjects)
		text := emailTo(t, sent, "zed@out.example").Text
		for _, one := range append(sentences, replyAgain, "Organizer changed this") {
			if !strings.Contains(text, one) {
				t.Errorf("%s: got %s, want %q", what, text, one)
			}
		}
	}
	moved := "Start: " + now.Format(startTime) + " (was " + was.Format(startTime) + ")"

	for name, failed := range map[string]bool{"before the email was tried": false, "after it failed": true} {
		p, all, resend := fixture(t, "")
		p.change(t, all[0], sessions.ScopeSession, move)
		if failed {
			p.FailNext(resendtest.Status(503))
			p.wantEmails("the provider is down", "")
		}
		resend(0)
		want(p, "one session, "+name, "Changed: Dailies > zed@out.example", moved)
	}

	p, all, resend := fixture(t, "FREQ=DAILY;COUNT=3")
	p.change(t, all[0], sessions.ScopeSession, move)
	resend(0)
	want(p, "one of a series", "Changed: Dailies > zed@out.example", moved)

	p, all, resend = fixture(t, "FREQ=DAILY;COUNT=3")
	p.change(t, all[0], sessions.ScopeSession, move)
	resend(1)
	sent := p.wantEmails("another one of the series", "Changed: Dailies > zed@out.example; Invitation: Dailies > zed@out.example")
	if len(sent) != 2 || !strings.Contains(sent[0].Text+sent[1].Text, moved) {
		t.Errorf("another one of the series: got %v, want one with %q", sent, moved)
	}

	p, all, resend = fixture(t, "FREQ=DAILY;COUNT=3")
	p.change(t, all[0], sessions.ScopeSeries, move)
	resend(2)
	want(p, "a series", "Changed: Dailies > zed@out.example", "3 sessions")

	p, all, resend = fixture(t, "FREQ=DAILY;COUNT=3")
	p.change(t, all[0], sessions.ScopeSeries, func(f *sessions.Form) { f.Title = "Rushes" })
	later(p)
	resend(0)
	if text := emailTo(t, p.wantEmails("renamed only", "Changed: Rushes > zed@out.example"), "zed@out.example").Text; strings.Contains(text, replyAgain) {
		t.Errorf("renamed only: got %s, want no %q", text, replyAgain)
	}
	resend(0)
	p.wantEmails("nothing waits", "Invitation: Rushes > zed@out.example")
}

func TestEmails_QueuedByOlderVersion_SaysWhatChanged(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Starts: daysFromNow(3, 10), Zone: "UTC", Guests: []string{"zed@out.example"}})
	p.deliver()
	zed, err := sessions.FindParticipantByEmail(p.app, session.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	was := daysFromNow(3, 9).Format(time.RFC3339)
	err = mail.QueueDeferred(p.app, mail.Deferred{Kind: mail.KindSessionChanged, To: zed.Address(), About: zed.Id, Team: p.team.Id, Topic: "session:" + session.Id,
		Basis:  `{"session":"` + session.Id + `","by":"Organizer"}`,
		Secret: `{"by":"Organizer","was":{"title":"Dailies","starts":"` + was + `","ends":"` + daysFromNow(3, 10).Format(time.RFC3339) + `","room":""}}`})
	if err != nil {
		t.Fatal(err)
	}
	sent, _ := p.deliver()
	if text := emailTo(t, sent, "zed@out.example").Text; !strings.Contains(text, "09:00)") || !strings.Contains(text, replyAgain) {
		t.Errorf("got %s, want the old start and %q", text, replyAgain)
	}
}
