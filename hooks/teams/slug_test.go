package teams_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// setSlug changes the slug of a team as its Owner.
func setSlug(t *testing.T, app core.App, owner *core.Record, team *teams.Team, slug string) error {
	t.Helper()
	_, err := teams.Update(app, reloadedOwner(t, app, owner, team), teams.Profile{Slug: &slug})
	return err
}

func reloadedOwner(t *testing.T, app core.App, owner *core.Record, team *teams.Team) *actors.Actor {
	t.Helper()
	return hookstest.Actor(t, app, owner, teams.Of(hookstest.FindRecord(t, app, "teams", team.Id)))
}

func TestUpdate_Slug_KeepsPreviousOnes(t *testing.T) {
	app := hookstest.NewApp(t)
	owner, other := hookstest.Account(t, app, "owner@x.example"), hookstest.Account(t, app, "other@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	rival := hookstest.Team(t, app, other, "Rival", "free")
	find := func(ref string) string {
		found, err := teams.Find(app, ref)
		if err != nil {
			return err.Error()
		}
		return found.Id
	}

	hookstest.AssertCode(t, "a new slug", setSlug(t, app, owner, team, "halation"), "")
	for _, ref := range []string{team.Id, "halation", "halation-post", "HALATION-POST"} {
		if got := find(ref); got != team.Id {
			t.Errorf("%q leads to %q, want %q", ref, got, team.Id)
		}
		if actor, err := actors.FindForPage(app, owner, ref); err != nil || actor.Team.Id != team.Id {
			t.Errorf("%q as an actor: got %v, want the Owner of %s", ref, err, team.Id)
		}
	}
	hookstest.AssertCode(t, "another team takes the previous slug", setSlug(t, app, other, rival, "halation-post"), teams.CodeTaken)
	hookstest.AssertCode(t, "another team takes the slug", setSlug(t, app, other, rival, "halation"), teams.CodeTaken)
	if named := hookstest.Team(t, app, other, "Halation Post", "free"); named.GetString("slug") != "halation-post-2" {
		t.Errorf("a team of that name got %q, want halation-post-2", named.GetString("slug"))
	}

	hookstest.AssertCode(t, "the team takes it back", setSlug(t, app, owner, team, "halation-post"), "")
	if n := hookstest.Count(t, app, "team_slugs", dbx.HashExp{"team": team.Id, "slug": "halation-post"}); n != 0 || find("halation") != team.Id {
		t.Errorf("got %d previous slugs that are current, and %q for the one between, want 0 and %q", n, find("halation"), team.Id)
	}
	forged := hookstest.NewRecord(t, app, "team_slugs", map[string]any{"team": team.Id, "slug": rival.GetString("slug")})
	hookstest.AssertCode(t, "a previous slug that another team uses", app.Save(forged), teams.CodeTaken)

	if err := teams.Delete(app, reloadedOwner(t, app, owner, team), "Halation Post"); err != nil {
		t.Fatal(err)
	}
	var deleted *actors.DeletedTeam
	if _, err := actors.FindForPage(app, owner, "halation"); !errors.As(err, &deleted) {
		t.Errorf("the previous slug of a deleted team: got %v, want that it was deleted", err)
	}
	if _, err := actors.FindForPage(app, other, "halation"); !errors.Is(err, errs.ErrNotFound) || errors.As(err, &deleted) {
		t.Errorf("the same for someone else: got %v, want not found", err)
	}
}

func TestUpdate_Slug_Removed_StillNamesFormerTeam(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	member := hookstest.Member(t, app, team, "member@x.example")
	hookstest.AssertCode(t, "a new slug", setSlug(t, app, owner, team, "halation"), "")
	if _, err := members.Remove(app, reloadedOwner(t, app, owner, team), member.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	var former *actors.FormerMember
	for _, ref := range []string{"halation", "halation-post"} {
		if _, err := actors.FindForPage(app, member, ref); !errors.As(err, &former) {
			t.Errorf("%q for a removed member: got %v, want that they're no longer a member", ref, err)
		}
	}
}

func TestUpdate_InvalidSlug_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	for slug, code := range map[string]string{"": "required", "Halation": "bad_slug", "a b": "bad_slug", "abcdefghij12345": "bad_slug", "halation-post": "", "h": ""} {
		hookstest.AssertCode(t, fmt.Sprintf("%q", slug), setSlug(t, app, owner, team, slug), code)
	}
}

func TestUpdate_Slug_DropsTheOldest(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "First", "free")
	for n := range teams.MaxOldSlugs + 1 {
		hookstest.AssertCode(t, "a new slug", setSlug(t, app, owner, team, fmt.Sprintf("halation-%d", n)), "")
	}
	if n := hookstest.Count(t, app, "team_slugs", dbx.HashExp{"team": team.Id}); n != teams.MaxOldSlugs {
		t.Errorf("got %d previous slugs, want %d", n, teams.MaxOldSlugs)
	}
	if _, err := teams.Find(app, "first"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("the oldest slug: got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestSave_SlugOfStaleRecord_KeepsTheOneBetween(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "First", "free")
	stale := hookstest.FindRecord(t, app, "teams", team.Id)
	hookstest.AssertCode(t, "a new slug", setSlug(t, app, owner, team, "second"), "")
	stale.Set("slug", "third")
	if err := app.Save(stale); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"first", "second", "third"} {
		if found, err := teams.Find(app, ref); err != nil || found.Id != team.Id {
			t.Errorf("%q leads to %v (%v), want %s", ref, found, err, team.Id)
		}
	}
}

func TestUpdate_ConcurrentSameSlug_OneTeamGetsIt(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.SlowWrites(app, "teams", "team_slugs")
	owner := hookstest.Account(t, app, "owner@x.example")
	keeper := hookstest.Team(t, app, owner, "Wanted", "free")
	taker := hookstest.Team(t, app, owner, "Taker", "free")
	// One team gives up the slug while the other takes it: it's taken both before and after.
	results := hookstest.Race(2, func(i int) error {
		return setSlug(t, app, owner, []*teams.Team{keeper, taker}[i], []string{"elsewhere", "wanted"}[i])
	})
	if won := hookstest.CountSucceeded(t, results, teams.CodeTaken); won != 1 {
		t.Errorf("got %d changes, want 1", won)
	}
	if found, err := teams.Find(app, "wanted"); err != nil || found.Id != keeper.Id {
		t.Errorf("the previous slug leads to %v (%v), want %s", found, err, keeper.Id)
	}
}

// The control: written one after the other without a transaction, the slug that a team gave up is free for a moment.
func TestUpdate_SlugWithoutTransaction_GoesToTwoTeams(t *testing.T) {
	full := hookstest.NewApp(t)
	owner := hookstest.Account(t, full, "owner@x.example")
	plan := hookstest.Team(t, full, owner, "Wanted", "free").GetString("plan")
	app := hookstest.NewBareApp(t, func(core.App) {})
	if _, err := app.FindRecordById("plans", plan); err != nil {
		hookstest.CopyRecords(t, app, hookstest.FindRecord(t, full, "plans", plan))
	}
	keeper := hookstest.NewRecord(t, app, "teams", map[string]any{"name": "Wanted", "slug": "wanted", "plan": plan})
	taker := hookstest.NewRecord(t, app, "teams", map[string]any{"name": "Taker", "slug": "taker", "plan": plan})
	for _, r := range []*core.Record{keeper, taker} {
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
	}
	keeper.Set("slug", "elsewhere")
	if err := app.Save(keeper); err != nil {
		t.Fatal(err)
	}
	taken, err := teams.SlugTaken(app, "wanted", taker.Id)
	if err != nil {
		t.Fatal(err)
	}
	taker.Set("slug", "wanted")
	if err := app.Save(taker); err != nil {
		t.Fatal(err)
	}
	if err := teams.RememberSlug(app, keeper.Id, "wanted", "elsewhere"); err != nil || taken {
		t.Errorf("got %v and taken %v, want the fault that the race shows", err, taken)
	}
}
