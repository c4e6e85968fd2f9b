package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with a history, and another team.
type fixture struct {
	*testing.T
	app                        *core.BaseApp
	owner, admin               *core.Record
	lucia, theo                *core.Record
	team, other                *teams.Team
	invitationID, neverInvited string // Lucía's invitation; an address that was never invited
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := &fixture{T: t, app: hookstest.NewApp(t), neverInvited: "admin-too@x.example"}
	s.owner = hookstest.Account(t, s.app, "marta@x.example")
	s.team = hookstest.Team(t, s.app, s.owner, "Halation Post", "free")
	s.other = hookstest.Team(t, s.app, hookstest.Account(t, s.app, "wanda@y.example"), "Grain and Gate", "free")
	s.admin = hookstest.Member(t, s.app, s.team, "jonas@x.example", "admin")
	s.theo = hookstest.Member(t, s.app, s.team, "theo@x.example", "organizer")
	s.lucia = hookstest.Account(t, s.app, "lucia@x.example")

	s.invitationID = hookstest.Invite(t, s.app, s.owner, s.team, "lucia@x.example", "organizer").ID
	hookstest.Invite(t, s.app, s.owner, s.team, "lucia@x.example", "organizer") // already invited
	_, err := invitations.Decline(s.app, invitations.Response{Account: s.lucia, ID: s.invitationID})
	s.must(err)
	second := hookstest.Invite(t, s.app, s.admin, s.team, "lucia@x.example").ID
	_, err = invitations.Accept(s.app, invitations.Response{Account: s.lucia, ID: second})
	s.must(err)
	_, err = invitations.Invite(s.app, hookstest.Actor(t, s.app, s.admin, s.team), invitations.Request{
		Lines: invitations.ParseLines([]string{s.neverInvited}), Roles: actors.Roles{Admin: true}})
	hookstest.AssertCode(t, "an Admin invites an Admin", err, errs.CodeNotAllowed)
	_, err = members.RevokeRoles(s.app, hookstest.Actor(t, s.app, s.owner, s.team), s.theo.Id, actors.Roles{Organizer: true}, members.Handover{})
	s.must(err)
	_, err = members.Remove(s.app, hookstest.Actor(t, s.app, s.owner, s.team), s.lucia.Id, members.Handover{})
	s.must(err)
	hookstest.Invite(t, s.app, s.otherOwner(), s.other, "lucia@x.example")
	return s
}

// otherOwner is the owner of the other team.
func (s *fixture) otherOwner() *core.Record {
	owner, err := members.FindOwner(s.app, s.other.Id)
	s.must(err)
	return hookstest.FindRecord(s.T, s.app, "users", owner.UserID())
}

