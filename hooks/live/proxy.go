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

type authorizedKey struct{} // context key of an authorizedRequest

// authorizedRequest is a request that passed the check: the media server and the token that was checked.
type authorizedRequest struct {
	base  *url.URL
	token string
}

// Authorizer returns nil if the participant with that identity can be in the room now.
type Authorizer func(app core.App, identity, room string) error

// Proxy forwards the signalling of browsers to the embedded media server, below Path, and nothing else. It calls the Authorizer
// for every connection, because the media server accepts a token until it expires: someone who was removed, or whose session
// has ended, can't reconnect with an old one. With an external media server it responds with 404.
func Proxy(app core.App, gate Authorizer) http.Handler {
	forward := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			let, _ := r.In.Context().Value(authorizedKey{}).(*authorizedRequest)
			r.SetURL(let.base)
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, Path)
			let.setToken(r.Out)
			r.Out.Header.Del("Cookie")                   // our cookies are none of its business
			r.Out.Header.Del("Sec-WebSocket-Extensions") // signalFilter can't read compressed messages
			r.SetXForwarded()
		},
		ModifyResponse: inspectSignals,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, "The media server isn't responding.", http.StatusBadGateway)
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
			http.Error(w, "The media server isn't running. Try again in a minute.", http.StatusServiceUnavailable)
			return
		}
		token := requestToken(r)
		if status, sentence := authorize(app, at, gate, token); status != http.StatusOK {
			http.Error(w, sentence, status)
			return
		}
		if !strings.HasSuffix(path, "/validate") && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			w.Header().Set("Upgrade", "websocket")
			http.Error(w, "This URL only accepts WebSocket connections. A reverse proxy must forward the Upgrade and Connection headers.", http.StatusUpgradeRequired)
			return
		}
		base, err := url.Parse(at.base)
		if err != nil {
			http.Error(w, "The media server isn't responding.", http.StatusBadGateway)
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

// setToken replaces the tokens of the request with the one that was checked. The media server would prefer a second one in the
// header to that in the URL, and so accept an identity that wasn't checked.
func (p *authorizedRequest) setToken(r *http.Request) {
	query := r.URL.Query()
	query.Del("access_token")
	query.Del("publish")
	r.URL.RawQuery = query.Encode()
	r.Header.Set("Authorization", "Bearer "+p.token)
}

// authorize checks the token and asks the Authorizer.
func authorize(app core.App, at *endpoint, gate Authorizer, token string) (status int, sentence string) {
	verifier, err := auth.ParseAPIToken(token)
	if err != nil || verifier.APIKey() != at.key {
		return http.StatusUnauthorized, "This token is invalid or was issued before the server restarted. Request a new one."
	}
	_, claims, err := verifier.Verify(at.secret)
	if err != nil || claims.Video == nil || !claims.Video.RoomJoin {
		return http.StatusUnauthorized, "This token has expired. Request a new one."
	}
	if err := gate(app, claims.Identity, claims.Video.Room); err != nil {
		return http.StatusForbidden, "You don't have access to this session."
	}
	if err := OpenRoom(app, claims.Video.Room); err != nil {
		app.Logger().Error("open a media room for a connection", "error", err)
		return http.StatusServiceUnavailable, "The media server isn't responding. Try again in a minute."
	}
	return http.StatusOK, ""
}
