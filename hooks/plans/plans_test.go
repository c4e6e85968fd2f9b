package plans_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
)

func TestFind_BuiltInPlans(t *testing.T) {
	app := hookstest.NewApp(t)
	for key, want := range map[string][3]int{
		"free": {2, 3, 1}, "pro": {5, 25, 5}, "business": {10, 100, 20}, "unlimited": {-1, -1, -1},
	} {
		plan, err := plans.Find(app, key)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]int{plan.GetInt("admin_seats"), plan.GetInt("organizer_seats"), plan.GetInt("licences")}; got != want {
			t.Errorf("%s: %v, want %v", plan.Name(), got, want)
		}
		if byID, err := plans.Find(app, plan.Id); err != nil || byID.Id != plan.Id {
			t.Errorf("%s by its id: %v, want %v", key, err, plan.Id)
		}
	}
	if _, err := plans.Find(app, "golden"); err != errs.ErrNotFound {
		t.Errorf("an unknown plan: %v, want %v", err, errs.ErrNotFound)
	}
}

func TestForTeam(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	for _, key := range []string{"free", "pro"} {
		team := hookstest.Team(t, app, owner, "Team "+key, key)
		if plan, err := plans.ForTeam(app, team.Id); err != nil || plan.Key() != key {
			t.Errorf("a team on %s: got %v, %v", key, plan, err)
		}
	}
	if _, err := plans.ForTeam(app, "abcdefghijklmno"); err != errs.ErrNotFound {
		t.Errorf("an unknown team: got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestTeam_PlanChange_CopiesLimits(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(team *core.Record, pro string)
		want   int
	}{
		{"a new plan", func(team *core.Record, pro string) { team.Set("plan", pro) }, 25},
		{"a new plan with a number of its own, as an add-on", func(team *core.Record, pro string) {
			team.Set("plan", pro)
			team.Set("organizer_seats", 40)
		}, 40},
		{"a number alone", func(team *core.Record, _ string) { team.Set("organizer_seats", 7) }, 7},
		{"something else", func(team *core.Record, _ string) { team.Set("description", "We edit films.") }, 3},
	} {
		t.Run(s.name, func(t *testing.T) {
			app := hookstest.NewApp(t)
			team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation", "free")
			pro, err := plans.Find(app, "pro")
			if err != nil {
				t.Fatal(err)
			}
			for which, r := range map[string]*core.Record{"just saved": team.Record, "read again": hookstest.FindRecord(t, app, "teams", team.Id)} {
				s.change(r, pro.Id)
				if err := app.Save(r); err != nil {
					t.Fatal(err)
				}
				if got := hookstest.FindRecord(t, app, "teams", team.Id).GetInt("organizer_seats"); got != s.want {
					t.Errorf("%s: %d Organizer seats, want %d", which, got, s.want)
				}
			}
		})
	}
}

func TestTeam_WithoutPlan_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.NewRecord(t, app, "teams", map[string]any{"name": "No plan", "slug": "no-plan"})
	if err := app.Save(team); err == nil {
		t.Error("a team without a plan was saved")
	}
}
