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
	"usher/hooks/sessions"
)

// post is a studio whose letters leave, when the test says so, to a stand-in.
type post struct {
	*studio
	*resendtest.Server
}

func openPost(t *testing.T) *post {
	t.Helper()
	return openPostOn(t, "pro")
}

func openPostOn(t *testing.T, plan string) *post {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	return &post{openWith(t, plan, config), resend}
}

// deliver sends what waits, and says to whom what went: "subject > address", sorted.
func (p *post) deliver() (sent []resendtest.Sent, said string) {
	p.studio.Helper()
	before := len(p.Letters())
	worker := mail.NewWorker(p.app)
	worker.Pace = 0
	worker.Deliver(context.Background())
	sent = p.Letters()[before:]
	var lines []string
	for _, letter := range sent {
		subject, _, _ := strings.Cut(letter.Subject, ",")
		lines = append(lines, subject+" > "+letter.To)
	}
	slices.Sort(lines)
	return sent, strings.Join(lines, "; ")
}

func (p *post) sends(what, want string) []resendtest.Sent {
	p.studio.Helper()
	sent, said := p.deliver()
	if said != want {
		p.Errorf("%s: %s\nwant %s", what, said, want)
	}
	return sent
}

func to(t *testing.T, sent []resendtest.Sent, address string) resendtest.Sent {
	t.Helper()
	n := slices.IndexFunc(sent, func(l resendtest.Sent) bool { return l.To == address })
	if n < 0 {
		t.Fatalf("no letter to %s", address)
	}
	return sent[n]
}

func TestWhoIsAskedGetsALetterOfHisOwn(t *testing.T) {
	p := openPost(t)
	tokyo := p.by["member"]
	tokyo.Set("timezone", "Asia/Tokyo")
	if err := p.app.Save(tokyo); err != nil {
		t.Fatal(err)
	}
	p.team.Set("timezone", "Europe/Lisbon")
	if err := p.app.Save(p.team); err != nil {
		t.Fatal(err)
	}
	starts := soon(3, 10)
	session := p.session(sessions.Form{Title: "Colour, review", Description: "Bring;\nnotes.", Starts: starts, Zone: "Asia/Kolkata", Passwordless: true,
		Guests: []string{"Zed <zed@out.example>", "member@x.example", "organizer@x.example"}})
	sent := p.sends("scheduled", "Invitation: Colour > member@x.example; Invitation: Colour > zed@out.example")
	if len(sent) != 2 {
		t.Fatal("letters are missing")
	}
	zed, member := to(t, sent, "zed@out.example"), to(t, sent, "member@x.example")
	link := p.Link(zed, "/s/usp_")
	who, err := sessions.ParticipantByCode(p.app, link[strings.LastIndexByte(link, '/')+1:])
	if err != nil || who.Address() != "zed@out.example" || link == p.Link(member, "/s/usp_") {
		t.Errorf("the link %q is %v's, %v", link, who, err)
	}
	lisbon, _ := time.LoadLocation("Europe/Lisbon")
	for _, want := range []string{"Organizer asks you to this session.", starts.In(lisbon).Format("Monday 2 January 2006, 15:04") + " to ", "Lisbon time", "Your name is enough", "Halation Post"} {
		if !strings.Contains(zed.Text, want) {
			t.Errorf("no %q in %s", want, zed.Text)
		}
	}
	if !strings.Contains(member.Text, starts.Add(9*time.Hour).Format("15:04")+" to ") || !strings.Contains(member.Text, "Tokyo time") {
		t.Errorf("%s", member.Text)
	}
	for _, letter := range sent {
		if len(letter.Files) != 1 || letter.Files[0].Name != "invite.ics" || !strings.Contains(letter.Files[0].Type, "method=REQUEST") ||
			!strings.Contains(letter.Files[0].Content, "UID:"+session.Id+"@usher.test\r\n") || !strings.Contains(unfolded(letter.Files[0].Content), "mailto:"+letter.To) {
			t.Errorf("%+v", letter.Files)
		}
		if strings.Contains(letter.Files[0].Content, "\r\n") && strings.Count(letter.Files[0].Content, "\n") != strings.Count(letter.Files[0].Content, "\r\n") {
			t.Error("lines end in two ways")
		}
	}
	if n := hookstest.Count(t, p.app, "outbox", dbx.NewExp("sealed != ''")); n != 0 {
		t.Errorf("%d letters are kept", n)
	}
}

func unfolded(file string) string { return strings.ReplaceAll(file, "\r\n ", "") }

