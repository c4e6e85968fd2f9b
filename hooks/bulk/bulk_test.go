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

// fixture is a team with every kind of row in its list, each under a name, and another team.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	other *teams.Team
	users map[string]*core.Record
	ids   map[string]string
}

// rowNames are the names of the rows in the order in which tests select them.
var rowNames = []string{"owner", "admin", "admin2", "both", "asked", "organizer", "member", "guest", "new", "newAdmin",
	"declined", "revoked", "expired", "stranger", "theirs", "theirInvitation", "unknown"}

func newFixture(t *testing.T, opened bool) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner, rival := hookstest.Account(t, app, "owner@x.example"), hookstest.Account(t, app, "rival@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	f := &fixture{t, app, team, hookstest.Team(t, app, rival, "Other", "unlimited"), map[string]*core.Record{
		"owner": owner, "rival": rival,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"admin2":    hookstest.Member(t, app, team, "admin2@x.example", "admin"),
		"both":      hookstest.Member(t, app, team, "both@x.example", "admin", "organizer"),
		"asked":     hookstest.Member(t, app, team, "asked@x.example", "organizer"), // and invited to be Admin
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"stranger":  hookstest.Account(t, app, "stranger@x.example"),
	}, map[string]string{"unknown": "abcdefghijklmno"}}
	f.users["theirs"] = hookstest.Member(t, app, f.other, "theirs@x.example")
	for name, account := range f.users {
		f.ids[name] = account.Id
	}
	hookstest.Invite(t, app, owner, team, "asked@x.example", "admin")
	for _, name := range []string{"new", "declined", "revoked", "expired"} {
		f.ids[name] = hookstest.Invite(t, app, owner, team, name+"@x.example", "organizer").ID
	}
	f.ids["newAdmin"] = hookstest.Invite(t, app, owner, team, "newadmin@x.example", "admin", "organizer").ID
	f.ids["theirInvitation"] = hookstest.Invite(t, app, rival, f.other, "new@x.example").ID
	for _, status := range []string{"declined", "revoked"} {
		r := hookstest.FindRecord(t, app, "invitations", f.ids[status])
		r.Set("status", status)
		f.must(app.Save(r))
	}
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": f.ids["expired"]})
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	team.Set("admins_manage_admins", opened)
	f.must(app.Save(team))
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) actor(who string) *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, f.users[who], f.team)
}

func (f *fixture) idsOf(names ...string) (ids []string) {
	for _, name := range names {
		ids = append(ids, f.ids[name])
	}
	return ids
}

// isInTeam reports whether the named account is in the team.
func (f *fixture) isInTeam(who string) bool {
	f.Helper()
	_, err := members.Find(f.app, f.team.Id, f.ids[who])
	if !errors.Is(err, errs.ErrNotFound) {
		f.must(err)
	}
	return err == nil
}

// statusesOf returns the status of each row, or the code of a skipped one.
func statusesOf(result bulk.Result) (all []string) {
	for _, l := range result.Rows {
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
		action bulk.Action
		want   []string // in the order of rowNames
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
		t.Run(fmt.Sprintf("%s, opened %v, %s %s", s.by, s.opened, s.action.Kind, s.action.Role.Label()), func(t *testing.T) {
			f := newFixture(t, s.opened)
			ids := f.idsOf(rowNames...)
			log := hookstest.Count(t, f.app, "audit")
			preview, err := bulk.Preview(f.app, f.actor(s.by), s.action, append(ids, ids...))
			f.must(err)
			if n := hookstest.Count(t, f.app, "audit"); n != log {
				t.Errorf("the preview wrote %d audit entries, want %v", n-log, log)
			}
			result, err := bulk.Do(f.app, f.actor(s.by), s.action, append(ids, ids...))
			f.must(err)
			for n, name := range rowNames {
				got, before := result.Rows[n], preview.Rows[n]
				got.Link = ""
				if s.action.Kind == bulk.Resend {
					before.Link = ""
				}
				if got != before {
					t.Errorf("%s: got %+v, want %+v as previewed", name, got, before)
				}
				if (got.Status == bulk.Skipped) != (got.Message != "") || got.ID != ids[n] || (got.Code == notFound) != (got.Email == "") {
					t.Errorf("%s: got %+v", name, got)
				}
			}
			if got := statusesOf(result); !slices.Equal(got, s.want) {
				t.Errorf("\ngot  %v\nwant %v", got, s.want)
			}
			if result.Freed() != s.freed {
				t.Errorf("got freed %+v, want %+v", result.Freed(), s.freed)
			}
			f.assertAudited(result, s.by)
		})
	}
}

