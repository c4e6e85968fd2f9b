package app_test

import (
	"bufio"
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

var (
	streamOf  = regexp.MustCompile(`hx-sse:connect="([^"]+)"`)
	followsAt = regexp.MustCompile(`data-once data-fresh-at="([^"]+)"`)
)

// watch opens a page with its stream, and gives what the stream says.
func (w *fixture) watch(b *viewstest.Browser, path string) <-chan string {
	w.t.Helper()
	page := b.Get(path)
	found := streamOf.FindStringSubmatch(page.Body)
	if found == nil || !strings.Contains(page.Body, `id="details" data-fresh`) {
		w.t.Fatalf("%s has no stream, or no details that follow it, want it to contain %q", path, `id="details" data-fresh`)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+html.UnescapeString(found[1]), nil)
	response, err := b.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatalf("the stream of %s: %v %v, want %v", path, response, err, http.StatusOK)
	}
	w.t.Cleanup(func() { cancel(); response.Body.Close() })
	lines, names := bufio.NewScanner(response.Body), make(chan string, 100)
	lines.Scan()
	go func() {
		defer close(names)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				names <- name
			}
		}
	}()
	return names
}

// until waits for events until the page says something.
func until(t *testing.T, stream <-chan string, b *viewstest.Browser, path, says string) {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case name := <-stream:
			if (name == events.Users || name == events.Sessions) && strings.Contains(b.Get(path).Body, says) {
				return
			}
		case <-late:
			t.Fatalf("the open page was not told of %q; it now shows it: %v", says, strings.Contains(b.Get(path).Body, says))
		}
	}
}

// TestDetails_Delivery_ReachesAnOpenPage: how far the email to an invitee has come shows on the open details of the session.
func TestDetails_Delivery_ReachesAnOpenPage(t *testing.T) {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = resend.Key, resend.URL, resendtest.WebhookSecret
	w := buildWith(t, config)
	s := w.newSession("Review", sessions.Form{Guests: []string{"first@out.example"}})
	olga, at := w.As(w.olga), appURL+"/sessions/"+s.Id
	events := w.watch(olga, at)
	if err := sessions.Change(w.App, hookstest.Actor(t, w.App, w.olga, w.team), s.Id, sessions.Form{Title: "Review", Starts: s.Starts(), Minutes: s.Minutes(),
		Guests: []string{"first@out.example", "zed@out.example"}}, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	message := resend.WaitFor(t, "zed@out.example")
	until(t, events, olga, at, "Email sent")
	for _, step := range []struct {
		event resendtest.Event
		says  string
	}{{message.Delayed(), "Email delayed"}, {message.Delivered(), "Email delivered"}} {
		if status, body := step.event.Post(t, w.URL+"/hooks/resend"); status != http.StatusOK {
			t.Fatalf("%d %s, want %v", status, body, http.StatusOK)
		}
		until(t, events, olga, at, step.says)
	}
	other := resend.WaitFor(t, "first@out.example")
	if status, body := other.Bounced("no such user").Post(t, w.URL+"/hooks/resend"); status != http.StatusOK {
		t.Fatalf("%d %s, want %v", status, body, http.StatusOK)
	}
	until(t, events, olga, at, "Email bounced")
}

// TestDetails_AnswerToAForm_FollowsTheSession: what a form answers has no page of its own to ask for again. It follows the
// session's page, and what it shows once stays.
func TestDetails_AnswerToAForm_FollowsTheSession(t *testing.T) {
	w := newFixture(t)
	s := w.newSession("Review", sessions.Form{Guests: []string{"zed@out.example"}})
	at := appURL + "/sessions/" + s.Id
	zed, err := sessions.FindParticipantByEmail(w.App, s.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	olga := w.As(w.olga)
	for name, path := range map[string]string{"a personal link": "/people/" + zed.Id + "/link", "a refusal": "/start"} {
		r := olga.Post(at+path, url.Values{})
		if found := followsAt.FindStringSubmatch(r.Body); found == nil || found[1] != at {
			t.Errorf("%s (%d): follows %v, want %s", name, r.Status, found, at)
		}
	}
	if r := olga.Get(at); followsAt.MatchString(r.Body) {
		t.Error("the page itself follows another address, and keeps what it shows")
	}
}
