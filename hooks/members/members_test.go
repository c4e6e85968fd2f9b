package members_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with one of each, and an account that is not in it.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	users map[string]*core.Record
}

func newFixture(t *testing.T, opened bool) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	p := &fixture{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"admin2":    hookstest.Member(t, app, team, "admin2@x.example", "admin", "organizer"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"stranger":  hookstest.Account(t, app, "stranger@x.example"),
	}}
	team.Set("admins_manage_admins", opened)
	p.must(app.Save(team))
	return p
}

func (p *fixture) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *fixture) actor(who string) *actors.Actor {
	p.Helper()
	return hookstest.Actor(p.T, p.app, p.users[who], p.team)
}

// membership is nil for who is not in the team.
func (p *fixture) membership(who string) *members.Membership {
	p.Helper()
	m, err := members.Find(p.app, p.team.Id, p.users[who].Id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	p.must(err)
	return m
}

// remove removes a user as the Owner.
func (p *fixture) remove(who string) {
	p.Helper()
	_, err := members.Remove(p.app, p.actor("owner"), p.users[who].Id, members.Handover{})
	p.must(err)
}

func (p *fixture) countOwners() int {
	p.Helper()
	return hookstest.Count(p.T, p.app, "memberships", dbx.HashExp{"team": p.team.Id, "owner": true})
}

func TestRemove_WhoCanRemoveWhom(t *testing.T) {
	order := []string{"owner", "admin", "admin2", "organizer", "member", "guest"}
	for _, s := range []struct {
		by     string
		opened bool
		codes  []string // in that order
	}{
		{"owner", false, []string{"last_owner", "", "", "", "", ""}},
		{"admin", false, []string{"not_allowed", "remove_self", "not_allowed", "", "", ""}},
		{"admin", true, []string{"not_allowed", "remove_self", "", "", "", ""}},
		{"organizer", true, []string{"not_allowed", "not_allowed", "not_allowed", "remove_self", "not_allowed", "not_allowed"}},
		{"member", true, []string{"not_allowed", "not_allowed", "not_allowed", "not_allowed", "remove_self", "not_allowed"}},
		{"guest", true, []string{"not_allowed", "not_allowed", "not_allowed", "not_allowed", "not_allowed", "remove_self"}},
	} {
		t.Run(fmt.Sprintf("%s, opened %v", s.by, s.opened), func(t *testing.T) {
			p := newFixture(t, s.opened)
			for i, target := range order {
				had := actors.Roles{}
				if m := p.membership(target); m != nil {
					had = m.Roles()
				}
				ended, err := members.Remove(p.app, p.actor(s.by), p.users[target].Id, members.Handover{})
				hookstest.AssertCode(t, "remove "+target, err, s.codes[i])
				if in := p.membership(target) != nil; in != (s.codes[i] != "") {
					t.Errorf("%s is in the team: %v", target, in)
				}
				if want := (members.Removal{Roles: had}); err == nil && ended != want {
					t.Errorf("removing %s ended %+v, want %+v", target, ended, want)
				}
				result := map[bool]string{true: "ok", false: s.codes[i]}[s.codes[i] == ""]
				if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"team": p.team.Id, "action": "member.remove",
					"target": p.users[target].Id, "result": result, "actor": p.users[s.by].Id}); n != 1 {
					t.Errorf("%d rows in the audit log of removing %s, want 1", n, target)
				}
				count := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"about": p.users[target].Id})
				if want := map[bool]int{true: 1}[s.codes[i] == ""]; count != want {
					t.Errorf("got %d emails to %s, want %v", count, target, want)
				}
			}
			if _, err := members.Remove(p.app, p.actor(s.by), p.users["stranger"].Id, members.Handover{}); !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("remove a stranger: %v, want %v", err, errs.ErrNotFound)
			}
		})
	}
}

