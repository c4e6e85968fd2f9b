package seats_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

type count struct{ adminUsed, adminReserved, organizerUsed, organizerReserved int }

func countSeats(t *testing.T, app core.App, team *teams.Team) count {
	t.Helper()
	now, err := seats.Of(app, team.Id)
	if err != nil {
		t.Fatal(err)
	}
	return count{now.Admin.Used, now.Admin.Reserved, now.Organizer.Used, now.Organizer.Reserved}
}

func TestOf_CountsRolesAndPendingInvitations(t *testing.T) {
	for _, s := range []struct {
		name string
		add  func(t *testing.T, app core.App, team *teams.Team)
		want count
	}{
		{"the Owner uses an Admin seat and, hosting, an Organizer seat", nil, count{1, 0, 1, 0}},
		{"an Admin uses an Admin seat", func(t *testing.T, app core.App, team *teams.Team) {
			hookstest.Member(t, app, team, "a@x.example", "admin")
		}, count{2, 0, 1, 0}},
		{"both roles use one of each", func(t *testing.T, app core.App, team *teams.Team) {
			hookstest.Member(t, app, team, "a@x.example", "admin", "organizer")
		}, count{2, 0, 2, 0}},
		{"a plain member uses none", func(t *testing.T, app core.App, team *teams.Team) {
			hookstest.Member(t, app, team, "a@x.example")
		}, count{1, 0, 1, 0}},
		{"a guest uses none", func(t *testing.T, app core.App, team *teams.Team) {
			hookstest.Guest(t, app, team, "g@x.example")
		}, count{1, 0, 1, 0}},
		{"a plain invitation reserves none", func(t *testing.T, app core.App, team *teams.Team) {
			invite(t, app, team, "a@x.example")
		}, count{1, 0, 1, 0}},
		{"a pending invitation reserves", func(t *testing.T, app core.App, team *teams.Team) {
			invite(t, app, team, "a@x.example", "admin", "organizer")
		}, count{1, 1, 1, 1}},
		{"an overdue one does not, before any job noted it", func(t *testing.T, app core.App, team *teams.Team) {
			id := invite(t, app, team, "a@x.example", "admin", "organizer")
			hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": id})
		}, count{1, 0, 1, 0}},
		{"a declined one does not", withClosedInvitation(invitations.Declined), count{1, 0, 1, 0}},
		{"a revoked one does not", withClosedInvitation(invitations.Revoked), count{1, 0, 1, 0}},
		{"another team's people count there", func(t *testing.T, app core.App, team *teams.Team) {
			other := hookstest.Team(t, app, hookstest.Account(t, app, "other@x.example"), "Other", "pro")
			hookstest.Member(t, app, other, "a@x.example", "admin", "organizer")
		}, count{1, 0, 1, 0}},
	} {
		t.Run(s.name, func(t *testing.T) {
			app := hookstest.NewApp(t)
			team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation", "free")
			if s.add != nil {
				s.add(t, app, team)
			}
			if got := countSeats(t, app, team); got != s.want {
				t.Errorf("got %+v, want %+v", got, s.want)
			}
		})
	}
}

func withClosedInvitation(status string) func(*testing.T, core.App, *teams.Team) {
	return func(t *testing.T, app core.App, team *teams.Team) {
		r := hookstest.FindRecord(t, app, "invitations", invite(t, app, team, "a@x.example", "admin", "organizer"))
		r.Set("status", status)
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
	}
}

// invite invites in the Owner's name and returns the invitation's id.
func invite(t *testing.T, app core.App, team *teams.Team, email string, roles ...string) string {
	t.Helper()
	owner, err := members.FindOwner(app, team.Id)
	if err != nil {
		t.Fatal(err)
	}
	result := hookstest.Invite(t, app, hookstest.FindRecord(t, app, "users", owner.UserID()), team, email, roles...)
	if result.Status != invitations.Invited {
		t.Fatalf("%+v, want %v", result, invitations.Invited)
	}
	return result.ID
}

func TestOf_RemovalAndRevocation_FreeSeats(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "free")
	both := hookstest.Member(t, app, team, "both@x.example", "admin", "organizer")
	actor := hookstest.Actor(t, app, owner, team)
	roles := members.Membership{Record: membershipOf(t, app, team, both.Id)}
	if _, err := members.RevokeRoles(app, actor, both.Id, roles.Roles(), members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if got := countSeats(t, app, team); got != (count{1, 0, 1, 0}) {
		t.Errorf("after revoking: %+v", got)
	}
	gone := hookstest.Member(t, app, team, "gone@x.example", "admin")
	if _, err := members.Remove(app, actor, gone.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if got := countSeats(t, app, team); got != (count{1, 0, 1, 0}) {
		t.Errorf("after removing: %+v", got)
	}
}

func membershipOf(t *testing.T, app core.App, team *teams.Team, user string) *core.Record {
	t.Helper()
	m, err := members.Find(app, team.Id, user)
	if err != nil {
		t.Fatal(err)
	}
	return m.Record
}

func TestOf_UnlimitedPlan(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "unlimited")
	for _, who := range []string{"a", "b", "c", "d", "e", "f"} {
		hookstest.Member(t, app, team, who+"@x.example", "admin", "organizer")
	}
	now, err := seats.Of(app, team.Id)
	if err != nil || now.Admin.Used != 7 || now.Admin.Free() != plans.Unlimited || now.Organizer.Free() != plans.Unlimited {
		t.Errorf("%+v %v, want 7, %v and %v", now, err, plans.Unlimited, plans.Unlimited)
	}
}

func TestCount_FreeAndFits(t *testing.T) {
	for _, s := range []struct {
		count seats.Count
		free  int
		fits  int // the most that fits
	}{
		{seats.Count{Limit: 3, Used: 1, Reserved: 1}, 1, 1},
		{seats.Count{Limit: 3, Used: 2, Reserved: 1}, 0, 0},
		{seats.Count{Limit: 1, Used: 3}, 0, 0},
		{seats.Count{Limit: -1, Used: 3}, -1, 1000},
	} {
		if s.count.Free() != s.free || !s.count.Fits(s.fits) {
			t.Errorf("%+v: free %d, %d fit: %v", s.count, s.count.Free(), s.fits, s.count.Fits(s.fits))
		}
		if s.fits < 1000 && s.count.Fits(s.fits+1) {
			t.Errorf("%+v: %d fit", s.count, s.fits+1)
		}
	}
}

func TestOf_UnknownTeam_ReturnsNotFound(t *testing.T) {
	if _, err := seats.Of(hookstest.NewApp(t), "nosuchteam00000"); err != errs.ErrNotFound {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
}

func TestHolders_OwnerFirstReservedLast(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "pro")
	plain := hookstest.Member(t, app, team, "plain@x.example")
	hookstest.Member(t, app, team, "admin@x.example", "admin")
	promised := invite(t, app, team, "new@x.example", "organizer")
	invite(t, app, team, "plain@x.example", "organizer")
	holders, err := seats.Holders(app, team.Id, 10)
	if err != nil || len(holders) != 4 {
		t.Fatalf("%+v %v, want 4", holders, err)
	}
	if !holders[0].Owner || holders[0].ID != owner.Id || !holders[0].Admin || holders[1].DisplayName() != "Admin" {
		t.Errorf("used ones: %+v", holders[:2])
	}
	for _, h := range holders[2:] {
		if !h.Reserved || h.Expires.IsZero() || h.ID != promised && h.ID != plain.Id {
			t.Errorf("a promised one: %+v", h)
		}
	}
}
