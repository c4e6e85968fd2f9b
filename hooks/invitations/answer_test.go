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
	"usher/hooks/record"
)

func TestAcceptingMakesAMemberWithExactlyTheRoles(t *testing.T) {
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
		t.Run(s.want.Words(), func(t *testing.T) {
			w := begin(t)
			who := w.lucia
			if s.held != nil {
				who = hookstest.Member(t, w.app, w.team, "held@x.example", s.held...)
			}
			result := w.invite(who.Email(), s.offered...)
			_, err := invitations.Accept(w.app, invitations.Answer{Account: who, Token: tokenOf(result)})
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

func TestAGuestWhoAcceptsBecomesAMemberAndGuestAgainWithoutRoles(t *testing.T) {
	w := begin(t)
	guest := hookstest.Guest(t, w.app, w.team, "guest@x.example")
	result := w.invite(guest.Email(), "organizer")
	_, err := invitations.Accept(w.app, invitations.Answer{Account: guest, ID: result.ID})
	w.must(err)
	m, err := members.Find(w.app, w.team.Id, guest.Id)
	w.must(err)
	if m.Kind() != members.Member || !m.GetBool("came_as_guest") || !m.Roles().Organizer {
		t.Errorf("%v", m.FieldsData())
	}
	w.must(members.RevokeRoles(w.app, w.actor(w.owner), guest.Id, actors.Roles{Organizer: true}))
	if m, err = members.Find(w.app, w.team.Id, guest.Id); err != nil || m.Kind() != members.Guest {
		t.Errorf("%v %v", m, err)
	}
}

func TestOnlyTheInvitedAndConfirmedAccountAnswers(t *testing.T) {
	w := begin(t)
	result := w.invite(lucias, "organizer")
	other := hookstest.Person(t, w.app, "other@x.example")
	answers := map[string]func(invitations.Answer) error{
		"accept":  func(a invitations.Answer) error { _, err := invitations.Accept(w.app, a); return err },
		"decline": func(a invitations.Answer) error { _, err := invitations.Decline(w.app, a); return err },
	}
	for name, give := range answers {
		hookstest.Refused(t, name+" as another", give(invitations.Answer{Account: other, Token: tokenOf(result)}), accounts.CodeWrongAccount)
		if err := give(invitations.Answer{Account: other, ID: result.ID}); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s another's by its id: %v", name, err)
		}
		if err := give(invitations.Answer{Account: w.lucia, ID: "nosuchid0000000"}); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s an unknown id: %v", name, err)
		}
		hookstest.Refused(t, name+" an unknown link", give(invitations.Answer{Account: w.lucia, Token: "usi_nothing"}), invitations.CodeUnknown)
		hookstest.Refused(t, name+" an empty link", give(invitations.Answer{Account: w.lucia}), invitations.CodeUnknown)
	}
	_, err := invitations.Accept(w.app, invitations.Answer{Token: tokenOf(result)})
	hookstest.Refused(t, "accept as nobody", err, accounts.CodeWrongAccount)

	hookstest.Exec(t, w.app, "UPDATE users SET verified = 0 WHERE id = {:id}", dbx.Params{"id": w.lucia.Id})
	for name, give := range answers {
		unverified := hookstest.Stored(t, w.app, "users", w.lucia.Id)
		hookstest.Refused(t, name+" unconfirmed", give(invitations.Answer{Account: unverified, ID: result.ID}), accounts.CodeUnverified)
	}
	// Whoever was confirmed when the request began is judged by what is stored.
	hookstest.Refused(t, "accept unconfirmed since", answers["accept"](invitations.Answer{Account: w.lucia, ID: result.ID}), accounts.CodeUnverified)
	if got := w.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("it is %s", got)
	}
}

