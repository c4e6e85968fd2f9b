package mail_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/settings"
)

func TestTooManyRequestsWaitAsLongAsTheyAreTold(t *testing.T) {
	o := newOffice(t)
	o.resend.Fail(resendtest.Status(429, 40))
	first, second := queue(t, o, letter(lucia)), queue(t, o, letter("pedro@halation.film"))
	if idle := o.deliver(); idle <= 0 || idle > 40*time.Second {
		t.Errorf("looks again after %s", idle)
	}
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests, the limit is on all letters", n)
	}
	status(t, o.find(t, first), mail.Queued)

	o.ahead = 39 * time.Second
	o.deliver()
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests before the time", n)
	}
	o.ahead = 41 * time.Second
	o.deliver()
	status(t, o.find(t, first), mail.Sent)
	status(t, o.find(t, second), mail.Sent)
	if n := len(o.resend.Letters()); n != 2 {
		t.Errorf("%d letters", n)
	}
}

func TestAnUsedUpQuotaIsSaid(t *testing.T) {
	o := newOffice(t)
	defer o.Start()()
	o.resend.Fail(resendtest.Status(429, 7200))
	queue(t, o, letter(lucia))
	eventually(t, func() bool { return strings.Contains(mail.Trouble(o), "accepts no more emails until") })
}

func TestAFaultOfTheProviderIsTriedAgain(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{
		"500":            resendtest.Status(500),
		"503":            resendtest.Status(503),
		"429":            resendtest.Status(429),
		"accept and cut": resendtest.AcceptAndCut,
		"key in use":     resendtest.Refuse(409, "concurrent_idempotent_requests", "in progress"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.resend.Fail(fault)
			id := queue(t, o, letter(lucia))
			o.deliver()
			m := o.find(t, id)
			status(t, m, mail.Queued)
			if wait := m.Due().Time().Sub(time.Now()); wait < 3*time.Second || wait > 7*time.Second {
				t.Errorf("first retry after %s", wait)
			}
			if strings.Contains(m.Error(), "127.0.0.1") || m.Error() == "" {
				t.Errorf("error %q", m.Error())
			}
			o.deliver()
			if n := o.resend.Requests(); n != 1 {
				t.Errorf("%d requests at once", n)
			}
			o.ahead = 10 * time.Second
			o.deliver()
			m = o.find(t, id)
			status(t, m, mail.Sent)
			if letters := o.resend.Letters(); len(letters) != 1 || letters[0].Key != id || m.Error() != "" || m.Attempts() != 2 {
				t.Errorf("%d letters, row %v", len(letters), m.PublicExport())
			}
		})
	}
}

func TestAProviderThatHangsIsLeft(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{"before": resendtest.Hang, "after": resendtest.AcceptAndHang} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.Limit = 50 * time.Millisecond
			o.resend.Fail(fault)
			id := queue(t, o, letter(lucia))
			o.deliver()
			status(t, o.find(t, id), mail.Queued)
			o.ahead, o.Limit = 10*time.Second, 10*time.Second
			o.deliver()
			status(t, o.find(t, id), mail.Sent)
			if n := len(o.resend.Letters()); n != 1 {
				t.Errorf("delivered %d times", n)
			}
		})
	}
}

func TestRetriesEndAfterADay(t *testing.T) {
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	var waits []time.Duration
	for o.ahead < 30*time.Hour && o.find(t, id).Status() == mail.Queued {
		o.resend.Fail(resendtest.Status(500))
		o.deliver()
		if m := o.find(t, id); m.Status() == mail.Queued {
			waits = append(waits, m.Due().Time().Sub(o.now()))
			o.ahead = time.Until(m.Due().Time()) + time.Millisecond
		}
	}
	m := o.find(t, id)
	status(t, m, mail.Failed)
	if m.GetString("sealed") != "" || m.Error() == "" || o.ahead < 22*time.Hour || o.ahead > 24*time.Hour {
		t.Errorf("after %s: %q", o.ahead, m.Error())
	}
	if longest := slices.Max(waits); longest > time.Hour || longest < 45*time.Minute {
		t.Errorf("longest wait %s of %d", longest, len(waits))
	}
}

