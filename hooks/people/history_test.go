package people_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

func (p *fixture) history(id string) people.History {
	p.Helper()
	row, err := people.FindRow(p.app, p.team.Id, id)
	p.must(err)
	history, err := people.FindHistory(p.app, p.team.Id, row)
	p.must(err)
	return history
}

func (p *fixture) accept(invitation, email string) {
	p.Helper()
	account, err := p.app.FindAuthRecordByEmail("users", email)
	if err != nil {
		account = hookstest.Account(p.T, p.app, email)
	}
	p.users[email] = account
	_, err = invitations.Accept(p.app, invitations.Response{Account: account, ID: invitation})
	p.must(err)
}

func TestFindHistory_JoinedAndInviter(t *testing.T) {
	p := newFixture(t, true)
	first := hookstest.Invite(t, p.app, p.users["admin"], p.team, "lucia@x.example")
	if h := p.history(first.ID); h.Inviter != "Admin" || h.InviterID != p.users["admin"].Id || h.Invited.IsZero() || !h.Joined.IsZero() || !h.MemberSince.IsZero() {
		t.Errorf("invitee: got %+v, want invited by Admin and not joined", h)
	}
	p.accept(first.ID, "lucia@x.example")
	p.accept(hookstest.Invite(t, p.app, p.users["owner"], p.team, "lucia@x.example", "organizer").ID, "lucia@x.example")
	lucia := p.users["lucia@x.example"].Id
	if h := p.history(lucia); h.Inviter != "Admin" || h.Joined.IsZero() || h.MemberSince != h.Joined || h.Invited.After(h.Joined) || h.Founder {
		t.Errorf("member with a second invitation: got %+v, want invited by Admin", h)
	}

	guest := p.users["guest"]
	hookstest.Exec(t, p.app, "UPDATE memberships SET created = '2026-01-01 00:00:00.000Z' WHERE user = {:id}", dbx.Params{"id": guest.Id})
	if h := p.history(guest.Id); h.Inviter != "" || h.Joined.IsZero() || !h.MemberSince.IsZero() || !h.Invited.IsZero() {
		t.Errorf("guest: got %+v, want joined only", h)
	}
	p.accept(hookstest.Invite(t, p.app, p.users["owner"], p.team, "guest@x.example").ID, "guest@x.example")
	if h := p.history(guest.Id); h.Inviter != "Owner" || time.Since(h.MemberSince.Time()) > time.Minute || h.Joined.Time().Month() != time.January {
		t.Errorf("guest who became a member: got %+v, want a member since now and joined in January", h)
	}

	if h := p.history(p.users["owner"].Id); !h.Founder || h.Inviter != "" || h.MemberSince.IsZero() {
		t.Errorf("owner: got %+v, want the founder", h)
	}
	if h := p.history(p.users["member"].Id); h.Founder || h.Inviter != "" {
		t.Errorf("member without an invitation: got %+v, want no inviter", h)
	}
}

func TestFindHistory_RejoinedUser_HasTheLatestInviter(t *testing.T) {
	p := newFixture(t, true)
	p.accept(hookstest.Invite(t, p.app, p.users["admin"], p.team, "lucia@x.example").ID, "lucia@x.example")
	hookstest.Exec(t, p.app, "UPDATE invitations SET answered = '2026-01-01 00:00:00.000Z', created = answered", nil)
	lucia := p.users["lucia@x.example"].Id
	_, err := members.Remove(p.app, p.actor("owner"), lucia, members.Handover{})
	p.must(err)
	p.accept(hookstest.Invite(t, p.app, p.users["owner"], p.team, "lucia@x.example").ID, "lucia@x.example")
	if h := p.history(lucia); h.Inviter != "Owner" || time.Since(h.Joined.Time()) > time.Minute {
		t.Errorf("got %+v, want invited by Owner", h)
	}
}

