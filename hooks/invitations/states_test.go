package invitations_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

var states = []string{"pending", "overdue", "accepted", "declined", "revoked", "expired"}

// closedCodes are the codes of a change that only an open invitation allows.
func closedCodes(pending string) map[string]string {
	return map[string]string{"pending": pending, "overdue": invitations.CodeExpired, "accepted": invitations.CodeAccepted,
		"declined": invitations.CodeDeclined, "revoked": invitations.CodeRevoked, "expired": invitations.CodeExpired}
}

// withCodes is the codes with some of them changed.
func withCodes(codes map[string]string, changes ...string) map[string]string {
	for i := 0; i < len(changes); i += 2 {
		codes[changes[i]] = changes[i+1]
	}
	return codes
}

func sameCode(code string) map[string]string {
	codes := map[string]string{}
	for _, state := range states {
		codes[state] = code
	}
	return codes
}

func TestRules_BareSave_InEveryState(t *testing.T) {
	to := func(status string) func(*fixture, *core.Record) {
		return func(w *fixture, r *core.Record) {
			r.Set("status", status)
			if status == invitations.Accepted {
				r.Set("user", w.lucia.Id)
			}
		}
	}
	for _, s := range []struct {
		change string
		do     func(*fixture, *core.Record)
		codes  map[string]string // by stored state; "" is allowed
	}{
		{"to accepted", to("accepted"), withCodes(closedCodes(""), "accepted", "")},
		{"to declined", to("declined"), withCodes(closedCodes(""), "declined", "")},
		{"to revoked", to("revoked"), withCodes(closedCodes(""), "revoked", "")},
		{"to expired", to("expired"), withCodes(closedCodes("not_expired"), "overdue", "", "expired", "")},
		{"to pending", to("pending"), withCodes(closedCodes(""), "overdue", "")},
		{"accepted by nobody", func(_ *fixture, r *core.Record) { r.Set("status", "accepted"); r.Set("user", "") },
			withCodes(closedCodes("wrong_account"), "accepted", "")},
		{"accepted by another account", func(w *fixture, r *core.Record) { r.Set("status", "accepted"); r.Set("user", w.owner.Id) },
			withCodes(closedCodes("wrong_account"), "accepted", "")},
		{"accepted with more roles", func(w *fixture, r *core.Record) { to("accepted")(w, r); r.Set("admin", true) }, closedCodes("fixed")},
		{"declined with a new end", func(w *fixture, r *core.Record) {
			to("declined")(w, r)
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, closedCodes("fixed")},
		{"a later end", func(_ *fixture, r *core.Record) { r.Set("expires", "2099-01-01 00:00:00.000Z") }, closedCodes("")},
		{"an end in the past", func(_ *fixture, r *core.Record) { r.Set("expires", "2026-02-01 00:00:00.000Z") }, closedCodes("not_pending")},
		{"pending again, with a new end", func(_ *fixture, r *core.Record) {
			r.Set("status", "pending")
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, closedCodes("")},
		{"other roles", func(_ *fixture, r *core.Record) { r.Set("admin", true); r.Set("organizer", false) }, closedCodes("")},
		{"a new link", func(_ *fixture, r *core.Record) { r.Set("token_hash", "0000") }, closedCodes("")},
		{"another address", func(_ *fixture, r *core.Record) { r.Set("email", "marta@halation.example") }, sameCode("fixed")},
		{"another team", func(w *fixture, r *core.Record) {
			r.Set("team", hookstest.Team(w.T, w.app, hookstest.Account(w.T, w.app, "o@other.example"), "Other", "free").Id)
		}, sameCode("fixed")},
		{"a note", func(_ *fixture, r *core.Record) { r.Set("note", "See you.") }, sameCode("")},
	} {
		for _, state := range states {
			t.Run(s.change+"/"+state, func(t *testing.T) {
				w := newFixture(t)
				id := w.inviteInState(state).ID
				r, before := w.stored(id), w.stored(id)
				s.do(w, r)
				hookstest.AssertCode(t, s.change, w.app.Save(r), s.codes[state])
				after := w.stored(id)
				if s.codes[state] != "" && after.GetString("status")+after.GetString("expires")+after.GetString("token_hash") !=
					before.GetString("status")+before.GetString("expires")+before.GetString("token_hash") {
					t.Errorf("refused and changed: %v, was %v", after.FieldsData(), before.FieldsData())
				}
				if _, in := w.roles(w.lucia); in != (after.GetString("status") == invitations.Accepted) {
					t.Errorf("in the team: %v, with an invitation that is %s", in, after.GetString("status"))
				}
			})
		}
	}
}

func TestActions_InEveryState(t *testing.T) {
	for _, s := range []struct {
		name string
		act  func(w *fixture, result invitations.Result) error
		ends string // the state after it, of a pending one
	}{
		{"accept by the link", func(w *fixture, r invitations.Result) error {
			_, err := invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(r)})
			return err
		}, "accepted"},
		{"accept at the prompt", func(w *fixture, r invitations.Result) error {
			_, err := invitations.Accept(w.app, invitations.Response{Account: w.lucia, ID: r.ID})
			return err
		}, "accepted"},
		{"decline by the link", func(w *fixture, r invitations.Result) error {
			_, err := invitations.Decline(w.app, invitations.Response{Token: tokenOf(r)})
			return err
		}, "declined"},
		{"decline at the prompt", func(w *fixture, r invitations.Result) error {
			_, err := invitations.Decline(w.app, invitations.Response{Account: w.lucia, ID: r.ID})
			return err
		}, "declined"},
		{"revoke", func(w *fixture, r invitations.Result) error {
			_, err := invitations.Revoke(w.app, w.actor(w.owner), r.ID)
			return err
		}, "revoked"},
		{"resend", func(w *fixture, r invitations.Result) error {
			w.ageEmails(r.ID, "-2 minutes")
			_, _, err := invitations.Resend(w.app, w.actor(w.owner), r.ID)
			return err
		}, "pending"},
	} {
		for _, state := range states {
			t.Run(s.name+"/"+state, func(t *testing.T) {
				w := newFixture(t)
				result := w.inviteInState(state)
				hookstest.AssertCode(t, s.name, s.act(w, result), closedCodes("")[state])
				if got := w.stored(result.ID).GetString("status"); state == "pending" && got != s.ends {
					t.Errorf("ended as %s, want %s", got, s.ends)
				}
			})
		}
	}
}

