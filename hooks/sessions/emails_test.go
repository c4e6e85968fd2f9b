package sessions_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/sessions"
)

// mailFixture is a fixture whose emails go to a stub server when the test delivers them.
type mailFixture struct {
	*fixture
	*resendtest.Server
}

func newMailFixture(t *testing.T) *mailFixture {
	t.Helper()
	return newMailFixtureOn(t, "pro")
}

func newMailFixtureOn(t *testing.T, plan string) *mailFixture {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	return &mailFixture{newFixtureWith(t, plan, config), resend}
}

// deliver sends the queued emails and returns them, and as sorted lines "subject > address".
func (p *mailFixture) deliver() (sent []resendtest.Email, said string) {
	p.fixture.Helper()
	before := len(p.Emails())
	worker := mail.NewWorker(p.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	sent = p.Emails()[before:]
	var lines []string
	for _, email := range sent {
		subject, _, _ := strings.Cut(email.Subject, ",")
		lines = append(lines, subject+" > "+email.To)
	}
	slices.Sort(lines)
	return sent, strings.Join(lines, "; ")
}

func (p *mailFixture) wantEmails(what, want string) []resendtest.Email {
	p.fixture.Helper()
	sent, said := p.deliver()
	if said != want {
		p.Errorf("%s: got %s\nwant %s", what, said, want)
	}
	return sent
}

func emailTo(t *testing.T, sent []resendtest.Email, address string) resendtest.Email {
	t.Helper()
	n := slices.IndexFunc(sent, func(l resendtest.Email) bool { return l.To == address })
	if n < 0 {
		t.Fatalf("got no email to %s, want one", address)
	}
	return sent[n]
}

func TestEmails_EachInviteeGetsOwnEmail(t *testing.T) {
	p := newMailFixture(t)
	tokyo := p.users["member"]
	tokyo.Set("timezone", "Asia/Tokyo")
	if err := p.app.Save(tokyo); err != nil {
		t.Fatal(err)
	}
	p.team.Set("timezone", "Europe/Lisbon")
	if err := p.app.Save(p.team); err != nil {
		t.Fatal(err)
	}
	starts := daysFromNow(3, 10)
	session := p.newSession(sessions.Form{Title: "Colour, review", Description: "Bring;\nnotes.", Starts: starts, Zone: "Asia/Kolkata", Passwordless: true,
		Guests: []string{"Zed <zed@out.example>", "member@x.example", "organizer@x.example"}})
	sent := p.wantEmails("scheduled", "Invitation: Colour > member@x.example; Invitation: Colour > zed@out.example")
	if len(sent) != 2 {
		t.Fatal("got fewer emails than expected")
	}
	zed, member := emailTo(t, sent, "zed@out.example"), emailTo(t, sent, "member@x.example")
	link := p.FindLink(zed, "/s/usp_")
	who, err := sessions.FindParticipantByCode(p.app, link[strings.LastIndexByte(link, '/')+1:])
	if err != nil || who.Address() != "zed@out.example" || link == p.FindLink(member, "/s/usp_") {
		t.Errorf("the link %q is %v's, %v", link, who, err)
	}
	lisbon, _ := time.LoadLocation("Europe/Lisbon")
	for _, want := range []string{"Organizer invited you to this session.", starts.In(lisbon).Format("Monday 2 January 2006, 15:04") + " to ", "Lisbon time", "You don't need an account to join", "Halation Post"} {
		if !strings.Contains(zed.Text, want) {
			t.Errorf("no %q in %s, want it to contain %q", want, zed.Text, want)
		}
	}
	if !strings.Contains(member.Text, starts.Add(9*time.Hour).Format("15:04")+" to ") || !strings.Contains(member.Text, "Tokyo time") {
		t.Errorf("got %s", member.Text)
	}
	for _, email := range sent {
		if len(email.Files) != 1 || email.Files[0].Name != "invite.ics" || !strings.Contains(email.Files[0].Type, "method=REQUEST") ||
			!strings.Contains(email.Files[0].Content, "UID:"+session.Id+"@usher.test\r\n") || !strings.Contains(unfold(email.Files[0].Content), "mailto:"+email.To) {
			t.Errorf("got %+v", email.Files)
		}
		if strings.Contains(email.Files[0].Content, "\r\n") && strings.Count(email.Files[0].Content, "\n") != strings.Count(email.Files[0].Content, "\r\n") {
			t.Error("lines end in two ways")
		}
	}
	if n := hookstest.Count(t, p.app, "outbox", dbx.NewExp("sealed != ''")); n != 0 {
		t.Errorf("got %d emails in the outbox, want none", n)
	}
}

func unfold(file string) string { return strings.ReplaceAll(file, "\r\n ", "") }

func TestEmails_Queued_ShowLatestState(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{Title: "Old", Guests: []string{"zed@out.example", "member@x.example", "kim@out.example"}})
	change := func(with func(*sessions.Form)) {
		t.Helper()
		form, err := sessions.FormOf(p.app, p.reload(session.Id))
		if err != nil {
			t.Fatal(err)
		}
		with(&form)
		if err := sessions.Change(p.app, p.actor("organizer"), session.Id, form, sessions.ScopeSession); err != nil {
			t.Fatal(err)
		}
	}
	change(func(f *sessions.Form) { f.Title, f.Guests = "New", []string{"zed@out.example", "member@x.example"} })
	p.wantEmails("changed before they left", "Invitation: New > member@x.example; Invitation: New > zed@out.example")
	change(func(f *sessions.Form) { f.Starts = daysFromNow(4, 9) })
	change(func(f *sessions.Form) { f.Title = "Newest" })
	sent := p.wantEmails("changed twice", "Changed: Newest > member@x.example; Changed: Newest > zed@out.example")
	if file := emailTo(t, sent, "zed@out.example").Files[0].Content; !strings.Contains(file, "SEQUENCE:3\r\n") || !strings.Contains(file, daysFromNow(4, 9).Format("DTSTART:20060102T150405Z")) {
		t.Errorf("got %s", file)
	}
	change(func(f *sessions.Form) { f.Lobby = true })
	p.wantEmails("a setting alone", "")
	change(func(f *sessions.Form) { f.Guests = []string{"member@x.example", "new@out.example"} })
	p.wantEmails("one goes, one comes", "Invitation: Newest > new@out.example; No longer invited: Newest > zed@out.example")
	change(func(f *sessions.Form) { f.Title = "Never told" })
	if err := sessions.Cancel(p.app, p.actor("admin"), session.Id, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	sent = p.wantEmails("cancelled", "Cancelled: Never told > member@x.example; Cancelled: Never told > new@out.example; Cancelled: Never told > organizer@x.example")
	email := emailTo(t, sent, "organizer@x.example")
	if !strings.Contains(email.Text, "Admin cancelled this session.") || !strings.Contains(email.Files[0].Type, "method=CANCEL") ||
		!strings.Contains(email.Files[0].Content, "STATUS:CANCELLED") || p.FindLink(email, "/s/") != "" {
		t.Errorf("%s\n%s", email.Text, email.Files)
	}
}

func TestEmails_SeriesIsOneEmail_EachChangeIsOne(t *testing.T) {
	p := newMailFixture(t)
	first := p.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=4", Guests: []string{"zed@out.example"}})
	sent := p.wantEmails("scheduled", "Invitation: Weekly review > zed@out.example")
	file := emailTo(t, sent, "zed@out.example").Files[0].Content
	if !strings.Contains(file, "RRULE:FREQ=DAILY;COUNT=4\r\n") || strings.Count(file, "BEGIN:VEVENT") != 1 || !strings.Contains(file, "UID:"+first.SeriesID()+"@") {
		t.Errorf("got %s", file)
	}
	all, _ := sessions.ListInSeries(p.app, first.SeriesID())
	form, _ := sessions.FormOf(p.app, all[1])
	form.Starts = daysFromNow(2, 15)
	if err := sessions.Change(p.app, p.actor("organizer"), all[1].Id, form, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	sent = p.wantEmails("one moved", "Changed: Weekly review > zed@out.example")
	file = emailTo(t, sent, "zed@out.example").Files[0].Content
	if !strings.Contains(file, daysFromNow(2, 10).Format("RECURRENCE-ID:20060102T150405Z")) || !strings.Contains(file, daysFromNow(2, 15).Format("DTSTART:20060102T150405Z")) || strings.Contains(file, "RRULE") {
		t.Errorf("got %s", file)
	}
	if err := sessions.Cancel(p.app, p.actor("organizer"), all[2].Id, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	p.wantEmails("one cancelled", "Cancelled: Weekly review > zed@out.example")
	form, _ = sessions.FormOf(p.app, all[3])
	form.Title = "Daily"
	if err := sessions.Change(p.app, p.actor("organizer"), all[3].Id, form, sessions.ScopeSeries); err != nil {
		t.Fatal(err)
	}
	sent = p.wantEmails("all renamed", "Changed: Daily > zed@out.example")
	file = emailTo(t, sent, "zed@out.example").Files[0].Content
	for _, want := range []string{"RRULE:FREQ=DAILY;COUNT=4", daysFromNow(3, 10).Format("EXDATE:20060102T150405Z"), daysFromNow(2, 10).Format("RECURRENCE-ID:20060102T150405Z")} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in %s, want it to contain %q", want, file, want)
		}
	}
	if err := sessions.Cancel(p.app, p.actor("organizer"), all[0].Id, sessions.ScopeSeries); err != nil {
		t.Fatal(err)
	}
	p.wantEmails("all cancelled", "Cancelled: Daily > zed@out.example")
}

func TestHandOver_NewHost_GetsOneEmail(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "admin@x.example"}})
	p.newSession(sessions.Form{Title: "Two", Starts: daysFromNow(2, 9)})
	p.deliver()
	if _, err := members.Remove(p.app, p.actor("admin"), p.users["organizer"].Id, members.Handover{To: p.users["owner"].Id}); err != nil {
		t.Fatal(err)
	}
	sent := p.wantEmails("handed over", "New host: One > zed@out.example; You're no longer in Halation Post > organizer@x.example; You're now the host of 2 sessions > owner@x.example")
	email := emailTo(t, sent, "owner@x.example")
	for _, want := range []string{"Admin handed them over to you from Organizer.", "One: ", "Two: ", "/app/halation-post/sessions"} {
		if !strings.Contains(email.Text, want) {
			t.Errorf("no %q in %s, want it to contain %q", want, email.Text, want)
		}
	}
	if strings.Count(email.Files[0].Content, "BEGIN:VEVENT") != 2 {
		t.Errorf("got %s, want 2", email.Files[0].Content)
	}
	if _, err := members.Remove(p.app, p.actor("admin"), p.users["owner"].Id, members.Handover{}); err == nil {
		t.Error("the Owner is gone")
	}
}

func TestRemove_FormerHost_GetsNoEmailPerSession(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	if _, err := members.Remove(p.app, p.actor("owner"), p.users["organizer"].Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	p.wantEmails("removed", "Cancelled: One > zed@out.example; You're no longer in Halation Post > organizer@x.example")
}
