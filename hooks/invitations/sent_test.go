package invitations_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/sessions"
)

// newSender is an Admin who sent two invitations that are pending and one that was declined, beside one of the Owner's.
func (w *fixture) newSender() (ada *core.Record, sent []string, owners string) {
	w.Helper()
	ada = hookstest.Member(w.T, w.app, w.team, "ada@x.example", "admin", "organizer")
	for _, email := range []string{"a@x.example", "b@x.example", "c@x.example"} {
		sent = append(sent, hookstest.Invite(w.T, w.app, ada, w.team, email, "organizer").ID)
	}
	declined := w.stored(sent[2])
	declined.Set("status", invitations.Declined)
	w.must(w.app.Save(declined))
	return ada, sent, w.invite("d@x.example", "organizer").ID
}

func TestRevokeSent_SenderLosesRights_RevokesPending(t *testing.T) {
	for name, end := range map[string]func(w *fixture, ada *core.Record, also ...members.BeforeFunc) error{
		"removed": func(w *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := sessions.Remove(w.app, w.actor(w.owner), ada.Id, "", also...)
			return err
		},
		"role revoked": func(w *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := sessions.RevokeRoles(w.app, w.actor(w.owner), ada.Id, actors.Roles{Admin: true}, "", also...)
			return err
		},
		"role revoked with the set of roles": func(w *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, _, err := invitations.SetRoles(w.app, w.actor(w.owner), ada.Id, actors.Roles{Organizer: true}, "", also...)
			return err
		},
		"left": func(w *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := sessions.Leave(w.app, w.actor(ada), "", also...)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixtureWith(t, configWithEmail())
			ada, sent, owners := w.newSender()
			by := w.owner
			if name == "left" {
				by = ada
			}
			revoked := 0
			w.must(end(w, ada, invitations.RevokeSent(w.actor(by), ada.Id, &revoked)))
			if revoked != 2 {
				t.Errorf("%d were revoked", revoked)
			}
			for n, want := range []string{invitations.Revoked, invitations.Revoked, invitations.Declined} {
				if got := w.stored(sent[n]).GetString("status"); got != want {
					t.Errorf("invitation %d is %s, want %s", n, got, want)
				}
			}
			if got := w.stored(owners).GetString("status"); got != invitations.Pending {
				t.Errorf("the Owner's invitation is %s", got)
			}
			if now := w.seats().Organizer; now.Reserved != 1 {
				t.Errorf("seats %+v", now)
			}
			entries := hookstest.Count(t, w.app, "audit", dbx.HashExp{"action": "invitation.revoke", "actor": by.Id})
			letter, err := mail.FindNewest(w.app, sent[0])
			w.must(err)
			if entries != 2 || letter.Status() != mail.Dropped || letter.Reason() != mail.ReasonInvitationRevoked {
				t.Errorf("%d entries; the email is %s (%s)", entries, letter.Status(), letter.Reason())
			}
		})
	}
}

func TestRevokeSent_RefusedRemoval_RevokesNothing(t *testing.T) {
	w := newFixture(t)
	ada, sent, _ := w.newSender()
	other := hookstest.Member(t, w.app, w.team, "bea@x.example", "admin")
	revoked := 0
	_, err := sessions.Remove(w.app, w.actor(other), ada.Id, "", invitations.RevokeSent(w.actor(other), ada.Id, &revoked))
	hookstest.AssertCode(t, "an Admin by an Admin", err, "not_allowed")
	_, err = sessions.Remove(w.app, w.actor(w.owner), ada.Id, "", invitations.RevokeSent(w.actor(w.owner), ada.Id, &revoked),
		func(core.App) error { return errors.New("the disk is full") })
	if err == nil {
		t.Error("it went through")
	}
	if got := w.stored(sent[0]).GetString("status"); got != invitations.Pending {
		t.Errorf("what was not removed left the invitation %s", got)
	}
}

func TestRevokeSent_AdminInvitation_NeedsOwner(t *testing.T) {
	w := newFixture(t)
	ada, sent, _ := w.newSender()
	id := w.invite("e@x.example", "admin").ID
	hookstest.Exec(t, w.app, "UPDATE invitations SET inviter = {:u} WHERE id = {:id}", dbx.Params{"u": ada.Id, "id": id})
	hookstest.Exec(t, w.app, "UPDATE memberships SET admin = 0 WHERE user = {:u}", dbx.Params{"u": ada.Id})
	other := hookstest.Member(t, w.app, w.team, "bea@x.example", "admin")
	revoked := 0
	_, err := sessions.Remove(w.app, w.actor(other), ada.Id, "", invitations.RevokeSent(w.actor(other), ada.Id, &revoked))
	w.must(err)
	if revoked != 2 || w.stored(sent[0]).GetString("status") != invitations.Revoked || w.stored(id).GetString("status") != invitations.Pending {
		t.Errorf("%d revoked; the invitation of an Admin is %s", revoked, w.stored(id).GetString("status"))
	}
}
