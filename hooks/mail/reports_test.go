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
)

// report hands a webhook over, signed.
func (o *office) report(t testing.TB, events ...resendtest.Event) {
	t.Helper()
	for _, e := range events {
		if err := mail.Report(o, e.Header(time.Now()), e.Body); err != nil {
			t.Fatal(err)
		}
	}
}

// sent is a letter that the provider took.
func (o *office) sent(t testing.TB) (id string, at resendtest.Sent) {
	t.Helper()
	id = queue(t, o, letter(lucia))
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
	return id, o.resend.WaitFor(t, lucia)
}

func TestAReportBringsALetterOn(t *testing.T) {
	for name, test := range map[string]struct {
		event       func(resendtest.Sent) resendtest.Event
		status      string
		sentence    string
		unreachable bool
	}{
		"delivered":  {resendtest.Sent.Delivered, mail.Delivered, "", false},
		"delayed":    {resendtest.Sent.Delayed, mail.Delayed, "It is tried again.", false},
		"complained": {resendtest.Sent.Complained, mail.Complained, "marked it as unwanted", true},
		"suppressed": {resendtest.Sent.Suppressed, mail.Bounced, "sends it none. The provider says: “The address is on", true},
		"bounced": {func(l resendtest.Sent) resendtest.Event { return l.Bounced("550 5.1.1 user unknown") }, mail.Bounced,
			"The address does not exist, or takes no mail. The provider says: “550 5.1.1 user unknown”", true},
		"returned": {func(l resendtest.Sent) resendtest.Event { return l.Returned("over quota") }, mail.Returned,
			"The mailbox is full. Send it again later. The provider says: “over quota”", false},
		"failed": {func(l resendtest.Sent) resendtest.Event { return l.Failed("reached_daily_quota") }, mail.Failed,
			"could not send it. The provider says: “reached daily quota”", false},
		"undetermined": {func(l resendtest.Sent) resendtest.Event {
			return resendtest.NewEvent("email.bounced", l.ID, time.Now(), resendtest.Details{"bounce": map[string]string{"type": "Undetermined"}})
		}, mail.Returned, "Send it again later.", false},
		"a bounce that says nothing": {func(l resendtest.Sent) resendtest.Event {
			return resendtest.NewEvent("email.bounced", l.ID, time.Now(), nil)
		}, mail.Returned, "Send it again later.", false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			id, taken := o.sent(t)
			before := time.Now().Add(-time.Second)
			o.report(t, test.event(taken))
			m := o.find(t, id)
			status(t, m, test.status)
			if m.Unreachable() != test.unreachable || !strings.Contains(m.Error(), test.sentence) || test.sentence == "" && m.Error() != "" {
				t.Errorf("unreachable %v, %q", m.Unreachable(), m.Error())
			}
			if s := m.State(); s.At.Before(before) || s.Missed() != (test.status != mail.Delivered) {
				t.Errorf("%+v", s)
			}
			if m.DeliveredAt().IsZero() != (test.status != mail.Delivered) {
				t.Error("delivered", m.DeliveredAt())
			}
		})
	}
}

func TestAProvidersWordsAreMadeFitToBeShown(t *testing.T) {
	o := newOffice(t)
	id, taken := o.sent(t)
	o.report(t, taken.Bounced("550 \u202egone\r\nSee http://usher.test/invite/usi_s3cr3t "+strings.Repeat("x", 900)))
	m := o.find(t, id)
	status(t, m, mail.Bounced)
	if strings.ContainsAny(m.Error(), "\u202e\r\n") || strings.Contains(m.Error(), "usi_") || len([]rune(m.Error())) > 400 {
		t.Errorf("%q", m.Error())
	}
}

