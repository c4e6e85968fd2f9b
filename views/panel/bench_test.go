package panel_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/views/panel"
	"usher/views/viewstest"
)

// BenchmarkUsers requests the Users page, uncompressed, and a bare page: one query of fifty rows rendered to the same
// bytes. The Users page should take at most three times as long, in teams of every size.
func BenchmarkUsers(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		s := &benchFixture{Server: viewstest.Serve(b, hookstest.Config())}
		owner := hookstest.Account(b, s.App, "marta@elsewhere.example")
		team := hookstest.Team(b, s.App, owner, "Halation Post", "business")
		for i := range 12 {
			hookstest.Member(b, s.App, team, fmt.Sprintf("o%02d@halation.example", i), "organizer")
		}
		hookstest.SeedUsers(b, s.App, team.Id, n-13)
		s.owner, s.browser = hookstest.Actor(b, s.App, owner, team), s.As(owner)
		path := "/admin/" + team.Slug() + "/users"
		last := (n + 49) / 50
		for _, page := range []struct {
			name, address, order string
			query                people.Query
		}{
			{"first", path, "", people.Query{}},
			{"last", fmt.Sprintf("%s?page=%d", path, last), "DESC", people.Query{Page: last}},
			{"search", path + "?q=" + hookstest.SeedUserEmail(50), "", people.Query{Search: hookstest.SeedUserEmail(50)}},
		} {
			name := fmt.Sprintf("members=%d/%s", n, page.name)
			b.Run(name+"/bare", func(b *testing.B) { readPage(b, http.DefaultClient, s.barePageURL(b, page.query, page.order)) })
			b.Run(name+"/page", func(b *testing.B) { readPage(b, s.browser.Client, s.URL+page.address) })
		}
	}
}

type benchFixture struct {
	*viewstest.Server
	owner   *actors.Actor
	browser *viewstest.Browser
}

// barePageURL serves the bare page over net/http and returns its URL.
func (s *benchFixture) barePageURL(b *testing.B, query people.Query, order string) string {
	b.Helper()
	query.Size = 50
	request := httptest.NewRequest(http.MethodGet, "/admin/halation-post/users", nil)
	request.SetPathValue("team", "halation-post")
	e := &core.RequestEvent{App: s.App, Auth: s.owner.Account}
	e.Request, e.Response = request, httptest.NewRecorder()
	e.Set("usher.actor", s.owner)
	handler, err := panel.BareUsersPage(e, query, order)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	return server.URL
}

func readPage(b *testing.B, client *http.Client, address string) {
	b.Helper()
	size := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		request, _ := http.NewRequest(http.MethodGet, address, nil)
		request.Header.Set("Accept-Encoding", "identity")
		response, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		size, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			b.Fatal(response.StatusCode, err)
		}
	}
	b.ReportMetric(float64(size), "bytes/page")
}

// BenchmarkUsersWhileOthersSignIn requests the Users page alone, and while eight clients sign in with passwords. The
// page should take at most two and a half times as long, because password checks leave one core free. It also reports
// sign-ins per second.
func BenchmarkUsersWhileOthersSignIn(b *testing.B) {
	s := &benchFixture{Server: viewstest.Serve(b, hookstest.Config())}
	users, err := s.App.FindCollectionByNameOrId("users")
	if err != nil {
		b.Fatal(err)
	}
	users.Fields.GetByName("password").(*core.PasswordField).Cost = 0 // as served, not as tested
	if err := s.App.Save(users); err != nil {
		b.Fatal(err)
	}
	owner := hookstest.Account(b, s.App, "marta@elsewhere.example")
	team := hookstest.Team(b, s.App, owner, "Halation Post", "business")
	hookstest.SeedUsers(b, s.App, team.Id, 1000)
	browser, address := s.As(owner), s.URL+"/admin/"+team.Slug()+"/users"
	hookstest.Exec(b, s.App, "UPDATE users SET password = (SELECT password FROM users WHERE id = {:id})", dbx.Params{"id": owner.Id})

	b.Run("quiet", func(b *testing.B) { median(b, browser.Client, address) })
	b.Run("busy", func(b *testing.B) {
		var done atomic.Int64
		ctx, stop := context.WithCancel(context.Background())
		var callers sync.WaitGroup
		for caller := range 8 {
			callers.Go(func() {
				for n := caller; ctx.Err() == nil; n += 8 {
					form := url.Values{"email": {hookstest.SeedUserEmail(n%1000 + 1)}, "password": {hookstest.Password}}
					if r := s.Anonymous().Post("/signin", form); r.Status == http.StatusSeeOther {
						done.Add(1)
					}
				}
			})
		}
		start := time.Now()
		median(b, browser.Client, address)
		b.ReportMetric(float64(done.Load())/time.Since(start).Seconds(), "sign-ins/s")
		stop()
		callers.Wait()
	})
}

// median reports the median request time in milliseconds.
func median(b *testing.B, client *http.Client, address string) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		response, err := client.Get(address)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
