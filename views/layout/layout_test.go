package layout_test

import (
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/views/layout"
	"usher/views/web"
)

func TestNewInvitationView_SeatsAndInviter(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	member := hookstest.Member(t, app, team, "olga@halation.example")
	guest := hookstest.Guest(t, app, team, "gus@lantern.example")
	for _, test := range []struct {
		email, request, expiry string
		roles                  []string
		member                 bool
	}{
		{"new@halation.example", "invited you to join", "The invitation is valid until", nil, false},
		{guest.Email(), "invited you to become a member", "The invitation is valid until", nil, true},
		{member.Email(), "invited you to become Admin", "Your seat is reserved until", []string{"admin"}, true},
		{"both@halation.example", "invited you to become Admin and Organizer", "Your seats are reserved until", []string{"admin", "organizer"}, false},
	} {
		invited := hookstest.Invite(t, app, owner, team, test.email, test.roles...)
		i, err := invitations.Find(app, invited.ID)
		if err != nil {
			t.Fatal(err)
		}
		account, _ := app.FindAuthRecordByEmail("users", test.email)
		offer, err := layout.NewInvitationView(app, i, account, true)
		if err != nil || offer.RequestText() != test.request || offer.ExpiryText() != test.expiry || offer.IsMember != test.member {
			t.Errorf("%s: got %q, %q, member %v, %v, want %q, %q, member %v", test.email, offer.RequestText(), offer.ExpiryText(), offer.IsMember, err, test.request, test.expiry, test.member)
		}
		if offer.Inviter.Name != "Marta" || offer.Inviter.Role != "Owner" || offer.Inviter.Link != "mailto:marta@halation.example" {
			t.Errorf("%s: by %+v, want %q, %q and %q", test.email, offer.Inviter, "Marta", "Owner", "mailto:marta@halation.example")
		}
		if offer, err = layout.NewInvitationView(app, i, account, false); err != nil || offer.Inviter.Name != "Marta" || offer.Inviter.Link != "" {
			t.Errorf("%s, not signed in: by %+v, %v", test.email, offer.Inviter, err)
		}
	}
}

func TestAfterSignIn(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	post := hookstest.Team(t, app, owner, "Halation Post", "pro")
	member := hookstest.Member(t, app, post, "olga@halation.example")
	alone := hookstest.Account(t, app, "alone@halation.example")
	goes := func(account, next, want string) {
		t.Helper()
		who, err := app.FindAuthRecordByEmail("users", account)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := layout.AfterSignIn(app, who, next); err != nil || got != want {
			t.Errorf("%s past %s goes to %q, not %q: %v", account, next, got, want, err)
		}
	}
	goes(owner.Email(), "/", "/admin/halation-post")
	goes(owner.Email(), "/account", "/account")
	goes(member.Email(), "/", "/app/halation-post")
	goes(member.Email(), "/admin", "/teams")
	goes(alone.Email(), "/", "/teams")
	hookstest.Team(t, app, owner, "Northlight Docs", "pro")
	goes(owner.Email(), "/", "/teams")
	hookstest.Invite(t, app, owner, post, member.Email(), "organizer")
	goes(member.Email(), "/account", "/teams?next=%2Faccount")
	goes(member.Email(), "/invite/usi_x", "/invite/usi_x")
}

func TestRoleLabel(t *testing.T) {
	for _, test := range []struct {
		roles      actors.Roles
		kind, want string
	}{
		{actors.Roles{Owner: true, Organizer: true}, "member", "Owner and Organizer"},
		{actors.Roles{}, "member", "Member"},
		{actors.Roles{}, "guest", "Guest"},
	} {
		if got := layout.RoleLabel(test.roles, test.kind); got != test.want {
			t.Errorf("%+v: %q, want %v", test, got, test.want)
		}
	}
}

func TestFieldErrors_KeepFieldOrder(t *testing.T) {
	problems := layout.FieldErrors(web.FormErrors{"base": "c", "password": "b", "name": "a"}, "name", "password")
	want := []struct{ id, message string }{{"name", "a"}, {"password", "b"}, {"", "c"}}
	if len(problems) != len(want) {
		t.Fatalf("%+v, want %v", problems, len(want))
	}
	for n, w := range want {
		if problems[n].ID != w.id || problems[n].Message != w.message {
			t.Errorf("%d: %+v, want %v and %v", n, problems[n], w.id, w.message)
		}
	}
}
