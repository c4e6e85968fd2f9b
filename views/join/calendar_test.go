package join_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	ical "github.com/emersion/go-ical"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// calendarFixture is a served team whose emails reach a stub server, to read their calendar files.
type calendarFixture struct {
	*testing.T
	*resendtest.Server
	web      *viewstest.Server
	team     *teams.Team
	session  *sessions.Session
	feedPath string
}

func newCalendarFixture(t *testing.T, form sessions.Form) *calendarFixture {
	t.Helper()
	stub := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = stub.Key, stub.URL
	d := &calendarFixture{T: t, Server: stub, web: viewstest.Serve(t, config)}
	d.team = hookstest.Team(t, d.web.App, hookstest.Account(t, d.web.App, "owner@x.example"), "Halation Post", "pro")
	hookstest.Member(t, d.web.App, d.team, "host@x.example", "organizer")
	guest := hookstest.Guest(t, d.web.App, d.team, "guest@x.example")
	form.Guests = append(form.Guests, "guest@x.example")
	d.session = hookstest.ScheduleSession(t, d.web.App, d.account("host@x.example"), d.team, form)
	actor := hookstest.Actor(t, d.web.App, guest, d.team)
	if err := sessions.ResetFeed(d.web.App, actor); err != nil {
		t.Fatal(err)
	}
	address, err := sessions.FeedURL(d.web.App, actor)
	if err != nil {
		t.Fatal(err)
	}
	d.feedPath = strings.TrimPrefix(address, settings.Of(d.web.App).URL)
	return d
}

// latestEmail delivers what waits and reads the file of the newest email to the guest.
func (d *calendarFixture) latestEmail() *ical.Calendar {
	d.Helper()
	waiting := func() int {
		n, _, err := mail.Backlog(d.web.App)
		if err != nil {
			d.Fatal(err)
		}
		return n
	}
	for begun := time.Now(); waiting() > 0 && time.Since(begun) < 10*time.Second; { // the server's own worker sends, too
		worker := mail.NewWorker(d.web.App)
		worker.MinInterval = 0
		worker.Deliver(context.Background())
		<-time.After(10 * time.Millisecond)
	}
	all := d.Emails()
	for n := len(all) - 1; n >= 0; n-- {
		if all[n].To == "guest@x.example" && len(all[n].Files) == 1 {
			return d.parse(all[n].Files[0].Content)
		}
	}
	d.Fatal("no email to the guest")
	return nil
}

func (d *calendarFixture) parse(file string) *ical.Calendar {
	d.Helper()
	read, err := ical.NewDecoder(strings.NewReader(file)).Decode()
	if err != nil {
		d.Fatalf("%v in\n%s", err, file)
	}
	return read
}

func (d *calendarFixture) download(path string) *ical.Calendar {
	d.Helper()
	r := d.web.Anonymous().Get(path)
	if r.Status != 200 {
		d.Fatalf("%s: %d, want 200", path, r.Status)
	}
	return d.parse(r.Body)
}

// personalLink is the personal link of the guest.
func (d *calendarFixture) personalLink(s *sessions.Session) string {
	d.Helper()
	p, err := sessions.FindParticipantByEmail(d.web.App, s.Id, "guest@x.example")
	if err != nil {
		d.Fatal(err)
	}
	code, err := sessions.PersonalCode(d.web.App, p)
	if err != nil {
		d.Fatal(err)
	}
	return "/s/" + code
}

func (d *calendarFixture) updateSession(s *sessions.Session, scope sessions.Scope, with func(*sessions.Form)) {
	d.Helper()
	now, err := sessions.FindByID(d.web.App, s.Id)
	if err != nil {
		d.Fatal(err)
	}
	form, err := sessions.FormOf(d.web.App, now)
	if err != nil {
		d.Fatal(err)
	}
	with(&form)
	if err := sessions.Change(d.web.App, hookstest.Actor(d.T, d.web.App, d.account("host@x.example"), d.team), s.Id, form, scope); err != nil {
		d.Fatal(err)
	}
}

// eventProperty is a property of the event of a RECURRENCE-ID in UTC; of the series, or of a session by itself, without one.
func eventProperty(file *ical.Calendar, recurrence, name string) string {
	for _, e := range file.Events() {
		id := ""
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			at, err := p.DateTime(time.UTC)
			if err != nil {
				return err.Error()
			}
			id = at.UTC().Format("20060102T150405Z")
		}
		if id == recurrence {
			if p := e.Props.Get(name); p != nil {
				return p.Value
			}
			return ""
		}
	}
	return fmt.Sprintf("no event %q", recurrence)
}

func (d *calendarFixture) assertAgree(what, recurrence string, files map[string]*ical.Calendar) {
	d.Helper()
	for _, name := range []string{ical.PropUID, ical.PropSequence, ical.PropSummary, ical.PropDateTimeStart, ical.PropDateTimeEnd} {
		want := eventProperty(files["email"], recurrence, name)
		for where, file := range files {
			if got := eventProperty(file, recurrence, name); got != want || got == "" {
				d.Errorf("%s: %s is %q in the %s, %q in the email, want %v and it set", what, name, got, where, want, want)
			}
		}
	}
}