func TestDecliningIsFinalAndTakesNothingAway(t *testing.T) {
	w := begin(t)
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	result := w.invite(organizer.Email(), "admin")
	_, err := invitations.Decline(w.app, invitations.Answer{Account: organizer, ID: result.ID})
	w.must(err)
	if roles, in := w.roles(organizer); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("in %v as %+v", in, roles)
	}
	if w.seats().Admin.Reserved != 0 {
		t.Error("the seat is still reserved")
	}
	_, err = invitations.Accept(w.app, invitations.Answer{Account: organizer, Token: tokenOf(result)})
	hookstest.Refused(t, "accepting it after all", err, invitations.CodeDeclined)
	if again := w.invite(organizer.Email(), "admin"); again.ID == result.ID {
		t.Error("the declined invitation was opened again")
	}
}

func TestADeniedAnswerIsWrittenDown(t *testing.T) {
	w := begin(t)
	result := w.in("revoked")
	_, _ = invitations.Accept(w.app, invitations.Answer{Account: w.lucia, Token: tokenOf(result), From: "192.0.2.7"})
	row, err := w.app.FindFirstRecordByFilter("audit", "action = 'invitation.accept' && result = 'invitation_revoked'")
	w.must(err)
	if row.GetString("actor") != w.lucia.Id || row.GetString("target") != result.ID || row.GetString("address") != "192.0.2.7" {
		t.Errorf("%v", row.FieldsData())
	}
}

const freshPassword = "orchid tram lantern seven"

func newcomer(token string) invitations.Newcomer {
	return invitations.Newcomer{Token: token, Name: "Nia Okafor", Password: freshPassword, Timezone: "Africa/Lagos", From: "192.0.2.9"}
}

func TestANewPersonIsMadeAndInByTheMailedLink(t *testing.T) {
	w := beginWith(t, mailed())
	result := w.invite("nia@x.example", "organizer")
	account, _, err := invitations.AcceptNew(w.app, newcomer(w.link(result.ID)))
	w.must(err)
	if !account.Verified() || account.GetString("name") != "Nia Okafor" || account.GetString("timezone") != "Africa/Lagos" {
		t.Errorf("%v", account.FieldsData())
	}
	if roles, in := w.roles(account); !in || roles != (actors.Roles{Organizer: true}) {
		t.Errorf("in %v as %+v", in, roles)
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", freshPassword, ""); err != nil {
		t.Error(err)
	}
	_, _, err = invitations.AcceptNew(w.app, newcomer("usi_by-mail-"+result.ID))
	hookstest.Refused(t, "a second time", err, invitations.CodeAccepted)
}

func TestANewPersonIsRefusedWithNothingMade(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(w *world, id string, n *invitations.Newcomer)
		code   string
	}{
		{"weak password", func(_ *world, _ string, n *invitations.Newcomer) { n.Password = "passwordpassword" }, accounts.CodeWeak},
		{"no name", func(_ *world, _ string, n *invitations.Newcomer) { n.Name = " " }, "required"},
		{"unknown link", func(_ *world, _ string, n *invitations.Newcomer) { n.Token = "usi_x" }, invitations.CodeUnknown},
		{"overdue", func(w *world, id string, _ *invitations.Newcomer) { w.overdue(id) }, invitations.CodeExpired},
		{"revoked", func(w *world, id string, _ *invitations.Newcomer) {
			_, err := invitations.Revoke(w.app, w.actor(w.owner), id)
			w.must(err)
		}, invitations.CodeRevoked},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := beginWith(t, mailed())
			id := w.invite("nia@x.example", "organizer").ID
			n := newcomer(w.link(id))
			s.change(w, id, &n)
			_, _, err := invitations.AcceptNew(w.app, n)
			hookstest.Refused(t, s.name, err, s.code)
			if _, err := accounts.Find(w.app, "nia@x.example"); !errors.Is(err, record.ErrNotFound) {
				t.Errorf("an account: %v", err)
			}
		})
	}
}

