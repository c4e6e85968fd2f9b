package mail_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// report hands a webhook over, signed.
func (o *fixture) report(t testing.TB, events ...resendtest.Event) {
	t.Helper()
	for _, e := range events {
		if err := mail.HandleWebhook(o, e.Header(time.Now()), e.Body); err != nil {
			t.Fatal(err)
		}
	}
}

// sendOne returns an email that the provider accepted.
func (o *fixture) sendOne(t testing.TB) (id string, at resendtest.Email) {
	t.Helper()
	id = queue(t, o, newMessage(lucia))
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
	return id, o.resend.WaitFor(t, lucia)
}

func TestHandleWebhook_UpdatesStatus(t *testing.T) {
	for name, test := range map[string]struct {
		event       func(resendtest.Email) resendtest.Event
		status      string
		sentence    string
		unreachable bool
	}{
		"delivered":  {resendtest.Email.Delivered, mail.Delivered, "", false},
		"delayed":    {resendtest.Email.Delayed, mail.Delayed, "Delivery is retried automatically.", false},
		"complained": {resendtest.Email.Complained, mail.Complained, "marked it as spam", true},
		"suppressed": {resendtest.Email.Suppressed, mail.Bounced, "were marked as spam. The provider says: “The address is on", true},
		"bounced": {func(l resendtest.Email) resendtest.Event { return l.Bounced("550 5.1.1 user unknown") }, mail.Bounced,
			"The address doesn't exist or doesn't accept email. The provider says: “550 5.1.1 user unknown”", true},
		"returned": {func(l resendtest.Email) resendtest.Event { return l.Returned("over quota") }, mail.Returned,
			"The mailbox is full. Send it again later. The provider says: “over quota”", false},
		"failed": {func(l resendtest.Email) resendtest.Event { return l.Failed("reached_daily_quota") }, mail.Failed,
			"couldn't send it. The provider says: “reached daily quota”", false},
		"undetermined": {func(l resendtest.Email) resendtest.Event {
			return resendtest.NewEvent("email.bounced", l.ID, time.Now(), resendtest.Details{"bounce": map[string]string{"type": "Undetermined"}})
		}, mail.Returned, "Send it again later.", false},
		"a bounce that says nothing": {func(l resendtest.Email) resendtest.Event {
			return resendtest.NewEvent("email.bounced", l.ID, time.Now(), nil)
		}, mail.Returned, "Send it again later.", false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			id, taken := o.sendOne(t)
			before := time.Now().Add(-time.Second)
			o.report(t, test.event(taken))
			m := o.find(t, id)
			assertStatus(t, m, test.status)
			if m.Unreachable() != test.unreachable || !strings.Contains(m.LastError(), test.sentence) || test.sentence == "" && m.LastError() != "" {
				t.Errorf("unreachable %v, %q", m.Unreachable(), m.LastError())
			}
			if s := m.State(); s.At.Before(before) || s.Undelivered() != (test.status != mail.Delivered) {
				t.Errorf("%+v", s)
			}
			if m.DeliveredAt().IsZero() != (test.status != mail.Delivered) {
				t.Error("delivered", m.DeliveredAt())
			}
		})
	}
}

func TestHandleWebhook_ProviderText_IsSanitized(t *testing.T) {
	o := newFixture(t)
	id, taken := o.sendOne(t)
	o.report(t, taken.Bounced("550 \u202egone\r\nSee http://usher.test/invite/usi_s3cr3t "+strings.Repeat("x", 900)))
	m := o.find(t, id)
	assertStatus(t, m, mail.Bounced)
	if strings.ContainsAny(m.LastError(), "\u202e\r\n") || strings.Contains(m.LastError(), "usi_") || len([]rune(m.LastError())) > 400 {
		t.Errorf("%q", m.LastError())
	}
}

// permutations are all orders of n things.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, rest := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

