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
			w := newFixture(t)
			who := w.lucia
			if s.held != nil {
				who = hookstest.Member(t, w.app, w.team, "held@x.example", s.held...)
			}
			result := w.invite(who.Email(), s.offered...)
			_, err := invitations.Accept(w.app, invitations.Response{Account: who, Token: tokenOf(result)})
			w.must(err)
			roles, in := w.roles(who)
			if !in || roles != s.want {
				t.Errorf("in %v as %+v", in, roles)
			}
			if r := w.stored(result.ID); r.GetString("user") != who.Id || r.GetDateTime("answered").IsZero() {
				t.Errorf("%v", r.FieldsData())
			}
		})
	}
}

func TestAccept_Guest_BecomesMemberAndGuestAgainWithoutRoles(t *testing.T) {
	w := newFixture(t)
	guest := hookstest.Guest(t, w.app, w.team, "guest@x.example")
	result := w.invite(guest.Email(), "organizer")
	_, err := invitations.Accept(w.app, invitations.Response{Account: guest, ID: result.ID})
	w.must(err)
	m, err := members.Find(w.app, w.team.Id, guest.Id)
	w.must(err)
	if m.Kind() != actors.Member || !m.GetBool("came_as_guest") || !m.Roles().Organizer {
		t.Errorf("%v", m.FieldsData())
	}
	w.must(members.RevokeRoles(w.app, w.actor(w.owner), guest.Id, actors.Roles{Organizer: true}))
	if m, err = members.Find(w.app, w.team.Id, guest.Id); err != nil || m.Kind() != actors.Guest {
		t.Errorf("%v %v", m, err)
	}
}

func TestRespond_WrongOrUnconfirmedAccount_IsRefused(t *testing.T) {
	w := newFixture(t)
	result := w.invite(luciaEmail, "organizer")
	other := hookstest.Account(t, w.app, "other@x.example")
	answers := map[string]func(invitations.Response) error{
		"accept":  func(a invitations.Response) error { _, err := invitations.Accept(w.app, a); return err },
		"decline": func(a invitations.Response) error { _, err := invitations.Decline(w.app, a); return err },
	}
	for name, give := range answers {
		hookstest.AssertCode(t, name+" as another", give(invitations.Response{Account: other, Token: tokenOf(result)}), accounts.CodeWrongAccount)
		if err := give(invitations.Response{Account: other, ID: result.ID}); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s another's by its id: %v", name, err)
		}
		if err := give(invitations.Response{Account: w.lucia, ID: "nosuchid0000000"}); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s an unknown id: %v", name, err)
		}
		hookstest.AssertCode(t, name+" an unknown link", give(invitations.Response{Account: w.lucia, Token: "usi_nothing"}), invitations.CodeUnknown)
		hookstest.AssertCode(t, name+" an empty link", give(invitations.Response{Account: w.lucia}), invitations.CodeUnknown)
	}
	_, err := invitations.Accept(w.app, invitations.Response{Token: tokenOf(result)})
	hookstest.AssertCode(t, "accept as nobody", err, accounts.CodeWrongAccount)

	hookstest.Exec(t, w.app, "UPDATE users SET verified = 0 WHERE id = {:id}", dbx.Params{"id": w.lucia.Id})
	for name, give := range answers {
		unverified := hookstest.FindRecord(t, w.app, "users", w.lucia.Id)
		hookstest.AssertCode(t, name+" unconfirmed", give(invitations.Response{Account: unverified, ID: result.ID}), accounts.CodeUnverified)
	}
	// Whoever was confirmed when the request began is judged by what is stored.
	hookstest.AssertCode(t, "accept unconfirmed since", answers["accept"](invitations.Response{Account: w.lucia, ID: result.ID}), accounts.CodeUnverified)
	if got := w.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("it is %s", got)
	}
}