// assertAudited expects one audit entry for every row that wasn't skipped.
func (f *fixture) assertAudited(result bulk.Result, by string) {
	f.Helper()
	for _, l := range result.Rows {
		action := map[string]string{bulk.Removed: "member.remove", bulk.Revoked: "invitation.revoke", bulk.Resent: "invitation.resend",
			bulk.RoleRevoked: "member.revoke"}[l.Status]
		if action == "" {
			continue
		}
		if n := hookstest.Count(f.T, f.app, "audit", dbx.HashExp{"team": f.team.Id, "action": action, "result": "ok",
			"target_name": []any{l.Name, l.Email}, "actor": f.ids[by]}); n != 1 {
			f.Errorf("got %d audit entries for %s, want 1", n, l.DisplayName())
		}
	}
	for _, id := range []string{"theirs", "rival"} {
		if _, err := members.Find(f.app, f.other.Id, f.ids[id]); err != nil {
			f.Errorf("the other team lost %s: %v", id, err)
		}
	}
}

func TestDo_InvalidRequest_ChangesNothing(t *testing.T) {
	f := newFixture(t, true)
	many := make([]string, bulk.MaxRows+1)
	for n := range many {
		many[n] = fmt.Sprintf("%015d", n)
	}
	one := f.idsOf("member")
	remove := bulk.Action{Kind: bulk.Remove}
	for _, s := range []struct {
		name, by string
		action   bulk.Action
		ids      []string
		code     string
	}{
		{"no ids", "owner", remove, nil, "required"},
		{"empty ids", "owner", remove, []string{"", ""}, "required"},
		{"too many", "owner", remove, many, errs.CodeTooMany},
		{"repeated ids", "owner", bulk.Action{Kind: bulk.Resend}, slices.Repeat(one, bulk.MaxRows+1), ""},
		{"no role", "owner", bulk.Action{Kind: bulk.RevokeRole}, one, "bad_role"},
		{"both roles", "owner", bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Admin: true, Organizer: true}}, one, "bad_role"},
		{"the Owner's role", "owner", bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Owner: true}}, one, "bad_role"},
		{"an Organizer", "organizer", remove, one, notAllowed},
		{"a member", "member", remove, one, notAllowed},
		{"a guest", "guest", remove, one, notAllowed},
	} {
		_, err := bulk.Preview(f.app, f.actor(s.by), s.action, s.ids)
		hookstest.AssertCode(t, s.name+", previewed", err, s.code)
		_, err = bulk.Do(f.app, f.actor(s.by), s.action, s.ids)
		hookstest.AssertCode(t, s.name, err, s.code)
	}
	if !f.isInTeam("member") {
		t.Error("the member was removed")
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "member.remove", "result": notAllowed}); n != 6 {
		t.Errorf("got %d refusals in the audit log, want 6", n)
	}
	if _, err := bulk.Do(f.app, f.actor("owner"), bulk.Action{Kind: "burn"}, one); err == nil {
		t.Error("an unknown action was accepted")
	}
}

func TestDo_ConcurrentRemovals_OneSucceeds(t *testing.T) {
	f := newFixture(t, true)
	admins := []*actors.Actor{f.actor("admin"), f.actor("admin2")}
	results := make([]bulk.Result, 2)
	hookstest.SlowWrites(f.app, "memberships", "invitations")
	for _, err := range hookstest.Race(2, func(i int) (err error) {
		results[i], err = bulk.Do(f.app, admins[i], bulk.Action{Kind: bulk.Remove}, f.idsOf("organizer", "new"))
		return err
	}) {
		f.must(err)
	}
	for n := range 2 {
		first, second := results[0].Rows[n], results[1].Rows[n]
		if first.Status == bulk.Skipped {
			first, second = second, first
		}
		late := map[string]bool{notFound: true, invitations.CodeRevoked: true}
		if first.Status == bulk.Skipped || !late[second.Code] || second.Message == "" {
			t.Errorf("got %+v and %+v", first, second)
		}
	}
	if all := results[0].Freed().Plus(results[1].Freed()); all != (bulk.FreedSeats{Organizer: 2}) {
		t.Errorf("got freed %+v", all)
	}
}

