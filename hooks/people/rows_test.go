package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/people"
)

func (p *fixture) addTags(email string, names ...string) {
	p.Helper()
	for _, name := range names {
		p.must(p.app.Save(hookstest.NewRecord(p.T, p.app, "tags", map[string]any{"team": p.team.Id, "email": email, "name": name})))
	}
}

func (p *fixture) findRow(search string) people.Row {
	p.Helper()
	page, err := people.List(p.app, p.team.Id, people.Query{Search: search})
	p.must(err)
	if len(page.Rows) != 1 {
		p.Fatalf("%d people called %q, want 1", len(page.Rows), search)
	}
	return page.Rows[0]
}

func TestList_FollowsEveryWrite(t *testing.T) {
	p := newFixture(t, false)
	invited := hookstest.Invite(t, p.app, p.users["owner"], p.team, "lucia@x.example", "organizer")
	p.addTags("lucia@x.example", "Sound", "film")
	hookstest.AssertPeopleIndex(t, p.app)

	lucia := hookstest.Account(t, p.app, "lucia@x.example")
	_, err := invitations.Accept(p.app, invitations.Response{Account: lucia, ID: invited.ID})
	p.must(err)
	hookstest.AssertPeopleIndex(t, p.app)
	if row := p.findRow("lucia"); row.ID != lucia.Id || row.Status != "accepted" || row.Tags.String() != `["film","Sound"]` {
		t.Errorf("accepted: %+v, want %v, %q and %q", row, lucia.Id, "accepted", `["film","Sound"]`)
	}

	lucia.Set("name", "Lucía Herrera")
	p.must(p.app.Save(lucia))
	p.findRow("LUCÍA her")
	lucia.SetEmail("herrera@x.example")
	p.must(p.app.Save(lucia))
	hookstest.AssertPeopleIndex(t, p.app)
	if row := p.findRow("herrera@"); row.ID != lucia.Id || len(row.Tags) != 2 || p.listNames(people.Query{Search: "lucia@"}) != "" {
		t.Errorf("after a change of address: %+v, want %v, 2 and none", row, lucia.Id)
	}

	p.must(actors.RecordVisit(p.app, hookstest.Actor(t, p.app, lucia, p.team)))
	if row := p.findRow("herrera"); time.Since(row.Active.Time()) > time.Minute {
		t.Errorf("active %v, want at most %v", row.Active, time.Minute)
	}
	hookstest.Invite(t, p.app, p.users["owner"], p.team, "herrera@x.example", "admin")
	if row := p.findRow("herrera"); !row.Invited || !row.InvitedAsAdmin {
		t.Errorf("with a role on offer: %+v", row)
	}
	hookstest.AssertPeopleIndex(t, p.app)

	_, err = members.Remove(p.app, p.actor("owner"), lucia.Id, members.Handover{})
	p.must(err)
	hookstest.AssertPeopleIndex(t, p.app)
	if row := p.findRow("herrera"); row.User != "" || row.Status != "revoked" {
		t.Errorf("removed with a role on offer: %+v, want none and %q", row, "revoked")
	}
	p.must(p.app.Delete(hookstest.FindRecord(t, p.app, "invitations", p.findRow("herrera").Invitation)))
	p.remove("guest")
	p.must(p.app.Delete(p.users["member"]))
	hookstest.AssertPeopleIndex(t, p.app)
	p.must(p.app.Delete(p.team))
	hookstest.AssertPeopleIndex(t, p.app)
	if n := hookstest.Count(t, p.app, "tags", nil); n != 0 {
		t.Errorf("%d tags are left, want 0", n)
	}
}

