package invitations_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/seats"
)

var organizerRole = actors.Roles{Organizer: true}

// countRefusals counts the audit entries that tell of a refusal.
func (w *fixture) countRefusals() int {
	w.Helper()
	var n int
	w.must(w.app.DB().NewQuery("SELECT count(*) FROM audit WHERE result != 'ok'").Row(&n))
	return n
}

func TestTakeRoles_OwnerAndAdmin_BecomeOrganizerImmediately(t *testing.T) {
	for _, s := range []struct {
		name  string
		roles []string
		owner bool
	}{{"owner", nil, true}, {"admin", []string{"admin"}, false}} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixture(t)
			who := w.owner
			if s.owner {
				_, _, err := invitations.SetRoles(w.app, w.actor(who), who.Id, actors.Roles{}, "")
				w.must(err)
			} else {
				who = hookstest.Member(t, w.app, w.team, "adam@halation.example", s.roles...)
			}
			before := w.seats().Organizer
			w.must(invitations.PreviewTakeRoles(w.app, w.actor(who), organizerRole))
			if now := w.seats().Organizer; now != before {
				t.Errorf("the preview changed the seats from %+v to %+v", before, now)
			}
			w.must(invitations.TakeRoles(w.app, w.actor(who), organizerRole))
			if now := w.seats().Organizer; now.Used != before.Used+1 || now.Reserved != before.Reserved {
				t.Errorf("the seats are %+v after %+v", now, before)
			}
			if !w.actor(who).CanHost() || hookstest.Count(t, w.app, "invitations") != 0 {
				t.Errorf("can host: %v, invitations: %d", w.actor(who).CanHost(), hookstest.Count(t, w.app, "invitations"))
			}
			err := invitations.TakeRoles(w.app, w.actor(who), organizerRole)
			hookstest.AssertCode(t, "a second time", err, invitations.CodeAlreadyMember)
		})
	}
}

func TestTakeRoles_PendingInvitation_IsAcceptedWithItsSeat(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	id := w.invite(admin.Email(), "organizer").ID
	w.setFreeSeats(t, 0)
	w.must(invitations.TakeRoles(w.app, w.actor(admin), organizerRole))
	if now := w.seats().Organizer; now.Reserved != 0 || now.Free() != 0 {
		t.Errorf("the seats are %+v", now)
	}
	if got := w.stored(id).GetString("status"); got != invitations.Accepted {
		t.Errorf("the invitation is %s, want accepted", got)
	}
}

// setFreeSeats sets the team's Organizer seats so that n are free.
func (w *fixture) setFreeSeats(t *testing.T, n int) {
	t.Helper()
	now := w.seats().Organizer
	w.team.Set("organizer_seats", now.Used+now.Reserved+n)
	w.must(w.app.Save(w.team))
}

func TestTakeRoles_WithoutFreeSeat_IsRefused(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	w.setFreeSeats(t, 0)
	hookstest.AssertCode(t, "the preview", invitations.PreviewTakeRoles(w.app, w.actor(admin), organizerRole), seats.CodeFull)
	before := w.countRefusals()
	hookstest.AssertCode(t, "the action", invitations.TakeRoles(w.app, w.actor(admin), organizerRole), seats.CodeFull)
	_, _, err := invitations.SetRoles(w.app, w.actor(admin), admin.Id, actors.Roles{Admin: true, Organizer: true}, "")
	hookstest.AssertCode(t, "as a change of roles", err, seats.CodeFull)
	if roles, _ := w.roles(admin); roles != (actors.Roles{Admin: true}) || w.countRefusals() != before+2 {
		t.Errorf("the roles are %+v, %d refusals are in the audit log", roles, w.countRefusals()-before)
	}
}

