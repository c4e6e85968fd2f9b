package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/resend/resend-go/v2"
)

type resendTransport struct {
	key       string
	url       string // base URL of a stub server; empty: Resend itself
	publicURL string // our public URL, whose links are removed from error messages
}

func (*resendTransport) name() string { return transportResend }

// send posts the request with the email's id as the idempotency key, which Resend keeps for 24 hours: an email whose
// response was lost isn't delivered twice.
func (t *resendTransport) send(ctx context.Context, id string, request []byte) (string, error) {
	answer := &errorRecorder{}
	client := resend.NewCustomClient(&http.Client{
		Transport:     answer,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, t.key)
	if t.url != "" {
		base, err := url.Parse(strings.TrimRight(t.url, "/") + "/")
		if err != nil {
			return "", &sendError{kind: blocked, message: "RESEND_BASE_URL isn't a valid address."}
		}
		client.BaseURL = base
	}
	req, err := client.NewRequestWithOptions(ctx, http.MethodPost, "emails", json.RawMessage(request),
		&resend.SendEmailOptions{IdempotencyKey: id})
	if err != nil {
		return "", &sendError{kind: rejected, message: cleanProviderText(err.Error(), t.publicURL)}
	}
	req.ContentLength = int64(len(request))
	req.Body = io.NopCloser(bytes.NewReader(request))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(request)), nil }

	sent := &resend.SendEmailResponse{}
	if _, err := client.Perform(req, sent); err != nil {
		return "", answer.sendError(err, t.publicURL)
	}
	return sent.Id, nil
}

// errorRecorder records the status and the name of the error, which resend-go omits from most of its errors.
type errorRecorder struct {
	status int
	name   string
}

func (a *errorRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	a.status, a.name = 0, ""
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	a.status = resp.StatusCode
	if resp.StatusCode >= 300 {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		var named struct{ Name string }
		if json.Unmarshal(body, &named) == nil {
			a.name = named.Name
		}
	}
	return resp, nil
}

func (a *errorRecorder) sendError(err error, own string) *sendError {
	f := &sendError{kind: retryLater, message: cleanProviderText(err.Error(), own)}
	switch s := a.status; {
	case s == http.StatusTooManyRequests:
		f.kind = rateLimited
		var limit *resend.RateLimitError
		if errors.As(err, &limit) {
			f.retryAfter, f.message = parseRetryAfter(limit.RetryAfter), cleanProviderText(limit.Message, own)
		}
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		f.kind, f.message = blocked, withProviderText(resendRefusalText(a.name, f.message), "Resend", f.message)
	case s == http.StatusConflict && a.name == "concurrent_idempotent_requests",
		s == http.StatusRequestTimeout, s == http.StatusTooEarly:
		// The same email is still being processed; the response is available later.
	case s >= 400 && s < 500:
		f.kind = rejected
		if strings.HasPrefix(f.message, "Invalid `to` field") {
			f.badAddress, f.message = true, withProviderText("This isn't a valid email address. Correct it and send the email again.", "Resend", f.message)
		}
	case s == 0 || s < 300:
		f.message = "Resend isn't responding."
		if errors.Is(err, context.DeadlineExceeded) {
			f.message = "Resend took too long to respond."
		}
	default:
		f.message = fmt.Sprintf("Resend returned an error (status %d).", s)
	}
	return f
}

// resendRefusalText tells the server administrator how to fix a rejected key or sender. Resend has an error name for the
// first, but only a message for the second (https://resend.com/docs/api-reference/errors).
func resendRefusalText(name, words string) string {
	switch words = strings.ToLower(words); {
	case strings.Contains(words, "testing emails"):
		return "Resend only sends test emails until a domain is verified. Verify your domain at resend.com/domains and set USHER_MAIL_FROM to an address on it."
	case strings.Contains(words, "not verified"):
		return "Resend won't send from this address because its domain isn't verified. Verify it at resend.com/domains, or set USHER_MAIL_FROM to an address on a verified domain."
	case strings.HasSuffix(name, "_api_key"), strings.Contains(words, "api key"):
		return "Resend rejected the API key. Create a key with sending access at resend.com/api-keys and set it as RESEND_API_KEY."
	}
	return "Resend refused to send. Check RESEND_API_KEY and USHER_MAIL_FROM."
}

// parseRetryAfter parses the Retry-After header, in seconds or as a date, up to a day.
func parseRetryAfter(value string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		wait = time.Duration(min(seconds, 24*60*60)) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		wait = time.Until(date)
	}
	return max(0, min(wait, 24*time.Hour))
}
