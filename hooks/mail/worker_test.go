package mail_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/hooks/emails"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/settings"
)

func TestDeliver_RateLimited_WaitsForRetryAfter(t *testing.T) {
	o := newFixture(t)
	o.resend.FailNext(resendtest.Status(429, 40))
	first, second := queue(t, o, newMessage(lucia)), queue(t, o, newMessage("pedro@halation.film"))
	if idle, err := o.deliver(); err != nil || idle <= 0 || idle > 40*time.Second {
		t.Errorf("got %s, %v, want at most 40 s", idle, err)
	}
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests, the limit applies to all emails, want 1", n)
	}
	assertStatus(t, o.find(t, first), mail.Queued)

	o.setClock(39 * time.Second)
	o.deliver()
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests before the time, want 1", n)
	}
	o.setClock(41 * time.Second)
	o.deliver()
	assertStatus(t, o.find(t, first), mail.Sent)
	assertStatus(t, o.find(t, second), mail.Sent)
	if n := len(o.resend.Emails()); n != 2 {
		t.Errorf("got %d emails, want 2", n)
	}
}

func TestProblem_QuotaUsedUp_IsReported(t *testing.T) {
	o := newFixture(t)
	defer o.Start()()
	o.resend.FailNext(resendtest.Status(429, 7200))
	queue(t, o, newMessage(lucia))
	eventually(t, func() bool { return strings.Contains(mail.Problem(o), "accepts no more emails until") })
}

func TestDeliver_ProviderFault_IsRetriedOnce(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{
		"500":            resendtest.Status(500),
		"503":            resendtest.Status(503),
		"429":            resendtest.Status(429),
		"accept and cut": resendtest.AcceptAndCut,
		"key in use":     resendtest.Reject(409, "concurrent_idempotent_requests", "in progress"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			o.resend.FailNext(fault)
			id := queue(t, o, newMessage(lucia))
			o.deliver()
			m := o.find(t, id)
			assertStatus(t, m, mail.Queued)
			if wait := time.Until(m.DueAt().Time()); wait < 3*time.Second || wait > 7*time.Second {
				t.Errorf("first retry after %s, want at least %v and at most %v", wait, 3*time.Second, 7*time.Second)
			}
			if strings.Contains(m.LastError(), "127.0.0.1") || m.LastError() == "" {
				t.Errorf("error %q, want an error without %q", m.LastError(), "127.0.0.1")
			}
			o.deliver()
			if n := o.resend.Requests(); n != 1 {
				t.Errorf("%d requests at once, want 1", n)
			}
			o.setClock(10 * time.Second)
			o.deliver()
			m = o.find(t, id)
			assertStatus(t, m, mail.Sent)
			if delivered := o.resend.Emails(); len(delivered) != 1 || delivered[0].Key != id || m.LastError() != "" || m.Attempts() != 2 {
				t.Errorf("got %d emails, row %v", len(delivered), m.PublicExport())
			}
		})
	}
}

func TestDeliver_ProviderHangs_TimesOutAndRetries(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{"before": resendtest.Hang, "after": resendtest.AcceptAndHang} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			o.Timeout = 50 * time.Millisecond
			o.resend.FailNext(fault)
			id := queue(t, o, newMessage(lucia))
			o.deliver()
			assertStatus(t, o.find(t, id), mail.Queued)
			o.setClock(10 * time.Second)
			o.Timeout = 10 * time.Second
			o.deliver()
			assertStatus(t, o.find(t, id), mail.Sent)
			if n := len(o.resend.Emails()); n != 1 {
				t.Errorf("delivered %d times, want 1", n)
			}
		})
	}
}

func TestDeliver_FailsAfterADayOfRetries(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	var waits []time.Duration
	for o.clock() < 30*time.Hour && o.find(t, id).Status() == mail.Queued {
		o.resend.FailNext(resendtest.Status(500))
		o.deliver()
		if m := o.find(t, id); m.Status() == mail.Queued {
			waits = append(waits, m.DueAt().Time().Sub(o.now()))
			o.setClock(time.Until(m.DueAt().Time()) + time.Millisecond)
		}
	}
	m := o.find(t, id)
	assertStatus(t, m, mail.Failed)
	if m.GetString("sealed") != "" || m.LastError() == "" || o.clock() < 22*time.Hour || o.clock() > 24*time.Hour {
		t.Errorf("after %s: %q", o.clock(), m.LastError())
	}
	if longest := slices.Max(waits); longest > time.Hour || longest < 45*time.Minute {
		t.Errorf("longest wait %s of %d, want at most %v and at least %v", longest, len(waits), time.Hour, 45*time.Minute)
	}
}

