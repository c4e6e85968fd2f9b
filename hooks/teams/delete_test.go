package teams_test

import (
	"errors"
	"image/color"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/hooks/tags"
	"usher/hooks/teams"
)

// company is a team with people in every role, invitations, replaced links, tags and letters, and another team.
type company struct {
	*testing.T
	app         *core.BaseApp
	team, other *teams.Team
	by          map[string]*core.Record
	open        string // an invitation
}

func furnish(t *testing.T) *company {
	t.Helper()
	app := hookstest.New(t)
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	c := &company{t, app, team, hookstest.Team(t, app, hookstest.Person(t, app, "rival@x.example"), "Other", "free"), map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"new":       hookstest.Person(t, app, "new@x.example"),
	}, ""}
	hookstest.Invite(t, app, owner, team, "new@x.example", "organizer")
	c.open = hookstest.Invite(t, app, owner, team, "new@x.example", "admin").ID
	hookstest.Invite(t, app, owner, c.team, "guest@x.example", "organizer")
	c.must(tags.Set(app, c.actor("owner"), c.by["member"].Id, []string{"Vendor"}))
	logo, err := filesystem.NewFileFromBytes(pngOf(t, picture(8, color.White)), "logo.png")
	c.must(err)
	team.Set("logo", logo)
	c.must(app.Save(team))
	return c
}

func (c *company) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *company) actor(who string) *actors.Actor {
	c.Helper()
	return hookstest.Actor(c.T, c.app, c.by[who], c.team)
}

// left is how many rows of the team there are in each collection and table.
func (c *company) left() map[string]int {
	c.Helper()
	left := map[string]int{}
	for table, where := range map[string]string{
		"teams": "id = {:team}", "memberships": "team = {:team}", "invitations": "team = {:team}", "tags": "team = {:team}", "outbox": "team = {:team}",
		"people": "team = {:team}", "tallies": "team = {:team}", "visits": "team = {:team}",
		"retired_links": "NOT EXISTS (SELECT 1 FROM invitations i WHERE i.id = invitation AND i.team != {:team})",
	} {
		var n int
		c.must(c.app.DB().NewQuery("SELECT count(*) FROM " + table + " WHERE " + where).Bind(dbx.Params{"team": c.team.Id}).Row(&n))
		if n > 0 {
			left[table] = n
		}
	}
	return left
}

func TestOnlyTheOwnerDeletesTheTeamAndTypesItsName(t *testing.T) {
	c := furnish(t)
	for _, s := range []struct{ by, name, code string }{
		{"admin", "Halation Post", record.CodeNotAllowed}, {"organizer", "Halation Post", record.CodeNotAllowed},
		{"member", "Halation Post", record.CodeNotAllowed}, {"guest", "Halation Post", record.CodeNotAllowed},
		{"admin", "wrong", record.CodeNotAllowed},
		{"owner", "", "wrong_name"}, {"owner", "halation post", "wrong_name"}, {"owner", "Halation  Post", "wrong_name"}, {"owner", "halation-post", "wrong_name"},
	} {
		hookstest.Refused(t, s.by+" types "+s.name, teams.Delete(c.app, c.actor(s.by), s.name), s.code)
	}
	if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id, "action": "team.delete"}); n != 9 {
		t.Errorf("%d refusals in the audit log", n)
	}
	former := c.actor("owner")
	c.must(teams.Delete(c.app, c.actor("owner"), "  Halation Post\n"))
	if err := teams.Delete(c.app, former, "Halation Post"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("once more: %v", err)
	}
}

func TestWithATeamGoesAllThatIsInItAndNothingElse(t *testing.T) {
	for name, way := range map[string]func(c *company) error{
		"the Owner's deed": func(c *company) error { return teams.Delete(c.app, c.actor("owner"), "Halation Post") },
		"by the dashboard": func(c *company) error { return c.app.Delete(hookstest.Stored(c.T, c.app, "teams", c.team.Id)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := furnish(t)
			before := c.left()
			for _, table := range []string{"memberships", "invitations", "tags", "outbox", "people", "retired_links"} {
				if before[table] == 0 {
					t.Fatalf("there is nothing in %s to delete", table)
				}
			}
			accounts, rows := hookstest.Count(t, c.app, "users"), hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id})
			c.must(way(c))
			if left := c.left(); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
			if n := hookstest.Count(t, c.app, "users"); n != accounts {
				t.Errorf("%d accounts of %d", n, accounts)
			}
			told := 0
			if name == "the Owner's deed" {
				rows, told = rows+1, 1
			}
			if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id}); n != rows || audit.Verify(c.app, c.team.Id) != nil {
				t.Errorf("%d rows in the audit log, want %d: %v", n, rows, audit.Verify(c.app, c.team.Id))
			}
			if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted, "recipient": "admin@x.example"}); n != told {
				t.Errorf("%d letters to the Admin", n)
			}
			if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted}); n != told {
				t.Errorf("%d letters that the team is gone", n)
			}
			if _, err := members.Owner(c.app, c.other.Id); err != nil {
				t.Errorf("the other team: %v", err)
			}
			hookstest.ListsAgree(t, c.app)
		})
	}
}

