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
	"slices"
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
	sent := &resend.SendEmailResponse{}
	if err := t.post(ctx, "emails", request, &resend.SendEmailOptions{IdempotencyKey: id}, sent); err != nil {
		return "", err
	}
	return sent.Id, nil
}

// sendBatch posts the requests as one, in which Resend accepts no attachments (https://resend.com/docs/api-reference/emails/send-batch-emails).
// In permissive mode, an email that Resend rejects doesn't hold the others.
func (t *resendTransport) sendBatch(ctx context.Context, key string, emails []claimed) ([]outcome, error) {
	requests, all := make([][]byte, len(emails)), make([]outcome, len(emails))
	for n, email := range emails {
		requests[n], all[n].id = email.request, email.id
	}
	body := slices.Concat([]byte("["), bytes.Join(requests, []byte(",")), []byte("]"))
	sent := &resend.BatchEmailResponse{}
	err := t.post(ctx, "emails/batch", body, &resend.BatchSendEmailOptions{IdempotencyKey: key, BatchValidation: resend.BatchValidationPermissive}, sent)
	if f := sendErrorOf(err); f != nil && f.accepted {
		return all, nil // without their ids
	}
	if err != nil {
		return nil, err
	}
	for _, one := range sent.Errors {
		if one.Index >= 0 && one.Index < len(all) {
			all[one.Index].err = rejection(cleanProviderText(one.Message, t.publicURL))
		}
	}
	left := sent.Data
	if len(left)+len(sent.Errors) != len(all) {
		return all, nil // accepted, but which id belongs to which email isn't known
	}
	for n := range all {
		if all[n].err == nil && len(left) > 0 {
			all[n].providerID, left = left[0].Id, left[1:]
		}
	}
	return all, nil
}

// post sends a request and decodes the response. Its errors are of type *sendError.
func (t *resendTransport) post(ctx context.Context, path string, body []byte, options resend.Options, response any) error {
	answer := &errorRecorder{}
	client := resend.NewCustomClient(&http.Client{
		Transport:     answer,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, t.key)
	if t.url != "" {
		base, err := url.Parse(strings.TrimRight(t.url, "/") + "/")
		if err != nil {
			return &sendError{kind: blocked, message: "RESEND_BASE_URL isn't a valid address."}
		}
		client.BaseURL = base
	}
	req, err := client.NewRequestWithOptions(ctx, http.MethodPost, path, json.RawMessage(body), options)
	if err != nil {
		return &sendError{kind: rejected, message: cleanProviderText(err.Error(), t.publicURL)}
	}
	req.ContentLength = int64(len(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	if _, err := client.Perform(req, response); err != nil {
		return answer.sendError(err, t.publicURL)
	}
	return nil
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
		f = rejection(f.message)
		f.accepted = s == http.StatusConflict && a.name == "invalid_idempotent_request"
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

// rejection is the error of an email that Resend rejects permanently with a message.
func rejection(message string) *sendError {
	f := &sendError{kind: rejected, message: message}
	if strings.HasPrefix(message, "Invalid `to` field") {
		f.badAddress, f.message = true, withProviderText("This isn't a valid email address. Correct it and send the email again.", "Resend", message)
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