// Of each set of reports its orders come to the same state, also where some come before the provider's answer.
func TestHandleWebhook_AnyOrder_SameResult(t *testing.T) {
	o := newFixture(t)
	now := time.Now()
	report := func(provider, status string) {
		t.Helper()
		after := now.Add(time.Duration(slices.Index(mail.StatusOrder, status)) * time.Minute)
		kind, bounce := "email."+status, map[string]string{"type": "Permanent", "message": status}
		switch status {
		case mail.Delayed:
			kind = "email.delivery_delayed"
		case mail.Returned:
			kind, bounce["type"] = "email.bounced", "Transient"
		}
		o.report(t, resendtest.NewEvent(kind, provider, after, resendtest.Details{"bounce": bounce}))
	}
	ends := map[string]string{}
	tried := 0
	kinds := mail.StatusOrder[1:]
	for set := 1; set < 1<<len(kinds); set++ {
		var chosen []string
		for n, kind := range kinds {
			if set&(1<<n) != 0 {
				chosen = append(chosen, kind)
			}
		}
		for n, order := range permutations(len(chosen)) {
			if len(chosen) > 3 && n%19 != 0 { // every three in all orders, more of them in some
				continue
			}
			tried++
			id, provider, early := queue(t, o, newMessage(lucia)), fmt.Sprint("email ", tried), tried%3
			m := o.find(t, id)
			m.Set("status", mail.Sending)
			if err := o.Save(m); err != nil {
				t.Fatal(err)
			}
			for n := range len(order) + 1 {
				if n == min(early, len(order)) {
					if err := o.RecordSent(id, provider); err != nil {
						t.Fatal(err)
					}
				}
				if n < len(order) {
					report(provider, chosen[order[n]])
				}
			}
			m = o.find(t, id)
			end := fmt.Sprint(m.Status(), m.LastError(), m.Unreachable(), m.DeliveredAt(), m.State().At)
			key := fmt.Sprint(chosen)
			if last := chosen[len(chosen)-1]; m.Status() != last || ends[key] != "" && ends[key] != end {
				t.Fatalf("%v in the order %v, %d of them early: %s, want %s, or %s", chosen, order, early, end, last, ends[key])
			}
			ends[key] = end
		}
	}
	if tried != 266 || len(ends) != 63 {
		t.Errorf("%d orders of %d sets, want 266 and 63", tried, len(ends))
	}
}

func TestHandleWebhook_DuplicateEvent_CountsOnce(t *testing.T) {
	o := newFixture(t)
	id, taken := o.sendOne(t)
	saves := 0
	o.OnRecordAfterUpdateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error { saves++; return e.Next() })
	e := taken.Delivered()
	o.report(t, e, e, taken.Delivered(), e)
	assertStatus(t, o.find(t, id), mail.Delivered)
	if n := hookstest.Count(t, o, "mail_reports"); n != 2 || saves > 2 {
		t.Errorf("%d reports, %d writes, want 2 and at most 2", n, saves)
	}
	results := hookstest.Race(8, func(int) error { return mail.HandleWebhook(o, e.Header(time.Now()), e.Body) })
	hookstest.CountSucceeded(t, results)
	first := taken.Bounced("gone")
	hookstest.CountSucceeded(t, hookstest.Race(8, func(int) error { return mail.HandleWebhook(o, first.Header(time.Now()), first.Body) }))
	if n := hookstest.Count(t, o, "mail_reports"); n != 3 {
		t.Errorf("%d reports after a race, want 3", n)
	}
}

func TestHandleWebhook_UnknownEmail_ChangesNothing(t *testing.T) {
	o := newFixture(t)
	id, _ := o.sendOne(t)
	stranger := resendtest.Email{ID: "another-programs-email"}
	o.report(t, stranger.Bounced("gone"), stranger.Delivered(),
		resendtest.NewEvent("email.opened", stranger.ID, time.Now(), nil),
		resendtest.NewEvent("contact.created", "", time.Now(), resendtest.Details{"failed": "something else"}))
	assertStatus(t, o.find(t, id), mail.Sent)
	if n := hookstest.Count(t, o, "mail_reports"); n != 0 {
		t.Errorf("%d reports were kept, want 0", n)
	}
}

