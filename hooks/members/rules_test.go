package members_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func TestMembershipRules_EveryWriter_LeavesExactlyOneOwner(t *testing.T) {
	save := func(change func(p *fixture, m *core.Record)) func(p *fixture) error {
		return func(p *fixture) error {
			m := p.membership("owner").Record
			change(p, m)
			return p.app.Save(m)
		}
	}
	for name, write := range map[string]func(p *fixture) error{
		"demote":                  save(func(_ *fixture, m *core.Record) { m.Set("owner", false) }),
		"demote to Admin":         save(func(_ *fixture, m *core.Record) { m.Set("owner", false); m.Set("admin", true) }),
		"hand to another account": save(func(p *fixture, m *core.Record) { m.Set("user", p.users["admin"].Id) }),
		"move to another team": save(func(p *fixture, m *core.Record) {
			m.Set("team", hookstest.Team(p.T, p.app, p.users["stranger"], "Other", "free").Id)
		}),
		"make a guest":       save(func(_ *fixture, m *core.Record) { m.Set("kind", actors.Guest) }),
		"delete":             func(p *fixture) error { return p.app.Delete(p.membership("owner")) },
		"delete the account": func(p *fixture) error { return p.app.Delete(p.users["owner"]) },
		"promote an Admin": func(p *fixture) error {
			m := p.membership("admin")
			m.Set("owner", true)
			return p.app.Save(m)
		},
		"add a second": func(p *fixture) error {
			return p.app.Save(hookstest.NewRecord(p.T, p.app, "memberships", map[string]any{
				"team": p.team.Id, "user": p.users["stranger"].Id, "kind": "member", "owner": true}))
		},
		"grant a second": func(p *fixture) error {
			return p.app.RunInTransaction(func(tx core.App) error {
				return members.Grant(tx, p.team.Id, p.users["stranger"].Id, actors.Roles{Owner: true})
			})
		},
		"grant it to an Admin": func(p *fixture) error {
			return p.app.RunInTransaction(func(tx core.App) error {
				return members.Grant(tx, p.team.Id, p.users["admin"].Id, actors.Roles{Owner: true})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFixture(t, true)
			err := write(p)
			if code := errs.Code(err); code != members.CodeLastOwner && code != "fixed" && code != "guest_role" {
				t.Errorf("%v (%q)", err, code)
			}
			if m := p.membership("owner"); p.countOwners() != 1 || m == nil || !m.Roles().Owner {
				t.Errorf("got %d Owners, membership %v", p.countOwners(), m)
			}
			if _, err := p.app.FindRecordById("users", p.users["owner"].Id); err != nil {
				t.Errorf("their account: %v", err)
			}
		})
	}
}

func TestMembershipRules_StaleCopyOfOwner_IsNotDeleted(t *testing.T) {
	p := newFixture(t, false)
	early := p.membership("owner")
	early.Set("owner", false) // not saved
	hookstest.AssertCode(t, "delete", p.app.Delete(early), members.CodeLastOwner)
}

func TestMembershipRules_ConcurrentOwnerChanges_LeaveOneOwner(t *testing.T) {
	for _, way := range []string{"add", "demote", "delete"} {
		t.Run(way, func(t *testing.T) {
			p := newFixture(t, false)
			hookstest.SlowWrites(p.app, "memberships")
			actions := make([]func() error, 8)
			if way == "add" { // to a team that has no members yet
				p.team = hookstest.Team(t, p.app, p.users["stranger"], "Empty", "unlimited")
				hookstest.Exec(t, p.app, "DELETE FROM memberships WHERE team = {:t}", dbx.Params{"t": p.team.Id})
			}
			users := []string{"owner", "admin", "admin2", "organizer", "member", "guest", "stranger"}
			for i := range actions {
				switch way {
				case "add":
					m := hookstest.NewRecord(t, p.app, "memberships", map[string]any{"team": p.team.Id,
						"user": p.users[users[i%len(users)]].Id, "kind": "member", "owner": true})
					actions[i] = func() error { return p.app.Save(m) }
				case "demote":
					m := p.membership("owner")
					m.Set("owner", false)
					actions[i] = func() error { return p.app.Save(m) }
				case "delete":
					m := p.membership("owner")
					actions[i] = func() error { return p.app.Delete(m) }
				}
			}
			won := hookstest.CountSucceeded(t, hookstest.Race(len(actions), func(i int) error { return actions[i]() }), members.CodeLastOwner)
			if want := map[string]int{"add": 1}[way]; won != want || p.countOwners() != 1 {
				t.Errorf("%d won, %d Owners, want %v and 1", won, p.countOwners(), want)
			}
		})
	}
}

func TestMembershipRules_GuestWithRole_IsRefused(t *testing.T) {
	p := newFixture(t, false)
	for _, role := range []string{"admin", "organizer"} {
		guest := p.membership("guest")
		guest.Set(role, true)
		hookstest.AssertCode(t, "a guest as "+role, p.app.Save(guest), "guest_role")
		hookstest.AssertCode(t, "a new guest as "+role, p.app.Save(hookstest.NewRecord(t, p.app, "memberships", map[string]any{
			"team": p.team.Id, "user": p.users["stranger"].Id, "kind": "guest", role: true})), "guest_role")
	}
	early := p.membership("member")
	now := p.membership("member")
	now.Set("organizer", true)
	p.must(p.app.Save(now))
	early.Set("kind", actors.Guest)
	hookstest.AssertCode(t, "a member who got a role meanwhile", p.app.Save(early), "guest_role")
}

func TestMembershipRules_SecondMembership_IsRefused(t *testing.T) {
	p := newFixture(t, false)
	second := hookstest.NewRecord(t, p.app, "memberships", map[string]any{"team": p.team.Id, "user": p.users["member"].Id, "kind": "guest"})
	if err := p.app.Save(second); err == nil {
		t.Error("twice in a team")
	}
}

func TestDeleteTeam_DeletesItsRecordsOnly(t *testing.T) {
	p := newFixture(t, false)
	other := hookstest.Team(t, p.app, p.users["stranger"], "Another team", "free")
	hookstest.Invite(t, p.app, p.users["owner"], p.team, "new@x.example", "organizer")
	hookstest.Invite(t, p.app, p.users["owner"], p.team, "new@x.example", "admin")
	theirs := hookstest.Invite(t, p.app, p.users["stranger"], other, "new@x.example", "organizer")
	rows := hookstest.Count(t, p.app, "audit", dbx.HashExp{"team": p.team.Id})
	p.must(p.app.Delete(p.team))
	for _, collection := range []string{"memberships", "invitations"} {
		if n := hookstest.Count(t, p.app, collection, dbx.HashExp{"team": p.team.Id}); n != 0 {
			t.Errorf("%d rows of it in %s, want 0", n, collection)
		}
	}
	if n := hookstest.Count(t, p.app, "retired_links"); n != 0 {
		t.Errorf("%d links of it, want 0", n)
	}
	if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"team": p.team.Id}); n != rows || n == 0 {
		t.Errorf("%d rows in the audit log, %d before, want %v and some", n, rows, rows)
	}
	for _, account := range p.users {
		hookstest.FindRecord(t, p.app, "users", account.Id)
	}
	hookstest.FindRecord(t, p.app, "invitations", theirs.ID)
	if _, err := members.FindOwner(p.app, other.Id); err != nil {
		t.Errorf("the other team's Owner: %v", err)
	}
}