func TestLettersThatWaitSayTheNewest(t *testing.T) {
	p := openPost(t)
	session := p.session(sessions.Form{Title: "Old", Guests: []string{"zed@out.example", "member@x.example", "kim@out.example"}})
	change := func(with func(*sessions.Form)) {
		t.Helper()
		form, err := sessions.FormOf(p.app, p.stored(session.Id))
		if err != nil {
			t.Fatal(err)
		}
		with(&form)
		if err := sessions.Change(p.app, p.actor("organizer"), session.Id, form, sessions.This); err != nil {
			t.Fatal(err)
		}
	}
	change(func(f *sessions.Form) { f.Title, f.Guests = "New", []string{"zed@out.example", "member@x.example"} })
	p.sends("changed before they left", "Invitation: New > member@x.example; Invitation: New > zed@out.example")
	change(func(f *sessions.Form) { f.Starts = soon(4, 9) })
	change(func(f *sessions.Form) { f.Title = "Newest" })
	sent := p.sends("changed twice", "Changed: Newest > member@x.example; Changed: Newest > zed@out.example")
	if file := to(t, sent, "zed@out.example").Files[0].Content; !strings.Contains(file, "SEQUENCE:3\r\n") || !strings.Contains(file, soon(4, 9).Format("DTSTART:20060102T150405Z")) {
		t.Errorf("%s", file)
	}
	change(func(f *sessions.Form) { f.Lobby = true })
	p.sends("a setting alone", "")
	change(func(f *sessions.Form) { f.Guests = []string{"member@x.example", "new@out.example"} })
	p.sends("one goes, one comes", "Invitation: Newest > new@out.example; No longer invited: Newest > zed@out.example")
	change(func(f *sessions.Form) { f.Title = "Never told" })
	if err := sessions.Cancel(p.app, p.actor("admin"), session.Id, sessions.This); err != nil {
		t.Fatal(err)
	}
	sent = p.sends("cancelled", "Cancelled: Never told > member@x.example; Cancelled: Never told > new@out.example; Cancelled: Never told > organizer@x.example")
	letter := to(t, sent, "organizer@x.example")
	if !strings.Contains(letter.Text, "Admin cancelled this session.") || !strings.Contains(letter.Files[0].Type, "method=CANCEL") ||
		!strings.Contains(letter.Files[0].Content, "STATUS:CANCELLED") || p.Link(letter, "/s/") != "" {
		t.Errorf("%s\n%s", letter.Text, letter.Files)
	}
}

func TestASeriesIsOneLetterAndOneChangeIsOne(t *testing.T) {
	p := openPost(t)
	first := p.session(sessions.Form{Starts: soon(1, 10), Rule: "FREQ=DAILY;COUNT=4", Guests: []string{"zed@out.example"}})
	sent := p.sends("scheduled", "Invitation: Weekly review > zed@out.example")
	file := to(t, sent, "zed@out.example").Files[0].Content
	if !strings.Contains(file, "RRULE:FREQ=DAILY;COUNT=4\r\n") || strings.Count(file, "BEGIN:VEVENT") != 1 || !strings.Contains(file, "UID:"+first.SeriesID()+"@") {
		t.Errorf("%s", file)
	}
	all, _ := sessions.InSeries(p.app, first.SeriesID())
	form, _ := sessions.FormOf(p.app, all[1])
	form.Starts = soon(2, 15)
	if err := sessions.Change(p.app, p.actor("organizer"), all[1].Id, form, sessions.This); err != nil {
		t.Fatal(err)
	}
	sent = p.sends("one moved", "Changed: Weekly review > zed@out.example")
	file = to(t, sent, "zed@out.example").Files[0].Content
	if !strings.Contains(file, soon(2, 10).Format("RECURRENCE-ID:20060102T150405Z")) || !strings.Contains(file, soon(2, 15).Format("DTSTART:20060102T150405Z")) || strings.Contains(file, "RRULE") {
		t.Errorf("%s", file)
	}
	if err := sessions.Cancel(p.app, p.actor("organizer"), all[2].Id, sessions.This); err != nil {
		t.Fatal(err)
	}
	p.sends("one cancelled", "Cancelled: Weekly review > zed@out.example")
	form, _ = sessions.FormOf(p.app, all[3])
	form.Title = "Daily"
	if err := sessions.Change(p.app, p.actor("organizer"), all[3].Id, form, sessions.Whole); err != nil {
		t.Fatal(err)
	}
	sent = p.sends("all renamed", "Changed: Daily > zed@out.example")
	file = to(t, sent, "zed@out.example").Files[0].Content
	for _, want := range []string{"RRULE:FREQ=DAILY;COUNT=4", soon(3, 10).Format("EXDATE:20060102T150405Z"), soon(2, 10).Format("RECURRENCE-ID:20060102T150405Z")} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in %s", want, file)
		}
	}
	if err := sessions.Cancel(p.app, p.actor("organizer"), all[0].Id, sessions.Whole); err != nil {
		t.Fatal(err)
	}
	p.sends("all cancelled", "Cancelled: Daily > zed@out.example")
}

func TestWhoTakesSessionsOverGetsOneLetter(t *testing.T) {
	p := openPost(t)
	p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example", "admin@x.example"}})
	p.session(sessions.Form{Title: "Two", Starts: soon(2, 9)})
	p.deliver()
	if _, err := sessions.Remove(p.app, p.actor("admin"), p.by["organizer"].Id, p.by["owner"].Id); err != nil {
		t.Fatal(err)
	}
	sent := p.sends("handed over", "New host: One > zed@out.example; You are no longer in Halation Post > organizer@x.example; You host 2 more sessions > owner@x.example")
	letter := to(t, sent, "owner@x.example")
	for _, want := range []string{"Admin handed to you what Organizer was to host.", "One: ", "Two: ", "/app/halation-post/sessions"} {
		if !strings.Contains(letter.Text, want) {
			t.Errorf("no %q in %s", want, letter.Text)
		}
	}
	if strings.Count(letter.Files[0].Content, "BEGIN:VEVENT") != 2 {
		t.Errorf("%s", letter.Files[0].Content)
	}
	if _, err := sessions.Remove(p.app, p.actor("admin"), p.by["owner"].Id, ""); err == nil {
		t.Error("the Owner is gone")
	}
}

func TestWhoLosesHisSessionsIsNotToldByEach(t *testing.T) {
	p := openPost(t)
	p.session(sessions.Form{Title: "One", Guests: []string{"zed@out.example"}})
	p.deliver()
	if _, err := sessions.Remove(p.app, p.actor("owner"), p.by["organizer"].Id, ""); err != nil {
		t.Fatal(err)
	}
	p.sends("removed", "Cancelled: One > zed@out.example; You are no longer in Halation Post > organizer@x.example")
}
