package invitations_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

const noSuchUser = "550 5.1.1 no such user"

func TestUndeliverable_Report_RevokesInvitation(t *testing.T) {
	for name, test := range map[string]struct {
		event func(resendtest.Email) resendtest.Event
		ends  bool
		says  string
	}{
		"bounced for good": {func(l resendtest.Email) resendtest.Event { return l.Bounced(noSuchUser) }, true,
			"The address does not exist, or takes no mail. The provider says: “550 5.1.1 no such user”"},
		"complained":       {resendtest.Email.Complained, true, "marked it as unwanted"},
		"suppressed":       {resendtest.Email.Suppressed, true, "came back before"},
		"delivered":        {resendtest.Email.Delivered, false, ""},
		"delayed":          {resendtest.Email.Delayed, false, ""},
		"returned for now": {func(l resendtest.Email) resendtest.Event { return l.Returned("full") }, false, ""},
		"never sent":       {func(l resendtest.Email) resendtest.Event { return l.Failed("reached_daily_quota") }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixtureWith(t, configWithEmail())
			id := w.invite(luciaEmail, "organizer").ID
			w.must(w.report(test.event(w.markSent(id))))
			r, reserved := w.stored(id), w.seats().Organizer.Reserved
			if !test.ends {
				if r.GetString("status") != invitations.Pending || reserved != 1 {
					t.Fatalf("%s, %d reserved", r.GetString("status"), reserved)
				}
				return
			}
			if r.GetString("status") != invitations.Revoked || !strings.Contains(r.GetString("reason"), test.says) ||
				r.GetDateTime("answered").IsZero() || reserved != 0 {
				t.Errorf("%s because %q, %d reserved", r.GetString("status"), r.GetString("reason"), reserved)
			}
			w.assertUndeliverableAudited(id)
		})
	}
}

// assertUndeliverableAudited wants one row that tells of the end, in a whole chain.
func (w *fixture) assertUndeliverableAudited(id string) {
	w.Helper()
	rows, err := w.app.FindRecordsByFilter("audit", "action = 'invitation.undeliverable'", "", 0, 0)
	if err != nil || len(rows) != 1 || rows[0].GetString("target") != id || rows[0].GetString("target_name") != luciaEmail ||
		rows[0].GetString("team") != w.team.Id || rows[0].GetString("result") != "ok" {
		w.Errorf("%v %v", rows, err)
	}
	w.must(audit.Verify(w.app, w.team.Id))
}

func TestUndeliverable_Reason_IsShortAndHasNoLink(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	id := w.invite(luciaEmail).ID
	w.must(w.report(w.markSent(id).Bounced("see http://usher.test/invite/usi_s3cr3t " + strings.Repeat("ü", 600))))
	reason := w.stored(id).GetString("reason")
	if len([]rune(reason)) > 200 || strings.Contains(reason, "usi_") || w.stored(id).GetString("status") != invitations.Revoked {
		t.Errorf("%q", reason)
	}
	row, err := w.app.FindFirstRecordByData("audit", "action", "invitation.undeliverable")
	if err != nil {
		t.Fatal(err)
	}
	if detail, _ := json.Marshal(row.Get("detail")); strings.Contains(string(detail), "usi_") {
		t.Errorf("%s", detail)
	}
}

// The letter of a link that was replaced says nothing of the one that is good.
func TestUndeliverable_OlderEmail_ChangesNothing(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	id := w.invite(luciaEmail, "organizer").ID
	older := w.markSent(id)
	w.ageEmails(id, "-2 minutes")
	_, _, err := invitations.Resend(w.app, w.actor(w.owner), id)
	w.must(err)
	w.must(w.report(older.Bounced(noSuchUser)))
	if status := w.stored(id).GetString("status"); status != invitations.Pending {
		t.Fatal(status)
	}
	w.must(w.report(w.markSent(id).Bounced(noSuchUser)))
	if status := w.stored(id).GetString("status"); status != invitations.Revoked {
		t.Fatal(status)
	}
}

