package plans_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
)

func newTeam(t *testing.T, app core.App, plan string) *teams.Team {
	t.Helper()
	return hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation", plan)
}

// setQuantity sets the quantity of an add-on in a transaction, as an action does.
func setQuantity(t *testing.T, app core.App, team, key string, quantity int) error {
	t.Helper()
	addon, err := plans.FindAddon(app, key)
	if err != nil {
		t.Fatal(err)
	}
	return app.RunInTransaction(func(tx core.App) error { return plans.SetQuantity(tx, team, addon, quantity, false) })
}

func organizerSeats(t *testing.T, app core.App, team string) int {
	t.Helper()
	now, err := seats.Of(app, team)
	if err != nil {
		t.Fatal(err)
	}
	return now.Organizer.Limit
}

func TestAddon_RaisesItsLimitOnly(t *testing.T) {
	for key, want := range map[string]struct {
		limit string
		value int64
	}{
		"storage":           {plans.StorageBytes, 202_000_000_000},
		"longer-sessions":   {plans.SessionMinutes, 120 + 2*600},
		"more-participants": {plans.SessionPeople, 125},
		"organizer-seat":    {plans.OrganizerSeats, 5},
		"admin-seat":        {plans.AdminSeats, 4},
		"licence":           {plans.Licences, 3},
		"longer-retention":  {plans.RetentionDays, plans.Unlimited},
	} {
		t.Run(key, func(t *testing.T) {
			app := hookstest.NewApp(t)
			team := newTeam(t, app, "free")
			before, err := plans.ForTeam(app, team.Id)
			if err != nil {
				t.Fatal(err)
			}
			if err := setQuantity(t, app, team.Id, key, 2); err != nil {
				t.Fatal(err)
			}
			after, err := plans.ForTeam(app, team.Id)
			if err != nil {
				t.Fatal(err)
			}
			for _, limit := range plans.Limits {
				wanted := before.Limit(limit)
				if limit == want.limit {
					wanted = want.value
				}
				if got := after.Limit(limit); got != wanted {
					t.Errorf("%s: got %d, want %d", limit, got, wanted)
				}
			}
		})
	}
}

func TestAddon_OfSeats_ChangesTheTeamBySteps(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	for _, s := range []struct{ quantity, want int }{{4, 7}, {6, 9}, {1, 4}, {0, 3}, {0, 3}} {
		if err := setQuantity(t, app, team.Id, "organizer-seat", s.quantity); err != nil {
			t.Fatal(err)
		}
		if got := organizerSeats(t, app, team.Id); got != s.want {
			t.Errorf("with %d more: got %d Organizer seats, want %d", s.quantity, got, s.want)
		}
	}
}

func TestAddon_TeamWithNumbersOfItsOwn_KeepsTheDifference(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	team.Set("organizer_seats", 40)
	if err := app.Save(team); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ quantity, want int }{{5, 45}, {0, 40}} {
		if err := setQuantity(t, app, team.Id, "organizer-seat", s.quantity); err != nil {
			t.Fatal(err)
		}
		if got := organizerSeats(t, app, team.Id); got != s.want {
			t.Errorf("with %d more: got %d Organizer seats, want %d", s.quantity, got, s.want)
		}
	}
}

func TestAddon_PlanChange_KeepsAddons(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	if err := setQuantity(t, app, team.Id, "organizer-seat", 2); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		plan string
		want int
	}{{"pro", 27}, {"unlimited", plans.Unlimited}, {"business", 102}} {
		plan, err := plans.Find(app, s.plan)
		if err != nil {
			t.Fatal(err)
		}
		changed := hookstest.FindRecord(t, app, "teams", team.Id)
		changed.Set("plan", plan.Id)
		if err := app.Save(changed); err != nil {
			t.Fatal(err)
		}
		if got := organizerSeats(t, app, team.Id); got != s.want {
			t.Errorf("%s: got %d Organizer seats, want %d", s.plan, got, s.want)
		}
	}
}

func TestAddon_UsedSeats_CannotBeTakenBack(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	if err := setQuantity(t, app, team.Id, "organizer-seat", 2); err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		hookstest.Member(t, app, team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	hookstest.AssertCode(t, "fewer seats than are in use", setQuantity(t, app, team.Id, "organizer-seat", 0), seats.CodeFull)
	if n := hookstest.Count(t, app, "team_addons", dbx.HashExp{"quantity": 2}); n != 1 || organizerSeats(t, app, team.Id) != 5 {
		t.Errorf("after the refusal: %d rows with the quantity and %d seats, want 1 and 5", n, organizerSeats(t, app, team.Id))
	}
	if err := setQuantity(t, app, team.Id, "organizer-seat", 1); err == nil {
		t.Error("4 seats for 5 Organizers, want a refusal")
	}
}

func TestAddon_Most_IsEnforced(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	addon, err := plans.FindAddon(app, "licence")
	if err != nil {
		t.Fatal(err)
	}
	addon.Set("most", 3)
	if err := app.Save(addon); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "more than there can be", setQuantity(t, app, team.Id, "licence", 4), plans.CodeBadQuantity)
	if err := setQuantity(t, app, team.Id, "licence", 3); err != nil {
		t.Error(err)
	}
}

func TestAddon_InUse_KeepsWhatItDoes(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	change := func(field string, value any) error {
		addon, err := plans.FindAddon(app, "licence")
		if err != nil {
			t.Fatal(err)
		}
		addon.Set(field, value)
		return app.Save(addon)
	}
	if err := change("amount", 2); err != nil {
		t.Errorf("an add-on that no team has: %v", err)
	}
	if err := setQuantity(t, app, team.Id, "licence", 1); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "another amount", change("amount", 3), plans.CodeAddonInUse)
	hookstest.AssertCode(t, "another limit", change("raises", plans.StorageBytes), plans.CodeAddonInUse)
	for field, value := range map[string]any{"price": 900, "retired": true, "name": "Session licence"} {
		if err := change(field, value); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	addon, _ := plans.FindAddon(app, "licence")
	hookstest.AssertCode(t, "delete an add-on that a team has", app.Delete(addon), plans.CodeAddonInUse)
}

func TestAddon_TeamDeleted_GoesToo(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	if err := setQuantity(t, app, team.Id, "organizer-seat", 2); err != nil {
		t.Fatal(err)
	}
	if err := app.Delete(hookstest.FindRecord(t, app, "teams", team.Id)); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, app, "team_addons"); n != 0 {
		t.Errorf("got %d add-ons of a deleted team, want 0", n)
	}
}

// Several records of one row, loaded before any of them is saved: the team's seats follow the row, whichever is last.
func TestAddon_ConcurrentChanges_SeatsFollowTheRow(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	if err := setQuantity(t, app, team.Id, "organizer-seat", 1); err != nil {
		t.Fatal(err)
	}
	row, err := app.FindFirstRecordByFilter("team_addons", "team = {:team}", dbx.Params{"team": team.Id})
	if err != nil {
		t.Fatal(err)
	}
	copies := make([]*core.Record, 6)
	for i := range copies {
		copies[i] = hookstest.FindRecord(t, app, "team_addons", row.Id)
		copies[i].Set("quantity", 2+i)
	}
	hookstest.SlowWrites(app, "team_addons")
	results := hookstest.Race(len(copies), func(i int) error { return app.Save(copies[i]) })
	hookstest.CountSucceeded(t, results)
	want := 3 + hookstest.FindRecord(t, app, "team_addons", row.Id).GetInt("quantity")
	if got := organizerSeats(t, app, team.Id); got != want {
		t.Errorf("got %d Organizer seats, want %d", got, want)
	}
}
