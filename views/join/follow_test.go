package join_test

import (
	"bufio"
	"context"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

var (
	streamPattern  = regexp.MustCompile(`hx-sse:connect="([^"]+)"`)
	refreshPattern = regexp.MustCompile(`data-due-in="([^"]*)"`)
)

// openStream opens a join page with its stream, and gives what the stream tells.
func openStream(t *testing.T, server *viewstest.Server, b *viewstest.Browser, path string) <-chan string {
	t.Helper()
	found := streamPattern.FindStringSubmatch(b.Get(path).Body)
	if found == nil {
		t.Fatalf("%s has no stream", path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+html.UnescapeString(found[1]), nil)
	response, err := b.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the stream of %s: %v %v, want %v", path, response, err, http.StatusOK)
	}
	t.Cleanup(func() { cancel(); response.Body.Close() })
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

func (l *fixture) participant(address string) *sessions.Participant {
	l.Helper()
	p, err := sessions.FindParticipantByEmail(l.server.App, l.session.Id, address)
	if err != nil {
		l.Fatal(err)
	}
	return p
}

func (l *fixture) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// TestEvents_EveryTransition_ReachesOpenPage walks the open pages of three readers through what can happen: one is signed in,
// one came by a personal link and a name, and one by a personal link alone.
func TestEvents_EveryTransition_ReachesOpenPage(t *testing.T) {
	form := sessions.Form{Title: "Weekly review", Passwordless: true, Lobby: true, Starts: time.Now().Add(3 * time.Hour).Truncate(time.Minute), Minutes: 60}
	l := newFixture(t, form)
	app := l.server.App
	form.Guests = []string{"guest@x.example", "outside@x.example", "new@x.example"}
	host := hookstest.Actor(t, app, l.host, l.team)
	own := l.personalLink("new@x.example")
	named := l.server.Anonymous()
	readers := []struct {
		name, path, address string
		browser             *viewstest.Browser
		events              <-chan string
	}{
		{"signed in", l.sessionLink(), "guest@x.example", l.server.As(l.guest), nil},
		{"by link and name", own, "new@x.example", named, nil},
	}
	for i := range readers {
		readers[i].events = openStream(t, l.server, readers[i].browser, readers[i].path)
	}
	by := func() *sessions.Participant { return l.participant("host@x.example") }
	each := func(do func(address string) error) func() error {
		return func() error {
			for _, r := range readers {
				if err := do(r.address); err != nil {
					return err
				}
			}
			return nil
		}
	}
	control := func(f func(core.App, *sessions.Participant, string, string) error) func() error {
		return each(func(address string) error { return f(app, by(), l.participant(address).Id, "192.0.2.1") })
	}
	steps := []struct {
		name   string
		do     func() error
		shows  string
		status int
	}{
		{"renamed", func() error {
			form.Title = "Reel 5"
			return sessions.Change(app, host, l.session.Id, form, sessions.ScopeSession)
		}, "Reel 5", 200},
		{"moved", func() error {
			form.Starts = time.Now().Add(10 * time.Minute).Truncate(time.Minute)
			return sessions.Change(app, host, l.session.Id, form, sessions.ScopeSession)
		}, "Reel 5", 200},
		{"joins", func() error {
			session, err := sessions.FindByID(app, l.session.Id)
			if err != nil {
				return err
			}
			visitor, err := join.Resolve(app, l.guest, "", session)
			if err == nil {
				err = join.Join(app, visitor, "", "192.0.2.1")
			}
			if err != nil {
				return err
			}
			visitor, err = join.Resolve(app, nil, strings.TrimPrefix(own, "/s/"), session)
			if err != nil {
				return err
			}
			return join.Join(app, visitor, "Nora Lind", "192.0.2.1")
		}, "waiting room", 200},
		{"starts", func() error { _, err := runs.Start(app, host, l.session.Id); return err }, "The host knows you're here", 200},
		{"denied", control(join.Deny), "The host didn't admit you", 200},
		{"admitted after all", control(join.Admit), "Join now", 200},
		{"removed", control(join.Kick), "You were removed from this session", 200},
	}
	for _, step := range steps {
		for _, r := range readers {
			drain(r.events)
		}
		l.must(step.do())
		for _, r := range readers {
			assertEvent(t, step.name+", "+r.name, r.events)
			page := r.browser.Get(r.path)
			assertReply(t, step.name+", "+r.name, page, step.status, step.shows)
		}
	}
}

// TestEvents_SessionOrMembershipEnds_ReachesOpenPage covers what ends a session for everyone, each on a session of its own.
func TestEvents_SessionOrMembershipEnds_ReachesOpenPage(t *testing.T) {
	for name, step := range map[string]struct {
		start bool
		do    func(l *fixture) error
		shows string
	}{
		"ended": {true, func(l *fixture) error {
			return runs.End(l.server.App, hookstest.Actor(l.T, l.server.App, l.host, l.team), l.session.Id)
		}, "This session has ended"},
		"cancelled": {false, func(l *fixture) error {
			return sessions.Cancel(l.server.App, hookstest.Actor(l.T, l.server.App, l.host, l.team), l.session.Id, sessions.ScopeSession)
		}, "This session was cancelled"},
		"cancelled, then undone": {false, func(l *fixture) error {
			host := hookstest.Actor(l.T, l.server.App, l.host, l.team)
			l.must(sessions.Cancel(l.server.App, host, l.session.Id, sessions.ScopeSession))
			if body := l.server.As(l.guest).Get(l.sessionLink()).Body; !strings.Contains(body, "This session was cancelled") {
				l.Error("the page doesn't say that the session was cancelled")
			}
			cancelled := openStream(l.T, l.server, l.server.As(l.guest), l.sessionLink())
			drain(cancelled)
			l.must(sessions.UndoCancel(l.server.App, host, l.session.Id))
			assertEvent(l.T, "the page of the cancelled session", cancelled)
			return nil
		}, "The host hasn't started the session yet."},
		"removed from the team": {true, func(l *fixture) error {
			_, err := members.Remove(l.server.App, hookstest.Actor(l.T, l.server.App, l.owner, l.team), l.guest.Id, members.Handover{})
			return err
		}, "You're no longer a member of Halation Post"},
		"team deleted": {false, func(l *fixture) error {
			return teams.Delete(l.server.App, hookstest.Actor(l.T, l.server.App, l.owner, l.team), l.team.Name())
		}, "Halation Post was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newFixture(t, sessions.Form{}).startIn(5)
			if step.start {
				l.start()
			}
			b := l.server.As(l.guest)
			events := openStream(t, l.server, b, l.sessionLink())
			drain(events)
			l.must(step.do(l))
			assertEvent(t, name, events)
			if body := b.Get(l.sessionLink()).Body; !strings.Contains(html.UnescapeString(body), step.shows) {
				t.Errorf("got no %q, want it to contain %q", step.shows, step.shows)
			}
		})
	}
}

// TestEvents_UnrelatedChanges_AreNotSent: changes to another person or another session send no event.
func TestEvents_UnrelatedChanges_AreNotSent(t *testing.T) {
	l := newFixture(t, sessions.Form{Passwordless: true}).startIn(5)
	other := hookstest.ScheduleSession(t, l.server.App, l.host, l.team, sessions.Form{Title: "Another", Starts: time.Now().Add(50 * time.Hour)})
	signedOut := openStream(t, l.server, l.server.Anonymous(), l.personalLink("new@x.example"))
	guest := openStream(t, l.server, l.server.As(l.guest), l.sessionLink())
	drain(signedOut)
	drain(guest)
	visitor, err := join.Resolve(l.server.App, l.invitee, "", l.session)
	l.must(err)
	l.must(join.Join(l.server.App, visitor, "", "192.0.2.1"))
	l.must(sessions.Cancel(l.server.App, hookstest.Actor(t, l.server.App, l.host, l.team), other.Id, sessions.ScopeSession))
	time.Sleep(400 * time.Millisecond)
	for name, events := range map[string]<-chan string{"by link": signedOut, "signed in": guest} {
		select {
		case told := <-events:
			t.Errorf("%s was told %q", name, told)
		default:
		}
	}
}

func TestEvents_UnknownLink_IsNotFound(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	if r := l.server.Anonymous().Get("/s/nowhere/events"); r.Status != http.StatusNotFound {
		t.Errorf("%d, want %v", r.Status, http.StatusNotFound)
	}
}

// TestJoinPage_RefreshDelay: the page asks again when the clock alone makes it say something else.
func TestJoinPage_RefreshDelay(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	b := l.server.As(l.guest)
	for _, c := range []struct{ minutes, most int }{{3 * 60, 600}, {20, 60}, {15, 60}, {3, 30}, {0, 30}, {-5, 30}} {
		l.startIn(c.minutes)
		found := refreshPattern.FindStringSubmatch(b.Get(l.sessionLink()).Body)
		if found == nil {
			t.Fatalf("%d minutes ahead: no time", c.minutes)
		}
		if seconds, err := strconv.ParseFloat(found[1], 64); err != nil || seconds <= 0 || seconds > float64(c.most) {
			t.Errorf("%d minutes ahead: asks in %s s, want at most %d", c.minutes, found[1], c.most)
		}
	}
	l.startIn(-120)
	if found := refreshPattern.FindStringSubmatch(b.Get(l.sessionLink()).Body); found == nil || found[1] != "" {
		t.Errorf("over: %q, none", found)
	}
	l.startIn(16)
	assertReply(t, "early", b.Get(l.sessionLink()), 200, "Starts in 16 minutes")
	starts := time.Now().Add(sessions.StartWindow + 2*time.Second)
	l.must(l.setStart(starts))
	found := refreshPattern.FindStringSubmatch(b.Get(l.sessionLink()).Body)
	if seconds, _ := strconv.ParseFloat(found[1], 64); seconds > 2.1 {
		t.Errorf("the page of who waits for the waiting page asks in %s s, want at most 2.1", found[1])
	}
}

// setStart sets the exact start.
func (l *fixture) setStart(starts time.Time) error {
	_, err := l.server.App.DB().NewQuery("UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}").
		Bind(map[string]any{"id": l.session.Id, "starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Hour))}).Execute()
	return err
}

func assertEvent(t *testing.T, what string, events <-chan string) {
	t.Helper()
	select {
	case <-events:
	case <-time.After(3 * time.Second):
		t.Errorf("%s: the open page was not told", what)
	}
}

// drain discards the events of earlier changes.
func drain(events <-chan string) {
	for {
		select {
		case <-events:
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}