func TestUndeliverable_ClosedInvitation_IsUnchanged(t *testing.T) {
	for _, state := range []string{invitations.Accepted, invitations.Declined, invitations.Revoked, invitations.Expired, "overdue"} {
		w := newFixtureWith(t, configWithEmail())
		id := w.inviteInState(state).ID
		before := w.stored(id)
		w.must(w.report(w.markSent(id).Bounced(noSuchUser)))
		after := w.stored(id)
		if after.GetString("status") != before.GetString("status") || after.GetString("reason") != before.GetString("reason") {
			t.Errorf("%s became %s (%s)", state, after.GetString("status"), after.GetString("reason"))
		}
		if _, in := w.roles(w.lucia); in != (state == invitations.Accepted) {
			t.Errorf("%s: in the team %v", state, in)
		}
	}
}

// A letter that the provider refuses at once, plainly for its address, is no other case than one that comes back.
func TestUndeliverable_AddressRejectedBySend_RevokesInvitation(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	for unreachable, want := range map[bool]string{true: invitations.Revoked, false: invitations.Pending} {
		id := w.invite(luciaEmail).ID
		letter, err := mail.FindNewest(w.app, id)
		w.must(err)
		letter.Set("status", mail.Failed)
		letter.Set("error", "Refused.")
		letter.Set("unreachable", unreachable)
		w.must(w.app.Save(letter))
		if got := w.stored(id).GetString("status"); got != want {
			t.Errorf("unreachable %v: %s", unreachable, got)
		}
		if want == invitations.Pending {
			_, err := invitations.Revoke(w.app, w.actor(w.owner), id)
			w.must(err)
		}
	}
}