func TestList_SeekAndPageNumber_SameRows(t *testing.T) {
	p := newFixture(t, false)
	for n := range 41 {
		email := fmt.Sprintf("p%02d@x.example", (n*17)%41)
		hookstest.Invite(t, p.app, p.users["owner"], p.team, email)
		if n%3 == 0 {
			p.addTags(email, "third")
		}
	}
	for _, base := range []people.Query{{}, {Sort: "-person"}, {Sort: "status"}, {Sort: "-status"}, {Sort: "added"}, {Sort: "-active"},
		{Search: "p1"}, {Search: "x.example"}, {Tag: "THIRD"}, {Status: "pending", Sort: "-added"}} {
		all := base
		all.Size = 200
		whole, err := people.List(p.app, p.team.Id, all)
		p.must(err)
		base.Size = 7
		last, seek := "", base
		var ids, back []string
		for number := 1; (number-1)*base.Size < whole.Total; number++ {
			counted := base
			counted.Page = number
			one, err := people.List(p.app, p.team.Id, counted)
			p.must(err)
			seek.Page, seek.After = number, last
			two, err := people.List(p.app, p.team.Id, seek)
			p.must(err)
			if fmt.Sprint(one.Rows) != fmt.Sprint(two.Rows) || one.Total != whole.Total {
				t.Errorf("%+v page %d by number: %v, by seek: %v", base, number, one.Rows, two.Rows)
			}
			for _, row := range two.Rows {
				ids, last = append(ids, row.ID), row.ID
			}
			if number > 1 {
				turned := base
				turned.Page, turned.Before = number-1, two.Rows[0].ID
				previous, err := people.List(p.app, p.team.Id, turned)
				p.must(err)
				for _, row := range previous.Rows {
					back = append(back, row.ID)
				}
			}
		}
		var want []string
		for _, row := range whole.Rows {
			want = append(want, row.ID)
		}
		if fmt.Sprint(ids) != fmt.Sprint(want) || fmt.Sprint(back) != fmt.Sprint(want[:len(back)]) {
			t.Errorf("%+v: forwards %v\nbackwards %v\nwant %v", base, ids, back, want)
		}
	}
	gone, err := people.List(p.app, p.team.Id, people.Query{Size: 7, Page: 2, After: "nobodynobodyno"})
	if err != nil || len(gone.Rows) != 7 {
		t.Errorf("after a row that is gone: %d rows, %v, want 7", len(gone.Rows), err)
	}
}

// The list is read through its indexes: a query plan that scans or sorts all rows is an error.
func TestList_UsesIndexes(t *testing.T) {
	p := newFixture(t, false)
	for _, q := range []people.Query{{}, {Sort: "status"}, {Sort: "-active"}, {Status: "accepted"}, {Status: "pending"},
		{Role: "admin"}, {Role: "organizer"}, {Kind: "guest"}} {
		var plan []struct{ Detail string }
		p.must(p.app.DB().NewQuery("EXPLAIN QUERY PLAN " + people.PageSQL(q, p.team.Id)).Bind(dbx.Params{
			"team": p.team.Id, "now": "2026-01-01", "take": 50, "skip": 0}).All(&plan))
		for _, step := range plan {
			if strings.Contains(step.Detail, "TEMP B-TREE") || strings.Contains(step.Detail, "SCAN") {
				t.Errorf("%+v: %v, want no %q or %q", q, plan, "TEMP B-TREE", "SCAN")
			}
		}
	}
}

// Control: the comparison of the tests above sees each kind of stale index.
func TestPeopleIndexErrors_StaleIndex_IsReported(t *testing.T) {
	for name, statement := range map[string]string{
		"row missing in the search":     "INSERT INTO people_find (people_find, rowid, who) SELECT 'delete', n, fold(who) FROM people WHERE user = ''",
		"row of the search left behind": "INSERT INTO people_find (rowid, who) VALUES (999, 'somebody')",
		"old name in the search":        "INSERT INTO people_find (rowid, who) SELECT n, 'before' FROM people WHERE user = ''",
		"cleared invitation still listed": "UPDATE invitations SET status = 'declined', cleared = 1; DELETE FROM people_stale; " +
			"INSERT INTO people (team, email, user, invitation, name, avatar, kind, status, owner, admin, organizer, ask_admin, ask_organizer, asked, expires, answered, added, active) " +
			"SELECT team, email, '', id, name, '', 'member', status, 0, 0, 0, admin, organizer, 0, expires, answered, created, '' FROM invitations",
		"status": "UPDATE people SET status = 'declined' WHERE user = ''",
	} {
		t.Run(name, func(t *testing.T) {
			p := newFixture(t, false)
			hookstest.Invite(t, p.app, p.users["owner"], p.team, "lucia@x.example", "organizer")
			hookstest.AssertPeopleIndex(t, p.app)
			hookstest.Exec(t, p.app, statement, nil)
			if faults := hookstest.PeopleIndexErrors(t, p.app); len(faults) == 0 {
				t.Error("no faults, want at least 1")
			}
		})
	}
}
