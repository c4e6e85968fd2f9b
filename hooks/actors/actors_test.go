package actors_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/record"
)

var carried = map[string]actors.Roles{
	"owner":         {Owner: true},
	"hosting owner": {Owner: true, Organizer: true},
	"admin":         {Admin: true},
	"hosting admin": {Admin: true, Organizer: true},
	"organizer":     {Organizer: true},
	"member":        {},
}

// actor carries the roles in a team in which Admins manage Admins, or not (D1).
func actor(roles string, opened bool) *actors.Actor {
	teams := core.NewBaseCollection("teams")
	teams.Fields.Add(&core.BoolField{Name: "admins_manage_admins"})
	team := core.NewRecord(teams)
	team.Set("admins_manage_admins", opened)
	return &actors.Actor{Team: team, Roles: carried[roles], Kind: "member"}
}

func TestWhatARoleOpens(t *testing.T) {
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
		a := actor(s.roles, s.opened)
		got := [4]bool{a.SeesPanel(), a.EditsTeam(), a.OpensAdmins(), a.ManagesAdmins()}
		if got != [4]bool{s.panel, s.edits, s.opensAdmins, s.manages} {
			t.Errorf("%s, Admins manage Admins %v: panel, edits, opens, manages = %v", s.roles, s.opened, got)
		}
	}
}

// rights are the predicates about another person, by actor; "admin+" is an Admin where Admins manage Admins.
func rights(table map[string]string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for by, targets := range table {
		all[by] = map[string]bool{}
		for i, target := range []string{"owner", "hosting owner", "admin", "hosting admin", "organizer", "member"} {
			all[by][target] = targets[i] == 'y'
		}
	}
	return all
}

func each(t *testing.T, table map[string]string, holds func(a *actors.Actor, target actors.Roles) bool) {
	t.Helper()
	for by, targets := range rights(table) {
		name, opened := by, false
		if by[len(by)-1] == '+' {
			name, opened = by[:len(by)-1], true
		}
		for target, want := range targets {
			if got := holds(actor(name, opened), carried[target]); got != want {
				t.Errorf("%s on %s: %v, want %v", by, target, got, want)
			}
		}
	}
}

// owner, hosting owner, admin, hosting admin, organizer, member
var managing = map[string]string{
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

func TestWhoManagesWhom(t *testing.T) {
	each(t, managing, func(a *actors.Actor, target actors.Roles) bool { return a.Manages(target) })
}

func TestWhoRemovesWhom(t *testing.T) {
	each(t, managing, func(a *actors.Actor, target actors.Roles) bool { return a.CanRemove(target, false) })
	each(t, map[string]string{"owner": "nnnnnn", "admin": "nnnnnn", "admin+": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, target actors.Roles) bool { return a.CanRemove(target, true) })
}

func TestWhoRevokesRolesOfWhom(t *testing.T) {
	for _, revoked := range []actors.Roles{{Admin: true}, {Organizer: true}, {Admin: true, Organizer: true}} {
		each(t, managing, func(a *actors.Actor, target actors.Roles) bool { return a.CanRevoke(revoked, target, false) })
	}
	for by := range managing {
		if by[len(by)-1] == '+' {
			continue
		}
		a := actor(by, false)
		if a.CanRevoke(actors.Roles{Owner: true}, a.Roles, true) {
			t.Errorf("%s takes the Owner's role", by)
		}
		if got, want := a.CanRevoke(actors.Roles{Organizer: true}, a.Roles, true), a.SeesPanel(); got != want {
			t.Errorf("%s gives up a role of his own: %v", by, got)
		}
	}
}

func TestWhoOffersWhatToWhom(t *testing.T) {
	// To an Owner only he himself offers, and seats have nothing left for him but Organizer.
	each(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnyy", "admin+": "nnyyyy", "organizer": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Organizer: true}, held) })
	each(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnyy", "admin+": "nnyyyy", "organizer": "nnnnnn", "member": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanAnswerFor(actors.Roles{}, held) })
	each(t, map[string]string{"owner": "yyyyyy", "admin": "nnnnnn", "admin+": "nnyyyy", "organizer+": "nnnnnn", "member+": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Admin: true}, held) })
	each(t, map[string]string{"owner": "nnnnnn", "hosting owner": "nnnnnn", "admin+": "nnnnnn"},
		func(a *actors.Actor, held actors.Roles) bool { return a.CanInvite(actors.Roles{Owner: true}, held) })
}

func TestCanTake_IsForTheOrganizerRoleOfPanelRoles(t *testing.T) {
	for by := range carried {
		for target, roles := range carried {
			want := target == "organizer" && carried[by].Panel()
			if got := actor(by, true).CanTake(roles); got != want {
				t.Errorf("%s takes the roles of %s: %v, want %v", by, target, got, want)
			}
		}
	}
}

func TestRolesAreReadByTheirNames(t *testing.T) {
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
		hookstest.Refused(t, fmt.Sprint(s.names), err, s.code)
		if got != s.want {
			t.Errorf("%v: %+v", s.names, got)
		}
	}
}

