package members_test

import (
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func TestRestoreRoles_OnlyByWhoRevokedThem(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
	user := hookstest.Member(t, app, team, "user@x.example", "organizer")
	organizer := actors.Roles{Organizer: true}
	by := hookstest.Actor(t, app, owner, team)
	hookstest.AssertCode(t, "never revoked", members.RestoreRoles(app, by, user.Id, organizer), members.CodeTooLate)
	if _, err := members.RevokeRoles(app, by, user.Id, organizer, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "another role", members.RestoreRoles(app, by, user.Id, actors.Roles{Admin: true}), members.CodeTooLate)
	hookstest.AssertCode(t, "someone else", members.RestoreRoles(app, hookstest.Actor(t, app, admin, team), user.Id, organizer), members.CodeTooLate)
	hookstest.AssertCode(t, "a member", members.RestoreRoles(app, hookstest.Actor(t, app, user, team), user.Id, organizer), errs.CodeNotAllowed)
	if err := members.RestoreRoles(app, by, user.Id, organizer); err != nil {
		t.Fatal(err)
	}
	if m, err := members.Find(app, team.Id, user.Id); err != nil || m.Roles() != organizer {
		t.Errorf("got %+v, %v, want the role back", m.Roles(), err)
	}
}