func TestCalendar_EmailJoinPageAndFeed_Agree(t *testing.T) {
	starts := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(10 * time.Hour)
	d := newCalendarFixture(t, sessions.Form{Starts: starts, Zone: "Europe/Lisbon", Rule: "FREQ=DAILY;COUNT=3"})
	all, err := sessions.ListInSeries(d.web.App, d.session.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) string { return all[n].GetDateTime("occurrence").Time().UTC().Format("20060102T150405Z") }
	email := d.latestEmail()
	first := eventProperty(email, "", ical.PropUID)
	if first != d.session.SeriesID()+"@127.0.0.1" || eventProperty(email, "", ical.PropRecurrenceRule) != "FREQ=DAILY;COUNT=3" {
		t.Errorf("the invitation is of %q", first)
	}
	d.assertAgree("invitation", "", map[string]*ical.Calendar{"email": email, "feed": d.download(d.feedPath)})

	sequence := eventProperty(email, "", ical.PropSequence)
	d.updateSession(all[0], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = f.Starts.Add(2 * time.Hour) })
	email = d.latestEmail()
	d.assertAgree("one is moved", day(0), map[string]*ical.Calendar{"email": email, "join page": d.download(d.personalLink(all[0]) + "/calendar.ics"), "feed": d.download(d.feedPath)})
	if uid := eventProperty(email, day(0), ical.PropUID); uid != first {
		t.Errorf("the change is of %q, the invitation of %q, want %v", uid, first, first)
	}
	if !isNewer(eventProperty(email, day(0), ical.PropSequence), sequence) {
		t.Errorf("SEQUENCE %s follows %s", eventProperty(email, day(0), ical.PropSequence), sequence)
	}

	sequence = eventProperty(email, day(0), ical.PropSequence)
	d.updateSession(all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Guests = nil })
	email = d.latestEmail()
	if eventProperty(email, day(1), "STATUS") != "CANCELLED" || !isNewer(eventProperty(email, day(1), ical.PropSequence), sequence) {
		t.Errorf("removed from one: SEQUENCE %s follows %s", eventProperty(email, day(1), ical.PropSequence), sequence)
	}
	d.updateSession(all[2], sessions.ScopeSession, func(f *sessions.Form) { f.Title = "Retrospective" })
	sequence = eventProperty(d.latestEmail(), day(2), ical.PropSequence)
	d.updateSession(all[2], sessions.ScopeSeries, func(f *sessions.Form) { f.Description = "Bring notes." })
	email = d.latestEmail()
	feed := d.download(d.feedPath)
	d.assertAgree("the series has changed", "", map[string]*ical.Calendar{"email": email, "feed": feed})
	if !isNewer(eventProperty(email, "", ical.PropSequence), sequence) || eventProperty(email, "", ical.PropUID) != first {
		t.Errorf("the series: SEQUENCE %s follows %s", eventProperty(email, "", ical.PropSequence), sequence)
	}
}

func isNewer(sequence, than string) bool {
	a, _ := strconv.Atoi(sequence)
	b, _ := strconv.Atoi(than)
	return a > b
}

func TestCalendar_RemovedFromOneSession_IsExcludedFromSeries(t *testing.T) {
	d := newCalendarFixture(t, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	all, err := sessions.ListInSeries(d.web.App, d.session.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	d.latestEmail()
	d.updateSession(all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Guests = nil })
	d.latestEmail()
	missing := all[1].Starts().Format("20060102T150405Z")
	if got := eventProperty(d.download(d.feedPath), "", ical.PropExceptionDates); got != missing {
		t.Errorf("the feed leaves out %q, want %q", got, missing)
	}
}

func TestCalendar_ServerURLChanges_KeepsUID(t *testing.T) {
	d := newCalendarFixture(t, sessions.Form{})
	before := eventProperty(d.latestEmail(), "", ical.PropUID)
	config := *settings.Of(d.web.App)
	old := config
	config.URL = "https://sessions.example.org"
	settings.Set(d.web.App, config)
	d.updateSession(d.session, sessions.ScopeSession, func(f *sessions.Form) { f.Title = "Moved" })
	email := d.latestEmail()
	if after := eventProperty(email, "", ical.PropUID); after != before || eventProperty(email, "", ical.PropSummary) != "Moved" {
		t.Errorf("UID %q, before %q, want %v and %q", after, before, before, "Moved")
	}
	hookstest.Exec(t, d.web.App, "UPDATE sessions SET uid = ''", nil)
	settings.Set(d.web.App, old)
	if err := sessions.BackfillUIDs(d.web.App); err != nil {
		t.Fatal(err)
	}
	settings.Set(d.web.App, config)
	d.updateSession(d.session, sessions.ScopeSession, func(f *sessions.Form) { f.Title = "From before" })
	if after := eventProperty(d.latestEmail(), "", ical.PropUID); after != before {
		t.Errorf("a session from before: UID %q, before %q, want %v", after, before, before)
	}
}

func (d *calendarFixture) account(address string) *core.Record {
	d.Helper()
	account, err := d.web.App.FindAuthRecordByEmail("users", address)
	if err != nil {
		d.Fatal(err)
	}
	return account
}
