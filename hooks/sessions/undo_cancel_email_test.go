package sessions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
)

func (p *mailFixture) undo(who string, session *sessions.Session) {
	p.fixture.Helper()
	if err := p.undoCancel(who, session); err != nil {
		p.Fatal(err)
	}
}

func TestEmails_UndoCancel_TellsWhoKnewOfTheCancellation(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.cancel(session, sessions.ScopeSession)
	off := emailTo(t, p.wantEmails("cancelled", "Cancelled: Dailies > kim@out.example; Cancelled: Dailies > zed@out.example"), "zed@out.example")
	p.undo("organizer", session)
	sent := p.wantEmails("undone", "Takes place after all: Dailies > kim@out.example; Takes place after all: Dailies > zed@out.example")
	on := emailTo(t, sent, "zed@out.example")
	if want := "Organizer undid the cancellation. This session takes place after all."; !strings.Contains(on.Text, want) || strings.Contains(on.Text, replyAgain) {
		t.Errorf("got %s, want it with %q", on.Text, want)
	}
	for n, want := range [][]string{{"METHOD:CANCEL", "SEQUENCE:1\r\n", "STATUS:CANCELLED"}, {"METHOD:REQUEST", "SEQUENCE:2\r\n", "STATUS:CONFIRMED"}} {
		file := []resendtest.Email{off, on}[n].Files[0].Content
		for _, line := range append(want, "UID:"+session.Id+"@usher.test") {
			if !strings.Contains(file, line) {
				t.Errorf("no %q in %s", line, file)
			}
		}
	}
	if p.FindLink(on, "/s/usp_") == "" {
		t.Error("the email has no personal link")
	}
}

