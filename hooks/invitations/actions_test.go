package invitations_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

func (w *fixture) resend(id string) (string, error) {
	_, link, err := invitations.Resend(w.app, w.actor(w.owner), id)
	return link, err
}

func TestResend_RotatesLinkAndExpiry(t *testing.T) {
	w := newFixture(t)
	first := w.invite(luciaEmail, "organizer")
	w.ageEmails(first.ID, "-2 minutes")
	hookstest.Exec(t, w.app, "UPDATE invitations SET expires = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '+1 hour')", nil)
	link, err := w.resend(first.ID)
	w.must(err)
	if link == first.Link || link == "" {
		t.Errorf("the link is %q", link)
	}
	if left := time.Until(w.stored(first.ID).GetDateTime("expires").Time()); left < invitations.Lifetime-time.Minute {
		t.Errorf("%v are left", left)
	}
	_, err = invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link", err, invitations.CodeReplaced)
	second := invitations.Result{Link: link}
	_, err = invitations.Revoke(w.app, w.actor(w.owner), first.ID)
	w.must(err)
	for name, token := range map[string]string{"the old link": tokenOf(first), "the new link": tokenOf(second)} {
		_, err = invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: token})
		hookstest.AssertCode(t, name+" once revoked", err, invitations.CodeRevoked)
	}
}

func TestResend_IsLimited(t *testing.T) {
	w := newFixture(t)
	id := w.invite(luciaEmail, "organizer").ID
	_, err := w.resend(id)
	hookstest.AssertCode(t, "at once", err, errs.CodeTooMany)
	for n := range 5 {
		w.ageEmails(id, "-61 seconds")
		if _, err := w.resend(id); err != nil {
			t.Fatalf("resend %d: %v", n+1, err)
		}
		_, err = w.resend(id)
		hookstest.AssertCode(t, "twice in a minute", err, errs.CodeTooMany)
	}
	w.ageEmails(id, "-61 seconds")
	_, err = w.resend(id)
	hookstest.AssertCode(t, "the sixth of a day", err, errs.CodeTooMany)
	w.ageEmails(id, "-1 day")
	hookstest.Exec(t, w.app, "UPDATE invitations SET created = strftime('%Y-%m-%d %H:%M:%fZ', created, '-1 day')", nil)
	for n := range 5 {
		if _, err := w.resend(id); err != nil {
			t.Fatalf("the next day, resend %d: %v", n+1, err)
		}
		w.ageEmails(id, "-61 seconds")
	}
	_, err = w.resend(id)
	hookstest.AssertCode(t, "the sixth of the next day", err, errs.CodeTooMany)
}

func TestManage_OtherTeam_NotFound(t *testing.T) {
	w := newFixture(t)
	id := w.invite(luciaEmail, "organizer").ID
	stranger := hookstest.Account(t, w.app, "stranger@x.example")
	theirs := hookstest.Team(t, w.app, stranger, "Another team", "free")
	actor := hookstest.Actor(t, w.app, stranger, theirs)
	for _, id := range []string{id, "nosuchid0000000"} {
		if _, err := invitations.Revoke(w.app, actor, id); !errors.Is(err, errs.NotFound) {
			t.Errorf("revoke: %v", err)
		}
		if _, _, err := invitations.Resend(w.app, actor, id); !errors.Is(err, errs.NotFound) {
			t.Errorf("resend: %v", err)
		}
	}
	if got := w.stored(id).GetString("status"); got != "pending" {
		t.Errorf("it is %s", got)
	}
}

func TestManage_AdminInvitation_NeedsRightToManageAdmins(t *testing.T) {
	for _, s := range []struct {
		actor  string
		opened bool
		roles  []string
		code   string
	}{
		{"owner", false, []string{"admin"}, ""},
		{"admin", false, []string{"admin"}, "not_allowed"},
		{"admin", true, []string{"admin"}, ""},
		{"admin", false, []string{"organizer"}, ""},
		{"plain", false, []string{"organizer"}, "not_allowed"},
	} {
		w := newFixture(t)
		people := map[string]*core.Record{"owner": w.owner,
			"admin": hookstest.Member(t, w.app, w.team, "admin@x.example", "admin"),
			"plain": hookstest.Member(t, w.app, w.team, "plain@x.example")}
		w.team.Set("admins_manage_admins", s.opened)
		w.must(w.app.Save(w.team))
		id := w.invite(luciaEmail, s.roles...).ID
		w.ageEmails(id, "-2 minutes")
		_, _, err := invitations.Resend(w.app, w.actor(people[s.actor]), id)
		hookstest.AssertCode(t, s.actor+" resends", err, s.code)
		if s.code == "" { // neither may roles that he could not offer be replaced
			continue
		}
		_, err = invitations.Revoke(w.app, w.actor(people[s.actor]), id)
		hookstest.AssertCode(t, s.actor+" revokes", err, s.code)
		results, err := invitations.Invite(w.app, w.actor(people[s.actor]), invitations.Request{
			Lines: invitations.ParseLines([]string{luciaEmail}), Roles: actors.Roles{}})
		if err == nil {
			err = errs.Invalid("email", results[0].Code, results[0].Message)
		}
		hookstest.AssertCode(t, s.actor+" replaces its roles", err, s.code)
	}
}

