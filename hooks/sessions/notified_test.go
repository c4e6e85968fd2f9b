package sessions_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// reportStatus sets the provider's status of the latest email to an address.
func (p *mailFixture) reportStatus(address, status string) {
	p.fixture.Helper()
	m := &mail.Email{}
	if err := p.app.RecordQuery("outbox").AndWhere(dbx.HashExp{"recipient": address}).OrderBy("rowid DESC").Limit(1).One(m); err != nil {
		p.Fatal(err)
	}
	m.Set("status", status)
	if err := p.app.Save(m); err != nil {
		p.Fatal(err)
	}
}

func (p *mailFixture) rename(session *sessions.Session, title string) {
	p.fixture.Helper()
	form, err := sessions.FormOf(p.app, p.reload(session.Id))
	if err != nil {
		p.Fatal(err)
	}
	form.Title = title
	if err := sessions.Change(p.app, p.actor("organizer"), session.Id, form, sessions.ScopeSession); err != nil {
		p.Fatal(err)
	}
}

func (p *mailFixture) cancel(session *sessions.Session, scope sessions.Scope) {
	p.fixture.Helper()
	if err := sessions.Cancel(p.app, p.actor("organizer"), session.Id, scope); err != nil {
		p.Fatal(err)
	}
}

func TestEmails_Cancel_SkipsUninformedInvitees(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	p.cancel(session, sessions.ScopeSession)
	p.wantEmails("one invitation bounced", "Cancelled: One > kim@out.example")

	session = p.newSession(sessions.Form{Title: "Two", Guests: []string{"zed@out.example"}})
	p.cancel(session, sessions.ScopeSession)
	p.wantEmails("cancelled before the invitation left", "")

	session = p.newSession(sessions.Form{Title: "Three", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	p.setGuests(session, sessions.ScopeSession)
	p.wantEmails("taken off the list", "No longer invited: Three > kim@out.example")

	series := p.newSession(sessions.Form{Title: "Four", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	all, _ := sessions.ListInSeries(p.app, series.SeriesID())
	p.cancel(all[1], sessions.ScopeSession)
	p.wantEmails("one of a series is cancelled", "Cancelled: Four > kim@out.example")
}

func TestEmails_ChangeWithoutDeliveredInvitation_IsAnInvitation(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "kim@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	p.rename(session, "Two")
	p.wantEmails("one invitation bounced", "Changed: Two > kim@out.example; Invitation: Two > zed@out.example")
	p.rename(session, "Three")
	p.wantEmails("both have arrived", "Changed: Three > kim@out.example; Changed: Three > zed@out.example")

	series := p.newSession(sessions.Form{Title: "Four", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.reportStatus("zed@out.example", mail.Bounced)
	all, _ := sessions.ListInSeries(p.app, series.SeriesID())
	p.rename(all[1], "Five")
	sent := p.wantEmails("one of a series", "Invitation: Five > zed@out.example")
	if len(sent) == 1 && !strings.Contains(sent[0].Files[0].Content, "RRULE:FREQ=DAILY;COUNT=3") {
		t.Errorf("it is not for the whole series: %s", sent[0].Files[0].Content)
	}
}

func TestEmails_WhileEmailIsOff_InviteesStayUninformed(t *testing.T) {
	p := newMailFixture(t)
	on := *settings.Of(p.app)
	off := on
	off.ResendKey = ""
	settings.Set(p.app, off)
	session := p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	p.wantDelivery("zed@out.example", session, sessions.NotSent)
	settings.Set(p.app, on)
	p.rename(session, "Two")
	p.wantEmails("email is on", "Invitation: Two > zed@out.example")
	p.wantDelivery("zed@out.example", session, mail.Sent)
}

func (p *mailFixture) wantDelivery(address string, session *sessions.Session, want string) {
	p.fixture.Helper()
	who, err := sessions.FindParticipantByEmail(p.app, session.Id, address)
	if err != nil {
		p.Fatal(err)
	}
	states, err := sessions.Delivery(p.app, session)
	if got := states[who.Id].Status; err != nil || got != want {
		p.Errorf("%s: got %q, %v, want %q", address, got, err, want)
	}
}

func TestInvitees_ResendAndCopyLink(t *testing.T) {
	p := newMailFixture(t)
	series := p.newSession(sessions.Form{Title: "One", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "member@x.example"}, Cohosts: []string{p.users["admin"].Id}})
	all, _ := sessions.ListInSeries(p.app, series.SeriesID())
	sent, _ := p.deliver()
	emailed := p.FindLink(emailTo(t, sent, "zed@out.example"), "/s/usp_")
	p.reportStatus("zed@out.example", mail.Bounced)
	for _, one := range all {
		p.wantDelivery("zed@out.example", one, mail.Bounced)
	}
	zed, _ := sessions.FindParticipantByEmail(p.app, all[1].Id, "zed@out.example")
	for who, code := range map[string]string{"member": errs.CodeNotAllowed, "owner": "", "organizer": "", "admin": ""} {
		link, err := sessions.CopyLink(p.app, p.actor(who), all[1].Id, zed.Id)
		hookstest.AssertCode(t, who+" copies the link", err, code)
		if err != nil {
			continue
		}
		lead, err := sessions.ResolveLink(p.app, link[strings.LastIndexByte(link, '/')+1:])
		if err != nil || !lead.Shown || lead.Participant.Address() != "zed@out.example" || link == emailed {
			t.Errorf("%s got %q: %+v, %v", who, link, lead, err)
		}
	}
	if lead, err := sessions.ResolveLink(p.app, emailed[strings.LastIndexByte(emailed, '/')+1:]); err != nil || lead.Shown {
		t.Errorf("the emailed link: %+v, %v", lead, err)
	}
	hookstest.AssertCode(t, "a member resends", sessions.Resend(p.app, p.actor("member"), all[1].Id, zed.Id), errs.CodeNotAllowed)
	hookstest.AssertCode(t, "the co-host resends", sessions.Resend(p.app, p.actor("admin"), all[1].Id, zed.Id), "")
	p.wantEmails("resent", "Invitation: One > zed@out.example")
	hookstest.AssertCode(t, "again immediately", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), errs.CodeTooMany)
	for range 6 {
		hookstest.Exec(t, p.app, "UPDATE outbox SET created = datetime(created, '-2 minutes') || '.000Z' WHERE about = {:id}", dbx.Params{"id": zed.Id})
		_ = sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id)
	}
	hookstest.Exec(t, p.app, "UPDATE outbox SET created = datetime(created, '-2 minutes') || '.000Z' WHERE about = {:id}", dbx.Params{"id": zed.Id})
	hookstest.AssertCode(t, "too often today", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), errs.CodeTooMany)
	host, _ := sessions.FindParticipantByEmail(p.app, all[1].Id, "organizer@x.example")
	hookstest.AssertCode(t, "the host's link", func() error {
		_, err := sessions.CopyLink(p.app, p.actor("owner"), all[1].Id, host.Id)
		return err
	}(), sessions.CodeHostRequired)
	p.cancel(all[1], sessions.ScopeSession)
	hookstest.AssertCode(t, "cancelled", sessions.Resend(p.app, p.actor("organizer"), all[1].Id, zed.Id), sessions.CodeCancelled)
	if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"action": "session.link"}); n < 4 {
		t.Errorf("%d copies are audited, want at least 4", n)
	}
}