func TestDeliver_RecipientRejected_FailsWithReason(t *testing.T) {
	o := newFixture(t)
	o.resend.FailNext(resendtest.Reject(422, "validation_error", "Invalid `to` field."))
	id := queue(t, o, newMessage(lucia))
	next := queue(t, o, newMessage("pedro@halation.film"))
	o.deliver()
	m := o.find(t, id)
	assertStatus(t, m, mail.Failed)
	if !strings.HasSuffix(m.LastError(), "Resend says: “Invalid `to` field.”") || m.GetString("sealed") != "" || !m.Unreachable() {
		t.Errorf("error %q", m.LastError())
	}
	assertStatus(t, o.find(t, next), mail.Sent)
}

func TestDeliver_Rejected_MarksOnlyBadAddressesUnreachable(t *testing.T) {
	o := newFixture(t)
	for message, want := range map[string]bool{
		"Invalid `to` field. The email address needs to follow the `email@example.com` format": true,
		"Invalid `from` field.": false, "The `html` field is too large, see `to` field": false,
	} {
		o.resend.FailNext(resendtest.Reject(422, "validation_error", message))
		id := queue(t, o, newMessage(lucia))
		o.deliver()
		m := o.find(t, id)
		assertStatus(t, m, mail.Failed)
		if m.Unreachable() != want {
			t.Errorf("%q: unreachable %v, want %v", message, m.Unreachable(), want)
		}
	}
}

func TestDeliver_APIKeyRejected_PausesQueueAndReportsProblem(t *testing.T) {
	for _, code := range []int{401, 403} {
		o := newFixture(t)
		o.resend.FailNext(resendtest.Reject(code, "validation_error", "API key is invalid"))
		first, second := queue(t, o, newMessage(lucia)), queue(t, o, newMessage("pedro@halation.film"))
		o.deliver()
		if n := o.resend.Requests(); n != 1 {
			t.Fatalf("%d requests, want 1", n)
		}
		m := o.find(t, first)
		assertStatus(t, m, mail.Queued)
		if m.Attempts() != 0 || !strings.Contains(mail.Problem(o), "API key is invalid") {
			t.Errorf("%d attempts, trouble %q, want 0 and it with %q", m.Attempts(), mail.Problem(o), "API key is invalid")
		}
		o.setClock(4 * time.Minute)
		o.deliver()
		if n := o.resend.Requests(); n != 1 {
			t.Errorf("%d requests before the time, want 1", n)
		}
		o.setClock(6 * time.Minute)
		o.deliver()
		assertStatus(t, o.find(t, first), mail.Sent)
		assertStatus(t, o.find(t, second), mail.Sent)
		if mail.Problem(o) != "" {
			t.Errorf("trouble %q, want none", mail.Problem(o))
		}
	}
}

func TestDeliver_APIKeyRejected_IsRetriedByNewWorker(t *testing.T) {
	o := newFixture(t)
	o.resend.FailNext(resendtest.Status(401))
	id := queue(t, o, newMessage(lucia))
	o.deliver()
	o.Worker = o.newWorker()
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
}

func TestDeliver_SenderCorrected_AppliesToWaitingEmails(t *testing.T) {
	o := newFixture(t)
	o.resend.FailNext(resendtest.Reject(403, "validation_error", "The usher.test domain is not verified."))
	id := queue(t, o, newMessage(lucia))
	o.deliver()

	config := *settings.Of(o)
	config.MailFrom = "usher@mended.test"
	settings.Set(o, config)
	o.Worker = o.newWorker()
	o.resend.FailNext(resendtest.AcceptAndCut)
	o.deliver()

	config.MailFrom = "usher@third.test" // from here on the bytes are the same: it may have arrived
	settings.Set(o, config)
	o.setClock(10 * time.Second)
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
	if delivered := o.resend.Emails(); len(delivered) != 1 || delivered[0].From != "usher@mended.test" {
		t.Errorf("%+v, want 1 and %q", delivered, "usher@mended.test")
	}
}

func TestDeliver_WrongAPIKey_ReportsProblemWithoutKey(t *testing.T) {
	o := newFixture(t)
	config := *settings.Of(o)
	config.ResendKey = "re_wrong"
	settings.Set(o, config)
	id := queue(t, o, newMessage(lucia))
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Queued)
	if !strings.Contains(mail.Problem(o), "API key is invalid") || strings.Contains(mail.Problem(o), "re_wrong") {
		t.Errorf("trouble %q, want it to contain %q and no %q", mail.Problem(o), "API key is invalid", "re_wrong")
	}
}

func TestDeliver_HighPriority_GoesFirst(t *testing.T) {
	o := newFixture(t)
	for _, to := range []string{"a@halation.film", "b@halation.film"} {
		queue(t, o, newMessage(to))
	}
	queue(t, o, emails.ResetPassword(emails.ResetPasswordProps{To: "c@halation.film", Link: "http://usher.test/reset/x"}))
	queue(t, o, newMessage("d@halation.film"))
	o.deliver()
	var order []string
	for _, sent := range o.resend.Emails() {
		order = append(order, sent.To[:1])
	}
	if got := strings.Join(order, ""); got != "cabd" {
		t.Errorf("order %q, want %q", got, "cabd")
	}
}

