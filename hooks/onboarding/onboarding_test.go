package onboarding_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/onboarding"
)

func TestOf_FollowsTheTeam(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	actor := hookstest.Actor(t, app, owner, team)
	assert := func(want string) {
		t.Helper()
		list, err := onboarding.Of(app, actor)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, step := range list.Steps {
			if step.Done {
				got += step.Key + " "
			}
		}
		if got != want {
			t.Errorf("done: %q, want %q", got, want)
		}
		if list.Shown() != (list.Done() < 5 && !list.Hidden) {
			t.Errorf("shown: %v with %d done", list.Shown(), list.Done())
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	assert("")
	hookstest.Invite(t, app, owner, team, "ada@x.example", "admin")
	assert("invite ")
	must(app.Save(hookstest.NewRecord(t, app, "rooms", map[string]any{"team": team.Id, "name": "Stage", "slug": "stage-1", "entry": "invited", "recording": "host"})))
	assert("invite room ")
	must(onboarding.Saw(app, actor, onboarding.Licences))
	must(onboarding.Saw(app, actor, onboarding.Plan))
	assert("invite room licences plan ")
	hookstest.Exec(t, app, "UPDATE teams SET logo = 'logo.png'", nil)
	assert("profile invite room licences plan ")
}

func TestHide_OnlyForThatAdmin(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	admin, member := hookstest.Member(t, app, team, "ada@x.example", "admin"), hookstest.Member(t, app, team, "max@x.example")
	if err := onboarding.Hide(app, hookstest.Actor(t, app, admin, team)); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		account *core.Record
		hidden  bool
	}{{owner, false}, {admin, true}} {
		list, err := onboarding.Of(app, hookstest.Actor(t, app, s.account, team))
		if err != nil || list.Hidden != s.hidden || list.Shown() == s.hidden {
			t.Errorf("%s: %+v, %v", s.account.Email(), list, err)
		}
	}
	hookstest.AssertCode(t, "a member", onboarding.Hide(app, hookstest.Actor(t, app, member, team)), "not_allowed")
}
