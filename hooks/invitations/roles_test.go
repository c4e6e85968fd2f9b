package invitations_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/sessions"
)

var organizerRole = actors.Roles{Organizer: true}

// countRefusals counts the audit entries of refusals.
func (f *fixture) countRefusals() int {
	f.Helper()
	var n int
	f.must(f.app.DB().NewQuery("SELECT count(*) FROM audit WHERE result != 'ok'").Row(&n))
	return n
}

func TestTakeRoles_OwnerAndAdmin_BecomeOrganizerImmediately(t *testing.T) {
	for _, s := range []struct {
		name  string
		roles []string
		owner bool
	}{{"owner", nil, true}, {"admin", []string{"admin"}, false}} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixture(t)
			who := f.owner
			if s.owner {
				_, _, err := invitations.SetRoles(f.app, f.actor(who), who.Id, actors.Roles{}, members.Handover{})
				f.must(err)
			} else {
				who = hookstest.Member(t, f.app, f.team, "adam@halation.example", s.roles...)
			}
			before := f.seats().Organizer
			f.must(invitations.PreviewTakeRoles(f.app, f.actor(who), organizerRole))
			if now := f.seats().Organizer; now != before {
				t.Errorf("the preview changed the seats from %+v to %+v, want %v", before, now, before)
			}
			f.must(invitations.TakeRoles(f.app, f.actor(who), organizerRole))
			if now := f.seats().Organizer; now.Used != before.Used+1 || now.Reserved != before.Reserved {
				t.Errorf("got seats %+v after %+v, want %v and %v", now, before, before.Used+1, before.Reserved)
			}
			if !f.actor(who).CanHost() || hookstest.Count(t, f.app, "invitations") != 0 {
				t.Errorf("got CanHost %v, %d invitations", f.actor(who).CanHost(), hookstest.Count(t, f.app, "invitations"))
			}
			err := invitations.TakeRoles(f.app, f.actor(who), organizerRole)
			hookstest.AssertCode(t, "a second time", err, invitations.CodeAlreadyMember)
		})
	}
}

func TestTakeRoles_PendingInvitation_IsAcceptedWithItsSeat(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	id := f.invite(admin.Email(), "organizer").ID
	f.setFreeSeats(t, 0)
	f.must(invitations.TakeRoles(f.app, f.actor(admin), organizerRole))
	if now := f.seats().Organizer; now.Reserved != 0 || now.Free() != 0 {
		t.Errorf("got seats %+v, want 0 and 0", now)
	}
	if got := f.stored(id).GetString("status"); got != invitations.Accepted {
		t.Errorf("got invitation %s, want accepted", got)
	}
}

// setFreeSeats sets the team's Organizer seats so that n are free.
func (f *fixture) setFreeSeats(t *testing.T, n int) {
	t.Helper()
	now := f.seats().Organizer
	f.team.Set("organizer_seats", now.Used+now.Reserved+n)
	f.must(f.app.Save(f.team))
}

func TestTakeRoles_WithoutFreeSeat_IsRefused(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	f.setFreeSeats(t, 0)
	hookstest.AssertCode(t, "the preview", invitations.PreviewTakeRoles(f.app, f.actor(admin), organizerRole), seats.CodeFull)
	before := f.countRefusals()
	hookstest.AssertCode(t, "the action", invitations.TakeRoles(f.app, f.actor(admin), organizerRole), seats.CodeFull)
	_, _, err := invitations.SetRoles(f.app, f.actor(admin), admin.Id, actors.Roles{Admin: true, Organizer: true}, members.Handover{})
	hookstest.AssertCode(t, "as a change of roles", err, seats.CodeFull)
	if roles, _ := f.roles(admin); roles != (actors.Roles{Admin: true}) || f.countRefusals() != before+2 {
		t.Errorf("got roles %+v and %d refusals in the audit log", roles, f.countRefusals()-before)
	}
}

func TestTakeRoles_OtherRolesOrUsers_AreRefused(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	guest := hookstest.Guest(t, f.app, f.team, "gita@guest.example")
	plain := hookstest.Member(t, f.app, f.team, "mina@halation.example")
	for _, s := range []struct {
		name  string
		who   *core.Record
		roles actors.Roles
	}{
		{"a guest", guest, organizerRole}, {"a member", plain, organizerRole}, {"a member, Admin", plain, actors.Roles{Admin: true}},
		{"an Admin, Owner", admin, actors.Roles{Owner: true}}, {"an Admin, nothing", admin, actors.Roles{}},
		{"an Admin, Owner and Organizer", admin, actors.Roles{Owner: true, Organizer: true}},
	} {
		hookstest.AssertCode(t, s.name, invitations.TakeRoles(f.app, f.actor(s.who), s.roles), "not_allowed")
	}
	stale := f.actor(admin)
	hookstest.Exec(t, f.app, "UPDATE memberships SET admin = 0 WHERE user = '"+admin.Id+"'", nil)
	hookstest.AssertCode(t, "who was Admin when the request began", invitations.TakeRoles(f.app, stale, organizerRole), "not_allowed")
}