func TestDeliver_KeepsMinInterval(t *testing.T) {
	o := newFixture(t)
	o.MinInterval = mail.NewWorker(o).MinInterval
	var waits []time.Duration
	o.Sleep = func(_ context.Context, d time.Duration) {
		waits = append(waits, d)
		o.setClock(o.clock() + d)
	}
	for range 5 {
		queue(t, o, newMessage(lucia))
	}
	start := o.now()
	o.deliver()
	if took := o.now().Sub(start); len(o.resend.Emails()) != 5 || len(waits) != 4 || took < 2*time.Second {
		t.Errorf("got %d emails in %s with %v, want 5, 4 and at least %v", len(o.resend.Emails()), took, waits, 2*time.Second)
	}
}

func TestDeliver_LeftInSendingByCrash_IsSentOnce(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	m := o.find(t, id)
	m.Set("status", mail.Sending)
	m.Set("tried", o.now())
	m.Set("attempts", 1)
	if err := o.Save(m); err != nil {
		t.Fatal(err)
	}
	stop := o.newWorker().Start()
	defer stop()
	o.resend.WaitFor(t, lucia)
	stop()
	assertStatus(t, o.find(t, id), mail.Sent)
	if n := len(o.resend.Emails()); n != 1 {
		t.Errorf("got %d emails, want 1", n)
	}
}

func TestDeliver_LeftInSendingForDays_FailsInsteadOfResending(t *testing.T) {
	o := newFixture(t)
	o.Timeout = 50 * time.Millisecond
	o.resend.FailNext(resendtest.AcceptAndHang)
	id := queue(t, o, newMessage(lucia))
	o.deliver()
	o.setClock(25 * time.Hour) // the key is forgotten
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Failed)
	if n := len(o.resend.Emails()); n != 1 {
		t.Errorf("delivered %d times, want 1", n)
	}
}

func TestStop_WaitsForEmailBeingSent(t *testing.T) {
	o := newFixture(t)
	o.Timeout = 200 * time.Millisecond
	stop := o.Start()
	o.resend.FailNext(resendtest.AcceptAndHang)
	id := queue(t, o, newMessage(lucia))
	o.resend.WaitForRequests(t, 1)
	stop()
	assertStatus(t, o.find(t, id), mail.Queued) // it was settled, not left in sending
}

func TestStart_SecondWorker_DoesNotRun(t *testing.T) {
	o := newFixture(t)
	stop := o.Start()
	o.newWorker().Start()()
	queue(t, o, newMessage(lucia))
	o.resend.WaitFor(t, lucia)
	stop()
	defer o.newWorker().Start()()
	queue(t, o, newMessage("pedro@halation.film"))
	o.resend.WaitFor(t, "pedro@halation.film")
}

func TestDeliver_MailNotSetUp_PrintsToConsole(t *testing.T) {
	app := hookstest.NewApp(t)
	mail.Register(app)
	sendAlways(app)
	if mail.TransportName(app) != "console" || mail.Enabled(app) {
		t.Error("mode", mail.TransportName(app))
	}
	var console bytes.Buffer
	w := mail.NewWorker(app)
	w.Console = &console
	l := newMessage(lucia)
	l.Text += "\x1b[2J"
	id := queue(t, app, l)
	w.Deliver(context.Background())
	if out := console.String(); !strings.Contains(out, inviteLink) || !strings.Contains(out, lucia) || strings.Contains(out, "\x1b") {
		t.Errorf("printed %q, want it to contain %q, %q and no %q", out, inviteLink, lucia, "\x1b")
	}
	m, err := mail.FindEmail(app, id)
	if err != nil {
		t.Fatal(err)
	}
	assertStatus(t, m, mail.Sent)
}

func TestDeliver_OtherKey_FailsWithReason(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	o.Store().Set("usher.mail.key", bytes.Repeat([]byte{7}, 32))
	o.deliver()
	m := o.find(t, id)
	assertStatus(t, m, mail.Failed)
	if !strings.Contains(m.LastError(), "Send it again") {
		t.Errorf("error %q, want it to contain %q", m.LastError(), "Send it again")
	}
}

// eventually waits for what a worker does in its own time.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it did not happen within 10 s")
		}
	}
}

func TestDeliver_OutcomeCannotBeWritten_SendsOnce(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	hookstest.Exec(t, o, "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN NEW.status = 'sent' BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	for range 3 {
		if _, err := o.deliver(); err == nil {
			t.Error("got no error, want one: the status can't be stored")
		}
	}
	assertStatus(t, o.find(t, id), mail.Sending)
	hookstest.Exec(t, o, "DROP TRIGGER full", nil)
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestDeliver_NothingCanBeWritten_SendsNothing(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	hookstest.Exec(t, o, "CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	for range 3 {
		if _, err := o.deliver(); err == nil {
			t.Error("got no error, want one: the status can't be stored")
		}
	}
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests, want 0", n)
	}
	hookstest.Exec(t, o, "DROP TRIGGER full", nil)
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
}
