package seats_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// newFullTeam is a team whose seats are all taken: two Admins, three Organizers.
func newFullTeam(t *testing.T, app core.App) (*core.Record, *teams.Team) {
	t.Helper()
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "free")
	hookstest.Member(t, app, team, "both@x.example", "admin", "organizer")
	invite(t, app, team, "promised@x.example", "organizer")
	return owner, team
}

// Every writer is a way to take a seat with these roles.
var seatWriters = map[string]func(t *testing.T, app core.App, owner *core.Record, team *teams.Team, admin, organizer bool) error{
	"invite": func(t *testing.T, app core.App, owner *core.Record, team *teams.Team, admin, organizer bool) error {
		result := hookstest.Invite(t, app, owner, team, "new@x.example", roleNames(admin, organizer)...)
		if result.Status == invitations.Refused {
			return errs.Invalid("roles", result.Code, result.Message)
		}
		return nil
	},
	"bare invitation": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, admin, organizer bool) error {
		return app.Save(hookstest.NewRecord(t, app, "invitations", map[string]any{
			"team": team.Id, "email": "new@x.example", "status": "pending", "admin": admin, "organizer": organizer}))
	},
	"other roles in a pending invitation": func(t *testing.T, app core.App, owner *core.Record, team *teams.Team, admin, organizer bool) error {
		r := hookstest.FindRecord(t, app, "invitations", invite(t, app, team, "new@x.example"))
		r.Set("admin", admin)
		r.Set("organizer", organizer)
		return app.Save(r)
	},
	"bare membership": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, admin, organizer bool) error {
		return app.Save(hookstest.NewRecord(t, app, "memberships", map[string]any{
			"team": team.Id, "user": hookstest.Account(t, app, "new@x.example").Id, "kind": "member", "admin": admin, "organizer": organizer}))
	},
	"other roles in a membership": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, admin, organizer bool) error {
		m := membershipOf(t, app, team, hookstest.Member(t, app, team, "new@x.example").Id)
		m.Set("admin", admin)
		m.Set("organizer", organizer)
		return app.Save(m)
	},
	"grant": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, admin, organizer bool) error {
		account := hookstest.Account(t, app, "new@x.example")
		roles := members.Membership{Record: hookstest.NewRecord(t, app, "memberships", map[string]any{"admin": admin, "organizer": organizer})}
		return app.RunInTransaction(func(tx core.App) error {
			return members.Grant(tx, team.Id, account.Id, roles.Roles())
		})
	},
}

func roleNames(admin, organizer bool) (roles []string) {
	if admin {
		roles = append(roles, "admin")
	}
	if organizer {
		roles = append(roles, "organizer")
	}
	return roles
}

