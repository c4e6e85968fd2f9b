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
	"usher/hooks/record"
)

var states = []string{"pending", "overdue", "accepted", "declined", "revoked", "expired"}

// ends are the codes of a change that only an open invitation allows.
func ends(pending string) map[string]string {
	return map[string]string{"pending": pending, "overdue": invitations.CodeExpired, "accepted": invitations.CodeAccepted,
		"declined": invitations.CodeDeclined, "revoked": invitations.CodeRevoked, "expired": invitations.CodeExpired}
}

// but is the codes with some of them changed.
func but(codes map[string]string, changes ...string) map[string]string {
	for i := 0; i < len(changes); i += 2 {
		codes[changes[i]] = changes[i+1]
	}
	return codes
}

func always(code string) map[string]string {
	codes := map[string]string{}
	for _, state := range states {
		codes[state] = code
	}
	return codes
}

func TestABareSaveIsJudgedInEveryState(t *testing.T) {
	to := func(status string) func(*world, *core.Record) {
		return func(w *world, r *core.Record) {
			r.Set("status", status)
			if status == invitations.Accepted {
				r.Set("user", w.lucia.Id)
			}
		}
	}
	for _, s := range []struct {
		change string
		do     func(*world, *core.Record)
		codes  map[string]string // by stored state; "" is allowed
	}{
		{"to accepted", to("accepted"), but(ends(""), "accepted", "")},
		{"to declined", to("declined"), but(ends(""), "declined", "")},
		{"to revoked", to("revoked"), but(ends(""), "revoked", "")},
		{"to expired", to("expired"), but(ends("not_expired"), "overdue", "", "expired", "")},
		{"to pending", to("pending"), but(ends(""), "overdue", "")},
		{"accepted by nobody", func(_ *world, r *core.Record) { r.Set("status", "accepted"); r.Set("user", "") },
			but(ends("wrong_account"), "accepted", "")},
		{"accepted by another account", func(w *world, r *core.Record) { r.Set("status", "accepted"); r.Set("user", w.owner.Id) },
			but(ends("wrong_account"), "accepted", "")},
		{"accepted with more roles", func(w *world, r *core.Record) { to("accepted")(w, r); r.Set("admin", true) }, ends("fixed")},
		{"declined with a new end", func(w *world, r *core.Record) {
			to("declined")(w, r)
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, ends("fixed")},
		{"a later end", func(_ *world, r *core.Record) { r.Set("expires", "2099-01-01 00:00:00.000Z") }, ends("")},
		{"an end in the past", func(_ *world, r *core.Record) { r.Set("expires", "2026-02-01 00:00:00.000Z") }, ends("not_pending")},
		{"pending again, with a new end", func(_ *world, r *core.Record) {
			r.Set("status", "pending")
			r.Set("expires", "2099-01-01 00:00:00.000Z")
		}, ends("")},
		{"other roles", func(_ *world, r *core.Record) { r.Set("admin", true); r.Set("organizer", false) }, ends("")},
		{"a new link", func(_ *world, r *core.Record) { r.Set("token_hash", "0000") }, ends("")},
		{"another address", func(_ *world, r *core.Record) { r.Set("email", "marta@halation.example") }, always("fixed")},
		{"another team", func(w *world, r *core.Record) {
			r.Set("team", hookstest.Team(w.T, w.app, hookstest.Person(w.T, w.app, "o@other.example"), "Other", "free").Id)
		}, always("fixed")},
		{"a note", func(_ *world, r *core.Record) { r.Set("note", "See you.") }, always("")},
	} {
		for _, state := range states {
			t.Run(s.change+"/"+state, func(t *testing.T) {
				w := begin(t)
				id := w.in(state).ID
				r, before := w.stored(id), w.stored(id)
				s.do(w, r)
				hookstest.Refused(t, s.change, w.app.Save(r), s.codes[state])
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

func TestAnActionIsJudgedInEveryState(t *testing.T) {
	for _, s := range []struct {
		name string
		act  func(w *world, result invitations.Result) error
		ends string // the state after it, of a pending one
	}{
		{"accept by the link", func(w *world, r invitations.Result) error {
			_, err := invitations.Accept(w.app, invitations.Answer{Account: w.lucia, Token: tokenOf(r)})
			return err
		}, "accepted"},
		{"accept at the prompt", func(w *world, r invitations.Result) error {
			_, err := invitations.Accept(w.app, invitations.Answer{Account: w.lucia, ID: r.ID})
			return err
		}, "accepted"},
		{"decline by the link", func(w *world, r invitations.Result) error {
			_, err := invitations.Decline(w.app, invitations.Answer{Token: tokenOf(r)})
			return err
		}, "declined"},
		{"decline at the prompt", func(w *world, r invitations.Result) error {
			_, err := invitations.Decline(w.app, invitations.Answer{Account: w.lucia, ID: r.ID})
			return err
		}, "declined"},
		{"revoke", func(w *world, r invitations.Result) error {
			_, err := invitations.Revoke(w.app, w.actor(w.owner), r.ID)
			return err
		}, "revoked"},
		{"resend", func(w *world, r invitations.Result) error {
			w.letterAge(r.ID, "-2 minutes")
			_, _, err := invitations.Resend(w.app, w.actor(w.owner), r.ID)
			return err
		}, "pending"},
	} {
		for _, state := range states {
			t.Run(s.name+"/"+state, func(t *testing.T) {
				w := begin(t)
				result := w.in(state)
				hookstest.Refused(t, s.name, s.act(w, result), ends("")[state])
				if got := w.stored(result.ID).GetString("status"); state == "pending" && got != s.ends {
					t.Errorf("ended as %s, want %s", got, s.ends)
				}
			})
		}
	}
}

func TestAnInvitationBeginsAsPendingWithItsEndAhead(t *testing.T) {
	for _, s := range []struct {
		name, status, expires, email, code string
	}{
		{"pending", "pending", "2099-01-01 00:00:00.000Z", "new@x.example", ""},
		{"with no end it gets a week", "pending", "", "new@x.example", ""},
		{"overdue", "pending", "2026-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"accepted", "accepted", "2099-01-01 00:00:00.000Z", lucias, "not_pending"},
		{"revoked", "revoked", "2099-01-01 00:00:00.000Z", "new@x.example", "not_pending"},
		{"no address", "pending", "", "nobody", "bad_email"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := begin(t)
			r := hookstest.Blank(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": s.email,
				"status": s.status, "expires": s.expires, "user": w.lucia.Id})
			hookstest.Refused(t, s.name, w.app.Save(r), s.code)
			if _, in := w.roles(w.lucia); in {
				t.Error("in the team without an acceptance")
			}
			if s.code == "" && !w.stored(r.Id).GetDateTime("expires").After(w.stored(r.Id).GetDateTime("created")) {
				t.Error("no end ahead")
			}
		})
	}
}

func TestACopyThatIsOutOfDateChangesNothing(t *testing.T) {
	for _, s := range []struct {
		name   string
		first  func(w *world, r *core.Record) // what another writer saves meanwhile
		second func(w *world, r *core.Record) // on a copy that was read before
		code   string
		status string
	}{
		{"accepting what was revoked", revoke, accept, invitations.CodeRevoked, "revoked"},
		{"revoking what was accepted", accept, revoke, invitations.CodeAccepted, "accepted"},
		{"writing a note on what was revoked", revoke, func(_ *world, r *core.Record) { r.Set("note", "Hello.") }, "", "revoked"},
		{"writing a note on what was accepted", accept, func(_ *world, r *core.Record) { r.Set("note", "Hello.") }, "", "accepted"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := begin(t)
			id := w.in("pending").ID
			early, now := w.stored(id), w.stored(id)
			s.first(w, now)
			w.must(w.app.Save(now))
			s.second(w, early)
			hookstest.Refused(t, s.name, w.app.Save(early), s.code)
			if got := w.stored(id).GetString("status"); got != s.status {
				t.Errorf("it is %s, want %s", got, s.status)
			}
			if _, in := w.roles(w.lucia); in != (s.status == "accepted") {
				t.Errorf("in the team: %v", in)
			}
		})
	}
	t.Run("accepting with roles that were lowered meanwhile", func(t *testing.T) {
		w := begin(t)
		id := w.invite(lucias, "admin", "organizer").ID
		early, now := w.stored(id), w.stored(id)
		now.Set("admin", false)
		w.must(w.app.Save(now))
		accept(w, early)
		w.must(w.app.Save(early))
		if roles, _ := w.roles(w.lucia); roles.Admin || !roles.Organizer {
			t.Errorf("got %+v", roles)
		}
	})
	t.Run("accepting what was deleted", func(t *testing.T) {
		w := begin(t)
		early := w.stored(w.in("pending").ID)
		w.must(w.app.Delete(w.stored(early.Id)))
		accept(w, early)
		if err := w.app.Save(early); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%v", err)
		}
		if _, in := w.roles(w.lucia); in {
			t.Error("in the team")
		}
	})
}

func accept(w *world, r *core.Record) {
	r.Set("status", invitations.Accepted)
	r.Set("user", w.lucia.Id)
}

func revoke(_ *world, r *core.Record) { r.Set("status", invitations.Revoked) }

func TestTheJobNotesWhatIsOverdueAndNothingElse(t *testing.T) {
	w := begin(t)
	over, open := w.in("overdue").ID, w.invite("open@x.example", "organizer").ID
	w.must(invitations.Expire(w.app))
	if a, b := w.stored(over).GetString("status"), w.stored(open).GetString("status"); a != "expired" || b != "pending" {
		t.Errorf("the overdue one is %s, the open one %s", a, b)
	}
}

func TestRemovalRevokesWhatIsOpenInTheSameTransaction(t *testing.T) {
	w := begin(t)
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
	if ended.Offered != (actors.Roles{Organizer: true}) {
		t.Errorf("ended %+v", ended)
	}
	if r := w.stored(id); r.GetString("status") != "revoked" || r.GetString("reason") == "" {
		t.Errorf("%s, because %q", r.GetString("status"), r.GetString("reason"))
	}
	if _, err := invitations.Accept(w.app, invitations.Answer{Account: ben, ID: id}); record.Code(err) != invitations.CodeRevoked {
		t.Errorf("accepting it: %v", err)
	}
}

func TestAnAccountCanGoWhateverInvitationsNameIt(t *testing.T) {
	for _, state := range states {
		t.Run(state, func(t *testing.T) {
			w := begin(t)
			admin := hookstest.Member(t, w.app, w.team, "admin@halation.example", "admin")
			id := w.in(state).ID
			hookstest.Exec(t, w.app, "UPDATE invitations SET inviter = {:u} WHERE id = {:id}", dbx.Params{"u": admin.Id, "id": id})
			w.must(w.app.Delete(admin))
			w.must(w.app.Delete(hookstest.Stored(t, w.app, "users", w.lucia.Id)))
			if r := w.stored(id); r.GetString("inviter") != "" || r.GetString("email") != lucias {
				t.Errorf("%v", r.FieldsData())
			}
			w.letterAge(id, "-2 minutes")
			if _, _, err := invitations.Resend(w.app, w.actor(w.owner), id); record.Code(err) != ends("")[state] {
				t.Errorf("sending it again: %v", err)
			}
		})
	}
}
