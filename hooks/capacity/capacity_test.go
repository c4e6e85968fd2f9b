package capacity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/capacity"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// fixture is a team with two Admin seats and three Organizer seats, of which its Owner has one each.
type fixture struct {
	*testing.T
	app    *core.BaseApp
	owner  *core.Record
	team   *teams.Team
	resend *resendtest.Server
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "marta@x.example")
	return &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "free"), resend}
}

func (f *fixture) invite(address string, roles ...string) string {
	f.Helper()
	result := hookstest.Invite(f.T, f.app, f.owner, f.team, address, roles...)
	if result.Status == invitations.Refused {
		f.Fatalf("%+v, want anything but %v", result, invitations.Refused)
	}
	return result.ID
}

// subjects sends the queued emails and lists the subjects of those about seats and licences to the address.
func (f *fixture) subjects(to string) (subjects []string) {
	f.Helper()
	worker := mail.NewWorker(f.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	for _, email := range f.resend.Emails() {
		if row, err := mail.FindEmail(f.app, email.Key); err == nil && row.Kind() == mail.KindCapacity && email.To == to {
			subjects = append(subjects, email.Subject)
		}
	}
	return subjects
}

func (f *fixture) assertSubjects(to string, want ...string) {
	f.Helper()
	if got := f.subjects(to); strings.Join(got, "; ") != strings.Join(want, "; ") {
		f.Errorf("%s was told %q, want %q", to, got, want)
	}
}

func TestCapacity_SeatsUsedUp_NotifiesOncePerLevel(t *testing.T) {
	f := newFixture(t)
	f.assertSubjects("marta@x.example") // a team that was just made is as its plan says
	first := f.invite("a@x.example", "organizer")
	f.assertSubjects("marta@x.example", "1 Organizer seat left in Halation Post")
	second := f.invite("b@x.example", "organizer")
	f.assertSubjects("marta@x.example", "1 Organizer seat left in Halation Post", "No Organizer seats left in Halation Post")
	_, _, err := invitations.Resend(f.app, f.actor(), second)
	hookstest.AssertCode(t, "too soon", err, "too_many")
	if _, err := invitations.CorrectAddress(f.app, f.actor(), second, "c@x.example"); err != nil {
		t.Fatal(err)
	}
	f.assertSubjects("marta@x.example", "1 Organizer seat left in Halation Post", "No Organizer seats left in Halation Post")

	if _, err := invitations.Revoke(f.app, f.actor(), first); err != nil { // one is free again
		t.Fatal(err)
	}
	f.invite("d@x.example", "organizer")
	f.assertSubjects("marta@x.example", "1 Organizer seat left in Halation Post", "No Organizer seats left in Halation Post", "No Organizer seats left in Halation Post")
}

func TestCapacity_AcceptedInvitation_ChangesNothing(t *testing.T) {
	f := newFixture(t)
	ada := hookstest.Account(t, f.app, "ada@x.example")
	f.invite("a@x.example", "organizer")
	id := f.invite("ada@x.example", "organizer")
	before := f.subjects("marta@x.example")
	if _, err := invitations.Accept(f.app, invitations.Response{Account: ada, ID: id}); err != nil {
		t.Fatal(err)
	}
	f.assertSubjects("marta@x.example", before...)
}

func TestCapacity_OnlyOwnerAndAdmins_AreNotified(t *testing.T) {
	f := newFixture(t)
	hookstest.Member(t, f.app, f.team, "ada@x.example", "admin")
	hookstest.Member(t, f.app, f.team, "theo@x.example")
	f.invite("a@x.example", "organizer")
	f.assertSubjects("ada@x.example", "No Admin seats left in Halation Post", "1 Organizer seat left in Halation Post")
	f.assertSubjects("theo@x.example")
}

func TestCapacity_FreedBeforeSending_IsNotSent(t *testing.T) {
	f := newFixture(t)
	id := f.invite("a@x.example", "organizer")
	if _, err := invitations.Revoke(f.app, f.actor(), id); err != nil {
		t.Fatal(err)
	}
	f.assertSubjects("marta@x.example")
	if n := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"kind": mail.KindCapacity, "status": mail.Dropped, "reason": mail.ReasonCapacityFree}); n != 1 {
		t.Errorf("%d emails were dropped, want 1", n)
	}
}

func TestCapacity_LastLicence_NotifiesAtMostWeekly(t *testing.T) {
	f := newFixture(t)
	for n := range 2 {
		s := hookstest.ScheduleSession(t, f.app, f.owner, f.team, sessions.Form{})
		for _, status := range []string{sessions.Running, sessions.Ended} {
			r := hookstest.FindRecord(t, f.app, "sessions", s.Id)
			r.Set("status", status)
			if err := f.app.Save(r); err != nil {
				t.Fatal(err)
			}
			if status == sessions.Running {
				f.assertSubjects("marta@x.example", "The licence of Halation Post is in use")
			}
		}
		if n == 1 {
			hookstest.Exec(t, f.app, "UPDATE capacity_marks SET told = '2026-01-01 00:00:00.000Z'", nil)
		}
	}
	s := hookstest.ScheduleSession(t, f.app, f.owner, f.team, sessions.Form{})
	r := hookstest.FindRecord(t, f.app, "sessions", s.Id)
	r.Set("status", sessions.Running)
	if err := f.app.Save(r); err != nil {
		t.Fatal(err)
	}
	f.assertSubjects("marta@x.example", "The licence of Halation Post is in use", "The licence of Halation Post is in use")
}

