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
			"The address doesn't exist or doesn't accept email. The provider says: “550 5.1.1 no such user”"},
		"complained":       {resendtest.Email.Complained, true, "marked it as spam"},
		"suppressed":       {resendtest.Email.Suppressed, true, "earlier emails bounced"},
		"delivered":        {resendtest.Email.Delivered, false, ""},
		"delayed":          {resendtest.Email.Delayed, false, ""},
		"returned for now": {func(l resendtest.Email) resendtest.Event { return l.Returned("full") }, false, ""},
		"never sent":       {func(l resendtest.Email) resendtest.Event { return l.Failed("reached_daily_quota") }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureWith(t, configWithEmail())
			id := f.invite(luciaEmail, "organizer").ID
			f.must(f.report(test.event(f.markSent(id))))
			r, reserved := f.stored(id), f.seats().Organizer.Reserved
			if !test.ends {
				if r.GetString("status") != invitations.Pending || reserved != 1 {
					t.Fatalf("got %s, %d reserved, want %v and 1", r.GetString("status"), reserved, invitations.Pending)
				}
				return
			}
			if r.GetString("status") != invitations.Revoked || !strings.Contains(r.GetString("reason"), test.says) ||
				r.GetDateTime("answered").IsZero() || reserved != 0 {
				t.Errorf("got %s, reason %q, %d reserved", r.GetString("status"), r.GetString("reason"), reserved)
			}
			f.assertUndeliverableAudited(id)
		})
	}
}

// assertUndeliverableAudited expects one entry for the end of the invitation, in a valid chain.
func (f *fixture) assertUndeliverableAudited(id string) {
	f.Helper()
	rows, err := f.app.FindRecordsByFilter("audit", "action = 'invitation.undeliverable'", "", 0, 0)
	if err != nil || len(rows) != 1 || rows[0].GetString("target") != id || rows[0].GetString("target_name") != luciaEmail ||
		rows[0].GetString("team") != f.team.Id || rows[0].GetString("result") != "ok" {
		f.Errorf("%v %v", rows, err)
	}
	f.must(audit.Verify(f.app, f.team.Id))
}

func TestUndeliverable_Reason_IsShortAndHasNoLink(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	id := f.invite(luciaEmail).ID
	f.must(f.report(f.markSent(id).Bounced("see http://usher.test/invite/usi_s3cr3t " + strings.Repeat("ü", 600))))
	reason := f.stored(id).GetString("reason")
	if len([]rune(reason)) > 200 || strings.Contains(reason, "usi_") || f.stored(id).GetString("status") != invitations.Revoked {
		t.Errorf("%q, want at most 200, it without %q and %v", reason, "usi_", invitations.Revoked)
	}
	row, err := f.app.FindFirstRecordByData("audit", "action", "invitation.undeliverable")
	if err != nil {
		t.Fatal(err)
	}
	if detail, _ := json.Marshal(row.Get("detail")); strings.Contains(string(detail), "usi_") {
		t.Errorf("%s, want no %q", detail, "usi_")
	}
}

// A report on the email of a replaced link says nothing about the current one.
func TestUndeliverable_OlderEmail_ChangesNothing(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	id := f.invite(luciaEmail, "organizer").ID
	older := f.markSent(id)
	f.ageEmails(id, "-2 minutes")
	_, _, err := invitations.Resend(f.app, f.actor(f.owner), id)
	f.must(err)
	f.must(f.report(older.Bounced(noSuchUser)))
	if status := f.stored(id).GetString("status"); status != invitations.Pending {
		t.Fatal(status)
	}
	f.must(f.report(f.markSent(id).Bounced(noSuchUser)))
	if status := f.stored(id).GetString("status"); status != invitations.Revoked {
		t.Fatal(status)
	}
}

func TestUndeliverable_ClosedInvitation_IsUnchanged(t *testing.T) {
	for _, state := range []string{invitations.Accepted, invitations.Declined, invitations.Revoked, invitations.Expired, "overdue"} {
		f := newFixtureWith(t, configWithEmail())
		id := f.inviteInState(state).ID
		before := f.stored(id)
		f.must(f.report(f.markSent(id).Bounced(noSuchUser)))
		after := f.stored(id)
		if after.GetString("status") != before.GetString("status") || after.GetString("reason") != before.GetString("reason") {
			t.Errorf("%s: got %s (%s)", state, after.GetString("status"), after.GetString("reason"))
		}
		if _, in := f.roles(f.lucia); in != (state == invitations.Accepted) {
			t.Errorf("%s: got member %v", state, in)
		}
	}
}

// An email that the provider rejects immediately for its address is handled like one that bounces.
func TestUndeliverable_AddressRejectedBySend_RevokesInvitation(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	for unreachable, want := range map[bool]string{true: invitations.Revoked, false: invitations.Pending} {
		id := f.invite(luciaEmail).ID
		message, err := mail.FindNewest(f.app, id)
		f.must(err)
		message.Set("status", mail.Failed)
		message.Set("error", "Refused.")
		message.Set("unreachable", unreachable)
		f.must(f.app.Save(message))
		if got := f.stored(id).GetString("status"); got != want {
			t.Errorf("unreachable %v: got %s, want %v", unreachable, got, want)
		}
		if want == invitations.Pending {
			_, err := invitations.Revoke(f.app, f.actor(f.owner), id)
			f.must(err)
		}
	}
}

