package actors_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

var rolesByName = map[string]actors.Roles{
	"owner":         {Owner: true},
	"hosting owner": {Owner: true, Organizer: true},
	"admin":         {Admin: true},
	"hosting admin": {Admin: true, Organizer: true},
	"organizer":     {Organizer: true},
	"member":        {},
}

// newActor carries the roles in a team in which Admins manage Admins, or not (D1).
func newActor(roles string, opened bool) *actors.Actor {
	teams := core.NewBaseCollection("teams")
	teams.Fields.Add(&core.BoolField{Name: "admins_manage_admins"})
	team := core.NewRecord(teams)
	team.Set("admins_manage_admins", opened)
	return &actors.Actor{Team: team, Roles: rolesByName[roles], Kind: "member"}
}

func TestActor_PanelAndTeamRights(t *testing.T) {
	for _, s := range []struct {
		roles                              string
		opened                             bool
		panel, edits, opensAdmins, manages bool
	}{
		{"owner", false, true, true, true, true},
		{"owner", true, true, true, true, true},
		{"hosting owner", false, true, true, true, true},
		{"admin", false, true, true, false, false},
		{"admin", true, true, true, false, true},
		{"hosting admin", false, true, true, false, false},
		{"hosting admin", true, true, true, false, true},
		{"organizer", false, false, false, false, false},
		{"organizer", true, false, false, false, false},
		{"member", false, false, false, false, false},
		{"member", true, false, false, false, false},
	} {
		a := newActor(s.roles, s.opened)
		got := [4]bool{a.CanUsePanel(), a.CanEditTeam(), a.CanDelegateAdmins(), a.CanManageAdmins()}
		if got != [4]bool{s.panel, s.edits, s.opensAdmins, s.manages} {
			t.Errorf("%s, Admins manage Admins %v: panel, edits, opens, manages = %v", s.roles, s.opened, got)
		}
	}
}

// parseRights are the predicates about another person, by actor; "admin+" is an Admin where Admins manage Admins.
func parseRights(table map[string]string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for by, targets := range table {
		all[by] = map[string]bool{}
		for i, target := range []string{"owner", "hosting owner", "admin", "hosting admin", "organizer", "member"} {
			all[by][target] = targets[i] == 'y'
		}
	}
	return all
}

func assertRights(t *testing.T, table map[string]string, holds func(a *actors.Actor, target actors.Roles) bool) {
	t.Helper()
	for by, targets := range parseRights(table) {
		name, opened := by, false
		if by[len(by)-1] == '+' {
			name, opened = by[:len(by)-1], true
		}
		for target, want := range targets {
			if got := holds(newActor(name, opened), rolesByName[target]); got != want {
				t.Errorf("%s on %s: %v, want %v", by, target, got, want)
			}
		}
	}
}

// owner, hosting owner, admin, hosting admin, organizer, member
var manageTable = map[string]string{
	"owner":         "nnyyyy",
	"hosting owner": "nnyyyy",
	"admin":         "nnnnyy",
	"admin+":        "nnyyyy",
	"hosting admin": "nnnnyy",
	"organizer":     "nnnnnn",
	"organizer+":    "nnnnnn",
	"member":        "nnnnnn",
	"member+":       "nnnnnn",
}

func TestCanManage(t *testing.T) {
	assertRights(t, manageTable, func(a *actors.Actor, target actors.Roles) bool { return a.CanManage(target) })
}

func TestCanRemove(t *testing.T) {
	assertRights(t, manageTable, func(a *actors.Actor, target actors.Roles) bool { return a.CanRemove(target, false) })
	assertRights(t, map[string]string{"owner": "nnnnnn", "admin": "nnnnnn", "admin+": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, target actors.Roles) bool { return a.CanRemove(target, true) })
}

func TestCanRevoke(t *testing.T) {
	for _, revoked := range []actors.Roles{{Admin: true}, {Organizer: true}, {Admin: true, Organizer: true}} {
		assertRights(t, manageTable, func(a *actors.Actor, target actors.Roles) bool { return a.CanRevoke(revoked, target, false) })
	}
	for by := range manageTable {
		if by[len(by)-1] == '+' {
			continue
		}
		a := newActor(by, false)
		if a.CanRevoke(actors.Roles{Owner: true}, a.Roles, true) {
			t.Errorf("%s takes the Owner's role", by)
		}
		if got, want := a.CanRevoke(actors.Roles{Organizer: true}, a.Roles, true), a.CanUsePanel(); got != want {
			t.Errorf("%s gives up their own role: got %v, want %v", by, got, want)
		}
	}
}

