package invitations_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

// changeEmail gives an account another confirmed address, as the link of an address change does.
func changeEmail(app core.App, user, address string) error {
	account, err := app.FindRecordById("users", user)
	if err != nil {
		return err
	}
	account.SetEmail(address)
	account.SetVerified(true)
	return app.Save(account)
}

func TestFulfil_AddressChangedToInvited_FreesSeat(t *testing.T) {
	for _, s := range []struct {
		name           string
		held, offered  []string
		status         string
		rest           actors.Roles
		used, reserved int // Organizer seats besides the Owner's
	}{
		{"the same role", []string{"organizer"}, []string{"organizer"}, invitations.Accepted, actors.Roles{Organizer: true}, 1, 0},
		{"more than is offered", []string{"admin", "organizer"}, []string{"organizer"}, invitations.Accepted, actors.Roles{Organizer: true}, 1, 0},
		{"a plain member", nil, nil, invitations.Accepted, actors.Roles{}, 0, 0},
		{"another role", []string{"admin"}, []string{"organizer"}, invitations.Pending, actors.Roles{Organizer: true}, 0, 1},
		{"some of the roles", []string{"organizer"}, []string{"admin", "organizer"}, invitations.Pending, actors.Roles{Admin: true}, 1, 0},
		{"no role", nil, []string{"organizer"}, invitations.Pending, actors.Roles{Organizer: true}, 0, 1},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixtureWith(t, configWithEmail())
			noor := hookstest.Member(t, f.app, f.team, "noor@old.example", s.held...)
			id := f.invite("noor@new.example", s.offered...).ID
			f.must(changeEmail(f.app, noor.Id, "noor@new.example"))
			i := f.stored(id)
			if i.GetString("status") != s.status || actors.RolesOf(i) != s.rest {
				t.Errorf("got status %s with roles %+v, want %v and %v", i.GetString("status"), actors.RolesOf(i), s.status, s.rest)
			}
			if now := f.seats().Organizer; now.Used != s.used+1 || now.Reserved != s.reserved {
				t.Errorf("got seats %+v, want %v and %v", now, s.used+1, s.reserved)
			}
			roles, _ := f.roles(noor)
			if roles != mustRoles(t, s.held...) {
				t.Errorf("got roles %+v", roles)
			}
			message, err := mail.FindNewest(f.app, id)
			f.must(err)
			entries := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "invitation.accept", "target": id})
			if ended := s.status == invitations.Accepted; (message.Status() == mail.Dropped) != ended || (entries == 1) != ended {
				t.Errorf("got email %s (%s) and %d audit entries, want %v and %v", message.Status(), message.Reason(), entries, ended, ended)
			}
		})
	}
}

func TestFulfil_UnconfirmedAddress_ChangesNothing(t *testing.T) {
	f := newFixture(t)
	noor := hookstest.Member(t, f.app, f.team, "noor@old.example", "organizer")
	id := f.invite("noor@new.example", "organizer").ID
	account := hookstest.FindRecord(t, f.app, "users", noor.Id)
	account.SetEmail("noor@new.example")
	account.SetVerified(false)
	f.must(f.app.Save(account))
	if i := f.stored(id); i.GetString("status") != invitations.Pending {
		t.Errorf("with an unconfirmed address: got %s, want %v", i.GetString("status"), invitations.Pending)
	}
	account = hookstest.FindRecord(t, f.app, "users", noor.Id)
	account.SetVerified(true)
	f.must(f.app.Save(account))
	if i := f.stored(id); i.GetString("status") != invitations.Accepted {
		t.Errorf("after confirmation: got %s, want %v", i.GetString("status"), invitations.Accepted)
	}
}

func TestFulfil_MembershipByAnyWriter_ClosesInvitation(t *testing.T) {
	join := func(kind string, organizer bool) func(*fixture) error {
		return func(f *fixture) error {
			return f.app.Save(hookstest.NewRecord(f.T, f.app, "memberships", map[string]any{"team": f.team.Id, "user": f.lucia.Id, "kind": kind, "organizer": organizer}))
		}
	}
	for _, s := range []struct {
		name    string
		offered []string
		write   func(f *fixture) error
		want    string
	}{
		{"a member", nil, join(actors.Member, false), invitations.Accepted},
		{"a guest, invited as a member", nil, join(actors.Guest, false), invitations.Pending},
		{"a guest by a session's link, invited as Organizer", []string{"organizer"}, func(f *fixture) error {
			return f.app.RunInTransaction(func(tx core.App) error {
				_, err := members.AddGuest(tx, f.team.Id, f.lucia.Id)
				return err
			})
		}, invitations.Pending},
		{"an Organizer", []string{"organizer"}, join(actors.Member, true), invitations.Accepted},
		{"an update", []string{"organizer"}, func(f *fixture) error {
			if err := join(actors.Member, false)(f); err != nil {
				return err
			}
			m, err := members.Find(f.app, f.team.Id, f.lucia.Id)
			f.must(err)
			m.Set("organizer", true)
			return f.app.Save(m)
		}, invitations.Accepted},
	} {
		f := newFixture(t)
		id := f.invite(luciaEmail, s.offered...).ID
		f.must(s.write(f))
		if i := f.stored(id); i.GetString("status") != s.want {
			t.Errorf("%s: %s, want %s", s.name, i.GetString("status"), s.want)
		}
	}
}

func TestFulfil_InviterLostRights_StillRemovesHeldRoles(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "ada@x.example", "admin", "organizer")
	noor := hookstest.Member(t, f.app, f.team, "noor@old.example", "organizer")
	id := f.invite("noor@new.example", "admin", "organizer").ID
	hookstest.Exec(t, f.app, "UPDATE invitations SET inviter = {:u}", dbx.Params{"u": admin.Id}) // may no longer offer Admin
	f.must(changeEmail(f.app, noor.Id, "noor@new.example"))
	if i := f.stored(id); actors.RolesOf(i) != (actors.Roles{Admin: true}) {
		t.Errorf("%+v", actors.RolesOf(i))
	}
	i := f.stored(id)
	i.Set("admin", false)
	i.Set("organizer", true)
	if err := f.app.Save(i); errs.Code(err) == "" {
		t.Error("a different role was accepted as a reduction")
	}
}

// Whichever comes first, the change of address or the invitation: no one ends up with both a seat and a reservation.
func TestFulfil_ConcurrentWithInviting_LeavesOneSeat(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "users", "invitations")
	noor := hookstest.Member(t, f.app, f.team, "noor0@x.example", "organizer")
	actor, won := f.actor(f.owner), map[string]int{}
	for n := range 8 {
		address := string(rune('a'+n)) + "@x.example"
		hookstest.Race(2, func(i int) error {
			if i == 0 {
				return changeEmail(f.app, noor.Id, address)
			}
			results, err := invitations.Invite(f.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{address}), Roles: actors.Roles{Organizer: true}})
			if err == nil {
				won[results[0].Status]++
			}
			return err
		})
		if now := f.seats().Organizer; now.Used != 2 || now.Reserved != 0 {
			t.Fatalf("round %d: %+v, want 2 and 0", n, now)
		}
	}
	t.Log(won)
}