func TestRules_NewInvitation_IsPendingAndUnexpired(t *testing.T) {
	for _, s := range []struct {
		name, status, expires, email, code string
	}{
		{"pending", "pending", "2099-01-01 00:00:00.000Z", "new@x.example", ""},
		{"with no end it gets a week", "pending", "", "new@x.example", ""},
		{"overdue", "pending", "2026-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"accepted", "accepted", "2099-01-01 00:00:00.000Z", luciaEmail, "not_pending"},
		{"revoked", "revoked", "2099-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"no address", "pending", "", "nobody", "bad_email"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixture(t)
			r := hookstest.NewRecord(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": s.email,
				"status": s.status, "expires": s.expires, "user": w.lucia.Id})
			hookstest.AssertCode(t, s.name, w.app.Save(r), s.code)
			if _, in := w.roles(w.lucia); in {
				t.Error("in the team without an acceptance")
			}
			if s.code == "" && !w.stored(r.Id).GetDateTime("expires").After(w.stored(r.Id).GetDateTime("created")) {
				t.Error("no end ahead")
			}
		})
	}
}

func TestRules_StaleCopy_ChangesNothing(t *testing.T) {
	for _, s := range []struct {
		name   string
		first  func(w *fixture, r *core.Record) // what another writer saves meanwhile
		second func(w *fixture, r *core.Record) // on a copy that was read before
		code   string
		status string
	}{
		{"accepting what was revoked", setRevoked, setAccepted, invitations.CodeRevoked, "revoked"},
		{"revoking what was accepted", setAccepted, setRevoked, invitations.CodeAccepted, "accepted"},
		{"writing a note on what was revoked", setRevoked, func(_ *fixture, r *core.Record) { r.Set("note", "Hello.") }, "", "revoked"},
		{"writing a note on what was accepted", setAccepted, func(_ *fixture, r *core.Record) { r.Set("note", "Hello.") }, "", "accepted"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixture(t)
			id := w.inviteInState("pending").ID
			early, now := w.stored(id), w.stored(id)
			s.first(w, now)
			w.must(w.app.Save(now))
			s.second(w, early)
			hookstest.AssertCode(t, s.name, w.app.Save(early), s.code)
			if got := w.stored(id).GetString("status"); got != s.status {
				t.Errorf("it is %s, want %s", got, s.status)
			}
			if _, in := w.roles(w.lucia); in != (s.status == "accepted") {
				t.Errorf("in the team: %v", in)
			}
		})
	}
	t.Run("accepting with roles that were lowered meanwhile", func(t *testing.T) {
		w := newFixture(t)
		id := w.invite(luciaEmail, "admin", "organizer").ID
		early, now := w.stored(id), w.stored(id)
		now.Set("admin", false)
		w.must(w.app.Save(now))
		setAccepted(w, early)
		w.must(w.app.Save(early))
		if roles, _ := w.roles(w.lucia); roles.Admin || !roles.Organizer {
			t.Errorf("got %+v", roles)
		}
	})
	t.Run("accepting what was deleted", func(t *testing.T) {
		w := newFixture(t)
		early := w.stored(w.inviteInState("pending").ID)
		w.must(w.app.Delete(w.stored(early.Id)))
		setAccepted(w, early)
		if err := w.app.Save(early); !errors.Is(err, errs.NotFound) {
			t.Errorf("%v", err)
		}
		if _, in := w.roles(w.lucia); in {
			t.Error("in the team")
		}
	})
}

