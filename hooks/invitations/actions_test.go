package invitations_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

func (f *fixture) resend(id string) (string, error) {
	_, link, err := invitations.Resend(f.app, f.actor(f.owner), id)
	return link, err
}

func TestResend_RotatesLinkAndExpiry(t *testing.T) {
	f := newFixture(t)
	first := f.invite(luciaEmail, "organizer")
	f.ageEmails(first.ID, "-2 minutes")
	hookstest.Exec(t, f.app, "UPDATE invitations SET expires = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '+1 hour')", nil)
	link, err := f.resend(first.ID)
	f.must(err)
	if link == first.Link || link == "" {
		t.Errorf("got link %q, want anything but %v and it set", link, first.Link)
	}
	if left := time.Until(f.stored(first.ID).GetDateTime("expires").Time()); left < invitations.Lifetime-time.Minute {
		t.Errorf("got remaining links %v, want at least %v", left, invitations.Lifetime-time.Minute)
	}
	_, err = invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link", err, invitations.CodeReplaced)
	second := invitations.Result{Link: link}
	_, err = invitations.Revoke(f.app, f.actor(f.owner), first.ID)
	f.must(err)
	for name, token := range map[string]string{"the old link": tokenOf(first), "the new link": tokenOf(second)} {
		_, err = invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: token})
		hookstest.AssertCode(t, name+" once revoked", err, invitations.CodeRevoked)
	}
}

func TestResend_IsLimited(t *testing.T) {
	f := newFixture(t)
	id := f.invite(luciaEmail, "organizer").ID
	_, err := f.resend(id)
	hookstest.AssertCode(t, "immediately", err, errs.CodeTooMany)
	for n := range 5 {
		f.ageEmails(id, "-61 seconds")
		if _, err := f.resend(id); err != nil {
			t.Fatalf("resend %d: %v", n+1, err)
		}
		_, err = f.resend(id)
		hookstest.AssertCode(t, "twice in a minute", err, errs.CodeTooMany)
	}
	f.ageEmails(id, "-61 seconds")
	_, err = f.resend(id)
	hookstest.AssertCode(t, "the sixth of a day", err, errs.CodeTooMany)
	f.ageEmails(id, "-1 day")
	hookstest.Exec(t, f.app, "UPDATE invitations SET created = strftime('%Y-%m-%d %H:%M:%fZ', created, '-1 day')", nil)
	for n := range 5 {
		if _, err := f.resend(id); err != nil {
			t.Fatalf("the next day, resend %d: %v", n+1, err)
		}
		f.ageEmails(id, "-61 seconds")
	}
	_, err = f.resend(id)
	hookstest.AssertCode(t, "the sixth of the next day", err, errs.CodeTooMany)
}

func TestManage_OtherTeam_NotFound(t *testing.T) {
	f := newFixture(t)
	id := f.invite(luciaEmail, "organizer").ID
	stranger := hookstest.Account(t, f.app, "stranger@x.example")
	theirs := hookstest.Team(t, f.app, stranger, "Another team", "free")
	actor := hookstest.Actor(t, f.app, stranger, theirs)
	for _, id := range []string{id, "nosuchid0000000"} {
		if _, err := invitations.Revoke(f.app, actor, id); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("revoke: %v, want %v", err, errs.ErrNotFound)
		}
		if _, _, err := invitations.Resend(f.app, actor, id); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("resend: %v, want %v", err, errs.ErrNotFound)
		}
	}
	if got := f.stored(id).GetString("status"); got != "pending" {
		t.Errorf("got status %s, want %q", got, "pending")
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
		f := newFixture(t)
		people := map[string]*core.Record{"owner": f.owner,
			"admin": hookstest.Member(t, f.app, f.team, "admin@x.example", "admin"),
			"plain": hookstest.Member(t, f.app, f.team, "plain@x.example")}
		f.team.Set("admins_manage_admins", s.opened)
		f.must(f.app.Save(f.team))
		id := f.invite(luciaEmail, s.roles...).ID
		f.ageEmails(id, "-2 minutes")
		_, _, err := invitations.Resend(f.app, f.actor(people[s.actor]), id)
		hookstest.AssertCode(t, s.actor+" resends", err, s.code)
		if s.code == "" { // nor can they replace roles that they couldn't offer
			continue
		}
		_, err = invitations.Revoke(f.app, f.actor(people[s.actor]), id)
		hookstest.AssertCode(t, s.actor+" revokes", err, s.code)
		results, err := invitations.Invite(f.app, f.actor(people[s.actor]), invitations.Request{
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
		{"revoke an offer", nil, []string{"admin"}, actors.Roles{}, actors.Roles{}, actors.Roles{}, false},
		{"exchange an offer", nil, []string{"admin"}, actors.Roles{Organizer: true}, actors.Roles{}, actors.Roles{Organizer: true}, true},
		{"offered already", nil, []string{"admin"}, actors.Roles{Admin: true}, actors.Roles{}, actors.Roles{Admin: true}, true},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixture(t)
			who := hookstest.Member(t, f.app, f.team, "who@x.example", s.held...)
			if s.open != nil {
				f.invite(who.Email(), s.open...)
			}
			result, _, err := invitations.SetRoles(f.app, f.actor(f.owner), who.Id, s.wanted, members.Handover{})
			f.must(err)
			if (result != nil) != s.offers {
				t.Errorf("got result %+v, want %v", result, s.offers)
			}
			if roles, in := f.roles(who); !in || roles != s.keeps {
				t.Errorf("got member %v with roles %+v", in, roles)
			}
			open, err := invitations.FindPending(f.app, f.team.Id, who.Email())
			if (err == nil) != s.offers || err == nil && open.Roles() != s.asked {
				t.Errorf("got invitation %v, %v", open, err)
			}
		})
	}
}

