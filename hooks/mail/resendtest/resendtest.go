// Package resendtest is a stub of Resend's HTTP API, so that tests send email as in production and read what arrived.
package resendtest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Email is a delivered email. To and From are bare addresses; Key is the idempotency key.
type Email struct {
	ID       string
	To       string
	ToName   string
	From     string
	FromName string
	ReplyTo  string
	Subject  string
	HTML     string
	Text     string
	Key      string
	Headers  map[string]string
	Files    []File
}

// File is an attachment.
type File struct{ Name, Type, Content string }

// Handler responds to POST /emails and /emails/batch as Resend does: it requires a bearer token, accepts an idempotency key for one body and
// one delivery in 24 hours, and returns errors in Resend's format. GET /delivered lists the delivered emails as JSON.
type Handler struct {
	Key string           // the accepted API key
	Now func() time.Time // for the 24 hours of an idempotency key

	mu        sync.Mutex
	emails    []Email
	requests  int // including failed ones
	consumed  map[int]bool
	responses map[string]cachedResponse
	faults    []Fault
	refused   map[string]bool // recipients
	arrived   chan struct{}   // closed and replaced at every request
	shutdown  chan struct{}
}

type cachedResponse struct {
	body  [sha256.Size]byte
	id    string
	batch *batchAnswer
	at    time.Time
}

// NewHandler returns a handler that accepts the API key.
func NewHandler(key string) *Handler {
	return &Handler{Key: key, Now: time.Now, consumed: map[int]bool{}, refused: map[string]bool{}, responses: map[string]cachedResponse{},
		arrived: make(chan struct{}), shutdown: make(chan struct{})}
}

// Server is a Handler that listens on its own port.
type Server struct {
	*Handler
	URL string // for RESEND_BASE_URL
}

// New starts a server that stops with the test.
func New(t testing.TB) *Server {
	t.Helper()
	handler := NewHandler("re_test_key")
	listening := httptest.NewServer(handler)
	t.Cleanup(func() {
		close(handler.shutdown)
		listening.CloseClientConnections()
		listening.Close()
	})
	return &Server{handler, listening.URL}
}

// Fault replaces the response to one request.
type Fault struct {
	status     int
	retryAfter string
	name       string
	message    string
	batch      *batchAnswer
	accept     bool
	cut        bool
	hang       bool
}

// Status responds with an error, with Retry-After if given (seconds).
func Status(code int, retryAfter ...int) Fault {
	f := Fault{status: code, name: errorNames[code], message: http.StatusText(code)}
	if len(retryAfter) > 0 {
		f.retryAfter = fmt.Sprint(retryAfter[0])
	}
	return f
}

// Reject responds with an error of this name and message.
func Reject(code int, name, message string) Fault {
	return Fault{status: code, name: name, message: message}
}

var (
	// Hang neither delivers nor responds.
	Hang = Fault{hang: true}
	// AcceptAndHang delivers and doesn't respond.
	AcceptAndHang = Fault{accept: true, hang: true}
	// AcceptAndCut delivers and closes the connection before the response.
	AcceptAndCut = Fault{accept: true, cut: true}
)

var errorNames = map[int]string{
	400: "validation_error", 401: "missing_api_key", 403: "invalid_api_key", 404: "not_found",
	405: "method_not_allowed", 409: "invalid_idempotent_request", 422: "validation_error",
	429: "rate_limit_exceeded", 500: "internal_server_error",
}

// FailNext applies faults to the next requests, one each.
func (h *Handler) FailNext(faults ...Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, faults...)
}

// RefuseRecipient refuses emails to an address as invalid.
func (h *Handler) RefuseRecipient(to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused[to] = true
}

// Emails returns the delivered emails, oldest first.
func (h *Handler) Emails() []Email {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Email{}, h.emails...)
}

// Requests returns the number of requests, including failed ones.
func (h *Handler) Requests() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.requests
}

// WaitFor waits at most 10 s for an email to an address, and returns the oldest that no WaitFor returned before.
func (h *Handler) WaitFor(t testing.TB, to string) Email {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		h.mu.Lock()
		for i, email := range h.emails {
			if !h.consumed[i] && strings.EqualFold(email.To, to) {
				h.consumed[i] = true
				h.mu.Unlock()
				return email
			}
		}
		arrived := h.arrived
		h.mu.Unlock()
		select {
		case <-arrived:
		case <-late:
			t.Fatalf("got no email to %s within 10 s, %d emails in all", to, len(h.Emails()))
		}
	}
}

// WaitForRequests waits at most 10 s for n requests, including failed ones.
func (h *Handler) WaitForRequests(t testing.TB, n int) {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		h.mu.Lock()
		seen, arrived := h.requests, h.arrived
		h.mu.Unlock()
		if seen >= n {
			return
		}
		select {
		case <-arrived:
		case <-late:
			t.Fatalf("%d requests within 10 s, want %d", seen, n)
		}
	}
}

var urlPattern = regexp.MustCompile(`https?://[^\s<>"]+`)