func TestTakeRoles_OtherRolesOrUsers_AreRefused(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	guest := hookstest.Guest(t, w.app, w.team, "gita@guest.example")
	plain := hookstest.Member(t, w.app, w.team, "mina@halation.example")
	for _, s := range []struct {
		name  string
		who   *core.Record
		roles actors.Roles
	}{
		{"a guest", guest, organizerRole}, {"a member", plain, organizerRole}, {"a member, Admin", plain, actors.Roles{Admin: true}},
		{"an Admin, Owner", admin, actors.Roles{Owner: true}}, {"an Admin, nothing", admin, actors.Roles{}},
		{"an Admin, Owner and Organizer", admin, actors.Roles{Owner: true, Organizer: true}},
	} {
		hookstest.AssertCode(t, s.name, invitations.TakeRoles(w.app, w.actor(s.who), s.roles), "not_allowed")
	}
	stale := w.actor(admin)
	hookstest.Exec(t, w.app, "UPDATE memberships SET admin = 0 WHERE user = '"+admin.Id+"'", nil)
	hookstest.AssertCode(t, "who was Admin when the request began", invitations.TakeRoles(w.app, stale, organizerRole), "not_allowed")
}

func TestSetRoles_OwnRoles_TakeEffectImmediately(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	for _, wanted := range []actors.Roles{{Admin: true, Organizer: true}, {Admin: true}, {Organizer: true}} {
		offered, _, err := invitations.SetRoles(w.app, w.actor(admin), admin.Id, wanted, "")
		w.must(err)
		if roles, _ := w.roles(admin); offered != nil || roles != wanted {
			t.Errorf("offered %+v, the roles are %+v, want %+v", offered, roles, wanted)
		}
	}
}

func TestInvite_OwnAddress_IsRefused(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	result := hookstest.Invite(t, w.app, admin, w.team, admin.Email(), "organizer")
	if result.Code != invitations.CodeAlreadyMember {
		t.Errorf("%+v", result)
	}
}

// Each refusal of a change of roles leaves exactly one entry, with the words that pages and bulk actions use.
func TestSetRoles_Refused_IsAuditedOnce(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "adam@halation.example", "admin")
	second := hookstest.Member(t, w.app, w.team, "bela@halation.example", "admin")
	plain := hookstest.Member(t, w.app, w.team, "mina@halation.example")
	for _, s := range []struct {
		name          string
		actor, target *core.Record
		wanted        actors.Roles
		action        string
	}{
		{"an Admin demotes the Owner", admin, w.owner, actors.Roles{}, "member.revoke"},
		{"an Admin leaves the Owner as they are", admin, w.owner, organizerRole, "member.revoke"},
		{"an Admin demotes an Admin", admin, second, actors.Roles{}, "member.revoke"},
		{"an Admin makes an Admin an Organizer", admin, second, actors.Roles{Admin: true, Organizer: true}, "invitation.create"},
		{"an Admin promotes to Admin", admin, plain, actors.Roles{Admin: true}, "invitation.create"},
		{"a member promotes themselves to Admin", plain, plain, actors.Roles{Admin: true}, "member.take"},
		{"a member makes themselves Organizer", plain, plain, organizerRole, "member.take"},
		{"a member demotes an Admin", plain, admin, actors.Roles{}, "member.revoke"},
		{"a member names nobody", plain, w.lucia, actors.Roles{}, "member.revoke"},
	} {
		before := w.countRefusals()
		_, _, err := invitations.SetRoles(w.app, w.actor(s.actor), s.target.Id, s.wanted, "")
		hookstest.AssertCode(t, s.name, err, "not_allowed")
		var last struct{ Action, Result, Actor, Target string }
		w.must(w.app.DB().NewQuery("SELECT action, result, actor, target FROM audit WHERE team = '" + w.team.Id + "' ORDER BY seq DESC LIMIT 1").One(&last))
		if w.countRefusals() != before+1 || last.Action != s.action || last.Result != "not_allowed" || last.Actor != s.actor.Id || last.Target != s.target.Id {
			t.Errorf("%s: %d entries, the last is %+v", s.name, w.countRefusals()-before, last)
		}
	}
	before := w.countRefusals()
	_, err := invitations.ReadRoles(w.app, w.actor(admin), "member.revoke", admin.Id, []string{"owner"})
	hookstest.AssertCode(t, "an Admin as Owner", err, "bad_role")
	if w.countRefusals() != before+1 {
		t.Errorf("%d entries", w.countRefusals()-before)
	}
}