func TestRequire_EveryWriterBeyondPlan_IsRefused(t *testing.T) {
	for name, write := range seatWriters {
		for _, s := range []struct {
			admin, organizer bool
			says             string
		}{
			{true, false, "There are no Admin seats left."},
			{false, true, "There are no Organizer seats left."},
			{true, true, "There are no Admin seats and no Organizer seats left."},
		} {
			t.Run(name+"/"+s.says, func(t *testing.T) {
				app := hookstest.NewApp(t)
				owner, team := newFullTeam(t, app)
				before := countSeats(t, app, team)
				err := write(t, app, owner, team, s.admin, s.organizer)
				_, code, sentence, _ := errs.Details(err)
				if code != seats.CodeFull || !strings.HasPrefix(sentence, s.says) {
					t.Errorf("%v (%q), want %v and it with %q", err, code, seats.CodeFull, s.says)
				}
				if !strings.Contains(sentence, "To free one") || !strings.Contains(sentence, "add seats") {
					t.Errorf("no way out in %q, want it to contain %q and %q", sentence, "To free one", "add seats")
				}
				if after := countSeats(t, app, team); after != before {
					t.Errorf("seats went from %+v to %+v, want %v", before, after, before)
				}
			})
		}
		t.Run(name+"/without a role", func(t *testing.T) {
			app := hookstest.NewApp(t)
			owner, team := newFullTeam(t, app)
			if name == "other roles in a pending invitation" || name == "other roles in a membership" {
				return // starts without one
			}
			if err := write(t, app, owner, team, false, false); err != nil {
				t.Error(err)
			}
		})
		t.Run(name+"/a free seat", func(t *testing.T) {
			app := hookstest.NewApp(t)
			owner := hookstest.Account(t, app, "owner@x.example")
			team := hookstest.Team(t, app, owner, "Halation", "free")
			if err := write(t, app, owner, team, true, true); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAccept_UsesReservedSeat(t *testing.T) {
	app := hookstest.NewApp(t)
	_, team := newFullTeam(t, app)
	waiting, err := invitations.FindPending(app, team.Id, "promised@x.example")
	if err != nil {
		t.Fatal(err)
	}
	before := countSeats(t, app, team)
	promised := hookstest.Account(t, app, "promised@x.example")
	if _, err := invitations.Accept(app, invitations.Response{Account: promised, ID: waiting.Id}); err != nil {
		t.Fatal(err)
	}
	after := countSeats(t, app, team)
	if after.organizerUsed != before.organizerUsed+1 || after.organizerReserved != 0 {
		t.Errorf("%+v, want %v and 0", after, before.organizerUsed+1)
	}
}

func TestInvitation_ExtendExpired_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "free")
	id := invite(t, app, team, "late@x.example", "admin")
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = '"+id+"'", nil)
	hookstest.Member(t, app, team, "quick@x.example", "admin")
	late := hookstest.FindRecord(t, app, "invitations", id)
	late.Set("expires", "2099-01-01 00:00:00.000Z")
	hookstest.AssertCode(t, "an overdue one with a new end", app.Save(late), invitations.CodeExpired)
}

func TestSeatLimit_BelowHolders_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	_, team := newFullTeam(t, app)
	for _, s := range []struct {
		field string
		to    int
		code  string
		names []string
	}{
		{"admin_seats", 1, seats.CodeFull, []string{"2 Admin seats", "Owner", "Both"}},
		{"admin_seats", 0, seats.CodeFull, []string{"Owner"}},
		{"organizer_seats", 2, seats.CodeFull, []string{"3 Organizer seats", "Owner", "Both", "promised@x.example"}},
		{"organizer_seats", 3, "", nil},
		{"organizer_seats", 9, "", nil},
		{"organizer_seats", -1, "", nil},
		{"organizer_seats", 2, seats.CodeFull, []string{"promised@x.example"}}, // from unlimited
		{"organizer_seats", 3, "", nil},
	} {
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		r.Set(s.field, s.to)
		err := app.Save(r)
		hookstest.AssertCode(t, s.field, err, s.code)
		for _, name := range s.names {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s to %d does not name %q: %v, want an error and it with %q", s.field, s.to, name, err, name)
			}
		}
		if stored := hookstest.FindRecord(t, app, "teams", team.Id).GetInt(s.field); (stored == s.to) != (s.code == "") {
			t.Errorf("%s is %d after %d", s.field, stored, s.to)
		}
	}
}

func TestSeatLimit_StaleRead_IsCheckedAgainstStored(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "free")
	early := hookstest.FindRecord(t, app, "teams", team.Id) // 3 Organizer seats
	raised := hookstest.FindRecord(t, app, "teams", team.Id)
	raised.Set("organizer_seats", 6)
	if err := app.Save(raised); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"a", "b", "c", "d"} {
		hookstest.Member(t, app, team, who+"@x.example", "organizer")
	}
	early.Set("organizer_seats", 4) // more than when it was read, less than is used
	hookstest.AssertCode(t, "a limit below what is used", app.Save(early), seats.CodeFull)
}

func TestPlanChange_AppliesAndChecksLimits(t *testing.T) {
	app := hookstest.NewApp(t)
	_, team := newFullTeam(t, app)
	to := func(key string) error {
		plan, err := plans.Find(app, key)
		if err != nil {
			t.Fatal(err)
		}
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		r.Set("plan", plan.Id)
		return app.Save(r)
	}
	numbers := func(admins, organizers, licences int) {
		t.Helper()
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		if r.GetInt("admin_seats") != admins || r.GetInt("organizer_seats") != organizers || r.GetInt("licences") != licences {
			t.Errorf("%d Admin seats, %d Organizer seats, %d licences", r.GetInt("admin_seats"), r.GetInt("organizer_seats"), r.GetInt("licences"))
		}
	}
	hookstest.AssertCode(t, "to Business", to("business"), "")
	numbers(10, 100, 20)
	hookstest.Member(t, app, team, "more@x.example", "admin")
	hookstest.AssertCode(t, "back to Free with three Admins", to("free"), seats.CodeFull)
	numbers(10, 100, 20)
	hookstest.AssertCode(t, "to Unlimited", to("unlimited"), "")
	numbers(-1, -1, -1)
}
