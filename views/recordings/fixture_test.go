package recordings_test

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// fixture is a served team with a user in every role, another team, and a recording of a session with two tracks.
type fixture struct {
	*viewstest.Server
	t         *testing.T
	team      *teams.Team
	session   *sessions.Session
	recording *recordings.Recording
	users     map[string]*core.Record
	browsers  map[string]*viewstest.Browser
}

// roles are the users of a fixture in a fixed order. The participant was invited, and the member wasn't.
var roles = []string{"nobody", "stranger", "another team's owner", "another team's admin", "member", "participant", "guest", "host", "cohost", "admin", "owner"}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Server: viewstest.Serve(t, hookstest.Config()), t: t, browsers: map[string]*viewstest.Browser{}}
	f.users = map[string]*core.Record{"owner": hookstest.Account(t, f.App, "owner@halation.example"), "stranger": hookstest.Account(t, f.App, "stranger@x.example"),
		"another team's owner": hookstest.Account(t, f.App, "other@grain.example")}
	f.team = hookstest.Team(t, f.App, f.users["owner"], "Halation Post", "pro")
	other := hookstest.Team(t, f.App, f.users["another team's owner"], "Grain and Gate", "pro")
	f.users["another team's admin"] = hookstest.Member(t, f.App, other, "admin@grain.example", "admin")
	for name, granted := range map[string][]string{"admin": {"admin"}, "host": {"organizer"}, "cohost": {"organizer"}, "participant": nil, "member": nil} {
		f.users[name] = hookstest.Member(t, f.App, f.team, name+"@halation.example", granted...)
	}
	f.users["guest"] = hookstest.Guest(t, f.App, f.team, "guest@x.example")
	f.session = hookstest.StartSession(t, f.App, f.users["host"], f.team, sessions.Form{Title: "Kestrel review",
		Guests: []string{"participant@halation.example", "guest@x.example"}, Cohosts: []string{f.users["cohost"].Id}})
	f.recording = f.addRecording(nil)
	return f
}

// Contents of the tracks.
var (
	cameraTrack = []byte(strings.Repeat("0123456789", 100))
	soundTrack  = []byte("sound")
)

// addRecording adds a recording with its files.
func (f *fixture) addRecording(values map[string]any) *recordings.Recording {
	f.t.Helper()
	r := hookstest.Recording(f.t, f.App, f.session, values)
	f.writeFiles(r.Id)
	return r
}

// writeFiles writes the files of a recording.
func (f *fixture) writeFiles(recording string) {
	f.t.Helper()
	manifest, err := json.Marshal(recordings.Manifest{
		Started: time.Date(2026, 11, 28, 10, 8, 0, 0, time.UTC), Milliseconds: 61_500,
		Participants: []recordings.Participant{{ID: "p1", Name: "Théo Lambert", Stays: []recordings.Interval{{From: 0, To: 61_500}}},
			{ID: "p2", Name: "../../evil\r\nname", Stays: []recordings.Interval{{From: 2_000, To: 9_000}}}},
		Parts: []recordings.Part{
			{File: "p1-camera.webm", Participant: "p1", Source: "camera", Kind: "video", Codec: "vp8", Offset: 0, Duration: 61_500},
			{File: "p2-microphone.webm", Participant: "p2", Source: "microphone", Kind: "audio", Codec: "opus", Offset: 2_000, Duration: 7_000,
				Muted: []recordings.Interval{{From: 3_000, To: 4_000}}},
		}})
	if err != nil {
		f.t.Fatal(err)
	}
	for name, content := range map[string][]byte{recordings.ManifestName: manifest, "p1-camera.webm": cameraTrack, "p2-microphone.webm": soundTrack,
		"unlisted.webm": []byte("x"), "journal.jsonl": []byte("x")} {
		hookstest.WriteRecordingFile(f.t, f.App, recording, name, content)
	}
}

// as returns the browser of a user of the fixture.
func (f *fixture) as(role string) *viewstest.Browser {
	f.t.Helper()
	if f.browsers[role] == nil {
		f.browsers[role] = f.Anonymous()
		if role != "nobody" {
			f.browsers[role] = f.As(f.users[role])
		}
	}
	return f.browsers[role]
}

func (f *fixture) app(p string) string   { return "/app/" + f.team.Slug() + "/recordings" + p }
func (f *fixture) panel(p string) string { return "/admin/" + f.team.Slug() + "/recordings" + p }

// in returns a path of the recording.
func (f *fixture) in(p string) string { return "/" + f.recording.Id + p }

// send sends a request with headers.
func (f *fixture) send(b *viewstest.Browser, path string, header map[string]string) viewstest.Reply {
	f.t.Helper()
	request, err := http.NewRequest(http.MethodGet, f.URL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	return b.Send(request)
}

// reload returns the recording as it is stored.
func (f *fixture) reload() *recordings.Recording {
	f.t.Helper()
	r, err := recordings.FindByID(f.App, f.recording.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func assertPage(t *testing.T, what string, r viewstest.Reply, status int, texts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: status %d, want %d", what, r.Status, status)
	}
	body := html.UnescapeString(r.Body)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s: no %q in the page", what, text)
		}
	}
}

func assertNotContains(t *testing.T, what string, r viewstest.Reply, texts ...string) {
	t.Helper()
	body := html.UnescapeString(r.Body)
	for _, text := range texts {
		if strings.Contains(body, text) {
			t.Errorf("%s: got %q in the page, want it without", what, text)
		}
	}
}