func TestTheMailedLinkClaimsAnAccountThatWasNeverConfirmed(t *testing.T) {
	w := beginWith(t, mailed())
	squatter, err := accounts.Draft(w.app, accounts.New{Email: "nia@x.example", Name: "Mallory", Password: hookstest.Password})
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
	account, _, err := invitations.AcceptNew(w.app, newcomer(w.link(result.ID)))
	w.must(err)
	if account.Id != squatter.Id || account.GetString("name") != "Nia Okafor" || !account.Verified() {
		t.Errorf("%v", account.FieldsData())
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", hookstest.Password, ""); record.Code(err) != accounts.CodeBadSignIn {
		t.Errorf("the old password: %v", err)
	}
	if _, err := accounts.SignIn(w.app, "nia@x.example", freshPassword, ""); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, _, err := accounts.FindLogin(w.app, login); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the old login: %v", err)
	}
	if _, err := w.app.FindAuthRecordByToken(bearer, core.TokenTypeAuth); err == nil {
		t.Error("the old bearer token is good")
	}
	if others, err := w.app.FindAllExternalAuthsByRecord(account); err != nil || len(others) != 0 {
		t.Errorf("other ways in: %v %v", others, err)
	}
}

func TestAConfirmedAccountIsNeverTakenOver(t *testing.T) {
	w := beginWith(t, mailed())
	result := w.invite(lucias, "organizer")
	_, _, err := invitations.AcceptNew(w.app, newcomer(w.link(result.ID)))
	hookstest.Refused(t, "a link of a confirmed account", err, accounts.CodeWrongAccount)
	if _, err := accounts.SignIn(w.app, lucias, hookstest.Password, ""); err != nil {
		t.Errorf("its password: %v", err)
	}
	if _, in := w.roles(w.lucia); in {
		t.Error("in the team")
	}
}

func TestALinkThatTheInviterSawProvesNoAddress(t *testing.T) {
	w := begin(t)
	result := w.invite("nia@x.example", "admin")
	account, _, err := invitations.AcceptNew(w.app, newcomer(tokenOf(result)))
	hookstest.Refused(t, "a shown link", err, accounts.CodeUnverified)
	account = hookstest.Stored(t, w.app, "users", account.Id)
	if _, in := w.roles(account); in || account.Verified() {
		t.Fatalf("in the team: %v, confirmed: %v", in, account.Verified())
	}
	if got := w.stored(result.ID).GetString("status"); got != "pending" {
		t.Errorf("the invitation is %s", got)
	}
	// Neither does it take over an account that is not confirmed: another password changes nothing.
	second := newcomer(tokenOf(result))
	second.Password = "quite another pass phrase"
	_, _, err = invitations.AcceptNew(w.app, second)
	hookstest.Refused(t, "a second time", err, accounts.CodeUnverified)
	if !hookstest.Stored(t, w.app, "users", account.Id).ValidatePassword(freshPassword) {
		t.Error("the password changed")
	}

	account.SetVerified(true)
	w.must(w.app.Save(account))
	_, err = invitations.Accept(w.app, invitations.Answer{Account: account, Token: tokenOf(result)})
	hookstest.Refused(t, "once confirmed", err, "")
}

func TestThePromptListsWhatIsOpenForTheAccount(t *testing.T) {
	w := begin(t)
	first := w.invite(lucias, "organizer").ID
	other := hookstest.Team(t, w.app, w.owner, "Another team", "free")
	second := hookstest.Invite(t, w.app, w.owner, other, lucias).ID
	hookstest.Exec(t, w.app, "UPDATE invitations SET created = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": first})
	gone := hookstest.Team(t, w.app, w.owner, "A third team", "free")
	w.overdue(hookstest.Invite(t, w.app, w.owner, gone, lucias).ID)
	waiting, err := invitations.Waiting(w.app, w.lucia)
	w.must(err)
	if len(waiting) != 2 || waiting[0].Id != second || waiting[1].Id != first {
		t.Errorf("%v", waiting)
	}
}