func TestSetRoles_OwnRoles_TakeEffectImmediately(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	for _, wanted := range []actors.Roles{{Admin: true, Organizer: true}, {Admin: true}, {Organizer: true}} {
		offered, _, err := invitations.SetRoles(f.app, f.actor(admin), admin.Id, wanted, members.Handover{})
		f.must(err)
		if roles, _ := f.roles(admin); offered != nil || roles != wanted {
			t.Errorf("got offer %+v and roles %+v, want %+v", offered, roles, wanted)
		}
	}
}

func TestSetRoles_InvalidHandover_OffersAndRevokesNothing(t *testing.T) {
	f := newFixture(t)
	host := hookstest.Member(t, f.app, f.team, "hanna@halation.example", "organizer")
	f.setFreeSeats(t, 1) // without a limit, every member can host
	hookstest.ScheduleSession(t, f.app, host, f.team, sessions.Form{})
	for code, handover := range map[string]members.Handover{
		sessions.CodeUndecided:  {Undecided: true},
		sessions.CodeCannotHost: {To: host.Id},
	} {
		_, _, err := invitations.SetRoles(f.app, f.actor(f.owner), host.Id, actors.Roles{Admin: true}, handover)
		hookstest.AssertCode(t, code, err, code)
	}
	pending := hookstest.Count(t, f.app, "invitations", dbx.HashExp{"email": host.Email()})
	if roles, _ := f.roles(host); roles != organizerRole || pending != 0 {
		t.Errorf("got roles %+v and %d invitations, want %+v and 0", roles, pending, organizerRole)
	}
}

func TestInvite_OwnAddress_IsRefused(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	result := hookstest.Invite(t, f.app, admin, f.team, admin.Email(), "organizer")
	if result.Code != invitations.CodeAlreadyMember {
		t.Errorf("%+v, want %v", result, invitations.CodeAlreadyMember)
	}
}

// Each refused change of roles leaves exactly one audit entry, with the same message as on pages and in bulk actions.
func TestSetRoles_Refused_IsAuditedOnce(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "adam@halation.example", "admin")
	second := hookstest.Member(t, f.app, f.team, "bela@halation.example", "admin")
	plain := hookstest.Member(t, f.app, f.team, "mina@halation.example")
	for _, s := range []struct {
		name          string
		actor, target *core.Record
		wanted        actors.Roles
		action        string
	}{
		{"an Admin demotes the Owner", admin, f.owner, actors.Roles{}, "member.revoke"},
		{"an Admin leaves the Owner as they are", admin, f.owner, organizerRole, "member.revoke"},
		{"an Admin demotes an Admin", admin, second, actors.Roles{}, "member.revoke"},
		{"an Admin makes an Admin an Organizer", admin, second, actors.Roles{Admin: true, Organizer: true}, "invitation.create"},
		{"an Admin promotes to Admin", admin, plain, actors.Roles{Admin: true}, "invitation.create"},
		{"a member promotes themselves to Admin", plain, plain, actors.Roles{Admin: true}, "member.take"},
		{"a member makes themselves Organizer", plain, plain, organizerRole, "member.take"},
		{"a member demotes an Admin", plain, admin, actors.Roles{}, "member.revoke"},
		{"a member, an account outside the team", plain, f.lucia, actors.Roles{}, "member.revoke"},
	} {
		before := f.countRefusals()
		_, _, err := invitations.SetRoles(f.app, f.actor(s.actor), s.target.Id, s.wanted, members.Handover{})
		hookstest.AssertCode(t, s.name, err, "not_allowed")
		var last struct{ Action, Result, Actor, Target string }
		f.must(f.app.DB().NewQuery("SELECT action, result, actor, target FROM audit WHERE team = '" + f.team.Id + "' ORDER BY seq DESC LIMIT 1").One(&last))
		if f.countRefusals() != before+1 || last.Action != s.action || last.Result != "not_allowed" || last.Actor != s.actor.Id || last.Target != s.target.Id {
			t.Errorf("%s: got %d entries, the last %+v", s.name, f.countRefusals()-before, last)
		}
	}
	before := f.countRefusals()
	_, err := invitations.ReadRoles(f.app, f.actor(admin), "member.revoke", admin.Id, []string{"owner"})
	hookstest.AssertCode(t, "an Admin as Owner", err, "bad_role")
	if f.countRefusals() != before+1 {
		t.Errorf("got %d entries, want %v", f.countRefusals()-before, before+1)
	}
}
