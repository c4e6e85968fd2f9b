package plans_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
)

func TestRetention_PlanLimit(t *testing.T) {
	app := hookstest.NewApp(t)
	free, err := plans.Find(app, "free")
	if err != nil {
		t.Fatal(err)
	}
	free.Set("retention_days", 90)
	if err := app.Save(free); err != nil {
		t.Fatal(err)
	}
	team := newTeam(t, app, "free")
	retention := func() int { return hookstest.FindRecord(t, app, "teams", team.Id).GetInt("retention_days") }
	set := func(days int) error {
		changed := hookstest.FindRecord(t, app, "teams", team.Id)
		changed.Set("retention_days", days)
		return app.Save(changed)
	}
	if got := retention(); got != 90 {
		t.Errorf("a new team: got %d days, want 90", got)
	}
	for _, days := range []int{91, 0} {
		hookstest.AssertCode(t, "longer than the plan allows", set(days), plans.CodePlanLimit)
	}
	if err := set(30); err != nil {
		t.Error(err)
	}
	if err := setQuantity(t, app, team.Id, "longer-retention", 1); err != nil {
		t.Fatal(err)
	}
	if err := set(90 + 365); err != nil {
		t.Errorf("with the add-on: %v", err)
	}
	if err := setQuantity(t, app, team.Id, "longer-retention", 0); err != nil {
		t.Fatal(err)
	}
	if got := retention(); got != 90+365 {
		t.Errorf("without the add-on: got %d days, want the period as chosen, %d", got, 90+365)
	}
	hookstest.AssertCode(t, "another long period", set(100), plans.CodePlanLimit)
}
