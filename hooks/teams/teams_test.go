package teams_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// createTeam makes a team of that name on the free plan.
func createTeam(t *testing.T, app core.App, name string) (*teams.Team, error) {
	t.Helper()
	plan, err := app.FindFirstRecordByData("plans", "key", "free")
	if err != nil {
		t.Fatal(err)
	}
	return teams.Create(app, name, plan.Id, "Europe/Lisbon")
}

func TestCreate_DerivesSlugFromName(t *testing.T) {
	app := hookstest.NewApp(t)
	for _, s := range []struct{ name, want string }{
		{"Halation Post", "halation-post"},
		{"Halation  POST!", "halation-post-2"},
		{"halation post", "halation-post-3"},
		{"Café Zürich & Co.", "cafe-zurich-co"},
		{"日本放送", "team"},
		{"Пример", "team-2"},
		{"---", "team-3"},
		{"abcdefghij12345", "abcdefghij12345-team"}, // would pass for an id
		{"ABCDEFGHIJ-1234", "abcdefghij-1234"},      // has a dash
		{"abcdefghijklm", "abcdefghijklm"},          // 13; with "-2" behind it has a dash
		{"ABCDEFGHIJ12345", "abcdefghij12345-team-2"},
		{strings.Repeat("long ", 12), "long-long-long-long-long-long-long-long-long-long"},
		{strings.Repeat("a", 60), strings.Repeat("a", 50)},
	} {
		team, err := createTeam(t, app, s.name)
		if err != nil || team.Slug() != s.want {
			t.Errorf("%q: %v %v, want %q", s.name, team.Slug(), err, s.want)
			continue
		}
		for _, ref := range []string{team.Id, team.Slug(), strings.ToUpper(team.Slug())} {
			if found, err := teams.Find(app, ref); err != nil || found.Id != team.Id {
				t.Errorf("%q by %q: %v, want %v", s.name, ref, err, team.Id)
			}
		}
	}
	if _, err := teams.Find(app, "nothing"); err != errs.ErrNotFound {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
}

func TestSave_InvalidSlug_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	if _, err := createTeam(t, app, "Taken"); err != nil {
		t.Fatal(err)
	}
	for slug, ok := range map[string]bool{
		"abcdefghij12345": false, "123456789012345": false, "taken": false, "TAKEN": false, "two words": false, "-x": false,
		"a--b": false, "../x": false, strings.Repeat("a", 61): false, "abcdefghij1234": true, "abcdefghij123456": true, "my-team": true,
	} {
		team, err := createTeam(t, app, "Halation "+slug[:2])
		if err != nil {
			t.Fatal(err)
		}
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		r.Set("slug", slug)
		if err := app.Save(r); (err == nil) != ok {
			t.Errorf("%q: %v, want %v", slug, err, ok)
		}
	}
}

func TestCreate_ConcurrentSameName_GetsUniqueSlugs(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.SlowWrites(app, "teams")
	owner := hookstest.Account(t, app, "owner@x.example")
	results := hookstest.Race(4, func(int) error {
		hookstest.Team(t, app, owner, "Halation Post", "free")
		return nil
	})
	if won := hookstest.CountSucceeded(t, results); won != 4 || hookstest.Count(t, app, "teams", dbx.NewExp("slug LIKE 'halation-post%'")) != 4 {
		t.Errorf("%d won, want 4 and 4", won)
	}
}

