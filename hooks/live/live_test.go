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
	"usher/hooks/settings"
)

// house is an app whose signalling is served, with a gate that the test turns.
type house struct {
	*testing.T
	app *core.BaseApp

	mu   sync.Mutex
	shut map[string]bool // identities
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, shut: map[string]bool{}}
	server := httptest.NewUnstartedServer(nil)
	config := hookstest.Config()
	config.URL = "http://" + server.Listener.Addr().String()
	h.app = hookstest.NewWith(t, config)
	server.Config.Handler = live.Proxy(h.app, h.gate)
	server.Start()
	t.Cleanup(server.Close)
	return h
}

func (h *house) gate(_ core.App, identity, _ string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.shut[identity] {
		return errors.New("shut")
	}
	return nil
}

func (h *house) turnAway(identity string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shut[identity] = true
}

func (h *house) pass(room, identity string) live.Pass {
	h.Helper()
	pass, err := live.Token(h.app, live.Grant{Room: room, Identity: identity, Name: strings.ToUpper(identity), Publish: true})
	if err != nil {
		h.Fatal(err)
	}
	return pass
}

func (h *house) refused(what string, pass live.Pass, want int) {
	h.Helper()
	visitor, status, err := livetest.Knock(pass)
	if err != nil || visitor != nil || status != want {
		h.Errorf("%s: %d, let in: %v, %v, want %d", what, status, visitor != nil, err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPeopleComeThroughTheGateAndArePutOut(t *testing.T) {
	h := open(t)
	if live.Ready(h.app) == nil {
		t.Error("it is ready before it was started")
	}
	if _, err := live.Token(h.app, live.Grant{}); !errors.Is(err, live.ErrDown) {
		t.Errorf("a token of nothing: %v", err)
	}
	livetest.Start(t, h.app)
	must(t, live.Ready(h.app))

	ada, bob := livetest.Enter(t, h.pass("room", "ada")), livetest.Enter(t, h.pass("room", "bob"))
	people, err := live.People(h.app, "room")
	must(t, err)
	var names []string
	for _, p := range people {
		names = append(names, p.Identity+" "+p.Name)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"ada ADA", "bob BOB"}) {
		t.Errorf("in the room: %v", names)
	}

	old := h.pass("room", "ada")
	h.turnAway("ada")
	must(t, live.PutOut(h.app, "room", "ada"))
	if reason, told := ada.Farewell(2 * time.Second); !told || reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("who is put out is told %v (%v)", reason, told)
	}
	h.refused("with an old pass", old, http.StatusForbidden)

	must(t, live.Close(h.app, "room"))
	if reason, told := bob.Farewell(2 * time.Second); !told || reason != livekit.DisconnectReason_ROOM_DELETED {
		t.Errorf("in a room that is closed they are told %v (%v)", reason, told)
	}
	for what, err := range map[string]error{
		"close": live.Close(h.app, "room"), "put out": live.PutOut(h.app, "room", "bob"), "mute": live.Mute(h.app, "room", "bob"),
		"allow": live.Allow(h.app, live.Grant{Room: "room", Identity: "bob"}),
	} {
		if err != nil {
			t.Errorf("%s what is gone: %v", what, err)
		}
	}
	if people, err := live.People(h.app, "room"); err != nil || len(people) != 0 {
		t.Errorf("in a closed room: %v, %v", people, err)
	}
}

func TestOnlySignallingIsServedAndOnlyToWhoHasAPass(t *testing.T) {
	h := open(t)
	livetest.Start(t, h.app)
	good := h.pass("room", "ada")
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
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
}

// The media server believes the token of a header before that of the address: it is shown the one that was judged.
func TestOnlyThePassThatWasJudgedGoesOn(t *testing.T) {
	h := open(t)
	livetest.Start(t, h.app)
	livetest.Enter(t, h.pass("room", "bob"))
	own, old := h.pass("other", "bob"), h.pass("room", "ada")
	h.turnAway("ada")
	for what, c := range map[string]struct {
		address, header string
		room, as        string // where he comes in; empty: nowhere
	}{
		"one's own beside that of who was put out": {"&access_token=" + own.Token, old.Token, "other", "bob"},
		"that of who was put out beside one's own": {"&access_token=" + old.Token, own.Token, "", ""},
		"his alone, in the header":                 {"", old.Token, "", ""},
		"two in the address":                       {"&access_token=" + own.Token + "&access_token=" + old.Token, "", "other", "bob"},
		"one's own, in the header":                 {"", own.Token, "other", "bob"},
		"one's own, beside oneself":                {"&publish=twin&access_token=" + own.Token, "", "other", "bob"},
	} {
		visitor, err := livetest.Dial(own.URL+"/rtc?protocol=15&auto_subscribe=1&sdk=go&version=2.0.0"+c.address, c.header)
		if c.room == "" {
			if err == nil {
				t.Errorf("%s: let in as %s", what, visitor.Answer.Participant.Identity)
			}
			continue
		}
		if err != nil || visitor.Room != c.room || visitor.Answer.Participant.Identity != c.as {
			t.Errorf("%s: %+v, %v", what, visitor, err)
			continue
		}
		visitor.Leave()
	}
}

func TestAPassOfAnotherServerIsNone(t *testing.T) {
	h, other := open(t), open(t)
	stop := livetest.Start(t, h.app)
	livetest.Start(t, other.app)
	foreign, own := other.pass("room", "ada"), h.pass("room", "ada")
	foreign.URL = own.URL
	h.refused("of another server", foreign, http.StatusUnauthorized)

	stop()
	h.refused("while it is stopped", own, http.StatusServiceUnavailable)
	if err := live.Ready(h.app); err == nil {
		t.Error("it is ready though it is stopped")
	}
	livetest.Start(t, h.app)
	must(t, live.Ready(h.app))
	h.refused("of before the start", own, http.StatusUnauthorized)
	livetest.Enter(t, h.pass("room", "ada"))
}

func TestAStopTellsWhoIsIn(t *testing.T) {
	h := open(t)
	stop := livetest.Start(t, h.app)
	var people []*livetest.Visitor
	for n := range 12 {
		people = append(people, livetest.Enter(t, h.pass([]string{"room", "other"}[n%2], strconv.Itoa(n))))
	}
	go stop()
	for n, person := range people {
		if reason, told := person.Farewell(2 * time.Second); !told || reason != livekit.DisconnectReason_SERVER_SHUTDOWN {
			t.Errorf("%d is told %v (%v)", n, reason, told)
		}
	}
}

func TestAPortThatIsTakenIsSaidAndTheAppRunsOn(t *testing.T) {
	h := open(t)
	local := livetest.Local(t)
	_, stop, err := live.Start(h.app, livetest.Embedded, local)
	must(t, err)
	defer stop()
	other := open(t)
	if _, _, err := live.Start(other.app, livetest.Embedded, local); err == nil || !strings.Contains(err.Error(), "UDP port") {
		t.Errorf("%v", err)
	}
	if why := live.Ready(other.app); why == nil || !strings.Contains(why.Error(), "UDP port") {
		t.Errorf("the panel is told %v", why)
	}
}