func TestCanInvite_AndCanManageInvitation(t *testing.T) {
	// Only the Owner can offer roles to the Owner, and only Organizer remains to offer.
	assertRights(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnyy", "admin+": "nnyyyy", "organizer": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Organizer: true}, held) })
	assertRights(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnyy", "admin+": "nnyyyy", "organizer": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanManageInvitation(actors.Roles{}, held) })
	assertRights(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnnn", "admin+": "nnyyyy", "organizer+": "nnnnnn", "member+": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Admin: true}, held) })
	assertRights(t, map[string]string{"owner": "nnnnnn", "hosting owner": "nnnnnn", "admin+": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Owner: true}, held) })
}

func TestCanTakeRoles_OnlyOrganizerForPanelUsers(t *testing.T) {
	for by := range rolesByName {
		for target, roles := range rolesByName {
			want := target == "organizer" && rolesByName[by].CanUsePanel()
			if got := newActor(by, true).CanTakeRoles(roles); got != want {
				t.Errorf("%s takes the roles of %s: %v, want %v", by, target, got, want)
			}
		}
	}
}

func TestParseRoles(t *testing.T) {
	for _, s := range []struct {
		names []string
		want  actors.Roles
		code  string
	}{
		{nil, actors.Roles{}, ""},
		{[]string{"admin"}, actors.Roles{Admin: true}, ""},
		{[]string{"", " Organizer ", "ADMIN"}, actors.Roles{Admin: true, Organizer: true}, ""},
		{[]string{"member"}, actors.Roles{}, ""},
		{[]string{"owner"}, actors.Roles{}, "bad_role"},
		{[]string{"admin", "king"}, actors.Roles{}, "bad_role"},
	} {
		got, err := actors.ParseRoles(s.names)
		hookstest.AssertCode(t, fmt.Sprint(s.names), err, s.code)
		if got != s.want {
			t.Errorf("%v: %+v, want %v", s.names, got, s.want)
		}
	}
}

func TestRoles_LabelWithAndWithout(t *testing.T) {
	for words, roles := range map[string]actors.Roles{
		"member": {}, "Admin": {Admin: true}, "Admin and Organizer": {Admin: true, Organizer: true},
		"Owner and Organizer": {Owner: true, Organizer: true},
	} {
		if roles.Label() != words {
			t.Errorf("%+v: %q, want %v", roles, roles.Label(), words)
		}
	}
	all := actors.Roles{Owner: true, Admin: true, Organizer: true}
	if got := all.Without(actors.Roles{Admin: true}); got != (actors.Roles{Owner: true, Organizer: true}) {
		t.Errorf("without Admin: %+v", got)
	}
	if got := (actors.Roles{Admin: true}).With(actors.Roles{Organizer: true}); got != (actors.Roles{Admin: true, Organizer: true}) {
		t.Errorf("with Organizer: %+v", got)
	}
	if fmt.Sprint(all.Names()) != "[owner admin organizer]" || len(all.Details()) != 2 {
		t.Errorf("%v, %v, want %q and 2", all.Names(), all.Details(), "[owner admin organizer]")
	}
}

func TestFind_OnlyOwnTeams(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	stranger := hookstest.Account(t, app, "stranger@x.example")
	hookstest.Team(t, app, stranger, "Another team", "free")
	for _, ref := range []string{team.Id, "halation-post"} {
		a, err := actors.Find(app, owner, ref)
		if err != nil || a.Team.Id != team.Id || a.Roles != rolesByName["hosting owner"] || a.Kind != "member" {
			t.Errorf("%s: %+v %v, want %v, %v and %q", ref, a, err, team.Id, rolesByName["hosting owner"], "member")
		}
		if _, err := actors.Find(app, stranger, ref); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s for a stranger: %v, want %v", ref, err, errs.ErrNotFound)
		}
	}
	for _, ref := range []string{"", "nothing", "nosuchid0000000", "' || '1'='1"} {
		if _, err := actors.Find(app, owner, ref); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%q: %v, want %v", ref, err, errs.ErrNotFound)
		}
	}
	if _, err := actors.Find(app, nil, team.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("no account: got %v, want errs.ErrNotFound", err)
	}
}

func TestReload_ReadsCurrentRoles(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation Post", "free")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
	early := hookstest.Actor(t, app, admin, team)
	hookstest.Exec(t, app, "UPDATE memberships SET admin = 0 WHERE user = '"+admin.Id+"'", nil)
	now, err := early.Reload(app)
	if err != nil || now.CanUsePanel() || !early.CanUsePanel() || now.IP != early.IP {
		t.Errorf("%+v %v", now, err)
	}
	hookstest.Exec(t, app, "DELETE FROM memberships WHERE user = '"+admin.Id+"'", nil)
	if _, err := early.Reload(app); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("after removal: %v, want %v", err, errs.ErrNotFound)
	}
}
