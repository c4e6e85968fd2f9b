package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

// webhookFixture is a fixture whose emails go to a stub server and that receives their delivery reports.
type webhookFixture struct {
	*fixture
	resend   *resendtest.Server
	hookURL  string
	statuses chan string // the states of emails, as they are committed
}

func newWebhookFixture(t *testing.T) *webhookFixture {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = resend.Key, resend.URL, resendtest.WebhookSecret
	w := newFixtureWith(t, config)
	p := &webhookFixture{w, resend, w.URL + "/hooks/resend", make(chan string, 1000)}
	w.App.OnRecordAfterUpdateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		p.statuses <- e.Record.GetString("status")
		return e.Next()
	})
	return p
}

// waitForStatus waits until an email has that status.
func (p *webhookFixture) waitForStatus(status string) {
	p.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case now := <-p.statuses:
			if now == status {
				return
			}
		case <-late:
			p.t.Fatalf("no message became %s", status)
		}
	}
}

func (p *webhookFixture) report(e resendtest.Event) {
	p.t.Helper()
	if status, body := e.Post(p.t, p.hookURL); status != http.StatusOK || strings.TrimSpace(body) != "{}" {
		p.t.Fatalf("%d %s, want %v and %q", status, body, http.StatusOK, "{}")
	}
}

func (p *webhookFixture) delivery(email string) any {
	p.t.Helper()
	_, body := p.callAs("owner", "GET", p.path("/users?q=%s", email), nil)
	pending, _ := body["items"].([]any)[0].(object)["pending"].(object)
	return pending["delivery"]
}

func TestWebhook_EmailStatus_FromSentToBounced(t *testing.T) {
	p := newWebhookFixture(t)
	asked := p.invite("lucia@halation.example", "organizer")
	message := p.resend.WaitFor(t, "lucia@halation.example")
	p.waitForStatus(mail.Sent)

	p.report(message.Delayed())
	if got := p.delivery("lucia"); got != mail.Delayed {
		t.Error(got)
	}
	delivered := message.Delivered()
	p.report(delivered)
	p.report(delivered)
	p.report(message.Delayed())
	if got := p.delivery("lucia"); got != mail.Delivered {
		t.Error(got)
	}
	p.report(message.Returned("over quota"))
	if got := p.delivery("lucia"); got != mail.Delivered {
		t.Error(got)
	}
	p.report(message.Bounced("550 5.1.1 no such user"))
	_, body := p.callAs("owner", "GET", p.path("/users?q=lucia"), nil)
	if row := body["items"].([]any)[0].(object); row["status"] != invitations.Revoked || row["pending"] != nil {
		t.Error(toJSON(row))
	}
	_, body = p.callAs("owner", "GET", p.path("/seats"), nil)
	if reserved := body["organizer"].(object)["reserved"]; reserved != 0.0 {
		t.Error("reserved", reserved)
	}
	_, body = p.callAs("owner", "GET", "/api/collections/invitations/records/"+asked.ID, nil)
	if reason, _ := body["reason"].(string); !strings.Contains(reason, "The address doesn't exist") {
		t.Error(toJSON(body))
	}

	status, body := p.callAs("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.film"})
	requireOK(t, status, body)
	assertJSON(t, body, `{"email":"lucia@halation.film","status":"invited","id":"`+body["id"].(string)+`"}`)
	if corrected := p.resend.WaitFor(t, "lucia@halation.film"); p.resend.FindLink(corrected, "/invite/") == "" {
		t.Error("no link", corrected)
	}
	status, body = p.callAs("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.film"})
	assertRefused(t, status, body, 400, "email", invitations.CodeAlreadyInvited)
	status, body = p.callAs("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.example"})
	assertRefused(t, status, body, 400, "email", invitations.CodeSameAddress)
	status, body = p.callAs("admin", "POST", "/api/invitations/"+asked.ID+"/correct", nil)
	assertRefused(t, status, body, 400, "email", "bad_email")
}

func TestWebhook_NotFromResend_ChangesNothing(t *testing.T) {
	p := newWebhookFixture(t)
	p.invite("lucia@halation.example")
	message := p.resend.WaitFor(t, "lucia@halation.example")
	p.waitForStatus(mail.Sent)
	e := message.Bounced("gone")
	forged := e.Header(time.Now())
	forged.Set("svix-signature", resendtest.Sign("whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZQ==", e.ID, time.Now(), e.Body))
	huge := resendtest.Event{ID: "msg_huge", Body: bytes.Repeat([]byte(" "), 10<<20)}
	unread := resendtest.Event{ID: "msg_unread", Body: []byte(`{"type":"email.bounced","data":"`)}
	plain := http.Header{"Authorization": {p.tokens["owner"]}, "Content-Type": {"application/json"}}
	for name, test := range map[string]struct {
		event  resendtest.Event
		header http.Header
		status int
		code   string
	}{
		"forged":     {e, forged, 400, "bad_signature"},
		"expired":    {e, e.Header(time.Now().Add(-10 * time.Minute)), 400, "bad_signature"},
		"an Owner's": {e, plain, 400, "bad_signature"},
		"malformed":  {unread, unread.Header(time.Now()), 400, "bad_report"},
		"10 MB":      {huge, huge.Header(time.Now()), 413, ""},
	} {
		status, body := test.event.PostWithHeader(t, p.hookURL, test.header)
		if status != test.status || test.code != "" && !strings.Contains(body, `"code":"`+test.code+`"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
		for _, secret := range []string{resendtest.WebhookSecret, message.ID, "lucia"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: the answer holds %s, want no %q", name, secret, secret)
			}
		}
	}
	if got := p.delivery("lucia"); got != mail.Sent || hookstest.Count(t, p.App, "mail_reports") != 0 {
		t.Error(got)
	}
	p.report(resendtest.Email{ID: "of-another-program"}.Bounced("gone")) // the account is shared
	if got := p.delivery("lucia"); got != mail.Sent || hookstest.Count(t, p.App, "mail_reports") != 0 {
		t.Error(got)
	}
	if reply := p.Anonymous().Get("/hooks/resend"); reply.Status != http.StatusNotFound {
		t.Error("reading it:", reply.Status)
	}
}

func TestBody_WithoutLength_IsLimited(t *testing.T) {
	p := newWebhookFixture(t)
	request, _ := http.NewRequest(http.MethodPost, p.hookURL, struct{ *strings.Reader }{strings.NewReader(strings.Repeat("x", 1<<20))})
	if reply := p.Anonymous().Send(request); reply.Status != http.StatusRequestEntityTooLarge {
		t.Error(reply.Status, reply.Body)
	}
}

func TestWebhook_WithoutSecret_IsNotFound(t *testing.T) {
	w := newFixture(t)
	status, body := resendtest.Email{ID: "x"}.Delivered().Post(t, w.URL+"/hooks/resend")
	if status != http.StatusNotFound || !strings.Contains(body, "wasn't found") {
		t.Error(status, body)
	}
}

func TestWebhook_Reports_AreNotReadable(t *testing.T) {
	p := newWebhookFixture(t)
	p.invite("lucia@halation.example")
	message := p.resend.WaitFor(t, "lucia@halation.example")
	p.waitForStatus(mail.Sent)
	p.report(message.Delivered())
	for _, role := range []string{"nobody", "member", "admin", "owner"} {
		for _, collection := range []string{"mail_reports", "outbox"} {
			if status, body := p.callAs(role, "GET", "/api/collections/"+collection+"/records", nil); status == 200 {
				t.Errorf("%s reads %s: %s, want anything but 200", role, collection, toJSON(body))
			}
		}
	}
}
