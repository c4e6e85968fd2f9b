package resendtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// WebhookSecret signs the server's webhooks, for RESEND_WEBHOOK_SECRET.
const WebhookSecret = "whsec_c3RhbmQtaW4gZm9yIFJlc2VuZCwgMjQgYnl0ZXM="

// Event is a webhook about an email. It can be posted twice, as Resend does when it gets no response.
type Event struct {
	ID   string
	Body []byte
}

// Details are the additional fields of an event, with Resend's names.
type Details map[string]any

// NewEvent returns an event about the email with the id, which may be unknown to the server.
func NewEvent(kind, id string, at time.Time, details Details) Event {
	data := map[string]any{"email_id": id, "created_at": at.UTC().Format(time.RFC3339Nano), "from": "Usher <usher@usher.test>",
		"to": []string{"delivered@resend.dev"}, "subject": "Sending this example"}
	for name, value := range details {
		data[name] = value
	}
	body, err := json.Marshal(map[string]any{"type": kind, "created_at": at.UTC().Format("2006-01-02T15:04:05.000Z"), "data": data})
	if err != nil {
		panic(err)
	}
	return Event{ID: "msg_" + rand.Text(), Body: body}
}

// Delivered reports that the recipient's server accepted the email.
func (l Email) Delivered() Event { return NewEvent("email.delivered", l.ID, time.Now(), nil) }

// Delayed reports that it hasn't accepted it yet.
func (l Email) Delayed() Event { return NewEvent("email.delivery_delayed", l.ID, time.Now(), nil) }

// Bounced reports a permanent bounce.
func (l Email) Bounced(words string) Event { return l.bounceEvent("Permanent", "General", words) }

// Returned reports a temporary bounce.
func (l Email) Returned(words string) Event { return l.bounceEvent("Transient", "MailboxFull", words) }

func (l Email) bounceEvent(kind, sub, words string) Event {
	return NewEvent("email.bounced", l.ID, time.Now(), Details{
		"bounce": map[string]string{"type": kind, "subType": sub, "message": words}})
}

// Complained reports that the recipient marked the email as spam.
func (l Email) Complained() Event { return NewEvent("email.complained", l.ID, time.Now(), nil) }

// Failed reports that Resend couldn't send it.
func (l Email) Failed(reason string) Event {
	return NewEvent("email.failed", l.ID, time.Now(), Details{"failed": map[string]string{"reason": reason}})
}

// Suppressed reports that Resend doesn't send to the address.
func (l Email) Suppressed() Event {
	return NewEvent("email.suppressed", l.ID, time.Now(), Details{
		"suppressed": map[string]string{"type": "OnAccountSuppressionList", "message": "The address is on the suppression list."}})
}

// Sign returns the Svix signature of a webhook.
func Sign(secret, id string, at time.Time, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Header returns signed headers for the event, sent at the time.
func (e Event) Header(at time.Time) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("svix-id", e.ID)
	h.Set("svix-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("svix-signature", Sign(WebhookSecret, e.ID, at, e.Body))
	return h
}

// Post sends the event, signed now, and returns the status and body of the response.
func (e Event) Post(t testing.TB, url string) (int, string) {
	t.Helper()
	return e.PostWithHeader(t, url, e.Header(time.Now()))
}

// PostWithHeader sends the event with other headers.
func (e Event) PostWithHeader(t testing.TB, url string, header http.Header) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(e.Body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
