package bulk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with every kind of row in its list, by a name each, and another team.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	other *teams.Team
	users map[string]*core.Record
	ids   map[string]string
}

// rowNames are the crowd in the order in which tests choose them.
var rowNames = []string{"owner", "admin", "admin2", "both", "asked", "organizer", "member", "guest", "new", "newAdmin",
	"declined", "revoked", "expired", "stranger", "theirs", "theirInvitation", "unknown"}

func newFixture(t *testing.T, opened bool) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner, rival := hookstest.Account(t, app, "owner@x.example"), hookstest.Account(t, app, "rival@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	c := &fixture{t, app, team, hookstest.Team(t, app, rival, "Other", "unlimited"), map[string]*core.Record{
		"owner": owner, "rival": rival,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"admin2":    hookstest.Member(t, app, team, "admin2@x.example", "admin"),
		"both":      hookstest.Member(t, app, team, "both@x.example", "admin", "organizer"),
		"asked":     hookstest.Member(t, app, team, "asked@x.example", "organizer"), // and asked to be Admin
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"stranger":  hookstest.Account(t, app, "stranger@x.example"),
	}, map[string]string{"unknown": "abcdefghijklmno"}}
	c.users["theirs"] = hookstest.Member(t, app, c.other, "theirs@x.example")
	for name, account := range c.users {
		c.ids[name] = account.Id
	}
	hookstest.Invite(t, app, owner, team, "asked@x.example", "admin")
	for _, name := range []string{"new", "declined", "revoked", "expired"} {
		c.ids[name] = hookstest.Invite(t, app, owner, team, name+"@x.example", "organizer").ID
	}
	c.ids["newAdmin"] = hookstest.Invite(t, app, owner, team, "newadmin@x.example", "admin", "organizer").ID
	c.ids["theirInvitation"] = hookstest.Invite(t, app, rival, c.other, "new@x.example").ID
	for _, status := range []string{"declined", "revoked"} {
		r := hookstest.FindRecord(t, app, "invitations", c.ids[status])
		r.Set("status", status)
		c.must(app.Save(r))
	}
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": c.ids["expired"]})
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	team.Set("admins_manage_admins", opened)
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
	return hookstest.Actor(c.T, c.app, c.users[who], c.team)
}

func (c *fixture) idsOf(names ...string) (ids []string) {
	for _, name := range names {
		ids = append(ids, c.ids[name])
	}
	return ids
}

// isInTeam reports whether somebody is in the team.
func (c *fixture) isInTeam(who string) bool {
	c.Helper()
	_, err := members.Find(c.app, c.team.Id, c.ids[who])
	if !errors.Is(err, errs.NotFound) {
		c.must(err)
	}
	return err == nil
}

// statusesOf is what came of each row: its status, or the code of who was passed over.
func statusesOf(receipt bulk.Result) (all []string) {
	for _, l := range receipt.Rows {
		if l.Status == bulk.Skipped {
			all = append(all, l.Code)
		} else {
			all = append(all, l.Status)
		}
	}
	return all
}

const notFound, nothingToDo, notAllowed = bulk.CodeNotFound, bulk.CodeNothingToDo, errs.CodeNotAllowed

