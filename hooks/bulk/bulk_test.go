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
	"usher/hooks/record"
	"usher/hooks/tags"
	"usher/hooks/teams"
)

// crowd is a team with every kind of row in its list, by a name each, and another team.
type crowd struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	other *teams.Team
	by    map[string]*core.Record
	ids   map[string]string
}

// rows are the crowd in the order in which tests choose them.
var rows = []string{"owner", "admin", "admin2", "both", "asked", "organizer", "member", "guest", "new", "newAdmin",
	"declined", "revoked", "expired", "stranger", "theirs", "theirInvitation", "unknown"}

func gather(t *testing.T, opened bool) *crowd {
	t.Helper()
	app := hookstest.New(t)
	owner, rival := hookstest.Person(t, app, "owner@x.example"), hookstest.Person(t, app, "rival@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	c := &crowd{t, app, team, hookstest.Team(t, app, rival, "Other", "unlimited"), map[string]*core.Record{
		"owner": owner, "rival": rival,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"admin2":    hookstest.Member(t, app, team, "admin2@x.example", "admin"),
		"both":      hookstest.Member(t, app, team, "both@x.example", "admin", "organizer"),
		"asked":     hookstest.Member(t, app, team, "asked@x.example", "organizer"), // and asked to be Admin
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"stranger":  hookstest.Person(t, app, "stranger@x.example"),
	}, map[string]string{"unknown": "abcdefghijklmno"}}
	c.by["theirs"] = hookstest.Member(t, app, c.other, "theirs@x.example")
	for name, account := range c.by {
		c.ids[name] = account.Id
	}
	hookstest.Invite(t, app, owner, team, "asked@x.example", "admin")
	for _, name := range []string{"new", "declined", "revoked", "expired"} {
		c.ids[name] = hookstest.Invite(t, app, owner, team, name+"@x.example", "organizer").ID
	}
	c.ids["newAdmin"] = hookstest.Invite(t, app, owner, team, "newadmin@x.example", "admin", "organizer").ID
	c.ids["theirInvitation"] = hookstest.Invite(t, app, rival, c.other, "new@x.example").ID
	for _, status := range []string{"declined", "revoked"} {
		r := hookstest.Stored(t, app, "invitations", c.ids[status])
		r.Set("status", status)
		c.must(app.Save(r))
	}
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": c.ids["expired"]})
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	team.Set("admins_manage_admins", opened)
	c.must(app.Save(team))
	return c
}

func (c *crowd) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *crowd) actor(who string) *actors.Actor {
	c.Helper()
	return hookstest.Actor(c.T, c.app, c.by[who], c.team)
}

func (c *crowd) choice(names ...string) (ids []string) {
	for _, name := range names {
		ids = append(ids, c.ids[name])
	}
	return ids
}

// in reports whether somebody is in the team.
func (c *crowd) in(who string) bool {
	c.Helper()
	_, err := members.Find(c.app, c.team.Id, c.ids[who])
	if !errors.Is(err, record.ErrNotFound) {
		c.must(err)
	}
	return err == nil
}

// told is what came of each row: its status, or the code of who was passed over.
func told(receipt bulk.Receipt) (all []string) {
	for _, l := range receipt.Lines {
		if l.Status == bulk.Skipped {
			all = append(all, l.Code)
		} else {
			all = append(all, l.Status)
		}
	}
	return all
}

const gone, nothing, no = bulk.CodeGone, bulk.CodeNothing, record.CodeNotAllowed

