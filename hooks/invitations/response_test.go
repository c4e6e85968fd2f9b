package invitations_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func TestAccept_GrantsInvitedRoles(t *testing.T) {
	for _, s := range []struct {
		held, offered []string
		want          actors.Roles
	}{
		{nil, []string{"organizer"}, actors.Roles{Organizer: true}},
		{nil, []string{"admin"}, actors.Roles{Admin: true}},
		{nil, []string{"admin", "organizer"}, actors.Roles{Admin: true, Organizer: true}},
		{nil, nil, actors.Roles{}},
		{[]string{"organizer"}, []string{"admin"}, actors.Roles{Admin: true, Organizer: true}},
		{[]string{"admin"}, []string{"organizer"}, actors.Roles{Admin: true, Organizer: true}},
	} {
		t.Run(s.want.Label(), func(t *testing.T) {
			f := newFixture(t)
			who := f.lucia
			if s.held != nil {
				who = hookstest.Member(t, f.app, f.team, "held@x.example", s.held...)
			}
			result := f.invite(who.Email(), s.offered...)
			_, err := invitations.Accept(f.app, invitations.Response{Account: who, Token: tokenOf(result)})
			f.must(err)
			roles, in := f.roles(who)
			if !in || roles != s.want {
				t.Errorf("got member %v with roles %+v", in, roles)
			}
			if r := f.stored(result.ID); r.GetString("user") != who.Id || r.GetDateTime("answered").IsZero() {
				t.Errorf("%v", r.FieldsData())
			}
		})
	}
}

func TestAccept_Guest_BecomesMemberAndGuestAgainWithoutRoles(t *testing.T) {
	f := newFixture(t)
	guest := hookstest.Guest(t, f.app, f.team, "guest@x.example")
	result := f.invite(guest.Email(), "organizer")
	_, err := invitations.Accept(f.app, invitations.Response{Account: guest, ID: result.ID})
	f.must(err)
	m, err := members.Find(f.app, f.team.Id, guest.Id)
	f.must(err)
	if m.Kind() != actors.Member || !m.GetBool("came_as_guest") || !m.Roles().Organizer {
		t.Errorf("%v", m.FieldsData())
	}
	_, err = members.RevokeRoles(f.app, f.actor(f.owner), guest.Id, actors.Roles{Organizer: true}, members.Handover{})
	f.must(err)
	if m, err = members.Find(f.app, f.team.Id, guest.Id); err != nil || m.Kind() != actors.Guest {
		t.Errorf("%v %v, want %v", m, err, actors.Guest)
	}
}

func TestRespond_WrongOrUnconfirmedAccount_IsRefused(t *testing.T) {
	f := newFixture(t)
	result := f.invite(luciaEmail, "organizer")
	other := hookstest.Account(t, f.app, "other@x.example")
	answers := map[string]func(invitations.Response) error{
		"accept":  func(a invitations.Response) error { _, err := invitations.Accept(f.app, a); return err },
		"decline": func(a invitations.Response) error { _, err := invitations.Decline(f.app, a); return err },
	}
	for name, give := range answers {
		hookstest.AssertCode(t, name+" as another", give(invitations.Response{Account: other, Token: tokenOf(result)}), accounts.CodeWrongAccount)
		if err := give(invitations.Response{Account: other, ID: result.ID}); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s another's by its id: %v, want %v", name, err, errs.ErrNotFound)
		}
		if err := give(invitations.Response{Account: f.lucia, ID: "nosuchid0000000"}); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s an unknown id: %v, want %v", name, err, errs.ErrNotFound)
		}
		hookstest.AssertCode(t, name+" an unknown link", give(invitations.Response{Account: f.lucia, Token: "usi_nothing"}), invitations.CodeUnknown)
		hookstest.AssertCode(t, name+" an empty link", give(invitations.Response{Account: f.lucia}), invitations.CodeUnknown)
	}
	_, err := invitations.Accept(f.app, invitations.Response{Token: tokenOf(result)})
	hookstest.AssertCode(t, "accept without an account", err, accounts.CodeWrongAccount)

	hookstest.Exec(t, f.app, "UPDATE users SET verified = 0 WHERE id = {:id}", dbx.Params{"id": f.lucia.Id})
	for name, give := range answers {
		unverified := hookstest.FindRecord(t, f.app, "users", f.lucia.Id)
		hookstest.AssertCode(t, name+" unconfirmed", give(invitations.Response{Account: unverified, ID: result.ID}), accounts.CodeUnverified)
	}
	// Confirmation is checked against what is stored, not against the account as the request read it.
	hookstest.AssertCode(t, "accept unconfirmed since", answers["accept"](invitations.Response{Account: f.lucia, ID: result.ID}), accounts.CodeUnverified)
	if got := f.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("got status %s, want %q", got, "pending")
	}
}

