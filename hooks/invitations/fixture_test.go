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

// fixture is a team with an Owner, and somebody who is not in it.
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

// configWithEmail is a configuration in which letters leave the machine: a link proves its address, and nobody else sees it.
func configWithEmail() settings.Config {
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = "re_test", "http://127.0.0.1:1", resendtest.WebhookSecret
	return config
}

func (w *fixture) actor(account *core.Record) *actors.Actor {
	w.Helper()
	return hookstest.Actor(w.T, w.app, account, w.team)
}

// invite invites in the Owner's name and wants it to be done.
func (w *fixture) invite(email string, roles ...string) invitations.Result {
	w.Helper()
	result := hookstest.Invite(w.T, w.app, w.owner, w.team, email, roles...)
	if result.Status == invitations.Refused {
		w.Fatalf("%+v", result)
	}
	return result
}

// expectRefused invites in the Owner's name and wants the code.
func (w *fixture) expectRefused(code, email string, roles ...string) {
	w.Helper()
	if result := hookstest.Invite(w.T, w.app, w.owner, w.team, email, roles...); result.Code != code {
		w.Errorf("%s as %v: %q (%s), want %q", email, roles, result.Code, result.Status, code)
	}
}

func (w *fixture) stored(id string) *core.Record {
	w.Helper()
	return hookstest.FindRecord(w.T, w.app, "invitations", id)
}

// inviteInState brings a new invitation of Lucia as Organizer into the state; "overdue" is pending with its end in the past.
func (w *fixture) inviteInState(state string) invitations.Result {
	w.Helper()
	result := w.invite(luciaEmail, "organizer")
	r := w.stored(result.ID)
	switch state {
	case invitations.Pending:
		return result
	case "overdue", invitations.Expired:
		w.makeOverdue(result.ID)
		if state == invitations.Expired {
			w.must(invitations.Expire(w.app))
		}
		return result
	case invitations.Accepted:
		r.Set("user", w.lucia.Id)
	}
	r.Set("status", state)
	w.must(w.app.Save(r))
	return result
}

func (w *fixture) makeOverdue(id string) {
	w.Helper()
	hookstest.Exec(w.T, w.app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": id})
}

// ageEmails moves all letters about an invitation into the past.
func (w *fixture) ageEmails(id, modifier string) {
	w.Helper()
	hookstest.Exec(w.T, w.app, "UPDATE outbox SET created = strftime('%Y-%m-%d %H:%M:%fZ', created, {:m}) WHERE about = {:id}",
		dbx.Params{"id": id, "m": modifier})
}

// markSent is the newest letter about an invitation, as if the provider had taken it.
func (w *fixture) markSent(id string) resendtest.Email {
	w.Helper()
	letter, err := mail.FindNewest(w.app, id)
	w.must(err)
	hookstest.Exec(w.T, w.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'at-' || id WHERE id = {:id}", dbx.Params{"id": letter.Id})
	return resendtest.Email{ID: "at-" + letter.Id}
}

// report hands a webhook of the provider over.
func (w *fixture) report(e resendtest.Event) error {
	return mail.HandleWebhook(w.app, e.Header(time.Now()), e.Body)
}

// setLink gives the invitation a link that the test knows and nobody was shown, as if it came by mail.
func (w *fixture) setLink(id string) string {
	w.Helper()
	token := "usi_by-mail-" + id
	hookstest.Exec(w.T, w.app, "UPDATE invitations SET token_hash = {:h}, shown = 0 WHERE id = {:id}",
		dbx.Params{"h": accounts.Hash(token), "id": id})
	return token
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// roles is what an account carries in the team; in is false if it is not in it.
func (w *fixture) roles(account *core.Record) (roles actors.Roles, in bool) {
	w.Helper()
	m, err := members.Find(w.app, w.team.Id, account.Id)
	if err == errs.NotFound {
		return roles, false
	}
	w.must(err)
	return m.Roles(), true
}

func (w *fixture) seats() seats.Seats {
	w.Helper()
	now, err := seats.Of(w.app, w.team.Id)
	w.must(err)
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