func TestSetRoles_WithoutFreeSeat_ChangesNothing(t *testing.T) {
	f := newFixture(t)
	for _, who := range []string{"a", "b", "c", "d"} {
		hookstest.Member(t, f.app, f.team, who+"@x.example", "admin")
	}
	who := hookstest.Member(t, f.app, f.team, "who@x.example", "organizer")
	_, _, err := invitations.SetRoles(f.app, f.actor(f.owner), who.Id, actors.Roles{Admin: true}, members.Handover{})
	hookstest.AssertCode(t, "a fifth Admin", err, seats.CodeFull)
	if roles, _ := f.roles(who); roles != (actors.Roles{Organizer: true}) {
		t.Errorf("got roles %+v", roles)
	}
}

func TestSetRoles_ChecksRightsBeforeState(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	second := hookstest.Member(t, f.app, f.team, "second@x.example", "admin")
	plain := hookstest.Member(t, f.app, f.team, "plain@x.example")
	for _, s := range []struct {
		name          string
		actor, target *core.Record
		wanted        actors.Roles
		code          string
	}{
		{"a plain member, nothing changed", plain, second, actors.Roles{Admin: true}, "not_allowed"},
		{"a plain member, themselves up", plain, plain, actors.Roles{Organizer: true}, "not_allowed"},
		{"an Admin, another Admin down", admin, second, actors.Roles{}, "not_allowed"},
		{"an Admin, another Admin also Organizer", admin, second, actors.Roles{Admin: true, Organizer: true}, "not_allowed"},
		{"an Admin, the Owner unchanged", admin, f.owner, actors.Roles{Organizer: true}, "not_allowed"},
		{"an Admin, the Owner down", admin, f.owner, actors.Roles{}, "not_allowed"},
		{"an Admin, a member up to Admin", admin, plain, actors.Roles{Admin: true}, "not_allowed"},
		{"an Admin, a member to Organizer", admin, plain, actors.Roles{Organizer: true}, ""},
		{"an Admin, themselves down", admin, admin, actors.Roles{}, ""},
		{"the Owner, their own Organizer role", f.owner, f.owner, actors.Roles{}, ""},
	} {
		_, _, err := invitations.SetRoles(f.app, f.actor(s.actor), s.target.Id, s.wanted, members.Handover{})
		hookstest.AssertCode(t, s.name, err, s.code)
	}
	if roles, _ := f.roles(f.owner); roles != (actors.Roles{Owner: true}) {
		t.Errorf("got the Owner's roles %+v", roles)
	}
	if _, _, err := invitations.SetRoles(f.app, f.actor(f.owner), f.lucia.Id, actors.Roles{}, members.Handover{}); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("someone outside the team: %v, want %v", err, errs.ErrNotFound)
	}
}