func TestALetterThatIsRefusedFailsAtOnceAndSaysWhy(t *testing.T) {
	o := newOffice(t)
	o.resend.Fail(resendtest.Refuse(422, "validation_error", "Invalid `to` field."))
	id := queue(t, o, letter(lucia))
	next := queue(t, o, letter("pedro@halation.film"))
	o.deliver()
	m := o.find(t, id)
	status(t, m, mail.Failed)
	if !strings.HasSuffix(m.Error(), "Resend says: “Invalid `to` field.”") || m.GetString("sealed") != "" || !m.Unreachable() {
		t.Errorf("error %q", m.Error())
	}
	status(t, o.find(t, next), mail.Sent)
}

func TestOnlyAFaultOfTheAddressIsHeldAgainstIt(t *testing.T) {
	o := newOffice(t)
	for message, want := range map[string]bool{
		"Invalid `to` field. The email address needs to follow the `email@example.com` format": true,
		"Invalid `from` field.": false, "The `html` field is too large, see `to` field": false,
	} {
		o.resend.Fail(resendtest.Refuse(422, "validation_error", message))
		id := queue(t, o, letter(lucia))
		o.deliver()
		m := o.find(t, id)
		status(t, m, mail.Failed)
		if m.Unreachable() != want {
			t.Errorf("%q: unreachable %v", message, m.Unreachable())
		}
	}
}

func TestARefusedKeyStopsTheQueueAndSaysSo(t *testing.T) {
	for _, code := range []int{401, 403} {
		o := newOffice(t)
		o.resend.Fail(resendtest.Refuse(code, "validation_error", "API key is invalid"))
		first, second := queue(t, o, letter(lucia)), queue(t, o, letter("pedro@halation.film"))
		o.deliver()
		if n := o.resend.Requests(); n != 1 {
			t.Fatalf("%d requests", n)
		}
		m := o.find(t, first)
		status(t, m, mail.Queued)
		if m.Attempts() != 0 || !strings.Contains(o.Trouble(), "API key is invalid") {
			t.Errorf("%d attempts, trouble %q", m.Attempts(), o.Trouble())
		}
		o.ahead = 4 * time.Minute
		o.deliver()
		if n := o.resend.Requests(); n != 1 {
			t.Errorf("%d requests before the time", n)
		}
		o.ahead = 6 * time.Minute
		o.deliver()
		status(t, o.find(t, first), mail.Sent)
		status(t, o.find(t, second), mail.Sent)
		if o.Trouble() != "" {
			t.Errorf("trouble %q", o.Trouble())
		}
	}
}

func TestARefusedKeyIsTriedByANewProcess(t *testing.T) {
	o := newOffice(t)
	o.resend.Fail(resendtest.Status(401))
	id := queue(t, o, letter(lucia))
	o.deliver()
	o.Worker = o.worker()
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
}

func TestAMendedSenderCountsForLettersThatWait(t *testing.T) {
	o := newOffice(t)
	o.resend.Fail(resendtest.Refuse(403, "validation_error", "The usher.test domain is not verified."))
	id := queue(t, o, letter(lucia))
	o.deliver()

	config := *settings.Of(o)
	config.MailFrom = "usher@mended.test"
	settings.Set(o, config)
	o.Worker = o.worker()
	o.resend.Fail(resendtest.AcceptAndCut)
	o.deliver()

	config.MailFrom = "usher@third.test" // from here on the bytes are the same: it may have arrived
	settings.Set(o, config)
	o.ahead = 10 * time.Second
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
	if letters := o.resend.Letters(); len(letters) != 1 || letters[0].From != "usher@mended.test" {
		t.Errorf("%+v", letters)
	}
}

func TestAWrongKeyIsNotedAgainstTheRealProtocol(t *testing.T) {
	o := newOffice(t)
	config := *settings.Of(o)
	config.ResendKey = "re_wrong"
	settings.Set(o, config)
	id := queue(t, o, letter(lucia))
	o.deliver()
	status(t, o.find(t, id), mail.Queued)
	if !strings.Contains(o.Trouble(), "API key is invalid") || strings.Contains(o.Trouble(), "re_wrong") {
		t.Errorf("trouble %q", o.Trouble())
	}
}

func TestAccountLettersGoFirst(t *testing.T) {
	o := newOffice(t)
	for _, to := range []string{"a@halation.film", "b@halation.film"} {
		queue(t, o, letter(to))
	}
	queue(t, o, mail.ResetPassword(mail.ResetPasswordProps{To: "c@halation.film", Link: "http://usher.test/reset/x"}))
	queue(t, o, letter("d@halation.film"))
	o.deliver()
	var order []string
	for _, sent := range o.resend.Letters() {
		order = append(order, sent.To[:1])
	}
	if got := strings.Join(order, ""); got != "cabd" {
		t.Errorf("order %q", got)
	}
}

