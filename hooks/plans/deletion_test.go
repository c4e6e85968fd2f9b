package plans_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
)

func TestPlan_InUse_CannotBeDeleted(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "pro")
	find := func(key string) *plans.Plan {
		plan, err := plans.Find(app, key)
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	hookstest.AssertCode(t, "the plan of a team", app.Delete(find("pro")), plans.CodePlanInUse)
	hookstest.AssertCode(t, "the plan of new teams", app.Delete(find("free")), plans.CodePlanInUse)
	renamed := find("free")
	renamed.Set("key", "basic")
	hookstest.AssertCode(t, "another key for the plan of new teams", app.Save(renamed), plans.CodePlanInUse)
	if err := app.Delete(find("business")); err != nil {
		t.Errorf("a plan that no team has: %v", err)
	}
	team.Set("plan", find("free").Id)
	if err := app.Save(team); err != nil {
		t.Fatal(err)
	}
	if err := app.Delete(find("pro")); err != nil {
		t.Errorf("a plan that no team has any more: %v", err)
	}
}

// A team gets a plan while it is deleted: it never has one that there isn't.
func TestPlan_DeletedConcurrently_TeamKeepsAPlan(t *testing.T) {
	app := hookstest.NewApp(t)
	team := newTeam(t, app, "free")
	pro, err := plans.Find(app, "pro")
	if err != nil {
		t.Fatal(err)
	}
	team.Set("plan", pro.Id)
	hookstest.SlowWrites(app, "plans", "teams")
	results := hookstest.Race(2, func(i int) error {
		if i == 0 {
			return app.Delete(pro)
		}
		return app.Save(team)
	})
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("got %v and %v, want one refusal", results[0], results[1])
	}
	if _, err := plans.ForTeam(app, team.Id); err != nil {
		t.Errorf("the plan of the team: %v", err)
	}
}
