package live_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/tools/settings"
)

// fixture is an app that serves signalling, with an Authorizer that the test controls.
type fixture struct {
	*testing.T
	app *core.BaseApp

	mu      sync.Mutex
	blocked map[string]bool // identities
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	h := &fixture{T: t, blocked: map[string]bool{}}
	server := httptest.NewUnstartedServer(nil)
	config := hookstest.Config()
	config.URL = "http://" + server.Listener.Addr().String()
	h.app = hookstest.NewAppWith(t, config)
	server.Config.Handler = live.Proxy(h.app, h.authorize)
	server.Start()
	t.Cleanup(server.Close)
	return h
}

func (h *fixture) authorize(_ core.App, identity, _ string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.blocked[identity] {
		return errors.New("shut")
	}
	return nil
}

func (h *fixture) block(identity string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.blocked[identity] = true
}

func (h *fixture) token(room, identity string) live.Credentials {
	h.Helper()
	pass, err := live.IssueToken(h.app, live.Grant{Room: room, Identity: identity, Name: strings.ToUpper(identity), Publish: true})
	if err != nil {
		h.Fatal(err)
	}
	return pass
}

func (h *fixture) wantRefused(what string, pass live.Credentials, want int) {
	h.Helper()
	visitor, status, err := livetest.Connect(pass)
	if err != nil || visitor != nil || status != want {
		h.Errorf("%s: got %d, let in: %v, %v, want %d", what, status, visitor != nil, err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKick_ClosesConnection_OldTokenIsRefused(t *testing.T) {
	h := newFixture(t)
	if live.Ready(h.app) == nil {
		t.Error("it is ready before it was started")
	}
	if _, err := live.IssueToken(h.app, live.Grant{}); !errors.Is(err, live.ErrUnavailable) {
		t.Errorf("a token of nothing: %v, want %v", err, live.ErrUnavailable)
	}
	livetest.Start(t, h.app)
	must(t, live.Ready(h.app))

	ada, bob := livetest.MustConnect(t, h.token("room", "ada")), livetest.MustConnect(t, h.token("room", "bob"))
	people, err := live.ListParticipants(h.app, "room")
	must(t, err)
	var names []string
	for _, p := range people {
		names = append(names, p.Identity+" "+p.Name)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"ada ADA", "bob BOB"}) {
		t.Errorf("in the room: %v", names)
	}

	old := h.token("room", "ada")
	h.block("ada")
	must(t, live.Kick(h.app, "room", "ada"))
	if reason, told := ada.WaitForLeave(2 * time.Second); !told || reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("a removed participant got %v (%v)", reason, told)
	}
	h.wantRefused("with an old pass", old, http.StatusForbidden)

	must(t, live.CloseRoom(h.app, "room"))
	if reason, told := bob.WaitForLeave(2 * time.Second); !told || reason != livekit.DisconnectReason_ROOM_DELETED {
		t.Errorf("in a room that is closed they are told %v (%v)", reason, told)
	}
	for what, err := range map[string]error{
		"close": live.CloseRoom(h.app, "room"), "kick": live.Kick(h.app, "room", "bob"), "mute": live.Mute(h.app, "room", "bob"),
		"allow": live.UpdatePermissions(h.app, live.Grant{Room: "room", Identity: "bob"}),
	} {
		if err != nil {
			t.Errorf("%s what is gone: %v", what, err)
		}
	}
	if people, err := live.ListParticipants(h.app, "room"); err != nil || len(people) != 0 {
		t.Errorf("in a closed room: %v, %v, want 0", people, err)
	}
}

func TestProxy_ServesOnlyAuthorizedSignalling(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	good := h.token("room", "ada")
	base := settings.Of(h.app).URL + live.Path
	for path, want := range map[string]int{
		"/rtc":                       http.StatusUnauthorized,
		"/rtc?access_token=nonsense": http.StatusUnauthorized,
		"/rtc/validate?access_token=" + good.Token:                                   http.StatusOK,
		"/twirp/livekit.RoomService/ListRooms?access_token=" + good.Token:            http.StatusNotFound,
		"/rtc/../twirp/livekit.RoomService/ListRooms?access_token=" + good.Token:     http.StatusNotFound,
		"/rtc/%2e%2e/twirp/livekit.RoomService/ListRooms?access_token=" + good.Token: http.StatusNotFound,
		"/rtcx":  http.StatusNotFound,
		"/agent": http.StatusNotFound,
		"/":      http.StatusNotFound,
	} {
		response, err := http.Get(base + path)
		must(t, err)
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, response.StatusCode, want)
		}
	}
}