func (s *fixture) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// listActions returns what a query finds, one word per entry; refusals end with "!".
func (s *fixture) listActions(query audit.Query) string {
	s.Helper()
	page, err := audit.List(s.app, hookstest.Actor(s.T, s.app, s.owner, s.team), query)
	s.must(err)
	var all []string
	for _, row := range page.Rows {
		word := row.Action[strings.IndexByte(row.Action, '.')+1:]
		if row.Refused() {
			word += "!"
		}
		if row.Team != s.team.Id {
			s.Errorf("got an entry of another team: %+v, want %v", row, s.team.Id)
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

func TestList_FiltersNewestFirst(t *testing.T) {
	s := newFixture(t)
	hookstest.Exec(t, s.app, "UPDATE users SET name = 'Théo Ångström' WHERE id = {:id}", dbx.Params{"id": s.theo.Id})
	all := "remove revoke create! accept create decline create! create found"
	hour := time.Now().Add(-time.Hour)
	for _, test := range []struct {
		query audit.Query
		want  string
	}{
		{audit.Query{}, all},
		{audit.Query{Result: audit.ResultRefused}, "create! create!"},
		{audit.Query{Result: audit.ResultDone}, "remove revoke accept create decline create found"},
		{audit.Query{Result: "maybe"}, ""},
		{audit.Query{Kind: "members"}, "remove revoke"},
		{audit.Query{Kind: "invitations", Result: audit.ResultRefused}, "create! create!"},
		{audit.Query{Kind: "no-such"}, ""},
		// Lucía had two invitations and an account, was removed, and one invitation was refused while another was pending.
		{audit.Query{Person: s.lucia.Id}, "remove accept create decline create! create"},
		{audit.Query{Person: s.invitationID}, "remove accept create decline create! create"},
		{audit.Query{Person: "LUCIA"}, "remove accept create decline create! create"},
		{audit.Query{Person: "lucia@x.example", Kind: "members"}, "remove"},
		{audit.Query{Person: s.lucia.Id, Kind: "no-such"}, ""},
		{audit.Query{Person: s.theo.Id}, "revoke"},
		{audit.Query{Person: "jonas"}, "create! create"},
		{audit.Query{Person: "ÅNG theo"}, "revoke"}, // words in any order, without case and accents
		{audit.Query{Person: "angstrom jonas"}, ""},
		{audit.Query{Person: "---"}, all},
		{audit.Query{Person: ", %", Kind: "members"}, "remove revoke"},
		{audit.Query{Person: "no match"}, ""},
		{audit.Query{Person: strings.Repeat("a", 15)}, ""},
		{audit.Query{Person: "' OR 1=1 --"}, ""},
		{audit.Query{From: hour}, all},
		{audit.Query{From: hour.Add(2 * time.Hour)}, ""},
		{audit.Query{To: hour}, ""},
		{audit.Query{To: hour.Add(2 * time.Hour), From: hour, Person: "theo"}, "revoke"},
		{audit.Query{Before: 3}, "create found"},
		{audit.Query{Before: 3, Size: 1}, "create"},
		{audit.Query{Person: s.lucia.Id, Size: 2}, "remove accept"},
	} {
		if got := s.listActions(test.query); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.query, got, test.want)
		}
	}
	rows, err := audit.Activity(s.app, s.team.Id, s.lucia.Id, 3)
	if err != nil || len(rows) != 3 || rows[0].Text() != "Removed from the team by Marta" || rows[1].Text() != "Accepted the invitation" ||
		rows[2].Text() != "Invited as a member by Jonas" {
		t.Errorf("got %+v and %v, want the three newest events", rows, err)
	}
	if rows, err := audit.Activity(s.app, s.other.Id, s.theo.Id, 3); err != nil || len(rows) != 0 {
		t.Errorf("got %+v and %v for a member of another team, want nothing", rows, err)
	}
}

func TestList_OtherTeamsAccountID_FindsNothing(t *testing.T) {
	s := newFixture(t)
	hookstest.Invite(t, s.app, s.owner, s.team, "wanda@y.example")
	if got := s.listActions(audit.Query{Person: s.otherOwner().Id}); got != "" {
		t.Errorf("got %q for the id of a user of another team, want nothing", got)
	}
}

func TestList_Pagination(t *testing.T) {
	s := newFixture(t)
	for _, query := range []audit.Query{{}, {Person: "x.example"}, {Kind: "invitations"}} {
		whole := s.listActions(query)
		var parts []string
		for query.Size = 2; ; {
			page, err := audit.List(s.app, hookstest.Actor(t, s.app, s.owner, s.team), query)
			s.must(err)
			parts = append(parts, s.listActions(query))
			hookstest.Invite(t, s.app, s.owner, s.team, fmt.Sprintf("meanwhile%d@z.example", len(parts))) // moves no page
			if query.Before = page.Next; query.Before == 0 {
				break
			}
		}
		if got := strings.Join(parts, " "); got != whole {
			t.Errorf("got %q page by page, want %q", got, whole)
		}
	}
}

func TestList_AndExport_RequireOwnerOrAdmin(t *testing.T) {
	s := newFixture(t)
	guest := hookstest.Guest(t, s.app, s.team, "clara@k.example")
	for account, code := range map[*core.Record]string{s.owner: "", s.admin: "", s.theo: errs.CodeNotAllowed, guest: errs.CodeNotAllowed} {
		actor := hookstest.Actor(t, s.app, account, s.team)
		_, err := audit.List(s.app, actor, audit.Query{})
		hookstest.AssertCode(t, "read as "+actor.Name(), err, code)
		var b strings.Builder
		err = audit.Export(s.app, actor, audit.Query{}, time.UTC, &b)
		hookstest.AssertCode(t, "export as "+actor.Name(), err, code)
		if (b.Len() == 0) != (code != "") {
			t.Errorf("%s got %d bytes, want code %q", actor.Name(), b.Len(), code)
		}
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "audit.export", "result": errs.CodeNotAllowed}); n != 2 {
		t.Errorf("got %d refused exports in the log, want 2", n)
	}
}

