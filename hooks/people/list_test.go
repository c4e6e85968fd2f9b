package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/people"
)

// newFixtureWithInvitations is a team's people with invitations in every state.
func newFixtureWithInvitations(t *testing.T) *fixture {
	t.Helper()
	p := newFixture(t, false)
	for _, state := range []string{"pending", "declined", "revoked", "expired"} {
		result := hookstest.Invite(t, p.app, p.users["owner"], p.team, state+"_100%@x.example", "organizer")
		hookstest.Exec(t, p.app, "UPDATE invitations SET status = {:s} WHERE id = {:id}", dbx.Params{"s": state, "id": result.ID})
	}
	overdue := hookstest.Invite(t, p.app, p.users["owner"], p.team, "overdue@x.example", "admin")
	hookstest.Exec(t, p.app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": overdue.ID})
	hookstest.Invite(t, p.app, p.users["owner"], p.team, "member@x.example", "admin")
	return p
}

func (p *fixture) listNames(query people.Query) string {
	p.Helper()
	page, err := people.List(p.app, p.team.Id, query)
	p.must(err)
	var names []string
	for _, row := range page.Rows {
		name, _, _ := strings.Cut(row.Email, "@")
		names = append(names, strings.TrimSuffix(name, "_100%"))
	}
	if page.Total != len(names) && query.Size == 0 {
		p.Errorf("%d in all, %d rows", page.Total, len(names))
	}
	return strings.Join(names, " ")
}

func TestList_SearchFilterAndSort(t *testing.T) {
	p := newFixtureWithInvitations(t)
	for _, s := range []struct {
		query people.Query
		want  string
	}{
		{people.Query{}, "admin admin2 declined expired guest member organizer overdue owner pending revoked"},
		{people.Query{Sort: "-person"}, "revoked pending owner overdue organizer member guest expired declined admin2 admin"},
		{people.Query{Sort: "nonsense; DROP TABLE users", Role: "owner"}, "owner"},
		{people.Query{Role: "admin"}, "admin admin2 member overdue"}, // held or offered
		{people.Query{Role: "organizer", Status: "accepted"}, "admin2 organizer owner"},
		{people.Query{Role: "none"}, "guest"},
		{people.Query{Status: "pending"}, "member pending"},
		{people.Query{Status: "declined"}, "declined"},
		{people.Query{Status: "revoked"}, "revoked"},
		{people.Query{Status: "expired"}, "expired overdue"},
		{people.Query{Kind: "guest"}, "guest"},
		{people.Query{Search: " ADMIN "}, "admin admin2"},
		{people.Query{Search: "% -"}, "admin admin2 declined expired guest member organizer overdue owner pending revoked"},
		{people.Query{Search: "---", Status: "pending"}, "member pending"},
		{people.Query{Search: "--- %_ admin"}, "admin admin2"},
		{people.Query{Search: "n_1"}, ""},
		{people.Query{Search: "_1"}, "declined expired pending revoked"},
		{people.Query{Search: "' OR 1=1 --"}, ""},
		{people.Query{Size: 3, Page: 2}, "expired guest member"},
		{people.Query{Size: 3, Page: 9}, ""},
		{people.Query{Size: 3, Page: -1}, "admin admin2 declined"},
	} {
		if got := p.listNames(s.query); got != s.want {
			t.Errorf("%+v: %q, want %q", s.query, got, s.want)
		}
	}
}

func TestList_Search_IgnoresAccentsAndOrder(t *testing.T) {
	p := newFixture(t, false)
	for role, name := range map[string]string{"member": "Herrera, Lucía", "organizer": "Łukasz Straße-Øvergård"} {
		account := p.users[role]
		account.Set("name", name)
		p.must(p.app.Save(account))
	}
	for search, want := range map[string]string{
		"lucia herrera": "member", "LUCÍA, HERRERA": "member", "herr l": "member", "lucía": "member", "member@ lucia": "member",
		"lukasz": "organizer", "ŁUKASZ strasse": "organizer", "strasse-overgard": "organizer", "overgaard": "",
		"lucia lukasz": "", "ía": "member", "er": "member organizer owner", ",": "admin admin2 guest member organizer owner",
		`"lucia"`: "", "lucia OR lukasz": "",
	} {
		got := strings.Fields(p.listNames(people.Query{Search: search}))
		slices.Sort(got) // by email, whatever the name
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%q: got %q, want %q", search, got, want)
		}
	}
	account := p.users["member"]
	account.Set("name", "Anna")
	p.must(p.app.Save(account))
	if got := p.listNames(people.Query{Search: "lucia"}); got != "" {
		t.Errorf("after a rename: got %q, want none", got)
	}
}

func TestCount_ByStatus(t *testing.T) {
	p := newFixtureWithInvitations(t)
	counts, err := people.Count(p.app, p.team.Id)
	want := people.Counts{Total: 11, Accepted: 6, Pending: 2, Declined: 1, Revoked: 1, Expired: 2, Guests: 1}
	if err != nil || counts != want {
		t.Errorf("%+v %v, want %+v", counts, err, want)
	}
}

func TestFindRow_SeveralInvitations_NewestState(t *testing.T) {
	p := newFixture(t, false)
	for n, state := range []string{"declined", "revoked", "pending"} {
		result := hookstest.Invite(t, p.app, p.users["owner"], p.team, "new@x.example", "organizer")
		hookstest.Exec(t, p.app, "UPDATE invitations SET status = {:s}, created = {:c} WHERE id = {:id}",
			dbx.Params{"s": state, "id": result.ID, "c": fmt.Sprintf("2026-01-0%d 00:00:00.000Z", n+1)})
		row, err := people.FindRow(p.app, p.team.Id, result.ID)
		if err != nil || row.Status != state || p.listNames(people.Query{Search: "new@"}) != "new" {
			t.Errorf("%s: %+v %v, want %v and %q", state, row, err, state, "new")
		}
	}
	other := hookstest.Team(t, p.app, p.users["stranger"], "Other", "free")
	if _, err := people.FindRow(p.app, other.Id, p.users["member"].Id); err == nil {
		t.Error("another team's member is found")
	}
	if row, err := people.FindRow(p.app, p.team.Id, p.users["member"].Id); err != nil || row.User != p.users["member"].Id {
		t.Errorf("%+v %v, want %v", row, err, p.users["member"].Id)
	}
}