func TestDecline_IsFinalAndKeepsMembership(t *testing.T) {
	w := newFixture(t)
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	result := w.invite(organizer.Email(), "admin")
	_, err := invitations.Decline(w.app, invitations.Response{Account: organizer, ID: result.ID})
	w.must(err)
	if roles, in := w.roles(organizer); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("in %v as %+v", in, roles)
	}
	if w.seats().Admin.Reserved != 0 {
		t.Error("the seat is still reserved")
	}
	_, err = invitations.Accept(w.app, invitations.Response{Account: organizer, Token: tokenOf(result)})
	hookstest.AssertCode(t, "accepting it after all", err, invitations.CodeDeclined)
	if again := w.invite(organizer.Email(), "admin"); again.ID == result.ID {
		t.Error("the declined invitation was opened again")
	}
}

func TestAccept_Refused_IsAudited(t *testing.T) {
	w := newFixture(t)
	result := w.inviteInState("revoked")
	_, _ = invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(result), IP: "192.0.2.7"})
	row, err := w.app.FindFirstRecordByFilter("audit", "action = 'invitation.accept' && result = 'invitation_revoked'")
	w.must(err)
	if row.GetString("actor") != w.lucia.Id || row.GetString("target") != result.ID || row.GetString("address") != "192.0.2.7" {
		t.Errorf("%v", row.FieldsData())
	}
}

const newPassword = "orchid tram lantern seven"

func newAccountForm(token string) invitations.NewAccountForm {
	return invitations.NewAccountForm{Token: token, Name: "Nia Okafor", Password: newPassword, Timezone: "Africa/Lagos", IP: "192.0.2.9"}
}

func TestAcceptNew_EmailedLink_CreatesAccountAndMembership(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	result := w.invite("nia@x.example", "organizer")
	account, _, err := invitations.AcceptNew(w.app, newAccountForm(w.setLink(result.ID)))
	w.must(err)
	if !account.Verified() || account.GetString("name") != "Nia Okafor" || account.GetString("timezone") != "Africa/Lagos" {
		t.Errorf("%v", account.FieldsData())
	}
	if roles, in := w.roles(account); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("in %v as %+v", in, roles)
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", newPassword, ""); err != nil {
		t.Error(err)
	}
	_, _, err = invitations.AcceptNew(w.app, newAccountForm("usi_by-mail-"+result.ID))
	hookstest.AssertCode(t, "a second time", err, invitations.CodeAccepted)
}

func TestAcceptNew_Refused_CreatesNothing(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(w *fixture, id string, n *invitations.NewAccountForm)
		code   string
	}{
		{"weak password", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Password = "passwordpassword" }, accounts.CodeWeakPassword},
		{"no name", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Name = " " }, "required"},
		{"unknown link", func(_ *fixture, _ string, n *invitations.NewAccountForm) { n.Token = "usi_x" }, invitations.CodeUnknown},
		{"overdue", func(w *fixture, id string, _ *invitations.NewAccountForm) { w.makeOverdue(id) }, invitations.CodeExpired},
		{"revoked", func(w *fixture, id string, _ *invitations.NewAccountForm) {
			_, err := invitations.Revoke(w.app, w.actor(w.owner), id)
			w.must(err)
		}, invitations.CodeRevoked},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixtureWith(t, configWithEmail())
			id := w.invite("nia@x.example", "organizer").ID
			n := newAccountForm(w.setLink(id))
			s.change(w, id, &n)
			_, _, err := invitations.AcceptNew(w.app, n)
			hookstest.AssertCode(t, s.name, err, s.code)
			if _, err := accounts.Find(w.app, "nia@x.example"); !errors.Is(err, errs.NotFound) {
				t.Errorf("an account: %v", err)
			}
		})
	}
}

