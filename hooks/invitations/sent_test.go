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
)

// newSender returns an Admin who sent two pending invitations and a declined one; the Owner sent another.
func (f *fixture) newSender() (ada *core.Record, sent []string, owners string) {
	f.Helper()
	ada = hookstest.Member(f.T, f.app, f.team, "ada@x.example", "admin", "organizer")
	for _, email := range []string{"a@x.example", "b@x.example", "c@x.example"} {
		sent = append(sent, hookstest.Invite(f.T, f.app, ada, f.team, email, "organizer").ID)
	}
	declined := f.stored(sent[2])
	declined.Set("status", invitations.Declined)
	f.must(f.app.Save(declined))
	return ada, sent, f.invite("d@x.example", "organizer").ID
}

func TestRevokeSent_SenderLosesRights_RevokesPending(t *testing.T) {
	for name, end := range map[string]func(f *fixture, ada *core.Record, also ...members.BeforeFunc) error{
		"removed": func(f *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := members.Remove(f.app, f.actor(f.owner), ada.Id, members.Handover{}, also...)
			return err
		},
		"role revoked": func(f *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := members.RevokeRoles(f.app, f.actor(f.owner), ada.Id, actors.Roles{Admin: true}, members.Handover{}, also...)
			return err
		},
		"role revoked with the set of roles": func(f *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, _, err := invitations.SetRoles(f.app, f.actor(f.owner), ada.Id, actors.Roles{Organizer: true}, members.Handover{}, also...)
			return err
		},
		"left": func(f *fixture, ada *core.Record, also ...members.BeforeFunc) error {
			_, err := members.Leave(f.app, f.actor(ada), members.Handover{}, also...)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureWith(t, configWithEmail())
			ada, sent, owners := f.newSender()
			by := f.owner
			if name == "left" {
				by = ada
			}
			revoked := 0
			f.must(end(f, ada, invitations.RevokeSent(f.actor(by), ada.Id, &revoked)))
			if revoked != 2 {
				t.Errorf("got %d revoked, want 2", revoked)
			}
			for n, want := range []string{invitations.Revoked, invitations.Revoked, invitations.Declined} {
				if got := f.stored(sent[n]).GetString("status"); got != want {
					t.Errorf("invitation %d: got %s, want %s", n, got, want)
				}
			}
			if got := f.stored(owners).GetString("status"); got != invitations.Pending {
				t.Errorf("got the Owner's invitation %s, want %v", got, invitations.Pending)
			}
			if now := f.seats().Organizer; now.Reserved != 1 {
				t.Errorf("got seats %+v, want 1", now)
			}
			entries := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "invitation.revoke", "actor": by.Id})
			message, err := mail.FindNewest(f.app, sent[0])
			f.must(err)
			if entries != 2 || message.Status() != mail.Dropped || message.Reason() != mail.ReasonInvitationRevoked {
				t.Errorf("got %d entries, email %s (%s), want 2, %v and %v", entries, message.Status(), message.Reason(), mail.Dropped, mail.ReasonInvitationRevoked)
			}
		})
	}
}

func TestRevokeSent_RefusedRemoval_RevokesNothing(t *testing.T) {
	f := newFixture(t)
	ada, sent, _ := f.newSender()
	other := hookstest.Member(t, f.app, f.team, "bea@x.example", "admin")
	revoked := 0
	_, err := members.Remove(f.app, f.actor(other), ada.Id, members.Handover{}, invitations.RevokeSent(f.actor(other), ada.Id, &revoked))
	hookstest.AssertCode(t, "an Admin by an Admin", err, "not_allowed")
	_, err = members.Remove(f.app, f.actor(f.owner), ada.Id, members.Handover{}, invitations.RevokeSent(f.actor(f.owner), ada.Id, &revoked),
		func(core.App) error { return errors.New("the disk is full") })
	if err == nil {
		t.Error("no error")
	}
	if got := f.stored(sent[0]).GetString("status"); got != invitations.Pending {
		t.Errorf("after a failed removal: got invitation %s, want %v", got, invitations.Pending)
	}
}

func TestRevokeSent_AdminInvitation_NeedsOwner(t *testing.T) {
	f := newFixture(t)
	ada, sent, _ := f.newSender()
	id := f.invite("e@x.example", "admin").ID
	hookstest.Exec(t, f.app, "UPDATE invitations SET inviter = {:u} WHERE id = {:id}", dbx.Params{"u": ada.Id, "id": id})
	hookstest.Exec(t, f.app, "UPDATE memberships SET admin = 0 WHERE user = {:u}", dbx.Params{"u": ada.Id})
	other := hookstest.Member(t, f.app, f.team, "bea@x.example", "admin")
	revoked := 0
	_, err := members.Remove(f.app, f.actor(other), ada.Id, members.Handover{}, invitations.RevokeSent(f.actor(other), ada.Id, &revoked))
	f.must(err)
	if revoked != 2 || f.stored(sent[0]).GetString("status") != invitations.Revoked || f.stored(id).GetString("status") != invitations.Pending {
		t.Errorf("got %d revoked, the Admin's invitation %s, want 2, %v and %v", revoked, f.stored(id).GetString("status"), invitations.Revoked, invitations.Pending)
	}
}