func TestSetRoles_RevokesImmediatelyAndInvitesToNewRoles(t *testing.T) {
	both := actors.Roles{Admin: true, Organizer: true}
	for _, s := range []struct {
		name         string
		held         []string
		open         []string // offered before
		wanted       actors.Roles
		keeps, asked actors.Roles
		offers       bool
	}{
		{"lower", []string{"admin", "organizer"}, nil, actors.Roles{Organizer: true}, actors.Roles{Organizer: true}, actors.Roles{}, false},
		{"raise", []string{"organizer"}, nil, both, actors.Roles{Organizer: true}, actors.Roles{Admin: true}, true},
		{"exchange", []string{"organizer"}, nil, actors.Roles{Admin: true}, actors.Roles{}, actors.Roles{Admin: true}, true},
		{"none", []string{"admin", "organizer"}, nil, actors.Roles{}, actors.Roles{}, actors.Roles{}, false},
		{"as it is", []string{"organizer"}, nil, actors.Roles{Organizer: true}, actors.Roles{Organizer: true}, actors.Roles{}, false},
		{"take an offer back", nil, []string{"admin"}, actors.Roles{}, actors.Roles{}, actors.Roles{}, false},
		{"exchange an offer", nil, []string{"admin"}, actors.Roles{Organizer: true}, actors.Roles{}, actors.Roles{Organizer: true}, true},
		{"offered already", nil, []string{"admin"}, actors.Roles{Admin: true}, actors.Roles{}, actors.Roles{Admin: true}, true},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixture(t)
			who := hookstest.Member(t, w.app, w.team, "who@x.example", s.held...)
			if s.open != nil {
				w.invite(who.Email(), s.open...)
			}
			result, _, err := invitations.SetRoles(w.app, w.actor(w.owner), who.Id, s.wanted, "")
			w.must(err)
			if (result != nil) != s.offers {
				t.Errorf("the result is %+v", result)
			}
			if roles, in := w.roles(who); !in || roles != s.keeps {
				t.Errorf("in %v as %+v", in, roles)
			}
			open, err := invitations.FindPending(w.app, w.team.Id, who.Email())
			if (err == nil) != s.offers || err == nil && open.Roles() != s.asked {
				t.Errorf("offered: %v %v", open, err)
			}
		})
	}
}

func TestSetRoles_WithoutFreeSeat_ChangesNothing(t *testing.T) {
	w := newFixture(t)
	for _, who := range []string{"a", "b", "c", "d"} {
		hookstest.Member(t, w.app, w.team, who+"@x.example", "admin")
	}
	who := hookstest.Member(t, w.app, w.team, "who@x.example", "organizer")
	_, _, err := invitations.SetRoles(w.app, w.actor(w.owner), who.Id, actors.Roles{Admin: true}, "")
	hookstest.AssertCode(t, "a fifth Admin", err, seats.CodeFull)
	if roles, _ := w.roles(who); roles != (actors.Roles{Organizer: true}) {
		t.Errorf("he is %+v", roles)
	}
}

func TestSetRoles_ChecksRightsBeforeState(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	second := hookstest.Member(t, w.app, w.team, "second@x.example", "admin")
	plain := hookstest.Member(t, w.app, w.team, "plain@x.example")
	for _, s := range []struct {
		name          string
		actor, target *core.Record
		wanted        actors.Roles
		code          string
	}{
		{"a plain member, nothing changed", plain, second, actors.Roles{Admin: true}, "not_allowed"},
		{"a plain member, himself up", plain, plain, actors.Roles{Organizer: true}, "not_allowed"},
		{"an Admin, another Admin down", admin, second, actors.Roles{}, "not_allowed"},
		{"an Admin, another Admin also Organizer", admin, second, actors.Roles{Admin: true, Organizer: true}, "not_allowed"},
		{"an Admin, the Owner as he is", admin, w.owner, actors.Roles{Organizer: true}, "not_allowed"},
		{"an Admin, the Owner down", admin, w.owner, actors.Roles{}, "not_allowed"},
		{"an Admin, a member up to Admin", admin, plain, actors.Roles{Admin: true}, "not_allowed"},
		{"an Admin, a member to Organizer", admin, plain, actors.Roles{Organizer: true}, ""},
		{"an Admin, himself down", admin, admin, actors.Roles{}, ""},
		{"the Owner, his own Organizer role", w.owner, w.owner, actors.Roles{}, ""},
	} {
		_, _, err := invitations.SetRoles(w.app, w.actor(s.actor), s.target.Id, s.wanted, "")
		hookstest.AssertCode(t, s.name, err, s.code)
	}
	if roles, _ := w.roles(w.owner); roles != (actors.Roles{Owner: true}) {
		t.Errorf("the Owner is %+v", roles)
	}
	if _, _, err := invitations.SetRoles(w.app, w.actor(w.owner), w.lucia.Id, actors.Roles{}, ""); !errors.Is(err, errs.NotFound) {
		t.Errorf("somebody who is not in the team: %v", err)
	}
}