func TestDo_EveryKindOfRow(t *testing.T) {
	organizer, admin := actors.Roles{Organizer: true}, actors.Roles{Admin: true}
	for _, s := range []struct {
		by     string
		opened bool
		deed   bulk.Action
		want   []string // in the order of rows
		freed  bulk.FreedSeats
	}{
		{"owner", false, bulk.Action{Kind: bulk.Remove}, []string{members.CodeLastOwner, "removed", "removed", "removed", "removed", "removed",
			"removed", "removed", "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Admin: 5, Organizer: 5}},
		{"admin", false, bulk.Action{Kind: bulk.Remove}, []string{notAllowed, "remove_self", notAllowed, notAllowed, notAllowed, "removed",
			"removed", "removed", "revoked", notAllowed, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Organizer: 2}},
		{"admin", true, bulk.Action{Kind: bulk.Remove}, []string{notAllowed, "remove_self", "removed", "removed", "removed", "removed",
			"removed", "removed", "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Admin: 4, Organizer: 5}},
		{"admin", false, bulk.Action{Kind: bulk.Revoke}, []string{nothingToDo, nothingToDo, nothingToDo, nothingToDo, notAllowed, nothingToDo,
			nothingToDo, nothingToDo, "revoked", notAllowed, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Organizer: 1}},
		{"owner", false, bulk.Action{Kind: bulk.Revoke}, []string{nothingToDo, nothingToDo, nothingToDo, nothingToDo, "revoked", nothingToDo,
			nothingToDo, nothingToDo, "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Admin: 2, Organizer: 2}},
		{"admin", false, bulk.Action{Kind: bulk.Resend}, []string{nothingToDo, nothingToDo, nothingToDo, nothingToDo, notAllowed, nothingToDo,
			nothingToDo, nothingToDo, "resent", notAllowed, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{}},
		{"owner", false, bulk.Action{Kind: bulk.RevokeRole, Role: organizer}, []string{bulk.CodeOwnRole, "no_such_role", "no_such_role",
			"role_revoked", "role_revoked", "role_revoked", "no_such_role", "no_such_role", nothingToDo, nothingToDo, nothingToDo, nothingToDo, nothingToDo,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Organizer: 3}},
		{"admin", false, bulk.Action{Kind: bulk.RevokeRole, Role: organizer}, []string{notAllowed, bulk.CodeOwnRole, notAllowed,
			notAllowed, "role_revoked", "role_revoked", "no_such_role", "no_such_role", nothingToDo, nothingToDo, nothingToDo, nothingToDo, nothingToDo,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Organizer: 2}},
		{"admin", true, bulk.Action{Kind: bulk.RevokeRole, Role: admin}, []string{notAllowed, bulk.CodeOwnRole, "role_revoked",
			"role_revoked", "no_such_role", "no_such_role", "no_such_role", "no_such_role", nothingToDo, nothingToDo, nothingToDo, nothingToDo, nothingToDo,
			notFound, notFound, notFound, notFound}, bulk.FreedSeats{Admin: 2}},
	} {
		t.Run(fmt.Sprintf("%s, opened %v, %s %s", s.by, s.opened, s.deed.Kind, s.deed.Role.Label()), func(t *testing.T) {
			c := newFixture(t, s.opened)
			ids := c.idsOf(rowNames...)
			log := hookstest.Count(t, c.app, "audit")
			foreseen, err := bulk.Preview(c.app, c.actor(s.by), s.deed, append(ids, ids...))
			c.must(err)
			if n := hookstest.Count(t, c.app, "audit"); n != log {
				t.Errorf("a look wrote %d rows into the audit log", n-log)
			}
			receipt, err := bulk.Do(c.app, c.actor(s.by), s.deed, append(ids, ids...))
			c.must(err)
			for n, name := range rowNames {
				got, before := receipt.Rows[n], foreseen.Rows[n]
				got.Link = ""
				if s.deed.Kind == bulk.Resend {
					before.Link = ""
				}
				if got != before {
					t.Errorf("%s: %+v, and foreseen was %+v", name, got, before)
				}
				if (got.Status == bulk.Skipped) != (got.Message != "") || got.ID != ids[n] || (got.Code == notFound) != (got.Email == "") {
					t.Errorf("%s: %+v", name, got)
				}
			}
			if got := statusesOf(receipt); !slices.Equal(got, s.want) {
				t.Errorf("\ngot  %v\nwant %v", got, s.want)
			}
			if receipt.Freed() != s.freed {
				t.Errorf("freed %+v, want %+v", receipt.Freed(), s.freed)
			}
			c.assertAudited(receipt, s.by)
		})
	}
}

// assertAudited wants a row in the audit log for everybody to whom the deed was done.
func (c *fixture) assertAudited(receipt bulk.Result, by string) {
	c.Helper()
	for _, l := range receipt.Rows {
		action := map[string]string{bulk.Removed: "member.remove", bulk.Revoked: "invitation.revoke", bulk.Resent: "invitation.resend",
			bulk.RoleRevoked: "member.revoke"}[l.Status]
		if action == "" {
			continue
		}
		if n := hookstest.Count(c.T, c.app, "audit", dbx.HashExp{"team": c.team.Id, "action": action, "result": "ok",
			"target_name": []any{l.Name, l.Email}, "actor": c.ids[by]}); n != 1 {
			c.Errorf("%d rows in the audit log of what came of %s", n, l.DisplayName())
		}
	}
	for _, id := range []string{"theirs", "rival"} {
		if _, err := members.Find(c.app, c.other.Id, c.ids[id]); err != nil {
			c.Errorf("the other team lost %s: %v", id, err)
		}
	}
}

func TestDo_InvalidRequest_ChangesNothing(t *testing.T) {
	c := newFixture(t, true)
	many := make([]string, bulk.MaxRows+1)
	for n := range many {
		many[n] = fmt.Sprintf("%015d", n)
	}
	one := c.idsOf("member")
	remove := bulk.Action{Kind: bulk.Remove}
	for _, s := range []struct {
		name, by string
		deed     bulk.Action
		ids      []string
		code     string
	}{
		{"nobody", "owner", remove, nil, "required"},
		{"empty ids", "owner", remove, []string{"", ""}, "required"},
		{"too many", "owner", remove, many, errs.CodeTooMany},
		{"the same often", "owner", bulk.Action{Kind: bulk.Resend}, slices.Repeat(one, bulk.MaxRows+1), ""},
		{"no role", "owner", bulk.Action{Kind: bulk.RevokeRole}, one, "bad_role"},
		{"both roles", "owner", bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Admin: true, Organizer: true}}, one, "bad_role"},
		{"the Owner's role", "owner", bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Owner: true}}, one, "bad_role"},
		{"an Organizer", "organizer", remove, one, notAllowed},
		{"a member", "member", remove, one, notAllowed},
		{"a guest", "guest", remove, one, notAllowed},
	} {
		_, err := bulk.Preview(c.app, c.actor(s.by), s.deed, s.ids)
		hookstest.AssertCode(t, s.name+", a look", err, s.code)
		_, err = bulk.Do(c.app, c.actor(s.by), s.deed, s.ids)
		hookstest.AssertCode(t, s.name, err, s.code)
	}
	if !c.isInTeam("member") {
		t.Error("the member is gone")
	}
	if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"action": "member.remove", "result": notAllowed}); n != 6 {
		t.Errorf("%d refusals in the audit log", n)
	}
	if _, err := bulk.Do(c.app, c.actor("owner"), bulk.Action{Kind: "burn"}, one); err == nil {
		t.Error("an unknown deed was done")
	}
}

func TestDo_ConcurrentRemovals_OneSucceeds(t *testing.T) {
	c := newFixture(t, true)
	deeds := []*actors.Actor{c.actor("admin"), c.actor("admin2")}
	receipts := make([]bulk.Result, 2)
	hookstest.SlowWrites(c.app, "memberships", "invitations")
	for _, err := range hookstest.Race(2, func(i int) (err error) {
		receipts[i], err = bulk.Do(c.app, deeds[i], bulk.Action{Kind: bulk.Remove}, c.idsOf("organizer", "new"))
		return err
	}) {
		c.must(err)
	}
	for n := range 2 {
		first, second := receipts[0].Rows[n], receipts[1].Rows[n]
		if first.Status == bulk.Skipped {
			first, second = second, first
		}
		late := map[string]bool{notFound: true, invitations.CodeRevoked: true}
		if first.Status == bulk.Skipped || !late[second.Code] || second.Message == "" {
			t.Errorf("%+v and %+v", first, second)
		}
	}
	if all := receipts[0].Freed().Plus(receipts[1].Freed()); all != (bulk.FreedSeats{Organizer: 2}) {
		t.Errorf("freed %+v", all)
	}
}

func TestDo_ActorLosesRights_Stops(t *testing.T) {
	c := newFixture(t, true)
	c.app.OnRecordAfterDeleteSuccess("memberships").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("user") == c.ids["organizer"] {
			_, err := members.Remove(e.App, c.actor("owner"), c.ids["admin"])
			c.must(err)
		}
		return e.Next()
	})
	receipt, err := bulk.Do(c.app, c.actor("admin"), bulk.Action{Kind: bulk.Remove}, c.idsOf("organizer", "member", "guest"))
	if !errors.Is(err, errs.NotFound) || len(receipt.Rows) != 1 || !c.isInTeam("member") || !c.isInTeam("guest") {
		t.Errorf("%+v %v", receipt, err)
	}
}