func TestEmails_UndoCancel_WithdrawsQueuedCancellations(t *testing.T) {
	for _, scope := range []sessions.Scope{sessions.ScopeSession, sessions.ScopeSeries} {
		p := newMailFixture(t)
		session := p.newSession(sessions.Form{Title: "Dailies", Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
		p.deliver()
		p.cancel(session, scope)
		p.undo("organizer", session)
		p.wantEmails(string(scope)+" undone before the cancellation left", "")
		if got := p.dropReasons(mail.KindSessionCancelled); !slices.Equal(got, []string{mail.ReasonSessionNotCancelled, mail.ReasonSessionNotCancelled}) {
			t.Errorf("dropped for %v, want %s twice", got, mail.ReasonSessionNotCancelled)
		}
		p.wantDelivery("zed@out.example", session, mail.Sent) // the invitation
	}
}

// A cancellation replaces what is queued. If it is withdrawn, that is queued again: an invitation, or a change with what it says.
func TestEmails_UndoCancel_QueuesAgainWhatTheCancellationReplaced(t *testing.T) {
	for _, rule := range []string{"", "FREQ=DAILY;COUNT=3"} {
		p := newMailFixture(t)
		scope := sessions.ScopeSession
		if rule != "" {
			scope = sessions.ScopeSeries
		}
		session := p.newSession(sessions.Form{Title: "Dailies", Rule: rule, Guests: []string{"zed@out.example"}})
		for range 2 {
			p.cancel(session, scope)
			p.undo("organizer", session)
		}
		p.wantEmails("invited, cancelled, undone"+rule, "Invitation: Dailies > zed@out.example")

		was := session.Starts()
		p.change(t, session, scope, func(f *sessions.Form) { f.Starts = was.AddDate(0, 0, 7) })
		for range 2 {
			p.cancel(session, scope)
			p.undo("organizer", session)
		}
		sent := p.wantEmails("moved, cancelled, undone"+rule, "Changed: Dailies > zed@out.example")
		text := emailTo(t, sent, "zed@out.example").Text
		if !strings.Contains(text, replyAgain) || rule == "" && !strings.Contains(text, "(was "+was.Format(startTime)+")") {
			t.Errorf("got %s, want the change", text)
		}

		p.change(t, session, scope, func(f *sessions.Form) { f.Starts = was.AddDate(0, 0, 8) })
		p.cancel(session, scope)
		p.wantEmails("moved and cancelled"+rule, "Cancelled: Dailies > zed@out.example")
		p.undo("organizer", session)
		text = emailTo(t, p.wantEmails("then undone"+rule, "Takes place after all: Dailies > zed@out.example"), "zed@out.example").Text
		if !strings.Contains(text, replyAgain) || strings.Contains(text, "(was ") {
			t.Errorf("got %s, want it to ask for a reply", text)
		}
	}
}

// A cancellation that was tried may have arrived.
func TestEmails_UndoCancel_TriedCancellation_IsFollowedUp(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.cancel(session, sessions.ScopeSession)
	p.FailNext(resendtest.Status(500))
	p.wantEmails("the first attempt", "")
	p.undo("organizer", session)
	p.wantEmails("undone", "Takes place after all: Dailies > zed@out.example")
}

// An email that the session takes place after all is merged with later changes, and replaced by another cancellation.
func TestEmails_UndoCancel_ThenChangedOrCancelled(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.cancel(session, sessions.ScopeSession)
	p.deliver()
	p.undo("organizer", session)
	p.rename(session, "Review")
	p.wantEmails("renamed before it left", "Takes place after all: Review > zed@out.example")

	p.cancel(session, sessions.ScopeSession)
	p.deliver()
	p.undo("organizer", session)
	p.FailNext(resendtest.Status(500))
	p.deliver()
	p.rename(session, "Dailies")
	text := emailTo(t, p.wantEmails("renamed after an attempt", "Takes place after all: Dailies > zed@out.example"), "zed@out.example").Text
	if want := "Title: Dailies (was Review)"; !strings.Contains(text, want) {
		t.Errorf("got %s, want it with %q", text, want)
	}

	p.cancel(session, sessions.ScopeSession)
	p.deliver()
	p.undo("organizer", session)
	p.cancel(session, sessions.ScopeSession)
	p.wantEmails("cancelled again", "Cancelled: Dailies > zed@out.example")
	p.undo("organizer", session)
	p.wantEmails("undone again", "Takes place after all: Dailies > zed@out.example")
}

// The person who cancelled the session got no email, and learns of the undo only if someone else undoes it.
func TestEmails_UndoCancel_ByAnotherPerson_TellsWhoCancelled(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies"})
	p.cancel(session, sessions.ScopeSession)
	p.wantEmails("cancelled by the host", "")
	p.undo("admin", session)
	p.wantEmails("undone by an Admin", "Takes place after all: Dailies > organizer@x.example")
	p.cancelAs("admin", session, sessions.ScopeSession)
	p.wantEmails("cancelled by an Admin", "Cancelled: Dailies > organizer@x.example")
	p.undo("organizer", session)
	p.wantEmails("undone by the host, whose calendar has the cancellation", "Takes place after all: Dailies > organizer@x.example")
}

func TestEmails_UndoCancel_NeverInformed_GetNothing(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	p.cancel(session, sessions.ScopeSession)
	p.wantEmails("cancelled", "")
	p.undo("organizer", session)
	p.wantEmails("undone", "")
}

func TestEmails_UndoCancel_Series(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Dailies", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	p.deliver()
	all, _ := sessions.ListInSeries(p.app, session.SeriesID())
	p.cancel(all[1], sessions.ScopeSession)
	off := emailTo(t, p.wantEmails("one", "Cancelled: Dailies > zed@out.example"), "zed@out.example").Files[0].Content
	p.undo("organizer", all[1])
	one := emailTo(t, p.wantEmails("one undone", "Takes place after all: Dailies > zed@out.example"), "zed@out.example")
	occurrence := "RECURRENCE-ID:" + all[1].Starts().Format("20060102T150405Z")
	if on := one.Files[0].Content; !strings.Contains(off, occurrence) || !strings.Contains(on, occurrence) || strings.Contains(on, "RRULE") || !strings.Contains(on, "STATUS:CONFIRMED") || calendarSequence(on) <= calendarSequence(off) {
		t.Errorf("got %s\nafter %s", on, off)
	}

	p.cancel(session, sessions.ScopeSeries)
	off = emailTo(t, p.wantEmails("all", "Cancelled: Dailies > zed@out.example"), "zed@out.example").Files[0].Content
	p.undo("organizer", session)
	series := emailTo(t, p.wantEmails("all undone", "Takes place after all: Dailies > zed@out.example"), "zed@out.example")
	if on := series.Files[0].Content; !strings.Contains(on, "RRULE:FREQ=DAILY;COUNT=3") || strings.Contains(on, "CANCEL") || calendarSequence(on) <= calendarSequence(off) ||
		!strings.Contains(series.Text, "The upcoming sessions of this series take place after all.") {
		t.Errorf("got %s\n%s\nafter %s", series.Text, on, off)
	}

	// The cancellation of a series of which one session was left is about the series, too.
	for _, s := range all[:2] {
		p.cancel(s, sessions.ScopeSession)
	}
	p.deliver()
	p.cancel(all[2], sessions.ScopeSeries)
	p.deliver()
	p.undo("organizer", all[2])
	last := emailTo(t, p.wantEmails("the last one", "Takes place after all: Dailies > zed@out.example"), "zed@out.example")
	if on := last.Files[0].Content; !strings.Contains(on, "RRULE:") || strings.Count(on, "EXDATE") != 2 || !strings.Contains(last.Text, "This session takes place after all.") {
		t.Errorf("got %s\n%s, want the series without its first two sessions", last.Text, on)
	}
}

func calendarSequence(file string) (n int) {
	_, rest, _ := strings.Cut(file, "SEQUENCE:")
	_, _ = fmt.Sscan(rest, &n)
	return n
}