func TestAccountRules_NotAnOwner_CanBeDeleted(t *testing.T) {
	p := newFixture(t, false)
	for _, who := range []string{"admin", "organizer", "guest", "stranger"} {
		p.must(p.app.Delete(p.users[who]))
	}
	if n := hookstest.Count(t, p.app, "memberships", dbx.HashExp{"team": p.team.Id}); n != 3 {
		t.Errorf("%d people are left, want 3", n)
	}
}

func TestCreateTeam_WhoIsAllowed(t *testing.T) {
	app := hookstest.NewApp(t)
	account := hookstest.Account(t, app, "owner@x.example")
	team, err := members.CreateTeam(app, account, "  Halation   Post ", "192.0.2.1")
	if err != nil || team.Name() != "Halation Post" || team.Slug() != "halation-post" {
		t.Fatalf("%v %v, want %q and %q", team, err, "Halation Post", "halation-post")
	}
	m, err := members.FindOwner(app, team.Id)
	if err != nil || m.UserID() != account.Id || m.Roles() != (actors.Roles{Owner: true, Organizer: true}) {
		t.Errorf("%v %v", m, err)
	}
	_, err = members.CreateTeam(app, account, " ", "")
	hookstest.AssertCode(t, "without a name", err, "required")
	account.SetVerified(false)
	_, err = members.CreateTeam(app, account, "Second", "")
	hookstest.AssertCode(t, "unconfirmed", err, accounts.CodeUnverified)
	if n := hookstest.Count(t, app, "teams"); n != 1 {
		t.Errorf("%d teams, want 1", n)
	}

	config := hookstest.Config()
	config.Teams = "operator"
	closed := hookstest.NewAppWith(t, config)
	_, err = members.CreateTeam(closed, hookstest.Account(t, closed, "owner@x.example"), "Halation", "")
	hookstest.AssertCode(t, "where the operator makes teams", err, errs.CodeNotAllowed)
}

func TestTeamsOf_ByPanelAccess(t *testing.T) {
	p := newFixture(t, false)
	hookstest.Team(t, p.app, p.users["admin"], "A team of their own", "free")
	third := hookstest.Team(t, p.app, p.users["stranger"], "Third", "free")
	p.must(p.app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, third.Id, p.users["admin"].Id, actors.Roles{}) }))
	hookstest.Invite(t, p.app, p.users["stranger"], third, p.users["admin2"].Email(), "admin") // offered, not accepted
	names := func(who string, panel bool) (names []string) {
		places, err := members.TeamsOf(p.app, p.users[who], panel)
		p.must(err)
		for _, place := range places {
			names = append(names, place.Team.GetString("name"))
		}
		return names
	}
	for _, s := range []struct {
		who   string
		panel bool
		want  int
	}{
		{"admin", true, 2}, {"admin", false, 3}, {"admin2", true, 1}, {"organizer", true, 0}, {"organizer", false, 1},
		{"guest", true, 0}, {"guest", false, 1}, {"owner", true, 1}, {"stranger", true, 1},
	} {
		if got := names(s.who, s.panel); len(got) != s.want {
			t.Errorf("%s, panel %v: %v, want %v", s.who, s.panel, got, s.want)
		}
	}
	if got := names("admin", false); got[0] != "A team of their own" || got[2] != "Third" {
		t.Errorf("the order is %v, want %q and %q", got, "A team of their own", "Third")
	}
	if _, err := members.Find(p.app, third.Id, p.users["owner"].Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
}