func TestRevokeRoles_WhoCanRevokeWhat(t *testing.T) {
	admin, organizer := actors.Roles{Admin: true}, actors.Roles{Organizer: true}
	for _, s := range []struct {
		by, target string
		opened     bool
		revoked    actors.Roles
		code       string
		left       actors.Roles
	}{
		{"owner", "admin2", false, admin, "", organizer},
		{"owner", "admin2", false, actors.Roles{Admin: true, Organizer: true}, "", actors.Roles{}},
		{"owner", "owner", false, organizer, "", actors.Roles{Owner: true}},
		{"owner", "owner", false, actors.Roles{Owner: true}, "not_allowed", actors.Roles{Owner: true, Organizer: true}},
		{"owner", "organizer", false, admin, "no_such_role", organizer},
		{"owner", "member", false, organizer, "no_such_role", actors.Roles{}},
		{"admin", "organizer", false, organizer, "", actors.Roles{}},
		{"admin", "admin2", false, organizer, "not_allowed", actors.Roles{Admin: true, Organizer: true}},
		{"admin", "admin2", false, admin, "not_allowed", actors.Roles{Admin: true, Organizer: true}},
		{"admin", "admin2", true, admin, "", organizer},
		{"admin", "admin", false, admin, "", actors.Roles{}},
		{"admin2", "admin2", false, organizer, "", admin},
		{"admin", "owner", true, organizer, "not_allowed", actors.Roles{Owner: true, Organizer: true}},
		{"organizer", "organizer", true, organizer, "not_allowed", organizer},
		{"organizer", "admin2", true, organizer, "not_allowed", actors.Roles{Admin: true, Organizer: true}},
		{"member", "organizer", true, organizer, "not_allowed", organizer},
		{"guest", "organizer", true, organizer, "not_allowed", organizer},
		{"member", "member", true, organizer, "not_allowed", actors.Roles{}}, // the right is judged before the state
	} {
		t.Run(fmt.Sprintf("%s takes %s from %s, opened %v", s.by, s.revoked.Label(), s.target, s.opened), func(t *testing.T) {
			p := newFixture(t, s.opened)
			had := p.membership(s.target).Roles()
			ended, err := members.RevokeRoles(p.app, p.actor(s.by), p.users[s.target].Id, s.revoked, members.Handover{})
			hookstest.AssertCode(t, "revoke", err, s.code)
			if want := (members.Removal{Roles: had.Without(s.left)}); ended != want {
				t.Errorf("ended %+v, want %+v", ended, want)
			}
			if m := p.membership(s.target); m == nil || m.Roles() != s.left || m.Kind() != actors.Member {
				t.Errorf("left with %v, want anything but nil, %v and %v", m, s.left, actors.Member)
			}
			count := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"about": p.users[s.target].Id})
			if want := map[bool]int{true: 1}[s.code == "" && s.by != s.target]; count != want {
				t.Errorf("got %d emails, want %d", count, want)
			}
		})
	}
}

func TestLeave_OnlyOwnerIsRefused(t *testing.T) {
	p := newFixture(t, false)
	for _, who := range []string{"admin", "organizer", "member", "guest"} {
		_, err := members.Leave(p.app, p.actor(who), members.Handover{})
		p.must(err)
		if p.membership(who) != nil {
			t.Errorf("%s is still in the team, want nil", who)
		}
		hookstest.FindRecord(t, p.app, "users", p.users[who].Id)
	}
	_, err := members.Leave(p.app, p.actor("owner"), members.Handover{})
	hookstest.AssertCode(t, "the Owner", err, members.CodeLastOwner)
	if p.countOwners() != 1 {
		t.Errorf("got %d Owners, want 1", p.countOwners())
	}
}

func TestRemove_OtherTeamsAreUntouched(t *testing.T) {
	p := newFixture(t, false)
	other := hookstest.Team(t, p.app, p.users["member"], "Another team", "free")
	p.remove("member")
	if m, err := members.FindOwner(p.app, other.Id); err != nil || m.UserID() != p.users["member"].Id {
		t.Errorf("%v %v, want %v", m, err, p.users["member"].Id)
	}
	if _, err := actors.Find(p.app, p.users["owner"], other.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("a right leaked: %v, want %v", err, errs.ErrNotFound)
	}
	if _, err := members.Remove(p.app, p.actor("owner"), p.users["member"].Id, members.Handover{}); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("remove a user of another team: %v, want %v", err, errs.ErrNotFound)
	}
}

func TestRemove_ActorLostRights_IsRefused(t *testing.T) {
	p := newFixture(t, false)
	admin := p.actor("admin")
	_, err := members.RevokeRoles(p.app, p.actor("owner"), p.users["admin"].Id, actors.Roles{Admin: true}, members.Handover{})
	p.must(err)
	_, err = members.Remove(p.app, admin, p.users["member"].Id, members.Handover{})
	hookstest.AssertCode(t, "remove", err, errs.CodeNotAllowed)
	admin = p.actor("admin2")
	p.remove("admin2")
	if _, err := members.Remove(p.app, admin, p.users["member"].Id, members.Handover{}); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("by a removed user: %v, want %v", err, errs.ErrNotFound)
	}
	if p.membership("member") == nil {
		t.Error("the member is gone")
	}
}

func TestRevokeRoles_Concurrent_BothTakeEffect(t *testing.T) {
	p := newFixture(t, false)
	hookstest.SlowWrites(p.app, "memberships")
	roles := []actors.Roles{{Admin: true}, {Organizer: true}}
	owners := []*actors.Actor{p.actor("owner"), p.actor("owner")}
	results := hookstest.Race(2, func(i int) error {
		_, err := members.RevokeRoles(p.app, owners[i], p.users["admin2"].Id, roles[i], members.Handover{})
		return err
	})
	if won := hookstest.CountSucceeded(t, results); won != 2 || !p.membership("admin2").Roles().None() {
		t.Errorf("%v, left with %+v", results, p.membership("admin2").Roles())
	}
}

func TestMembershipRules_StaleCopy_RestoresNoRole(t *testing.T) {
	p := newFixture(t, false)
	early := p.membership("organizer")
	_, err := members.RevokeRoles(p.app, p.actor("owner"), p.users["organizer"].Id, actors.Roles{Organizer: true}, members.Handover{})
	p.must(err)
	early.Set("came_as_guest", true)
	p.must(p.app.Save(early))
	if m := p.membership("organizer"); !m.Roles().None() || !m.GetBool("came_as_guest") {
		t.Errorf("%v", m.FieldsData())
	}
}