func TestAcceptNew_UnconfirmedAccount_IsClaimed(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	squatter, err := accounts.New(w.app, accounts.Params{Email: "nia@x.example", Name: "Mallory", Password: hookstest.Password})
	w.must(err)
	w.must(w.app.Save(squatter))
	login, err := accounts.StartLogin(w.app, squatter, "", "")
	w.must(err)
	bearer, err := squatter.NewAuthToken()
	w.must(err)
	other := core.NewExternalAuth(w.app)
	other.SetCollectionRef(squatter.Collection().Id)
	other.SetRecordRef(squatter.Id)
	other.SetProvider("google")
	other.SetProviderId("mallory")
	w.must(w.app.Save(other))

	result := w.invite("nia@x.example", "organizer")
	account, _, err := invitations.AcceptNew(w.app, newAccountForm(w.setLink(result.ID)))
	w.must(err)
	if account.Id != squatter.Id || account.GetString("name") != "Nia Okafor" || !account.Verified() {
		t.Errorf("%v", account.FieldsData())
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", hookstest.Password, ""); errs.Code(err) != accounts.CodeBadSignIn {
		t.Errorf("the old password: %v", err)
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", newPassword, ""); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, _, err := accounts.FindLogin(w.app, login); !errors.Is(err, errs.NotFound) {
		t.Errorf("the old login: %v", err)
	}
	if _, err := w.app.FindAuthRecordByToken(bearer, core.TokenTypeAuth); err == nil {
		t.Error("the old bearer token is good")
	}
	if others, err := w.app.FindAllExternalAuthsByRecord(account); err != nil || len(others) != 0 {
		t.Errorf("other ways in: %v %v", others, err)
	}
}

func TestAcceptNew_ConfirmedAccount_IsRefused(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	result := w.invite(luciaEmail, "organizer")
	_, _, err := invitations.AcceptNew(w.app, newAccountForm(w.setLink(result.ID)))
	hookstest.AssertCode(t, "a link of a confirmed account", err, accounts.CodeWrongAccount)
	if _, err := accounts.SignIn(w.app, luciaEmail, hookstest.Password, ""); err != nil {
		t.Errorf("its password: %v", err)
	}
	if _, in := w.roles(w.lucia); in {
		t.Error("in the team")
	}
}

func TestAcceptNew_LinkShownToInviter_NeedsConfirmation(t *testing.T) {
	w := newFixture(t)
	result := w.invite("nia@x.example", "admin")
	account, _, err := invitations.AcceptNew(w.app, newAccountForm(tokenOf(result)))
	hookstest.AssertCode(t, "a shown link", err, accounts.CodeUnverified)
	account = hookstest.FindRecord(t, w.app, "users", account.Id)
	if _, in := w.roles(account); in || account.Verified() {
		t.Fatalf("in the team: %v, confirmed: %v", in, account.Verified())
	}
	if got := w.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("the invitation is %s", got)
	}
	// Neither does it take over an account that is not confirmed: another password changes nothing.
	second := newAccountForm(tokenOf(result))
	second.Password = "quite another pass phrase"
	_, _, err = invitations.AcceptNew(w.app, second)
	hookstest.AssertCode(t, "a second time", err, accounts.CodeUnverified)
	if !hookstest.FindRecord(t, w.app, "users", account.Id).ValidatePassword(newPassword) {
		t.Error("the password changed")
	}

	account.SetVerified(true)
	w.must(w.app.Save(account))
	_, err = invitations.Accept(w.app, invitations.Response{Account: account, Token: tokenOf(result)})
	hookstest.AssertCode(t, "once confirmed", err, "")
}

func TestListPending_OfAccount(t *testing.T) {
	w := newFixture(t)
	first := w.invite(luciaEmail, "organizer").ID
	other := hookstest.Team(t, w.app, w.owner, "Another team", "free")
	second := hookstest.Invite(t, w.app, w.owner, other, luciaEmail).ID
	hookstest.Exec(t, w.app, "UPDATE invitations SET created = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": first})
	gone := hookstest.Team(t, w.app, w.owner, "A third team", "free")
	w.makeOverdue(hookstest.Invite(t, w.app, w.owner, gone, luciaEmail).ID)
	waiting, err := invitations.ListPending(w.app, w.lucia)
	w.must(err)
	if len(waiting) != 2 || waiting[0].Id != second || waiting[1].Id != first {
		t.Errorf("%v", waiting)
	}
}
