package sessions_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/settings"
)

// report notes what the provider says of the newest email to an address.
func (p *post) report(address, status string) {
	p.studio.Helper()
	m := &mail.Outbox{}
	if err := p.app.RecordQuery("outbox").AndWhere(dbx.HashExp{"recipient": address}).OrderBy("rowid DESC").Limit(1).One(m); err != nil {
		p.Fatal(err)
	}
	m.Set("status", status)
	if err := p.app.Save(m); err != nil {
		p.Fatal(err)
	}
}

func (p *post) rename(session *sessions.Session, title string) {
	p.studio.Helper()
	form, err := sessions.FormOf(p.app, p.stored(session.Id))
	if err != nil {
		p.Fatal(err)
	}
	form.Title = title
	if err := sessions.Change(p.app, p.actor("organizer"), session.Id, form, sessions.This); err != nil {
		p.Fatal(err)
	}
}

func (p *post) cancel(session *sessions.Session, scope sessions.Scope) {
	p.studio.Helper()
	if err := sessions.Cancel(p.app, p.actor("organizer"), session.Id, scope); err != nil {
		p.Fatal(err)
	}
}

func TestEmails_NobodyIsToldOfTheEndOfWhatTheyNeverHeardOf(t *testing.T) {
	p := openPost(t)
	session := p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.report("zed@out.example", mail.Bounced)
	p.cancel(session, sessions.This)
	p.sends("one invitation bounced", "Cancelled: One > kim@out.example")

	session = p.session(sessions.Form{Title: "Two", Guests: []string{"zed@out.example"}})
	p.cancel(session, sessions.This)
	p.sends("cancelled before the invitation left", "")

	session = p.session(sessions.Form{Title: "Three", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.report("zed@out.example", mail.Bounced)
	p.guests(session, sessions.This)
	p.sends("taken off the list", "No longer invited: Three > kim@out.example")

	series := p.session(sessions.Form{Title: "Four", Starts: soon(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.report("zed@out.example", mail.Bounced)
	all, _ := sessions.InSeries(p.app, series.SeriesID())
	p.cancel(all[1], sessions.This)
	p.sends("one of a series is cancelled", "Cancelled: Four > kim@out.example")
}

func TestEmails_AChangeIsAnInvitationToWhoeverHasNone(t *testing.T) {
	p := openPost(t)
	session := p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.report("zed@out.example", mail.Bounced)
	p.rename(session, "Two")
	p.sends("one invitation bounced", "Changed: Two > kim@out.example; Invitation: Two > zed@out.example")
	p.rename(session, "Three")
	p.sends("both have arrived", "Changed: Three > kim@out.example; Changed: Three > zed@out.example")

	series := p.session(sessions.Form{Title: "Four", Starts: soon(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.report("zed@out.example", mail.Bounced)
	all, _ := sessions.InSeries(p.app, series.SeriesID())
	p.rename(all[1], "Five")
	sent := p.sends("one of a series", "Invitation: Five > zed@out.example")
	if len(sent) == 1 && !strings.Contains(sent[0].Files[0].Content, "RRULE:FREQ=DAILY;COUNT=3") {
		t.Errorf("it is not for the whole series: %s", sent[0].Files[0].Content)
	}
}

func TestEmails_WhileEmailIsOff_NobodyIsTold(t *testing.T) {
	p := openPost(t)
	on := *settings.Of(p.app)
	off := on
	off.ResendKey = ""
	settings.Set(p.app, off)
	session := p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.delivery("zed@out.example", session, sessions.NotSent)
	settings.Set(p.app, on)
	p.rename(session, "Two")
	p.sends("email is on", "Invitation: Two > zed@out.example")
	p.delivery("zed@out.example", session, mail.Sent)
}

func (p *post) delivery(address string, session *sessions.Session, want string) {
	p.studio.Helper()
	who, err := sessions.ParticipantBy(p.app, session.Id, address)
	if err != nil {
		p.Fatal(err)
	}
	states, err := sessions.Delivery(p.app, session)
	if got := states[who.Id].Status; err != nil || got != want {
		p.Errorf("%s: %q, %v, want %q", address, got, err, want)
	}
}

func TestInvitees_ResendAndCopyLink(t *testing.T) {
	p := openPost(t)
	series := p.session(sessions.Form{Title: "One", Starts: soon(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "member@x.example"}, Cohosts: []string{p.by["admin"].Id}})
	all, _ := sessions.InSeries(p.app, series.SeriesID())
	sent, _ := p.deliver()
	emailed := p.Link(to(t, sent, "zed@out.example"), "/s/usp_")
	p.report("zed@out.example", mail.Bounced)
	for _, one := range all {
		p.delivery("zed@out.example", one, mail.Bounced)
	}
	zed, _ := sessions.ParticipantBy(p.app, all[1].Id, "zed@out.example")
	for who, code := range map[string]string{"member": record.CodeNotAllowed, "owner": "", "organizer": "", "admin": ""} {
		link, err := sessions.CopyLink(p.app, p.actor(who), all[1].Id, zed.Id)
		hookstest.Refused(t, who+" copies the link", err, code)
		if err != nil {
			continue
		}
		lead, err := sessions.Follow(p.app, link[strings.LastIndexByte(link, '/')+1:])
		if err != nil || !lead.Shown || lead.Participant.Address() != "zed@out.example" || link == emailed {
			t.Errorf("%s got %q: %+v, %v", who, link, lead, err)
		}
	}
	if lead, err := sessions.Follow(p.app, emailed[strings.LastIndexByte(emailed, '/')+1:]); err != nil || lead.Shown {
		t.Errorf("the emailed link: %+v, %v", lead, err)
	}
	hookstest.Refused(t, "a member resends", sessions.Resend(p.app, p.actor("member"), all[1].Id, zed.Id), record.CodeNotAllowed)
	hookstest.Refused(t, "the co-host resends", sessions.Resend(p.app, p.actor("admin"), all[1].Id, zed.Id), "")
	p.sends("resent", "Invitation: One > zed@out.example")
	hookstest.Refused(t, "again at once", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), record.CodeTooMany)
	for range 6 {
		hookstest.Exec(t, p.app, "UPDATE outbox SET created = datetime(created, '-2 minutes') || '.000Z' WHERE about = {:id}", dbx.Params{"id": zed.Id})
		_ = sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id)
	}
	hookstest.Exec(t, p.app, "UPDATE outbox SET created = datetime(created, '-2 minutes') || '.000Z' WHERE about = {:id}", dbx.Params{"id": zed.Id})
	hookstest.Refused(t, "too often today", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), record.CodeTooMany)
	host, _ := sessions.ParticipantBy(p.app, all[1].Id, "organizer@x.example")
	hookstest.Refused(t, "the host's link", func() error {
		_, err := sessions.CopyLink(p.app, p.actor("owner"), all[1].Id, host.Id)
		return err
	}(), sessions.CodeHostStands)
	p.cancel(all[1], sessions.This)
	hookstest.Refused(t, "cancelled", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), sessions.CodeCancelled)
	if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"action": "session.link"}); n < 4 {
		t.Errorf("%d copies are audited", n)
	}
}
