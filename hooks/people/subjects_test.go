package people_test

import (
	"maps"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/hooks/sessions"
)

func TestFindSubjects_WhatTheTeamHas(t *testing.T) {
	p := newFixture(t, true)
	other := hookstest.Team(t, p.app, p.users["stranger"], "Other", "business")
	pending := hookstest.Invite(t, p.app, p.users["owner"], p.team, "pending@x.example").ID
	accepted := hookstest.Invite(t, p.app, p.users["owner"], p.team, "lucia@x.example").ID
	p.accept(accepted, "lucia@x.example")
	lucia := p.users["lucia@x.example"]
	lucia.SetEmail("new@x.example") // the invitation keeps the old address
	p.must(p.app.Save(lucia))
	foreign := hookstest.Invite(t, p.app, p.users["stranger"], other, "pending@x.example").ID
	session := hookstest.ScheduleSession(t, p.app, p.users["organizer"], p.team, sessions.Form{Guests: []string{"member@x.example"}})
	elsewhere := hookstest.ScheduleSession(t, p.app, p.users["stranger"], other, sessions.Form{})
	participant, err := sessions.FindParticipantByEmail(p.app, session.Id, "member@x.example")
	p.must(err)
	p.remove("guest")
	const series, list = "series000000001", "import000000001"
	for _, sql := range []string{
		"INSERT INTO series (id, team, rule, timezone, starts, created, updated) VALUES ('" + series + "', {:team}, 'FREQ=DAILY', 'UTC', '2026-12-01', '', '')",
		"INSERT INTO series (id, team, rule, timezone, starts, created, updated) VALUES ('series000000002', {:team}, 'FREQ=DAILY', 'UTC', '2026-12-01', '', '')", // without sessions
		"INSERT INTO imports (id, team, created, updated) VALUES ('" + list + "', {:team}, '', '')",
		"UPDATE sessions SET series = '" + series + "' WHERE team = {:team}",
	} {
		hookstest.Exec(t, p.app, sql, dbx.Params{"team": p.team.Id})
	}

	want := map[string]people.Subject{
		p.users["owner"].Id: {Kind: people.SubjectUser, ID: p.users["owner"].Id}, pending: {Kind: people.SubjectUser, ID: pending},
		accepted: {Kind: people.SubjectUser, ID: lucia.Id}, participant.Id: {Kind: people.SubjectUser, ID: p.users["member"].Id},
		session.Id: {Kind: people.SubjectSession, ID: session.Id}, series: {Kind: people.SubjectSession, ID: session.Id},
		list: {Kind: people.SubjectImport, ID: list}, p.team.Id: {Kind: people.SubjectTeam, ID: p.team.Id},
	}
	ids := []string{"", p.users["guest"].Id, p.users["stranger"].Id, foreign, elsewhere.Id, other.Id, "series000000002", "nobodynobodyno", p.users["owner"].Id}
	for id := range want {
		ids = append(ids, id)
	}
	got, err := people.FindSubjects(p.app, p.team.Id, ids)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}
