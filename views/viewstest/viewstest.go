// Package viewstest serves a complete Usher on a loopback address for tests and signs users in.
package viewstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
	"usher/views"
)

// Server is a running server.
type Server struct {
	App              *core.BaseApp
	URL              string
	CloseConnections func() // closes all open connections, as on shutdown; new ones are accepted
	t                testing.TB
}

// Serve starts a server with the configuration, whose URL is set to the loopback address. The mail worker runs.
func Serve(t testing.TB, config settings.Config) *Server {
	t.Helper()
	return ServeAt(t, config, "127.0.0.1")
}

// ServeAt is Serve with another name of the loopback address, such as localhost.
func ServeAt(t testing.TB, config settings.Config, host string) *Server {
	t.Helper()
	listener := httptest.NewUnstartedServer(http.NotFoundHandler())
	config.URL = strings.Replace("http://"+listener.Listener.Addr().String(), "127.0.0.1", host, 1)
	app := hookstest.NewAppWith(t, config)
	views.Register(app)

	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	event := &core.ServeEvent{App: app, Router: router, Server: listener.Config}
	err = app.OnServe().Trigger(event, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		listener.Config.Handler = mux
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listener.Start()
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
		_ = app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return nil })
	})
	return &Server{App: app, URL: config.URL, CloseConnections: listener.CloseClientConnections, t: t}
}

// Browser is an HTTP client with a cookie jar that doesn't follow redirects.
type Browser struct {
	*http.Client
	server *Server
	t      testing.TB
}

// Anonymous returns a browser that isn't signed in.
func (s *Server) Anonymous() *Browser {
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Browser{client, s, s.t}
}

// As returns a browser in which the account is signed in with hookstest.Password.
func (s *Server) As(account *core.Record) *Browser {
	s.t.Helper()
	b := s.Anonymous()
	r := b.Post("/signin", url.Values{"email": {account.Email()}, "password": {hookstest.Password}})
	if r.Status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: %d %s", account.Email(), r.Status, r.Body)
	}
	return b
}

// Reply is a complete response.
type Reply struct {
	Status   int
	Body     string
	Location string
	Header   http.Header
}

// Get requests a page.
func (b *Browser) Get(path string) Reply {
	b.t.Helper()
	request, _ := http.NewRequest(http.MethodGet, b.server.URL+path, nil)
	return b.Send(request)
}

// Post submits a form.
func (b *Browser) Post(path string, form url.Values) Reply {
	b.t.Helper()
	request, _ := http.NewRequest(http.MethodPost, b.server.URL+path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Send(request)
}

// Send sends a request.
func (b *Browser) Send(request *http.Request) Reply {
	b.t.Helper()
	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return Reply{response.StatusCode, string(body), response.Header.Get("Location"), response.Header}
}

// Call sends a request to the JSON API. token may be empty and body nil.
func (s *Server) Call(token, method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = strings.NewReader(string(data))
	}
	request, _ := http.NewRequest(method, s.URL+path, reader)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	reply := s.Anonymous().Send(request)
	answer := map[string]any{}
	if reply.Body != "" {
		if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil {
			s.t.Fatalf("%s %s: %d, not a JSON object: %s", method, path, reply.Status, reply.Body)
		}
	}
	return reply.Status, answer
}

// Token returns a bearer token of the account.
func (s *Server) Token(account *core.Record) string {
	s.t.Helper()
	token, err := account.NewAuthToken()
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}