func TestUndeliverable_EmailAboutOtherRecord_ChangesNothing(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	id := f.invite("somebody@else.example").ID
	for _, about := range []string{"", f.lucia.Id} {
		hookstest.Exec(t, f.app, "UPDATE outbox SET about = {:about}", dbx.Params{"about": about})
		hookstest.Exec(t, f.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'p'", nil)
		f.must(f.report(resendtest.Email{ID: "p"}.Bounced(noSuchUser)))
		if f.stored(id).GetString("status") != invitations.Pending {
			t.Fatalf("an email about %q ended the invitation, want %v", about, invitations.Pending)
		}
	}
}

// Report, email, invitation and audit entry are written in one transaction.
func TestUndeliverable_SaveFails_ChangesNothing(t *testing.T) {
	for _, collection := range []string{"invitations", "audit"} {
		f := newFixtureWith(t, configWithEmail())
		id := f.invite(luciaEmail, "organizer").ID
		taken := f.markSent(id)
		for _, verb := range []string{"INSERT", "UPDATE"} {
			hookstest.Exec(t, f.app, "CREATE TRIGGER full_"+verb+" AFTER "+verb+" ON "+collection+
				" BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", nil)
		}
		e := taken.Bounced(noSuchUser)
		if f.report(e) == nil {
			t.Fatal("no error")
		}
		message, err := mail.FindNewest(f.app, id)
		f.must(err)
		if message.Status() != mail.Sent || f.stored(id).GetString("status") != invitations.Pending || hookstest.Count(t, f.app, "mail_reports") != 0 {
			t.Errorf("%s: got a partial write: %s, %s, want %v, %v and 0", collection, message.Status(), f.stored(id).GetString("status"), mail.Sent, invitations.Pending)
		}
		hookstest.Exec(t, f.app, "DROP TRIGGER full_INSERT", nil)
		hookstest.Exec(t, f.app, "DROP TRIGGER full_UPDATE", nil)
		f.must(f.report(e))
		if f.stored(id).GetString("status") != invitations.Revoked {
			t.Errorf("%s: the second report changed nothing, want %v", collection, invitations.Revoked)
		}
		f.assertUndeliverableAudited(id)
	}
}

func TestAccept_ConcurrentWithBounce_OneWins(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(f.app, "invitations")
	ends := map[string]int{}
	for n := range 8 {
		id := f.invite(luciaEmail, "organizer").ID
		e := f.markSent(id).Bounced(noSuchUser)
		accept := viaAction(f, id, invitations.Accepted)
		results := hookstest.Race(2, func(i int) error {
			if i == n%2 {
				return accept()
			}
			return f.report(e)
		})
		hookstest.CountSucceeded(t, results, invitations.CodeRevoked)
		end := f.stored(id).GetString("status")
		_, in := f.roles(f.lucia)
		accepted := results[n%2] == nil
		if in != accepted || in != (end == invitations.Accepted) || !in && end != invitations.Revoked || results[1-n%2] != nil {
			t.Fatalf("got member %v, %s (%v)", in, end, results)
		}
		if reserved := f.seats().Organizer.Reserved; reserved != 0 {
			t.Errorf("got %d reserved seats, want 0", reserved)
		}
		ends[end]++
		if in {
			hookstest.Exec(t, f.app, "DELETE FROM memberships WHERE user = {:u}", dbx.Params{"u": f.lucia.Id})
		}
	}
	t.Log(ends)
}

// Control: without a transaction, both succeed, so the test above can fail.
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
	f := &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
	r := hookstest.NewRecord(t, app, "invitations", map[string]any{"team": f.team.Id, "email": luciaEmail, "status": "pending",
		"expires": "2099-01-01 00:00:00.000Z"})
	f.must(app.Save(r))
	message := &mail.Email{Record: hookstest.NewRecord(t, app, "outbox", map[string]any{"about": r.Id, "kind": "invitation", "recipient": luciaEmail,
		"status": "bounced", "unreachable": true, "due": "2026-01-01 00:00:00.000Z", "error": "gone"})}
	f.must(app.Save(message))
	invitation, err := invitations.Find(app, r.Id)
	f.must(err)
	actions := []func() error{bareSave(f, r.Id, invitations.Accepted), func() error { return invitation.MarkUndeliverable(app, message) }}
	if won := hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error { return actions[i]() }), endedCodes...); won != 2 {
		t.Errorf("got %d successes without a transaction, want 2", won)
	}
}

func TestResend_ConcurrentWithBounce_OneWins(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(f.app, "invitations")
	ends := map[string]int{}
	for n := range 8 {
		id := f.invite(luciaEmail, "organizer").ID
		e := f.markSent(id).Bounced(noSuchUser)
		f.ageEmails(id, "-2 minutes")
		actor := f.actor(f.owner)
		results := hookstest.Race(2, func(i int) error {
			if i == n%2 {
				_, _, err := invitations.Resend(f.app, actor, id)
				return err
			}
			return f.report(e)
		})
		hookstest.CountSucceeded(t, results, invitations.CodeRevoked)
		end := f.stored(id).GetString("status")
		if again := results[n%2] == nil; again != (end == invitations.Pending) || !again && end != invitations.Revoked {
			t.Fatalf("got %s (%v)", end, results)
		}
		if reserved := f.seats().Organizer.Reserved; (reserved == 1) != (end == invitations.Pending) {
			t.Errorf("got %s, %d seats reserved", end, reserved)
		}
		ends[end]++
		if end == invitations.Pending {
			_, err := invitations.Revoke(f.app, actor, id)
			f.must(err)
		}
	}
	t.Log(ends)
}