func TestUndeliverable_EmailAboutOtherRecord_ChangesNothing(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	id := w.invite("somebody@else.example").ID
	for _, about := range []string{"", w.lucia.Id} {
		hookstest.Exec(t, w.app, "UPDATE outbox SET about = {:about}", dbx.Params{"about": about})
		hookstest.Exec(t, w.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'p'", nil)
		w.must(w.report(resendtest.Email{ID: "p"}.Bounced(noSuchUser)))
		if w.stored(id).GetString("status") != invitations.Pending {
			t.Fatalf("a letter about %q ended it", about)
		}
	}
}

// Report, letter, invitation and audit are one transaction.
func TestUndeliverable_SaveFails_ChangesNothing(t *testing.T) {
	for _, collection := range []string{"invitations", "audit"} {
		w := newFixtureWith(t, configWithEmail())
		id := w.invite(luciaEmail, "organizer").ID
		taken := w.markSent(id)
		for _, verb := range []string{"INSERT", "UPDATE"} {
			hookstest.Exec(t, w.app, "CREATE TRIGGER full_"+verb+" AFTER "+verb+" ON "+collection+
				" BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", nil)
		}
		e := taken.Bounced(noSuchUser)
		if w.report(e) == nil {
			t.Fatal("nothing failed")
		}
		letter, err := mail.FindNewest(w.app, id)
		w.must(err)
		if letter.Status() != mail.Sent || w.stored(id).GetString("status") != invitations.Pending || hookstest.Count(t, w.app, "mail_reports") != 0 {
			t.Errorf("%s: half of it is there: %s, %s", collection, letter.Status(), w.stored(id).GetString("status"))
		}
		hookstest.Exec(t, w.app, "DROP TRIGGER full_INSERT", nil)
		hookstest.Exec(t, w.app, "DROP TRIGGER full_UPDATE", nil)
		w.must(w.report(e))
		if w.stored(id).GetString("status") != invitations.Revoked {
			t.Errorf("%s: the second time did nothing", collection)
		}
		w.assertUndeliverableAudited(id)
	}
}

func TestAccept_ConcurrentWithBounce_OneWins(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(w.app, "invitations")
	ends := map[string]int{}
	for n := range 8 {
		id := w.invite(luciaEmail, "organizer").ID
		e := w.markSent(id).Bounced(noSuchUser)
		accept := viaAction(w, id, invitations.Accepted)
		results := hookstest.Race(2, func(i int) error {
			if i == n%2 {
				return accept()
			}
			return w.report(e)
		})
		hookstest.CountSucceeded(t, results, invitations.CodeRevoked)
		end := w.stored(id).GetString("status")
		_, in := w.roles(w.lucia)
		accepted := results[n%2] == nil
		if in != accepted || in != (end == invitations.Accepted) || !in && end != invitations.Revoked || results[1-n%2] != nil {
			t.Fatalf("in the team %v, %s (%v)", in, end, results)
		}
		if reserved := w.seats().Organizer.Reserved; reserved != 0 {
			t.Errorf("%d seats stay reserved", reserved)
		}
		ends[end]++
		if in {
			hookstest.Exec(t, w.app, "DELETE FROM memberships WHERE user = {:u}", dbx.Params{"u": w.lucia.Id})
		}
	}
	t.Log(ends)
}

// The control: without a transaction both win, so the test above is able to fail.
func TestAccept_ConcurrentWithBounceWithoutTx_BothWin(t *testing.T) {
	app := hookstest.NewBareApp(t, func(app core.App) {
		settings.Set(app, configWithEmail())
		accounts.Register(app)
		plans.Register(app)
		teams.Register(app)
		app.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
			if err := invitations.ValidateUpdate(e.App, e.Record); err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			return invitations.CreateMembership(e.App, e.Record)
		})
		hookstest.SlowWrites(app, "invitations", "memberships")
	})
	owner := hookstest.Account(t, app, "marta@halation.example")
	w := &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
	r := hookstest.NewRecord(t, app, "invitations", map[string]any{"team": w.team.Id, "email": luciaEmail, "status": "pending",
		"expires": "2099-01-01 00:00:00.000Z"})
	w.must(app.Save(r))
	letter := &mail.Email{Record: hookstest.NewRecord(t, app, "outbox", map[string]any{"about": r.Id, "kind": "invitation", "recipient": luciaEmail,
		"status": "bounced", "unreachable": true, "due": "2026-01-01 00:00:00.000Z", "error": "gone"})}
	w.must(app.Save(letter))
	invitation, err := invitations.Find(app, r.Id)
	w.must(err)
	deeds := []func() error{bareSave(w, r.Id, invitations.Accepted), func() error { return invitation.MarkUndeliverable(app, letter) }}
	if won := hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error { return deeds[i]() }), endedCodes...); won != 2 {
		t.Errorf("%d won without a transaction; the race is not wide enough to show a fault", won)
	}
}

func TestResend_ConcurrentWithBounce_OneWins(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(w.app, "invitations")
	ends := map[string]int{}
	for n := range 8 {
		id := w.invite(luciaEmail, "organizer").ID
		e := w.markSent(id).Bounced(noSuchUser)
		w.ageEmails(id, "-2 minutes")
		actor := w.actor(w.owner)
		results := hookstest.Race(2, func(i int) error {
			if i == n%2 {
				_, _, err := invitations.Resend(w.app, actor, id)
				return err
			}
			return w.report(e)
		})
		hookstest.CountSucceeded(t, results, invitations.CodeRevoked)
		end := w.stored(id).GetString("status")
		if again := results[n%2] == nil; again != (end == invitations.Pending) || !again && end != invitations.Revoked {
			t.Fatalf("%s (%v)", end, results)
		}
		if reserved := w.seats().Organizer.Reserved; (reserved == 1) != (end == invitations.Pending) {
			t.Errorf("%s, %d seats reserved", end, reserved)
		}
		ends[end]++
		if end == invitations.Pending {
			_, err := invitations.Revoke(w.app, actor, id)
			w.must(err)
		}
	}
	t.Log(ends)
}
