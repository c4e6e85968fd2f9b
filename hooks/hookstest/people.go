package hookstest

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/teams"
)

// Password is the password of every test account.
const Password = "purple monkey dishwasher"

// Account creates a confirmed account, named after its address.
func Account(t testing.TB, app core.App, email string) *core.Record {
	t.Helper()
	account, err := accounts.New(app, accounts.Params{Email: email, Name: nameFromEmail(email), Password: Password, Verified: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Save(account); err != nil {
		t.Fatal(err)
	}
	return account
}

func nameFromEmail(email string) string {
	for i := range email {
		if email[i] == '@' || email[i] == '.' {
			return string(email[0]-'a'+'A') + email[1:i]
		}
	}
	return email
}

// Team creates a team of the account on the plan with the key.
func Team(t testing.TB, app core.App, owner *core.Record, name, plan string) *teams.Team {
	t.Helper()
	team, err := members.CreateTeam(app, owner, name, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	found, err := app.FindFirstRecordByData("plans", "key", plan)
	if err != nil {
		t.Fatal(err)
	}
	team.Set("plan", found.Id)
	if err := app.Save(team); err != nil {
		t.Fatal(err)
	}
	return team
}

// Member creates a confirmed account that is a member of the team with the roles.
func Member(t testing.TB, app core.App, team *teams.Team, email string, roles ...string) *core.Record {
	t.Helper()
	account := Account(t, app, email)
	parsed, err := actors.ParseRoles(roles)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.RunInTransaction(func(tx core.App) error {
		return members.Grant(tx, team.Id, account.Id, parsed)
	}); err != nil {
		t.Fatal(err)
	}
	return account
}

// Guest creates a confirmed account that is a guest of the team.
func Guest(t testing.TB, app core.App, team *teams.Team, email string) *core.Record {
	t.Helper()
	account := Account(t, app, email)
	collection, err := app.FindCollectionByNameOrId("memberships")
	if err != nil {
		t.Fatal(err)
	}
	membership := core.NewRecord(collection)
	membership.Load(map[string]any{"team": team.Id, "user": account.Id, "kind": actors.Guest})
	if err := app.Save(membership); err != nil {
		t.Fatal(err)
	}
	return account
}

// Actor returns the account as an actor in the team.
func Actor(t testing.TB, app core.App, account *core.Record, team *teams.Team) *actors.Actor {
	t.Helper()
	actor, err := actors.InTeam(app, account, team.Record)
	if err != nil {
		t.Fatal(err)
	}
	actor.IP = "192.0.2.1"
	return actor
}

// Invite invites an address as the account.
func Invite(t testing.TB, app core.App, by *core.Record, team *teams.Team, email string, roles ...string) invitations.Result {
	t.Helper()
	parsed, err := actors.ParseRoles(roles)
	if err != nil {
		t.Fatal(err)
	}
	results, err := invitations.Invite(app, Actor(t, app, by, team), invitations.Request{
		Lines: invitations.ParseLines([]string{email}), Roles: parsed})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}