// orders are all orders of n things.
func orders(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, rest := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

// Of each set of reports every order comes to the same state, also where some come before the provider's answer.
func TestReportsComeToTheSameInEveryOrder(t *testing.T) {
	o := newOffice(t)
	now := time.Now()
	report := func(provider, status string) {
		t.Helper()
		after := now.Add(time.Duration(slices.Index(mail.Course, status)) * time.Minute)
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
	kinds := mail.Course[1:]
	for set := 1; set < 1<<len(kinds); set++ {
		var chosen []string
		for n, kind := range kinds {
			if set&(1<<n) != 0 {
				chosen = append(chosen, kind)
			}
		}
		for _, order := range orders(len(chosen)) {
			tried++
			id, provider, early := queue(t, o, letter(lucia)), fmt.Sprint("letter ", tried), tried%3
			m := o.find(t, id)
			m.Set("status", mail.Sending)
			if err := o.Save(m); err != nil {
				t.Fatal(err)
			}
			for n := range len(order) + 1 {
				if n == min(early, len(order)) {
					if err := o.Settle(id, provider); err != nil {
						t.Fatal(err)
					}
				}
				if n < len(order) {
					report(provider, chosen[order[n]])
				}
			}
			m = o.find(t, id)
			end := fmt.Sprint(m.Status(), m.Error(), m.Unreachable(), m.DeliveredAt(), m.State().At)
			key := fmt.Sprint(chosen)
			if last := chosen[len(chosen)-1]; m.Status() != last || ends[key] != "" && ends[key] != end {
				t.Fatalf("%v in the order %v, %d of them early: %s, want %s, or %s", chosen, order, early, end, last, ends[key])
			}
			ends[key] = end
		}
	}
	if tried != 1956 || len(ends) != 63 {
		t.Errorf("%d orders of %d sets", tried, len(ends))
	}
}

func TestAReportCountsOnce(t *testing.T) {
	o := newOffice(t)
	id, taken := o.sent(t)
	saves := 0
	o.OnRecordAfterUpdateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error { saves++; return e.Next() })
	e := taken.Delivered()
	o.report(t, e, e, taken.Delivered(), e)
	status(t, o.find(t, id), mail.Delivered)
	if n := hookstest.Count(t, o, "mail_reports"); n != 2 || saves > 2 {
		t.Errorf("%d reports, %d writes", n, saves)
	}
	results := hookstest.Race(8, func(int) error { return mail.Report(o, e.Header(time.Now()), e.Body) })
	hookstest.Won(t, results)
	first := taken.Bounced("gone")
	hookstest.Won(t, hookstest.Race(8, func(int) error { return mail.Report(o, first.Header(time.Now()), first.Body) }))
	if n := hookstest.Count(t, o, "mail_reports"); n != 3 {
		t.Errorf("%d reports after a race", n)
	}
}

func TestReportsOfOthersLettersChangeNothing(t *testing.T) {
	o := newOffice(t)
	id, _ := o.sent(t)
	stranger := resendtest.Sent{ID: "another-programs-letter"}
	o.report(t, stranger.Bounced("gone"), stranger.Delivered(),
		resendtest.NewEvent("email.opened", stranger.ID, time.Now(), nil),
		resendtest.NewEvent("contact.created", "", time.Now(), resendtest.Details{"failed": "something else"}))
	status(t, o.find(t, id), mail.Sent)
	if n := hookstest.Count(t, o, "mail_reports"); n != 0 {
		t.Errorf("%d reports were kept", n)
	}
}

// While a letter is under way its id is not known yet: what is reported is kept, and holds once it is.
func TestAReportMayComeBeforeTheProvidersAnswer(t *testing.T) {
	o := newOffice(t)
	o.Limit = 50 * time.Millisecond
	o.resend.Fail(resendtest.AcceptAndHang)
	id := queue(t, o, letter(lucia))
	o.deliver()
	status(t, o.find(t, id), mail.Queued)
	taken := o.resend.WaitFor(t, lucia)
	o.report(t, taken.Delivered(), taken.Bounced("gone after all"))
	status(t, o.find(t, id), mail.Queued)

	o.ahead, o.Limit = 10*time.Second, 10*time.Second
	o.deliver()
	m := o.find(t, id)
	status(t, m, mail.Bounced)
	if m.SentAt().IsZero() || m.DeliveredAt().IsZero() || m.GetString("sealed") != "" || !m.Unreachable() {
		t.Errorf("row %v", m.PublicExport())
	}
}

func TestWhatIsNotSignedIsRefused(t *testing.T) {
	o := newOffice(t)
	id, taken := o.sent(t)
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
		if err := mail.Report(o, header, e.Body); record.Code(err) != mail.CodeBadSignature {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := mail.Report(o, good, append(e.Body, ' ')); record.Code(err) != mail.CodeBadSignature {
		t.Errorf("another body: %v", err)
	}
	status(t, o.find(t, id), mail.Sent)

	several := with("svix-signature", "v1,b3RoZXI= "+other+" "+good.Get("svix-signature")) // as while a secret is changed
	if err := mail.Report(o, several, e.Body); err != nil {
		t.Errorf("one of several signatures: %v", err)
	}
	status(t, o.find(t, id), mail.Bounced)
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	o := newOffice(t)
	for name, body := range map[string]string{
		"no JSON": "hello", "a list": "[]", "cut": `{"type":"email.bounced","data":{`, "no letter": `{"type":"email.bounced","data":{}}`,
		"no data": `{"type":"email.bounced"}`, "a letter that is no text": `{"type":"email.bounced","data":{"email_id":7}}`,
		"a long id": `{"type":"email.bounced","data":{"email_id":"` + strings.Repeat("x", 300) + `"}}`,
	} {
		e := resendtest.Event{ID: "msg_1", Body: []byte(body)}
		if err := mail.Report(o, e.Header(time.Now()), e.Body); record.Code(err) != mail.CodeBadReport {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithoutASecretThereAreNoReports(t *testing.T) {
	app := hookstest.New(t)
	e := resendtest.Sent{ID: "x"}.Delivered()
	if err := mail.Report(app, e.Header(time.Now()), e.Body); !errors.Is(err, record.ErrNotFound) {
		t.Error(err)
	}
	if mail.Reported(app) || !mail.Reported(newOffice(t)) {
		t.Error("reports are set up where they are not, or not where they are")
	}
}

// A report is one transaction: what fails leaves nothing behind, and the same report works once more.
func TestAReportIsWholeOrNothing(t *testing.T) {
	o := newOffice(t)
	id, taken := o.sent(t)
	broken := true
	o.OnRecordUpdateExecute("outbox").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil || !broken {
			return err
		}
		return errors.New("the disk is full")
	})
	e := taken.Bounced("gone")
	if err := mail.Report(o, e.Header(time.Now()), e.Body); err == nil || record.Code(err) != "" {
		t.Fatal(err)
	}
	status(t, o.find(t, id), mail.Sent)
	if n := hookstest.Count(t, o, "mail_reports"); n != 0 {
		t.Errorf("%d reports", n)
	}
	broken = false
	o.report(t, e)
	status(t, o.find(t, id), mail.Bounced)
}

func TestOldReportsAreForgotten(t *testing.T) {
	o := newOffice(t)
	_, old := o.sent(t)
	o.report(t, old.Delivered())
	past := dbx.Params{"then": record.Stamp(time.Now().AddDate(0, 0, -91))}
	hookstest.Exec(t, o, "UPDATE mail_reports SET created = {:then}", past)
	hookstest.Exec(t, o, "UPDATE outbox SET created = {:then}", past)
	_, young := o.sent(t)
	o.report(t, young.Delivered())
	for _, job := range o.Cron().Jobs() {
		if job.Id() == "usher_mail_forget" {
			job.Run()
		}
	}
	if letters, reports := hookstest.Count(t, o, "outbox"), hookstest.Count(t, o, "mail_reports"); letters != 1 || reports != 1 {
		t.Errorf("%d letters, %d reports", letters, reports)
	}
}

// The rules hold for the dashboard, too: a letter goes forward only, and by what a provider took.
func TestReportedStatesHoldForEveryWriter(t *testing.T) {
	for _, test := range []struct {
		from, to, provider string
		ok                 bool
	}{
		{mail.Sent, mail.Delivered, "p", true}, {mail.Sent, mail.Complained, "p", true}, {mail.Sent, mail.Failed, "p", true},
		{mail.Delayed, mail.Sent, "p", false}, {mail.Delivered, mail.Returned, "p", false}, {mail.Delivered, mail.Bounced, "p", true},
		{mail.Bounced, mail.Delivered, "p", false}, {mail.Bounced, mail.Complained, "p", true}, {mail.Complained, mail.Bounced, "p", false},
		{mail.Delivered, mail.Queued, "p", false}, {mail.Sent, mail.Delivered, "", false}, {mail.Sent, mail.Failed, "", false},
	} {
		o := newOffice(t)
		id := queue(t, o, letter(lucia))
		hookstest.Exec(t, o, "UPDATE outbox SET status = {:s}, provider_id = {:p}, sealed = '' WHERE id = {:id}",
			dbx.Params{"s": test.from, "p": test.provider, "id": id})
		m := o.find(t, id)
		m.Set("status", test.to)
		if err := o.Save(m); (err == nil) != test.ok || err != nil && record.Code(err) != "bad_letter" {
			t.Errorf("%s to %s by %q: %v", test.from, test.to, test.provider, err)
		}
	}
	o := newOffice(t)
	m := o.find(t, queue(t, o, letter(lucia)))
	m.Set("unreachable", true)
	if err := o.Save(m); record.Code(err) != "bad_letter" {
		t.Errorf("a letter that waits is of an unreachable address: %v", err)
	}
}