func TestUpdate_InvalidFields_AreRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation Post", "free")
	for _, s := range []struct{ field, value, code string }{
		{"name", strings.Repeat("é", 60), ""},
		{"name", strings.Repeat("é", 61), "too_long"},
		{"name", "", "required"},
		{"name", " \t", "required"},
		{"name", "a\x00b", "bad_text"},
		{"name", "a\u202eb", "bad_text"},
		{"name", "https://evil.example", "bad_text"},
		{"description", strings.Repeat("é", 500), ""},
		{"description", strings.Repeat("é", 501), "too_long"},
		{"description", "Two\nlines", ""},
		{"description", "a\u2066b", "bad_text"},
		{"timezone", "Europe/Lisbon", ""},
		{"timezone", "", ""},
		{"timezone", "Europe/Nowhere", "bad_timezone"},
		{"timezone", "Local", "bad_timezone"},
		{"timezone", "../../etc/passwd", "bad_timezone"},
	} {
		r := hookstest.FindRecord(t, app, "teams", team.Id)
		r.Set(s.field, s.value)
		what := fmt.Sprintf("%s %.20q", s.field, s.value)
		hookstest.AssertCode(t, what+" by a bare save", app.Save(r), s.code)
		profile := teams.Profile{}
		switch s.field {
		case "name":
			profile.Name = &s.value
		case "description":
			profile.Description = &s.value
		case "timezone":
			profile.Timezone = &s.value
		}
		owner, err := app.FindAuthRecordByEmail("users", "owner@x.example")
		if err != nil {
			t.Fatal(err)
		}
		_, err = teams.Update(app, hookstest.Actor(t, app, owner, team), profile)
		hookstest.AssertCode(t, what+" by the profile", err, s.code)
	}
}

func TestUpdate_Permissions(t *testing.T) {
	name, yes, no := "Halation", true, false
	for _, s := range []struct {
		who     string
		profile teams.Profile
		code    string
	}{
		{"owner", teams.Profile{Name: &name}, ""},
		{"owner", teams.Profile{AdminsManageAdmins: &yes}, ""},
		{"admin", teams.Profile{Name: &name, AdminsManageAdmins: &no}, ""}, // as it is
		{"admin", teams.Profile{AdminsManageAdmins: &yes}, errs.CodeNotAllowed},
		{"organizer", teams.Profile{Name: &name}, errs.CodeNotAllowed},
		{"member", teams.Profile{Name: &name}, errs.CodeNotAllowed},
		{"guest", teams.Profile{}, errs.CodeNotAllowed},
	} {
		t.Run(s.who, func(t *testing.T) {
			app := hookstest.NewApp(t)
			owner := hookstest.Account(t, app, "owner@x.example")
			team := hookstest.Team(t, app, owner, "Halation Post", "free")
			people := map[string]*core.Record{"owner": owner,
				"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
				"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
				"member":    hookstest.Member(t, app, team, "member@x.example"),
				"guest":     hookstest.Guest(t, app, team, "guest@x.example")}
			_, err := teams.Update(app, hookstest.Actor(t, app, people[s.who], team), s.profile)
			hookstest.AssertCode(t, "update", err, s.code)
			r := hookstest.FindRecord(t, app, "teams", team.Id)
			if s.code != "" && (r.GetString("name") != "Halation Post" || r.GetBool("admins_manage_admins")) {
				t.Errorf("%v", r.FieldsData())
			}
			if hookstest.Count(t, app, "audit", dbx.HashExp{"team": team.Id, "action": "team.update", "actor": people[s.who].Id}) != 1 {
				t.Error("not in the audit log")
			}
		})
	}
}

func TestUpdate_RevokedAdmin_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation Post", "free")
	admin := hookstest.Actor(t, app, hookstest.Member(t, app, team, "admin@x.example", "admin"), team)
	hookstest.Exec(t, app, "UPDATE memberships SET admin = 0 WHERE user = '"+admin.Account.Id+"'", nil)
	name := "Mine"
	_, err := teams.Update(app, admin, teams.Profile{Name: &name})
	hookstest.AssertCode(t, "update", err, errs.CodeNotAllowed)
}

func TestTeam_Zone(t *testing.T) {
	app := hookstest.NewApp(t)
	team, err := createTeam(t, app, "Halation")
	if err != nil || team.Zone().String() != "Europe/Lisbon" || team.LogoPath() != "" {
		t.Fatalf("%v %v, want %q and none", team, err, "Europe/Lisbon")
	}
	team.Set("timezone", "")
	if team.Zone().String() != "UTC" {
		t.Errorf("without one: %v, want %q", team.Zone(), "UTC")
	}
}
