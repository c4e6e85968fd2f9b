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
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// fixture is a team with users in every role, invitations, replaced links, tags and emails, and another team.
type fixture struct {
	*testing.T
	app          *core.BaseApp
	team, other  *teams.Team
	accounts     map[string]*core.Record
	invitationID string // an invitation
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	c := &fixture{t, app, team, hookstest.Team(t, app, hookstest.Account(t, app, "rival@x.example"), "Other", "free"), map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"new":       hookstest.Account(t, app, "new@x.example"),
	}, ""}
	hookstest.Invite(t, app, owner, team, "new@x.example", "organizer")
	c.invitationID = hookstest.Invite(t, app, owner, team, "new@x.example", "admin").ID
	hookstest.Invite(t, app, owner, c.team, "guest@x.example", "organizer")
	c.must(tags.Set(app, c.actor("owner"), c.accounts["member"].Id, []string{"Vendor"}))
	logo, err := filesystem.NewFileFromBytes(encodePNG(t, solidImage(8, color.White)), "logo.png")
	c.must(err)
	team.Set("logo", logo)
	c.must(app.Save(team))
	return c
}

func (c *fixture) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *fixture) actor(who string) *actors.Actor {
	c.Helper()
	return hookstest.Actor(c.T, c.app, c.accounts[who], c.team)
}

// remaining is how many rows of the team there are in each collection and table.
func (c *fixture) remaining() map[string]int {
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

func TestDelete_RequiresOwnerAndTeamName(t *testing.T) {
	c := newFixture(t)
	for _, s := range []struct{ by, name, code string }{
		{"admin", "Halation Post", errs.CodeNotAllowed}, {"organizer", "Halation Post", errs.CodeNotAllowed},
		{"member", "Halation Post", errs.CodeNotAllowed}, {"guest", "Halation Post", errs.CodeNotAllowed},
		{"admin", "wrong", errs.CodeNotAllowed},
		{"owner", "", "wrong_name"}, {"owner", "halation post", "wrong_name"}, {"owner", "halation-post", "wrong_name"},
	} {
		hookstest.AssertCode(t, s.by+" types "+s.name, teams.Delete(c.app, c.actor(s.by), s.name), s.code)
	}
	if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id, "action": "team.delete"}); n != 8 {
		t.Errorf("%d refusals in the audit log, want 8", n)
	}
	former := c.actor("owner")
	c.must(teams.Delete(c.app, c.actor("owner"), "  Halation Post\n"))
	if err := teams.Delete(c.app, former, "Halation Post"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("once more: %v, want %v", err, errs.ErrNotFound)
	}
}

func TestDelete_NameAsCopiedFromPage_IsAccepted(t *testing.T) {
	for _, test := range []struct{ name, typed string }{
		{"Halation Post", "Halation\u00a0 Post\n"},
		{"Halation Post", "Hala\u00adtion Post\u200b"},
		{"شركة ١٢", "\u2068شركة ١٢\u2069"},
	} {
		c := newFixture(t)
		c.team.Set("name", test.name)
		c.must(c.app.Save(c.team))
		if err := teams.Delete(c.app, c.actor("owner"), test.typed); err != nil {
			t.Errorf("%q for %q: %v", test.typed, test.name, err)
		}
	}
}

func TestDelete_RemovesOnlyContentsOfTheTeam(t *testing.T) {
	for name, way := range map[string]func(c *fixture) error{
		"the Owner's action": func(c *fixture) error { return teams.Delete(c.app, c.actor("owner"), "Halation Post") },
		"by the dashboard":   func(c *fixture) error { return c.app.Delete(hookstest.FindRecord(c.T, c.app, "teams", c.team.Id)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newFixture(t)
			before := c.remaining()
			for _, table := range []string{"memberships", "invitations", "tags", "outbox", "people", "retired_links"} {
				if before[table] == 0 {
					t.Fatalf("there is nothing in %s to delete, want some", table)
				}
			}
			accounts, rows := hookstest.Count(t, c.app, "users"), hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id})
			c.must(way(c))
			if left := c.remaining(); len(left) != 0 {
				t.Errorf("left: %v, want 0", left)
			}
			if n := hookstest.Count(t, c.app, "users"); n != accounts {
				t.Errorf("%d accounts of %d, want %v", n, accounts, accounts)
			}
			told := 0
			if name == "the Owner's action" {
				rows, told = rows+1, 1
			}
			if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"team": c.team.Id}); n != rows || audit.Verify(c.app, c.team.Id) != nil {
				t.Errorf("%d rows in the audit log, want %d: %v", n, rows, audit.Verify(c.app, c.team.Id))
			}
			if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted, "recipient": "admin@x.example"}); n != told {
				t.Errorf("got %d emails to the Admin, want %v", n, told)
			}
			if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted}); n != told {
				t.Errorf("got %d emails about the deleted team, want %v", n, told)
			}
			if _, err := members.FindOwner(c.app, c.other.Id); err != nil {
				t.Errorf("the other team: %v", err)
			}
			hookstest.AssertPeopleIndex(t, c.app)
		})
	}
}