func TestDecline_IsFinalAndKeepsMembership(t *testing.T) {
	f := newFixture(t)
	organizer := hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer")
	result := f.invite(organizer.Email(), "admin")
	_, err := invitations.Decline(f.app, invitations.Response{Account: organizer, ID: result.ID})
	f.must(err)
	if roles, in := f.roles(organizer); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("got member %v with roles %+v", in, roles)
	}
	if f.seats().Admin.Reserved != 0 {
		t.Error("the seat is still reserved")
	}
	_, err = invitations.Accept(f.app, invitations.Response{Account: organizer, Token: tokenOf(result)})
	hookstest.AssertCode(t, "accepting it after all", err, invitations.CodeDeclined)
	if again := f.invite(organizer.Email(), "admin"); again.ID == result.ID {
		t.Error("the declined invitation was reused")
	}
}

func TestAccept_Refused_IsAudited(t *testing.T) {
	f := newFixture(t)
	result := f.inviteInState("revoked")
	_, _ = invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(result), IP: "192.0.2.7"})
	row, err := f.app.FindFirstRecordByFilter("audit", "action = 'invitation.accept' && result = 'invitation_revoked'")
	f.must(err)
	if row.GetString("actor") != f.lucia.Id || row.GetString("target") != result.ID || row.GetString("address") != "192.0.2.7" {
		t.Errorf("%v, want %v, %v and %q", row.FieldsData(), f.lucia.Id, result.ID, "192.0.2.7")
	}
}

const newPassword = "orchid tram lantern seven"

func newAccountForm(token string) invitations.NewAccountForm {
	return invitations.NewAccountForm{Token: token, Name: "Nia Okafor", Password: newPassword, Timezone: "Africa/Lagos", IP: "192.0.2.9"}
}

func TestAcceptNew_EmailedLink_CreatesAccountAndMembership(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	result := f.invite("nia@x.example", "organizer")
	account, _, err := invitations.AcceptNew(f.app, newAccountForm(f.setLink(result.ID)))
	f.must(err)
	if !account.Verified() || account.GetString("name") != "Nia Okafor" || account.GetString("timezone") != "Africa/Lagos" {
		t.Errorf("%v", account.FieldsData())
	}
	if roles, in := f.roles(account); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("got member %v with roles %+v", in, roles)
	}
	if _, err := accounts.SignIn(f.app, "nia@x.example", newPassword, ""); err != nil {
		t.Error(err)
	}
	_, _, err = invitations.AcceptNew(f.app, newAccountForm("usi_by-mail-"+result.ID))
	hookstest.AssertCode(t, "a second time", err, invitations.CodeAccepted)
}

func TestAcceptNew_Refused_CreatesNothing(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(f *fixture, id string, n *invitations.NewAccountForm)
		code   string
	}{
		{"weak password", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Password = "passwordpassword" }, accounts.CodeWeakPassword},
		{"no name", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Name = " " }, "required"},
		{"unknown link", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Token = "usi_x" }, invitations.CodeUnknown},
		{"overdue", func(f *fixture, id string, _ *invitations.NewAccountForm) { f.makeOverdue(id) }, invitations.CodeExpired},
		{"revoked", func(f *fixture, id string, _ *invitations.NewAccountForm) {
			_, err := invitations.Revoke(f.app, f.actor(f.owner), id)
			f.must(err)
		}, invitations.CodeRevoked},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixtureWith(t, configWithEmail())
			id := f.invite("nia@x.example", "organizer").ID
			n := newAccountForm(f.setLink(id))
			s.change(f, id, &n)
			_, _, err := invitations.AcceptNew(f.app, n)
			hookstest.AssertCode(t, s.name, err, s.code)
			if _, err := accounts.Find(f.app, "nia@x.example"); !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("got an account: %v, want %v", err, errs.ErrNotFound)
			}
		})
	}
}