// An inviter who left the team may have a new name since, which is none of its business.
func TestFindHistory_FormerInviter_HasTheNameOfThatTime(t *testing.T) {
	p := newFixture(t, true)
	invited := hookstest.Invite(t, p.app, p.users["admin"], p.team, "lucia@x.example").ID
	p.remove("admin")
	admin := hookstest.FindRecord(t, p.app, "users", p.users["admin"].Id)
	admin.Set("name", "Secret")
	p.must(p.app.Save(admin))
	if h := p.history(invited); h.Inviter != "Admin" || h.InviterID != "" {
		t.Errorf("removed: got %+v, want Admin without a link", h)
	}
	p.must(p.app.Delete(admin))
	if h := p.history(invited); h.Inviter != "Admin" {
		t.Errorf("deleted: got %+v, want Admin", h)
	}
}

func TestFindHistory_CountsSessionsOfThisTeam(t *testing.T) {
	p := newFixture(t, true)
	other := hookstest.Team(t, p.app, p.users["stranger"], "Other", "business")
	at := func(days int) string { return record.FormatTime(time.Now().AddDate(0, 0, days)) }
	attend := func(s *sessions.Session, team, user string, days int) {
		t.Helper()
		hookstest.Exec(t, p.app, "INSERT INTO attendances (id, team, session, user, sid, joined) VALUES (lower(hex(randomblob(7))), {:team}, {:session}, {:user}, {:user} || {:at}, {:at})",
			dbx.Params{"team": team, "session": s.Id, "user": p.users[user].Id, "at": at(days)})
	}
	for n, started := range []string{at(-3), at(-2), ""} { // the last one was never started
		s := hookstest.ScheduleSession(t, p.app, p.users["organizer"], p.team, sessions.Form{Starts: time.Now().AddDate(0, 0, n+1)})
		hookstest.Exec(t, p.app, "UPDATE sessions SET started = {:at} WHERE id = {:id}", dbx.Params{"at": started, "id": s.Id})
		if started != "" {
			attend(s, p.team.Id, "member", n-3)
			attend(s, p.team.Id, "organizer", n-3)
		}
		if n == 0 {
			attend(s, p.team.Id, "member", -1) // joined again
		}
	}
	elsewhere := hookstest.ScheduleSession(t, p.app, p.users["stranger"], other, sessions.Form{Starts: time.Now().AddDate(0, 0, 5)})
	hookstest.Exec(t, p.app, "UPDATE sessions SET started = {:at}, host = {:host} WHERE id = {:id}",
		dbx.Params{"at": at(0), "host": p.users["organizer"].Id, "id": elsewhere.Id})
	attend(elsewhere, other.Id, "organizer", 0)

	day := func(at time.Time) string { return at.Format(time.DateOnly) }
	h := p.history(p.users["organizer"].Id)
	if h.Hosted != 2 || h.Attended != 2 || day(h.LastHosted.Time()) != at(-2)[:10] || day(h.LastJoined.Time()) != at(-2)[:10] {
		t.Errorf("host: got %+v, want 2 hosted and 2 joined, the last 2 days ago", h)
	}
	h = p.history(p.users["member"].Id)
	if h.Hosted != 0 || h.Attended != 2 || !h.LastHosted.IsZero() || day(h.LastJoined.Time()) != at(-1)[:10] {
		t.Errorf("member: got %+v, want 2 joined, the last yesterday", h)
	}
}

// The history is read through indexes, so that it stays quick in a team with a long log and many sessions.
func TestFindHistory_UsesIndexes(t *testing.T) {
	p := newFixture(t, true)
	var plan []struct{ Detail string }
	p.must(p.app.DB().NewQuery("EXPLAIN QUERY PLAN " + people.HistorySQL).Bind(dbx.Params{
		"team": p.team.Id, "user": p.users["owner"].Id, "invitation": "", "member": "member"}).All(&plan))
	for _, step := range plan {
		for _, table := range []string{"a", "b", "u", "audit", "sessions", "attendances", "memberships", "invitations"} {
			if step.Detail == "SCAN "+table {
				t.Errorf("got %v, want no %s", plan, step.Detail)
			}
		}
	}
}