func setAccepted(w *fixture, r *core.Record) {
	r.Set("status", invitations.Accepted)
	r.Set("user", w.lucia.Id)
}

func setRevoked(_ *fixture, r *core.Record) { r.Set("status", invitations.Revoked) }

func TestExpire_MarksOnlyOverdue(t *testing.T) {
	w := newFixture(t)
	over, open := w.inviteInState("overdue").ID, w.invite("open@x.example", "organizer").ID
	w.must(invitations.Expire(w.app))
	if a, b := w.stored(over).GetString("status"), w.stored(open).GetString("status"); a != "expired" || b != "pending" {
		t.Errorf("the overdue one is %s, the open one %s", a, b)
	}
}

func TestRemove_RevokesPendingInvitationInSameTx(t *testing.T) {
	w := newFixture(t)
	ben := hookstest.Member(t, w.app, w.team, "ben@halation.example")
	id := w.invite(ben.Email(), "organizer").ID
	fail := w.app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return errors.New("the disk is full")
	})
	if _, err := members.Remove(w.app, w.actor(w.owner), ben.Id); err == nil {
		t.Fatal("removed on a full disk")
	}
	if _, in := w.roles(ben); !in || w.stored(id).GetString("status") != "pending" {
		t.Fatalf("in the team: %v, the invitation is %s", in, w.stored(id).GetString("status"))
	}
	w.app.OnRecordDeleteExecute("memberships").Unbind(fail)
	ended, err := members.Remove(w.app, w.actor(w.owner), ben.Id)
	w.must(err)
	if ended.InvitedRoles != (actors.Roles{Organizer: true}) {
		t.Errorf("ended %+v", ended)
	}
	if r := w.stored(id); r.GetString("status") != "revoked" || r.GetString("reason") == "" {
		t.Errorf("%s, because %q", r.GetString("status"), r.GetString("reason"))
	}
	if _, err := invitations.Accept(w.app, invitations.Response{Account: ben, ID: id}); errs.Code(err) != invitations.CodeRevoked {
		t.Errorf("accepting it: %v", err)
	}
}

func TestDeleteAccount_NamedByInvitations_IsAllowed(t *testing.T) {
	for _, state := range states {
		t.Run(state, func(t *testing.T) {
			w := newFixture(t)
			admin := hookstest.Member(t, w.app, w.team, "admin@halation.example", "admin")
			id := w.inviteInState(state).ID
			hookstest.Exec(t, w.app, "UPDATE invitations SET inviter = {:u} WHERE id = {:id}", dbx.Params{"u": admin.Id, "id": id})
			w.must(w.app.Delete(admin))
			w.must(w.app.Delete(hookstest.FindRecord(t, w.app, "users", w.lucia.Id)))
			if r := w.stored(id); r.GetString("inviter") != "" || r.GetString("email") != luciaEmail {
				t.Errorf("%v", r.FieldsData())
			}
			w.ageEmails(id, "-2 minutes")
			if _, _, err := invitations.Resend(w.app, w.actor(w.owner), id); errs.Code(err) != closedCodes("")[state] {
				t.Errorf("sending it again: %v", err)
			}
		})
	}
}