func TestDo_InvitationAcceptedMeanwhile_KeepsMember(t *testing.T) {
	c := newFixture(t, false)
	account := hookstest.Account(t, c.app, "new@x.example")
	_, err := invitations.Accept(c.app, invitations.Response{Account: account, ID: c.ids["new"]})
	c.must(err)
	receipt, err := bulk.Do(c.app, c.actor("owner"), bulk.Action{Kind: bulk.Remove}, c.idsOf("new"))
	if err != nil || receipt.Rows[0].Code != invitations.CodeAccepted {
		t.Errorf("%+v %v", receipt, err)
	}
	if _, err := members.Find(c.app, c.team.Id, account.Id); err != nil {
		t.Error(err)
	}
}

func TestDo_MaxRows_AllSucceed(t *testing.T) {
	c := newFixture(t, false)
	ids := make([]string, bulk.MaxRows)
	for n := range ids {
		ids[n] = hookstest.Invite(t, c.app, c.users["owner"], c.team, fmt.Sprintf("p%d@x.example", n)).ID
		if n%50 == 0 {
			c.app.Store().Remove("usher.limits.invite")
		}
	}
	receipt, err := bulk.Do(c.app, c.actor("owner"), bulk.Action{Kind: bulk.Remove}, ids)
	if err != nil || receipt.Done() != bulk.MaxRows || len(receipt.WithStatus(bulk.Revoked)) != bulk.MaxRows {
		t.Errorf("%d done, %v", receipt.Done(), err)
	}
}