// While an email is being sent its id isn't known yet: reports are saved and applied later.
func TestHandleWebhook_BeforeProviderResponse_IsAppliedLater(t *testing.T) {
	o := newFixture(t)
	o.Timeout = 50 * time.Millisecond
	o.resend.FailNext(resendtest.AcceptAndHang)
	id := queue(t, o, newMessage(lucia))
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Queued)
	taken := o.resend.WaitFor(t, lucia)
	o.report(t, taken.Delivered(), taken.Bounced("gone after all"))
	assertStatus(t, o.find(t, id), mail.Queued)

	o.setClock(10 * time.Second)
	o.Timeout = 10 * time.Second
	o.deliver()
	m := o.find(t, id)
	assertStatus(t, m, mail.Bounced)
	if m.SentAt().IsZero() || m.DeliveredAt().IsZero() || m.GetString("sealed") != "" || !m.Unreachable() {
		t.Errorf("row %v", m.PublicExport())
	}
}

func TestHandleWebhook_BadSignature_IsRefused(t *testing.T) {
	o := newFixture(t)
	id, taken := o.sendOne(t)
	e := taken.Bounced("gone")
	now := time.Now()
	good := e.Header(now)
	with := func(name, value string) http.Header {
		h := good.Clone()
		h.Set(name, value)
		return h
	}
	other := resendtest.Sign("whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZQ==", e.ID, now, e.Body)
	for name, header := range map[string]http.Header{
		"no signature":      with("svix-signature", ""),
		"no headers":        {},
		"another secret":    with("svix-signature", other),
		"another event":     with("svix-id", "msg_other"),
		"another time":      with("svix-timestamp", fmt.Sprint(now.Unix()+1)),
		"no time":           with("svix-timestamp", ""),
		"no number":         with("svix-timestamp", "now"),
		"an old one":        e.Header(now.Add(-6 * time.Minute)),
		"one of the future": e.Header(now.Add(6 * time.Minute)),
		"no id":             with("svix-id", ""),
		"a bare signature":  with("svix-signature", strings.TrimPrefix(good.Get("svix-signature"), "v1,")),
		"a cut signature":   with("svix-signature", good.Get("svix-signature")[:20]),
	} {
		if err := mail.HandleWebhook(o, header, e.Body); errs.Code(err) != mail.CodeBadSignature {
			t.Errorf("%s: %v, want %v", name, err, mail.CodeBadSignature)
		}
	}
	if err := mail.HandleWebhook(o, good, append(e.Body, ' ')); errs.Code(err) != mail.CodeBadSignature {
		t.Errorf("another body: %v, want %v", err, mail.CodeBadSignature)
	}
	assertStatus(t, o.find(t, id), mail.Sent)

	several := with("svix-signature", "v1,b3RoZXI= "+other+" "+good.Get("svix-signature")) // as while a secret is changed
	if err := mail.HandleWebhook(o, several, e.Body); err != nil {
		t.Errorf("one of several signatures: %v", err)
	}
	assertStatus(t, o.find(t, id), mail.Bounced)
}

func TestHandleWebhook_UnreadableBody_IsRefused(t *testing.T) {
	o := newFixture(t)
	for name, body := range map[string]string{
		"no JSON": "hello", "a list": "[]", "cut": `{"type":"email.bounced","data":{`, "no email": `{"type":"email.bounced","data":{}}`,
		"no data": `{"type":"email.bounced"}`, "an email that is no text": `{"type":"email.bounced","data":{"email_id":7}}`,
		"a long id": `{"type":"email.bounced","data":{"email_id":"` + strings.Repeat("x", 300) + `"}}`,
	} {
		e := resendtest.Event{ID: "msg_1", Body: []byte(body)}
		if err := mail.HandleWebhook(o, e.Header(time.Now()), e.Body); errs.Code(err) != mail.CodeBadReport {
			t.Errorf("%s: %v, want %v", name, err, mail.CodeBadReport)
		}
	}
}

