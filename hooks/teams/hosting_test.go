package teams_test

import (
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func TestUpdate_MembersCanHost_NeedsUnlimitedSeats(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	member, guest := hookstest.Member(t, app, team, "member@x.example"), hookstest.Guest(t, app, team, "guest@x.example")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
	hosts := func(what string, want bool) {
		t.Helper()
		now, err := teams.Find(app, team.Id)
		if err != nil {
			t.Fatal(err)
		}
		if got := hookstest.Actor(t, app, member, now).CanHost(); got != want {
			t.Errorf("%s: a member hosts: %v, want %v", what, got, want)
		}
		if hookstest.Actor(t, app, guest, now).CanHost() {
			t.Errorf("%s: a guest hosts", what)
		}
	}
	set := func(what string, on bool, code string) {
		t.Helper()
		_, err := teams.Update(app, hookstest.Actor(t, app, admin, team), teams.Profile{MembersCanHost: &on})
		hookstest.AssertCode(t, what, err, code)
	}
	plan := func(key string) {
		t.Helper()
		found, err := app.FindFirstRecordByData("plans", "key", key)
		if err != nil {
			t.Fatal(err)
		}
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		r.Set("plan", found.Id)
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
	}
	hosts("by default", true)
	set("off", false, "")
	hosts("off", false)
	set("on", true, "")
	hosts("on", true)
	_, err := teams.Update(app, hookstest.Actor(t, app, member, team), teams.Profile{MembersCanHost: new(false)})
	hookstest.AssertCode(t, "a member", err, errs.CodeNotAllowed)
	plan("pro")
	hosts("on a plan with limits", false)
	set("off, which it is", false, "")
	set("on, where seats are limited", true, teams.CodeSeatsLimited)
	bare := hookstest.FindRecord(t, app, "teams", team.Id)
	bare.Set("members_host", "off")
	hookstest.AssertCode(t, "a bare save", app.Save(bare), "")
	bare.Set("members_host", "on")
	hookstest.AssertCode(t, "a bare save", app.Save(bare), teams.CodeSeatsLimited)
	plan("unlimited")
	hosts("what was said last", false)
	if !actors.PlanAllowsMemberHosts(hookstest.FindRecord(t, app, "teams", team.Id)) {
		t.Error("the plan lets them")
	}
}