func TestDo_ActorLosesRights_Stops(t *testing.T) {
	f := newFixture(t, true)
	f.app.OnRecordAfterDeleteSuccess("memberships").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("user") == f.ids["organizer"] {
			_, err := members.Remove(e.App, f.actor("owner"), f.ids["admin"], members.Handover{})
			f.must(err)
		}
		return e.Next()
	})
	result, err := bulk.Do(f.app, f.actor("admin"), bulk.Action{Kind: bulk.Remove}, f.idsOf("organizer", "member", "guest"))
	if !errors.Is(err, errs.ErrNotFound) || len(result.Rows) != 1 || !f.isInTeam("member") || !f.isInTeam("guest") {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestDo_InvitationAcceptedMeanwhile_KeepsMember(t *testing.T) {
	f := newFixture(t, false)
	account := hookstest.Account(t, f.app, "new@x.example")
	_, err := invitations.Accept(f.app, invitations.Response{Account: account, ID: f.ids["new"]})
	f.must(err)
	result, err := bulk.Do(f.app, f.actor("owner"), bulk.Action{Kind: bulk.Remove}, f.idsOf("new"))
	if err != nil || result.Rows[0].Code != invitations.CodeAccepted {
		t.Errorf("got %+v, %v, want %v", result, err, invitations.CodeAccepted)
	}
	if _, err := members.Find(f.app, f.team.Id, account.Id); err != nil {
		t.Error(err)
	}
}

func TestDo_MaxRows_AllSucceed(t *testing.T) {
	f := newFixture(t, false)
	ids := make([]string, bulk.MaxRows)
	for n := range ids {
		ids[n] = hookstest.Invite(t, f.app, f.users["owner"], f.team, fmt.Sprintf("p%d@x.example", n)).ID
		if n%50 == 0 {
			f.app.Store().Remove("usher.limits.invite")
		}
	}
	result, err := bulk.Do(f.app, f.actor("owner"), bulk.Action{Kind: bulk.Remove}, ids)
	if err != nil || result.Done() != bulk.MaxRows || len(result.WithStatus(bulk.Revoked)) != bulk.MaxRows {
		t.Errorf("got %d done, %v, want %v and %v", result.Done(), err, bulk.MaxRows, bulk.MaxRows)
	}
}

func TestDo_Tag(t *testing.T) {
	f := newFixture(t, false)
	f.must(tags.Set(f.app, f.actor("owner"), f.ids["member"], []string{"Kestrel", "Vendor"}))
	f.must(tags.Set(f.app, f.actor("owner"), f.ids["guest"], []string{"kestrel"}))
	action := bulk.Action{Kind: bulk.Tag, AddTags: []string{"KESTREL"}, RemoveTags: []string{"vendor"}}
	result, err := bulk.Do(f.app, f.actor("admin"), action, f.idsOf("owner", "member", "guest", "new", "declined", "theirs", "unknown"))
	f.must(err)
	if got, want := statusesOf(result), []string{"tagged", "tagged", nothingToDo, "tagged", "tagged", notFound, notFound}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, who := range []string{"owner", "member", "guest", "new", "declined"} {
		row, err := people.FindRow(f.app, f.team.Id, f.ids[who])
		f.must(err)
		if !slices.Equal(row.Tags, people.Tags{"Kestrel"}) {
			t.Errorf("%s: got tags %v", who, row.Tags)
		}
	}
	for _, s := range []struct {
		action bulk.Action
		code   string
	}{
		{bulk.Action{Kind: bulk.Tag}, "required"},
		{bulk.Action{Kind: bulk.Tag, AddTags: []string{strings.Repeat("x", 500)}}, "too_long"},
		{bulk.Action{Kind: bulk.Tag, RemoveTags: slices.Repeat([]string{"x"}, 1000)}, errs.CodeTooMany},
	} {
		_, err := bulk.Do(f.app, f.actor("owner"), s.action, f.idsOf("member"))
		hookstest.AssertCode(t, fmt.Sprintf("%.60v", s.action), err, s.code)
	}
}