func TestWrite_ClockSetBack_KeepsOrder(t *testing.T) {
	s := newFixture(t)
	ahead := time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000000Z")
	hookstest.Exec(t, s.app, "DROP TRIGGER audit_no_UPDATE", nil)
	hookstest.Exec(t, s.app, "UPDATE audit SET at = {:at} WHERE team = {:t} AND seq = (SELECT max(seq) FROM audit WHERE team = {:t})",
		dbx.Params{"at": ahead, "t": s.team.Id})
	hookstest.Invite(t, s.app, s.owner, s.team, "later@x.example")
	page, err := audit.List(s.app, hookstest.Actor(t, s.app, s.owner, s.team), audit.Query{Size: 1})
	if err != nil || page.Rows[0].At != ahead {
		t.Errorf("got %+v and %v, want the newest entry at %s", page.Rows, err, ahead)
	}
}

func TestList_EveryFilterUsesIndex(t *testing.T) {
	s := newFixture(t)
	now := time.Now()
	for _, query := range []audit.Query{
		{}, {Before: 7}, {Result: audit.ResultRefused}, {Result: audit.ResultDone}, {Kind: "invitations"}, {Kind: "members", Result: audit.ResultRefused},
		{Person: s.lucia.Id}, {Person: "x.example", Kind: "members", Before: 9}, {From: now.Add(-time.Hour), To: now},
	} {
		plan, err := audit.Explain(s.app, s.team.Id, query)
		s.must(err)
		search := false
		for _, step := range plan {
			search = search || strings.Contains(step, "SEARCH audit USING")
			if strings.Contains(step, "SCAN audit") {
				t.Errorf("%+v reads the whole log: %s, want no %q", query, strings.Join(plan, "\n"), "SCAN audit")
			}
		}
		if sorts := strings.Contains(strings.Join(plan, ""), "TEMP B-TREE"); sorts && len(plan) < 4 {
			t.Errorf("%+v sorts every match: %s", query, strings.Join(plan, "\n"))
		}
		if !search {
			t.Errorf("%+v uses no index: %s", query, strings.Join(plan, "\n"))
		}
	}
}

func TestList_LaterEmail_IsNotRevealed(t *testing.T) {
	s := newFixture(t)
	admin := hookstest.Actor(t, s.app, s.admin, s.team)
	found := func(person string) int {
		page, err := audit.List(s.app, admin, audit.Query{Person: person})
		s.must(err)
		return len(page.Rows)
	}
	before := found("lucia@x.example")
	stored := hookstest.FindRecord(t, s.app, "users", s.lucia.Id)
	stored.SetEmail("secret@elsewhere.example")
	s.must(s.app.Save(stored))
	for _, guess := range []string{"secret@elsewhere.example", "elsewhere"} {
		if n := found(guess); n != 0 {
			t.Errorf("got %d entries for the later email %s, want 0", n, guess)
		}
	}
	_, err := invitations.Invite(s.app, admin, invitations.Request{
		Lines: invitations.ParseLines([]string{"secret@elsewhere.example"}), Roles: actors.Roles{Admin: true}})
	hookstest.AssertCode(t, "an Admin invites an Admin", err, errs.CodeNotAllowed)
	if n := found(s.lucia.Id); n != before || before == 0 {
		t.Errorf("got %d entries, want %d", n, before)
	}
}
