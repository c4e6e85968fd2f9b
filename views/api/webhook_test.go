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

// posted is a world whose letters leave through the stand-in, and which hears what becomes of them.
type posted struct {
	*world
	resend *resendtest.Server
	hook   string
	moved  chan string // the states of letters, as they are committed
}

func newPosted(t *testing.T) *posted {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = resend.Key, resend.URL, resendtest.WebhookSecret
	w := newWorldWith(t, config)
	p := &posted{w, resend, w.URL + "/hooks/resend", make(chan string, 1000)}
	w.App.OnRecordAfterUpdateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		p.moved <- e.Record.GetString("status")
		return e.Next()
	})
	return p
}

// until waits until a letter has come so far.
func (p *posted) until(status string) {
	p.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case now := <-p.moved:
			if now == status {
				return
			}
		case <-late:
			p.t.Fatalf("no letter became %s", status)
		}
	}
}

func (p *posted) said(e resendtest.Event) {
	p.t.Helper()
	if status, body := e.Post(p.t, p.hook); status != http.StatusOK || strings.TrimSpace(body) != "{}" {
		p.t.Fatalf("%d %s", status, body)
	}
}

func (p *posted) delivery(email string) any {
	p.t.Helper()
	_, body := p.as("owner", "GET", p.path("/users?q=%s", email), nil)
	pending, _ := body["items"].([]any)[0].(object)["pending"].(object)
	return pending["delivery"]
}

func TestALetterIsFollowedFromTheInvitationToItsBounce(t *testing.T) {
	p := newPosted(t)
	asked := p.inviting("lucia@halation.example", "organizer")
	letter := p.resend.WaitFor(t, "lucia@halation.example")
	p.until(mail.Sent)

	p.said(letter.Delayed())
	if got := p.delivery("lucia"); got != mail.Delayed {
		t.Error(got)
	}
	delivered := letter.Delivered()
	p.said(delivered)
	p.said(delivered)
	p.said(letter.Delayed())
	if got := p.delivery("lucia"); got != mail.Delivered {
		t.Error(got)
	}
	p.said(letter.Returned("over quota"))
	if got := p.delivery("lucia"); got != mail.Delivered {
		t.Error(got)
	}
	p.said(letter.Bounced("550 5.1.1 no such user"))
	_, body := p.as("owner", "GET", p.path("/users?q=lucia"), nil)
	if row := body["items"].([]any)[0].(object); row["status"] != invitations.Revoked || row["pending"] != nil {
		t.Error(text(row))
	}
	_, body = p.as("owner", "GET", p.path("/seats"), nil)
	if reserved := body["organizer"].(object)["reserved"]; reserved != 0.0 {
		t.Error("reserved", reserved)
	}
	_, body = p.as("owner", "GET", "/api/collections/invitations/records/"+asked.ID, nil)
	if reason, _ := body["reason"].(string); !strings.Contains(reason, "The address does not exist") {
		t.Error(text(body))
	}

	status, body := p.as("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.film"})
	done(t, status, body)
	same(t, body, `{"email":"lucia@halation.film","status":"invited","id":"`+body["id"].(string)+`"}`)
	if corrected := p.resend.WaitFor(t, "lucia@halation.film"); p.resend.Link(corrected, "/invite/") == "" {
		t.Error("no link", corrected)
	}
	status, body = p.as("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.film"})
	refused(t, status, body, 400, "email", invitations.CodeAlreadyInvited)
	status, body = p.as("admin", "POST", "/api/invitations/"+asked.ID+"/correct", object{"email": "lucia@halation.example"})
	refused(t, status, body, 400, "email", invitations.CodeSameAddress)
	status, body = p.as("admin", "POST", "/api/invitations/"+asked.ID+"/correct", nil)
	refused(t, status, body, 400, "email", "bad_email")
}

func TestWebhooksThatAreNotResendsChangeNothing(t *testing.T) {
	p := newPosted(t)
	p.inviting("lucia@halation.example")
	letter := p.resend.WaitFor(t, "lucia@halation.example")
	p.until(mail.Sent)
	e := letter.Bounced("gone")
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
		status, body := test.event.PostWith(t, p.hook, test.header)
		if status != test.status || test.code != "" && !strings.Contains(body, `"code":"`+test.code+`"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
		for _, secret := range []string{resendtest.WebhookSecret, letter.ID, "lucia"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: the answer holds %s", name, secret)
			}
		}
	}
	if got := p.delivery("lucia"); got != mail.Sent || hookstest.Count(t, p.App, "mail_reports") != 0 {
		t.Error(got)
	}
	p.said(resendtest.Sent{ID: "of-another-program"}.Bounced("gone")) // the account is shared
	if got := p.delivery("lucia"); got != mail.Sent || hookstest.Count(t, p.App, "mail_reports") != 0 {
		t.Error(got)
	}
	if reply := p.Visitor().Get("/hooks/resend"); reply.Status != http.StatusNotFound {
		t.Error("reading it:", reply.Status)
	}
}

func TestABodyWithoutALengthIsLimited(t *testing.T) {
	p := newPosted(t)
	request, _ := http.NewRequest(http.MethodPost, p.hook, struct{ *strings.Reader }{strings.NewReader(strings.Repeat("x", 1<<20))})
	if reply := p.Visitor().Send(request); reply.Status != http.StatusRequestEntityTooLarge {
		t.Error(reply.Status, reply.Body)
	}
}

func TestWithoutASecretThereIsNoSuchHook(t *testing.T) {
	w := newWorld(t)
	status, body := resendtest.Sent{ID: "x"}.Delivered().Post(t, w.URL+"/hooks/resend")
	if status != http.StatusNotFound || !strings.Contains(body, "wasn't found") {
		t.Error(status, body)
	}
}

func TestWhatIsReportedIsNobodysToRead(t *testing.T) {
	p := newPosted(t)
	p.inviting("lucia@halation.example")
	letter := p.resend.WaitFor(t, "lucia@halation.example")
	p.until(mail.Sent)
	p.said(letter.Delivered())
	for _, role := range []string{"nobody", "member", "admin", "owner"} {
		for _, collection := range []string{"mail_reports", "outbox"} {
			if status, body := p.as(role, "GET", "/api/collections/"+collection+"/records", nil); status == 200 {
				t.Errorf("%s reads %s: %s", role, collection, text(body))
			}
		}
	}
}