func TestWhatComesOfEveryKindOfRow(t *testing.T) {
	organizer, admin := actors.Roles{Organizer: true}, actors.Roles{Admin: true}
	for _, s := range []struct {
		by     string
		opened bool
		deed   bulk.Deed
		want   []string // in the order of rows
		freed  bulk.Freed
	}{
		{"owner", false, bulk.Deed{Kind: bulk.Remove}, []string{members.CodeLastOwner, "removed", "removed", "removed", "removed", "removed",
			"removed", "removed", "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{Admin: 5, Organizer: 5}},
		{"admin", false, bulk.Deed{Kind: bulk.Remove}, []string{no, "remove_self", no, no, no, "removed",
			"removed", "removed", "revoked", no, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{Organizer: 2}},
		{"admin", true, bulk.Deed{Kind: bulk.Remove}, []string{no, "remove_self", "removed", "removed", "removed", "removed",
			"removed", "removed", "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{Admin: 4, Organizer: 5}},
		{"admin", false, bulk.Deed{Kind: bulk.Revoke}, []string{nothing, nothing, nothing, nothing, no, nothing,
			nothing, nothing, "revoked", no, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{Organizer: 1}},
		{"owner", false, bulk.Deed{Kind: bulk.Revoke}, []string{nothing, nothing, nothing, nothing, "revoked", nothing,
			nothing, nothing, "revoked", "revoked", invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{Admin: 2, Organizer: 2}},
		{"admin", false, bulk.Deed{Kind: bulk.Resend}, []string{nothing, nothing, nothing, nothing, no, nothing,
			nothing, nothing, "resent", no, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired,
			gone, gone, gone, gone}, bulk.Freed{}},
		{"owner", false, bulk.Deed{Kind: bulk.RevokeRole, Role: organizer}, []string{bulk.CodeSelf, "no_such_role", "no_such_role",
			"role_revoked", "role_revoked", "role_revoked", "no_such_role", "no_such_role", nothing, nothing, nothing, nothing, nothing,
			gone, gone, gone, gone}, bulk.Freed{Organizer: 3}},
		{"admin", false, bulk.Deed{Kind: bulk.RevokeRole, Role: organizer}, []string{no, bulk.CodeSelf, no,
			no, "role_revoked", "role_revoked", "no_such_role", "no_such_role", nothing, nothing, nothing, nothing, nothing,
			gone, gone, gone, gone}, bulk.Freed{Organizer: 2}},
		{"admin", true, bulk.Deed{Kind: bulk.RevokeRole, Role: admin}, []string{no, bulk.CodeSelf, "role_revoked",
			"role_revoked", "no_such_role", "no_such_role", "no_such_role", "no_such_role", nothing, nothing, nothing, nothing, nothing,
			gone, gone, gone, gone}, bulk.Freed{Admin: 2}},
	} {
		t.Run(fmt.Sprintf("%s, opened %v, %s %s", s.by, s.opened, s.deed.Kind, s.deed.Role.Words()), func(t *testing.T) {
			c := gather(t, s.opened)
			ids := c.choice(rows...)
			log := hookstest.Count(t, c.app, "audit")
			foreseen, err := bulk.Preview(c.app, c.actor(s.by), s.deed, append(ids, ids...))
			c.must(err)
			if n := hookstest.Count(t, c.app, "audit"); n != log {
				t.Errorf("a look wrote %d rows into the audit log", n-log)
			}
			receipt, err := bulk.Do(c.app, c.actor(s.by), s.deed, append(ids, ids...))
			c.must(err)
			for n, name := range rows {
				got, before := receipt.Lines[n], foreseen.Lines[n]
				got.Link = ""
				if s.deed.Kind == bulk.Resend {
					before.Link = ""
				}
				if got != before {
					t.Errorf("%s: %+v, and foreseen was %+v", name, got, before)
				}
				if (got.Status == bulk.Skipped) != (got.Message != "") || got.ID != ids[n] || (got.Code == gone) != (got.Email == "") {
					t.Errorf("%s: %+v", name, got)
				}
			}
			if got := told(receipt); !slices.Equal(got, s.want) {
				t.Errorf("\ngot  %v\nwant %v", got, s.want)
			}
			if receipt.Freed() != s.freed {
				t.Errorf("freed %+v, want %+v", receipt.Freed(), s.freed)
			}
			c.audited(receipt, s.by)
		})
	}
}

// audited wants a row in the audit log for everybody to whom the deed was done.
func (c *crowd) audited(receipt bulk.Receipt, by string) {
	c.Helper()
	for _, l := range receipt.Lines {
		action := map[string]string{bulk.Removed: "member.remove", bulk.Revoked: "invitation.revoke", bulk.Resent: "invitation.resend",
			bulk.RoleRevoked: "member.revoke"}[l.Status]
		if action == "" {
			continue
		}
		if n := hookstest.Count(c.T, c.app, "audit", dbx.HashExp{"team": c.team.Id, "action": action, "result": "ok",
			"target_name": []any{l.Name, l.Email}, "actor": c.ids[by]}); n != 1 {
			c.Errorf("%d rows in the audit log of what came of %s", n, l.Called())
		}
	}
	for _, id := range []string{"theirs", "rival"} {
		if _, err := members.Find(c.app, c.other.Id, c.ids[id]); err != nil {
			c.Errorf("the other team lost %s: %v", id, err)
		}
	}
}

func TestAWholeRequestIsRefusedWithNothingDone(t *testing.T) {
	c := gather(t, true)
	many := make([]string, bulk.Max+1)
	for n := range many {
		many[n] = fmt.Sprintf("%015d", n)
	}
	one := c.choice("member")
	remove := bulk.Deed{Kind: bulk.Remove}
	for _, s := range []struct {
		name, by string
		deed     bulk.Deed
		ids      []string
		code     string
	}{
		{"nobody", "owner", remove, nil, "required"},
		{"empty ids", "owner", remove, []string{"", ""}, "required"},
		{"too many", "owner", remove, many, record.CodeTooMany},
		{"the same often", "owner", bulk.Deed{Kind: bulk.Resend}, slices.Repeat(one, bulk.Max+1), ""},
		{"no role", "owner", bulk.Deed{Kind: bulk.RevokeRole}, one, "bad_role"},
		{"both roles", "owner", bulk.Deed{Kind: bulk.RevokeRole, Role: actors.Roles{Admin: true, Organizer: true}}, one, "bad_role"},
		{"the Owner's role", "owner", bulk.Deed{Kind: bulk.RevokeRole, Role: actors.Roles{Owner: true}}, one, "bad_role"},
		{"an Organizer", "organizer", remove, one, no},
		{"a member", "member", remove, one, no},
		{"a guest", "guest", remove, one, no},
	} {
		_, err := bulk.Preview(c.app, c.actor(s.by), s.deed, s.ids)
		hookstest.Refused(t, s.name+", a look", err, s.code)
		_, err = bulk.Do(c.app, c.actor(s.by), s.deed, s.ids)
		hookstest.Refused(t, s.name, err, s.code)
	}
	if !c.in("member") {
		t.Error("the member is gone")
	}
	if n := hookstest.Count(t, c.app, "audit", dbx.HashExp{"action": "member.remove", "result": no}); n != 6 {
		t.Errorf("%d refusals in the audit log", n)
	}
	if _, err := bulk.Do(c.app, c.actor("owner"), bulk.Deed{Kind: "burn"}, one); err == nil {
		t.Error("an unknown deed was done")
	}
}

func TestOfTwoWhoRemoveTheSamePersonOneDoes(t *testing.T) {
	c := gather(t, true)
	deeds := []*actors.Actor{c.actor("admin"), c.actor("admin2")}
	receipts := make([]bulk.Receipt, 2)
	hookstest.Widen(c.app, "memberships", "invitations")
	for _, err := range hookstest.Race(2, func(i int) (err error) {
		receipts[i], err = bulk.Do(c.app, deeds[i], bulk.Deed{Kind: bulk.Remove}, c.choice("organizer", "new"))
		return err
	}) {
		c.must(err)
	}
	for n := range 2 {
		first, second := receipts[0].Lines[n], receipts[1].Lines[n]
		if first.Status == bulk.Skipped {
			first, second = second, first
		}
		late := map[string]bool{gone: true, invitations.CodeRevoked: true}
		if first.Status == bulk.Skipped || !late[second.Code] || second.Message == "" {
			t.Errorf("%+v and %+v", first, second)
		}
	}
	if all := receipts[0].Freed().Plus(receipts[1].Freed()); all != (bulk.Freed{Organizer: 2}) {
		t.Errorf("freed %+v", all)
	}
}

func TestWhoLosesTheRightOnTheWayGoesNoFurther(t *testing.T) {
	c := gather(t, true)
	c.app.OnRecordAfterDeleteSuccess("memberships").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("user") == c.ids["organizer"] {
			_, err := members.Remove(e.App, c.actor("owner"), c.ids["admin"])
			c.must(err)
		}
		return e.Next()
	})
	receipt, err := bulk.Do(c.app, c.actor("admin"), bulk.Deed{Kind: bulk.Remove}, c.choice("organizer", "member", "guest"))
	if !errors.Is(err, record.ErrNotFound) || len(receipt.Lines) != 1 || !c.in("member") || !c.in("guest") {
		t.Errorf("%+v %v", receipt, err)
	}
}

func TestAnInvitationThatWasAcceptedMeanwhileRemovesNobody(t *testing.T) {
	c := gather(t, false)
	account := hookstest.Person(t, c.app, "new@x.example")
	_, err := invitations.Accept(c.app, invitations.Answer{Account: account, ID: c.ids["new"]})
	c.must(err)
	receipt, err := bulk.Do(c.app, c.actor("owner"), bulk.Deed{Kind: bulk.Remove}, c.choice("new"))
	if err != nil || receipt.Lines[0].Code != invitations.CodeAccepted {
		t.Errorf("%+v %v", receipt, err)
	}
	if _, err := members.Find(c.app, c.team.Id, account.Id); err != nil {
		t.Error(err)
	}
}

func TestAThousandAreRemovedInOneGo(t *testing.T) {
	c := gather(t, false)
	ids := make([]string, bulk.Max)
	for n := range ids {
		ids[n] = hookstest.Invite(t, c.app, c.by["owner"], c.team, fmt.Sprintf("p%d@x.example", n)).ID
		if n%50 == 0 {
			c.app.Store().Remove("usher.limits.invite")
		}
	}
	receipt, err := bulk.Do(c.app, c.actor("owner"), bulk.Deed{Kind: bulk.Remove}, ids)
	if err != nil || receipt.Done() != bulk.Max || len(receipt.With(bulk.Revoked)) != bulk.Max {
		t.Errorf("%d done, %v", receipt.Done(), err)
	}
}

func TestManyAreTagged(t *testing.T) {
	c := gather(t, false)
	c.must(tags.Set(c.app, c.actor("owner"), c.ids["member"], []string{"Kestrel", "Vendor"}))
	c.must(tags.Set(c.app, c.actor("owner"), c.ids["guest"], []string{"kestrel"}))
	deed := bulk.Deed{Kind: bulk.Tag, Add: []string{"KESTREL"}, Drop: []string{"vendor"}}
	receipt, err := bulk.Do(c.app, c.actor("admin"), deed, c.choice("owner", "member", "guest", "new", "declined", "theirs", "unknown"))
	c.must(err)
	if got, want := told(receipt), []string{"tagged", "tagged", nothing, "tagged", "tagged", gone, gone}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, who := range []string{"owner", "member", "guest", "new", "declined"} {
		row, err := members.FindRow(c.app, c.team.Id, c.ids[who])
		c.must(err)
		if !slices.Equal(row.Tags, members.Tags{"Kestrel"}) {
			t.Errorf("%s: %v", who, row.Tags)
		}
	}
	for _, s := range []struct {
		deed bulk.Deed
		code string
	}{
		{bulk.Deed{Kind: bulk.Tag}, "required"},
		{bulk.Deed{Kind: bulk.Tag, Add: []string{strings.Repeat("x", 500)}}, "too_long"},
		{bulk.Deed{Kind: bulk.Tag, Drop: slices.Repeat([]string{"x"}, 1000)}, record.CodeTooMany},
	} {
		_, err := bulk.Do(c.app, c.actor("owner"), s.deed, c.choice("member"))
		hookstest.Refused(t, fmt.Sprintf("%.60v", s.deed), err, s.code)
	}
}
