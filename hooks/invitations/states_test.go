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

// closedCodes returns the codes of a change that only a pending invitation allows.
func closedCodes(pending string) map[string]string {
	return map[string]string{"pending": pending, "overdue": invitations.CodeExpired, "accepted": invitations.CodeAccepted,
		"declined": invitations.CodeDeclined, "revoked": invitations.CodeRevoked, "expired": invitations.CodeExpired}
}

// withCodes returns the codes with some of them replaced.
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
		return func(f *fixture, r *core.Record) {
			r.Set("status", status)
			if status == invitations.Accepted {
				r.Set("user", f.lucia.Id)
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
		{"accepted without an account", func(_ *fixture, r *core.Record) { r.Set("status", "accepted"); r.Set("user", "") },
			withCodes(closedCodes("wrong_account"), "accepted", "")},
		{"accepted by another account", func(f *fixture, r *core.Record) { r.Set("status", "accepted"); r.Set("user", f.owner.Id) },
			withCodes(closedCodes("wrong_account"), "accepted", "")},
		{"accepted with more roles", func(f *fixture, r *core.Record) { to("accepted")(f, r); r.Set("admin", true) }, closedCodes("fixed")},
		{"declined with a new expiry", func(f *fixture, r *core.Record) {
			to("declined")(f, r)
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, closedCodes("fixed")},
		{"a later expiry", func(_ *fixture, r *core.Record) { r.Set("expires", "2099-01-01 00:00:00.000Z") }, closedCodes("")},
		{"a past expiry", func(_ *fixture, r *core.Record) { r.Set("expires", "2026-02-01 00:00:00.000Z") }, closedCodes("not_pending")},
		{"pending again, with a new expiry", func(_ *fixture, r *core.Record) {
			r.Set("status", "pending")
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, closedCodes("")},
		{"other roles", func(_ *fixture, r *core.Record) { r.Set("admin", true); r.Set("organizer", false) }, closedCodes("")},
		{"a new link", func(_ *fixture, r *core.Record) { r.Set("token_hash", "0000") }, closedCodes("")},
		{"another address", func(_ *fixture, r *core.Record) { r.Set("email", "marta@halation.example") }, sameCode("fixed")},
		{"another team", func(f *fixture, r *core.Record) {
			r.Set("team", hookstest.Team(f.T, f.app, hookstest.Account(f.T, f.app, "o@other.example"), "Other", "free").Id)
		}, sameCode("fixed")},
		{"cleared", func(_ *fixture, r *core.Record) { r.Set("cleared", true) },
			map[string]string{"pending": invitations.CodeNothingToDo, "accepted": invitations.CodeNothingToDo}},
		{"accepted and cleared", func(f *fixture, r *core.Record) { to("accepted")(f, r); r.Set("cleared", true) },
			sameCode(invitations.CodeNothingToDo)},
		{"declined and cleared", func(f *fixture, r *core.Record) { to("declined")(f, r); r.Set("cleared", true) },
			withCodes(closedCodes(""), "declined", "")},
		{"a note", func(_ *fixture, r *core.Record) { r.Set("note", "See you.") }, sameCode("")},
	} {
		for _, state := range states {
			t.Run(s.change+"/"+state, func(t *testing.T) {
				f := newFixture(t)
				id := f.inviteInState(state).ID
				r, before := f.stored(id), f.stored(id)
				s.do(f, r)
				hookstest.AssertCode(t, s.change, f.app.Save(r), s.codes[state])
				after := f.stored(id)
				if s.codes[state] != "" && after.GetString("status")+after.GetString("expires")+after.GetString("token_hash") !=
					before.GetString("status")+before.GetString("expires")+before.GetString("token_hash") {
					t.Errorf("a refused change was stored: got %v, want %v", after.FieldsData(), before.FieldsData())
				}
				if _, in := f.roles(f.lucia); in != (after.GetString("status") == invitations.Accepted) {
					t.Errorf("got member %v, invitation %s", in, after.GetString("status"))
				}
			})
		}
	}
}

func TestActions_InEveryState(t *testing.T) {
	for _, s := range []struct {
		name string
		act  func(f *fixture, result invitations.Result) error
		ends string // the state after it, if it was pending
	}{
		{"accept by link", func(f *fixture, r invitations.Result) error {
			_, err := invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(r)})
			return err
		}, "accepted"},
		{"accept by id", func(f *fixture, r invitations.Result) error {
			_, err := invitations.Accept(f.app, invitations.Response{Account: f.lucia, ID: r.ID})
			return err
		}, "accepted"},
		{"decline by link", func(f *fixture, r invitations.Result) error {
			_, err := invitations.Decline(f.app, invitations.Response{Token: tokenOf(r)})
			return err
		}, "declined"},
		{"decline by id", func(f *fixture, r invitations.Result) error {
			_, err := invitations.Decline(f.app, invitations.Response{Account: f.lucia, ID: r.ID})
			return err
		}, "declined"},
		{"revoke", func(f *fixture, r invitations.Result) error {
			_, err := invitations.Revoke(f.app, f.actor(f.owner), r.ID)
			return err
		}, "revoked"},
		{"resend", func(f *fixture, r invitations.Result) error {
			f.ageEmails(r.ID, "-2 minutes")
			_, _, err := invitations.Resend(f.app, f.actor(f.owner), r.ID)
			return err
		}, "pending"},
	} {
		for _, state := range states {
			t.Run(s.name+"/"+state, func(t *testing.T) {
				f := newFixture(t)
				result := f.inviteInState(state)
				hookstest.AssertCode(t, s.name, s.act(f, result), closedCodes("")[state])
				if got := f.stored(result.ID).GetString("status"); state == "pending" && got != s.ends {
					t.Errorf("got %s, want %s", got, s.ends)
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
		{"without an expiry", "pending", "", "new@x.example", ""},
		{"overdue", "pending", "2026-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"accepted", "accepted", "2099-01-01 00:00:00.000Z", luciaEmail, "not_pending"},
		{"revoked", "revoked", "2099-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"no address", "pending", "", "nobody", "bad_email"},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixture(t)
			r := hookstest.NewRecord(t, f.app, "invitations", map[string]any{"team": f.team.Id, "email": s.email,
				"status": s.status, "expires": s.expires, "user": f.lucia.Id})
			hookstest.AssertCode(t, s.name, f.app.Save(r), s.code)
			if _, in := f.roles(f.lucia); in {
				t.Error("in the team without an acceptance")
			}
			if s.code == "" && !f.stored(r.Id).GetDateTime("expires").After(f.stored(r.Id).GetDateTime("created")) {
				t.Error("no future expiry")
			}
		})
	}
}

func TestRules_StaleCopy_ChangesNothing(t *testing.T) {
	for _, s := range []struct {
		name   string
		first  func(f *fixture, r *core.Record) // saved by another writer meanwhile
		second func(f *fixture, r *core.Record) // applied to a copy that was read before
		code   string
		status string
	}{
		{"accepting what was revoked", setRevoked, setAccepted, invitations.CodeRevoked, "revoked"},
		{"revoking what was accepted", setAccepted, setRevoked, invitations.CodeAccepted, "accepted"},
		{"writing a note on what was revoked", setRevoked, func(_ *fixture, r *core.Record) { r.Set("note", "Hello.") }, "", "revoked"},
		{"writing a note on what was accepted", setAccepted, func(_ *fixture, r *core.Record) { r.Set("note", "Hello.") }, "", "accepted"},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := newFixture(t)
			id := f.inviteInState("pending").ID
			early, now := f.stored(id), f.stored(id)
			s.first(f, now)
			f.must(f.app.Save(now))
			s.second(f, early)
			hookstest.AssertCode(t, s.name, f.app.Save(early), s.code)
			if got := f.stored(id).GetString("status"); got != s.status {
				t.Errorf("got %s, want %s", got, s.status)
			}
			if _, in := f.roles(f.lucia); in != (s.status == "accepted") {
				t.Errorf("got member %v", in)
			}
		})
	}
	t.Run("accepting with roles that were lowered meanwhile", func(t *testing.T) {
		f := newFixture(t)
		id := f.invite(luciaEmail, "admin", "organizer").ID
		early, now := f.stored(id), f.stored(id)
		now.Set("admin", false)
		f.must(f.app.Save(now))
		setAccepted(f, early)
		f.must(f.app.Save(early))
		if roles, _ := f.roles(f.lucia); roles.Admin || !roles.Organizer {
			t.Errorf("got roles %+v", roles)
		}
	})
	t.Run("accepting what was deleted", func(t *testing.T) {
		f := newFixture(t)
		early := f.stored(f.inviteInState("pending").ID)
		f.must(f.app.Delete(f.stored(early.Id)))
		setAccepted(f, early)
		if err := f.app.Save(early); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%v, want %v", err, errs.ErrNotFound)
		}
		if _, in := f.roles(f.lucia); in {
			t.Error("in the team")
		}
	})
}

func setAccepted(f *fixture, r *core.Record) {
	r.Set("status", invitations.Accepted)
	r.Set("user", f.lucia.Id)
}

func setRevoked(_ *fixture, r *core.Record) { r.Set("status", invitations.Revoked) }

func TestExpire_MarksOnlyOverdue(t *testing.T) {
	f := newFixture(t)
	over, open := f.inviteInState("overdue").ID, f.invite("open@x.example", "organizer").ID
	f.must(invitations.Expire(f.app))
	if a, b := f.stored(over).GetString("status"), f.stored(open).GetString("status"); a != "expired" || b != "pending" {
		t.Errorf("got overdue invitation %s, pending one %s, want %q and %q", a, b, "expired", "pending")
	}
}

func TestRemove_RevokesPendingInvitationInSameTx(t *testing.T) {
	f := newFixture(t)
	ben := hookstest.Member(t, f.app, f.team, "ben@halation.example")
	id := f.invite(ben.Email(), "organizer").ID
	fail := f.app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return errors.New("the disk is full")
	})
	if _, err := members.Remove(f.app, f.actor(f.owner), ben.Id, members.Handover{}); err == nil {
		t.Fatal("the removal succeeded on a full disk")
	}
	if _, in := f.roles(ben); !in || f.stored(id).GetString("status") != "pending" {
		t.Fatalf("got member %v, invitation %s", in, f.stored(id).GetString("status"))
	}
	f.app.OnRecordDeleteExecute("memberships").Unbind(fail)
	ended, err := members.Remove(f.app, f.actor(f.owner), ben.Id, members.Handover{})
	f.must(err)
	if ended.InvitedRoles != (actors.Roles{Organizer: true}) {
		t.Errorf("got removal %+v", ended)
	}
	if r := f.stored(id); r.GetString("status") != "revoked" || r.GetString("reason") == "" {
		t.Errorf("got %s, reason %q, want %q and it set", r.GetString("status"), r.GetString("reason"), "revoked")
	}
	if _, err := invitations.Accept(f.app, invitations.Response{Account: ben, ID: id}); errs.Code(err) != invitations.CodeRevoked {
		t.Errorf("accepting it: %v, want %v", err, invitations.CodeRevoked)
	}
}

func TestDeleteAccount_NamedByInvitations_IsAllowed(t *testing.T) {
	for _, state := range states {
		t.Run(state, func(t *testing.T) {
			f := newFixture(t)
			admin := hookstest.Member(t, f.app, f.team, "admin@halation.example", "admin")
			id := f.inviteInState(state).ID
			hookstest.Exec(t, f.app, "UPDATE invitations SET inviter = {:u} WHERE id = {:id}", dbx.Params{"u": admin.Id, "id": id})
			f.must(f.app.Delete(admin))
			f.must(f.app.Delete(hookstest.FindRecord(t, f.app, "users", f.lucia.Id)))
			if r := f.stored(id); r.GetString("inviter") != "" || r.GetString("email") != luciaEmail {
				t.Errorf("%v, want none and %v", r.FieldsData(), luciaEmail)
			}
			f.ageEmails(id, "-2 minutes")
			if _, _, err := invitations.Resend(f.app, f.actor(f.owner), id); errs.Code(err) != closedCodes("")[state] {
				t.Errorf("sending it again: %v", err)
			}
		})
	}
}
