package live

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/livekit/protocol/auth"
	"github.com/pocketbase/pocketbase/core"
)

type authorizedKey struct{} // of what the gate let through in a request's context

// authorizedRequest is a request that may go on: where the media server is, and the token that was judged.
type authorizedRequest struct {
	base  *url.URL
	token string
}

// Authorizer is nil if whoever has that name on the media server may be in the room now.
type Authorizer func(app core.App, identity, room string) error

// Proxy hands the signalling of browsers on to the embedded media server, below Path, and nothing else of it. The
// gate is asked at every connection, for the media server takes a token as long as it is good: somebody who was put
// out, or whose session is over, does not come back with an old one. Where the media server is outside, there is
// nothing here.
func Proxy(app core.App, gate Authorizer) http.Handler {
	forward := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			let, _ := r.In.Context().Value(authorizedKey{}).(*authorizedRequest)
			r.SetURL(let.base)
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, Path)
			let.setToken(r.Out)
			r.Out.Header.Del("Cookie")                   // a login of ours is nothing to it
			r.Out.Header.Del("Sec-WebSocket-Extensions") // what is compressed could not be read here
			r.SetXForwarded()
		},
		ModifyResponse: inspectSignals,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, "The media server does not answer.", http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, Path)
		if r.Method != http.MethodGet || r.ContentLength != 0 || IsExternal(app) || path != "/rtc" && !strings.HasPrefix(path, "/rtc/") || strings.Contains(path, "..") {
			http.NotFound(w, r)
			return
		}
		at, err := currentEndpoint(app)
		if err != nil {
			http.Error(w, "The media server does not run now. Try again in a minute.", http.StatusServiceUnavailable)
			return
		}
		token := requestToken(r)
		if status, sentence := authorize(app, at, gate, token); status != http.StatusOK {
			http.Error(w, sentence, status)
			return
		}
		if !strings.HasSuffix(path, "/validate") && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			w.Header().Set("Upgrade", "websocket")
			http.Error(w, "This address takes WebSockets only. A reverse proxy must pass on the headers Upgrade and Connection.", http.StatusUpgradeRequired)
			return
		}
		base, err := url.Parse(at.base)
		if err != nil {
			http.Error(w, "The media server does not answer.", http.StatusBadGateway)
			return
		}
		stateOf(app).serve(forward, w, r.WithContext(context.WithValue(r.Context(), authorizedKey{}, &authorizedRequest{base, token})))
	})
}

func requestToken(r *http.Request) string {
	if token := r.URL.Query().Get("access_token"); token != "" {
		return token
	}
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// setToken lets the request show the media server the token that was judged, and no other: it would believe a second
// one in the header before that of the address. Nobody comes in beside himself, under a name that the gate did not
// hear.
func (p *authorizedRequest) setToken(r *http.Request) {
	query := r.URL.Query()
	query.Del("access_token")
	query.Del("publish")
	r.URL.RawQuery = query.Encode()
	r.Header.Set("Authorization", "Bearer "+p.token)
}

// authorize asks the token who comes where, and the gate whether he may.
func authorize(app core.App, at *endpoint, gate Authorizer, token string) (status int, sentence string) {
	verifier, err := auth.ParseAPIToken(token)
	if err != nil || verifier.APIKey() != at.key {
		return http.StatusUnauthorized, "This pass is none of ours, or of before the server was started. Ask for another."
	}
	_, claims, err := verifier.Verify(at.secret)
	if err != nil || claims.Video == nil || !claims.Video.RoomJoin {
		return http.StatusUnauthorized, "This pass is too old. Ask for another."
	}
	if err := gate(app, claims.Identity, claims.Video.Room); err != nil {
		return http.StatusForbidden, "You are not let in."
	}
	if err := OpenRoom(app, claims.Video.Room); err != nil {
		app.Logger().Error("open a media room at the gate", "error", err)
		return http.StatusServiceUnavailable, "The media server does not answer. Try again in a minute."
	}
	return http.StatusOK, ""
}