// The media server prefers the token in the header to that in the URL: it must only get the one that was checked.
func TestProxy_ForwardsOnlyAuthorizedToken(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	livetest.MustConnect(t, h.token("room", "bob"))
	own, old := h.token("other", "bob"), h.token("room", "ada")
	h.block("ada")
	for what, c := range map[string]struct {
		address, header string
		room, as        string // room and identity of the connection; empty: refused
	}{
		"own token beside a removed one's":        {"&access_token=" + own.Token, old.Token, "other", "bob"},
		"a removed one's token beside an own one": {"&access_token=" + old.Token, own.Token, "", ""},
		"a removed one's token, in the header":    {"", old.Token, "", ""},
		"two in the address":                      {"&access_token=" + own.Token + "&access_token=" + old.Token, "", "other", "bob"},
		"one's own, in the header":                {"", own.Token, "other", "bob"},
		"one's own, beside oneself":               {"&publish=twin&access_token=" + own.Token, "", "other", "bob"},
	} {
		visitor, err := livetest.Dial(own.URL+"/rtc?protocol=15&auto_subscribe=1&sdk=go&version=2.0.0"+c.address, c.header)
		if c.room == "" {
			if err == nil {
				t.Errorf("%s: let in as %s, want an error", what, visitor.JoinResponse.Participant.Identity)
			}
			continue
		}
		if err != nil || visitor.Room != c.room || visitor.JoinResponse.Participant.Identity != c.as {
			t.Errorf("%s: %+v, %v, want %v and %v", what, visitor, err, c.room, c.as)
			continue
		}
		visitor.Leave()
	}
}

func TestProxy_TokenOfAnotherServer_IsRefused(t *testing.T) {
	h, other := newFixture(t), newFixture(t)
	stop := livetest.Start(t, h.app)
	livetest.Start(t, other.app)
	foreign, own := other.token("room", "ada"), h.token("room", "ada")
	foreign.URL = own.URL
	h.wantRefused("of another server", foreign, http.StatusUnauthorized)

	stop()
	h.wantRefused("while it is stopped", own, http.StatusServiceUnavailable)
	if err := live.Ready(h.app); err == nil {
		t.Error("it is ready though it is stopped")
	}
	livetest.Start(t, h.app)
	must(t, live.Ready(h.app))
	h.wantRefused("of before the start", own, http.StatusUnauthorized)
	livetest.MustConnect(t, h.token("room", "ada"))
}

func TestStart_Stop_NotifiesParticipants(t *testing.T) {
	h := newFixture(t)
	stop := livetest.Start(t, h.app)
	var people []*livetest.Client
	for n := range 12 {
		people = append(people, livetest.MustConnect(t, h.token([]string{"room", "other"}[n%2], strconv.Itoa(n))))
	}
	go stop()
	for n, person := range people {
		if reason, told := person.WaitForLeave(2 * time.Second); !told || reason != livekit.DisconnectReason_SERVER_SHUTDOWN {
			t.Errorf("participant %d got %v (%v)", n, reason, told)
		}
	}
}

func TestStart_PortTaken_IsReported(t *testing.T) {
	h := newFixture(t)
	local := livetest.LocalConfig(t)
	_, stop, err := live.Start(h.app, livetest.Embedded, local)
	must(t, err)
	defer stop()
	other := newFixture(t)
	if _, _, err := live.Start(other.app, livetest.Embedded, local); err == nil || !strings.Contains(err.Error(), "UDP port") {
		t.Errorf("got %v, want an error and it with %q", err, "UDP port")
	}
	if why := live.Ready(other.app); why == nil || !strings.Contains(why.Error(), "UDP port") {
		t.Errorf("got the reason %v, want it to contain %q", why, "UDP port")
	}
}