// FindLink returns the first URL in the text of an email whose path starts with prefix, or "".
func (h *Handler) FindLink(email Email, prefix string) string {
	for _, address := range urlPattern.FindAllString(email.Text, -1) {
		if u, err := url.Parse(address); err == nil && strings.HasPrefix(u.Path, prefix) {
			return address
		}
	}
	return ""
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/delivered" {
		writeJSON(w, http.StatusOK, h.Emails())
		return
	}
	if r.URL.Path != "/emails" && r.URL.Path != "/emails/batch" {
		writeError(w, 404, "not_found", "The requested endpoint does not exist")
		return
	}
	if r.Method != http.MethodPost {
		writeError(w, 405, "method_not_allowed", "Method is not allowed for the requested path")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	answer := h.handle(r, body)
	switch {
	case answer.hang:
		select {
		case <-r.Context().Done():
		case <-h.shutdown:
		}
	case answer.cut:
		panic(http.ErrAbortHandler)
	case answer.status != 0:
		if answer.retryAfter != "" {
			w.Header().Set("Retry-After", answer.retryAfter)
		}
		writeError(w, answer.status, answer.name, answer.message)
	case answer.batch != nil:
		writeJSON(w, http.StatusOK, answer.batch)
	default:
		writeJSON(w, http.StatusOK, map[string]string{"id": answer.message})
	}
}

// handle processes a request; the message of a success is the id of the email.
func (h *Handler) handle(r *http.Request, body []byte) Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests++
	defer func() {
		close(h.arrived)
		h.arrived = make(chan struct{})
	}()

	fault := Fault{}
	if len(h.faults) > 0 {
		fault, h.faults = h.faults[0], h.faults[1:]
		if !fault.accept {
			return fault
		}
	}
	switch r.Header.Get("Authorization") {
	case "Bearer " + h.Key:
	case "":
		return Reject(401, "missing_api_key", "Missing API Key")
	default:
		return Reject(401, "validation_error", "API key is invalid")
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > 256 {
		return Reject(400, "invalid_idempotency_key", "The idempotency key has to be between 1-256 characters")
	}
	sum := sha256.Sum256(body)
	if before, ok := h.responses[key]; ok && key != "" && h.Now().Sub(before.at) < 24*time.Hour {
		if before.body != sum {
			return Reject(409, "invalid_idempotent_request", "Same idempotency key used with a different request payload")
		}
		fault.message, fault.batch = before.id, before.batch
		return fault
	}
	if r.URL.Path == "/emails/batch" {
		answer, refusal := h.handleBatch(body, key, r.Header.Get("x-batch-validation") == "permissive")
		if refusal.status != 0 {
			return refusal
		}
		h.responses[key] = cachedResponse{body: sum, batch: answer, at: h.Now()}
		fault.batch = answer
		return fault
	}
	email, problem := h.parseRequest(body)
	if problem != "" {
		return Reject(422, "validation_error", problem)
	}
	fault.message = h.accept(email, key)
	h.responses[key] = cachedResponse{body: sum, id: fault.message, at: h.Now()}
	return fault
}

// accept delivers an email and returns its id.
func (h *Handler) accept(email Email, key string) string {
	email.Key = key
	email.ID = fmt.Sprintf("49a3999c-0ce1-4ea6-ab68-%012d", len(h.emails)+1)
	h.emails = append(h.emails, email)
	return email.ID
}

func (h *Handler) parseRequest(body []byte) (email Email, problem string) {
	var request struct {
		From, Subject, HTML, Text string
		To                        any
		ReplyTo                   string `json:"reply_to"`
		Headers                   map[string]string
		Attachments               []struct {
			Filename    string
			ContentType string `json:"content_type"`
			Content     []byte
		}
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return Email{}, "The request body is not valid JSON"
	}
	from, err := mail.ParseAddress(request.From)
	if err != nil {
		return Email{}, "Invalid `from` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format"
	}
	first := request.To
	if list, ok := first.([]any); ok && len(list) == 1 {
		first = list[0]
	}
	text, _ := first.(string)
	to, err := mail.ParseAddress(text)
	if err != nil || h.refused[to.Address] {
		return Email{}, "Invalid `to` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format"
	}
	if request.Subject == "" {
		return Email{}, "Missing `subject` field"
	}
	if request.HTML == "" && request.Text == "" {
		return Email{}, "Missing `html` or `text` field"
	}
	for _, file := range request.Attachments {
		if file.Filename == "" || len(file.Content) == 0 {
			return Email{}, "Attachments need a `filename` and `content`"
		}
		email.Files = append(email.Files, File{file.Filename, file.ContentType, string(file.Content)})
	}
	return Email{Files: email.Files, To: to.Address, ToName: to.Name, From: from.Address, FromName: from.Name, ReplyTo: request.ReplyTo, Subject: request.Subject,
		HTML: request.HTML, Text: request.Text, Headers: request.Headers}, ""
}

func writeError(w http.ResponseWriter, status int, name, message string) {
	writeJSON(w, status, map[string]any{"statusCode": status, "name": name, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
