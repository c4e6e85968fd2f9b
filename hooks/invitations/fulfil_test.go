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

// changeEmail gives an account another confirmed address, as the link of a change of address does.
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
		{"a part of it", []string{"organizer"}, []string{"admin", "organizer"}, invitations.Pending, actors.Roles{Admin: true}, 1, 0},
		{"no role", nil, []string{"organizer"}, invitations.Pending, actors.Roles{Organizer: true}, 0, 1},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixtureWith(t, configWithEmail())
			noor := hookstest.Member(t, w.app, w.team, "noor@old.example", s.held...)
			id := w.invite("noor@new.example", s.offered...).ID
			w.must(changeEmail(w.app, noor.Id, "noor@new.example"))
			i := w.stored(id)
			if i.GetString("status") != s.status || actors.RolesOf(i) != s.rest {
				t.Errorf("%s with %+v", i.GetString("status"), actors.RolesOf(i))
			}
			if now := w.seats().Organizer; now.Used != s.used+1 || now.Reserved != s.reserved {
				t.Errorf("seats %+v", now)
			}
			roles, _ := w.roles(noor)
			if roles != mustRoles(t, s.held...) {
				t.Errorf("the roles became %+v", roles)
			}
			letter, err := mail.FindNewest(w.app, id)
			w.must(err)
			entries := hookstest.Count(t, w.app, "audit", dbx.HashExp{"action": "invitation.accept", "target": id})
			if ended := s.status == invitations.Accepted; (letter.Status() == mail.Dropped) != ended || (entries == 1) != ended {
				t.Errorf("its email is %s (%s), with %d entries in the audit log", letter.Status(), letter.Reason(), entries)
			}
		})
	}
}

func TestFulfil_UnconfirmedAddress_ChangesNothing(t *testing.T) {
	w := newFixture(t)
	noor := hookstest.Member(t, w.app, w.team, "noor@old.example", "organizer")
	id := w.invite("noor@new.example", "organizer").ID
	account := hookstest.FindRecord(t, w.app, "users", noor.Id)
	account.SetEmail("noor@new.example")
	account.SetVerified(false)
	w.must(w.app.Save(account))
	if i := w.stored(id); i.GetString("status") != invitations.Pending {
		t.Errorf("an address that nobody confirmed: %s", i.GetString("status"))
	}
	account = hookstest.FindRecord(t, w.app, "users", noor.Id)
	account.SetVerified(true)
	w.must(w.app.Save(account))
	if i := w.stored(id); i.GetString("status") != invitations.Accepted {
		t.Errorf("once it is confirmed: %s", i.GetString("status"))
	}
}

func TestFulfil_MembershipByAnyWriter_ClosesInvitation(t *testing.T) {
	join := func(kind string, organizer bool) func(*fixture) error {
		return func(w *fixture) error {
			return w.app.Save(hookstest.NewRecord(w.T, w.app, "memberships", map[string]any{"team": w.team.Id, "user": w.lucia.Id, "kind": kind, "organizer": organizer}))
		}
	}
	for _, s := range []struct {
		name    string
		offered []string
		write   func(w *fixture) error
		want    string
	}{
		{"a member", nil, join(actors.Member, false), invitations.Accepted},
		{"a guest, invited as a member", nil, join(actors.Guest, false), invitations.Pending},
		{"a guest by a session's link, invited as Organizer", []string{"organizer"}, func(w *fixture) error {
			return w.app.RunInTransaction(func(tx core.App) error {
				_, err := members.AddGuest(tx, w.team.Id, w.lucia.Id)
				return err
			})
		}, invitations.Pending},
		{"an Organizer", []string{"organizer"}, join(actors.Member, true), invitations.Accepted},
		{"an update", []string{"organizer"}, func(w *fixture) error {
			if err := join(actors.Member, false)(w); err != nil {
				return err
			}
			m, err := members.Find(w.app, w.team.Id, w.lucia.Id)
			w.must(err)
			m.Set("organizer", true)
			return w.app.Save(m)
		}, invitations.Accepted},
	} {
		w := newFixture(t)
		id := w.invite(luciaEmail, s.offered...).ID
		w.must(s.write(w))
		if i := w.stored(id); i.GetString("status") != s.want {
			t.Errorf("%s: %s, want %s", s.name, i.GetString("status"), s.want)
		}
	}
}

func TestFulfil_InviterLostRights_StillRemovesHeldRoles(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "ada@x.example", "admin", "organizer")
	noor := hookstest.Member(t, w.app, w.team, "noor@old.example", "organizer")
	id := w.invite("noor@new.example", "admin", "organizer").ID
	hookstest.Exec(t, w.app, "UPDATE invitations SET inviter = {:u}", dbx.Params{"u": admin.Id}) // who may not offer Admin
	w.must(changeEmail(w.app, noor.Id, "noor@new.example"))
	if i := w.stored(id); actors.RolesOf(i) != (actors.Roles{Admin: true}) {
		t.Errorf("%+v", actors.RolesOf(i))
	}
	i := w.stored(id)
	i.Set("admin", false)
	i.Set("organizer", true)
	if err := w.app.Save(i); errs.Code(err) == "" {
		t.Error("another role went through as less")
	}
}

// Whichever comes first, the change of address or the invitation: nobody is left with a seat and a reservation.
func TestFulfil_ConcurrentWithInviting_LeavesOneSeat(t *testing.T) {
	w := newFixture(t)
	hookstest.SlowWrites(w.app, "users", "invitations")
	noor := hookstest.Member(t, w.app, w.team, "noor0@x.example", "organizer")
	actor, won := w.actor(w.owner), map[string]int{}
	for n := range 8 {
		address := string(rune('a'+n)) + "@x.example"
		hookstest.Race(2, func(i int) error {
			if i == 0 {
				return changeEmail(w.app, noor.Id, address)
			}
			results, err := invitations.Invite(w.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{address}), Roles: actors.Roles{Organizer: true}})
			if err == nil {
				won[results[0].Status]++
			}
			return err
		})
		if now := w.seats().Organizer; now.Used != 2 || now.Reserved != 0 {
			t.Fatalf("round %d: %+v", n, now)
		}
	}
	t.Log(won)
}
