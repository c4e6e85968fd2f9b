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

// WebhookSecret signs the stand-in's webhooks, for RESEND_WEBHOOK_SECRET.
const WebhookSecret = "whsec_c3RhbmQtaW4gZm9yIFJlc2VuZCwgMjQgYnl0ZXM="

// Event is a webhook about a letter. Sent twice it is the same event twice, as when Resend saw no answer.
type Event struct {
	ID   string
	Body []byte
}

// Details are what an event says beside its kind, under the names that Resend has for them.
type Details map[string]any

// NewEvent makes an event of any kind about the letter with that id, which need not be one of the stand-in's.
func NewEvent(kind, letter string, at time.Time, details Details) Event {
	data := map[string]any{"email_id": letter, "created_at": at.UTC().Format(time.RFC3339Nano), "from": "Usher <usher@usher.test>",
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

// Delivered says that the recipient's server took the letter.
func (l Email) Delivered() Event { return NewEvent("email.delivered", l.ID, time.Now(), nil) }

// Delayed says that it does not yet, and is asked again.
func (l Email) Delayed() Event { return NewEvent("email.delivery_delayed", l.ID, time.Now(), nil) }

// Bounced says that the letter came back for good.
func (l Email) Bounced(words string) Event { return l.bounceEvent("Permanent", "General", words) }

// Returned says that it came back for a reason that passes.
func (l Email) Returned(words string) Event { return l.bounceEvent("Transient", "MailboxFull", words) }

func (l Email) bounceEvent(kind, sub, words string) Event {
	return NewEvent("email.bounced", l.ID, time.Now(), Details{
		"bounce": map[string]string{"type": kind, "subType": sub, "message": words}})
}

// Complained says that the recipient called the letter unwanted.
func (l Email) Complained() Event { return NewEvent("email.complained", l.ID, time.Now(), nil) }

// Failed says that Resend could not send it.
func (l Email) Failed(reason string) Event {
	return NewEvent("email.failed", l.ID, time.Now(), Details{"failed": map[string]string{"reason": reason}})
}

// Suppressed says that Resend sends this address nothing.
func (l Email) Suppressed() Event {
	return NewEvent("email.suppressed", l.ID, time.Now(), Details{
		"suppressed": map[string]string{"type": "OnAccountSuppressionList", "message": "The address is on the suppression list."}})
}

// Sign is the signature of Svix's scheme over a webhook.
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

// Header signs the event as if it were sent at that time.
func (e Event) Header(at time.Time) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("svix-id", e.ID)
	h.Set("svix-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("svix-signature", Sign(WebhookSecret, e.ID, at, e.Body))
	return h
}

// Post sends the event, signed now, and gives the status and the body of the answer.
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