func TestDelete_Blocked_IsRefusedForEveryWriter(t *testing.T) {
	c := newFixture(t)
	keep := c.team.Id
	teams.BlockDeleteWhile(c.app, func(core.App, string) error { return nil })
	teams.BlockDeleteWhile(c.app, func(_ core.App, team string) error {
		if team != keep {
			return nil
		}
		return errs.Invalid("base", "session_running", "A session is running: Dailies. End it first.")
	})
	hookstest.AssertCode(t, "a look", teams.CanDelete(c.app, c.team.Id), "session_running")
	hookstest.AssertCode(t, "a look at the other", teams.CanDelete(c.app, c.other.Id), "")
	hookstest.AssertCode(t, "the Owner", teams.Delete(c.app, c.actor("owner"), "Halation Post"), "session_running")
	hookstest.AssertCode(t, "the dashboard", c.app.Delete(c.team), "session_running")
	if n := hookstest.Count(t, c.app, "memberships", dbx.HashExp{"team": c.team.Id}); n != 5 {
		t.Errorf("%d people are left, want 5", n)
	}
	if n := hookstest.Count(t, c.app, "outbox", dbx.HashExp{"kind": mail.KindTeamDeleted}); n != 0 {
		t.Errorf("got %d emails about the deleted team, want 0", n)
	}
	keep = ""
	c.must(teams.Delete(c.app, c.actor("owner"), "Halation Post"))
}

// joinAttempts are the ways into a team, each tried while it is deleted.
func joinAttempts(c *fixture) map[string]func() error {
	owner, stranger := c.actor("owner"), hookstest.Account(c.T, c.app, "late@x.example")
	member := hookstest.NewRecord(c.T, c.app, "memberships", map[string]any{"team": c.team.Id, "user": stranger.Id, "kind": "member"})
	asked := hookstest.NewRecord(c.T, c.app, "invitations", map[string]any{"team": c.team.Id, "email": "late@x.example", "status": "pending"})
	return map[string]func() error{
		"accept": func() error {
			_, err := invitations.Accept(c.app, invitations.Response{Account: c.accounts["new"], ID: c.invitationID})
			return err
		},
		"invite": func() error {
			_, err := invitations.Invite(c.app, owner, invitations.Request{Lines: invitations.ParseLines([]string{"more@x.example"})})
			return err
		},
		"a member by the dashboard":      func() error { return c.app.Save(member) },
		"an invitation by the dashboard": func() error { return c.app.Save(asked) },
		"tag": func() error {
			return tags.Set(c.app, owner, c.accounts["guest"].Id, []string{"Late"})
		},
	}
}

func TestDelete_ConcurrentWithJoining_LeavesNothing(t *testing.T) {
	for _, name := range []string{"accept", "invite", "a member by the dashboard", "an invitation by the dashboard", "tag"} {
		t.Run(name, func(t *testing.T) {
			c := newFixture(t)
			hookstest.SlowWrites(c.app, "memberships", "invitations", "tags")
			enter, former := joinAttempts(c)[name], c.actor("owner")
			results := hookstest.Race(2, func(i int) error {
				if i == 0 {
					return teams.Delete(c.app, former, "Halation Post")
				}
				return enter()
			})
			c.must(results[0])
			if results[1] != nil && !errors.Is(results[1], errs.ErrNotFound) && errs.Code(results[1]) == "" {
				t.Errorf("%v", results[1])
			}
			if left := c.remaining(); len(left) != 0 {
				t.Errorf("left: %v (%v), want 0", left, results)
			}
		})
	}
}

// The control: without the look in the transaction, a team that goes between PocketBase's own look and the write
// leaves a member in it.
func TestDelete_JoiningWithoutCheck_LosesRace(t *testing.T) {
	app := hookstest.NewBareApp(t, func(app core.App) {
		settings.Set(app, hookstest.Config())
		plans.Register(app)
		teams.Register(app)
	})
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation Post", "free")
	late := hookstest.NewRecord(t, app, "memberships", map[string]any{"team": team.Id, "kind": "member",
		"user": hookstest.Account(t, app, "late@x.example").Id})
	app.OnRecordCreateExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		if err := e.App.Delete(team); err != nil {
			return err
		}
		return e.Next()
	})
	if err := app.Save(late); err != nil || hookstest.Count(t, app, "memberships") != 1 {
		t.Errorf("%v: the race that the test above runs shows no fault, want 1", err)
	}
}

func TestContentsOf_CountsOnlyOwnRecords(t *testing.T) {
	c := newFixture(t)
	hookstest.ScheduleSession(t, c.app, c.accounts["organizer"], c.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
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