func TestRolesInWords(t *testing.T) {
	for words, roles := range map[string]actors.Roles{
		"member": {}, "Admin": {Admin: true}, "Admin and Organizer": {Admin: true, Organizer: true},
		"Owner and Organizer": {Owner: true, Organizer: true},
	} {
		if roles.Words() != words {
			t.Errorf("%+v: %q", roles, roles.Words())
		}
	}
	all := actors.Roles{Owner: true, Admin: true, Organizer: true}
	if got := all.Without(actors.Roles{Admin: true}); got != (actors.Roles{Owner: true, Organizer: true}) {
		t.Errorf("without Admin: %+v", got)
	}
	if got := (actors.Roles{Admin: true}).With(actors.Roles{Organizer: true}); got != (actors.Roles{Admin: true, Organizer: true}) {
		t.Errorf("with Organizer: %+v", got)
	}
	if fmt.Sprint(all.Names()) != "[owner admin organizer]" || len(all.Explained()) != 2 {
		t.Errorf("%v, %v", all.Names(), all.Explained())
	}
}

func TestSomebodyIsFoundOnlyInHisTeams(t *testing.T) {
	app := hookstest.New(t)
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	stranger := hookstest.Person(t, app, "stranger@x.example")
	hookstest.Team(t, app, stranger, "Another team", "free")
	for _, ref := range []string{team.Id, "halation-post"} {
		a, err := actors.Find(app, owner, ref)
		if err != nil || a.Team.Id != team.Id || a.Roles != carried["hosting owner"] || a.Kind != "member" {
			t.Errorf("%s: %+v %v", ref, a, err)
		}
		if _, err := actors.Find(app, stranger, ref); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s for a stranger: %v", ref, err)
		}
	}
	for _, ref := range []string{"", "nothing", "nosuchid0000000", "' || '1'='1"} {
		if _, err := actors.Find(app, owner, ref); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if _, err := actors.Find(app, nil, team.Id); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

func TestAnActorIsReadAnewWithWhatHeCarriesNow(t *testing.T) {
	app := hookstest.New(t)
	team := hookstest.Team(t, app, hookstest.Person(t, app, "owner@x.example"), "Halation Post", "free")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
	early := hookstest.Actor(t, app, admin, team)
	hookstest.Exec(t, app, "UPDATE memberships SET admin = 0 WHERE user = '"+admin.Id+"'", nil)
	now, err := early.Again(app)
	if err != nil || now.SeesPanel() || !early.SeesPanel() || now.From != early.From {
		t.Errorf("%+v %v", now, err)
	}
	hookstest.Exec(t, app, "DELETE FROM memberships WHERE user = '"+admin.Id+"'", nil)
	if _, err := early.Again(app); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("after removal: %v", err)
	}
}