func TestLettersLeaveTwoASecond(t *testing.T) {
	o := newOffice(t)
	o.Pace = mail.NewWorker(o).Pace
	var waits []time.Duration
	o.Wait = func(_ context.Context, d time.Duration) {
		waits = append(waits, d)
		o.ahead += d
	}
	for range 5 {
		queue(t, o, letter(lucia))
	}
	start := o.now()
	o.deliver()
	if took := o.now().Sub(start); len(o.resend.Letters()) != 5 || len(waits) != 4 || took < 2*time.Second {
		t.Errorf("%d letters in %s with %v", len(o.resend.Letters()), took, waits)
	}
}

func TestWhatACrashLeftInSendingLeavesOnce(t *testing.T) {
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	m := o.find(t, id)
	m.Set("status", mail.Sending)
	m.Set("tried", o.now())
	m.Set("attempts", 1)
	if err := o.Save(m); err != nil {
		t.Fatal(err)
	}
	stop := o.worker().Start()
	defer stop()
	o.resend.WaitFor(t, lucia)
	stop()
	status(t, o.find(t, id), mail.Sent)
	if n := len(o.resend.Letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestWhatACrashLeftForDaysIsNotSentTwice(t *testing.T) {
	o := newOffice(t)
	o.Limit = 50 * time.Millisecond
	o.resend.Fail(resendtest.AcceptAndHang)
	id := queue(t, o, letter(lucia))
	o.deliver()
	o.ahead = 25 * time.Hour // the key is forgotten
	o.deliver()
	status(t, o.find(t, id), mail.Failed)
	if n := len(o.resend.Letters()); n != 1 {
		t.Errorf("delivered %d times", n)
	}
}

func TestStopWaitsForTheLetterUnderWay(t *testing.T) {
	o := newOffice(t)
	o.Limit = 200 * time.Millisecond
	stop := o.Start()
	o.resend.Fail(resendtest.AcceptAndHang)
	id := queue(t, o, letter(lucia))
	o.resend.WaitForRequests(t, 1)
	stop()
	status(t, o.find(t, id), mail.Queued) // it was settled, not left in sending
}

func TestOneWorkerRunsForAnApp(t *testing.T) {
	o := newOffice(t)
	stop := o.Start()
	o.worker().Start()()
	queue(t, o, letter(lucia))
	o.resend.WaitFor(t, lucia)
	stop()
	defer o.worker().Start()()
	queue(t, o, letter("pedro@halation.film"))
	o.resend.WaitFor(t, "pedro@halation.film")
}

func TestWithoutMailTheConsoleShowsTheLink(t *testing.T) {
	app := hookstest.New(t)
	mail.Register(app)
	sendAlways(app)
	if mail.Mode(app) != "console" || mail.Works(app) {
		t.Error("mode", mail.Mode(app))
	}
	var console bytes.Buffer
	w := mail.NewWorker(app)
	w.Console = &console
	l := letter(lucia)
	l.Text += "\x1b[2J"
	id := queue(t, app, l)
	w.Deliver(context.Background())
	if out := console.String(); !strings.Contains(out, secret) || !strings.Contains(out, lucia) || strings.Contains(out, "\x1b") {
		t.Errorf("printed %q", out)
	}
	m, err := mail.FindOutbox(app, id)
	if err != nil {
		t.Fatal(err)
	}
	status(t, m, mail.Sent)
}

func TestARestoredFolderSaysThatALetterCannotBeOpened(t *testing.T) {
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	o.Store().Set("usher.mail.key", bytes.Repeat([]byte{7}, 32))
	o.deliver()
	m := o.find(t, id)
	status(t, m, mail.Failed)
	if !strings.Contains(m.Error(), "Send it again") {
		t.Errorf("error %q", m.Error())
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
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	hookstest.Exec(t, o, "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN NEW.status = 'sent' BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	for range 3 {
		if idle := o.deliver(); idle < time.Second {
			t.Errorf("tries again after %s", idle)
		}
	}
	status(t, o.find(t, id), mail.Sending)
	hookstest.Exec(t, o, "DROP TRIGGER full", nil)
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestDeliver_NothingCanBeWritten_SendsNothing(t *testing.T) {
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	hookstest.Exec(t, o, "CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	for range 3 {
		if idle := o.deliver(); idle < time.Second {
			t.Errorf("tries again after %s", idle)
		}
	}
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	hookstest.Exec(t, o, "DROP TRIGGER full", nil)
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
}