func TestHandleWebhook_NoSecret_NotFound(t *testing.T) {
	app := hookstest.NewApp(t)
	e := resendtest.Email{ID: "x"}.Delivered()
	if err := mail.HandleWebhook(app, e.Header(time.Now()), e.Body); !errors.Is(err, errs.ErrNotFound) {
		t.Error(err)
	}
	if mail.WebhooksEnabled(app) || !mail.WebhooksEnabled(newFixture(t)) {
		t.Error("reports are set up where they are not, or not where they are")
	}
}

// A report is one transaction: what fails leaves nothing behind, and the same report works once more.
func TestHandleWebhook_SaveFails_StoresNothing(t *testing.T) {
	o := newFixture(t)
	id, taken := o.sendOne(t)
	broken := true
	o.OnRecordUpdateExecute("outbox").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil || !broken {
			return err
		}
		return errors.New("the disk is full")
	})
	e := taken.Bounced("gone")
	if err := mail.HandleWebhook(o, e.Header(time.Now()), e.Body); err == nil || errs.Code(err) != "" {
		t.Fatal(err)
	}
	assertStatus(t, o.find(t, id), mail.Sent)
	if n := hookstest.Count(t, o, "mail_reports"); n != 0 {
		t.Errorf("%d reports, want 0", n)
	}
	broken = false
	o.report(t, e)
	assertStatus(t, o.find(t, id), mail.Bounced)
}

func TestPruneJob_DeletesOldEmailsAndReports(t *testing.T) {
	o := newFixture(t)
	_, old := o.sendOne(t)
	o.report(t, old.Delivered())
	past := dbx.Params{"then": record.FormatTime(time.Now().AddDate(0, 0, -91))}
	hookstest.Exec(t, o, "UPDATE mail_reports SET created = {:then}", past)
	hookstest.Exec(t, o, "UPDATE outbox SET created = {:then}", past)
	_, young := o.sendOne(t)
	o.report(t, young.Delivered())
	for _, job := range o.Cron().Jobs() {
		if job.Id() == "usher_mail_forget" {
			job.Run()
		}
	}
	if delivered, reports := hookstest.Count(t, o, "outbox"), hookstest.Count(t, o, "mail_reports"); delivered != 1 || reports != 1 {
		t.Errorf("got %d emails, %d reports, want 1 and 1", delivered, reports)
	}
}

// The rules also apply to the dashboard: an email only moves forward.
func TestRules_ReportedStatuses_HoldForEveryWriter(t *testing.T) {
	for _, test := range []struct {
		from, to, provider string
		ok                 bool
	}{
		{mail.Sent, mail.Delivered, "p", true}, {mail.Sent, mail.Complained, "p", true}, {mail.Sent, mail.Failed, "p", true},
		{mail.Delayed, mail.Sent, "p", false}, {mail.Delivered, mail.Returned, "p", false}, {mail.Delivered, mail.Bounced, "p", true},
		{mail.Bounced, mail.Delivered, "p", false}, {mail.Bounced, mail.Complained, "p", true}, {mail.Complained, mail.Bounced, "p", false},
		{mail.Delivered, mail.Queued, "p", false}, {mail.Sent, mail.Delivered, "", false}, {mail.Sent, mail.Failed, "", false},
	} {
		o := newFixture(t)
		id := queue(t, o, newMessage(lucia))
		hookstest.Exec(t, o, "UPDATE outbox SET status = {:s}, provider_id = {:p}, sealed = '' WHERE id = {:id}",
			dbx.Params{"s": test.from, "p": test.provider, "id": id})
		m := o.find(t, id)
		m.Set("status", test.to)
		if err := o.Save(m); (err == nil) != test.ok || err != nil && errs.Code(err) != "bad_letter" {
			t.Errorf("%s to %s by %q: %v", test.from, test.to, test.provider, err)
		}
	}
	o := newFixture(t)
	m := o.find(t, queue(t, o, newMessage(lucia)))
	m.Set("unreachable", true)
	if err := o.Save(m); errs.Code(err) != "bad_letter" {
		t.Errorf("a queued email with an unreachable address: %v, want %q", err, "bad_letter")
	}
}