func TestAcceptNew_UnconfirmedAccount_IsClaimed(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	squatter, err := accounts.New(f.app, accounts.Params{Email: "nia@x.example", Name: "Mallory", Password: hookstest.Password})
	f.must(err)
	f.must(f.app.Save(squatter))
	login, err := accounts.StartLogin(f.app, squatter, "", "")
	f.must(err)
	bearer, err := squatter.NewAuthToken()
	f.must(err)
	other := core.NewExternalAuth(f.app)
	other.SetCollectionRef(squatter.Collection().Id)
	other.SetRecordRef(squatter.Id)
	other.SetProvider("google")
	other.SetProviderId("mallory")
	f.must(f.app.Save(other))

	result := f.invite("nia@x.example", "organizer")
	account, _, err := invitations.AcceptNew(f.app, newAccountForm(f.setLink(result.ID)))
	f.must(err)
	if account.Id != squatter.Id || account.GetString("name") != "Nia Okafor" || !account.Verified() {
		t.Errorf("%v", account.FieldsData())
	}
	if _, err := accounts.SignIn(f.app, "nia@x.example", hookstest.Password, ""); errs.Code(err) != accounts.CodeBadSignIn {
		t.Errorf("old password: %v, want %v", err, accounts.CodeBadSignIn)
	}
	if _, err := accounts.SignIn(f.app, "nia@x.example", newPassword, ""); err != nil {
		t.Errorf("new password: %v", err)
	}
	if _, _, err := accounts.FindLogin(f.app, login); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("old session cookie: %v, want %v", err, errs.ErrNotFound)
	}
	if _, err := f.app.FindAuthRecordByToken(bearer, core.TokenTypeAuth); err == nil {
		t.Error("the old bearer token still works")
	}
	if others, err := f.app.FindAllExternalAuthsByRecord(account); err != nil || len(others) != 0 {
		t.Errorf("other sign-in methods: %v %v, want 0", others, err)
	}
}

func TestAcceptNew_ConfirmedAccount_IsRefused(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	result := f.invite(luciaEmail, "organizer")
	_, _, err := invitations.AcceptNew(f.app, newAccountForm(f.setLink(result.ID)))
	hookstest.AssertCode(t, "a link of a confirmed account", err, accounts.CodeWrongAccount)
	if _, err := accounts.SignIn(f.app, luciaEmail, hookstest.Password, ""); err != nil {
		t.Errorf("password: %v", err)
	}
	if _, in := f.roles(f.lucia); in {
		t.Error("in the team")
	}
}

func TestAcceptNew_LinkShownToInviter_NeedsConfirmation(t *testing.T) {
	f := newFixture(t)
	result := f.invite("nia@x.example", "admin")
	account, _, err := invitations.AcceptNew(f.app, newAccountForm(tokenOf(result)))
	hookstest.AssertCode(t, "a shown link", err, accounts.CodeUnverified)
	account = hookstest.FindRecord(t, f.app, "users", account.Id)
	if _, in := f.roles(account); in || account.Verified() {
		t.Fatalf("got member %v, confirmed %v", in, account.Verified())
	}
	if got := f.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("got invitation %s, want %q", got, "pending")
	}
	// Nor does it take over an unconfirmed account: another password changes nothing.
	second := newAccountForm(tokenOf(result))
	second.Password = "quite another pass phrase"
	_, _, err = invitations.AcceptNew(f.app, second)
	hookstest.AssertCode(t, "a second time", err, accounts.CodeUnverified)
	if !hookstest.FindRecord(t, f.app, "users", account.Id).ValidatePassword(newPassword) {
		t.Error("the password changed")
	}

	account.SetVerified(true)
	f.must(f.app.Save(account))
	_, err = invitations.Accept(f.app, invitations.Response{Account: account, Token: tokenOf(result)})
	hookstest.AssertCode(t, "once confirmed", err, "")
}

func TestListPending_OfAccount(t *testing.T) {
	f := newFixture(t)
	first := f.invite(luciaEmail, "organizer").ID
	other := hookstest.Team(t, f.app, f.owner, "Another team", "free")
	second := hookstest.Invite(t, f.app, f.owner, other, luciaEmail).ID
	hookstest.Exec(t, f.app, "UPDATE invitations SET created = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": first})
	gone := hookstest.Team(t, f.app, f.owner, "A third team", "free")
	f.makeOverdue(hookstest.Invite(t, f.app, f.owner, gone, luciaEmail).ID)
	waiting, err := invitations.ListPending(f.app, f.lucia)
	f.must(err)
	if len(waiting) != 2 || waiting[0].Id != second || waiting[1].Id != first {
		t.Errorf("%v, want 2, %v and %v", waiting, second, first)
	}
}