func TestWhatKeepsATeamKeepsItFromEveryWriter(t *testing.T) {
	c := furnish(t)
	keep := c.team.Id
	teams.KeepWhile(c.app, func(core.App, string) error { return nil })
	teams.KeepWhile(c.app, func(_ core.App, team string) error {
		if team != keep {
			return nil
		}
		return record.Refuse("base", "session_running", "A session is running: Dailies. End it first.")
	})
	hookstest.Refused(t, "a look", teams.MayDelete(c.app, c.team.Id), "session_running")
	hookstest.Refused(t, "a look at the other", teams.MayDelete(c.app, c.other.Id), "")
	hookstest.Refused(t, "the Owner", teams.Delete(c.app, c.actor("owner"), "Halation Post"), "session_running")
	hookstest.Refused(t, "the dashboard", c.app.Delete(c.team), "session_running")
	if n := hookstest.Count(t, c.app, "memberships", dbx.HashExp{"team": c.team.Id}); n != 5 {
		t.Errorf("%d people are left", n)
	}
	if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted}); n != 0 {
		t.Errorf("%d letters that the team is gone", n)
	}
	keep = ""
	c.must(teams.Delete(c.app, c.actor("owner"), "Halation Post"))
}

// entering are the ways into a team, each tried while it is deleted.
func entering(c *company) map[string]func() error {
	owner, stranger := c.actor("owner"), hookstest.Person(c.T, c.app, "late@x.example")
	member := hookstest.Blank(c.T, c.app, "memberships", map[string]any{"team": c.team.Id, "user": stranger.Id, "kind": "member"})
	asked := hookstest.Blank(c.T, c.app, "invitations", map[string]any{"team": c.team.Id, "email": "late@x.example", "status": "pending"})
	return map[string]func() error{
		"accept": func() error {
			_, err := invitations.Accept(c.app, invitations.Answer{Account: c.by["new"], ID: c.open})
			return err
		},
		"invite": func() error {
			_, err := invitations.Invite(c.app, owner, invitations.Offer{Lines: invitations.Addresses([]string{"more@x.example"})})
			return err
		},
		"a member by the dashboard":      func() error { return c.app.Save(member) },
		"an invitation by the dashboard": func() error { return c.app.Save(asked) },
		"tag": func() error {
			return tags.Set(c.app, owner, c.by["guest"].Id, []string{"Late"})
		},
	}
}

func TestNobodyComesIntoATeamThatGoes(t *testing.T) {
	for _, name := range []string{"accept", "invite", "a member by the dashboard", "an invitation by the dashboard", "tag"} {
		t.Run(name, func(t *testing.T) {
			c := furnish(t)
			hookstest.Widen(c.app, "memberships", "invitations", "tags")
			enter, former := entering(c)[name], c.actor("owner")
			results := hookstest.Race(2, func(i int) error {
				if i == 0 {
					return teams.Delete(c.app, former, "Halation Post")
				}
				return enter()
			})
			c.must(results[0])
			if results[1] != nil && !errors.Is(results[1], record.ErrNotFound) && record.Code(results[1]) == "" {
				t.Errorf("%v", results[1])
			}
			if left := c.left(); len(left) != 0 {
				t.Errorf("left: %v (%v)", left, results)
			}
		})
	}
}

// The control: without the look in the transaction, a team that goes between PocketBase's own look and the write
// leaves somebody in it.
func TestWithoutTheLookSomebodyComesIntoATeamThatIsGone(t *testing.T) {
	app := hookstest.Wired(t, func(app core.App) {
		settings.Set(app, hookstest.Config())
		plans.Register(app)
		teams.Register(app)
	})
	team := hookstest.Team(t, app, hookstest.Person(t, app, "owner@x.example"), "Halation Post", "free")
	late := hookstest.Blank(t, app, "memberships", map[string]any{"team": team.Id, "kind": "member",
		"user": hookstest.Person(t, app, "late@x.example").Id})
	app.OnRecordCreateExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		if err := e.App.Delete(team); err != nil {
			return err
		}
		return e.Next()
	})
	if err := app.Save(late); err != nil || hookstest.Count(t, app, "memberships") != 1 {
		t.Errorf("%v: the race that the test above runs shows no fault", err)
	}
}

func TestContentsOf_CountsOnlyWhatTheTeamHas(t *testing.T) {
	c := furnish(t)
	hookstest.Session(t, c.app, c.by["organizer"], c.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	hookstest.Exec(t, c.app, "UPDATE sessions SET status = 'cancelled' WHERE id = (SELECT min(id) FROM sessions)", nil)
	hookstest.Exec(t, c.app, "UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE email = 'guest@x.example'", nil)
	got, err := teams.ContentsOf(c.app, c.team.Id)
	c.must(err)
	invitations := hookstest.Count(t, c.app, "invitations", dbx.HashExp{"team": c.team.Id})
	want := teams.Contents{Members: 4, Guests: 1, Pending: 1, Closed: invitations - 1, Upcoming: 2, Past: 1, Tags: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	other, err := teams.ContentsOf(c.app, c.other.Id)
	c.must(err)
	if want := (teams.Contents{Members: 1}); other != want {
		t.Errorf("the other team: %+v, want %+v", other, want)
	}
}
