package invitations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

const luciaEmail = "lucia@halation.example"

// fixture is a team with an Owner, and an account outside it.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	owner *core.Record
	team  *teams.Team
	lucia *core.Record
}

func newFixture(t *testing.T) *fixture { return newFixtureWith(t, hookstest.Config()) }

func newFixtureWith(t *testing.T, config settings.Config) *fixture {
	t.Helper()
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "marta@halation.example")
	return &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
}

// configWithEmail returns a configuration with a mail provider: a link proves its address, and the inviter doesn't see
// it.
func configWithEmail() settings.Config {
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = "re_test", "http://127.0.0.1:1", resendtest.WebhookSecret
	return config
}

func (f *fixture) actor(account *core.Record) *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, account, f.team)
}

// invite invites as the Owner and fails the test if it is refused.
func (f *fixture) invite(email string, roles ...string) invitations.Result {
	f.Helper()
	result := hookstest.Invite(f.T, f.app, f.owner, f.team, email, roles...)
	if result.Status == invitations.Refused {
		f.Fatalf("%+v, want anything but %v", result, invitations.Refused)
	}
	return result
}

// expectRefused invites as the Owner and expects the code.
func (f *fixture) expectRefused(code, email string, roles ...string) {
	f.Helper()
	if result := hookstest.Invite(f.T, f.app, f.owner, f.team, email, roles...); result.Code != code {
		f.Errorf("%s as %v: %q (%s), want %q", email, roles, result.Code, result.Status, code)
	}
}

func (f *fixture) stored(id string) *core.Record {
	f.Helper()
	return hookstest.FindRecord(f.T, f.app, "invitations", id)
}

// inviteInState invites Lucia as Organizer and brings the invitation into the state; "overdue" is pending with a past
// expiry.
func (f *fixture) inviteInState(state string) invitations.Result {
	f.Helper()
	result := f.invite(luciaEmail, "organizer")
	r := f.stored(result.ID)
	switch state {
	case invitations.Pending:
		return result
	case "overdue", invitations.Expired:
		f.makeOverdue(result.ID)
		if state == invitations.Expired {
			f.must(invitations.Expire(f.app))
		}
		return result
	case invitations.Accepted:
		r.Set("user", f.lucia.Id)
	}
	r.Set("status", state)
	f.must(f.app.Save(r))
	return result
}

func (f *fixture) makeOverdue(id string) {
	f.Helper()
	hookstest.Exec(f.T, f.app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": id})
}

// ageEmails moves all emails about an invitation into the past.
func (f *fixture) ageEmails(id, modifier string) {
	f.Helper()
	hookstest.Exec(f.T, f.app, "UPDATE outbox SET created = strftime('%Y-%m-%d %H:%M:%fZ', created, {:m}) WHERE about = {:id}",
		dbx.Params{"id": id, "m": modifier})
}

// markSent marks the newest email about an invitation as accepted by the provider.
func (f *fixture) markSent(id string) resendtest.Email {
	f.Helper()
	message, err := mail.FindNewest(f.app, id)
	f.must(err)
	hookstest.Exec(f.T, f.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'at-' || id WHERE id = {:id}", dbx.Params{"id": message.Id})
	return resendtest.Email{ID: "at-" + message.Id}
}

// report delivers a webhook of the provider.
func (f *fixture) report(e resendtest.Event) error {
	return mail.HandleWebhook(f.app, e.Header(time.Now()), e.Body)
}

// setLink gives the invitation a known link that wasn't shown to the inviter, as if it had been emailed.
func (f *fixture) setLink(id string) string {
	f.Helper()
	token := "usi_by-mail-" + id
	hookstest.Exec(f.T, f.app, "UPDATE invitations SET token_hash = {:h}, shown = 0 WHERE id = {:id}",
		dbx.Params{"h": accounts.Hash(token), "id": id})
	return token
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// roles returns the roles of an account in the team; in is false if it isn't a member.
func (f *fixture) roles(account *core.Record) (roles actors.Roles, in bool) {
	f.Helper()
	m, err := members.Find(f.app, f.team.Id, account.Id)
	if err == errs.ErrNotFound {
		return roles, false
	}
	f.must(err)
	return m.Roles(), true
}

func (f *fixture) seats() seats.Seats {
	f.Helper()
	now, err := seats.Of(f.app, f.team.Id)
	f.must(err)
	return now
}

func tokenOf(result invitations.Result) string {
	return result.Link[strings.LastIndexByte(result.Link, '/')+1:]
}

func mustRoles(t *testing.T, names ...string) actors.Roles {
	t.Helper()
	roles, err := actors.ParseRoles(names)
	if err != nil {
		t.Fatal(err)
	}
	return roles
}