// setRunning saves a session of the Owner as running and returns a function that ends it.
func (f *fixture) setRunning() (end func()) {
	f.Helper()
	r := hookstest.FindRecord(f.T, f.app, "sessions", hookstest.ScheduleSession(f.T, f.app, f.owner, f.team, sessions.Form{}).Id)
	save := func(status string) {
		f.Helper()
		r.Set("status", status)
		if err := f.app.Save(r); err != nil {
			f.Fatal(err)
		}
	}
	save(sessions.Running)
	return func() { f.Helper(); save(sessions.Ended) }
}

func TestCapacity_OneLicenceLeft_NotifiesOncePerLevelAndWeek(t *testing.T) {
	const nearly, full = "1 licence left in Halation Post", "All licences of Halation Post are in use"
	f := newFixture(t)
	hookstest.Exec(t, f.app, "UPDATE teams SET licences = 3", nil)
	f.setRunning()
	f.assertSubjects("marta@x.example")
	end := f.setRunning()
	f.assertSubjects("marta@x.example", nearly)
	end()
	f.setRunning() // back and forth is no news
	f.assertSubjects("marta@x.example", nearly)
	end = f.setRunning()
	f.assertSubjects("marta@x.example", nearly, full)
	end()
	hookstest.Exec(t, f.app, "UPDATE capacity_marks SET level = '', told_nearly = '' WHERE resource = 'licence'", nil)
	end = f.setRunning() // the last one
	end()
	f.assertSubjects("marta@x.example", nearly, full)

	hookstest.Exec(t, f.app, "UPDATE sessions SET status = 'ended', ended = started", nil)
	hookstest.Exec(t, f.app, "UPDATE capacity_marks SET level = '', told = '', told_nearly = '' WHERE resource = 'licence'", nil)
	f.setRunning()
	f.setRunning()
	f.assertSubjects("marta@x.example", nearly, full, nearly)
}

// Within the interval, the email that one licence is left doesn't follow the one that none is.
func TestCapacity_OneLicenceLeft_AfterNoneWasLeft_IsNotSent(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.app, "UPDATE teams SET licences = 3", nil)
	f.setRunning()
	f.setRunning()
	end := f.setRunning()
	f.assertSubjects("marta@x.example", "All licences of Halation Post are in use")
	end()
	hookstest.Exec(t, f.app, "UPDATE capacity_marks SET level = '', told_nearly = '' WHERE resource = 'licence'", nil)
	hookstest.Exec(t, f.app, "UPDATE sessions SET status = 'ended', ended = started WHERE id IN (SELECT id FROM sessions WHERE status = 'running' LIMIT 1)", nil)
	f.setRunning()
	f.assertSubjects("marta@x.example", "All licences of Halation Post are in use")
}

func TestCapacity_FewLicences_OneLeft_IsNoNews(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.app, "UPDATE teams SET licences = 2", nil)
	f.setRunning()
	f.assertSubjects("marta@x.example")
	if all := capacity.Shortages(f.seats()); len(all) != 0 {
		t.Errorf("got %+v, want no shortage", all)
	}
	f.setRunning()
	f.assertSubjects("marta@x.example", "All licences of Halation Post are in use")
	if all := capacity.Shortages(f.seats()); len(all) != 1 || all[0].Label != "licence" || !all[0].Running || all[0].Count.Free() != 0 {
		t.Errorf("got %+v, want that no licence is left", all)
	}
}

func (f *fixture) seats() seats.Seats {
	f.Helper()
	now, err := seats.Of(f.app, f.team.Id)
	if err != nil {
		f.Fatal(err)
	}
	now.Admin, now.Organizer = seats.Count{Limit: -1}, seats.Count{Limit: -1}
	return now
}

// When many take the last seats concurrently, each level is announced once.
func TestCapacity_ConcurrentInvitations_NotifyOnce(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "invitations", "capacity_marks")
	actor := f.actor()
	hookstest.Race(8, func(i int) error {
		_, err := invitations.Invite(f.app, actor, invitations.Request{
			Lines: invitations.ParseLines([]string{string(rune('a'+i)) + "@x.example"}), Roles: actors.Roles{Organizer: true}})
		return err
	})
	for _, level := range []string{"nearly", "full"} {
		n := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"kind": mail.KindCapacity}, dbx.NewExp("basis LIKE {:l}", dbx.Params{"l": "%" + level + "%"}))
		if n != 1 {
			t.Errorf("%s was told %d times, want 1", level, n)
		}
	}
	if n := hookstest.Count(t, f.app, "capacity_marks", dbx.HashExp{"resource": "organizer", "level": "full"}); n != 1 {
		t.Errorf("%d marks, want 1", n)
	}
}

func (f *fixture) actor() *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, f.owner, f.team)
}
