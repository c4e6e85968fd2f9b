package members_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
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

func TestRestoreRoles_AnythingSinceTheRevoke_IsRefused(t *testing.T) {
	organizer := actors.Roles{Organizer: true}
	for name, since := range map[string]struct {
		do   func(t *testing.T, app core.App, by *actors.Actor, user *core.Record)
		want string
	}{
		"restored": {func(t *testing.T, app core.App, by *actors.Actor, user *core.Record) {
			must(t, members.RestoreRoles(app, by, user.Id, organizer))
		}, "This user has the role already."},
		"restored, then changed by the server administrator": {func(t *testing.T, app core.App, by *actors.Actor, user *core.Record) {
			must(t, members.RestoreRoles(app, by, user.Id, organizer))
			must(t, audit.Write(app, audit.NewEntry(by, "member.roles").WithTarget(user.Id, "")))
			hookstest.Exec(t, app, "UPDATE memberships SET organizer = 0 WHERE user = {:user}", dbx.Params{"user": user.Id})
		}, "The roles of this user have changed since. Send an invitation instead."},
		"removed, and joined as a guest": {func(t *testing.T, app core.App, by *actors.Actor, user *core.Record) {
			_, err := members.Remove(app, by, user.Id, members.Handover{})
			must(t, err)
			must(t, audit.Do(app, &audit.Entry{Team: by.Team.Id, Actor: user.Id, Action: "guest.join", Target: user.Id}, func(tx core.App) error {
				_, err := members.AddGuest(tx, by.Team.Id, user.Id)
				return err
			}))
		}, "The roles of this user have changed since. Send an invitation instead."},
		"left, and joined again": {func(t *testing.T, app core.App, by *actors.Actor, user *core.Record) {
			again, err := actors.InTeam(app, user, by.Team)
			must(t, err)
			_, err = members.Leave(app, again, members.Handover{})
			must(t, err)
			must(t, app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, by.Team.Id, user.Id, actors.Roles{}) }))
		}, "The roles of this user have changed since. Send an invitation instead."},
		"eleven minutes": {func(t *testing.T, app core.App, _ *actors.Actor, _ *core.Record) {
			ageRevokes(t, app, 11*time.Minute)
		}, "A role can be restored within 10 minutes after it was revoked. Send an invitation instead."},
		"nine minutes": {func(t *testing.T, app core.App, _ *actors.Actor, _ *core.Record) { ageRevokes(t, app, 9*time.Minute) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			app := hookstest.NewApp(t)
			owner := hookstest.Account(t, app, "owner@x.example")
			team := hookstest.Team(t, app, owner, "Halation Post", "business")
			user := hookstest.Member(t, app, team, "user@x.example", "organizer")
			by := hookstest.Actor(t, app, owner, team)
			_, err := members.RevokeRoles(app, by, user.Id, organizer, members.Handover{})
			must(t, err)
			since.do(t, app, by, user)
			_, code, sentence, _ := errs.Details(members.RestoreRoles(app, by, user.Id, organizer))
			if sentence != since.want || since.want != "" && code != members.CodeTooLate {
				t.Errorf("got %s: %q, want %q", code, sentence, since.want)
			}
		})
	}
}

func TestRestoreRoles_BothRevokedAtOnce_EachIsRestoredOnce(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	user := hookstest.Member(t, app, team, "user@x.example", "admin", "organizer")
	by := hookstest.Actor(t, app, owner, team)
	both, organizer, admin := actors.Roles{Admin: true, Organizer: true}, actors.Roles{Organizer: true}, actors.Roles{Admin: true}
	_, err := members.RevokeRoles(app, by, user.Id, both, members.Handover{})
	must(t, err)
	must(t, members.RestoreRoles(app, by, user.Id, organizer))
	must(t, members.RestoreRoles(app, by, user.Id, admin))
	if m, err := members.Find(app, team.Id, user.Id); err != nil || m.Roles() != both {
		t.Errorf("got %+v, %v, want both roles back", m.Roles(), err)
	}
	hookstest.Exec(t, app, "UPDATE memberships SET admin = 0 WHERE user = {:user}", dbx.Params{"user": user.Id})
	hookstest.AssertCode(t, "restored twice", members.RestoreRoles(app, by, user.Id, admin), members.CodeTooLate)

	_, err = members.RevokeRoles(app, by, user.Id, organizer, members.Handover{})
	must(t, err)
	hookstest.AssertCode(t, "a role of an earlier revocation", members.RestoreRoles(app, by, user.Id, admin), members.CodeTooLate)
	must(t, members.RestoreRoles(app, by, user.Id, organizer))
}

func TestRestoreRoles_AdminsRole_OnlyWhoManagesAdmins(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
	other := hookstest.Member(t, app, team, "other@x.example", "admin")
	_, code, sentence, _ := errs.Details(members.RestoreRoles(app, hookstest.Actor(t, app, admin, team), other.Id, actors.Roles{Organizer: true}))
	if want := "Only the Owner can manage Admins in this team. Ask the Owner to do it."; code != errs.CodeNotAllowed || sentence != want {
		t.Errorf("got %s: %q, want %q", code, sentence, want)
	}
}

// ageRevokes moves the revokes in the audit log into the past.
func ageRevokes(t *testing.T, app core.App, age time.Duration) {
	t.Helper()
	hookstest.Exec(t, app, "DROP TRIGGER audit_no_UPDATE", nil)
	hookstest.Exec(t, app, "UPDATE audit SET at = {:at} WHERE action = 'member.revoke'", dbx.Params{"at": record.FormatTime(time.Now().Add(-age))})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
