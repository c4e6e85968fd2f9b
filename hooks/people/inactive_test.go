package people_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/hooks/record"
)

func TestList_Inactive_JoinedAndLastActiveBeforeThePeriod(t *testing.T) {
	p := newFixture(t, false)
	const day = 24 * time.Hour
	hookstest.Invite(t, p.app, p.users["owner"], p.team, "pending@x.example")
	hookstest.Exec(t, p.app, "UPDATE invitations SET created = '2026-01-01 00:00:00.000Z'", nil)
	for who, s := range map[string]struct{ joined, active time.Duration }{ // ago; 0: never active
		"owner":     {90 * day, time.Minute},
		"admin":     {90 * day, people.InactivePeriod + time.Minute},
		"admin2":    {90 * day, people.InactivePeriod - time.Minute},
		"organizer": {people.InactivePeriod + time.Minute, 0},
		"member":    {people.InactivePeriod - time.Minute, 0},
		"guest":     {90 * day, 60 * day},
	} {
		hookstest.Exec(t, p.app, "UPDATE memberships SET created = {:at} WHERE user = {:id}", dbx.Params{"at": record.FormatTime(time.Now().Add(-s.joined)), "id": p.users[who].Id})
		if s.active > 0 {
			p.must(actors.MarkSeen(p.app, p.team.Id, p.users[who].Id, time.Now().Add(-s.active)))
		}
	}
	p.addTags("admin@x.example", "Vendor")
	for _, s := range []struct {
		query people.Query
		want  string
	}{
		{people.Query{}, "admin guest organizer"},
		{people.Query{Sort: "-person"}, "organizer guest admin"},
		{people.Query{Sort: "active"}, "organizer guest admin"},
		{people.Query{Kind: "guest"}, "guest"},
		{people.Query{Kind: "member", Role: "admin"}, "admin"},
		{people.Query{Status: "accepted", Role: "organizer"}, "organizer"},
		{people.Query{Status: "pending"}, ""},
		{people.Query{Search: "admin"}, "admin"},
		{people.Query{Search: "org"}, "organizer"},
		{people.Query{Tag: "vendor"}, "admin"},
		{people.Query{Size: 2, Page: 2}, "organizer"},
	} {
		s.query.Inactive = true
		if got := p.listNames(s.query); got != s.want {
			t.Errorf("%+v: got %q, want %q", s.query, got, s.want)
		}
	}
	p.must(actors.MarkSeen(p.app, p.team.Id, p.users["admin"].Id, time.Now()))
	if got := p.listNames(people.Query{Inactive: true}); got != "guest organizer" {
		t.Errorf("after a visit: got %q, want guest and organizer", got)
	}
	hookstest.AssertPeopleIndex(t, p.app)
}

func TestList_Inactive_ReadsOnlyTheInactive(t *testing.T) {
	p := newFixture(t, false)
	var plan []struct{ Detail string }
	p.must(p.app.DB().NewQuery("EXPLAIN QUERY PLAN " + people.PageSQL(people.Query{Inactive: true}, p.team.Id)).Bind(dbx.Params{
		"team": p.team.Id, "now": "2026-01-01", "since": "2026-01-01", "take": 50, "skip": 0}).All(&plan))
	if len(plan) == 0 || !strings.Contains(plan[0].Detail, "people_active (team=? AND active<?)") {
		t.Errorf("got %v, want a search in the index by last visit", plan)
	}
}