func TestDo_Tag(t *testing.T) {
	c := newFixture(t, false)
	c.must(tags.Set(c.app, c.actor("owner"), c.ids["member"], []string{"Kestrel", "Vendor"}))
	c.must(tags.Set(c.app, c.actor("owner"), c.ids["guest"], []string{"kestrel"}))
	deed := bulk.Action{Kind: bulk.Tag, AddTags: []string{"KESTREL"}, RemoveTags: []string{"vendor"}}
	receipt, err := bulk.Do(c.app, c.actor("admin"), deed, c.idsOf("owner", "member", "guest", "new", "declined", "theirs", "unknown"))
	c.must(err)
	if got, want := statusesOf(receipt), []string{"tagged", "tagged", nothingToDo, "tagged", "tagged", notFound, notFound}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, who := range []string{"owner", "member", "guest", "new", "declined"} {
		row, err := people.FindRow(c.app, c.team.Id, c.ids[who])
		c.must(err)
		if !slices.Equal(row.Tags, people.Tags{"Kestrel"}) {
			t.Errorf("%s: %v", who, row.Tags)
		}
	}
	for _, s := range []struct {
		deed bulk.Action
		code string
	}{
		{bulk.Action{Kind: bulk.Tag}, "required"},
		{bulk.Action{Kind: bulk.Tag, AddTags: []string{strings.Repeat("x", 500)}}, "too_long"},
		{bulk.Action{Kind: bulk.Tag, RemoveTags: slices.Repeat([]string{"x"}, 1000)}, errs.CodeTooMany},
	} {
		_, err := bulk.Do(c.app, c.actor("owner"), s.deed, c.idsOf("member"))
		hookstest.AssertCode(t, fmt.Sprintf("%.60v", s.deed), err, s.code)
	}
}
